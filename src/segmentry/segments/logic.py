"""What a tree says whatever the data: always false, always true, or partly in vain.

Leaves on one measure hang together: nobody spends above 100 and below 50. Each measure is tried at every value that
can make a difference, and as unknown; other leaves may be true or false freely. So every possible customer is among
the cases, and what holds in all of them holds of everybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from math import prod
from operator import and_, or_
from typing import Any

from segmentry.segments.referee.compared import holds
from segmentry.segments.tree import (
    Aggregate,
    And,
    Between,
    Compare,
    Condition,
    Contacts,
    Count,
    Known,
    Measure,
    Not,
    OneOf,
    Or,
)

MOST_CASES = 200_000
"""Cases up to which a tree is tried as a whole."""
Compared = Compare | Between | OneOf | Known


class Cases:
    """Every case of a tree, each leaf as the set of cases in which it is true (the bits of a number).

    Args:
        leaves: The distinct leaves.
    """

    def __init__(self, leaves: Iterable[Condition]) -> None:
        grouped = _groups(leaves)
        self.groups = [_vectors(group) for group in grouped] if all(map(_tryable, grouped)) else []
        self.number = prod(len(vectors) for _, vectors in self.groups)
        self.possible = bool(self.groups) and self.number <= MOST_CASES
        self.bits: dict[Condition, int] = {}
        if self.possible:
            self._spread()

    def _spread(self) -> None:
        repeat = 1
        for leaves, vectors in self.groups:
            for place, leaf in enumerate(leaves):
                block = 0
                for case, vector in enumerate(vectors):
                    if vector[place]:
                        block |= ((1 << repeat) - 1) << (case * repeat)
                self.bits[leaf] = _repeated(block, repeat * len(vectors), self.number)
            repeat *= len(vectors)

    @property
    def everywhere(self) -> int:
        """All cases."""
        return (1 << self.number) - 1

    def true(self, condition: Condition) -> int:
        """The cases in which a condition is true."""
        if isinstance(condition, And):
            found = self.everywhere
            for part in condition.parts:
                found &= self.true(part)
            return found
        if isinstance(condition, Or):
            found = 0
            for part in condition.parts:
                found |= self.true(part)
            return found
        return self.everywhere & ~self.true(condition.part) if isinstance(condition, Not) else self.bits[condition]


def _repeated(block: int, width: int, whole: int) -> int:
    while width < whole:
        block |= block << width
        width *= 2
    return block & ((1 << whole) - 1)


def redundant(condition: Condition, cases: Cases) -> list[Condition]:
    """Parts that could be left out without changing who belongs, each taken alone, outermost first."""
    whole = cases.true(condition)
    found: list[Condition] = []
    waiting: list[tuple[Condition, Any]] = [(condition, lambda inner: inner)]
    while waiting:
        current, around = waiting.pop(0)
        if isinstance(current, Not):
            waiting.append((current.part, lambda inner, around=around: around(cases.everywhere & ~inner)))
        if not isinstance(current, And | Or):
            continue
        for part, others in zip(current.parts, _others(current, cases), strict=True):
            if around(others) == whole:
                found.append(part)
            else:
                waiting.append((part, _inside(current, others, around)))
    return found


def _others(parent: And | Or, cases: Cases) -> list[int]:
    """For each part, where the other parts together are true."""
    truths, join = [cases.true(part) for part in parent.parts], and_ if isinstance(parent, And) else or_
    neutral = cases.everywhere if isinstance(parent, And) else 0
    before = list(accumulate(truths, join, initial=neutral))
    after = list(accumulate(reversed(truths), join, initial=neutral))[::-1]
    return [join(low, high) for low, high in zip(before[:-1], after[1:], strict=True)]


def _inside(parent: And | Or, others: int, around: Any) -> Any:
    if isinstance(parent, And):
        return lambda inner: around(inner & others)
    return lambda inner: around(inner | others)


def _groups(leaves: Iterable[Condition]) -> list[list[Condition]]:
    """Leaves on one measure together, all others by themselves."""
    found: dict[Any, list[Condition]] = {}
    for leaf in leaves:
        key = leaf.measure if isinstance(leaf, Compared) else leaf
        found.setdefault(key, []).append(leaf)
    return list(found.values())


def _tryable(leaves: list[Condition]) -> bool:
    """Whether every leaf of a group can be tried at every value in good time."""
    values = sum(len(list(_literals(leaf))) for leaf in leaves if isinstance(leaf, Compared))
    return values * len(leaves) <= MOST_CASES


def _vectors(leaves: list[Condition]) -> tuple[list[Condition], list[tuple[bool, ...]]]:
    """The leaves of a group and every way in which they can be true and false together."""
    first = leaves[0]
    if not isinstance(first, Compared):
        return leaves, [(False,), (True,)]
    tests = [_test(leaf) for leaf in leaves if isinstance(leaf, Compared)]
    values = _values(first.measure, [leaf for leaf in leaves if isinstance(leaf, Compared)])
    return leaves, sorted({tuple(test(value) for test in tests) for value in values})


def _test(leaf: Compared) -> Callable[[Any], bool]:
    """The truth of a leaf for a value, None being unknown; a value of another type fits no leaf."""
    if isinstance(leaf, Known):
        return lambda value: (value is not None) is leaf.known
    if isinstance(leaf, OneOf):
        listed = frozenset(leaf.values)
        return lambda value: value is not None and (value in listed) is not leaf.negated

    def test(value: Any) -> bool:
        try:
            return value is not None and bool(holds(leaf, value))
        except TypeError:
            return False

    return test


def _values(measure: Measure, leaves: Iterable[Compared]) -> list[Any]:
    """Values of a measure that can make a difference to its leaves; None for unknown."""
    literals = {value for leaf in leaves for value in _literals(leaf)}
    counted = isinstance(measure, Count | Contacts) or (
        isinstance(measure, Aggregate) and measure.function == "distinct"
    )
    if counted:
        near = {int(each) + step for each in literals if isinstance(each, Decimal) for step in (-1, 0, 1, 2)}
        return [Decimal(each) for each in sorted({0, *near}) if each >= 0]
    known = _between(literals)
    never_unknown = isinstance(measure, Aggregate) and measure.function == "sum"
    return known if never_unknown else [*known, None]


def _literals(leaf: Compared) -> Iterable[Any]:
    if isinstance(leaf, Compare):
        return (leaf.value,)
    if isinstance(leaf, Between):
        return (leaf.low, leaf.high)
    return leaf.values if isinstance(leaf, OneOf) else ()


def _between(literals: set[Any]) -> list[Any]:
    """The literals, values between any two neighbors, and values beyond both ends."""
    if not literals:
        return [Decimal(0)]
    kinds: Mapping[type, Any] = {Decimal: _numbers, date: _days, str: _texts}
    kind = next((kind for kind in kinds if all(isinstance(each, kind) for each in literals)), None)
    return [False, True] if kind is None else list(kinds[kind](sorted(literals)))


def _numbers(values: list[Decimal]) -> list[Decimal]:
    middles = [(low + high) / 2 for low, high in pairwise(values)]
    return sorted([values[0] - 1, *values, *middles, values[-1] + 1])


def _days(values: list[date]) -> list[date]:
    step = timedelta(days=1)
    near = {each + move for each in values for move in (-step, 0 * step, step) if date.min < each < date.max}
    return sorted({*values, *near})


def _texts(values: list[str]) -> list[str]:
    return sorted({"", *values, *(f"{each}\x00" for each in values)})
