"""The needs basis: what customers want, how well it is met, which benefits they seek, and what goes with satisfaction.

Duty: turn pairs of importance and satisfaction into opportunity scores inside segments, pairs of Kano questions into
kinds of attributes, ratings into classes of benefits sought, choices among alternatives into classes of tastes with
part-worths and prices, and drivers into shares of what they explain.
Inputs: ``survey_responses``, ``choices``, traits, and the segments that discovery published. Outputs: ``needs_traits``,
``benefit_classes``, ``choice_studies`` with its classes and parts, and, once segments are known, ``need_scores``,
``need_kano`` and ``need_drivers``.
"""
