"""Binary trees of cuts, as conjunctions of readable thresholds: what typing rules are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.science.inputs import FloatArray, IntArray

MOST_DIGITS = 8
"""Digits of a cut point that could not be made rounder."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One comparison of a variable with a cut point.

    Attributes:
        variable: Name of the variable.
        above: True for ``variable > cut``, False for ``variable <= cut``.
        cut: The cut point, in the variable's unit; exact as a decimal.
    """

    variable: str
    above: bool
    cut: Decimal

    def holds(self, values: FloatArray) -> NDArray[np.bool_]:
        """Whether it is true of each of ``values``, shape (n,)."""
        cut = float(self.cut)
        return values > cut if self.above else values <= cut

    def __str__(self) -> str:
        return f"{self.variable} {'>' if self.above else '<='} {self.cut:f}"


Conjunction = tuple[Threshold, ...]
"""Thresholds that must all hold; empty for everybody."""

Leaf = tuple[int, Conjunction]
"""A code and the conjunction that leads to it."""


@dataclass(frozen=True)
class CutTree:
    """A binary tree of cuts: at each inner node, left for ``value <= cut``.

    Attributes:
        variables: Variable of each node, -1 at a leaf.
        left: Left child of each node.
        right: Right child of each node.
        codes: Code a leaf names.
        cuts: Cut of each inner node, from the root down.
    """

    variables: IntArray
    left: IntArray
    right: IntArray
    codes: IntArray
    cuts: dict[int, Any]

    @classmethod
    def read(cls, fitted: Any) -> CutTree:
        """The tree of a fitted classifier, siblings of one code made one leaf."""
        grown = fitted.tree_
        variables, left, right = (np.array(each) for each in (grown.feature, grown.children_left, grown.children_right))
        codes = np.asarray(fitted.classes_)[grown.value[:, 0, :].argmax(axis=1)]
        variables = np.where(left < 0, -1, variables)
        for node in range(variables.size - 1, -1, -1):
            children = (left[node], right[node])
            ends = variables[node] >= 0 and all(variables[each] < 0 for each in children)
            if ends and codes[children[0]] == codes[children[1]]:
                variables[node], codes[node] = -1, codes[children[0]]
        cuts = {node: float(grown.threshold[node]) for node in range(variables.size) if variables[node] >= 0}
        return cls(variables, left, right, codes, cuts)

    def with_cuts(self, cuts: Mapping[int, Decimal]) -> CutTree:
        """The same tree with other cut points."""
        return replace(self, cuts=dict(cuts))

    def agreement(self, matrix: FloatArray, codes: IntArray) -> float:
        """Share of rows, shape (n, p), whose leaf names their code."""
        at = np.zeros(codes.size, dtype=np.int64)
        cuts = np.zeros(self.variables.size)
        cuts[list(self.cuts)] = [float(cut) for cut in self.cuts.values()]
        rows = np.arange(codes.size)
        while rows.size:
            rows = rows[self.variables[at[rows]] >= 0]
            nodes = at[rows]
            below = matrix[rows, self.variables[nodes]] <= cuts[nodes]
            at[rows] = np.where(below, self.left[nodes], self.right[nodes])
        return float(np.mean(self.codes[at] == codes))

    def leaves(self, names: tuple[str, ...]) -> list[Leaf]:
        """The conjunction of every leaf somebody can reach, from left to right."""
        found: list[Leaf] = []
        waiting: list[tuple[int, dict[tuple[int, bool], Decimal]]] = [(0, {})]
        while waiting:
            node, bounds = waiting.pop()
            variable = int(self.variables[node])
            if variable < 0:
                found.append((int(self.codes[node]), _conjunction(bounds, names)))
                continue
            for above, child in ((True, self.right[node]), (False, self.left[node])):
                narrowed = _narrowed(bounds, (variable, above), self.cuts[node])
                if narrowed is not None:
                    waiting.append((int(child), narrowed))
        return found


def _narrowed(
    bounds: dict[tuple[int, bool], Decimal], side: tuple[int, bool], cut: Decimal
) -> dict[tuple[int, bool], Decimal] | None:
    """Bounds with one more cut, the tighter of two kept; None where nothing lies between them."""
    variable, above = side
    kept = bounds.get(side)
    tighter = cut if kept is None else (max(kept, cut) if above else min(kept, cut))
    low = tighter if above else bounds.get((variable, True))
    high = bounds.get((variable, False)) if above else tighter
    return None if low is not None and high is not None and low >= high else {**bounds, side: tighter}


def _conjunction(bounds: dict[tuple[int, bool], Decimal], names: tuple[str, ...]) -> Conjunction:
    first = {variable: place for place, (variable, _) in reversed(list(enumerate(bounds)))}
    ordered = sorted(bounds.items(), key=lambda bound: (first[bound[0][0]], not bound[0][1]))
    return tuple(Threshold(names[variable], above, cut) for (variable, above), cut in ordered)


def rounded_forms(cut: Decimal) -> Iterator[list[Decimal]]:
    """Forms of a cut with ever more digits: at each number of them, the next below and the next above."""
    if cut == 0:
        yield [cut]
        return
    for digits in range(1, MOST_DIGITS + 1):
        step = Decimal(1).scaleb(cut.adjusted() - digits + 1)
        yield [(cut / step).to_integral_value(rounding=way) * step for way in (ROUND_FLOOR, ROUND_CEILING)]
