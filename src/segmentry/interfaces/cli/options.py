"""Options that need reading before they can be passed on."""

from __future__ import annotations

from collections.abc import Iterable

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
