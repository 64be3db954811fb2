"""Which attributes a map is drawn from, how each is prepared, and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten

LEAST_KNOWN = 0.90
"""Share of customers of whom an attribute must be known to be chosen; the rest are put at its mean."""

SKEWED = 2.0
"""Skewness from which an attribute is drawn on a logarithmic scale."""

_PER_DECADE = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class Attribute:
    """A trait as a map draws it.

    Attributes:
        name: Name of the trait.
        high: Words for its high end.
        low: Words for its low end.
        unit: What is counted.
        scale: ``linear``, or ``log`` for ln(1 + value) with values below 0 counting as 0.
        mean: Mean over customers of whom it is known, as prepared.
        known: Share of customers of whom it is known.
    """

    name: str
    high: str = ""
    low: str = ""
    unit: str = ""
    scale: Literal["linear", "log"] = "linear"
    mean: float = 0.0
    known: float = 1.0

    @property
    def words(self) -> tuple[str, str]:
        """Words for the high and the low end."""
        plain = self.name.replace("_", " ")
        return self.high or f"more {plain}", self.low or f"less {plain}"

    def prepared(self, table: ir.Table) -> ir.FloatingValue:
        """The column as drawn, missing where it is not known."""
        values = self.values(table)
        return values if self.scale == "linear" else ((values < 0).ifelse(0.0, values) + 1.0).ln()

    def values(self, table: ir.Table) -> ir.FloatingValue:
        """The column as numbers, in its own unit; what is not finite is missing."""
        values = table[self.name].cast("float64")
        if not table[self.name].type().is_floating():
            return values
        return (values.isnan() | values.isinf()).ifelse(ibis.null("float64"), values)

    def drawn(self, natural: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values as drawn from values in the attribute's own unit, any shape."""
        return np.log1p(np.maximum(natural, 0.0)) if self.scale == "log" else natural

    def natural(self, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values in the attribute's own unit from drawn ones, any shape."""
        return np.expm1(drawn) if self.scale == "log" else drawn

    def ticks(self, low: float, high: float) -> list[tuple[float, str]]:
        """Places on the drawn axis and labels in the attribute's unit; none on linear axes, which need none."""
        if self.scale == "linear":
            return []
        steps = [0, *(one * each for one in _PER_DECADE for each in (1, 3))]
        places = [(float(np.log1p(step)), f"{step:,}") for step in steps]
        return [(place, label) for place, label in places if low - 0.5 <= place <= high + 0.5]


KNOWN = (
    Attribute("days_since_last", "longer silence", "shorter silence", "days"),
    Attribute("purchase_days", "more purchase days", "fewer purchase days", "days"),
    Attribute("spend", "more spend", "less spend", "currency"),
    Attribute("mean_order_value", "larger orders", "smaller orders", "currency per order"),
    Attribute("tenure_days", "longer with us", "newer", "days"),
    Attribute("products_bought", "more different products", "fewer different products", "products"),
    Attribute("mean_basket_products", "broader baskets", "narrower baskets", "products"),
    Attribute("return_rate", "more returns", "fewer returns", "share"),
    Attribute("price_index", "dearer products", "cheaper products", "ratio"),
    Attribute("repertoire_share", "more repeated products", "more new products", "share"),
    Attribute("gift_season_share", "more in the gift season", "less in the gift season", "share"),
    Attribute("weekend_share", "more on weekends", "less on weekends", "share"),
    Attribute("discount_share", "more discount", "less discount", "share"),
)
"""What a map chooses from unless told otherwise: one attribute for each side of buying."""

_FURTHER = (
    Attribute("orders", "more orders", "fewer orders", "orders"),
    Attribute("usage_rate", "buys more often", "buys less often", "days per month"),
    Attribute("mean_gap_days", "longer gaps", "shorter gaps", "days"),
    Attribute("p_alive", "surely active", "probably gone", "probability"),
    Attribute("clv", "more future value", "less future value", "currency"),
    Attribute("expected_discounted_revenue", "more future revenue", "less future revenue", "currency"),
    Attribute("cost_to_serve", "costs more to serve", "costs less to serve", "currency"),
)
_BY_NAME = {attribute.name: attribute for attribute in (*KNOWN, *_FURTHER)}


def candidates(base: ir.Table, asked: Sequence[str], unit: str) -> tuple[Attribute, ...]:
    """The attributes to look at: those asked for, or those known ones that the base has.

    Args:
        base: Customers with traits.
        asked: Names of traits; empty for the known ones.
        unit: Currency of the amounts.

    Raises:
        SettingsError: A trait asked for does not exist or is no number; all at once.
    """
    schema = base.schema()
    problems = [_problem(name, base) for name in asked if name not in schema or not _is_number(schema[name])]
    if problems:
        raise SettingsError(problems)
    names = asked or [attribute.name for attribute in KNOWN if attribute.name in schema]
    chosen = [_BY_NAME.get(name, Attribute(name)) for name in dict.fromkeys(names)]
    return tuple(replace(each, unit=each.unit.replace("currency", unit)) for each in chosen)


def _is_number(kind: Any) -> bool:
    return bool(kind.is_numeric() or kind.is_boolean())


def _problem(name: str, base: ir.Table) -> Problem:
    if name not in base.columns:
        hint = near_miss(name, base.columns) or "Name a trait of the catalog."
        return Problem("TRAIT_UNKNOWN", "There is no such trait.", "map, attributes", shorten(name), hint)
    what, next_step = "The trait is no number.", "A map draws numbers, and yes or no."
    return Problem("TRAIT_NOT_A_NUMBER", what, "map, attributes", f"{name} ({base.schema()[name]})", next_step)


def spreads(base: ir.Table, attributes: Sequence[Attribute]) -> ir.Table:
    """One row: customers, and for each attribute how many are known, mean and standard deviation.

    Args:
        base: Customers with traits.
        attributes: What is looked at.
    """
    found: dict[str, ir.Value] = {"customers": base.count()}
    for attribute in attributes:
        values = attribute.values(base)
        found[f"known_{attribute.name}"] = values.count()
        found[f"mean_{attribute.name}"] = values.mean()
        found[f"deviation_{attribute.name}"] = values.std(how="pop")
    return base.aggregate(**found)


def cubes(base: ir.Table, attributes: Sequence[Attribute], spread: dict[str, Any]) -> ir.Table:
    """One row: the skewness of each attribute.

    Args:
        base: Customers with traits.
        attributes: Those that vary.
        spread: The row of `spreads`.
    """
    found = {}
    for attribute in attributes:
        mean, deviation = spread[f"mean_{attribute.name}"], spread[f"deviation_{attribute.name}"]
        scaled = (attribute.values(base) - mean) / deviation
        found[attribute.name] = (scaled * scaled * scaled).mean()
    return base.aggregate(**found)


def prepare(attributes: Sequence[Attribute], spread: dict[str, Any], skewness: dict[str, Any]) -> tuple[Attribute, ...]:
    """The attributes with the scale on which they are drawn.

    Args:
        attributes: Those that vary.
        spread: The row of `spreads`.
        skewness: The row of `cubes`.
    """
    customers = spread["customers"]
    return tuple(
        replace(
            each,
            scale="log" if (skewness[each.name] or 0.0) >= SKEWED else "linear",
            known=spread[f"known_{each.name}"] / customers,
        )
        for each in attributes
    )


def usable(
    attributes: Sequence[Attribute], spread: dict[str, Any], asked: bool
) -> tuple[tuple[Attribute, ...], dict[str, str]]:
    """The attributes that can be drawn, and why the others cannot.

    Args:
        attributes: What was looked at.
        spread: The row of `spreads`.
        asked: Whether they were asked for by name: then they need be known of half the customers only.
    """
    left_out = {}
    least = 0.5 if asked else LEAST_KNOWN
    for each in attributes:
        known, deviation = spread[f"known_{each.name}"], spread[f"deviation_{each.name}"] or 0.0
        if known < least * spread["customers"]:
            left_out[each.name] = f"known of {known / max(spread['customers'], 1):.0%} of the customers only"
        elif deviation <= 1e-9 * abs(spread[f"mean_{each.name}"] or 0.0):
            left_out[each.name] = "the same for all customers"
    return tuple(each for each in attributes if each.name not in left_out), left_out
