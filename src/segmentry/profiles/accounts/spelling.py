"""Near-identical names: those that can only be one name are repaired, those that may be one are flagged; all are told.

Names that differ in case, blanks, punctuation or accents alone are one name. Names one slip of the pen apart (a letter
missing, added, changed, or two swapped; Damerau 1964) are repaired where exactly one of them is a known name, and
flagged otherwise: `Boston` and `Bolton` may both be meant. Numbers and short words never count as slips.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

REPAIRED, FLAGGED = "repaired", "flagged"
SHORTEST_WORD = 5
"""Shorter words may differ in a letter and mean different things."""
MOST_NAMES = 20_000
"""With more distinct names, only differences in case, blanks and punctuation are looked for."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One name that is, or may be, another name misspelt.

    Attributes:
        scope: Table and column, such as ``accounts.industry``.
        given: The name as written.
        meant: The name it stands for.
        rows: Rows with the name as written.
        meant_rows: Rows with the other name; 0 where only a list of known names has it.
        decision: ``repaired`` or ``flagged``.
        reason: How the two names differ.
    """

    scope: str
    given: str
    meant: str
    rows: int
    meant_rows: int
    decision: str
    reason: str

    def as_row(self) -> dict[str, Any]:
        """The repair as a row of the contract `SPELLING_REPAIRS`."""
        return asdict(self)


def spelling_repairs(
    scope: str, counts: Mapping[str, int], listed: Collection[str] = (), words: Collection[str] = ()
) -> tuple[Repair, ...]:
    """What is or may be misspelt among names.

    Args:
        scope: Table and column of the names.
        counts: Rows by name as written.
        listed: Names that another table lists, in their right spelling.
        words: Usual words, whose spelling counts but whose case and punctuation do not.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for name in {*counts, *listed}:
        if folded := fold(name):
            groups[folded].append(name)
    chosen = {key: _right(names, counts, set(listed)) for key, names in groups.items()}
    found = [
        Repair(scope, name, chosen[key], counts[name], counts.get(chosen[key], 0), REPAIRED, _LOOKS)
        for key, names in groups.items()
        for name in names
        if name != chosen[key] and name in counts and name not in listed
    ]
    if len(chosen) <= MOST_NAMES:
        known = {fold(name): name for name in words} | {key: chosen[key] for key in map(fold, listed) if key}
        found += _near(scope, chosen, {key: sum(counts.get(name, 0) for name in groups[key]) for key in groups}, known)
    return tuple(sorted(found, key=lambda each: (each.given, each.meant)))


_LOOKS = "differs in case, blanks, punctuation or accents alone"


def fold(name: str) -> str:
    """A name without case, blanks, punctuation and accents; ``+`` and ``#`` stay, they tell languages apart."""
    letters: list[str] = []
    for letter in unicodedata.normalize("NFKD", name.casefold()):
        accent = unicodedata.combining(letter) and letters and letters[-1].isascii()
        if letter.isalnum() or letter in "+#" or (unicodedata.combining(letter) and not accent):
            letters.append(letter)
    return "".join(letters)


def one_slip(first: str, second: str) -> bool:
    """Whether a letter missing, added or changed, or two neighbors swapped, makes one word of the other."""
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    first, second = first[start:], second[start:]
    while first and second and first[-1] == second[-1]:
        first, second = first[:-1], second[:-1]
    return max(len(first), len(second)) <= 1 or (len(first) == 2 and first == second[::-1])


def _right(names: list[str], counts: Mapping[str, int], listed: set[str]) -> str:
    """The spelling that stands: a listed one, else the most frequent, else the first in the alphabet."""
    return min(names, key=lambda name: (name not in listed, -counts.get(name, 0), name))


def _near(scope: str, chosen: Mapping[str, str], rows: Mapping[str, int], known: Mapping[str, str]) -> Iterator[Repair]:
    shown = {**known, **chosen}
    by_key: dict[str, set[str]] = defaultdict(set)
    worded = {folded: _words(name) for folded, name in shown.items()}
    for folded, words in worded.items():
        for key in _less_one_letter(words):
            by_key[key].add(folded)
    for folded in chosen:
        if folded in known:
            continue
        others = {other for key in _less_one_letter(worded[folded]) for other in by_key[key]} - {folded}
        meant = sorted(other for other in others if _slipped(worded[folded], worded[other]))
        certain = [other for other in meant if other in known]
        if len(certain) == 1:
            yield _repair(scope, folded, certain[0], REPAIRED, "one slip from the known name", shown, rows)
        elif meant:
            likely = min(meant, key=lambda other: (-rows.get(other, 0), other))
            if (rows.get(likely, 0), folded) > (rows[folded], likely) or certain:
                yield _repair(scope, folded, likely, FLAGGED, "one slip apart; both may be meant", shown, rows)


def _repair(
    scope: str, given: str, meant: str, decision: str, reason: str, shown: Mapping[str, str], rows: Mapping[str, int]
) -> Repair:
    return Repair(scope, shown[given], shown[meant], rows[given], rows.get(meant, 0), decision, reason)


def _words(name: str) -> tuple[str, ...]:
    plain = "".join(letter if letter.isalnum() or letter in "+#" else " " for letter in name.casefold())
    return tuple(fold(word) for word in plain.split())


def _less_one_letter(words: tuple[str, ...]) -> Iterator[str]:
    """The name itself, and with one letter left out of one of its longer words."""
    yield " ".join(words)
    for place, word in enumerate(words):
        if len(word) >= SHORTEST_WORD:
            for at in range(len(word)):
                yield " ".join((*words[:place], word[:at] + word[at + 1 :], *words[place + 1 :]))


def _slipped(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    """Whether two names differ by one slip in one longer word without digits."""
    if len(first) != len(second):
        return False
    different = [(one, other) for one, other in zip(first, second, strict=True) if one != other]
    if len(different) != 1:
        return False
    one, other = different[0]
    plain = one.isalpha() and other.isalpha()
    return plain and min(len(one), len(other)) >= SHORTEST_WORD - 1 and one_slip(one, other)
