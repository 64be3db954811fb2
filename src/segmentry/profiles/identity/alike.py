"""Organizations alike by name: what may be one organization is put before people, never joined.

Two names are alike where they are the same but for legal form, punctuation and spelling of words or, which is less
likely, for their order, or where few letters differ (Winkler 1990) and nothing speaks against it: other numbers in the
name, another register number, another country, or one belonging to the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from segmentry.profiles.accounts.spelling import one_slip
from segmentry.profiles.identity.clusters import Link
from segmentry.terms.numbers import NotEstimable

ALIKE: Literal["alike"] = "alike"
"""Guard of the links of this module: they merge nobody, however much alike."""
MOST_PAIRS = 500_000
"""With more pairs to compare nobody is proposed, and the report says why."""

_LEGAL_FORMS = """
    inc incorporated corp corporation co company ltd limited llc llp lp plc pc pllc holdings holding group gmbh mbh ag
    kg kgaa ohg ug ev eg se sa sas sarl sasu snc srl srls spa sapa sl slu sau ltda eireli me bv nv vof cv ab as asa aps
    oy oyj ans kk yk pte pty sdn bhd pvt jsc ooo oao zao pao doo dd sro kft zrt rt nyrt sp zoo
    aktiengesellschaft gesellschaft societe anonyme naamloze vennootschap
"""
"""Legal forms and words that say no more; a name of nothing else keeps them."""
_FORMS = frozenset(_LEGAL_FORMS.split())
_BEFORE_FORMS = frozenset({"private", "public"})
"""Words that are part of the form that follows, and words of the name where none does."""
_IN_FRONT = frozenset({"ooo", "oao", "zao", "pao", "jsc", "gmbh", "aktiengesellschaft"})
"""Forms that begin no name of another kind; all others are taken from the end alone (SAS Institute, AG Growth)."""
_FILLERS = frozenset({"the", "and", "und", "et", "of", "de"})
_BETWEEN = frozenset({"y", "e"})
"""Fillers between two words; at the front they are initials (Y Combinator, E.ON)."""
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"})
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l"})
_SHARES = re.compile(r"\((?:class|series)\s+\w+\)|\b(?:class|series)\s+[a-z]\b")
_NO_NAMES = frozenset(
    {
        "unknown",
        "na",
        "n a",
        "none",
        "null",
        "nil",
        "test",
        "not provided",
        "not available",
        "not known",
        "tbd",
        "various",
    }
)
"""What stands in place of a name: nobody is alike by it."""
_MOST_LETTERS = 100
"""Letters of a name that are compared."""
_START, _SHORTEST, _LEAST_LETTERS, _LEAST_LIKENESS, _LEAST_WORD = 4, 3, 5, 0.93, 0.9
_LONG, _ONE_SLIP = 8, 0.9
"""From so many letters on names one slip of the pen apart are alike, even where it joins or parts words."""
_SAME_NAME, _SAME_WORDS, _SAME_DOMAIN, _ELSEWHERE = 0.94, 0.85, 0.8, 0.7


@dataclass(frozen=True, slots=True)
class Organization:
    """What is told of an organization.

    Attributes:
        party: Its party key.
        name: Name as written.
        city: City in small letters; None where it is not told, as everything below.
        country: Country in small letters.
        domain: Web domain of its own.
        number: Number in a register, or for taxes.
        parent: Party key of the organization it belongs to.
    """

    party: str
    name: str
    city: str | None = None
    country: str | None = None
    domain: str | None = None
    number: str | None = None
    parent: str | None = None


def core_of(name: str, *, written_out: bool = False) -> tuple[str, ...]:
    """The words of a name that tell it apart, without accents, marks, legal form and class of shares; as written.

    There are none where the name has no letters or figures, or is a word such as "unknown".

    Args:
        name: The name.
        written_out: Whether umlauts are written as two letters (ue) instead of one without its marks (u).
    """
    text = unicodedata.normalize("NFC", name[:_MOST_LETTERS].casefold()).translate(
        _WRITTEN_OUT if written_out else _PLAIN
    )
    text = unicodedata.normalize("NFKD", text).replace("&", " and ")
    text = _SHARES.sub(" ", "".join(each for each in text if not unicodedata.combining(each)))
    text = re.sub(r"(?<=\b\w)[./](?=\w\b)|['’`´]", "", text)
    words = re.sub(r"[\W_]+", " ", text).split()
    told = _without_forms(words)
    kept = [
        word
        for place, word in enumerate(told)
        if word not in _FILLERS and not (word in _BETWEEN and 0 < place < len(told) - 1)
    ]
    return () if " ".join(words) in _NO_NAMES else tuple(kept or words)


def _without_forms(words: Sequence[str]) -> list[str]:
    """Words without the legal form behind them, and without one in front that begins no name."""
    start, end = 0, len(words)
    while end and _is_form(words[end - 1], end < len(words)):
        end -= 1
    while start < end and words[start] in _IN_FRONT:
        start += 1
    return list(words[start:end])


def _is_form(word: str, form_follows: bool) -> bool:
    return word in _FORMS or (form_follows and (word in _BEFORE_FORMS or word in _FILLERS))


def _cores(name: str) -> tuple[tuple[str, ...], ...]:
    """The core of a name, and where it has umlauts that with these written out."""
    return tuple(dict.fromkeys((core_of(name), core_of(name, written_out=True))))


def links_of(organizations: Sequence[Organization], most_pairs: int = MOST_PAIRS) -> list[Link] | NotEstimable:
    """A link for each pair of organizations alike by name or web domain, or why none were looked for.

    Args:
        organizations: In any order.
        most_pairs: No more pairs are compared.
    """
    known = sorted(organizations, key=lambda each: each.party)
    words = {each.party: _cores(each.name) for each in known}
    blocks = [block for block in _blocks(known, words).values() if len(block) > 1]
    pairs = sum(len(block) * (len(block) - 1) // 2 for block in blocks)
    if pairs > most_pairs:
        largest = max(blocks, key=len)
        return NotEstimable(
            f"{pairs:,} pairs of organizations share a word, an end or a web domain, more than the {most_pairs:,} that "
            f"are compared; {len(largest):,} are like {largest[0].name!r}"
        )
    compared = {(one.party, other.party): (one, other) for block in blocks for one, other in combinations(block, 2)}
    found = (_link(one, other, words[one.party], words[other.party]) for one, other in compared.values())
    return sorted(link for link in found if link is not None)


def _blocks(
    known: Iterable[Organization], words: Mapping[str, tuple[tuple[str, ...], ...]]
) -> dict[tuple[str, str], list[Organization]]:
    """Organizations that share all words, the first letters, the last ones or the domain, in order of party."""
    blocks: dict[tuple[str, str], list[Organization]] = {}
    for each in known:
        for key in {key for core in words[each.party] for key in _keys(core, each)}:
            blocks.setdefault(key, []).append(each)
    return blocks


def _keys(words: tuple[str, ...], told: Organization) -> Iterator[tuple[str, str]]:
    numbers = " ".join(word for word in words if word.isdigit())
    letters = "".join(word for word in words if not word.isdigit())
    if words:
        yield "core", " ".join(sorted(words))
        yield "start", f"{letters[:_START]} {numbers}"
        yield "end", f"{letters[-_START:]} {numbers}"
    if told.domain:
        yield "domain", told.domain


def _link(
    one: Organization, other: Organization, ours: Sequence[tuple[str, ...]], theirs: Sequence[tuple[str, ...]]
) -> Link | None:
    if one.party == other.parent or other.party == one.parent or _differ(one.number, other.number):
        return None
    likeness, reason = max(_likeness(left, right) for left in ours for right in theirs)
    same_domain = one.domain is not None and one.domain == other.domain
    elsewhere = _differ(one.country, other.country)
    if elsewhere or _differ(one.domain, other.domain):
        likeness, reason = min(likeness, _ELSEWHERE), reason if reason == _SAME else ""
    if not reason and not same_domain:
        return None
    told = [f"{reason}: {one.name} and {other.name}"] if reason else [f"names {one.name} and {other.name}"]
    told += [f"same web domain {one.domain}"] if same_domain else []
    told += [f"same city {one.city}"] if one.city and one.city == other.city else []
    told += ["another country"] if elsewhere else []
    return Link(one.party, other.party, round(likeness if reason else _SAME_DOMAIN, 6), "; ".join(told), ALIKE)


_SAME, _TURNED, _NEAR = "same name", "same words in another order", "name alike"


def _likeness(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[float, str]:
    """How alike two names are, from 0 to 1, and in words; empty where they are not enough."""
    one, other = "".join(left), "".join(right)
    if one == other:
        return (_SAME_NAME, _SAME) if one else (0.0, "")
    if sorted(left) == sorted(right):
        return _SAME_WORDS, _TURNED
    if [word for word in left if word.isdigit()] != [word for word in right if word.isdigit()]:
        return 0.0, ""
    if min(len(one), len(other)) >= _LONG and one_slip(one, other):
        return _ONE_SLIP, _NEAR
    if min(len(one), len(other)) < _LEAST_LETTERS or _words_apart(left, right):
        return 0.0, ""
    likeness = jaro_winkler(one, other)
    return (min(likeness, _SAME_NAME) * 0.95, _NEAR) if likeness >= _LEAST_LIKENESS else (0.0, "")


def _words_apart(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether names of as many words differ in more than one, or in one that is short or not alike."""
    if len(left) != len(right):
        return False
    ours, theirs = set(left) - set(right), set(right) - set(left)
    if len(ours) != 1 or len(theirs) != 1:
        return True
    one, other = ours.pop(), theirs.pop()
    return min(len(one), len(other)) <= _SHORTEST or jaro_winkler(one, other) < _LEAST_WORD


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def jaro_winkler(one: str, other: str) -> float:
    """Likeness of two texts from 0 to 1 (Winkler 1990, prefix weight 0.1 over at most four letters).

    Args:
        one: A text.
        other: Another one.
    """
    if one == other:
        return 1.0
    reach = max(len(one), len(other)) // 2 - 1
    matched = [-1] * len(other)
    shared: list[str] = []
    for place, letter in enumerate(one):
        for at in range(max(0, place - reach), min(len(other), place + reach + 1)):
            if matched[at] < 0 and other[at] == letter:
                matched[at] = place
                shared.append(letter)
                break
    if not shared:
        return 0.0
    turned = sum(a != b for a, b in zip(shared, (other[at] for at, hit in enumerate(matched) if hit >= 0), strict=True))
    count = len(shared)
    jaro = (count / len(one) + count / len(other) + (count - turned / 2) / count) / 3
    pairs = zip(one[:4], other[:4], strict=False)
    prefix = next((place for place, (a, b) in enumerate(pairs) if a != b), min(4, len(one), len(other)))
    return jaro + prefix * 0.1 * (1 - jaro)
