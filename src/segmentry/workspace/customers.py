"""One customer in one view: who it is, what is known of it, where it belongs and why, what happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.kinds.internal import require_value_applies
from segmentry.terms.errors import EstimationError, Problem, WorkspaceError, near_miss, shorten
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.value.spec import ValueSpec
from segmentry.workspace.looking import as_of, rows_where, summary
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

LATEST = 50
"""Facts of the timeline that are shown."""
_NEAR = 2000


@dataclass(frozen=True, slots=True)
class Happening:
    """A table whose rows stand on the timeline.

    Attributes:
        table: Canonical table.
        time: Column with the instant or day.
        what: What happened, in words.
        told: Columns that say more.
        key: Column with the party key.
    """

    table: str
    time: str
    what: str
    told: tuple[str, ...] = ()
    key: str = "party_key"


HAPPENINGS = (
    Happening("orders", "ordered_at", "order", ("order_id", "amount", "returned", "currency", "channel")),
    Happening("events", "occurred_at", "event", ("event", "item", "medium")),
    Happening("service_contacts", "contacted_at", "service contact", ("topic", "channel", "waiting_minutes")),
    Happening("touches", "touched_at", "campaign", ("campaign_id", "arm", "responded")),
    Happening("feedback", "given_at", "feedback", ("kind", "rating", "topic")),
    Happening("survey_responses", "answered_at", "answer", ("survey_id", "question", "answer")),
    Happening("consents", "recorded_at", "consent", ("purpose", "channel", "given")),
    Happening("subscriptions", "started_on", "contract began", ("plan", "amount", "currency")),
    Happening("subscriptions", "ended_on", "contract ended", ("plan", "amount", "currency")),
    Happening("leads", "created_at", "lead", ("lead_source", "stage")),
    Happening("contributions", "contributed_at", "contribution", ("contribution", "accepted")),
    Happening("opportunities", "opened_on", "opportunity opened", ("stage", "amount"), "account_key"),
    Happening("opportunities", "closed_on", "opportunity closed", ("stage", "amount"), "account_key"),
    Happening("referrals", "referred_at", "referred somebody", ("channel",), "referrer_key"),
)
"""Everything that can happen to or with a party."""


def show(workspace: Workspace, customer: str) -> DocumentResult:
    """The one view of a customer or an account.

    Args:
        workspace: The workspace, refreshed at least once.
        customer: Its ``customer_id``, or the key of one of its parties.

    Raises:
        WorkspaceError: there is no such customer.
    """
    id_, parties = _found(workspace, customer)
    keys = [row["party_key"] for row in parties]
    document = {
        "customer_id": id_,
        "as_of": as_of(workspace),
        "parties": parties,
        "kinds": _kinds(workspace, keys),
        "roles": _roles(workspace, keys),
        "account": _account(workspace, id_),
        "value": _value(workspace, id_, {str(row["kind"]) for row in _kinds(workspace, keys)}),
        "traits": list(_traits(workspace, id_)),
        "memberships": [*_memberships(workspace, id_), *_segmentations(workspace, id_)],
        "consents": _consents(workspace, keys),
        "timeline": _timeline(workspace, id_, keys),
    }
    return DocumentResult(f"Customer {id_}", document)


def found_customer(workspace: Workspace, customer: str) -> tuple[str, list[str]]:
    """The id of a customer and the keys of its parties; `WorkspaceError` with the near miss where there is none."""
    id_, parties = _found(workspace, customer)
    return id_, [row["party_key"] for row in parties]


def require_known(workspace: Workspace) -> None:
    """`WorkspaceError` where nobody is known yet, for nothing was computed."""
    if not workspace.engine.has("identity"):
        next_step = "Load data and run segmentry refresh."
        raise WorkspaceError(Problem("NOT_REFRESHED", "Nothing was computed yet", str(workspace.folder), "", next_step))


def _found(workspace: Workspace, customer: str) -> tuple[str, list[dict[str, Any]]]:
    require_known(workspace)
    engine = workspace.engine
    identity = engine.table("identity")
    named = identity.filter((identity.customer_id == customer) | (identity.party_key == customer))
    former = rows_where(workspace, "identity_aliases", alias=customer)
    if former:
        named = identity.filter(identity.customer_id == former[0]["customer_id"])
    rows = engine.rows(named.select("customer_id").distinct().order_by("customer_id"))
    if not rows:
        some = engine.rows(identity.select("customer_id").distinct().order_by("customer_id").limit(_NEAR))
        hint = near_miss(customer, [row["customer_id"] for row in some]) or "Take an id from segmentry customer list."
        raise WorkspaceError(
            Problem("CUSTOMER_UNKNOWN", "There is no such customer", "customer", shorten(customer), hint)
        )
    id_ = str(rows[0]["customer_id"])
    told = engine.table("customers")
    joined = identity.filter(identity.customer_id == id_).inner_join(told, "party_key")
    names = ("party_key", "source", "known_since", "country", "recorded_at")
    return id_, as_json(engine.rows(joined.select(*names).order_by("party_key")))


def _kinds(workspace: Workspace, keys: list[str]) -> list[dict[str, Any]]:
    rows = _of_parties(workspace, "party_kinds", keys)
    return [{name: row[name] for name in ("kind", "since", "until", "evidence")} for row in rows]


def _roles(workspace: Workspace, keys: list[str]) -> list[dict[str, Any]]:
    names = ("account_key", "party_key", "role", "title", "started_on", "ended_on")
    own = _of_parties(workspace, "account_contacts", keys)
    theirs = _of_parties(workspace, "account_contacts", keys, "account_key")
    return [{name: row[name] for name in names} for row in [*own, *theirs]]


def _account(workspace: Workspace, id_: str) -> dict[str, Any] | None:
    """Group, people and buying center of an organization; None for a person."""
    places = rows_where(workspace, "account_hierarchy", customer_id=id_)
    coverage = rows_where(workspace, "account_coverage", customer_id=id_)
    if not places and not coverage:
        return None
    below = rows_where(workspace, "account_hierarchy", parent_id=id_)
    people = rows_where(workspace, "account_contacts_keyed", account_id=id_)
    names = ("role", "contacts", "silent", "last_sign_at", "state")
    return {
        "parent": places[0]["parent_id"] if places else None,
        "group": places[0]["group_id"] if places else None,
        "subsidiaries": [row["customer_id"] for row in below],
        "people": [as_json({name: row[name] for name in ("customer_id", "role", "since", "until")}) for row in people],
        "coverage": [as_json({name: row[name] for name in names}) for row in coverage],
    }


def _consents(workspace: Workspace, keys: list[str]) -> list[dict[str, Any]]:
    """The latest word on each purpose and channel."""
    latest: dict[tuple[Any, Any], dict[str, Any]] = {}
    for row in sorted(_of_parties(workspace, "consents", keys), key=lambda row: (row["recorded_at"], not row["given"])):
        latest[row["purpose"], row["channel"]] = row
    names = ("purpose", "channel", "given", "recorded_at", "lawful_basis", "source")
    return [{name: row[name] for name in names} for row in latest.values()]


def _of_parties(workspace: Workspace, table: str, keys: list[str], key: str = "party_key") -> list[dict[str, Any]]:
    engine = workspace.engine
    if not engine.has(table):
        return []
    rows = engine.table(table)
    found = engine.rows(rows.filter(rows[key].isin(keys)).order_by(engine.artifact(table).contract["key"]))
    return list(as_json(found))


def _value(workspace: Workspace, id_: str, kinds: set[str]) -> Any:
    try:
        require_value_applies(id_, kinds)
    except EstimationError as refused:
        return NotEstimable(f"{refused.problems[0].what}. {refused.problems[0].next_step}")
    rows = rows_where(workspace, "customer_value", customer_id=id_)
    if not rows:
        return NotEstimable("value needs orders")
    row, measure = rows[0], "clv"
    if row["clv"] is None:
        measure = "expected_discounted_revenue"
    currency = summary(workspace)["base"]["currency"]
    estimate = NotEstimable("no purchase model could be fitted") if row[measure] is None else row[measure]
    return {
        "measure": measure,
        "estimate": estimate,
        "interval": _interval(row),
        "outcome": _outcome(workspace, row),
        "horizon_months": workspace.settings.horizon_months,
        "unit": currency or "currency units",
        "p_alive": NotEstimable("no purchase model could be fitted") if row["p_alive"] is None else row["p_alive"],
        "revenue": row["revenue"],
        "cost_to_serve": row["cost_to_serve"],
        "contribution": row["contribution"],
        "value_tier": row["value_tier"],
    }


def _interval(row: dict[str, Any]) -> dict[str, Any] | NotEstimable:
    """The interval of the mean value of customers with such a history, or why there is none."""
    if row["value_low"] is None or row["value_high"] is None:
        return NotEstimable("there is no value, or its models say too little to bound it")
    return {"low": row["value_low"], "high": row["value_high"], "level": ValueSpec.level, "kind": "mean"}


def _outcome(workspace: Workspace, row: dict[str, Any]) -> dict[str, Any] | NotEstimable:
    """What this customer will bring, and the chance that it is nothing."""
    histories = rows_where(workspace, "purchase_history", customer_id=row["customer_id"])
    clv = summary(workspace)["clv"]
    if not histories or "not_estimable" in clv:
        return NotEstimable("no purchase model could be fitted")
    from segmentry.value.single import outcome_of

    return outcome_of(clv, histories[0], row)


def _traits(workspace: Workspace, id_: str) -> Iterator[dict[str, Any]]:
    """Every trait of which a value is known, by basis, with evidence and age."""
    engine = workspace.engine
    catalog = sorted(rows_where(workspace, "trait_catalog"), key=lambda row: (row["basis"] or "~", row["trait"]))
    values: dict[str, dict[str, Any]] = {}
    for table in sorted({row["table_name"] for row in catalog if engine.has(row["table_name"])}):
        rows = rows_where(workspace, table, customer_id=id_)
        values[table] = rows[0] if rows else {}
    for row in catalog:
        value = values.get(row["table_name"], {}).get(row["trait"])
        if value is None or row.get("locked"):
            continue
        yield {
            "trait": row["trait"],
            "basis": row["basis"],
            "value": as_json(value),
            "unit": row["unit"],
            "origin": row["origin"],
            "source": row["source"],
            "as_of": as_json(row["as_of"]),
            "renew_after_days": row["renew_after_days"],
            "description": row["description"],
        }


def _memberships(workspace: Workspace, id_: str) -> list[dict[str, Any]]:
    """Segments by definition, with the latest statement that put the customer there."""
    rows = rows_where(workspace, "segment_members", customer_id=id_)
    if not rows:
        return []
    names = {row["segment_id"]: row["name"] for row in rows_where(workspace, "segment_definitions")}
    reasons: dict[str, str] = {}
    for row in sorted(rows_where(workspace, "segment_changes", customer_id=id_), key=lambda each: each["recorded_at"]):
        if row["change"] == "entered":
            reasons[row["segment_id"]] = row["reason"]
    return [
        {
            "segment_id": row["segment_id"],
            "name": names.get(row["segment_id"], row["segment_id"]),
            "of": "definition",
            "since": as_json(row["since"]),
            "because": "by hand" if row["origin"] == "manual" else reasons.get(row["segment_id"]),
        }
        for row in rows
    ]


def _segmentations(workspace: Workspace, id_: str) -> list[dict[str, Any]]:
    """The customer's place in every segmentation."""
    rows = rows_where(workspace, "segmentation_members", customer_id=id_)
    told = {(row["segmentation"], row["segment_id"]): row for row in rows_where(workspace, "segmentation_segments")}
    found = []
    for row in rows:
        segment = told.get((row["segmentation"], row["segment_id"]), {})
        found.append(
            {
                "segment_id": row["segment_id"],
                "name": segment.get("name", row["segment_id"]),
                "of": row["segmentation"],
                "since": None,
                "because": segment.get("rule") or segment.get("description"),
            }
        )
    return found


def _timeline(workspace: Workspace, id_: str, keys: list[str]) -> list[dict[str, Any]]:
    """The latest facts, the newest first."""
    engine = workspace.engine
    found = []
    for each in HAPPENINGS:
        if engine.has(each.table):
            found += _happened(workspace, each, keys)
    for row in rows_where(workspace, "segment_changes", customer_id=id_):
        if row["change"] != "corrected":
            said = {"segment": row["segment_id"], "reason": row["reason"]}
            found.append((row["effective_at"], f"{row['change']} segment", said))
    found.sort(key=lambda each: (each[0], each[1]), reverse=True)
    return [{"at": as_json(at), "what": what, **as_json(told)} for at, what, told in found[:LATEST]]


def _happened(workspace: Workspace, each: Happening, keys: list[str]) -> list[tuple[datetime, str, dict[str, Any]]]:
    engine = workspace.engine
    table = engine.table(each.table)
    own = table.filter(table[each.key].isin(keys), table[each.time].notnull())
    latest: ir.Table = own.select(at=own[each.time].cast("timestamp(6)"), **{name: own[name] for name in each.told})
    rows = engine.rows(latest.order_by(ibis.desc("at"), *each.told).limit(LATEST))
    return [
        (row.pop("at"), each.what, {name: value for name, value in row.items() if value is not None}) for row in rows
    ]
