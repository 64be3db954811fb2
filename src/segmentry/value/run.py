"""Publishes what customers and segments are worth, and the summary of how that was found."""

from __future__ import annotations

import json
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.history import keyed, purchase_history
from segmentry.profiles.run import identity_or_none
from segmentry.science import PurchaseModel
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.terms.tables import Contract
from segmentry.value import base
from segmentry.value.cost_to_serve import activity_costs, customer_costs, require_known_drivers
from segmentry.value.expected import SpendParameters, distinct_histories, own_kept_share, score, spend_rows, value_tier
from segmentry.value.learning import Histories, Learned, learn_purchases, learn_spend, score_histories
from segmentry.value.margin import Margin, cost_facts, customer_costs_of_goods, margin_of
from segmentry.value.segments import codes_of, column, intervals, past_of_segments, segment_rows, value_customers
from segmentry.value.spec import ValueSpec
from segmentry.value.summary import summarize
from segmentry.value.tables import (
    ACTIVITY_COSTS,
    CUSTOMER_VALUE,
    FREQUENCY_FIT,
    PROFIT_CURVE,
    PURCHASE_TRACKING,
    SEGMENT_VALUE,
    VALUE_SUMMARY,
)
from segmentry.value.tracking import Calendar, births, repeats_by_week, track
from segmentry.value.traits import TRAITS

_MOST_COUNTS = 12

FEWEST_DAYS_APART = 5
"""Mean gap in days below which whole days are too coarse to tell clockwork from chance."""


def refresh_customers(run: Run, spec: ValueSpec, catalog: TraitCatalog) -> Learned:
    """Learn the models and publish the value of every customer.

    Args:
        run: The run; it must see ``purchase_history``, ``orders`` and ``order_lines``.
        spec: Instant, horizon, discount, margin.
        catalog: The trait catalog, to which the predicted traits are added.

    Returns:
        What was learned, for `refresh_segments`.
    """
    learned = _learn(run, spec)
    table = _customer_values(run, spec, learned)
    run.publish(CUSTOMER_VALUE, table, spec=spec, parents=("purchase_history", "orders", "order_lines"))
    catalog.register("customer_value", *TRAITS)
    return learned


def refresh_segments(run: Run, spec: ValueSpec, learned: Learned) -> None:
    """Publish the value of every segment, the curves and the summary of the base.

    Args:
        run: The run; it must see ``segmentation_members`` and ``customer_value``.
        spec: As for `refresh_customers`.
        learned: What `refresh_customers` returned.
    """
    total = _publish_segments(run, spec, learned)
    tracking = _publish_tracking(run, spec, learned)
    _publish_fit(run, spec, learned)
    revenue, contribution = _amounts(run)
    curves = base.curve_rows(revenue, contribution)
    run.publish(PROFIT_CURVE, _table(curves, PROFIT_CURVE), spec=spec, parents=("customer_value",))
    facts = {
        "total": total,
        "tracking": tracking,
        "concentration": base.concentration(revenue),
        "whale": base.whale(contribution, _why_no_contribution(learned)),
        "season": _season(run, spec),
        "acquisition": _acquisition(run, spec),
        "cost_to_serve": _cost_to_serve(run, spec),
        "base": _base(run, spec),
    }
    document = json.dumps(as_json(summarize(spec, learned, facts)))
    run.publish(VALUE_SUMMARY, pa.table({"document": [document]}), spec=spec, parents=("customer_value",))


def _learn(run: Run, spec: ValueSpec) -> Learned:
    history = run.table("purchase_history")
    rows = run.arrow(distinct_histories(history))
    repeat = history.filter(history.frequency > 0)
    gaps = run.arrow(
        repeat.select(
            gaps=repeat.frequency,
            mean_gap=repeat.recency_age.cast("float64") / repeat.frequency,
            gap_deviation=repeat.gap_deviation.fill_null(0.0),
        )
        .filter((ibis._.gaps >= 3) & (ibis._.mean_gap >= FEWEST_DAYS_APART))
        .order_by("gaps", "mean_gap", "gap_deviation")
    )
    model, checks, reasons = learn_purchases(Histories.of(rows), spec, gaps)
    spend, spend_checks = learn_spend(run.arrow(spend_rows(history)))
    lines = run.table("order_lines")
    facts = run.rows(cost_facts(lines.filter(lines.ordered_on <= ibis.literal(spec.last_day))))[0]
    kept, error, prior = _kept(run, history)
    margin = margin_of(spec.margin_rate, facts)
    return Learned(model, spend, margin, kept, (*checks, *spend_checks), reasons, rows, error, prior)


def _kept(run: Run, history: ir.Table) -> tuple[float, float, float]:
    """The share kept after returns, its relative standard error (ratio estimator), and the mean of a purchase day."""
    sums = history.aggregate(
        net=history.spend.sum(), placed=history.placed_amount.sum(), days=history.purchase_days.sum()
    )
    totals = run.rows(sums)[0]
    placed = float(totals["placed"] or 0)
    if placed <= 0:
        return 1.0, 0.0, 1.0
    kept = min(max(float(totals["net"]) / placed, 0.0), 1.0)
    apart = history.spend.cast("float64") - history.placed_amount.cast("float64") * kept
    square = run.rows(history.aggregate(square=(apart * apart).sum()))[0]["square"]
    error = float(square) ** 0.5 / placed / kept if kept > 0 else 0.0
    return kept, error, placed / float(totals["days"])


def _customer_values(run: Run, spec: ValueSpec, learned: Learned) -> ir.Table:
    history = run.table("purchase_history")
    values = _expectations(history, learned, spec)
    values = values.inner_join(history.select("customer_id", revenue=history.spend), "customer_id")
    identity = identity_or_none(run)
    lines = keyed(run.table("order_lines"), identity)
    lines = lines.filter(lines.ordered_on <= ibis.literal(spec.last_day))
    goods = customer_costs_of_goods(lines, learned.margin)
    values = values.left_join(goods, "customer_id").drop("customer_id_right")
    served = _served(run, spec, identity)
    values = values.left_join(served, "customer_id").drop("customer_id_right")
    has_costs = run.has("activities")
    values = values.mutate(
        clv=values.expected_discounted_revenue * learned.margin.rate
        if isinstance(learned.margin, Margin)
        else ibis.null("float64"),
        cost_of_goods=values.cost_of_goods if isinstance(learned.margin, Margin) else ibis.null("float64"),
        cost_to_serve=values.cost_to_serve.fill_null(0.0) if has_costs else ibis.null("float64"),
    )
    contribution = values.revenue.cast("float64") - values.cost_of_goods - values.cost_to_serve.fill_null(0.0)
    worth = values.clv if isinstance(learned.margin, Margin) else values.expected_discounted_revenue
    values = values.mutate(
        value_low=worth / values.value_factor,
        value_high=worth * values.value_factor,
        contribution=contribution.round(4),
        value_tier=value_tier(worth),
    )
    return values.drop("value_factor")


def _expectations(history: ir.Table, learned: Learned, spec: ValueSpec) -> ir.Table:
    if isinstance(learned.purchases, NotEstimable):
        names = ("p_alive", "expected_purchases", "discounted_purchases", "expected_spend", "value_factor")
        nothing = {name: ibis.null("float64") for name in (*names, "expected_discounted_revenue")}
        return history.select("customer_id", **nothing)
    scored = score_histories(learned.purchases, learned.rows, spec)
    spend = None
    if not isinstance(learned.spend, NotEstimable):
        spend = SpendParameters.of(learned.spend, learned.kept_share, learned.prior_amount, learned.kept_error)
    return score(history, scored, spend, spec.level)


def _served(run: Run, spec: ValueSpec, identity: ir.Table | None) -> ir.Table:
    """Cost to serve per customer; no rows without activities."""
    history = run.table("purchase_history")
    if not run.has("activities"):
        return history.limit(0).select("customer_id", cost_to_serve=ibis.null("float64"))
    activities = run.rows(run.table("activities").order_by("activity"))
    names = [name for name in ("orders", "order_lines", "service_contacts") if run.has(name)]
    last_day, as_of = ibis.literal(spec.last_day), ibis.literal(spec.as_of, type="timestamp(6)")
    tables = {}
    for name in names:
        facts = keyed(run.table(name), identity)
        known = facts.contacted_at < as_of if name == "service_contacts" else facts.ordered_on <= last_day
        tables[name] = facts.filter(known)
    require_known_drivers(activities, tables)
    costs = customer_costs(activities, tables)
    by_activity = costs.group_by("activity").aggregate(
        events=costs.events.sum(), minutes=costs.minutes.sum(), cost=costs["cost"].sum()
    )
    rows = activity_costs(activities, run.rows(by_activity))
    run.publish(ACTIVITY_COSTS, _table(rows, ACTIVITY_COSTS), spec=spec, parents=("activities", *names))
    return costs.group_by("customer_id").aggregate(cost_to_serve=costs["cost"].sum())


def _publish_segments(run: Run, spec: ValueSpec, learned: Learned) -> Any:
    """Publish segment values; returns the intervals of the whole base."""
    members, history = run.table("segmentation_members"), run.table("purchase_history")
    past = run.rows(past_of_segments(members, history, run.table("customer_value")).order_by("segmentation"))
    wide = _wide(run, learned, members, history, sorted({row["segmentation"] for row in past}))
    values = value_customers(learned, wide, spec)
    found = {}
    for name in sorted({row["segmentation"] for row in past}):
        ids = sorted(row["segment_id"] for row in past if row["segmentation"] == name)
        codes = codes_of(wide[name].combine_chunks(), ids)
        found[name] = (ids, intervals(values, codes, spec))
    rows = segment_rows(past, found, learned)
    parents = ("segmentation_members", "customer_value")
    run.publish(SEGMENT_VALUE, _table(rows, SEGMENT_VALUE), spec=spec, parents=parents)
    return intervals(values, np.zeros(wide.num_rows, dtype=np.int64), spec)


def _wide(run: Run, learned: Learned, members: ir.Table, history: ir.Table, names: list[str]) -> pa.Table:
    """The sufficient statistics of each customer beside the segment in each segmentation."""
    columns = {name: members.segment_id.max(where=members.segmentation == name) for name in names}
    placed = members.group_by("customer_id").aggregate(**columns)
    joined = history.left_join(placed, "customer_id")
    history_of = ("frequency", "recency_age", "age", "repeat_spend", "kept")
    kept = own_kept_share(joined, learned.kept_share, learned.prior_amount)
    return run.arrow(joined.mutate(kept=kept).select(*history_of, *names).order_by(*history_of))


def _publish_tracking(run: Run, spec: ValueSpec, learned: Learned) -> Any:
    rows: list[dict[str, Any]] = []
    answer: Any = learned.purchases
    if isinstance(learned.purchases, PurchaseModel):
        rows, answer = _track(run, spec, learned.purchases)
    run.publish(PURCHASE_TRACKING, _table(rows, PURCHASE_TRACKING), spec=spec, parents=("customer_days",))
    return answer


def _track(run: Run, spec: ValueSpec, model: PurchaseModel) -> tuple[list[dict[str, Any]], Any]:
    history, days = run.table("purchase_history"), run.table("customer_days")
    first = run.rows(history.aggregate(first=history.first_on.min()))[0]["first"]
    calendar = Calendar.of(first, spec.last_day)
    if isinstance(calendar, NotEstimable):
        return [], calendar
    then = purchase_history(days.filter(days.day <= ibis.literal(calendar.cut)), calendar.cut, None)
    past = run.arrow(distinct_histories(then))
    born = run.arrow(births(history, calendar))
    return track(model, past, born, run.arrow(repeats_by_week(days, history, calendar)), calendar)


def _publish_fit(run: Run, spec: ValueSpec, learned: Learned) -> None:
    rows: list[dict[str, Any]] = []
    if isinstance(learned.purchases, PurchaseModel):
        histories = Histories.of(learned.rows)
        counts = np.minimum(histories.frequency, _MOST_COUNTS).astype(np.int64)
        seen = np.bincount(counts, histories.customers, _MOST_COUNTS + 1)
        expected = learned.purchases.frequency_distribution(_MOST_COUNTS, histories.age, histories.customers)
        rows = [
            {"repeat_purchases": count, "customers": float(seen[count]), "expected": float(expected[count])}
            for count in range(_MOST_COUNTS + 1)
        ]
    run.publish(FREQUENCY_FIT, _table(rows, FREQUENCY_FIT), spec=spec, parents=("purchase_history",))


def _amounts(run: Run) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """Revenue and contribution of each customer, shape (n,); no contribution where no margin is known."""
    values = run.table("customer_value")
    rows = run.arrow(values.select(values.contribution, revenue=values.revenue.cast("float64")))
    known = rows["contribution"].null_count < rows.num_rows
    return column(rows, "revenue"), column(rows, "contribution") if known else None


def _why_no_contribution(learned: Learned) -> str:
    return learned.margin.reason if isinstance(learned.margin, NotEstimable) else "no contribution is known"


def _season(run: Run, spec: ValueSpec) -> Any:
    months = run.arrow(run.table("monthly_sales").order_by("month"))
    if not months.num_rows:
        return NotEstimable("there are no orders")
    history = run.table("purchase_history")
    first = run.rows(history.aggregate(first=history.first_on.min()))[0]["first"]
    return base.season(months, first, spec.last_day)


def _acquisition(run: Run, spec: ValueSpec) -> Any:
    if not run.has("marketing_costs"):
        return NotEstimable("no marketing costs are loaded")
    costs = run.table("marketing_costs")
    costs = costs.filter((costs.purpose == "acquire") & (costs.period_end <= ibis.literal(spec.last_day)))
    span = run.rows(costs.aggregate(first=costs.period_start.min(), last=costs.period_end.max()))[0]
    if span["first"] is None:
        return NotEstimable("no marketing cost is marked as spent to acquire")
    history = run.table("purchase_history")
    inside = history.filter(history.first_on.between(ibis.literal(span["first"]), ibis.literal(span["last"])))
    new = run.rows(inside.aggregate(new=inside.count()))[0]["new"]
    return base.acquisition(run.rows(costs.select("purpose", "amount")), new, spec.unit)


def _cost_to_serve(run: Run, spec: ValueSpec) -> Any:
    if not run.has("activities"):
        return NotEstimable("no activities with their cost rates are loaded")
    rows = run.rows(run.table("activity_costs").order_by("activity"))
    values = run.table("customer_value")
    revenue = run.rows(values.aggregate(revenue=values.revenue.sum()))[0]["revenue"]
    allocated = sum(row["allocated"] for row in rows)
    idle = [row["unused"] for row in rows if row["unused"] is not None]
    return {
        "allocated": allocated,
        "unused": sum(idle) if idle else NotEstimable("no capacity is told"),
        "ratio_to_revenue": allocated / float(revenue) if revenue else NotEstimable("there is no revenue"),
        "unit": spec.unit,
        "activities": rows,
    }


def _base(run: Run, spec: ValueSpec) -> dict[str, Any]:
    history, identity = run.table("purchase_history"), run.table("identity")
    facts = run.rows(
        history.aggregate(
            buyers=history.count(),
            orders=history.orders.sum(),
            first=history.first_on.min(),
            last=history.last_on.max(),
            repeat_buyers=(history.frequency > 0).cast("int64").sum(),
            spend=history.spend.sum(),
        )
    )[0]
    days = run.table("customer_days")
    net = run.rows(days.aggregate(net=days.net_amount.sum()))[0]["net"]
    known = run.rows(identity.aggregate(known=identity.customer_id.nunique()))[0]["known"]
    return {
        "customers": {"known": known, "buyers": facts["buyers"], "repeat_buyers": facts["repeat_buyers"]},
        "orders": facts["orders"] or 0,
        "revenue": {"net": net or 0, "of_buyers": facts["spend"] or 0, "unit": spec.unit, "exact": True},
        "currency": spec.currency,
        "period": {"first": facts["first"].isoformat(), "last": spec.last_day.isoformat()},
    }


def _table(rows: list[dict[str, Any]], contract: Contract) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema(contract))
