"""When adoption of a technology peaks: Bass' model over adoptions per period, where enough of them are dated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from segmentry.profiles.accounts.keys import day
from segmentry.profiles.history import days_between
from segmentry.science.diffusion import fit_bass
from segmentry.terms.numbers import NotEstimable

MOST_TIMED = 50
"""Technologies that are timed: those with most adopters of whom the day is told."""

_MONTH, _QUARTER, _YEAR = 30, 91, 365
_MOST_PERIODS = 40

Count = Mapping[str, Any]


def adoptions(stack: ir.Table, last_day: date, fewest: int) -> ir.Table:
    """New adopters of each technology by period from its first adoption on, most adopted technologies first.

    A period has 30 days, of technologies older than 40 such periods 91, and of still older ones 365.

    Args:
        stack: The table of `stack.in_use`.
        last_day: The last local day that counts.
        fewest: Dated adopters that a technology needs.

    Returns:
        ``technology``, ``first_adopted_on``, ``length`` (days of a period), ``period`` from 0 on and ``adopters``.
    """
    dated = stack.filter(stack.first_seen_on.notnull())
    whole = dated.group_by("technology").aggregate(first_adopted_on=dated.first_seen_on.min(), dated=dated.count())
    whole = whole.filter(whole.dated >= fewest).order_by([whole.dated.desc(), whole.technology.asc()]).limit(MOST_TIMED)
    span = days_between(day(last_day), whole.first_adopted_on)
    length = ibis.cases(
        *((span < _MOST_PERIODS * each, ibis.literal(each, type="int64")) for each in (_MONTH, _QUARTER)),
        else_=ibis.literal(_YEAR, type="int64"),
    )
    known = whole.select(timed="technology", first_adopted_on="first_adopted_on", length=length)
    joined = dated.drop("category").inner_join(known, dated.technology == known.timed)
    since = days_between(joined.first_seen_on, joined.first_adopted_on)
    counted = joined.select("technology", "first_adopted_on", "length", period=(since / joined.length).floor())
    grouped = counted.group_by("technology", "first_adopted_on", "length", "period")
    return grouped.aggregate(adopters=counted.count())


def timings(counts: Iterable[Count], last_day: date) -> list[dict[str, Any]]:
    """Bass' model of each technology: the columns of `TECHNOLOGY_ADOPTION` about timing.

    The last period is left out unless it is over: it would look like adoption that slows down.

    Args:
        counts: Rows of `adoptions`.
        last_day: The last local day that counts.
    """
    found: dict[tuple[str, date, int], dict[int, int]] = {}
    for row in counts:
        key = (row["technology"], row["first_adopted_on"], int(row["length"]))
        found.setdefault(key, {})[int(row["period"])] = int(row["adopters"])
    return [_timing(*key, own, last_day) for key, own in sorted(found.items())]


def _timing(technology: str, first: date, length: int, own: Mapping[int, int], last_day: date) -> dict[str, Any]:
    periods = ((last_day - first).days + 1) // length
    new = np.array([own.get(place, 0) for place in range(max(periods, 1))], dtype=np.float64)
    told: dict[str, Any] = {"technology": technology, "periods": periods, "period_days": length}
    model = fit_bass(new)
    if isinstance(model, NotEstimable):
        return told | {"timing_reason": _sentence(model)}
    told |= {"innovation": model.innovation, "imitation": model.imitation, "market": model.market}
    peak = model.peak_time
    if isinstance(peak, NotEstimable):
        return told | {"timing_reason": _sentence(peak)}
    return told | {"peak_on": first + timedelta(round(peak * length))}


def _sentence(refused: NotEstimable) -> str:
    reason = str(refused.reason)
    return f"{reason[0].upper()}{reason[1:]}."
