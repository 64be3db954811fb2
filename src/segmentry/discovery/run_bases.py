"""Finds and publishes what each basis adds to the prediction of a study's outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.discovery.guide.blocks import Values, block_of, coverage_of, known_share
from segmentry.discovery.guide.outcomes import PERIODS, known_before, outcome, split_day
from segmentry.discovery.guide.population import Row, catalog, everybody, require_traits, values_of, with_traits
from segmentry.discovery.guide.spec import GuideSpec
from segmentry.discovery.guide.tables import STUDY_BASES
from segmentry.discovery.run_guide import put
from segmentry.engine import Run
from segmentry.profiles.history import keyed
from segmentry.profiles.picking import even_sample
from segmentry.science.bases import BasesAdded, BasisGain, what_bases_add
from segmentry.science.inputs import FloatArray
from segmentry.segments.reader import rows_of
from segmentry.segments.universe import identity_of
from segmentry.terms.numbers import Estimate, NotEstimable
from segmentry.terms.vocabulary import Basis, DataClass, Specificity

NESTS = (
    Basis.FIRMOGRAPHIC,
    Basis.DEMOGRAPHIC,
    Basis.GEOGRAPHIC,
    Basis.TECHNOGRAPHIC,
    Basis.BEHAVIORAL,
    Basis.NEEDS,
    Basis.PSYCHOGRAPHIC,
)
"""Bases from the outermost nest to the innermost: what is seen first, then what has to be asked (after Bonoma & Shapiro
1983, whose nests are demographics, operating variables, purchasing approach, situation and persons)."""

COVERAGE = "coverage"
"""Of whom anything is known: first of all blocks, so that no basis gets the credit for who was asked."""

_SEEN = Basis.BEHAVIORAL.value
"""The basis whose gaps say what somebody did: who bought once has no mean gap. Elsewhere they say who was asked."""

MOST_TRAITS = 40
"""Traits of one basis at most, the best known first."""

SKEWED = 1.5
"""Skewness from which a positive outcome is predicted on the scale of its logarithm."""

_ASKED = ("survey_responses", "choices")
"""Tables of what was asked."""

_LASTING = frozenset(("customers", "accounts", *_ASKED, "technologies", "identifiers", "addresses"))
"""Sources that tell what lasts; a trait made of any other as of today may tell of the outcome itself."""


def bases_added(run: Run, spec: GuideSpec) -> tuple[BasesAdded | NotEstimable, dict[str, Any]]:
    """What each basis explains of the outcome, out of sample; published where it can be told.

    Of an outcome in the last period of the history, behavior is taken as it stood before, and other traits only where
    their sources tell what lasts.

    Args:
        run: The run.
        spec: The study, its outcome and the instant.

    Returns:
        The answer, and how it was found: period, traits used and left out.

    Raises:
        StudyError: the outcome is no trait.
    """
    known = catalog(run)
    if spec.measure not in PERIODS:
        require_traits(known, [spec.measure], "study, measure")
    elif not run.has("orders"):
        return NotEstimable("nothing was ordered; name a trait as the measure of the study"), {}
    split = _split(run, spec) if spec.measure in PERIODS else None
    how: dict[str, Any] = {"measure": spec.measure, "scale": "as measured"}
    how["left_out"] = _left_out(known, spec, asked_late=split is not None and _asked_after(run, split))
    bases = {name: str(row["basis"]) for name, row in known.items() if row["basis"] and name not in how["left_out"]}
    if split is None:
        table, bases = _of_trait(run, spec, known, bases, how)
    else:
        table, bases = _of_period(run, spec, known, bases, split, how)
    blocks = _blocks(table, bases, how)
    target = values_of(table, "outcome")
    if not isinstance(target, np.ndarray):
        return NotEstimable(f"{spec.measure} is no number"), how
    if not set(blocks) - {COVERAGE}:
        return NotEstimable("no trait that could explain the outcome is at hand"), how
    answer = what_bases_add(blocks, _scaled(target, how), random_state=spec.random_state)
    if isinstance(answer, BasesAdded):
        rows = [_row(run, spec, place, gain) for place, gain in enumerate(answer.gains)]
        kept = [row for row in rows_of(run, "study_bases") if (row["study"], row["as_of"]) != (spec.study, spec.as_of)]
        put(run, STUDY_BASES, [*kept, *rows])
    return answer, how


def _split(run: Run, spec: GuideSpec) -> date:
    """Last day of what may be known before the outcome."""
    orders = run.table("orders")
    first = run.rows(orders.aggregate(first=orders.ordered_on.min()))[0]["first"]
    return split_day(first, spec.last_day, spec.period_days)


def _asked_after(run: Run, split: date) -> bool:
    """Whether any survey was answered after a day, or on no known day."""
    return any(_late(run.table(name), run, split) for name in _ASKED if run.has(name))


def _late(told: ir.Table, run: Run, split: date) -> bool:
    late = (told.answered_at.date() > ibis.literal(split)) | told.answered_at.isnull()
    return bool(run.rows(told.aggregate(late=late.any()))[0]["late"])


def _left_out(known: Mapping[str, Row], spec: GuideSpec, *, asked_late: bool) -> dict[str, str]:
    """Traits that may not explain the outcome, with the reason."""
    found = {}
    for name, row in known.items():
        if row["data_class"] == DataClass.SPECIAL.value:
            found[name] = "a special category"
        elif name == spec.measure:
            found[name] = "the outcome itself"
        elif row["origin"] == "predicted":
            found[name] = "predicted, not told"
        elif spec.measure in PERIODS and row["table_name"] != "behavioral_traits" and not _lasts(str(row["source"])):
            found[name] = "known as of today only, so it may tell of the outcome itself"
        elif asked_late and _was_asked(str(row["source"])) and row["specificity"] != Specificity.GENERAL:
            found[name] = "asked after the outcome began, about the product"
    return found


def _was_asked(source: str) -> bool:
    return any(name in source for name in _ASKED)


def _lasts(source: str) -> bool:
    return all(each.strip() in _LASTING for each in source.replace(" and ", ",").split(","))


def _of_period(
    run: Run,
    spec: GuideSpec,
    known: Mapping[str, Row],
    bases: Mapping[str, str],
    split: date,
    how: dict[str, Any],
) -> tuple[pa.Table, dict[str, str]]:
    """Customers who had bought before the last period, with what was known then and the outcome."""
    identity = identity_of(run)
    orders, lines = keyed(run.table("orders"), identity), keyed(run.table("order_lines"), identity)
    how |= {"known_until": split.isoformat(), "outcome_until": spec.last_day.isoformat()}
    told = run.rows(lines.aggregate(told=lines.category.count()))[0]["told"]
    behavior = known_before(run, orders, lines, split, "category" if told else "product_id")
    others = [name for name in bases if known[name]["table_name"] != "behavioral_traits"]
    base = with_traits(run, behavior.select("customer_id"), known, others)
    base = base.inner_join(behavior, "customer_id")
    placed = outcome(orders, behavior.select("customer_id"), split, spec.last_day, spec.measure)
    mine = {name: Basis.BEHAVIORAL.value for name in behavior.columns if name != "customer_id"}
    whole = base.inner_join(placed, "customer_id")
    before = orders.filter(orders.placed & (orders.ordered_on <= ibis.literal(split)))
    rows = run.rows(before.aggregate(rows=before.customer_id.nunique()))[0]["rows"]
    return _sample(run, whole, rows, spec), mine | {name: bases[name] for name in others}


def _of_trait(
    run: Run, spec: GuideSpec, known: Mapping[str, Row], bases: Mapping[str, str], how: dict[str, Any]
) -> tuple[pa.Table, dict[str, str]]:
    """Everybody of whom the outcome is known, with all traits at the same instant."""
    how["claim"] = "association at one instant"
    told = with_traits(run, everybody(run), known, [*bases, spec.measure])
    whole = told.filter(told[spec.measure].notnull()).rename(outcome=spec.measure)
    rows = run.rows(whole.aggregate(rows=whole.count()))[0]["rows"]
    return _sample(run, whole, rows, spec), dict(bases)


def _sample(run: Run, whole: ir.Table, rows: int, spec: GuideSpec) -> pa.Table:
    return run.arrow(even_sample(whole, rows, spec.most_customers).order_by("customer_id"))


def _blocks(table: pa.Table, bases: Mapping[str, str], how: dict[str, Any]) -> dict[str, FloatArray]:
    """The traits of each basis as a matrix, in the order of nests."""
    columns: dict[str, dict[str, Values]] = {}
    for name, basis in bases.items():
        values = values_of(table, name)
        if values is not None and known_share(values) > 0:
            columns.setdefault(basis, {})[name] = values
    how["traits"], blocks = {}, {}
    asked = [values for basis, each in columns.items() if basis != _SEEN for values in each.values()]
    coverage = coverage_of(asked)
    if coverage.shape[1]:
        blocks[COVERAGE] = coverage
    for basis in (each.value for each in NESTS):
        kept = sorted(columns.get(basis, {}).items(), key=lambda pair: (-round(known_share(pair[1]), 2), pair[0]))
        block = block_of(dict(kept[:MOST_TRAITS]))
        if basis == _SEEN and kept:
            block = np.column_stack([block, coverage_of(values for _, values in kept)])
        if kept and block.shape[1]:
            blocks[basis] = block
            how["traits"][basis] = [name for name, _ in kept[:MOST_TRAITS]]
    return blocks


def _scaled(target: FloatArray, how: dict[str, Any]) -> FloatArray:
    """The outcome, or its logarithm (of 1 and more) where it is positive and leans far to one side."""
    known = target[np.isfinite(target)]
    spread = float(known.std()) if known.size else 0.0
    if spread > 0 and np.unique(known).size > 2 and known.min() > -spread:
        skewness = float((((known - known.mean()) / spread) ** 3).mean())
        if skewness > SKEWED:
            how["scale"] = "logarithm of 1 + the amount, negative ones taken as 0"
            return np.asarray(np.log1p(np.maximum(target, 0.0)))
    return target


def _row(run: Run, spec: GuideSpec, place: int, gain: BasisGain) -> dict[str, Any]:
    row: dict[str, Any] = {"study": spec.study, "as_of": spec.as_of, "recorded_at": run.started_at}
    row |= {"basis": gain.name, "position": place, "measure": spec.measure}
    row |= {"traits": gain.traits, "verdict": gain.verdict}
    for name in ("alone", "share", "beyond", "nested"):
        told: Estimate = getattr(gain, name)
        row |= {name: told.value, f"{name}_low": told.low, f"{name}_high": told.high}
    return row
