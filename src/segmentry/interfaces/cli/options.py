"""Options that need reading before they can be passed on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from segmentry.terms.errors import Problem, SettingsError, shorten


def as_mapping(pairs: Iterable[str] | None) -> dict[str, str] | None:
    """``["customer=CustNo"]`` as ``{"customer": "CustNo"}``; `SettingsError` lists every pair that is none."""
    if not pairs:
        return None
    wrong = [pair for pair in pairs if "=" not in pair or not all(pair.split("=", 1))]
    if wrong:
        raise SettingsError(
            Problem("MAP_WRONG", "A mapping names a role and a column", "--map", shorten(pair), "Write ROLE=COLUMN.")
            for pair in wrong
        )
    return dict(pair.split("=", 1) for pair in pairs)


def as_demands(texts: Sequence[str] | None) -> list[dict[str, object]] | None:
    """``["size>=0.05"]`` as knock-outs; `SettingsError` lists every text that is none."""
    if not texts:
        return None
    found = [re.fullmatch(r"\s*(\w+)\s*(>=|<=)\s*(-?\d+(?:\.\d+)?)\s*", text) for text in texts]
    wrong = [text for text, match in zip(texts, found, strict=True) if match is None]
    if wrong:
        what, next_step = "A demand is a measure with >= or <= and a number", "Write such as size>=0.05."
        raise SettingsError(Problem("DEMAND_WRONG", what, "--demand", shorten(text), next_step) for text in wrong)
    bounds = {">=": "at_least", "<=": "at_most"}
    return [{"measure": match[1], bounds[match[2]]: float(match[3])} for match in found if match is not None]
