"""The demographic basis: who a person is by age, household, income, education and language, read from what was told.

In: the given columns of ``customers``. Out: ``demographic_traits`` and ``demographic_unread``, the values that could
not be read, each with its reason. Race, ethnicity and religion are special categories: nothing is computed from them.
"""

from __future__ import annotations

from segmentry.profiles.demographic.ages import AGE_TRAITS
from segmentry.profiles.demographic.households import HOUSEHOLD_TRAITS
from segmentry.profiles.demographic.spec import DemographicSpec

TRAITS = (*AGE_TRAITS, *HOUSEHOLD_TRAITS)
"""All demographic traits that can be computed."""

__all__ = ["TRAITS", "DemographicSpec"]
