"""Segments that name segments: the order in which to evaluate them, and the cycles that forbid it."""

from __future__ import annotations

from collections.abc import Sequence

from segmentry.segments.tree import Definition, InSegment, walk
from segmentry.terms.errors import Problem, near_miss


def in_order(definitions: Sequence[Definition]) -> tuple[list[Definition], list[Problem]]:
    """Definitions, each after those it names with ``in segment``, and what is wrong with the names.

    Args:
        definitions: All definitions of a batch.

    Returns:
        The order, and a problem for each unknown name, each id given twice and each cycle, with its path.
    """
    by_word = {word: each for each in definitions for word in (each.name, each.id)}
    problems = _twice(definitions)
    needed: dict[str, list[str]] = {}
    for definition in definitions:
        words = {node.segment: None for node in walk(definition.where) if isinstance(node, InSegment) and not node.on}
        needed[definition.id] = [by_word[word].id for word in words if word in by_word]
        problems += [_unknown(word, definition, by_word) for word in words if word not in by_word]
    order, cycles = _sorted(needed)
    by_id = {each.id: each for each in definitions}
    return [by_id[each] for each in order], problems + cycles


def _twice(definitions: Sequence[Definition]) -> list[Problem]:
    ids = [each.id for each in definitions]
    return [
        Problem("ID_TWICE", "Two definitions have one id", each, each, "Rename one.")
        for each in sorted({each for each in ids if ids.count(each) > 1})
    ]


def _unknown(word: str, definition: Definition, known: dict[str, Definition]) -> Problem:
    hint = near_miss(word, known) or "Name a segment by its id or its name."
    return Problem("SEGMENT_UNKNOWN", "There is no such segment", definition.id, word, hint)


def _sorted(needed: dict[str, list[str]]) -> tuple[list[str], list[Problem]]:
    """Ids after all they need, without recursion; every cycle is told once with its path."""
    order: list[str] = []
    state: dict[str, int] = {}
    problems: list[Problem] = []
    for start in needed:
        path: list[tuple[str, int]] = [(start, 0)] if start not in state else []
        while path:
            current, place = path.pop()
            state[current] = 1
            if place == len(needed[current]):
                state[current] = 2
                order.append(current)
                continue
            path.append((current, place + 1))
            following = needed[current][place]
            if state.get(following) == 1:
                names = [each for each, _ in path]
                problems.append(_cycle([*names[names.index(following) :], following]))
            elif following not in state:
                path.append((following, 0))
    return order, problems


def _cycle(path: list[str]) -> Problem:
    what = "These segments are defined by one another"
    return Problem("SEGMENT_CYCLE", what, path[0], " > ".join(path), "Take one of the steps out.")
