"""What all blocks of a simulated company share: segments, catalog, seasons, clocks, zone offsets, campaigns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from segmentry.simulate.catalog import Catalog, make_catalog
from segmentry.simulate.latent_segments import (
    DRIFT_DAYS,
    DRIFT_RATE,
    DRIFTING,
    LatentSegment,
    drifted,
    latent_segments,
)
from segmentry.simulate.purchase_process import Floats, Hyperparameters, Integers
from segmentry.simulate.seasons import CustomerClock, clock_of, season_index
from segmentry.simulate.spec import CompanySpec
from segmentry.terms.clock import local_to_utc

HORIZON_DAYS = 364
"""The 52 weeks over which the truth states expected purchases."""

_HOURS = (7.0, 8.0, 10.5, 13.5, 17.5, 21.0, 23.4)
_HOUR_SHARES = (0.0, 0.02, 0.20, 0.50, 0.80, 0.97, 1.0)


def opening_share(hour: Floats) -> Floats:
    """How much of a day's business lies before each hour of the clock, 0 to 1: `World.moments` turned round."""
    return np.asarray(np.interp(hour, _HOURS, _HOUR_SHARES))


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign; ``first_day`` and ``last_day`` count from the start of the history."""

    campaign_id: str
    name: str
    channel: str
    objective: str
    first_day: int
    last_day: int
    contact_cost: int
    """Cost of one contact in ten-thousandths of the currency; acquisition campaigns pay for each arrival."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is drawn once for the whole company.

    Attributes:
        spec: What was asked.
        segments: The latent segments.
        catalog: The products.
        index: Season index of each day by segment, drift not included; shape (segments, days simulated).
        clocks: Each segment's clock, drift included.
        offsets: Seconds that local time is ahead of UTC on each day; shape (days simulated + 60,).
        campaigns: In order of their first day.
    """

    spec: CompanySpec
    segments: tuple[LatentSegment, ...]
    catalog: Catalog
    index: Floats
    clocks: tuple[CustomerClock, ...]
    offsets: Integers
    campaigns: tuple[Campaign, ...]

    @property
    def later(self) -> tuple[LatentSegment, ...]:
        """The segments as they are at the end: one of them turned, where the company drifts."""
        if not self.spec.drift:
            return self.segments
        return tuple(drifted(one) if number == self.drifting else one for number, one in enumerate(self.segments))

    @property
    def drifting(self) -> int:
        """Position of the segment that drifts."""
        return min(DRIFTING, len(self.segments) - 1)

    @property
    def drift_day(self) -> int:
        """Day on which the drift begins, whether or not there is one."""
        return max(self.spec.days - DRIFT_DAYS, 0)

    def hyperparameters(self, membership: NDArray[np.int64]) -> Hyperparameters:
        """The population's parameters of each customer's segment."""
        names = ("r", "alpha", "a", "b", "s", "beta")
        values = {name: np.array([getattr(one, name) for one in self.segments])[membership] for name in names}
        return Hyperparameters(**values)

    def inner(self, membership: Integers, day: Floats) -> Floats:
        """Each customer's own time at calendar time ``day``."""
        return self._by_clock(membership, day, "inner")

    def calendar(self, membership: Integers, inner: Floats) -> Floats:
        """Calendar time at each customer's own time."""
        return self._by_clock(membership, inner, "calendar")

    def moments(self, day: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Local seconds and UTC seconds since 1970 of times in days, moved into opening hours of the same day."""
        whole = np.floor(day).astype(np.int64)
        hour = np.interp(day - whole, _HOUR_SHARES, _HOURS)
        epoch = (self.spec.start - datetime(1970, 1, 1).date()).days
        local = (whole + epoch) * 86_400 + (hour * 3_600).astype(np.int64)
        return local, local - self.offsets[whole]

    def _by_clock(self, membership: Integers, values: Floats, verb: str) -> Floats:
        result = np.empty(len(values))
        for number, clock in enumerate(self.clocks):
            mine = membership == number
            result[mine] = getattr(clock, verb)(values[mine])
        return result


def make_world(spec: CompanySpec) -> World:
    """Draw what all customers of ``spec`` share."""
    random = np.random.default_rng([spec.seed, 0])
    segments = latent_segments(spec)
    length = spec.days + max(spec.holdout_days, HORIZON_DAYS) + 1
    index = np.stack([season_index(spec.start, length, _strength(spec, segment)) for segment in segments])
    speed = index.copy()
    if spec.drift:
        speed[min(DRIFTING, len(segments) - 1), max(spec.days - DRIFT_DAYS, 0) :] *= DRIFT_RATE
    if spec.process == "contractual":
        speed[:] = 1.0
    clocks = tuple(clock_of(row) for row in speed)
    catalog = make_catalog(spec, random)
    return World(spec, segments, catalog, index, clocks, _offsets(spec, length + 60), _campaigns(spec))


def arrival_weights(world: World) -> Floats:
    """Weight of each day of the history for arrivals: slow growth, the seasons, and acquisition campaigns."""
    days = np.arange(world.spec.days)
    weights = (1.0 + 0.4 * days / len(days)) * world.index[:, : len(days)].mean(axis=0)
    for campaign in world.campaigns:
        if campaign.objective == "acquire":
            weights[campaign.first_day : campaign.last_day + 1] *= 1.5
    return np.asarray(weights)


def _strength(spec: CompanySpec, segment: LatentSegment) -> float:
    return spec.strength * segment.season


def _offsets(spec: CompanySpec, length: int) -> Integers:
    noons = [datetime.combine(spec.start, datetime.min.time()) + timedelta(days=day, hours=12) for day in range(length)]
    return np.array([int((noon - local_to_utc(noon, spec.timezone)).total_seconds()) for noon in noons], np.int64)


def _campaigns(spec: CompanySpec) -> tuple[Campaign, ...]:
    """A retention campaign every quarter from the fourth month on, an acquisition campaign every half-year."""
    found = []
    for number, first in enumerate(range(100, spec.days - 20, 91)):
        channel, cost = (("mail", 6_000), ("email", 400), ("app", 200))[number % 3]
        last = min(first + 20, spec.days - 1)
        found.append(Campaign("", f"Come back {number + 1}", channel, "retain", first, last, cost))
    for number, first in enumerate(range(60, spec.days - 20, 182)):
        last = min(first + 27, spec.days - 1)
        found.append(Campaign("", f"New friends {number + 1}", "social", "acquire", first, last, 45_000))
    found.sort(key=lambda campaign: (campaign.first_day, campaign.name))
    return tuple(replace(one, campaign_id=f"K{position + 1:03d}") for position, one in enumerate(found))
