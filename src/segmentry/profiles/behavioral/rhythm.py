"""How often and how recently: recency, frequency, monetary, usage rate, user status, loyalty.

Silence is judged by each customer's own rhythm. With ``n`` gaps that add up to ``S`` days and a population mean gap
``m``, a customer still buying at that rhythm stays silent for ``t`` days with probability
``((m + S) / (m + S + t)) ** (n + 1)``: exponential gaps whose rate has an exponential prior with mean ``1 / m``.
One global limit of ninety days would call every slow buyer lost and every fast buyer safe.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, UsageRate, UserStatus

LAPSING_BELOW = 0.20
"""A silence that own rhythm explains with a smaller probability makes a customer lapsing."""

LAPSED_BELOW = 0.05
"""A silence that own rhythm explains with a smaller probability makes a customer lapsed."""

_HISTORY = "purchase_history"


@dataclass(frozen=True, slots=True)
class Population:
    """What must be known of everybody before one customer can be judged.

    Attributes:
        mean_gap: Mean days between purchase days over all repeat buyers; None without any.
        orders: Orders placed by everybody.
        exposure_floor: Days below which no rate is computed, because a new customer's rate means nothing yet.
    """

    mean_gap: float | None
    orders: int
    exposure_floor: int = 30


def population(history: ir.Table) -> ir.Table:
    """One row with ``mean_gap`` (days) and ``orders`` over the whole purchase history."""
    return history.aggregate(
        mean_gap=history.recency_age.sum().cast("float64") / history.frequency.sum().nullif(0),
        orders=history.orders.sum(),
    )


def rhythm(history: ir.Table, known: Population) -> ir.Table:
    """Traits of rhythm, one row per buyer."""
    silence = _silence_probability(history.frequency, history.recency_age, history.days_since_last, known)
    broke = _silence_probability(history.frequency - 1, history.recency_age - history.last_gap, history.last_gap, known)
    rated = history.mutate(silence_probability=silence, gap_probability=broke)
    rated = rated.mutate(exposure=ibis.greatest(rated.age, known.exposure_floor).cast("float64"))
    rated = rated.mutate(usage_rate=rated.frequency.cast("float64") * 30.0 / rated.exposure)
    return rated.select(
        "customer_id",
        "days_since_last",
        "orders",
        "purchase_days",
        "spend",
        first_order_on=rated.first_on,
        last_order_on=rated.last_on,
        tenure_days=rated.age,
        cohort=_month(rated.first_on),
        mean_order_value=rated.placed_amount.cast("float64") / rated.orders,
        mean_gap_days=rated.recency_age.cast("float64") / rated.frequency.nullif(0),
        usage_rate=rated.usage_rate,
        usage_band=usage_band(rated.usage_rate),
        user_status=_status(rated),
        silence_probability=rated.silence_probability,
        repeat_buyer=rated.frequency > 0,
        share_of_orders=rated.orders.cast("float64") / max(known.orders, 1),
    )


def usage_band(rate: ir.FloatingValue) -> ir.StringValue:
    """Light, medium or heavy by terciles of the rate among users; equal rates always share a band.

    A value belongs to the lowest tercile when fewer than a third of all users lie strictly below it, so ties stay
    together whatever the order of the rows.
    """
    below, users = share_below(rate)
    return ibis.cases(
        (rate.isnull(), ibis.null("string")),
        (below * 3 < users, UsageRate.LIGHT.value),
        (below * 3 < users * 2, UsageRate.MEDIUM.value),
        else_=UsageRate.HEAVY.value,
    )


def share_below(values: ir.NumericValue) -> tuple[ir.IntegerValue, ir.IntegerValue]:
    """How many rows lie strictly below each value, and how many rows there are."""
    below = ibis.rank().over(ibis.window(order_by=values)).cast("int64")
    users = values.count().over(ibis.window()).cast("int64")
    return below, users


def _silence_probability(
    gaps: ir.IntegerValue, total: ir.IntegerValue, silent: ir.IntegerValue, known: Population
) -> ir.Value:
    if known.mean_gap is None:
        return ibis.null("float64")
    weight = total.cast("float64") + known.mean_gap
    return (weight / (weight + silent.cast("float64"))).pow(gaps.cast("float64") + 1.0)


def _status(rated: ir.Table) -> ir.StringValue:
    silence = rated.silence_probability
    returned = (rated.gap_probability < LAPSED_BELOW).fill_null(False)
    return ibis.cases(
        (silence < LAPSED_BELOW, UserStatus.LAPSED.value),
        (silence < LAPSING_BELOW, UserStatus.LAPSING.value),
        (rated.frequency == 0, UserStatus.FIRST_TIME.value),
        (returned, UserStatus.REACTIVATED.value),
        else_=UserStatus.REGULAR.value,
    )


def _month(day: ir.DateValue) -> ir.StringValue:
    return day.year().cast("string") + "-" + day.month().cast("string").lpad(2, "0")


def _trait(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return Trait(name, Basis.BEHAVIORAL, kind, description, unit, source=_HISTORY)


TRAITS = (
    _trait("days_since_last", ColumnType.INTEGER, "Days from the last purchase to the last observed day.", "days"),
    _trait("orders", ColumnType.INTEGER, "Orders placed.", "orders"),
    _trait("purchase_days", ColumnType.INTEGER, "Distinct days with an order.", "days"),
    _trait("spend", ColumnType.DECIMAL, "Net amount bought less returned.", "currency"),
    _trait("first_order_on", ColumnType.DATE, "Day of the first order."),
    _trait("last_order_on", ColumnType.DATE, "Day of the last order."),
    _trait("tenure_days", ColumnType.INTEGER, "Days since the first order.", "days"),
    _trait("cohort", ColumnType.TEXT, "Month of the first order."),
    _trait("mean_order_value", ColumnType.NUMBER, "Mean net amount of an order.", "currency per order"),
    _trait("mean_gap_days", ColumnType.NUMBER, "Mean days between purchase days; unknown after one.", "days"),
    _trait(
        "usage_rate",
        ColumnType.NUMBER,
        "Repeat purchase days per thirty days of tenure (at least thirty days).",
        "days",
    ),
    _trait("usage_band", ColumnType.TEXT, "Light, medium or heavy: terciles of the usage rate among buyers."),
    _trait("user_status", ColumnType.TEXT, "Where the customer stands, judged by the customer's own rhythm."),
    _trait(
        "silence_probability",
        ColumnType.NUMBER,
        "Chance that a customer still buying at this rhythm would have been silent this long.",
        "probability",
    ),
    _trait("repeat_buyer", ColumnType.BOOLEAN, "Bought on more than one day."),
    _trait("share_of_orders", ColumnType.NUMBER, "Share of all orders that are this customer's.", "share"),
)
"""The traits of `rhythm`."""
