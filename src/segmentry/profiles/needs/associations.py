"""Drivers of purchase, loyalty and satisfaction as rows, segment by segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from segmentry.profiles.needs.spec import DriversSpec
from segmentry.science.drivers import Drivers, find_drivers
from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import NotEstimable


def driver_rows(spec: DriversSpec, place: tuple[str, str], values: FloatArray) -> list[dict[str, Any]]:
    """Rows of `NEED_DRIVERS` for one segment; one with the reason where nothing can be told.

    Args:
        spec: Outcome and drivers.
        place: Segmentation and segment.
        values: Outcome and drivers, in this order, shape (n, 1 + drivers), NaN where not known.
    """
    told = {
        "segmentation": place[0],
        "segment_id": place[1],
        "model": spec.name,
        "outcome": spec.outcome,
        "kind": spec.kind,
    }
    randomized = [name in spec.randomized for name in spec.drivers]
    found = find_drivers(values[:, 1:], values[:, 0], randomized)
    if isinstance(found, NotEstimable):
        reason = f"{found.reason[0].upper()}{found.reason[1:]}."
        return [told | {"driver": "", "claim": "association", "reason": reason}]
    return _rows(told, spec.drivers, found)


def nothing(spec: DriversSpec, reason: str) -> list[dict[str, Any]]:
    """A row of `NEED_DRIVERS` that says why nothing can be told of anybody."""
    return [
        {
            "segmentation": "base",
            "segment_id": "everybody",
            "model": spec.name,
            "outcome": spec.outcome,
            "kind": spec.kind,
            "driver": "",
            "claim": "association",
            "reason": reason,
        }
    ]


def _rows(told: dict[str, Any], names: Sequence[str], found: Drivers) -> list[dict[str, Any]]:
    return [
        told
        | {
            "driver": name,
            "share": each.share.value,
            "low": each.share.low,
            "high": each.share.high,
            "relative": each.relative if np.isfinite(each.relative) else None,
            "chance": each.chance,
            "beyond_chance": each.beyond_chance,
            "correlation": each.correlation,
            "claim": each.claim,
            "explained": found.explained.value,
            "adjusted": found.adjusted,
            "respondents": found.respondents,
        }
        for name, each in zip(names, found.drivers, strict=True)
    ]
