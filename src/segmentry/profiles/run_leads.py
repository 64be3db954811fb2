"""Publishes leads: grades, stages, chances, alignments and routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.engine import Run
from segmentry.engine.types import arrow_schema
from segmentry.profiles.accounts.keys import instant
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.leads import tables
from segmentry.profiles.leads.alignments import VERTICAL, alignment_rows
from segmentry.profiles.leads.chances import Learned, conversion_rows, learn, reliability_rows
from segmentry.profiles.leads.conditions import Rule
from segmentry.profiles.leads.scoring import fit_letters, graded, grid_rows, learned_fit, shared, stage_rows
from segmentry.profiles.leads.spec import STAGES, LeadSpec
from segmentry.profiles.leads.standing import (
    days_between_moments,
    findings,
    interest,
    moment,
    observed,
    reached,
    standing,
)
from segmentry.profiles.leads.traits import TRAITS
from segmentry.profiles.picking import first_rows
from segmentry.profiles.run import identity_or_none
from segmentry.science.inputs import FloatArray
from segmentry.science.leads import FIT_GRADES, INTEREST_GRADES
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import Column, Contract

UNMATCHED = "(unmatched)"
_EPOCH = datetime(1970, 1, 1)
_BANDS = (10.0, 50.0, 250.0, 1000.0)


def publish(run: Run, spec: LeadSpec, catalog: TraitCatalog) -> None:
    """Publish what is known of leads; nothing where no source tells of any.

    Args:
        run: The run; identity must be published, and accounts where organizations are to count.
        spec: The instant, and what the workspace declares.
        catalog: Gets the traits published here.
    """
    if not run.has("leads"):
        return
    identity = identity_or_none(run)
    told = run.table("leads")
    if not run.rows(told.filter((told.created_at <= instant(spec.as_of)).fill_null(True)).limit(1)):
        return
    known = standing(keyed(told, identity), _companies(run), spec)
    run.publish(tables.LEAD_FACTS, known, spec=spec, parents=("leads",))
    rows = run.table("lead_facts")
    events = _events(run, identity, spec)
    desk = _Desk.of(run, rows, events, spec)
    graded_rows = desk.graded_table()
    whole = rows.inner_join(graded_rows, "lead_key")
    whole = whole.drop(*(name for name in whole.columns if name.endswith("_right")))
    routed = _ruled(_ruled(whole, spec.qualified, "qualified", STAGES), spec.routes, "route", ())
    run.publish(tables.LEAD_STANDING, routed.select(*tables.LEAD_STANDING.names), spec=spec, parents=("leads",))
    desk.publish_proof()
    _publish_counts(run, rows, spec)
    _publish_traits(run, spec, catalog)


@dataclass(frozen=True)
class _Desk:
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
    def of(cls, run: Run, rows: ir.Table, events: ir.Table | None, spec: LeadSpec) -> _Desk:
        """Bring the leads home and compute."""
        now = _at_home(run, rows, events, spec)
        outcome = _floats(now["outcome"])
        created, until, closed = (_days(now[name]) for name in ("created_at", "until", "closed"))
        explicit = {name: now[name].to_pylist() for name in spec.explicit if name in now.column_names}
        score = np.where(np.isnan(outcome), _floats(now["interest"]), _floats(now["interest_then"]))
        fit, judging = _fit(now, explicit, outcome, created, spec)
        judging &= ~(closed <= until)
        features: dict[str, Sequence[Any]] = dict(explicit)
        if events is not None:
            features["interest"] = now["interest_then"].to_pylist()
        teaching, came = _taught(outcome, until, closed, spec)
        learned = learn(features, came, until, teaching, spec)
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
        fits = [None] * size if isinstance(self.fit, NotEstimable) else _nullable(self.fit)
        letters: list[str | None] = [None] * size
        if not isinstance(self.fit, NotEstimable):
            letters = fit_letters(self.fit)
        numbers: list[int | None] = [None] * size
        found = self.grid()
        if not isinstance(found, NotEstimable):
            grid, places = found
            for at, place in enumerate(places):
                letters[place] = FIT_GRADES[grid.fit[at]]
                numbers[place] = INTEREST_GRADES[grid.interest[at]]
        return self.run.engine.warehouse.bring(
            pa.table(
                {
                    "lead_key": self.table["lead_key"].combine_chunks(),
                    "fit": pa.array(fits, pa.float64()),
                    "interest": pa.array(_nullable(self.score), pa.float64()),
                    "fit_grade": pa.array(letters, pa.string()),
                    "interest_grade": pa.array(numbers, pa.int64()),
                    "chance": pa.array(_nullable(self.chance), pa.float64()),
                }
            )
        )

    def publish_proof(self) -> None:
        """Publish the grid, the model with its reliability, and the features."""
        found = self.grid()
        if isinstance(found, NotEstimable):
            empty = {"leads": 0, "settled": 0, "reversed": False, **shared(found)}
            rows = [
                {"fit_grade": fit, "interest_grade": place, **empty} for fit in FIT_GRADES for place in INTEREST_GRADES
            ]
        else:
            grid, places = found
            rows = grid_rows(grid, np.where(self.judging, self.outcome, np.nan)[places])
        features = [{"feature": name, "used": used, "reason": reason} for name, used, reason in self.learned.features]
        _put(self.run, self.spec, tables.LEAD_GRID, rows)
        _put(self.run, self.spec, tables.LEAD_CONVERSION, conversion_rows(self.learned))
        _put(self.run, self.spec, tables.LEAD_RELIABILITY, reliability_rows(self.learned))
        _put(self.run, self.spec, tables.LEAD_FEATURES, features)


def _companies(run: Run) -> ir.Table | None:
    """Organizations by name in lower case, from the canonical table."""
    if not run.has("accounts"):
        return None
    told = run.table("accounts")
    named = told.filter(told.name.notnull())
    return named.select("industry", "employees", "country", company_name=named.name.lower().strip())


def _events(run: Run, identity: ir.Table | None, spec: LeadSpec) -> ir.Table | None:
    if not run.has("events"):
        return None
    told = keyed(run.table("events"), identity)
    return told.filter(told.occurred_at <= instant(spec.as_of))


def _at_home(run: Run, rows: ir.Table, events: ir.Table | None, spec: LeadSpec) -> pa.Table:
    """Leads in order of their keys: what they told, interest now and at the instant of observation, fit by rules."""
    told = [name for name in spec.explicit if name in rows.columns]
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
        *(name for name in told if name not in chosen),
        points=ibis.ifelse(known, points, ibis.null("float64")),
    )
    then = observed(rows, spec).select("lead_key", "customer_id", "until")
    whole = base.left_join(then.select("lead_key", "until"), "lead_key").drop("lead_key_right")
    if events is None:
        nothing = ibis.null("float64")
        whole = whole.mutate(interest=nothing, interest_then=nothing)
    else:
        now = rows.select("lead_key", "customer_id").mutate(until=instant(spec.as_of))
        current = interest(now, events, spec)
        earlier = interest(then, events, spec).rename(interest_then="interest")
        for part in (current, earlier):
            whole = whole.left_join(part, "lead_key").drop("lead_key_right")
    return run.arrow(whole.order_by("lead_key"))


def _fit(
    table: pa.Table, explicit: Mapping[str, Sequence[Any]], outcome: FloatArray, created: FloatArray, spec: LeadSpec
) -> tuple[FloatArray | NotEstimable, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Fit of every lead, and who may judge it: by declared points everybody, by learned ones the later half."""
    if spec.fit:
        return _floats(table["points"]), np.ones(outcome.size, dtype=bool)
    settled = ~np.isnan(outcome) & ~np.isnan(created)
    if not settled.any():
        return NotEstimable("no points are declared, and no settled lead teaches any"), settled
    middle = float(np.median(created[settled]))
    worded = {name: [_banded(each) for each in values] for name, values in explicit.items()}
    earlier = settled & (created < middle)
    return learned_fit(worded, outcome, earlier), ~earlier


def _banded(value: object) -> str | None:
    """A word as it is, a number as the band it lies in."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(sum(value > cut for cut in _BANDS))
    return None if value is None else str(value)


def _taught(
    outcome: FloatArray, until: FloatArray, closed: FloatArray, spec: LeadSpec
) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], FloatArray]:
    """Leads whose horizon is over and that were open at their instant, and whether each converted within it."""
    end = _number(spec.as_of) - spec.horizon_days
    dated = np.isnan(outcome) | ~np.isnan(closed)
    still = np.isnan(closed) | (closed > until)
    teaching = ~np.isnan(until) & (until <= end) & dated & still
    came = (outcome == 1) & (closed <= until + spec.horizon_days)
    return teaching, came.astype(np.float64)


def _chances(learned: Learned, outcome: FloatArray, until: FloatArray, spec: LeadSpec) -> FloatArray:
    """Chances of open leads inside their horizon; of nobody where the model claims nothing."""
    told = np.full(outcome.size, np.nan)
    found = learned.found
    if isinstance(found, NotEstimable) or not found.better:
        return told
    waiting = np.isnan(outcome) & (until + spec.horizon_days > _number(spec.as_of))
    if waiting.any():
        told[waiting] = found.chances(learned.matrix[waiting])
    return told


def _ruled(rows: ir.Table, rules: Sequence[Rule], name: str, order: Sequence[str]) -> ir.Table:
    """The first rule that holds, or with an order the furthest; rules see grades and what a lead told."""
    if not rules:
        return rows.mutate(**{name: ibis.null("string")})
    ranked = sorted(rules, key=lambda rule: -order.index(rule.then)) if order else rules
    cases = [(rule.holds(rows), rule.then) for rule in ranked]
    return rows.mutate(**{name: ibis.cases(*cases, else_=ibis.null("string"))})


def _publish_counts(run: Run, rows: ir.Table, spec: LeadSpec) -> None:
    """Stages, alignments, routes and findings."""
    counted = run.rows(rows.group_by("stage").aggregate(leads=rows.count()))
    here = {str(row["stage"]): int(row["leads"]) for row in counted if row["stage"] is not None}
    times = {stage: column for stage, column in spec.stage_times if column in rows.columns}
    passed = run.rows(reached(rows, times, spec))[0]
    told = ("lead", *(stage for stage in STAGES if stage in times), "won")
    _put(run, spec, tables.LEAD_STAGES, stage_rows(here, passed, _stage_times(run, rows, times, spec), told))
    settled = rows.filter(rows.outcome.notnull())
    cells = {
        name: run.rows(
            settled.group_by(value=settled[name], sector=settled.industry)
            .aggregate(leads=settled.count(), converted=settled.outcome.sum())
            .rename(industry="sector")
        )
        for name in VERTICAL
    }
    _put(run, spec, tables.LEAD_ALIGNMENTS, alignment_rows(cells))
    standing_table = run.table("lead_standing")
    still = standing_table.filter(standing_table.outcome.isnull())
    routed = still.group_by(route=still.route.fill_null(UNMATCHED)).aggregate(leads=still.count())
    if spec.routes:
        run.publish(tables.LEAD_ROUTING, routed, spec=spec, parents=("lead_standing",))
    run.publish(tables.LEAD_FINDINGS, findings(rows), spec=spec, parents=("leads",))


def _stage_times(
    run: Run, rows: ir.Table, times: Mapping[str, str], spec: LeadSpec
) -> dict[str, tuple[float | None, int]]:
    """Median days from the lead to each stage whose column is told; times before the lead, or to come, do not count."""
    found: dict[str, tuple[float | None, int]] = {}
    for stage, column in ({**times, "won": "closed"}).items():
        own = rows.filter(rows.outcome == 1) if stage == "won" else rows
        at = moment(own[column])
        days = days_between_moments(at, own.created_at)
        dated = own.mutate(days=days).filter((days >= 0) & (at <= instant(spec.as_of)))
        row = run.rows(dated.aggregate(median=dated.days.quantile(0.5), timed=dated.days.count()))[0]
        found[stage] = (row["median"], int(row["timed"]))
    return found


def _publish_traits(run: Run, spec: LeadSpec, catalog: TraitCatalog) -> None:
    rows = run.table("lead_standing")
    order = [
        rows.outcome.isnull().desc(), rows.created_at.isnull().asc(), rows.created_at.desc(), rows.lead_key.asc(),
    ]  # fmt: skip
    first = first_rows(rows, "customer_id", order)
    grade = first.interest_grade.cast("string")
    renamed = ("stage", "title_level", "title_function", "fit", "fit_grade", "interest", "interest_grade", "qualified",
               "route", "chance")  # fmt: skip
    chosen = first.select(
        "customer_id",
        "lead_source",
        "lead_age_days",
        **{f"lead_{name}": first[name] for name in renamed},
        lead_cell=first.fit_grade + grade,
    )
    contract = tables.LEAD_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in TRAITS
    )
    run.publish(
        contract, chosen.select("customer_id", *(each.name for each in TRAITS)), spec=spec, parents=("lead_standing",)
    )
    catalog.register("lead_traits", *TRAITS)


def _floats(column: pa.ChunkedArray) -> FloatArray:
    return np.array([np.nan if each is None else float(each) for each in column.to_pylist()], dtype=np.float64)


def _days(column: pa.ChunkedArray) -> FloatArray:
    return np.array([np.nan if each is None else _number(each) for each in column.to_pylist()], dtype=np.float64)


def _number(moment: Any) -> float:
    return float((moment - _EPOCH) / timedelta(days=1))


def _nullable(values: FloatArray) -> list[float | None]:
    return [None if np.isnan(each) else float(each) for each in values]


def _put(run: Run, spec: LeadSpec, contract: Contract, rows: Sequence[Mapping[str, Any]]) -> None:
    filled = pa.Table.from_pylist(list(rows), schema=arrow_schema(contract))
    run.publish(contract, filled, spec=spec, parents=("leads",))
