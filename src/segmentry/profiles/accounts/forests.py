"""Who belongs to whom: links from below to above, with circles cut, as plain mappings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def circles(above: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The circles among links from each member to the one above it, each from its smallest member on.

    Args:
        above: The member above each member; a member that stands above itself is a circle of one.
    """
    done: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in sorted(above):
        trail: dict[str, int] = {}
        at = start
        while at in above and at not in done and at not in trail:
            trail[at] = len(trail)
            at = above[at]
        if at in trail:
            ring = list(trail)[trail[at] :]
            first = ring.index(min(ring))
            found.append((*ring[first:], *ring[:first]))
        done.update(trail)
    return found


def cut_circles(above: Mapping[str, str], weakest: Callable[[str], Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Links without circles, and the members whose link was cut, in order.

    Args:
        above: The member above each member.
        weakest: How strong a member's link is; of each circle the link with the smallest value is cut, of equal ones
            that of the first in the alphabet.
    """
    cut = tuple(sorted(min(ring, key=lambda member: (weakest(member), member)) for ring in circles(above)))
    return {member: one for member, one in above.items() if member not in set(cut)}, cut


def tops(above: Mapping[str, str], members: Iterable[str]) -> dict[str, tuple[str, int]]:
    """The topmost member over each member, and how many levels below it the member stands.

    Args:
        above: Links without circles.
        members: Who is asked for.
    """
    known: dict[str, tuple[str, int]] = {}
    for member in members:
        trail = []
        at = member
        while at in above and at not in known:
            trail.append(at)
            at = above[at]
        top, level = known.get(at, (at, 0))
        known[at] = (top, level)
        for below in reversed(trail):
            level += 1
            known[below] = (top, level)
    return known
