"""How told values are read: words of ten languages, numbers, and bands such as 45-54 or Under 15K."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from segmentry.terms.vocabulary import Gender, MaritalStatus, SchoolLevel

_GENDERS = {
    Gender.FEMALE: "f female woman women w weiblich frau femme féminin mujer femenino donna femmina vrouw kvinna kvinde"
    " kobieta mulher feminino girl fille",
    Gender.MALE: "m male man men männlich mann homme masculin hombre masculino uomo maschio man mand"
    " mężczyzna homem boy",
    Gender.OTHER: "x other diverse divers nonbinary non-binary nb genderqueer agender intersex",
}
_MARITAL = {
    MaritalStatus.SINGLE: "single unmarried never-married bachelor ledig célibataire soltero soltera celibe nubile s",
    MaritalStatus.MARRIED: "married verheiratet marié mariée casado casada sposato sposata gehuwd gift m",
    MaritalStatus.PARTNERED: "partnered cohabiting partner engaged registered-partnership civil-partnership pacs",
    MaritalStatus.DIVORCED: "divorced geschieden divorcé divorcée divorciado divorciada separated getrennt d",
    MaritalStatus.WIDOWED: "widowed widow widower verwitwet veuf veuve viudo viuda vedovo vedova w",
}
_SCHOOL = {
    SchoolLevel.PRIMARY: "primary elementary none illiterate basic currently-a-primary-school-pupil primary-school",
    SchoolLevel.SECONDARY: "secondary secondary-school high-school highschool a-level abitur vocational gcse diploma"
    " some-college/university-study-without-earning-a-bachelor's-degree matura baccalauréat",
    SchoolLevel.TERTIARY: "tertiary college university bachelor master doctorate phd doctoral graduate degree"
    " college/bachelor-degree bachelor's-degree master's-degree doctoral-degree professional-degree masters-degree"
    " doctorate-degree bachelors bachelors-degree mba",
}
_UNKNOWN = {"", "unknown", "n/a", "na", "none/unknown", "not stated", "prefer not to say", "other/unknown", "?", "-"}
_RETIRED = ("retire", "pension", "rentner", "jubil", "gepensioneerd")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_BELOW = re.compile(r"<|\b(?:under|below|less than|up to|bis|moins de)\b", re.IGNORECASE)
_ABOVE = re.compile(r"\+|\bor more\b|\band over\b|\bover\b|\babove\b|\bmore than\b|>|\bolder\b", re.IGNORECASE)


def is_unknown(text: str) -> bool:
    """Whether a told value says that nothing is known."""
    return text.strip().casefold() in _UNKNOWN


def gender(text: str) -> str | None:
    """A gender, or None where the word is not known."""
    return _word(text, _of(tuple(_GENDERS.items())))


def marital_status(text: str) -> str | None:
    """A marital status, or None where the word is not known."""
    return _word(text, _of(tuple(_MARITAL.items())))


def school_level(text: str) -> str | None:
    """The level of education: primary, secondary or tertiary (ISCED 2011: 0-1, 2-4, 5-8)."""
    return _word(text, _of(tuple(_SCHOOL.items())))


def is_retired(text: str) -> bool:
    """Whether an occupation says that somebody no longer works."""
    return any(each in text.casefold() for each in _RETIRED)


def language(text: str) -> str | None:
    """The ISO 639 code of a language told by code, locale or name in ten languages."""
    folded = text.strip().casefold()
    known = _languages()
    return known.get(folded) or known.get(re.split(r"[-_ ]", folded)[0])


def numbers(text: str) -> tuple[float, float] | None:
    """The bounds of a told number or band: ``3`` is (3, 3), ``45-54`` (45, 54), ``65+`` (65, inf).

    ``K`` stands for thousands. None where no number is told.
    """
    if re.search(r"\d[eE][-+]?\d", text):
        return None
    thousand = 1000.0 if re.search(r"\d\s*k\b", text, re.IGNORECASE) else 1.0
    plain = re.sub(r"(?<=\d)[,.](?=\d{3}\b)", "", text)
    found = [float(each.replace(",", ".")) * thousand for each in _NUMBER.findall(plain)]
    if not found or len(found) > 2:
        return None
    if len(found) == 2:
        return (found[0], found[1]) if found[0] <= found[1] else None
    if _ABOVE.search(text):
        return found[0], float("inf")
    return (0.0, found[0]) if _BELOW.search(text) else (found[0], found[0])


def _word(text: str, known: dict[str, str]) -> str | None:
    folded = re.sub(r"[\s_]+", "-", unicodedata.normalize("NFC", text).strip().casefold().replace("’", "'"))
    return known.get(folded)


@lru_cache(maxsize=8)
def _of(words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {word: str(meaning) for meaning, listed in words for word in listed.split()}


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    from babel import Locale

    found: dict[str, str] = {}
    for said in ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "pl"):
        for code, name in Locale(said).languages.items():
            if "_" not in code:
                found.setdefault(name.casefold(), code)
                found.setdefault(code, code)
    return found
