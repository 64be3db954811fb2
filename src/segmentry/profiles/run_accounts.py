"""Publishes organizations in their groups, their people in roles, their chances of a sale, and misspelt names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.accounts import tables
from segmentry.profiles.accounts.coverage import SIGNS, coverage, coverage_traits, last_signs, present_contacts
from segmentry.profiles.accounts.hierarchy import account_links, described, group_traits, hierarchy, over_group
from segmentry.profiles.accounts.keys import day, days_since
from segmentry.profiles.accounts.opportunities import (
    opportunity_findings,
    patterns,
    rated_pair,
    rated_row,
    settled_counts,
    standing,
    summary,
)
from segmentry.profiles.accounts.people import behavior_roll_up, contact_traits, trait_roll_up, with_orders_for_others
from segmentry.profiles.accounts.roles import contact_findings
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.accounts.spelled import COLUMNS, meant, name_counts, word_list
from segmentry.profiles.accounts.spelling import Repair, spelling_repairs
from segmentry.profiles.accounts.traits import (
    CONTACT_TRAITS,
    COVERAGE_TRAITS,
    GROUP_ORDER_TRAITS,
    GROUP_SALE_TRAITS,
    HIERARCHY_TRAITS,
    OPPORTUNITY_TRAITS,
    PEOPLE_TRAITS,
    RELATIONSHIP_TRAITS,
    rolled_up,
)
from segmentry.profiles.behavioral import join_all, main_value
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.run import identity_or_none
from segmentry.profiles.run_contacts import words_of
from segmentry.terms.errors import Problem, SettingsError, near_miss
from segmentry.terms.tables import Column, Contract
from segmentry.terms.vocabulary import DataClass, Kind

_RATES = pa.schema(
    [(name, pa.int64()) for name in ("won_opportunities", "lost_opportunities")]
    + [(name, pa.float64()) for name in ("win_rate", "win_rate_low", "win_rate_high")]
)


def publish(run: Run, spec: AccountSpec, catalog: TraitCatalog) -> None:
    """Publish what is known of organizations as of ``spec.as_of``; nothing where none is told of.

    Args:
        run: The run; identity and contacts (`run_contacts`) must be published.
        spec: The instant, and what the workspace declares.
        catalog: Gets the traits published here; those to be rolled up must be in it.

    Raises:
        SettingsError: a trait to be rolled up is not known, or of a special category.
    """
    publish_spelling(run, spec)
    if not run.has("party_kinds") or not any(
        run.has(name) for name in ("accounts", "account_contacts", "opportunities")
    ):
        return
    rolled = _traits_to_roll_up(spec, catalog)
    identity = identity_or_none(run)
    organizations = _organizations(run, identity, spec)
    findings: list[ir.Table] = []
    parts: list[tuple[ir.Table, Sequence[Trait]]] = []
    parts += _publish_groups(run, identity, spec, findings)
    parts += _publish_people(run, identity, spec, organizations, findings, rolled)
    parts += _publish_sales(run, identity, spec, findings)
    parts += _relationship(run, identity, spec)
    parts += _group_sums(run, identity, spec)
    _publish_traits(run, spec, tables.ACCOUNT_TRAITS, organizations, parts)
    catalog.register("account_traits", *(trait for _, traits in parts for trait in traits))
    if run.has("account_contacts"):
        catalog.register("contact_traits", *CONTACT_TRAITS)
    if findings:
        whole = findings[0].union(*findings[1:]) if len(findings) > 1 else findings[0]
        run.publish(tables.ACCOUNT_FINDINGS, whole, spec=spec)


def publish_spelling(run: Run, spec: AccountSpec) -> None:
    """Publish names that are, or may be, misspelt; nothing where no organization is told of and no name is in doubt."""
    told = [column for column in COLUMNS if run.has(column.table)]
    found: list[Repair] = []
    for column in told:
        listed = {name for other in column.listed for name in _names(run, column.listed_in, other)}
        counts = _names(run, column.table, column.column)
        found += spelling_repairs(column.scope, counts, listed, word_list(column))
    if found or any(column.table != "products" for column in told):
        rows = _arrow(tables.SPELLING_REPAIRS, [each.as_row() for each in found])
        run.publish(tables.SPELLING_REPAIRS, rows, spec=spec, parents=tuple(dict.fromkeys(each.table for each in told)))


def _names(run: Run, table: str, column: str) -> dict[str, int]:
    """Rows by name; none where the table is not told."""
    if not run.has(table):
        return {}
    return {row["name"]: int(row["rows"]) for row in run.rows(name_counts(run.table(table), column))}


def _organizations(run: Run, identity: ir.Table | None, spec: AccountSpec) -> ir.Table:
    kinds = run.table("party_kinds")
    known = kinds.filter(kinds.kind == Kind.ORGANIZATION.value)
    begun = known.since.isnull() | (known.since <= ibis.literal(spec.as_of, type="timestamp(6)"))
    return keyed(known.filter(begun), identity).select("customer_id").distinct()


def _publish_groups(
    run: Run, identity: ir.Table | None, spec: AccountSpec, findings: list[ir.Table]
) -> list[tuple[ir.Table, Sequence[Trait]]]:
    if not run.has("accounts"):
        return []
    accounts = run.table("accounts")
    links = run.arrow(account_links(accounts, identity)).to_pylist()
    found = hierarchy((row["customer_id"], row["parent_id"]) for row in links)
    run.publish(
        tables.ACCOUNT_HIERARCHY, _arrow(tables.ACCOUNT_HIERARCHY, found.rows), spec=spec, parents=("accounts",)
    )
    findings.append(run.engine.warehouse.bring(_arrow(tables.ACCOUNT_FINDINGS, found.findings)))
    groups = run.table("account_hierarchy")
    return [(group_traits(groups, described(accounts, identity)), HIERARCHY_TRAITS)]


def _publish_people(
    run: Run,
    identity: ir.Table | None,
    spec: AccountSpec,
    organizations: ir.Table,
    findings: list[ir.Table],
    rolled: Mapping[str, tuple[Trait, str]],
) -> list[tuple[ir.Table, Sequence[Trait]]]:
    if not run.has("account_contacts"):
        return []
    told = run.table("account_contacts")
    findings.append(contact_findings(told, identity, words_of(run, told)))
    facts = {name: keyed(run.table(name), identity) for name in SIGNS if run.has(name)}
    if "orders" in facts and run.has("order_lines") and "contact_key" in run.table("order_lines").columns:
        facts["orders"] = with_orders_for_others(facts["orders"], run.table("order_lines"), identity)
    present = present_contacts(run.table("account_contacts_keyed"), last_signs(facts, spec), spec)
    run.publish(
        tables.ACCOUNT_COVERAGE, coverage(organizations, present), spec=spec, parents=("account_contacts_keyed",)
    )
    contract = tables.CONTACT_TRAITS.with_columns(_column(trait) for trait in CONTACT_TRAITS)
    run.publish(contract, contact_traits(present), spec=spec, parents=("account_contacts_keyed",))
    covered = coverage_traits(organizations, run.table("account_coverage"), present, spec)
    people = present.select("account_id", "customer_id").distinct()
    did = [trait for name, traits in PEOPLE_TRAITS.items() if name in facts for trait in traits]
    parts: list[tuple[ir.Table, Sequence[Trait]]] = [(covered, COVERAGE_TRAITS)]
    if did:
        parts.append((behavior_roll_up(people, facts, spec), did))
    if rolled:
        traits = {name: trait for name, (trait, _) in rolled.items()}
        sources = {name: run.table(table) for name, (_, table) in rolled.items()}
        parts.append((trait_roll_up(people, sources, traits), [rolled_up(trait) for trait in traits.values()]))
    return parts


def _publish_sales(
    run: Run, identity: ir.Table | None, spec: AccountSpec, findings: list[ir.Table]
) -> list[tuple[ir.Table, Sequence[Trait]]]:
    if not run.has("opportunities"):
        return []
    repairs = run.table("spelling_repairs")
    told = meant(run.table("opportunities"), "product_id", repairs, "opportunities.product_id")
    told = meant(told, "stage", repairs, "opportunities.stage")
    now = standing(told, identity, spec).select(*tables.OPPORTUNITY_STANDING.names)
    run.publish(tables.OPPORTUNITY_STANDING, now, spec=spec, parents=("opportunities", "spelling_repairs"))
    known = run.table("opportunity_standing")
    findings.append(opportunity_findings(known))
    industries = None
    if run.has("accounts"):
        spelt = meant(run.table("accounts"), "industry", repairs, "accounts.industry")
        industries = described(spelt, identity).select("customer_id", "industry")
    rows = [rated_row(row) for row in run.rows(summary(known, industries))]
    run.publish(
        tables.OPPORTUNITY_SUMMARY,
        _arrow(tables.OPPORTUNITY_SUMMARY, rows),
        spec=spec,
        parents=("opportunity_standing",),
    )
    settled = settled_counts(known, spec)
    pairs = [rated_pair(row) for row in run.rows(settled.select("won_opportunities", "lost_opportunities").distinct())]
    rates = run.engine.warehouse.bring(pa.Table.from_pylist(pairs, schema=_RATES))
    counted = settled.left_join(rates, ["won_opportunities", "lost_opportunities"])
    counted = counted.drop(*(name for name in counted.columns if name.endswith("_right")))
    won = known.filter((known.standing == "won") & known.customer_id.notnull())
    favorite = main_value(
        won, "product_id", ibis.literal(1, type="int64"), ("favorite_product", "favorite_product_share")
    )
    return [(join_all(counted, (patterns(known, spec), favorite)), OPPORTUNITY_TRAITS)]


def _relationship(run: Run, identity: ir.Table | None, spec: AccountSpec) -> list[tuple[ir.Table, Sequence[Trait]]]:
    """Since when an organization buys: its own first order, sale won or contract."""
    begins = []
    if run.has("orders"):
        orders = keyed(run.table("orders"), identity)
        begins.append(orders.filter(orders.placed).select("customer_id", on=orders.ordered_on))
    if run.has("subscriptions"):
        contracts = keyed(run.table("subscriptions"), identity)
        begins.append(contracts.select("customer_id", on=contracts.started_on))
    if run.has("opportunities"):
        known = run.table("opportunity_standing")
        begins.append(known.filter(known.standing == "won").select("customer_id", on=known.closed_on))
    if not begins:
        return []
    whole = begins[0].union(*begins[1:]) if len(begins) > 1 else begins[0]
    known = whole.filter(whole["on"] <= day(spec.last_day))
    first = known.group_by("customer_id").aggregate(relationship_since=known["on"].min())
    return [(first.mutate(relationship_days=days_since(spec.last_day, first.relationship_since)), RELATIONSHIP_TRAITS)]


def _group_sums(run: Run, identity: ir.Table | None, spec: AccountSpec) -> list[tuple[ir.Table, Sequence[Trait]]]:
    if not run.has("accounts"):
        return []
    groups = run.table("account_hierarchy")
    found: list[tuple[ir.Table, Sequence[Trait]]] = []
    if run.has("opportunities"):
        sales = run.table("opportunity_standing")
        won = ibis.ifelse(sales.standing == "won", sales.amount, ibis.null(sales.amount.type()))
        facts = sales.select("customer_id", "currency", counted=ibis.literal(1, type="int64"), amount=won)
        found.append((over_group(groups, facts, ("group_opportunities", "group_won_amount")), GROUP_SALE_TRAITS))
    if run.has("orders"):
        own = _orders_with_people(run, identity, spec)
        found.append((over_group(groups, own, ("group_orders", "group_spend")), GROUP_ORDER_TRAITS))
    return found


def _orders_with_people(run: Run, identity: ir.Table | None, spec: AccountSpec) -> ir.Table:
    """Orders of each organization, and of the persons whose only organization it is."""
    orders = keyed(run.table("orders"), identity)
    orders = orders.filter(orders.ordered_on <= day(spec.last_day))
    facts = orders.select("customer_id", "amount", "currency", counted=orders.placed.cast("int64"))
    if not run.has("account_contacts"):
        return facts
    people = run.table("account_contacts_keyed")
    only = people.group_by("customer_id").aggregate(_account=people.account_id.max(), _n=people.account_id.nunique())
    joined = facts.left_join(only.filter(only["_n"] == 1), "customer_id")
    owner = ibis.coalesce(joined["_account"], joined.customer_id)
    return joined.select("amount", "currency", "counted", customer_id=owner)


def _traits_to_roll_up(spec: AccountSpec, catalog: TraitCatalog) -> dict[str, tuple[Trait, str]]:
    rows = {str(row["trait"]): str(row["table_name"]) for row in catalog.rows(spec.as_of)}
    problems = []
    for name in spec.roll_up:
        if name not in rows:
            hint = near_miss(name, rows) or "The traits that exist are in the trait catalog."
            problems.append(Problem("TRAIT_UNKNOWN", "There is no such trait", "[accounts], roll_up", name, hint))
        elif catalog[name].data_class is DataClass.SPECIAL:
            what = "A trait of a special category is not rolled up"
            problems.append(Problem("TRAIT_LOCKED", what, "[accounts], roll_up", name, "Leave it out."))
    if problems:
        raise SettingsError(problems)
    return {name: (catalog[name], rows[name]) for name in spec.roll_up}


def _publish_traits(
    run: Run,
    spec: AccountSpec,
    contract: Contract,
    base: ir.Table,
    parts: Sequence[tuple[ir.Table, Sequence[Trait]]],
) -> None:
    traits = [trait for _, each in parts for trait in each]
    whole = join_all(base, (table.select("customer_id", *(trait.name for trait in each)) for table, each in parts))
    run.publish(contract.with_columns(_column(trait) for trait in traits), whole, spec=spec, parents=("identity",))


def _arrow(contract: Contract, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(contract))


def _column(trait: Trait) -> Column:
    return Column(trait.name, trait.type, trait.description, trait.unit, trait.data_class)
