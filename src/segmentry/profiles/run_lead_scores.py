"""Leads as arrays: grades, chances, and the tables that prove them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.engine import Run
from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.given import basis_of
from segmentry.profiles.leads import tables
from segmentry.profiles.leads.bases import basis_rows
from segmentry.profiles.leads.chances import Learned, Taught, conversion_rows, feature_rows, learn, reliability_rows
from segmentry.profiles.leads.features import LEFT_OUT, Offer, Part, joined
from segmentry.profiles.leads.scoring import banded, graded, grid_rows, learned_fit, places_alone, shared
from segmentry.profiles.leads.spec import LeadSpec
from segmentry.profiles.leads.standing import TOLD_OF_IT, interest, observed, told_by_lead, whose
from segmentry.profiles.leads.teaching import Settled, days_since_epoch, teachers
from segmentry.profiles.run_lead_counts import put
from segmentry.profiles.run_lead_features import OWN
from segmentry.science.inputs import FloatArray
from segmentry.science.leads import FIT_GRADES, INTEREST_GRADES
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import Basis

_INTEREST = Offer("interest", Basis.BEHAVIORAL, "recomputed", told=False, column="interest_then")


@dataclass(frozen=True)
class Desk:
    """Leads as arrays, in order of their keys, with all that is computed of them.

    Attributes:
        run: The run.
        spec: What is asked.
        table: Leads at home.
        outcome: 1, 0 or NaN.
        score: Interest now of an open lead, that at its instant of observation of a settled one; NaN if not told.
        fit: Fit, NaN where nothing was told, or why there is none.
        judging: Leads by which the grid may be judged.
        learned: The model of conversion.
        chance: Chance of each lead, NaN where none is told.
    """

    run: Run
    spec: LeadSpec
    table: pa.Table
    outcome: FloatArray
    score: FloatArray
    fit: FloatArray | NotEstimable
    judging: np.ndarray[Any, np.dtype[np.bool_]]
    learned: Learned
    chance: FloatArray

    @classmethod
    def of(cls, run: Run, rows: ir.Table, events: ir.Table | None, parts: Sequence[Part], spec: LeadSpec) -> Desk:
        """Bring the leads home and compute.

        Args:
            run: The run.
            rows: ``lead_facts``.
            events: Keyed events up to the as-of; None where none are told.
            parts: What was known of leads at their own instants.
            spec: What is asked.
        """
        now = _at_home(run, rows, events, parts, spec)
        outcome = _floats(now["outcome"])
        created, until, closed = (_days(now[name]) for name in ("created_at", "until", "closed"))
        score = np.where(np.isnan(outcome), _floats(now["interest"]), _floats(now["interest_then"]))
        offers = _offers(now, events is not None, parts, spec)
        columns = {each.home: now[each.home].to_pylist() for each in offers if each.reason is None}
        later = any(now["told_later"].to_pylist())
        who = teachers(Settled(outcome, created, until, closed, later), spec)
        taught = Taught(who.came, until, who.teaching, spec, who.lost_by_then, who.reason, _numbered(now["whose"]))
        learned = learn(offers, columns, taught)
        told = {each.offer.name: banded(columns[each.offer.home]) for each in learned.features if _makes_fit(each)}
        fit, judging = _fit(now, told, outcome, created, spec)
        judging &= ~who.gone
        chance = _chances(learned, outcome, until, spec)
        return cls(run, spec, now, outcome, score, fit, judging, learned, chance)

    def grid(self) -> tuple[Any, Any] | NotEstimable:
        """The grid with the places of its leads, or why there is none."""
        if isinstance(self.fit, NotEstimable):
            return self.fit
        return graded(self.fit, self.score, self.outcome, self.judging)

    def graded_table(self) -> ir.Table:
        """``lead_key`` with fit, interest, their grades and the chance."""
        size = self.table.num_rows
        unknown = np.full(size, np.nan)
        fit = unknown if isinstance(self.fit, NotEstimable) else self.fit
        fits, interests = places_alone(fit), places_alone(self.score)
        found = self.grid()
        if not isinstance(found, NotEstimable):
            grid, places = found
            for at, place in enumerate(places):
                fits[place], interests[place] = int(grid.fit[at]), int(grid.interest[at])
        letters = [None if each is None else FIT_GRADES[each] for each in fits]
        numbers = [None if each is None else INTEREST_GRADES[each] for each in interests]
        return self.run.engine.warehouse.bring(
            pa.table(
                {
                    "lead_key": self.table["lead_key"].combine_chunks(),
                    "fit": pa.array(_nullable(fit), pa.float64()),
                    "interest": pa.array(_nullable(self.score), pa.float64()),
                    "fit_grade": pa.array(letters, pa.string()),
                    "interest_grade": pa.array(numbers, pa.int64()),
                    "chance": pa.array(_nullable(self.chance), pa.float64()),
                }
            )
        )

    def publish_proof(self) -> None:
        """Publish the grid, the model with its reliability, the features, and what each basis adds."""
        found = self.grid()
        if isinstance(found, NotEstimable):
            empty = {"leads": 0, "settled": 0, "reversed": False, **shared(found)}
            rows = [
                {"fit_grade": fit, "interest_grade": place, **empty} for fit in FIT_GRADES for place in INTEREST_GRADES
            ]
        else:
            grid, places = found
            rows = grid_rows(grid, np.where(self.judging, self.outcome, np.nan)[places])
        put(self.run, self.spec, tables.LEAD_GRID, rows)
        put(self.run, self.spec, tables.LEAD_CONVERSION, conversion_rows(self.learned))
        put(self.run, self.spec, tables.LEAD_RELIABILITY, reliability_rows(self.learned))
        put(self.run, self.spec, tables.LEAD_FEATURES, feature_rows(self.learned))
        put(self.run, self.spec, tables.LEAD_BASES, basis_rows(self.learned))


def moments(rows: ir.Table, spec: LeadSpec) -> ir.Table:
    """Leads with the instant up to which things count for their chance, and their organization.

    Args:
        rows: ``lead_facts``.
        spec: Tells how long after they came they are looked at.
    """
    return observed(rows, spec).select("lead_key", "customer_id", "account_id", "organization_since", "until")


def _at_home(run: Run, rows: ir.Table, events: ir.Table | None, parts: Sequence[Part], spec: LeadSpec) -> pa.Table:
    """Leads in order of their keys: what they told, interest now and at the instant of observation, fit by rules."""
    points: ir.NumericValue = ibis.literal(0.0, type="float64")
    for rule in spec.fit:
        points = points + ibis.ifelse(rule.holds(rows), rule.points, 0.0)
    named = {each.column for rule in spec.fit for each in rule.conditions if each.column in rows.columns}
    known = ibis.literal(False)
    for name in sorted(named):
        known = known | rows[name].notnull()
    chosen = ["lead_key", "customer_id", "created_at", "closed", "outcome"]
    base = rows.select(
        *chosen,
        "organization_since",
        *(name for name in spec.explicit if name in rows.columns and name not in chosen),
        points=ibis.ifelse(known, points, ibis.null("float64")),
        **{f"{name}_by_lead": told_by_lead(rows, name) for name in TOLD_OF_IT},
        whose=whose(rows),
        told_later=(rows.closed_at > instant(spec.as_of)).fill_null(False),
    )
    then = moments(rows, spec)
    whole = base.left_join(then.select("lead_key", "until"), "lead_key").drop("lead_key_right")
    early = (whole.organization_since <= whole.until).fill_null(True)
    told = [name for name in TOLD_OF_IT if name in whole.columns]
    whole = whole.mutate(**{name: ibis.ifelse(early, whole[name], whole[f"{name}_by_lead"]) for name in told})
    return run.arrow(joined(_with_interest(whole, rows, events, then, spec), parts).order_by("lead_key"))


def _with_interest(
    whole: ir.Table, rows: ir.Table, events: ir.Table | None, then: ir.Table, spec: LeadSpec
) -> ir.Table:
    if events is None:
        nothing = ibis.null("float64")
        return whole.mutate(interest=nothing, interest_then=nothing)
    now = rows.select("lead_key", "customer_id").mutate(until=instant(spec.as_of))
    for part in (interest(now, events, spec), interest(then, events, spec).rename(interest_then="interest")):
        whole = whole.left_join(part, "lead_key").drop("lead_key_right")
    return whole


def _offers(now: pa.Table, has_events: bool, parts: Sequence[Part], spec: LeadSpec) -> list[Offer]:
    """The lead's own columns, its interest, and what comes from elsewhere."""
    own = [
        Offer(name, OWN.get(name, basis_of(name)), "undated", reason=LEFT_OUT if name in spec.leave_out else None)
        for name in spec.explicit
        if name in now.column_names
    ]
    return [*own, *([_INTEREST] if has_events else []), *(offer for part in parts for offer in part.offers)]


def _makes_fit(looked: Any) -> bool:
    """Whether fit may be learned from a feature: it was told, and does not know the outcome."""
    told: bool = looked.offer.told and looked.offer.reason is None and not looked.leaks
    return told and (looked.reason is None or looked.share == 0.0)


def _fit(
    table: pa.Table,
    told: dict[str, list[str | None]],
    outcome: FloatArray,
    created: FloatArray,
    spec: LeadSpec,
) -> tuple[FloatArray | NotEstimable, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Fit of every lead, and who may judge it: by declared points everybody, by learned ones the later half."""
    if spec.fit:
        return _floats(table["points"]), np.ones(outcome.size, dtype=bool)
    settled = ~np.isnan(outcome) & ~np.isnan(created)
    if not settled.any():
        return NotEstimable("no points are declared, and no settled lead teaches any"), settled
    earlier = settled & (created < float(np.median(created[settled])))
    return learned_fit(told, outcome, earlier), ~earlier


def _chances(learned: Learned, outcome: FloatArray, until: FloatArray, spec: LeadSpec) -> FloatArray:
    """Chances of open leads inside their horizon; of nobody where the model claims nothing."""
    told = np.full(outcome.size, np.nan)
    found = learned.found
    if isinstance(found, NotEstimable) or not found.better:
        return told
    waiting = np.isnan(outcome) & (until + spec.horizon_days > days_since_epoch(spec.as_of))
    if waiting.any():
        told[waiting] = found.chances(learned.matrix[waiting])
    return told


def _floats(column: pa.ChunkedArray) -> FloatArray:
    return np.array([np.nan if each is None else float(each) for each in column.to_pylist()], dtype=np.float64)


def _days(column: pa.ChunkedArray) -> FloatArray:
    told = column.to_pylist()
    return np.array([np.nan if each is None else days_since_epoch(each) for each in told], dtype=np.float64)


def _numbered(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.unique(np.array(column.to_pylist(), dtype=str), return_inverse=True)[1].ravel()


def _nullable(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(each) else float(each) for each in values]
