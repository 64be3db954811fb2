"""Leads: how well they fit, how interested they are, how far they have come, and how likely they are to convert.

Duty: grade leads by what they told (A to D) and by what they did (1 to 4, decaying), hold the sixteen cells against
what converted, learn a calibrated chance from what was known at a past instant, find who is most ready to buy, and
route by declared rules. In: ``leads``, ``events`` and ``accounts``. Out: ``lead_traits``, ``lead_facts``,
``lead_standing``, ``lead_grid``, ``lead_stages``, ``lead_conversion``, ``lead_reliability``, ``lead_features``,
``lead_alignments``, ``lead_routing`` and ``lead_findings``.
"""

from segmentry.profiles.leads.spec import LeadSpec

__all__ = ["LeadSpec"]
