"""Industry codes with scheme and version, rolled up by prefix inside one version only.

Equal digits mean different trades in different versions: division 45 is the trade in motor vehicles in NACE Rev. 2 and
nothing in NACE 2.1; 62 is programming in NACE and health care in NAICS. So every rolled-up code carries scheme and
version, and a code whose version is not told is not rolled up with any other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

UNKNOWN_SCHEME, UNKNOWN_CODE, NO_VERSION = "unknown industry scheme", "unknown industry code", "scheme without version"

_FAMILIES = ("NACE", "NAICS", "ISIC", "GICS", "SIC")
_VERSIONS = {
    "NACE": {"2": "2", "2.0": "2", "2.1": "2.1", "1": "1", "1.1": "1.1"},
    "ISIC": {"4": "4", "5": "5", "3": "3", "3.1": "3.1"},
    "NAICS": {year: year for year in ("1997", "2002", "2007", "2012", "2017", "2022")},
    "GICS": {year: year for year in ("1999", "2016", "2018", "2023")},
    "SIC": {"1987": "1987", "2003": "2003", "2007": "2007"},
}
_SECTIONS_2 = (
    "A1-3 B5-9 C10-33 D35 E36-39 F41-43 G45-47 H49-53 I55-56 J58-63"
    " K64-66 L68 M69-75 N77-82 O84 P85 Q86-88 R90-93 S94-96 T97-98 U99"
)
_SECTIONS_21 = (
    "A1-3 B5-9 C10-33 D35 E36-39 F41-43 G46-47 H49-53 I55-56 J58-60"
    " K61-63 L64-66 M68 N69-75 O77-82 P84 Q85 R86-88 S90-93 T94-96 U97-98 V99"
)
_SECTIONS_SIC = (
    "A1-2 A7-9 B10-14 C15-17 D20-39 E40-42 E44-49 F50-51 G52-59 H60-65 H67 I70 I72-73 I75-76 I78-84 I86-89 J91-97 K99"
)
_SECTORS_NAICS = "11 21 22 23 31-33 42 44-45 48-49 51 52 53 54 55 56 61 62 71 72 81 92"
_SECTORS_GICS = "10 15 20 25 30 35 40 45 50 55 60"
_LETTERED = {
    "NACE 2": _SECTIONS_2,
    "NACE 2.1": _SECTIONS_21,
    "ISIC 4": _SECTIONS_2,
    "ISIC 5": _SECTIONS_21,
    "SIC 1987": _SECTIONS_SIC,
    "SIC 2007": _SECTIONS_2,
}
_LENGTHS = {"NACE": (2, 3, 4), "ISIC": (2, 3, 4), "SIC": (2, 3, 4, 5), "NAICS": (2, 3, 4, 5, 6), "GICS": (2, 4, 6, 8)}


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry code as it is understood.

    Attributes:
        scheme: Scheme and version, such as ``NACE 2.1``; empty where the scheme is unknown.
        code: The code without points and blanks.
        sector: First level, with scheme and version, such as ``NACE 2.1 K`` or ``NAICS 2022 31-33``.
        division: Second level, with scheme and version, such as ``NACE 2.1 62``.
        finding: What is wrong; empty where nothing is.
    """

    scheme: str | None
    code: str | None
    sector: str | None = None
    division: str | None = None
    finding: str | None = None


def read_scheme(text: str | None) -> tuple[str, str | None] | None:
    """Family and version that a text names, such as ``("NACE", "2.1")``; None where it names no known family."""
    plain = (text or "").upper()
    family = next((each for each in _FAMILIES if re.search(rf"(?<![A-Z]){each}(?![A-Z])", plain)), None)
    if family is None:
        return None
    numbers = re.findall(r"\d+(?:\.\d+)?", plain.replace("REV.", "REV ").replace(",", "."))
    return family, next((_VERSIONS[family][each] for each in numbers if each in _VERSIONS[family]), None)


def read_industry(code: str | None, scheme: str | None) -> Industry:
    """An industry code under its scheme and version.

    Args:
        code: The code as told; a leading section letter and points are allowed.
        scheme: Scheme and version as told.
    """
    if not code or not code.strip():
        return Industry(None, None)
    plain = re.sub(r"[\s.\-]", "", code.upper())
    named = read_scheme(scheme)
    if named is None:
        return Industry(None, plain, finding=UNKNOWN_SCHEME)
    family, version = named
    digits = re.sub(r"^[A-Z](?=\d)", "", plain)
    full = f"{family} {version}" if version else family
    if version is None:
        return Industry(full, digits, finding=NO_VERSION)
    letter = _only_letter(full, plain)
    if letter is not None:
        return Industry(full, letter, f"{full} {letter}")
    sector = _sector(full, family, digits)
    if not digits.isdigit() or len(digits) not in _LENGTHS[family] or sector is None:
        return Industry(full, digits, finding=UNKNOWN_CODE)
    width = {"NAICS": 3, "GICS": 4}.get(family, 2)
    division = f"{full} {digits[:width]}" if len(digits) >= width else None
    return Industry(full, digits, f"{full} {sector}", division)


def _only_letter(full: str, plain: str) -> str | None:
    """A section named by its letter alone."""
    known = {each[0] for each in _LETTERED.get(full, "").split()}
    return plain if plain in known else None


def _sector(full: str, family: str, digits: str) -> str | None:
    if not digits[:2].isdigit() or len(digits) < 2:
        return None
    number = int(digits[:2])
    if family in ("NAICS", "GICS"):
        known = _SECTORS_NAICS if family == "NAICS" else _SECTORS_GICS
        return next((each for each in known.split() if number in _span(each)), None)
    sections = _LETTERED.get(full)
    if sections is None:
        return digits[:2]
    return next((each[0] for each in sections.split() if number in _span(each[1:])), None)


def _span(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)
