"""Typing rules: short readable rules that say which segment somebody belongs to, with their measured agreement.

A classification tree over readable variables is grown on the labels (Breiman, Friedman, Olshen & Stone 1984), its cut
points are rounded to the fewest digits that keep the agreement, and each leaf becomes one conjunction of thresholds.
Leaves do not overlap and cover everything, so each row gets exactly one segment. The rules approximate a segmentation;
how well is measured on rows the tree has not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.cut_trees import Conjunction, CutTree, Leaf, rounded_forms
from segmentry.science.inputs import FloatArray, Inputs, IntArray
from segmentry.terms.numbers import NotEstimable

TOLERANCE = 0.005
"""Share of agreement that may be given up for round cut points, all together."""
BREVITY = 0.01
"""Share of agreement that may be given up for fewer conjunctions."""
FOLDS = 5
"""Parts into which rows are split for the agreement out of sample."""
SAMPLE = 20_000
"""Rows on which the tree is grown and cut points are rounded; agreement is measured on all of them."""


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
        grown = CutTree.read(tree)
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

    def _round(self, grown: CutTree, rows: IntArray) -> dict[int, Decimal]:
        """Cut points with the fewest digits that keep the agreement, from the root down."""
        matrix, codes = self.matrix[rows], self.codes[rows]
        cuts = {node: Decimal(repr(cut)) for node, cut in grown.cuts.items()}
        best = grown.with_cuts(cuts).agreement(matrix, codes)
        for node, grown_cut in grown.cuts.items():
            for candidates in rounded_forms(Decimal(repr(grown_cut))):
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
