"""Typing rules: short readable rules that say which segment somebody belongs to, with their measured agreement.

A classification tree over readable variables is grown on the labels (Breiman, Friedman, Olshen & Stone 1984), its cut
points are rounded to the fewest digits that keep the agreement, and each leaf becomes one conjunction of thresholds.
Leaves do not overlap and cover everything, so each row gets exactly one segment. The rules approximate a segmentation;
how well is measured on rows the tree has not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray, Inputs, IntArray
from segmentry.terms.numbers import NotEstimable

TOLERANCE = 0.005
"""Share of agreement that may be given up for round cut points, all together."""
MOST_DIGITS = 8
"""Digits of a cut point that could not be made rounder."""
BREVITY = 0.01
"""Share of agreement that may be given up for fewer conjunctions."""
FOLDS = 5
"""Parts into which rows are split for the agreement out of sample."""
SAMPLE = 20_000
"""Rows on which the tree is grown and cut points are rounded; agreement is measured on all of them."""


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


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """The rule of one segment: at least one of its conjunctions must hold.

    Attributes:
        label: Label of the segment.
        conjunctions: The alternatives; none where the rules never choose the segment.
        share: Share of rows the segment has in the data.
        precision: Of those the rule names, the share that belongs to the segment, in sample.
        recall: Of those who belong to it, the share the rule names, in sample.
        precision_out: The same precision on rows not used for the rule.
        recall_out: The same recall on rows not used for the rule.
    """

    label: int
    conjunctions: tuple[Conjunction, ...]
    share: float
    precision: float | NotEstimable
    recall: float | NotEstimable
    precision_out: float | NotEstimable
    recall_out: float | NotEstimable


@dataclass(frozen=True, slots=True)
class TypingRules:
    """Rules for all segments of a segmentation.

    Attributes:
        rules: One for each label, in ascending order of labels.
        agreement: Share of rows whose rule names their segment, in sample.
        agreement_out: The same, cross-validated: rows not used for the rules.
        baseline: Agreement of naming the largest segment for everybody.
        variables: The variables used, the most telling first.
        leaves: Number of conjunctions in all.
        rows: Number of rows.
    """

    rules: tuple[SegmentRule, ...]
    agreement: float
    agreement_out: float | NotEstimable
    baseline: float
    variables: tuple[str, ...]
    leaves: int
    rows: int

    def predict(self, columns: Mapping[str, ArrayLike]) -> IntArray:
        """The label the rules give each row, shape (n,); see `typing_rules` for ``columns``."""
        values = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
        return _apply([(rule.label, each) for rule in self.rules for each in rule.conjunctions], values)


def typing_rules(
    columns: Mapping[str, ArrayLike],
    labels: ArrayLike,
    *,
    most_leaves: int | None = None,
    smallest_share: float = 0.01,
    tolerance: float = TOLERANCE,
    random_state: int = 0,
) -> TypingRules:
    """Short rules that reproduce ``labels`` from readable variables, as well as they can.

    Args:
        columns: Name to values of shape (n,), finite and in units people read.
        labels: Segment of each row, whole numbers, shape (n,).
        most_leaves: Largest number of conjunctions in all; three for each segment by default. Fewer are taken where
            they cost less than `BREVITY` of the agreement.
        smallest_share: Smallest share of rows a conjunction may rest on.
        tolerance: Share of agreement that may be given up for round cut points, all together.
        random_state: Seed of the split into folds and of the sample.

    Returns:
        The rules with their agreement in sample and out of sample.

    Raises:
        EstimationError: with every mistake: no rows, lengths that differ, values missing or infinite, labels that are
            no whole numbers, fewer than two segments, or options out of range.

    Notes:
        The result does not depend on the order of rows: they are sorted before anything random happens. Renaming the
        labels renames the rules. Agreement out of sample repeats the whole procedure, rounding included, on each fold.
    """
    options = {
        "most_leaves": (2 if most_leaves is None else most_leaves, 2, 1000),
        "smallest_share": (smallest_share, 0, 0.5),
        "tolerance": (tolerance, 0, 1),
    }
    matrix, codes, known = _read(columns, labels, options)
    names = tuple(columns)
    codes, known = _canonical(matrix, codes, known)
    order = np.lexsort((codes, *matrix.T))
    data = _Data(names, matrix[order], codes[order], known, most_leaves or 3 * known.size, smallest_share, tolerance)
    leaves, importance = data.fit(np.arange(data.codes.size), random_state)
    predicted = _apply(leaves, data.columns)
    out = data.cross_validated(random_state)
    rules = tuple(data.rule(int(code), leaves, predicted, out) for code in np.argsort(known))
    return TypingRules(
        rules=rules,
        agreement=float(np.mean(predicted == data.codes)),
        agreement_out=out if isinstance(out, NotEstimable) else float(np.mean(out == data.codes)),
        baseline=float(np.bincount(data.codes).max() / data.codes.size),
        variables=tuple(names[place] for place in np.argsort(-importance, kind="stable") if importance[place] > 0),
        leaves=len(leaves),
        rows=int(data.codes.size),
    )


Leaf = tuple[int, Conjunction]


@dataclass(frozen=True)
class _Data:
    """Rows in an order of their own, and how rules are grown on some of them."""

    names: tuple[str, ...]
    matrix: FloatArray
    codes: IntArray
    known: IntArray
    most_leaves: int
    smallest_share: float
    tolerance: float

    @property
    def columns(self) -> dict[str, FloatArray]:
        return self.columns_of(np.arange(self.codes.size))

    def columns_of(self, rows: IntArray) -> dict[str, FloatArray]:
        return {name: self.matrix[rows, place] for place, name in enumerate(self.names)}

    def fit(self, rows: IntArray, random_state: int) -> tuple[list[Leaf], FloatArray]:
        """The leaves of a tree grown on ``rows``, cut points rounded, and the importance of each variable."""
        if rows.size > SAMPLE:
            rows = np.sort(np.random.default_rng(random_state).choice(rows, SAMPLE, replace=False))
        tree = self._grow(rows)
        grown = _Tree.read(tree)
        rounded = grown.with_cuts(self._round(grown, rows))
        return rounded.leaves(self.names), np.asarray(tree.feature_importances_)

    def _grow(self, rows: IntArray) -> Any:
        """The smallest tree whose agreement comes near that of the largest allowed."""
        from sklearn.tree import DecisionTreeClassifier

        smallest = max(1, int(self.smallest_share * rows.size))
        first = min(max(2, self.known.size), self.most_leaves)
        trees = [
            DecisionTreeClassifier(max_leaf_nodes=leaves, min_samples_leaf=smallest, random_state=0)
            for leaves in range(first, self.most_leaves + 1)
        ]
        agreements = [
            tree.fit(self.matrix[rows], self.codes[rows]).score(self.matrix[rows], self.codes[rows]) for tree in trees
        ]
        near = [place for place, agreement in enumerate(agreements) if agreement >= max(agreements) - BREVITY]
        return trees[near[0]]

    def _round(self, grown: _Tree, rows: IntArray) -> dict[int, Decimal]:
        """Cut points with the fewest digits that keep the agreement, from the root down."""
        matrix, codes = self.matrix[rows], self.codes[rows]
        cuts = {node: Decimal(repr(cut)) for node, cut in grown.cuts.items()}
        best = grown.with_cuts(cuts).agreement(matrix, codes)
        for node, grown_cut in grown.cuts.items():
            for candidates in _candidates(Decimal(repr(grown_cut))):
                tried = [{**cuts, node: candidate} for candidate in candidates]
                agreements = [grown.with_cuts(each).agreement(matrix, codes) for each in tried]
                chosen = int(np.argmax(agreements))
                if agreements[chosen] >= best - self.tolerance:
                    cuts, best = tried[chosen], max(best, agreements[chosen])
                    break
        return cuts

    def cross_validated(self, random_state: int) -> IntArray | NotEstimable:
        """The code rules grown on the other folds give each row."""
        counts = np.bincount(self.codes)
        if counts.min() < FOLDS:
            return NotEstimable(f"a segment has fewer than {FOLDS} members, so no fold can be left out")
        folds = self._folds(random_state)
        predicted = np.empty(self.codes.size, dtype=np.int64)
        for fold in range(FOLDS):
            inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            leaves, _ = self.fit(inside, random_state)
            predicted[outside] = _apply(leaves, self.columns_of(outside))
        return predicted

    def _folds(self, random_state: int) -> IntArray:
        """Equal parts of every segment by chance."""
        generator = np.random.default_rng(random_state)
        folds = np.empty(self.codes.size, dtype=np.int64)
        for code in range(self.known.size):
            rows = np.flatnonzero(self.codes == code)
            folds[rows] = generator.permutation(np.arange(rows.size) % FOLDS)
        return folds

    def rule(self, code: int, leaves: list[Leaf], predicted: IntArray, out: IntArray | NotEstimable) -> SegmentRule:
        """The rule of one segment and how well it does."""
        belongs = self.codes == code
        if isinstance(out, NotEstimable):
            outside: tuple[float | NotEstimable, float | NotEstimable] = (out, out)
        else:
            outside = _precision_recall(belongs, out == code)
        precision, recall = _precision_recall(belongs, predicted == code)
        return SegmentRule(
            label=int(self.known[code]),
            conjunctions=tuple(conjunction for label, conjunction in leaves if label == code),
            share=float(belongs.mean()),
            precision=precision,
            recall=recall,
            precision_out=outside[0],
            recall_out=outside[1],
        )


@dataclass(frozen=True)
class _Tree:
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
    def read(cls, fitted: Any) -> _Tree:
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

    def with_cuts(self, cuts: Mapping[int, Decimal]) -> _Tree:
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


def _candidates(cut: Decimal) -> Iterator[list[Decimal]]:
    """Forms of a cut with ever more digits: at each number of them, the next below and the next above."""
    if cut == 0:
        yield [cut]
        return
    for digits in range(1, MOST_DIGITS + 1):
        step = Decimal(1).scaleb(cut.adjusted() - digits + 1)
        yield [(cut / step).to_integral_value(rounding=way) * step for way in (ROUND_FLOOR, ROUND_CEILING)]


def _apply(leaves: Sequence[Leaf], columns: Mapping[str, FloatArray]) -> IntArray:
    """The label each row gets; -1 where no conjunction holds."""
    rows = next(iter(columns.values())).size
    found = np.full(rows, -1, dtype=np.int64)
    for label, conjunction in leaves:
        holds = np.ones(rows, dtype=bool)
        for threshold in conjunction:
            holds &= threshold.holds(columns[threshold.variable])
        found[holds] = label
    return found


def _canonical(matrix: FloatArray, codes: IntArray, known: IntArray) -> tuple[IntArray, IntArray]:
    """Codes in an order of the segments that does not depend on their labels: by size, then by their sums."""
    rows = np.lexsort(matrix.T)  # sums of floats depend on the order of terms
    sums = [np.bincount(codes[rows], weights=column[rows]) for column in matrix.T]
    order = np.lexsort((*reversed(sums), np.bincount(codes)))
    return np.argsort(order)[codes], known[order]


def _precision_recall(
    belongs: NDArray[np.bool_], named: NDArray[np.bool_]
) -> tuple[float | NotEstimable, float | NotEstimable]:
    both = float(np.sum(belongs & named))
    nobody = NotEstimable("the rules name nobody for this segment")
    return both / float(named.sum()) if named.any() else nobody, both / float(belongs.sum())


def _read(
    columns: Mapping[str, ArrayLike], labels: ArrayLike, options: Mapping[str, tuple[float, float, float]]
) -> tuple[FloatArray, IntArray, IntArray]:
    """Variables of shape (n, p), codes of shape (n,) and the label of each code."""
    given = Inputs("typing_rules", {"labels": labels, **{f"column {name}": each for name, each in columns.items()}})
    given.require_whole("labels")
    if not columns:
        given.add("COLUMNS_MISSING", "There is no variable.", "columns", "", "Give one at least.")
    for name, (value, low, high) in options.items():
        if not low <= value <= high:
            given.add("OPTION_OUT_OF_RANGE", f"{name} is out of range.", name, value, f"Give {low:g} to {high:g}.")
    given.raise_problems()
    known, codes = np.unique(given["labels"].astype(np.int64), return_inverse=True)
    if known.size < 2:
        given.add("SEGMENTS_TOO_FEW", "There is one segment only.", "labels", known.tolist(), "Give two or more.")
    given.raise_problems()
    return np.column_stack([given[f"column {name}"] for name in columns]), codes.astype(np.int64), known
