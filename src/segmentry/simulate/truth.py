"""What is true of a simulated company: parameters, expectations and futures that no analysis may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentry.simulate.columns import words
from segmentry.simulate.expectations import expected_given_history, expected_given_parameters
from segmentry.simulate.orders import party_keys
from segmentry.simulate.people import People
from segmentry.simulate.purchase_process import BURST_DAYS, BURST_SIZE, RENEWAL_DAYS, Floats, Histories, Integers
from segmentry.simulate.service import ACTIVITY_TABLE, service_costs
from segmentry.simulate.spec import CompanySpec
from segmentry.simulate.world import HORIZON_DAYS, World

_PARAMETERS = (
    "r", "alpha", "a", "b", "s", "beta", "lines", "units", "discount_share", "discount_depth", "return_share",
    "contacts", "handling", "season", "response", "age", "income", "female", "business", "web",
)  # fmt: skip
_TOTALS = (
    "purchases", "expected_purchases", "expected_given_history", "holdout_purchases", "expected_spend",
    "expected_margin", "expected_contribution",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of a simulated company; amounts in its currency, times in days.

    Attributes:
        spec: What was asked.
        customers: One row for each customer: ``party_key``, ``segment`` (latent), ``purchase_rate`` (per day of the
            customer's own clock), ``dropout`` (p, theta or mu), ``acquired`` and ``left`` (days since the start),
            ``alive`` at the end, the process seen at the end on the own clock (``frequency``, ``recency_age``,
            ``age``, ``horizon``), ``purchases`` in the tables and those ``by_campaign``; over the 364 days after the
            end ``expected_purchases`` (given the true parameters), ``expected_given_history`` (given the segment's
            parameters and the history; NaN for clumpy), ``expected_spend``, ``expected_margin``,
            ``expected_contribution``; for one order the means ``order_spend`` (before returns), ``order_margin``
            (after returns), ``order_service_cost``; ``return_share``, ``discount_share``, ``dissatisfaction``,
            ``contacts_per_order``, ``campaign_effect`` (orders per treated contact), ``holdout_purchases`` (realised
            in the ``holdout_days`` after the end).
        segments: One row for each latent segment: its parameters, customers and totals of the columns above.
        season: Season index by day and segment, drift not included.
        campaigns: For each retention campaign: customers treated and held out, orders it really brought, mean effect.
        constants: What does not depend on the customer (activities, renewals, bursts, drift).
        parts: The truth of the company's parts as tables by name; see the modules of ``simulate.parts``. People stand
            there under the numbers that files give them.
    """

    spec: CompanySpec
    customers: Any
    segments: Any
    season: Any
    campaigns: Any
    constants: dict[str, Any]
    parts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lived:
    """What one block's customers lived through, as the truth needs it."""

    people: People
    histories: Histories
    inner_start: Floats
    age: Floats
    horizon: Floats
    effects: Floats
    unhappy: Floats
    contact_rates: Floats
    by_campaign: Integers


def truth_of_block(world: World, lived: Lived) -> Any:
    """The rows of `Truth.customers` for one block."""
    spec, people, histories = world.spec, lived.people, lived.histories
    frequency, recency = histories.summary(lived.age)
    expected = expected_given_parameters(spec.process, histories, lived.age, lived.horizon)
    population = world.hyperparameters(people.segment)
    known = expected_given_history(spec.process, population, frequency, recency, lived.age, horizon=lived.horizon)
    spend, margin = _order_means(world, people)
    service = service_costs(world, people, lived.contact_rates)
    reached = lived.age + world.inner(people.segment, np.full(len(people), float(spec.days + spec.holdout_days)))
    reached -= world.inner(people.segment, np.full(len(people), float(spec.days)))
    left = np.where(np.isinf(histories.died), 0.0, histories.died)
    left = world.calendar(people.segment, lived.inner_start + left)
    values: dict[str, Any] = {
        "party_key": party_keys(spec.source, people.number),
        "segment": words(people.segment, [segment.name for segment in world.segments]),
        "purchase_rate": histories.rate,
        "dropout": histories.dropout,
        "acquired": people.acquired,
        "left": np.where(np.isinf(histories.died), np.inf, left),
        "alive": histories.died > lived.age,
        "frequency": frequency,
        "recency_age": recency,
        "age": lived.age,
        "horizon": lived.horizon,
        "purchases": frequency + 1 + lived.by_campaign,
        "by_campaign": lived.by_campaign,
        "expected_purchases": expected,
        "expected_given_history": known,
        "expected_spend": expected * spend,
        "expected_margin": expected * margin,
        "expected_contribution": expected * (margin - service),
        "order_spend": spend,
        "order_margin": margin,
        "order_service_cost": service,
        "return_share": people.return_share,
        "discount_share": people.discount_share,
        "dissatisfaction": lived.unhappy,
        "contacts_per_order": lived.contact_rates,
        "campaign_effect": lived.effects,
        "holdout_purchases": histories.purchases_between(lived.age, reached),
    }
    return pa.table({name: pa.array(value) for name, value in values.items()})


def _order_means(world: World, people: People) -> tuple[Floats, Floats]:
    """Expected spend of one order before returns, and its margin after returns, as tastes are at the end."""
    price = np.array([world.catalog.mean_price(segment) for segment in world.later])[people.segment]
    cost = np.array([world.catalog.mean_cost(segment) for segment in world.later])[people.segment]
    depth = np.array([segment.discount_depth for segment in world.segments])[people.segment]
    units = people.lines * people.units
    spend = units * price * (1.0 - people.discount_share * depth)
    return spend, (spend - units * cost) * (1.0 - people.return_share)


def segment_truth(world: World, customers: Any) -> Any:
    """The table `Truth.segments` from the customers'."""
    names = [segment.name for segment in world.segments]
    grouped = customers.group_by("segment").aggregate([("party_key", "count"), *((name, "sum") for name in _TOTALS)])
    rows = {row["segment"]: row for row in grouped.to_pylist()}
    empty: dict[str, Any] = {}
    columns: dict[str, list[Any]] = {"segment": names, "share": [segment.share for segment in world.segments]}
    columns["customers"] = [rows.get(name, empty).get("party_key_count", 0) for name in names]
    for parameter in _PARAMETERS:
        columns[parameter] = [getattr(segment, parameter) for segment in world.segments]
    columns["affinity"] = [list(segment.affinity) for segment in world.segments]
    columns["affinity_at_the_end"] = [list(segment.affinity) for segment in world.later]
    for total in _TOTALS:
        columns[total] = [rows.get(name, empty).get(f"{total}_sum", 0) for name in names]
    return pa.table(columns)


def season_truth(world: World) -> Any:
    """The table `Truth.season`."""
    days = [world.spec.start + timedelta(days=day) for day in range(world.spec.days)]
    parts = [
        pa.table({"day": days, "segment": [segment.name] * len(days), "index": row[: len(days)]})
        for segment, row in zip(world.segments, world.index, strict=True)
    ]
    return pa.concat_tables(parts)


def constants_of(world: World) -> dict[str, Any]:
    """What `Truth.constants` holds, JSON-ready."""
    drift = {"segment": world.segments[world.drifting].name, "from_day": world.drift_day} if world.spec.drift else None
    return {
        "simulated": True,
        "horizon_days": HORIZON_DAYS,
        "renewal_days": RENEWAL_DAYS,
        "burst_size": BURST_SIZE,
        "burst_days": BURST_DAYS,
        "drift": drift,
        "activities": [
            {"activity": one.name, "driver": one.driver, "minutes": one.minutes, "rate": one.rate, "in_use": one.in_use}
            for one in ACTIVITY_TABLE
        ],
    }


def total(customers: Any, column: str) -> float:
    """Sum of one column of `Truth.customers`, 0 for an empty table."""
    return float(pc.sum(customers[column]).as_py() or 0.0)
