"""Organizations and their people.

Duty: groups of organizations and what adds up over them, persons in the seven roles of a buying center, who is silent,
chances of a sale, and names that are misspelt. Inputs: the canonical tables of organizations, contacts, opportunities,
orders, events, service contacts, touches and contracts, as Ibis tables. Outputs: ``account_traits``,
``contact_traits``, ``account_contacts_keyed``, ``account_coverage``, ``account_hierarchy``, ``opportunity_summary``,
``spelling_repairs`` and ``account_findings``.
"""
