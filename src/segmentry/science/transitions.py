"""Segments over refits: which old segment a new one is, and what happened to the others (MONIC, Spiliopoulou 2006).

Survivors are paired one to one by the largest total Jaccard similarity of members (Hungarian method). What is left is
read by shares: a split sends most of an old segment into new ones that come mostly from it; a merge takes most of
several old ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray

SegmentEvent = Literal["survived", "split", "merged", "emerged", "disappeared"]


@dataclass(frozen=True, slots=True)
class Transition:
    """What happened to segments between two fits.

    Attributes:
        event: ``survived``, ``split``, ``merged``, ``emerged`` or ``disappeared``.
        old: Places of the old segments concerned.
        new: Places of the new segments concerned.
        overlap: Jaccard similarity for survivors; for splits and merges the share of members explained; else 0.
        evidence: ``members``, or ``centers`` where too few customers are in both fits.
    """

    event: SegmentEvent
    old: tuple[int, ...]
    new: tuple[int, ...]
    overlap: float
    evidence: Literal["members", "centers"] = "members"


def match_segments(shared: ArrayLike, threshold: float = 0.5) -> tuple[Transition, ...]:
    """Events between an old and a new fit, survivors first.

    Args:
        shared: Customers of both fits, shape (old segments, new segments): how many went from where to where.
        threshold: Jaccard similarity above which a segment survives (at one half exactly, two could), and share from
            which a split or merge is told.
    """
    counts = np.atleast_2d(np.asarray(shared, dtype=np.float64))
    events = list(_survivors(_jaccard(counts), threshold, "members"))
    return _with_the_rest(events, counts, threshold)


def match_centers(old: ArrayLike, new: ArrayLike, reach: float = 1.0) -> tuple[Transition, ...]:
    """As `match_segments`, by centers alone: for fits that have too few customers in common.

    Args:
        old: Centers of shape (old segments, variables), in the scale of the fit.
        new: Centers of shape (new segments, variables), in the same scale.
        reach: Distance at which similarity has fallen to one half, beyond which nothing survives.
    """
    before, after = np.atleast_2d(np.asarray(old, float)), np.atleast_2d(np.asarray(new, float))
    distances = np.sqrt(((before[:, None, :] - after[None, :, :]) ** 2).sum(axis=2))
    events = list(_survivors(1.0 / (1.0 + distances / reach), 0.5, "centers"))
    return _with_the_rest(events, np.zeros(distances.shape), 0.5)


def _jaccard(counts: FloatArray) -> FloatArray:
    union = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0, keepdims=True) - counts
    return np.asarray(np.divide(counts, union, out=np.zeros_like(counts), where=union > 0), dtype=np.float64)


def _survivors(
    similarity: FloatArray, threshold: float, evidence: Literal["members", "centers"]
) -> Iterator[Transition]:
    from scipy.optimize import linear_sum_assignment

    for row, column in zip(*linear_sum_assignment(-similarity), strict=True):
        if similarity[row, column] > threshold:
            overlap = float(similarity[row, column])
            yield Transition("survived", (int(row),), (int(column),), overlap, evidence)


def _with_the_rest(events: list[Transition], counts: FloatArray, threshold: float) -> tuple[Transition, ...]:
    of_old = np.divide(counts, counts.sum(axis=1, keepdims=True), out=np.zeros_like(counts), where=counts > 0)
    of_new = np.divide(counts, counts.sum(axis=0, keepdims=True), out=np.zeros_like(counts), where=counts > 0)
    events += _splits(events, of_old, of_new, threshold)
    events += _merges(events, of_old, of_new, threshold)
    old_told = {place for event in events for place in event.old}
    new_told = {place for event in events for place in event.new}
    events += [Transition("emerged", (), (new,), 0.0) for new in range(counts.shape[1]) if new not in new_told]
    events += [Transition("disappeared", (old,), (), 0.0) for old in range(counts.shape[0]) if old not in old_told]
    return tuple(events)


def _splits(
    events: Sequence[Transition], of_old: FloatArray, of_new: FloatArray, threshold: float
) -> Iterator[Transition]:
    """An old segment whose members fill new ones that survive from no other."""
    heir = {event.old[0]: event.new[0] for event in events}
    for old in range(of_old.shape[0]):
        free = _not_in(of_old.shape[1], {new for source, new in heir.items() if source != old})
        parts = np.flatnonzero(free & (of_new[old] >= threshold))
        if parts.size > 1 and of_old[old, parts].sum() >= threshold:
            yield Transition("split", (old,), tuple(map(int, parts)), float(of_old[old, parts].sum()))


def _merges(
    events: Sequence[Transition], of_old: FloatArray, of_new: FloatArray, threshold: float
) -> Iterator[Transition]:
    """A new segment that took most of several old ones, none of which lives on elsewhere."""
    heir = {event.new[0]: event.old[0] for event in events if event.event == "survived"}
    for new in range(of_new.shape[1]):
        free = _not_in(of_new.shape[0], {old for target, old in heir.items() if target != new})
        parts = np.flatnonzero(free & (of_old[:, new] >= threshold))
        if parts.size > 1 and of_new[parts, new].sum() >= threshold:
            yield Transition("merged", tuple(map(int, parts)), (new,), float(of_new[parts, new].sum()))


def _not_in(size: int, taken: set[int]) -> NDArray[np.bool_]:
    free = np.ones(size, dtype=bool)
    free[sorted(taken)] = False
    return free
