"""What time alone does to membership: moments at which to look again, and what is found there.

Inputs: definitions and the tables they are evaluated over. Outputs: due instants by customer, membership at any number
of moments in one query, and the changes in between.
"""
