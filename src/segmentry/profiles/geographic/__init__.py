"""The geographic basis: where customers live and work, what kind of place that is, and what regions prefer.

In: ``customers`` with their given columns, ``addresses``, ``order_lines`` and ``calendar``. Out: ``geographic_traits``,
``places_unread`` and ``regional_preferences``. What is derived from a place is an inference about an area.
"""

from __future__ import annotations

from segmentry.profiles.geographic.spec import GeographicSpec
from segmentry.profiles.geographic.traits import TRAITS

__all__ = ["TRAITS", "GeographicSpec"]
