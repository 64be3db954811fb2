"""Feedback: what customers say of the business, how well they like it, and what sales and service say of segments.

Duty: design surveys and take their answers in; tell NPS, CSAT and CES with intervals, by trait, by segment and over
time; read texts for language, sentiment and themes; keep remarks of sales and service, and rejected assignments, as
records that must be answered. In: ``feedback``, ``survey_responses`` and traits. Out: ``feedback_traits``,
``feedback_ratings``, ``feedback_scores``, ``feedback_read``, ``feedback_languages``, ``feedback_themes``,
``feedback_theme_links``, ``open_remarks``, ``remark_answers``, ``survey_questions``, ``survey_invitations`` and, once
segments are known, ``segment_scores`` and ``segment_remarks``.
"""

from segmentry.profiles.feedback.spec import FeedbackSpec

__all__ = ["FeedbackSpec"]
