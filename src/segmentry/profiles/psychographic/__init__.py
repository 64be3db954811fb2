"""The psychographic basis: personality, values, attitudes, interests, lifestyle and social class out of surveys.

Duty: turn answers into scale scores that say how far they can be trusted. Inputs: ``survey_responses`` and the scales a
workspace declares. Outputs: ``psychographic_traits`` (reliable scales and single answers), ``psychographic_doubtful``
(scales that are not reliable, kept out of discovery), ``survey_scales``, ``survey_items``, ``survey_style``,
``survey_factors`` and ``survey_eigenvalues``. Interviews and focus groups come in coded: the code is the question, what
was noted under it the answer.
"""
