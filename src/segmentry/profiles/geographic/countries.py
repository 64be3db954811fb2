"""Countries: codes from what sources write, world regions after UN M49, and the language most people speak there."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_M49 = {
    ("Africa", "Northern Africa"): "DZ EG EH LY MA SD TN",
    ("Africa", "Eastern Africa"): "BI DJ ER ET IO KE KM MG MU MW MZ RE RW SC SO SS TF TZ UG YT ZM ZW",
    ("Africa", "Middle Africa"): "AO CD CF CG CM GA GQ ST TD",
    ("Africa", "Southern Africa"): "BW LS NA SZ ZA",
    ("Africa", "Western Africa"): "BF BJ CI CV GH GM GN GW LR ML MR NE NG SH SL SN TG",
    (
        "North America",
        "Caribbean",
    ): "AG AI AW BB BL BQ BS CU CW DM DO GD GP HT JM KN KY LC MF MQ MS PR SX TC TT VC VG VI",
    ("North America", "Central America"): "BZ CR GT HN MX NI PA SV",
    ("North America", "Northern America"): "BM CA GL PM US",
    ("South America", "South America"): "AR BO BR BV CL CO EC FK GF GS GY PE PY SR UY VE",
    ("Asia", "Central Asia"): "KG KZ TJ TM UZ",
    ("Asia", "Eastern Asia"): "CN HK JP KP KR MN MO TW",
    ("Asia", "South-eastern Asia"): "BN ID KH LA MM MY PH SG TH TL VN",
    ("Asia", "Southern Asia"): "AF BD BT IN IR LK MV NP PK",
    ("Asia", "Western Asia"): "AE AM AZ BH CY GE IL IQ JO KW LB OM PS QA SA SY TR YE",
    ("Europe", "Eastern Europe"): "BG BY CZ HU MD PL RO RU SK UA",
    ("Europe", "Northern Europe"): "AX DK EE FI FO GB GG IE IM IS JE LT LV NO SE SJ",
    ("Europe", "Southern Europe"): "AD AL BA ES GI GR HR IT ME MK MT PT RS SI SM VA XK",
    ("Europe", "Western Europe"): "AT BE CH DE FR LI LU MC NL",
    ("Oceania", "Australia and New Zealand"): "AU CC CX HM NF NZ",
    ("Oceania", "Melanesia"): "FJ NC PG SB VU",
    ("Oceania", "Micronesia"): "FM GU KI MH MP NR PW UM",
    ("Oceania", "Polynesia"): "AS CK NU PF PN TK TO TV WF WS",
    ("Antarctica", "Antarctica"): "AQ",
}
"""Codes by continent and region, after the United Nations' standard M49; Kosovo, which it leaves out, by neighbors."""
_PLACES = {code: place for place, codes in _M49.items() for code in codes.split()}
_SAID = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "pl")
_SMALL = {"and", "und", "et", "y", "e", "en", "i", "och", "og", "the", "of"}
_USUAL = {
    "hong kong": "HK", "macao": "MO", "macau": "MO", "vatican": "VA", "palestine": "PS", "palestinian territory": "PS",
    "democratic republic congo": "CD", "republic congo": "CG", "congo": "CG", "saint helena": "SH",
    "cocos islands": "CC", "united states minor outlying islands": "UM",
    "usa": "US", "uk": "GB", "eire": "IE", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
    "great britain": "GB", "holland": "NL", "korea": "KR", "south korea": "KR", "russia": "RU",
    "rsa": "ZA", "uae": "AE", "czech republic": "CZ", "macedonia": "MK", "burma": "MM", "ivory coast": "CI",
    "channel islands": "GB", "united states america": "US", "turkey": "TR", "swaziland": "SZ", "cape verde": "CV",
}  # fmt: skip


def country_code(text: str) -> str | None:
    """The ISO 3166 code of a country told by code or by name in ten languages; None where it is not known."""
    folded = _folded(text)
    if len(folded) == 2:
        code = folded.upper()
        return code if code in _PLACES else _USUAL.get(folded)
    return _USUAL.get(folded) or _names().get(folded)


def world_place(code: str) -> tuple[str, str] | None:
    """Continent and region of a country, after UN M49; None where the code is not known."""
    return _PLACES.get(code)


def main_language(code: str) -> str | None:
    """ISO 639 code of the official language most people in a country speak (Unicode CLDR); None where none is known."""
    from babel.core import get_global

    spoken = get_global("territory_languages").get(code, {})
    official = {
        language: told["population_percent"]
        for language, told in spoken.items()
        if told["official_status"] in ("official", "de_facto_official")
    }
    chosen = official or {language: told["population_percent"] for language, told in spoken.items()}
    return max(chosen, key=lambda language: (chosen[language], language)).split("_")[0] if chosen else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    from babel import Locale

    found: dict[str, str] = {}
    for said in _SAID:
        for code, name in Locale(said).territories.items():
            if code in _PLACES:
                found.setdefault(_folded(name), code)
    return found


def _folded(name: str) -> str:
    """A name without case, accents and marks, small words left out."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).casefold().replace("st.", "saint")
    words = "".join(each if each.isalnum() else " " for each in plain if not unicodedata.combining(each)).split()
    return " ".join(each for each in words if each not in _SMALL) or " ".join(words)
