"""Walking a tree without recursion: children, depth, and what a well-formed tree keeps to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from segmentry.segments.tree.base import Node

DEEPEST = 64
"""How deep conditions may be nested."""


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below ``node``, in the order of its fields."""
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, Node))


def walk(node: Node) -> Iterator[Node]:
    """``node`` and every node below it, each before its children, from left to right."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(list(children(current))))
