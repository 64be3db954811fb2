"""Which leads teach the chance of conversion, so that what is left out does not go by the outcome.

A lead teaches that was open at its instant and whose horizon is over. A lost one did not convert within the horizon,
whenever that was written down; only whether it was still open at its instant needs a date. Where lost leads lack dates,
leads of that age now tell how many were lost by then (current status data, Sun 2006), and so many are left
out by lot. Leaving out whatever lacks a date instead, as converted leads mostly bear one, would make the chance of a
lead that is open far too high.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.leads.spec import LeadSpec
from segmentry.science.inputs import FloatArray
from segmentry.science.satisfaction import wilson
from segmentry.terms.numbers import Estimate, NotEstimable

FEW = 0.05
"""Share of leads without a date of closing up to which they are left out, or kept, without more ado."""
FEWEST_YOUNG = 50
"""Leads about as old as the instant of observation that tell how many were lost by then."""

_NEAREST = 400
_ALIKE = 0.1
_EPOCH = datetime(1970, 1, 1)

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Settled:
    """What became of leads, times in days since 1970.

    Attributes:
        outcome: 1 converted, 0 lost, NaN open, shape (n,).
        created: When each came, NaN where not known, shape (n,).
        until: Instant of observation, NaN where not known, shape (n,).
        closed: When it was settled, NaN where that is not known, shape (n,).
        told_later: Whether the sources were written after the as-of, so that undated outcomes may be later, too.
    """

    outcome: FloatArray
    created: FloatArray
    until: FloatArray
    closed: FloatArray
    told_later: bool = False

    @property
    def lost(self) -> Flags:
        """Lost leads without a date."""
        return np.asarray((self.outcome == 0) & np.isnan(self.closed))

    @property
    def won(self) -> Flags:
        """Converted leads without a date."""
        return np.asarray((self.outcome == 1) & np.isnan(self.closed))


@dataclass(frozen=True)
class Teachers:
    """Who teaches.

    Attributes:
        teaching: Leads whose horizon is over, taken to have been open at their instant, shape (n,).
        came: 1 where it converted within the horizon, else 0, shape (n,).
        gone: Leads taken to have been settled before their instant, by their date or by lot, shape (n,).
        lost_by_then: Share that was lost without a date by its instant, among leads that had not converted; None where
            lost leads bear dates.
        reason: Why nobody can teach; None where somebody can.
    """

    teaching: Flags
    came: FloatArray
    gone: Flags
    lost_by_then: Estimate | None = None
    reason: str | None = None


def teachers(told: Settled, spec: LeadSpec) -> Teachers:
    """Leads that teach, chosen alike whether they converted or not.

    Converted leads without a date teach nothing, as nobody knows whether the horizon held them. Where they are more
    than `FEW`, lost leads must lack dates as often, and as many others are left out by lot; else nobody teaches.

    Args:
        told: What became of leads, in order of their keys.
        spec: The as-of, the instant and the horizon.
    """
    gone = told.closed <= told.until
    old = told.until <= days_since_epoch(spec.as_of) - spec.horizon_days
    came = ((told.outcome == 1) & (told.closed <= told.until + spec.horizon_days)).astype(np.float64)
    undated = _share(old & told.won, old & (told.outcome == 1))
    lost = _share(old & told.lost, old & (told.outcome == 0))
    if undated > FEW:
        if abs((1 - undated) / max(1 - lost, 1e-9) - 1) > _ALIKE:
            return Teachers(old & False, came, gone, reason=_unlike(old, told))
        dated = old & ~gone & ~told.won & ~told.lost
        return Teachers(dated & ~(np.isnan(told.outcome) & _by_lot(undated, dated.size)), came, gone)
    pool = old & ~gone & ~told.won
    if _share(pool & told.lost, pool) <= FEW or not spec.observed_days:
        return Teachers(pool, came, gone)
    found = _lost_by_then(told, spec)
    if isinstance(found, NotEstimable):
        of = int((old & (told.outcome == 0)).sum())
        reason = f"{int((old & told.lost).sum()):,} of {of:,} lost leads have no date of closing, and {found.reason}"
        return Teachers(old & False, came, gone, reason=reason)
    out = told.lost & _by_lot(found.value / _share(pool & told.lost, pool), pool.size)
    return Teachers(pool & ~out, came, gone | out, found)


def days_since_epoch(moment: Any) -> float:
    """Days since 1970 of a moment (UTC)."""
    return float((moment - _EPOCH) / timedelta(days=1))


def _lost_by_then(told: Settled, spec: LeadSpec) -> Estimate | NotEstimable:
    """Share of leads, about as old now as they are looked at, that were lost without a date, with Wilson's interval."""
    if told.told_later:
        return NotEstimable("the sources were written after the as-of, so nobody can tell which of them were open then")
    age = days_since_epoch(spec.as_of) - told.created
    apart = np.where(told.closed <= days_since_epoch(spec.as_of), np.nan, np.abs(age - spec.observed_days))
    apart = np.where(told.won | (age < 0) | ~(apart <= spec.observed_days), np.nan, apart)
    size = int((~np.isnan(apart)).sum())
    if size < FEWEST_YOUNG:
        return NotEstimable(
            f"only {size} leads are as young as {2 * spec.observed_days:g} days, which tell how many were lost by the "
            f"instant of observation; {FEWEST_YOUNG} are needed"
        )
    limit = float(np.sort(apart)[min(size, _NEAREST) - 1])
    near = apart <= limit
    return wilson(float((near & told.lost).sum()), float(near.sum()))


def _by_lot(share: float, size: int) -> Flags:
    """A share of leads, whatever became of them; always the same."""
    return np.asarray(np.random.default_rng(0).random(size) < share)


def _share(some: Flags, of: Flags) -> float:
    return float(some.sum() / of.sum()) if of.any() else 0.0


def _unlike(old: Flags, told: Settled) -> str:
    counts = [
        f"{int((old & undated).sum()):,} of {int((old & (told.outcome == end)).sum()):,}"
        for undated, end in ((told.won, 1), (told.lost, 0))
    ]
    return f"{counts[0]} converted leads have no date of closing, but {counts[1]} lost ones: any chance would be biased"
