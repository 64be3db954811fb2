"""Names of countries and currencies, from the Unicode locale data."""

from __future__ import annotations

from functools import lru_cache

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "pl")
_USUAL = ("usa", "uk", "eire", "england", "scotland", "rsa", "holland", "korea", "russia", "unspecified")


@lru_cache(maxsize=1)
def country_names() -> frozenset[str]:
    """Names in ten languages and two-letter codes of all countries, case folded."""
    from babel import Locale

    names: set[str] = set(_USUAL)
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2:
                names |= {code.casefold(), name.casefold()}
    return frozenset(names)


@lru_cache(maxsize=1)
def currency_codes() -> frozenset[str]:
    """All ISO 4217 codes that Unicode knows, old ones included."""
    from babel.numbers import list_currencies

    return frozenset(list_currencies())
