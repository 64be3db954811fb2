"""Parts that ask one measure the same kind of thing, said as one: thousands of terms become a list or a bound.

``orders = 1 or orders = 2`` is ``orders in (1, 2)``, ``spend > 5 and spend > 7`` is ``spend > 7``. Every rewriting
means the same for every value, unknown included; what fits no rule stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from segmentry.segments.tree import And, Compare, Condition, Not, OneOf, Or

_LOWER = (">", ">=")


def merged(condition: Condition) -> Condition:
    """The same condition in fewer terms.

    Args:
        condition: A sound tree.
    """
    if isinstance(condition, Not):
        return Not(merged(condition.part))
    if not isinstance(condition, And | Or):
        return condition
    parts = [merged(part) for part in condition.parts]
    whole = isinstance(condition, And)
    groups: dict[Any, list[Condition]] = {}
    for place, part in enumerate(parts):
        groups.setdefault(_kind(part, whole=whole) or place, []).append(part)
    fewer = [each if len(each) == 1 else [_one(each, whole=whole)] for each in groups.values()]
    joined = tuple(part for each in fewer for part in each)
    return joined[0] if len(joined) == 1 else type(condition)(joined)


def _kind(part: Condition, *, whole: bool) -> tuple[Any, ...] | None:
    """What parts must share to be said as one; None for a part that stands alone.

    Args:
        part: One part.
        whole: Whether all parts must hold (and), or any (or).
    """
    if isinstance(part, Not):
        listed = _listed(part.part) if whole else None
        return None if listed is None or listed[1] else ("none of", part.part.measure, listed[2])  # type: ignore[attr-defined]
    listed = _listed(part)
    if listed is not None:
        return ("list", part.measure, listed[2]) if listed[1] is whole else None  # type: ignore[attr-defined]
    if isinstance(part, Compare) and isinstance(part.value, Decimal | date):
        return ("bound", part.measure, part.operator in _LOWER, isinstance(part.value, Decimal))
    return None


def _listed(part: Condition) -> tuple[tuple[Any, ...], bool, type] | None:
    """Values, whether they are excluded, and their type, of a part that compares with a list or one value."""
    if isinstance(part, OneOf):
        return part.values, part.negated, type(part.values[0])
    if isinstance(part, Compare) and part.operator in ("=", "!="):
        return (part.value,), part.operator == "!=", type(part.value)
    return None


def _one(parts: Sequence[Condition], *, whole: bool) -> Condition:
    first = parts[0]
    if isinstance(first, Not):
        return Not(_list_of([each.part for each in parts if isinstance(each, Not)], negated=False))
    if isinstance(first, OneOf) or (isinstance(first, Compare) and first.operator in ("=", "!=")):
        return _list_of(parts, negated=whole)
    return _bound([each for each in parts if isinstance(each, Compare)], whole=whole)


def _list_of(parts: Iterable[Condition], *, negated: bool) -> OneOf:
    listed = [(part, found) for part in parts if (found := _listed(part)) is not None]
    values = dict.fromkeys(value for _, (each, _, _) in listed for value in each)
    return OneOf(listed[0][0].measure, tuple(values), negated)  # type: ignore[attr-defined]


def _bound(parts: Sequence[Compare], *, whole: bool) -> Compare:
    """The strongest of several bounds on one side, or the weakest where any will do."""
    lower = parts[0].operator in _LOWER

    def rank(part: Compare) -> tuple[Any, bool]:
        """Order of the edge: ``> 5`` begins after ``>= 5``, ``< 5`` ends before ``<= 5``."""
        return part.value, (part.operator in (">", "<")) is lower

    return (max if lower is whole else min)(parts, key=rank)
