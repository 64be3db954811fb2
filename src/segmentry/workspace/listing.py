"""Customers listed, the most valuable first: their ids lead to the one view of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from segmentry.terms.errors import Problem, SettingsError
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.value.spec import ValueSpec
from segmentry.workspace.customers import HAPPENINGS, require_known
from segmentry.workspace.looking import as_of, base_word, people, summary
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

MOST = 10_000
"""Customers that are listed at most."""
_SECONDS = "timestamp(6)"


def customers(workspace: Workspace, limit: int = 20) -> DocumentResult:
    """Customers by value, those of unknown value after them by id.

    Args:
        workspace: The workspace, refreshed at least once.
        limit: How many.

    Raises:
        WorkspaceError: nothing was computed yet.
        SettingsError: a limit below 1 or above `MOST`.
    """
    if not 1 <= limit <= MOST:
        what, next_step = "So many customers cannot be listed", f"Ask for 1 to {MOST:,}."
        raise SettingsError(Problem("LIMIT_WRONG", what, "limit", str(limit), next_step))
    require_known(workspace)
    measure, rows = _by_value(workspace, limit)
    parties = _parties(workspace, [row["customer_id"] for row in rows])
    keys = [row["party_key"] for each in parties.values() for row in each]
    kinds, seen = _kinds(workspace, keys), _last_seen(workspace, keys)
    ordered = base_word(workspace) == "buyers"
    document = {
        "as_of": as_of(workspace),
        "customers": people(workspace)["customers"],
        "measure": measure,
        "horizon_months": workspace.settings.horizon_months,
        "unit": (summary(workspace)["base"]["currency"] or "currency units") if ordered else None,
        "interval": {"level": ValueSpec.level, "kind": "mean"} if measure else NotEstimable("no value is known"),
        "listed": [_entry(row, parties[row["customer_id"]], kinds, seen) for row in rows],
    }
    return DocumentResult("Customers by value", document)


def _by_value(workspace: Workspace, limit: int) -> tuple[str | None, list[dict[str, Any]]]:
    """Name of the measure, and ``customer_id``, ``value``, ``low`` and ``high``, the highest value first."""
    engine = workspace.engine
    everybody = engine.table("identity").select("customer_id").distinct()
    if not engine.has("customer_value"):
        rows = engine.rows(everybody.order_by("customer_id").limit(limit))
        return None, [row | {"value": None, "low": None, "high": None} for row in rows]
    worth = engine.table("customer_value")
    known = engine.rows(worth.aggregate(clv=worth.clv.count(), revenue=worth.expected_discounted_revenue.count()))[0]
    measure = "clv" if known["clv"] else "expected_discounted_revenue"
    told = worth.select(valued="customer_id", value=worth[measure].cast("float64"), low="value_low", high="value_high")
    joined = everybody.left_join(told, everybody.customer_id == told.valued).drop("valued")
    order = [joined.value.isnull(), ibis.desc(joined.value), joined.customer_id]
    return measure if any(known.values()) else None, engine.rows(joined.order_by(order).limit(limit))


def _parties(workspace: Workspace, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Parties of each customer with the day since when each is known."""
    engine = workspace.engine
    identity, told = engine.table("identity"), engine.table("customers").select("party_key", "known_since")
    found: dict[str, list[dict[str, Any]]] = {id_: [] for id_ in ids}
    own = identity.filter(identity.customer_id.isin(ids)).select("customer_id", "party_key")
    for row in engine.rows(own.left_join(told, "party_key").drop("party_key_right").order_by("party_key")):
        found[row["customer_id"]].append(row)
    return found


def _kinds(workspace: Workspace, keys: list[str]) -> dict[str, set[str]]:
    """Kinds of each party."""
    engine, found = workspace.engine, dict[str, set[str]]()
    if engine.has("party_kinds"):
        table = engine.table("party_kinds")
        for row in engine.rows(table.filter(table.party_key.isin(keys)).select("party_key", "kind").distinct()):
            found.setdefault(row["party_key"], set()).add(row["kind"])
    return found


def _last_seen(workspace: Workspace, keys: list[str]) -> dict[str, Any]:
    """Instant of the latest fact about each party up to the as-of, whatever it was."""
    engine = workspace.engine
    refreshed = engine.last_run("refresh")
    found: dict[str, Any] = {}
    for each in HAPPENINGS:
        if refreshed is None or refreshed.as_of is None or not engine.has(each.table):
            continue
        table = engine.table(each.table)
        at = table[each.time].cast(_SECONDS)
        own = table.filter(table[each.key].isin(keys), at < ibis.literal(refreshed.as_of, type=_SECONDS))
        for row in engine.rows(own.group_by(party=own[each.key]).aggregate(at=own[each.time].cast(_SECONDS).max())):
            found[row["party"]] = max(found.get(row["party"], row["at"]), row["at"])
    return found


def _entry(
    row: dict[str, Any], parties: list[dict[str, Any]], kinds: dict[str, set[str]], seen: dict[str, Any]
) -> dict[str, Any]:
    keys = [each["party_key"] for each in parties]
    since = [each["known_since"] for each in parties if each["known_since"] is not None]
    last = [seen[key] for key in keys if key in seen]
    value = NotEstimable("nothing was ordered, or no purchase model fits") if row["value"] is None else row["value"]
    return {
        "customer_id": row["customer_id"],
        "parties": keys,
        "kinds": sorted(set[str]().union(*(kinds.get(key, set()) for key in keys))),
        "since": as_json(min(since, default=None)),
        "last_seen": as_json(max(last, default=None)),
        "value": value,
        "low": row["low"],
        "high": row["high"],
    }
