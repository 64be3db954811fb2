"""Kinds of leads held against others where several leads are of one organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.science.clustered import chance_by_groups, design_effect
from segmentry.science.inputs import FloatArray


@dataclass(frozen=True)
class Together:
    """Leads by the organization they are of; a lead of its own is a group of one, and those just alike are counted.

    Attributes:
        values: Value of each part of a group, shape (m,).
        group: Its group, shape (m,).
        counts: Leads of it that converted and that did not, shape (m, 2).
        strata: Stratum of each group, shape (groups,).
        alike: How many groups are just like it, shape (groups,).
    """

    values: NDArray[np.str_]
    group: NDArray[np.int64]
    counts: FloatArray
    strata: NDArray[np.int64]
    alike: FloatArray

    @classmethod
    def of(cls, cells: Sequence[Mapping[str, Any]], *, inside: bool) -> Together | None:
        """Leads of known value by organization; None where no two leads are of one.

        Args:
            cells: ``value``, ``industry``, ``organization`` (null for leads of their own), ``leads``, ``converted``.
            inside: Whether industries are compared each for itself, and leads without one left out.
        """
        known = [each for each in cells if each["value"] is not None and not (inside and each["industry"] is None)]
        if all(each.get("organization") is None for each in known):
            return None
        industries = {str(each["industry"]) for each in known}
        numbers = {name: place if inside else 0 for place, name in enumerate(sorted(industries))}
        groups: dict[tuple[Any, ...], int] = {}
        parts: list[tuple[str, int, float, float]] = []
        alike: list[float] = []
        for cell in known:
            value, stratum, whose = str(cell["value"]), numbers[str(cell["industry"])], cell.get("organization")
            won, lost = float(cell["converted"]), float(cell["leads"] - cell["converted"])
            told: list[tuple[tuple[Any, ...], float, float, float]] = [((stratum, whose), won, lost, 1.0)]
            if whose is None:
                told = [((stratum, None, value, end), end, 1 - end, size) for end, size in ((1.0, won), (0.0, lost))]
            for key, ours, others, size in told:
                if not size:
                    continue
                place = groups.setdefault(key, len(groups))
                if place == len(alike):
                    alike.append(0.0)
                first = whose is not None or alike[place] == 0
                alike[place] = 1.0 if whose is not None else alike[place] + size
                parts += [(value, place, ours, others)] if first else []
        return cls(
            np.array([each[0] for each in parts]),
            np.array([each[1] for each in parts], dtype=np.int64),
            np.array([each[2:] for each in parts], dtype=np.float64),
            np.array([key[0] for key in groups], dtype=np.int64),
            np.array(alike),
        )

    def chance(self, value: str) -> float:
        """P of no difference between a value and all others, inside strata that hold both."""
        own, whole = self._of(self.values == value), self._of(np.ones(self.values.size, dtype=bool))
        tables = np.stack([own, whole - own], axis=1)
        sides = [np.bincount(self.strata, self.alike * tables[:, side].sum(axis=1)) > 0 for side in (0, 1)]
        used = (sides[0] & sides[1])[self.strata]
        return chance_by_groups(tables[used], self.strata[used], self.alike[used]) if used.any() else 1.0

    def effect(self, value: str) -> float:
        """How many times fewer leads of a value prove as much, as some are of one organization; 1 at least."""
        own = self._of(self.values == value)
        sizes = own.sum(axis=1)
        there = sizes > 0
        return design_effect(own[there, 0], sizes[there], self.alike[there]) if there.any() else 1.0

    def _of(self, chosen: NDArray[np.bool_]) -> FloatArray:
        columns = [np.bincount(self.group[chosen], self.counts[chosen, end], self.alike.size) for end in (0, 1)]
        return np.stack(columns, axis=1)
