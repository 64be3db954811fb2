"""What the people of an organization do and are, rolled up to it; and what can be said of each contact."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import day, in_one_currency, instant, keyed_as
from segmentry.profiles.accounts.roles import ROLES
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.behavioral import join_all, main_value
from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType

_LEVELS = {
    "executive": ("chief", "ceo", "cfo", "cio", "cto", "cmo", "coo", "president", "founder", "owner", "partner"),
    "vice_president": ("vp", "svp", "evp", "vice"),
    "director": ("director", "head"),
    "manager": ("manager", "lead", "supervisor", "team"),
}
_FUNCTIONS = {
    "information_technology": (
        "it",
        "cio",
        "cto",
        "information",
        "technology",
        "software",
        "data",
        "systems",
        "developer",
    ),
    "finance": ("finance", "cfo", "financial", "accounting", "controller", "treasurer", "accountant"),
    "marketing": ("marketing", "cmo", "brand", "communications", "advertising"),
    "sales": ("sales", "account", "business"),
    "procurement": ("procurement", "purchasing", "buyer", "sourcing", "supply"),
    "human_resources": ("hr", "human", "people", "talent", "recruiting", "recruiter"),
    "operations": ("operations", "coo", "production", "manufacturing", "logistics", "plant"),
    "research": ("research", "engineering", "engineer", "scientist", "science"),
    "service": ("service", "support", "customer"),
    "legal": ("legal", "counsel", "compliance", "lawyer"),
    "general_management": ("ceo", "president", "founder", "owner", "managing", "general"),
}


def with_orders_for_others(orders: ir.Table, lines: ir.Table, identity: ir.Table | None) -> ir.Table:
    """Orders under those whom they are of and, a second time, under the persons who placed them for an organization.

    Args:
        orders: The keyed canonical table.
        lines: Order lines with ``contact_key``.
        identity: The identity table; None while every party is a customer of its own.

    Returns:
        ``customer_id``, ``ordered_at``, ``ordered_on``, ``amount``, ``currency`` and ``placed``.
    """
    told = ("customer_id", "ordered_at", "ordered_on", "amount", "currency", "placed")
    placing = lines.filter(lines.contact_key.notnull()).select("source", "order_id", "party_key", "contact_key")
    pairs = keyed_as(placing.distinct(), "contact_key", identity, "_person").drop("contact_key")
    placed = orders.drop("customer_id").inner_join(pairs, ["source", "order_id", "party_key"])
    return orders.select(*told).union(placed.mutate(customer_id=placed["_person"]).select(*told))


def behavior_roll_up(people: ir.Table, facts: Mapping[str, ir.Table], spec: AccountSpec) -> ir.Table:
    """What the people of each organization did up to the as-of; empty for facts that are not told at all.

    Args:
        people: ``account_id`` and ``customer_id``, each pair once.
        facts: Keyed tables by name.
        spec: Tells the as-of.
    """
    base = people.select(customer_id="account_id").distinct()
    parts = []
    if "orders" in facts:
        orders = _of(people, facts["orders"]).filter(lambda table: table.ordered_on <= day(spec.last_day))
        parts.append(
            orders.group_by(customer_id="account_id").aggregate(
                contacts_orders=orders.placed.cast("int64").sum(),
                contacts_spend=in_one_currency(orders.amount, orders.currency),
            )
        )
    if "events" in facts:
        events = _of(people, facts["events"]).filter(lambda table: table.occurred_at <= instant(spec.as_of))
        parts.append(events.group_by(customer_id="account_id").aggregate(contacts_events=events.count()))
    if "service_contacts" in facts:
        calls = _of(people, facts["service_contacts"])
        calls = calls.filter(calls.contacted_at <= instant(spec.as_of))
        parts.append(
            calls.group_by(customer_id="account_id").aggregate(
                contacts_service=calls.count(), contacts_mean_waiting=calls.waiting_minutes.mean()
            )
        )
    whole = join_all(base, parts)
    counts = [name for name in ("contacts_orders", "contacts_events", "contacts_service") if name in whole.columns]
    return whole.mutate(**{name: whole[name].fill_null(0) for name in counts})


def _of(people: ir.Table, facts: ir.Table) -> ir.Table:
    return people.select("account_id", "customer_id").inner_join(facts, "customer_id")


def trait_roll_up(people: ir.Table, tables: Mapping[str, ir.Table], traits: Mapping[str, Trait]) -> ir.Table:
    """Traits of contacts at their organization: the mean of numbers, the share of yes, the most frequent word.

    Args:
        people: ``account_id`` and ``customer_id``, each pair once.
        tables: Trait tables by the name of the trait.
        traits: The traits by name.

    Returns:
        ``customer_id`` of the organization and ``contacts_`` with the name of each trait.
    """
    base = people.select(customer_id="account_id").distinct()
    parts = []
    for name, trait in traits.items():
        rows = _of(people, tables[name].select("customer_id", name))
        rows = rows.select(customer_id=rows.account_id, _value=rows[name])
        if trait.type is ColumnType.TEXT:
            best = main_value(rows, "_value", ibis.literal(1, type="int64"), (f"contacts_{name}", "_share"))
            parts.append(best.drop("_share"))
        else:
            number = rows["_value"].cast("int64") if trait.type is ColumnType.BOOLEAN else rows["_value"]
            parts.append(rows.group_by("customer_id").aggregate(**{f"contacts_{name}": number.cast("float64").mean()}))
    return join_all(base, parts)


def contact_traits(present: ir.Table) -> ir.Table:
    """What can be said of each contact: roles, organizations, level and function of the title, silence.

    Args:
        present: Roles in force, as `coverage.present_contacts` gives them.
    """
    title = present.group_by("customer_id").aggregate(
        organizations=present.account_id.nunique(),
        buying_roles=present.role.nunique(),
        contact_silent=present.silent.all(),
        _title=present.title.max(),
        **{f"_{role}": (present.role == role).fill_null(False).any() for role in ROLES},
    )
    named = ibis.literal("")
    for role in ROLES:
        named = named + ibis.ifelse(title[f"_{role}"], f"{role}, ", "")
    words = ibis.literal(" ") + title["_title"].lower().re_replace("[^a-z]+", " ") + " "
    return title.select(
        "customer_id",
        "organizations",
        "buying_roles",
        "contact_silent",
        buying_role_names=named.re_replace(", $", "").nullif(""),
        title_level=_first(words, _LEVELS, "staff"),
        title_function=_first(words, _FUNCTIONS, "other"),
    )


def _first(words: ir.StringValue, known: Mapping[str, tuple[str, ...]], otherwise: str) -> ir.StringValue:
    """The first name of whose words the title has one; empty without a title."""
    cases = []
    for name, each in known.items():
        has = ibis.literal(False)
        for word in each:
            has = has | words.contains(f" {word} ")
        cases.append((has, name))
    vice = words.contains(" vice president ")
    cases = [(vice, "vice_president"), *cases] if "vice_president" in known else cases
    return ibis.ifelse(words.isnull(), ibis.null("string"), ibis.cases(*cases, else_=otherwise))
