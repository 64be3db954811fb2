"""Publishes a strategy for every segment of one segmentation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.strategy.facts import Facts, Figure
from segmentry.strategy.playbook import Line, headline, lines, objective_of, service_tier
from segmentry.strategy.spec import StrategySpec
from segmentry.strategy.tables import SEGMENT_STRATEGIES, STRATEGY_LINES
from segmentry.terms.numbers import as_json
from segmentry.terms.tables import Contract

_MEANS = (
    ("behavioral_traits", "return_rate", "share"),
    ("behavioral_traits", "discount_share", "share"),
    ("behavioral_traits", "weekend_share", "share"),
    ("behavioral_traits", "mean_basket_products", "products"),
    ("behavioral_traits", "mean_order_value", "currency per order"),
    ("behavioral_traits", "price_index", "ratio"),
    ("customer_value", "p_alive", "probability"),
)
_NAMES = ("favorite_category", "main_channel")
_MOST_YEARS = 30


def plan(run: Run, spec: StrategySpec) -> None:
    """Publish the strategies of one segmentation.

    Args:
        run: The run; it must see ``segmentation_members``, ``segmentation_segments``, ``segment_value``,
            ``behavioral_traits`` and ``customer_value``; it uses growth, priority and guard where they are.
        spec: Which segmentation, for which study.
    """
    before = _tiers(run, spec.segmentation)
    strategies, told = [], []
    for facts in _facts(run, spec):
        objective, _ = objective_of(facts)
        tier = service_tier(facts.figures["value_index"].value, before.get(facts.segment_id))
        found = lines(facts, objective, tier, spec.unit)
        summary = headline(facts, objective, spec.unit, spec.horizon_months)
        document = {
            "objective": objective.value,
            "headline": summary,
            "service_tier": tier,
            "review_on": _review(spec).isoformat(),
            "engagement_plan": _engagement(spec),
            "lines": [_line(each) for each in found],
        }
        key = {"segmentation": spec.segmentation, "segment_id": facts.segment_id}
        strategies.append(
            key
            | {"objective": objective.value, "headline": summary, "service_tier": tier, "review_on": _review(spec)}
            | {"document": json.dumps(as_json(document))}
        )
        told += [key | {"position": place} | _row(each) for place, each in enumerate(found)]
    _put(run, spec, SEGMENT_STRATEGIES, strategies)
    _put(run, spec, STRATEGY_LINES, told)


def _line(line: Line) -> dict[str, Any]:
    told = {"part": line.part, "text": line.text, "draft": line.draft}
    if line.user_status:
        told["user_status"] = line.user_status
    return told | {"evidence": [each.as_dict() for each in line.evidence]}


def _row(line: Line) -> dict[str, Any]:
    return {
        "part": line.part,
        "user_status": line.user_status or None,
        "text": line.text,
        "draft": line.draft,
        "evidence": json.dumps(as_json([each.as_dict() for each in line.evidence])),
    }


def _review(spec: StrategySpec) -> date:
    told = spec.study.get("review_on")
    return date.fromisoformat(told) if told else spec.as_of.date() + timedelta(days=365)


def _engagement(spec: StrategySpec) -> list[dict[str, str]]:
    """When to do what until the review: prepare, start with a holdout, look once, decide."""
    first, last = spec.as_of.date(), _review(spec)
    span = max((last - first).days, 4)
    steps = (
        (0.08, "Write messages and offers; set a tenth of the members aside as holdout."),
        (0.17, "Start; tell service who these members are."),
        (0.5, "Look once at members against holdout; stop what does harm."),
        (1.0, "Read the result, review segment and strategy."),
    )
    return [{"on": (first + timedelta(days=round(span * share))).isoformat(), "step": text} for share, text in steps]


def _tiers(run: Run, segmentation: str) -> dict[str, str]:
    """Service tiers at the last refresh."""
    if not run.has("segment_strategies"):
        return {}
    table = run.table("segment_strategies")
    rows = run.rows(table.filter(table.segmentation == segmentation).select("segment_id", "service_tier"))
    return {row["segment_id"]: row["service_tier"] for row in rows}


def _facts(run: Run, spec: StrategySpec) -> list[Facts]:
    values = _by_segment(run, "segment_value", spec.segmentation)
    guard = _by_segment(run, "segment_guard", spec.segmentation)
    members = _members(run, spec.segmentation)
    last_day = (spec.as_of - timedelta(microseconds=1)).date()
    means, base = _means(members, last_day), _base_means(members, last_day)
    statuses, names = _statuses(run, members), {name: _modes(run, members, name) for name in _NAMES}
    rows = {row["segment_id"]: row for row in run.rows(means)}
    whole = run.rows(base)[0]
    total = sum(row["value"] or 0.0 for row in values.values())
    everybody = sum(row["customers"] for row in values.values())
    described = run.table("segmentation_segments")
    found = run.rows(described.filter(described.segmentation == spec.segmentation).order_by("position"))
    return [
        Facts(
            row["segment_id"],
            row["name"],
            _figures(row["segment_id"], values, guard, rows, whole, names, spec, total, everybody)
            | _status_figures(statuses.get(row["segment_id"], {})),
            statuses.get(row["segment_id"], {}),
        )
        for row in found
        if row["segment_id"] in values
    ]


def _figures(
    segment: str,
    values: Mapping[str, Mapping[str, Any]],
    guard: Mapping[str, Mapping[str, Any]],
    means: Mapping[str, Mapping[str, Any]],
    whole: Mapping[str, Any],
    names: Mapping[str, Mapping[str, Mapping[str, Any]]],
    spec: StrategySpec,
    total: float,
    everybody: int,
) -> dict[str, Figure]:
    worth = values[segment]
    share = worth["customers"] / everybody
    value = worth["value"]
    index = value / total / share if value is not None and total > 0 else None
    per_member = None if value is None else value / worth["customers"]
    cost, revenue = worth["cost_to_serve"], float(worth["revenue"])
    figures = [
        Figure("customers", worth["customers"], everybody, "segment_value", "customers", "customers"),
        Figure("customer_share", share, None, "segment_value", "customers", "share"),
        Figure("value_share", worth["value_share"], None, "segment_value", "value_share", "share"),
        Figure("value_index", index, 1.0, "segment_value", "value", "share of value over share of customers"),
        Figure("value_per_member", per_member, total / everybody, "segment_value", "value", spec.unit),
        Figure("contact_cost", spec.study.get("contact_cost"), None, "studies", "document", spec.unit),
        Figure(
            "cost_to_serve_ratio",
            cost / revenue if cost is not None and revenue > 0 else None,
            _ratio(values),
            "segment_value",
            "cost_to_serve",
            "share of revenue",
        ),
        Figure("guard_verdict", guard.get(segment, {}).get("verdict"), None, "segment_guard", "verdict"),
        Figure("guard_text", guard.get(segment, {}).get("text"), None, "segment_guard", "text"),
        Figure("gift_season_share", means[segment]["gift_season_share"], means[segment]["gift_season_expected"],
               "behavioral_traits", "gift_season_share", "share of orders; base: expected by the calendar"),
        Figure("median_gap_days", means[segment]["median_gap_days"], whole["median_gap_days"], "behavioral_traits",
               "mean_gap_days", "days"),
    ]  # fmt: skip
    figures += [Figure(name, means[segment][name], whole[name], table, name, unit) for table, name, unit in _MEANS]
    for name in _NAMES:
        mode = names[name].get(segment)
        if mode is not None:
            figures.append(Figure(name, mode["level"], None, "behavioral_traits", name))
            figures.append(Figure(f"{name}_share", mode["share"], mode["base"], "behavioral_traits", name, "share"))
            ratio = mode["share"] / mode["base"] if mode["base"] else None
            figures.append(Figure(f"{name}_index", ratio, 1.0, "behavioral_traits", name, "times the base's share"))
    return {figure.name: figure for figure in figures}


def _ratio(values: Mapping[str, Mapping[str, Any]]) -> float | None:
    costs = [row["cost_to_serve"] for row in values.values()]
    revenue = sum(float(row["revenue"]) for row in values.values())
    return sum(costs) / revenue if all(cost is not None for cost in costs) and revenue > 0 else None


def _status_figures(statuses: Mapping[str, int]) -> dict[str, Figure]:
    total = sum(statuses.values())
    if not total:
        return {}
    lapsed = sum(statuses.get(name, 0) for name in ("lapsed", "lapsing")) / total
    regular = sum(statuses.get(name, 0) for name in ("regular", "reactivated")) / total
    return {
        "lapsed_share": Figure("lapsed_share", lapsed, None, "behavioral_traits", "user_status", "share"),
        "regular_share": Figure("regular_share", regular, None, "behavioral_traits", "user_status", "share"),
    }


def _by_segment(run: Run, table: str, segmentation: str) -> dict[str, dict[str, Any]]:
    if not run.has(table):
        return {}
    rows = run.table(table)
    return {row["segment_id"]: row for row in run.rows(rows.filter(rows.segmentation == segmentation))}


def _members(run: Run, segmentation: str) -> ir.Table:
    """Members with the traits that strategies ask for."""
    members = run.table("segmentation_members")
    mine = members.filter(members.segmentation == segmentation).select("customer_id", "segment_id")
    traits, values = run.table("behavioral_traits"), run.table("customer_value")
    wanted = [name for table, name, _ in _MEANS if table == "behavioral_traits"]
    more = ("user_status", "mean_gap_days", "orders", "gift_season_share", "first_order_on", "tenure_days")
    joined = mine.inner_join(traits.select("customer_id", *more, *_NAMES, *wanted), "customer_id")
    return joined.inner_join(values.select("customer_id", "p_alive"), "customer_id")


def _measures(members: ir.Table, last_day: date) -> dict[str, ir.Value]:
    """Means of members, and the share of their orders in November and December beside what the calendar expects.

    Expected is that each member's orders fall evenly on the days since the first.

    Whoever came in autumn has bought in the season by construction, so the calendar is what a share is held against.
    """
    seasonal = (members.orders * members.gift_season_share).sum() / members.orders.sum().nullif(0)
    exposure = _season_days(members.first_order_on, last_day).cast("float64") / (members.tenure_days + 1)
    expected = (members.orders * exposure).sum() / members.orders.sum().nullif(0)
    return {name: members[name].mean() for _, name, _ in _MEANS} | {
        "median_gap_days": members.mean_gap_days.median(),
        "gift_season_share": seasonal,
        "gift_season_expected": expected,
    }


def _season_days(first: ir.DateValue, last_day: date) -> ir.IntegerValue:
    """Days of November and December from ``first`` to the last observed day, year by year."""
    total: ir.IntegerValue = ibis.literal(0, type="int64")
    for year in range(last_day.year - _MOST_YEARS, last_day.year + 1):
        end = min(date(year, 12, 31), last_day)
        days = (end - date(year, 11, 1)).days + 1
        if days > 0:
            since = ibis.literal(end).delta(first, unit="day").cast("int64") + 1
            total = total + ibis.greatest(
                ibis.least(since, ibis.literal(days, type="int64")), ibis.literal(0, type="int64")
            )
    return total


def _means(members: ir.Table, last_day: date) -> ir.Table:
    return members.group_by("segment_id").aggregate(**_measures(members, last_day))


def _base_means(members: ir.Table, last_day: date) -> ir.Table:
    return members.aggregate(**_measures(members, last_day))


def _statuses(run: Run, members: ir.Table) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for row in run.rows(members.group_by("segment_id", "user_status").aggregate(rows=members.count())):
        counts.setdefault(row["segment_id"], {})[row["user_status"]] = row["rows"]
    return counts


def _modes(run: Run, members: ir.Table, name: str) -> dict[str, dict[str, Any]]:
    """The level of a name that stands out most in each segment: the largest share over the base's among common ones."""
    known = members.filter(members[name].notnull())
    counts = known.group_by("segment_id", level=known[name]).aggregate(rows=known.count())
    sized = counts.mutate(
        share=counts["rows"] / counts["rows"].sum().over(ibis.window(group_by="segment_id")),
        base=counts["rows"].sum().over(ibis.window(group_by="level")) / counts["rows"].sum().over(ibis.window()),
    )
    common = sized.filter(sized.share >= 0.1)
    modes: dict[str, dict[str, Any]] = {}
    for row in run.rows(common.order_by(ibis.desc("share"), "level")):
        best = modes.get(row["segment_id"])
        if best is None or row["share"] / row["base"] > best["share"] / best["base"]:
            modes[row["segment_id"]] = row
    return modes


def _put(run: Run, spec: StrategySpec, contract: Contract, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
    run.publish(contract, table, spec=spec, parents=("segment_value", "segmentation_members"))
