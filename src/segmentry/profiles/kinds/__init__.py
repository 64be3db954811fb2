"""Kinds of customers beside the buyer: who pays and who uses, internal customers, contributors, referrers.

Duty: who buys, pays for and uses one and the same purchase; contracts of who pays, with what their users say and use
and the risk at renewal; service levels and satisfaction of internal customers, who have no lifetime value; users and
revenue that accepted contributions brought; who brought whom, and what that is worth without counting anything twice.
Inputs: the canonical tables of contracts, feedback, usage, service contacts, contributions and referrals, kinds of
parties, contacts of organizations. Outputs: ``kinds_traits``, ``purchase_roles``, ``kinds_findings`` and
``engagement_value_traits``.
"""
