"""Publishes loyalty of behavior and of attitude."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.loyalty.market import market_rows, period_days, repeat_counts, wallet_sums
from segmentry.profiles.loyalty.spec import LoyaltySpec
from segmentry.profiles.loyalty.tables import LOYALTY_MARKET, LOYALTY_TRAITS
from segmentry.profiles.loyalty.traits import TRAITS, WALLET_TRAIT, loyalty_traits
from segmentry.terms.tables import Column


def publish(run: Run, spec: LoyaltySpec, catalog: TraitCatalog) -> None:
    """Publish the traits of loyalty; nothing where neither attitude nor spend in the category is told.

    Where spend in the category is told, ``loyalty_market`` says how the brand stands with those of whom it is.

    Args:
        run: The run; behavioral and feedback traits must be published where there are any.
        spec: Which column tells spend in the category, and what counts as high.
        catalog: Gets the traits published here.
    """
    if not run.has("behavioral_traits"):
        return
    given = run.table("given_traits")
    wallet = spec.column(tuple(given.columns))
    felt = run.table("feedback_traits") if run.has("feedback_traits") else None
    asked = felt is not None and ("nps_class" in felt.columns or "stated_satisfaction" in felt.columns)
    if wallet is None and not asked:
        return
    bought = run.table("behavioral_traits").select("customer_id", "user_status", "orders", "spend")
    people = _with(bought, given, "category_spend", wallet, "float64")
    for name, kind in (("nps_class", "string"), ("stated_satisfaction", "float64")):
        people = _with(people, felt, name, name, kind)
    traits = [*([] if wallet is None else [WALLET_TRAIT]), *TRAITS]
    table = loyalty_traits(people, spec.high_share).select("customer_id", *(each.name for each in traits))
    contract = LOYALTY_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in traits
    )
    run.publish(contract, table, spec=spec, parents=("behavioral_traits", "given_traits"))
    catalog.register("loyalty_traits", *traits)
    if wallet is not None:
        _publish_market(run, spec, people)


def _publish_market(run: Run, spec: LoyaltySpec, people: ir.Table) -> None:
    days = run.table("customer_days")
    first = run.rows(days.aggregate(first=days.day.min()))[0]["first"] or spec.last_day
    length = period_days(first, spec.last_day)
    repeats = run.rows(repeat_counts(days, spec.last_day, length))[0]
    rows = market_rows(run.rows(wallet_sums(people))[0], repeats, length)
    table = pa.Table.from_pylist(rows, schema=arrow_schema(LOYALTY_MARKET))
    run.publish(LOYALTY_MARKET, table, spec=spec, parents=("behavioral_traits", "given_traits", "customer_days"))


def _with(people: ir.Table, table: ir.Table | None, told: str, source: str | None, kind: Any) -> ir.Table:
    """The people with a column of another table as ``told``, unknown where it has none."""
    if table is None or source is None or source not in table.columns:
        return people.mutate(**{told: ibis.null(kind)})
    column = table[source]
    value = column.try_cast(kind) if column.type().is_string() and kind == "float64" else column.cast(kind)
    right = table.select(**{"other_id": table.customer_id, told: value})
    return people.left_join(right, people.customer_id == right.other_id).drop("other_id")
