"""Who the customers are and what is known of each.

Duty: decide which parties are one customer, add up what each bought, and publish traits with a catalog that says
what each trait is, where it comes from and how fast it ages. Inputs: customers, orders, order lines. Outputs:
identity, customer days, purchase history, behavioral and given traits, trait catalog.
"""
