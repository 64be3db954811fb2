"""Why customers moved between two evaluations of a segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.segments.membership import instant
from segmentry.segments.relations import consents
from segmentry.segments.universe import fact_times, identity_of, last_facts
from segmentry.terms.clock import utc_to_local

_LONG_AGO = datetime(1, 1, 2)
_BEFORE = pa.schema(
    [
        ("before_id", pa.string()),
        ("before_as_of", pa.timestamp("us")),
        ("before_at", pa.timestamp("us")),
        ("redefined", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Previous:
    """The evaluation before this one.

    Attributes:
        as_of: Instant for which it was made (UTC).
        recorded_at: When it was made (UTC).
        watermark: Loads of data it knew.
        redefined: Whether the definition, or one it leans on, has changed since.
    """

    as_of: datetime
    recorded_at: datetime
    watermark: int
    redefined: bool


def with_reasons(
    moves: ir.Table, previous: Mapping[str, Previous], run: Run, as_of: datetime, manual: ir.Table | None, timezone: str
) -> ir.Table:
    """``moves`` with a reason for each.

    The first that holds: the definition is new or changed; somebody decided by hand; the customer was not known
    before; the customer is gone, merged into another or corrected away; the past was corrected; the customer did
    something since; else time alone passed. (Ranks depend on everybody: who is overtaken moves by the clock.)

    Args:
        moves: ``segment_id``, ``customer_id``, ``change``.
        previous: The evaluation before, by segment; a segment without one is new.
        run: Sees identity and facts.
        as_of: Instant of evaluation.
        manual: Decisions in force; None for none.
        timezone: Zone of the workspace's days.
    """
    before = _table(previous)
    told = moves.left_join(before, moves.segment_id == before.before_id)
    told = _joined(told, _known_customers(run, as_of), "known_id")
    told = _joined(told, last_facts(run, as_of).rename(fact_id="customer_id"), "fact_id")
    words = consent_words(run)
    said = words.filter(words.said_at <= instant(as_of))
    spoken = said.group_by("said_id").aggregate(last_said_at=said.said_at.max())
    told = _joined(told, spoken, "said_id")
    told = _joined(told, _corrected_customers(run, previous, timezone), "corrected_id")
    told = _joined(told, absorbed(run), "absorbed_id")
    decided = ibis.literal(value=False)
    if manual is not None:
        hand = manual.select(hand_segment="segment_id", hand_customer="customer_id", decided_at="recorded_at")
        pair = (told.segment_id == hand.hand_segment, told.customer_id == hand.hand_customer)
        told = told.left_join(hand, pair)
        decided = (told.decided_at > told.before_at).fill_null(False)
    entered = told.change == "entered"
    known, active = told.known_id.notnull(), (told.last_fact_at > told.before_as_of).fill_null(False)
    reason = ibis.cases(
        (told.redefined.isnull() | told.redefined, "definition"),
        (decided, "manual"),
        (entered & (told.known_since > told.before_as_of).fill_null(False), "arrival"),
        (~known & told.absorbed_id.notnull(), "identity"),
        (~known | (told.before_as_of == instant(as_of)), "late data"),
        (told.corrected_id.notnull() & ~active, "late data"),
        (active, "behavior"),
        ((told.last_said_at > told.before_as_of).fill_null(False), "consent"),
        else_="clock",
    )
    return told.select("segment_id", "customer_id", "change", reason=reason)


def reasons_at_moments(course: ir.Table, run: Run) -> ir.Table:
    """Changes between evaluations with a reason for each.

    The first that holds: the customer became known at that very instant; did something at it; agreed to something or
    took it back; else time alone passed.

    Args:
        course: ``segment_id``, ``customer_id``, ``change`` and ``effective_at``.
        run: Sees identity and facts.
    """
    known = run.table("identity")
    arrived = known.group_by(arrived_id=known.customer_id).aggregate(arrived_at=known.valid_from.min())
    acts = fact_times(run).select(act_id="customer_id", act_at="fact_at").distinct()
    told = _joined(course, arrived, "arrived_id")
    told = told.left_join(acts, (told.customer_id == acts.act_id, told.effective_at == acts.act_at))
    words = consent_words(run).distinct()
    told = told.left_join(words, (told.customer_id == words.said_id, told.effective_at == words.said_at))
    reason = ibis.cases(
        (((told.change == "entered") & (told.arrived_at == told.effective_at)).fill_null(False), "arrival"),
        (told.act_id.notnull(), "behavior"),
        (told.said_id.notnull(), "consent"),
        else_="clock",
    )
    return told.select("segment_id", "customer_id", "change", "effective_at", reason=reason)


def consent_words(run: Run) -> ir.Table:
    """``said_id`` and ``said_at`` of every word on consent; none where no consents are loaded."""
    if not run.has("consents"):
        return run.table("identity").select(said_id="customer_id", said_at="recorded_at").limit(0)
    told = consents(run.table("consents"), identity_of(run))
    return told.select(said_id="customer_id", said_at="recorded_at")


def _table(previous: Mapping[str, Previous]) -> ir.Table:
    rows = [
        {"before_id": id_, "before_as_of": each.as_of, "before_at": each.recorded_at, "redefined": each.redefined}
        for id_, each in previous.items()
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=_BEFORE))


def _joined(told: ir.Table, right: ir.Table, key: str) -> ir.Table:
    return told.left_join(right, told.customer_id == right[key])


def _known_customers(run: Run, as_of: datetime) -> ir.Table:
    """Everybody known at an instant, of whatever kind, and since when."""
    identity = run.table("identity")
    since = identity.group_by(known_id=identity.customer_id).aggregate(known_since=identity.valid_from.min())
    return since.filter(since.known_since.isnull() | (since.known_since <= instant(as_of)))


def absorbed(run: Run) -> ir.Table:
    """Ids that belong to another customer now."""
    identity = run.table("identity")
    merged = identity.filter(identity.party_key != identity.customer_id)
    return merged.select(absorbed_id="party_key").distinct()


def _corrected_customers(run: Run, previous: Mapping[str, Previous], timezone: str) -> ir.Table:
    """Customers of whose days, up to the evaluation before, something else is known now than was known then."""
    if not run.has("customer_days"):
        return run.table("identity").select(corrected_id="customer_id").limit(0)
    new = run.table("customer_days")
    old = run.engine.table("customer_days") if run.engine.has("customer_days") else new
    last = max((each.as_of for each in previous.values()), default=_LONG_AGO)
    if last <= _LONG_AGO or not previous:
        return new.select(corrected_id="customer_id").limit(0)
    day = ibis.literal(utc_to_local(last - timedelta(microseconds=1), timezone).date())
    then, now = old.filter(old.day <= day), new.filter(new.day <= day)
    columns = list(then.columns)
    differing = (
        then.anti_join(now, columns).select("customer_id").union(now.anti_join(then, columns).select("customer_id"))
    )
    return differing.distinct().rename(corrected_id="customer_id")
