"""Publishes identity, purchase histories, traits and their catalog."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.behavioral import TRAITS, Population, behavioral_traits, population
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.given import given_traits
from segmentry.profiles.history import customer_days, keyed, monthly_sales, purchase_history
from segmentry.profiles.picking import of_oldest_party
from segmentry.profiles.spec import ProfileSpec
from segmentry.profiles.tables import (
    BEHAVIORAL_TRAITS,
    CUSTOMER_DAYS,
    GIVEN_TRAITS,
    IDENTITY,
    MONTHLY_SALES,
    PURCHASE_HISTORY,
    TRAIT_CATALOG,
)
from segmentry.terms.canonical import CUSTOMERS
from segmentry.terms.tables import Column

_OPTIONAL = {"discount": ("discount_share", "discounted_order_share"), "channel": ("channels_used",)}
"""Columns of orders that many sources lack, with the traits made of them."""


def refresh(run: Run, spec: ProfileSpec, *, resolved: bool = False) -> TraitCatalog:
    """Publish identity, customer days, purchase history and traits as of ``spec.as_of``.

    Args:
        run: The run; it must see ``orders``, ``order_lines`` and ``customers``.
        spec: The instant, the last local day and the currency.
        resolved: Whether identity was published in this run already.

    Returns:
        The catalog of the traits published here; higher rooms add theirs before it is published.
    """
    if not resolved:
        publish_identity(run)
    _publish_history(run, spec)
    catalog = TraitCatalog()
    catalog.register("behavioral_traits", *TRAITS)
    _publish_behavioral(run, spec)
    _publish_given(run, catalog)
    return catalog


def refresh_parties(run: Run, *, resolved: bool = False) -> TraitCatalog:
    """Publish who the parties are and what was told of them, where nothing was ordered.

    Args:
        run: The run; it must see ``customers``.
        resolved: Whether identity was published in this run already.

    Returns:
        The catalog of the traits published here.
    """
    if not resolved:
        publish_identity(run)
    catalog = TraitCatalog()
    _publish_given(run, catalog)
    return catalog


def publish_catalog(run: Run, catalog: TraitCatalog, spec: ProfileSpec) -> None:
    """Publish the catalog of all traits, those of higher rooms included."""
    rows = catalog.rows(spec.as_of, spec.lawful_basis)
    run.publish(TRAIT_CATALOG, pa.Table.from_pylist(rows, schema=arrow_schema(TRAIT_CATALOG)), spec=spec)


def publish_identity(run: Run) -> None:
    """Every party is a customer of its own, under its own key; decisions of old stay while the party is told of."""
    parties = run.table("customers").select("party_key", valid_from="known_since")
    fresh = parties.mutate(
        customer_id=parties.party_key, recorded_at=ibis.literal(run.started_at, type="timestamp(6)")
    ).select("party_key", "customer_id", "valid_from", "recorded_at")
    if run.has("identity"):
        old = run.table("identity").semi_join(parties, "party_key")
        fresh = old.union(fresh.anti_join(old, "party_key"))
    run.publish(IDENTITY, fresh, parents=("customers",))


def identity_or_none(run: Run) -> ir.Table | None:
    """The identity table, or None while every party is a customer of its own (then no join is needed)."""
    identity = run.table("identity")
    merged = run.rows(identity.filter(identity.party_key != identity.customer_id).aggregate(rows=ibis._.count()))
    return identity if merged[0]["rows"] else None


def _publish_history(run: Run, spec: ProfileSpec) -> None:
    orders = keyed(run.table("orders"), identity_or_none(run))
    run.publish(CUSTOMER_DAYS, customer_days(orders, spec.last_day), spec=spec, parents=("orders", "identity"))
    history = purchase_history(run.table("customer_days"), spec.last_day, spec.currency)
    run.publish(PURCHASE_HISTORY, history, spec=spec, parents=("customer_days",))
    months = monthly_sales(run.table("customer_days"), run.table("purchase_history"))
    run.publish(MONTHLY_SALES, months, spec=spec, parents=("customer_days", "purchase_history"))


def _publish_behavioral(run: Run, spec: ProfileSpec) -> None:
    identity, history = run.table("identity"), run.table("purchase_history")
    merged = identity_or_none(run)
    last_day = ibis.literal(spec.last_day)
    orders, lines = keyed(run.table("orders"), merged), keyed(run.table("order_lines"), merged)
    known = Population(**run.rows(population(history))[0])
    traits = behavioral_traits(
        history,
        orders.filter(orders.ordered_on <= last_day),
        lines.filter(lines.ordered_on <= last_day),
        known,
        _category_column(run, lines),
    )
    as_of = ibis.literal(spec.as_of, type="timestamp(6)")
    universe = identity.filter((identity.valid_from <= as_of) | identity.valid_from.isnull())
    whole = universe.select("customer_id").distinct().left_join(traits, "customer_id").drop("customer_id_right")
    contract = BEHAVIORAL_TRAITS.with_columns(_column(trait) for trait in TRAITS)
    unknown = {name: ibis.null(whole[name].type()) for name in _untold(run, orders)}
    run.publish(
        contract,
        whole.mutate(user_status=whole.user_status.fill_null("non_user"), **unknown),
        spec=spec,
        parents=("purchase_history", "orders", "order_lines", "identity"),
    )


def _untold(run: Run, orders: ir.Table) -> list[str]:
    """Traits of what no source tells: unknown for everybody, not nothing."""
    told = run.rows(orders.aggregate(**{name: orders[name].count() for name in _OPTIONAL}))[0]
    return [trait for name, traits in _OPTIONAL.items() if not told[name] for trait in traits]


def _category_column(run: Run, lines: ir.Table) -> str:
    """Categories where the source tells them, else products."""
    told = run.rows(lines.aggregate(told=lines.category.count()))[0]["told"]
    return "category" if told else "product_id"


def _publish_given(run: Run, catalog: TraitCatalog) -> None:
    merged = identity_or_none(run)
    customers = keyed(run.table("customers"), merged)
    customers = customers if merged is None else of_oldest_party(customers)
    traits = given_traits(customers, CUSTOMERS)
    catalog.register("given_traits", *traits)
    table = customers.select("customer_id", **{trait.name: customers[trait.name] for trait in traits})
    contract = GIVEN_TRAITS.with_columns(_column(trait) for trait in traits)
    run.publish(contract, table, parents=("customers", "identity"))


def _column(trait: Trait) -> Column:
    return Column(trait.name, trait.type, trait.description, trait.unit, trait.data_class)
