"""Which segments a definition leans on, and which lean on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from segmentry.segments.nesting import in_order
from segmentry.segments.tree import Condition, Definition, Facts, InSegment, Moved, Node, Trait, children, walk
from segmentry.terms.errors import Problem


def named(definition: Definition, definitions: Sequence[Definition]) -> tuple[str, ...]:
    """Ids of the segments whose present members a definition asks for, in order of mention."""
    by_word = {word: each.id for each in definitions for word in (each.name, each.id)}
    words = [node.segment for node in walk(definition.where) if isinstance(node, InSegment) and node.on is None]
    return tuple(dict.fromkeys(by_word[word] for word in words if word in by_word))


def mentioned(definition: Definition, definitions: Sequence[Definition]) -> tuple[str, ...]:
    """Ids of all segments a definition mentions, past members and movements included."""
    by_word = {word: each.id for each in definitions for word in (each.name, each.id)}
    words = [node.segment for node in walk(definition.where) if isinstance(node, InSegment | Moved)]
    return tuple(dict.fromkeys(by_word[word] for word in words if word in by_word))


def closure(wanted: Iterable[str], definitions: Sequence[Definition]) -> set[str]:
    """``wanted`` and every segment they lean on, at any remove."""
    by_id = {each.id: each for each in definitions}
    found: set[str] = set()
    waiting = [each for each in wanted if each in by_id]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting += named(by_id[current], definitions)
    return found


def dependents(id: str, definitions: Sequence[Definition]) -> tuple[str, ...]:  # noqa: A002
    """Ids of the segments that lean on one, at any remove, in the order of ``definitions``."""
    needed = {each.id: mentioned(each, definitions) for each in definitions}
    found = {id}
    for _ in definitions:
        found |= {other for other, words in needed.items() if found & set(words)}
    return tuple(each.id for each in definitions if each.id in found - {id})


def tangles(definitions: Sequence[Definition]) -> dict[str, list[Problem]]:
    """What is wrong with the names of segments, by the definition at fault; all members of a cycle are at fault."""
    found: dict[str, list[Problem]] = {}
    for problem in in_order(definitions)[1]:
        ids = set(problem.given.split(" > ")) if problem.code == "SEGMENT_CYCLE" else {problem.where}
        for each in ids:
            found.setdefault(each, []).append(problem)
    return found


def fallen(failed: Mapping[str, list[Problem]], definitions: Sequence[Definition]) -> dict[str, list[Problem]]:
    """``failed`` and, with the reason, every definition that leans on one of them."""
    found = {name: list(problems) for name, problems in failed.items()}
    grown = True
    while grown:
        grown = False
        for definition in definitions:
            needed = [each for each in named(definition, definitions) if each in found]
            if needed and definition.id not in found:
                found[definition.id] = [_leans(definition.id, each) for each in needed]
                grown = True
    return found


def _leans(id: str, needed: str) -> Problem:  # noqa: A002
    what, next_step = "It leans on a segment that cannot be evaluated", f"Mend {needed} first."
    return Problem("SEGMENT_NEEDED", what, id, needed, next_step)


def replaced(node: Any, by_word: Mapping[str, Condition]) -> Any:
    """A tree with ``in segment`` of some names replaced by other conditions."""
    if isinstance(node, InSegment) and node.on is None:
        return by_word.get(node.segment, node)
    if isinstance(node, tuple):
        return tuple(replaced(each, by_word) for each in node)
    if not isinstance(node, Node):
        return node
    values = {each.name: getattr(node, each.name) for each in dataclasses.fields(node)}
    changed = {name: replaced(value, by_word) for name, value in values.items()}
    same = all(changed[name] is value or changed[name] == value for name, value in values.items())
    return node if same else dataclasses.replace(node, **changed)


def traits_of(condition: Node) -> tuple[str, ...]:
    """Names of the traits a condition asks for, in order of mention; columns of facts are none."""
    found: dict[str, None] = {}
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Trait):
            found[node.name] = None
        if not isinstance(node, Facts):
            waiting.extend(reversed(list(children(node))))
    return tuple(found)


def without(definitions: Sequence[Definition], ids: Collection[str]) -> list[Definition]:
    """The definitions that are not among ``ids``."""
    return [each for each in definitions if each.id not in ids]
