"""Customers: where they live, who they are, which latent segment they belong to and when they arrived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmentry.simulate.latent_segments import LatentSegment
from segmentry.simulate.places import place_shares
from segmentry.simulate.purchase_process import Floats, Integers

AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
GENDERS = ("female", "male", "not stated")
HOUSEHOLDS = ("single", "couple", "family with children", "shared home")
INCOME_LEVELS = ("low", "middle", "upper middle", "high")
CUSTOMER_TYPES = ("private", "business")
ACQUISITION_CHANNELS = ("search", "social", "affiliate", "referral", "store")
_CHANNEL_SHARES = (0.34, 0.26, 0.14, 0.14, 0.12)


@dataclass(frozen=True, slots=True)
class People:
    """Customers as arrays of one length; positions refer to the tuples of this file and of ``places``."""

    number: Integers
    segment: Integers
    acquired: Floats
    place: Integers
    age: Integers
    gender: Integers
    household: Integers
    income: Integers
    customer_type: Integers
    acquired_by: Integers
    lines: Floats
    units: Floats
    discount_share: Floats
    return_share: Floats
    response: Floats

    def __len__(self) -> int:
        return len(self.number)


def by_segment(segments: tuple[LatentSegment, ...], name: str, membership: Integers) -> Floats:
    """The number called ``name`` of each customer's segment; shape of ``membership``."""
    return np.array([float(getattr(segment, name)) for segment in segments])[membership]


def draw_people(
    segments: tuple[LatentSegment, ...], first: int, count: int, arrivals: Floats, random: np.random.Generator
) -> People:
    """Draw ``count`` customers numbered from ``first`` on.

    Args:
        segments: The latent segments.
        first: Number of the first customer.
        count: How many.
        arrivals: Weight of each day of the history; shape (days,).
        random: Where the draws come from.
    """
    segment = _pick(np.array([segment.share for segment in segments]), count, random)

    def mean(name: str) -> Floats:
        return by_segment(segments, name, segment)

    age = _band(mean("age"), len(AGE_BANDS), 1.2, random)
    return People(
        number=np.arange(first, first + count, dtype=np.int64),
        segment=segment,
        acquired=_pick(arrivals, count, random) + random.random(count),
        place=_pick(place_shares(), count, random),
        age=age,
        gender=_gender(mean("female"), random),
        household=_household(age, random),
        income=_band(mean("income"), len(INCOME_LEVELS), 0.8, random),
        customer_type=(random.random(count) < mean("business")).astype(np.int64),
        acquired_by=_pick(np.array(_CHANNEL_SHARES), count, random),
        lines=1.0 + (mean("lines") - 1.0) * random.gamma(5.0, 0.2, count),
        units=1.0 + (mean("units") - 1.0) * random.gamma(4.0, 0.25, count),
        discount_share=random.beta(8 * mean("discount_share"), 8 * (1 - mean("discount_share"))),
        return_share=random.beta(4 * mean("return_share"), 4 * (1 - mean("return_share"))),
        response=mean("response") * random.gamma(3.0, 1 / 3.0, count),
    )


def _pick(weights: Floats, count: int, random: np.random.Generator) -> NDArray[np.int64]:
    steps = np.cumsum(weights)
    found = np.searchsorted(steps, random.random(count) * steps[-1], "right")
    return np.asarray(np.minimum(found, len(steps) - 1), np.int64)


def _band(center: Floats, bands: int, width: float, random: np.random.Generator) -> NDArray[np.int64]:
    drawn = np.rint(center + width * random.standard_normal(len(center)))
    return np.clip(drawn, 0, bands - 1).astype(np.int64)


def _gender(female: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    stated = np.where(random.random(len(female)) < female, 0, 1)
    return np.where(random.random(len(female)) < 0.06, 2, stated).astype(np.int64)


def _household(age: Integers, random: np.random.Generator) -> NDArray[np.int64]:
    shares = np.array(
        [
            [0.35, 0.20, 0.05, 0.40],
            [0.30, 0.33, 0.22, 0.15],
            [0.20, 0.22, 0.53, 0.05],
            [0.22, 0.30, 0.45, 0.03],
            [0.25, 0.53, 0.20, 0.02],
            [0.40, 0.55, 0.04, 0.01],
        ]
    )
    steps = np.cumsum(shares, axis=1)[age]
    passed: Integers = (random.random(len(age))[:, None] > steps).sum(axis=1)
    return np.minimum(passed, 3)
