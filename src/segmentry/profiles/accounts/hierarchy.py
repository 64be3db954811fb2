"""Groups of organizations: parents followed to the top, circles cut, figures added up over the group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.forests import cut_circles, tops
from segmentry.profiles.accounts.keys import in_one_currency, keyed_as

_AMOUNTS = ("revenue", "balance_total", "currency", "source")
_NEVER = datetime(1900, 1, 1)
TWO_PARENTS, CIRCLE, UNLISTED = "two parents", "circle of parents", "parent not listed"


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Organizations in their groups, and what was wrong with the links told.

    Attributes:
        rows: Rows of the contract `ACCOUNT_HIERARCHY`.
        findings: Rows of the contract `ACCOUNT_FINDINGS`.
    """

    rows: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]


def account_links(accounts: ir.Table, identity: ir.Table | None) -> ir.Table:
    """Distinct pairs of an organization and its parent: ``customer_id`` and ``parent_id``, empty at the top.

    Args:
        accounts: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
    """
    links = keyed_as(accounts.select("account_key", "parent_key"), "account_key", identity, "customer_id")
    return keyed_as(links, "parent_key", identity, "parent_id").select("customer_id", "parent_id").distinct()


def hierarchy(links: Iterable[tuple[str, str | None]]) -> Hierarchy:
    """The forest that links tell.

    Of two parents of one organization the first in the alphabet counts; of a circle the link of its first member is
    cut, who stands at the top then. A parent that no row describes still holds its group together.

    Args:
        links: Organizations with their parents, several rows for one organization allowed.
    """
    told: dict[str, set[str]] = defaultdict(set)
    listed: set[str] = set()
    for member, parent in links:
        listed.add(member)
        if parent is not None:
            told[member].add(parent)
    above = {member: min(parents) for member, parents in told.items()}
    forest, cut = cut_circles(above, lambda _: 0)
    members = sorted(listed | set(forest.values()))
    top = tops(forest, members)
    rows = tuple(
        {
            "customer_id": member,
            "parent_id": forest.get(member),
            "group_id": top[member][0],
            "level": top[member][1],
            "listed": member in listed,
        }
        for member in members
    )
    return Hierarchy(rows, (*_doubts(told), *_cuts(cut, above), *_unlisted(members, listed, forest)))


def _doubts(told: dict[str, set[str]]) -> list[dict[str, Any]]:
    return [
        _finding(TWO_PARENTS, member, ", ".join(sorted(parents)), len(parents), f"{min(parents)} counts")
        for member, parents in sorted(told.items())
        if len(parents) > 1
    ]


def _cuts(cut: Sequence[str], above: dict[str, str]) -> list[dict[str, Any]]:
    return [_finding(CIRCLE, member, above[member], 1, "the link is cut; it stands at the top") for member in cut]


def _unlisted(members: Sequence[str], listed: set[str], forest: dict[str, str]) -> list[dict[str, Any]]:
    named = [member for member in members if member not in listed]
    below = Counter(forest.values())
    return [
        _finding(UNLISTED, each, each, below[each], "it holds its group together, unknown itself") for each in named
    ]


def _finding(finding: str, customer: str, given: str, rows: int, decision: str) -> dict[str, Any]:
    return {"finding": finding, "customer_id": customer, "given": given, "rows": rows, "decision": decision}


def described(accounts: ir.Table, identity: ir.Table | None) -> ir.Table:
    """One row for each organization; of several records merged into one, the newest word on each thing counts.

    Amounts, their currency and their source stay together: they come from the newest record that tells any amount.

    Args:
        accounts: The canonical table.
        identity: The identity table; None while every party is a customer of its own.

    Returns:
        The columns of the canonical table with ``customer_id``.
    """
    rows = keyed_as(accounts, "account_key", identity, "customer_id")
    if identity is None:
        return rows
    age = {"at": ibis.coalesce(rows.known_since, ibis.literal(_NEVER, type="timestamp(6)")), "key": rows.account_key}
    single = [name for name in rows.columns if name not in (*_AMOUNTS, "customer_id", "known_since")]
    words = {name: ibis.struct({**age, "value": rows[name]}).max(where=rows[name].notnull()) for name in single}
    told = rows.revenue.notnull() | rows.balance_total.notnull()
    amounts = ibis.struct({**age, **{name: rows[name] for name in _AMOUNTS}}).max(where=told)
    newest = rows.group_by("customer_id").aggregate(**words, known_since=rows.known_since.min(), _amounts=amounts)
    fields = {name: newest["_amounts"][name] for name in _AMOUNTS} | {name: newest[name]["value"] for name in single}
    return newest.select("customer_id", "known_since", **fields)


def group_traits(groups: ir.Table, accounts: ir.Table) -> ir.Table:
    """Size of the group of each organization: members, staff, revenue, balance; empty where a listed member's is.

    A sum over members of whom some are silent would pass for the whole. Amounts of several currencies are not added.

    Args:
        groups: The published hierarchy.
        accounts: One row for each organization, as `described` gives it.
    """
    facts = accounts.select("customer_id", "employees", "revenue", "balance_total", "currency")
    members = groups.left_join(facts, "customer_id")
    members = members.drop(*(name for name in members.columns if name == "customer_id_right"))
    sums = members.group_by("group_id").aggregate(
        group_accounts=members.count(),
        group_levels=members.level.max() + 1,
        group_employees=_complete(members.employees, members.employees.sum()),
        group_revenue=_complete(members.revenue, in_one_currency(members.revenue, members.currency)),
        group_balance_total=_complete(members.balance_total, in_one_currency(members.balance_total, members.currency)),
    )
    below = (
        groups.filter(groups.parent_id.notnull())
        .group_by(_parent="parent_id")
        .aggregate(subsidiaries=lambda t: t.count())
    )
    joined = groups.filter(groups.listed).select("customer_id", "group_id", "level").inner_join(sums, "group_id")
    joined = joined.left_join(below, joined.customer_id == below["_parent"])
    return joined.select(
        "customer_id", "group_accounts", "group_levels", "group_employees", "group_revenue", "group_balance_total",
        group_top=joined.level == 0, subsidiaries=joined.subsidiaries.fill_null(0),
        group_level=joined.level,
    )  # fmt: skip


def _complete(column: ir.Value, total: ir.Value) -> ir.Value:
    return ibis.ifelse(column.isnull().any(), ibis.null(total.type()), total)


def over_group(groups: ir.Table, facts: ir.Table, names: tuple[str, str]) -> ir.Table:
    """Facts of the members of each group, counted and added up.

    Args:
        groups: The published hierarchy.
        facts: ``customer_id``, ``counted`` (1, or 0 for facts that only carry an amount), ``amount``, ``currency``.
        names: Names of count and sum.

    Returns:
        ``customer_id``, the count, and the sum where one currency is told; no row for groups without facts.
    """
    count, amount = names
    members = groups.select("customer_id", "group_id").inner_join(facts, "customer_id")
    totals = members.group_by("group_id").aggregate(
        **{count: members.counted.sum(), amount: in_one_currency(members.amount, members.currency)}
    )
    joined = groups.select("customer_id", "group_id").inner_join(totals, "group_id")
    return joined.select("customer_id", count, amount)
