"""Counts, means and scatter of attributes by segment, added up by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import ibis.expr.types as ir
import numpy as np

from segmentry.maps.attributes import Attribute
from segmentry.science.plane import Moments


def with_segments(base: ir.Table, members: ir.Table, segmentation: str) -> ir.Table:
    """The customers of one segmentation with their traits and ``segment_id``.

    Args:
        base: Customers with traits.
        members: Memberships.
        segmentation: Name of the segmentation.
    """
    inside = members.filter(members.segmentation == segmentation)
    return base.inner_join(inside.select("customer_id", "segment_id"), "customer_id")


def means(base: ir.Table, attributes: Sequence[Attribute]) -> ir.Table:
    """One row: the mean of each attribute as prepared.

    Args:
        base: Customers with traits.
        attributes: As prepared.
    """
    return base.aggregate(**{each.name: each.prepared(base).mean() for each in attributes})


def centered(attributes: Sequence[Attribute], row: dict[str, Any]) -> tuple[Attribute, ...]:
    """The attributes with their means.

    Args:
        attributes: As prepared.
        row: The row of `means`.
    """
    return tuple(replace(each, mean=float(row[each.name])) for each in attributes)


def moment_sums(base: ir.Table, attributes: Sequence[Attribute]) -> ir.Table:
    """One row per segment: customers, sums and sums of products of deviations from the attributes' means.

    Customers of whom an attribute is not known sit at its mean.

    Args:
        base: Customers with traits and ``segment_id``.
        attributes: As prepared, with their means.
    """
    apart = base.select(
        "segment_id", **{each.name: (each.prepared(base) - each.mean).fill_null(0.0) for each in attributes}
    )
    sums = {_name(place): apart[each.name].sum() for place, each in enumerate(attributes)}
    pairs = {
        _name(one, other): (apart[attributes[one].name] * apart[attributes[other].name]).sum()
        for one, other in combinations_with_replacement(range(len(attributes)), 2)
    }
    return apart.group_by("segment_id").aggregate(customers=apart.count(), **sums, **pairs)


def _name(*places: int) -> str:
    return "_".join(("sum", *map(str, places)))


def moments_of(rows: list[dict[str, Any]], attributes: Sequence[Attribute]) -> Moments:
    """Moments out of the rows of `moment_sums`, segments in order of their ids.

    Args:
        rows: One per segment.
        attributes: As for `moment_sums`.
    """
    ordered = sorted(rows, key=lambda row: str(row["segment_id"]))
    size = len(attributes)
    products = np.zeros((len(ordered), size, size))
    for one, other in combinations_with_replacement(range(size), 2):
        products[:, one, other] = [row[_name(one, other)] for row in ordered]
    return Moments.from_sums(
        [each.name for each in attributes],
        [row["segment_id"] for row in ordered],
        [row["customers"] for row in ordered],
        [[row[_name(place)] for place in range(size)] for row in ordered],
        products,
        [each.mean for each in attributes],
    )
