"""Rules of leads: for which stage a lead is fit, and who gets it, by its own columns, by a definition text, or by both.

Duty: rule over every lead. In: the rules of ``[leads]``, ``lead_facts``, ``lead_standing`` and everything definitions
may ask for. Out: ``lead_rulings``, ``lead_routing`` and ``lead_rule_traits``, before segments are evaluated.
"""
