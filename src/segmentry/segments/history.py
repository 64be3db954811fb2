"""Who was in, who moved and why: questions to the timeline, as known now or as known at an earlier instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis.expr.types as ir

from segmentry.segments.membership import instant, members_at
from segmentry.segments.published import Published
from segmentry.segments.tables import REASONS
from segmentry.terms.numbers import as_json


def members_on(published: Published, id_: str, moment: datetime, known_at: datetime | None = None) -> ir.Table:
    """``customer_id`` and ``since`` of those who were members at an instant.

    Args:
        published: What is published.
        id_: The segment.
        moment: The instant (UTC).
        known_at: Instant (UTC) as of whose knowledge to tell; None for what is known now.
    """
    course = published.course(known_at)
    return members_at(course.filter(course.segment_id == id_), moment).select("customer_id", "since")


def events(published: Published, since: datetime, id_: str | None = None, until: datetime | None = None) -> ir.Table:
    """Entered and left events after an instant, in order of time, as known now.

    Args:
        published: What is published.
        since: The instant (UTC), itself not included.
        id_: One segment; None for all.
        until: Last instant (UTC), included; None for no end.
    """
    course = published.course()
    rows = course.filter(course.effective_at > instant(since))
    if until is not None:
        rows = rows.filter(rows.effective_at <= instant(until))
    if id_ is not None:
        rows = rows.filter(rows.segment_id == id_)
    return rows.order_by("effective_at", "segment_id", "customer_id")


def attribution(published: Published, id_: str, start: datetime, end: datetime) -> dict[str, Any]:
    """Why a segment has grown or shrunk between two instants, in customers and money.

    Members at the start, plus who entered, less who left, are the members at the end, reason by reason.

    Args:
        published: What is published.
        id_: The segment.
        start: First instant (UTC), not included.
        end: Last instant (UTC), included.

    Returns:
        ``members_start``, ``members_end`` and ``reasons``: customers and past revenue that entered and left by each.
    """
    moved = events(published, start, id_, end)
    value = published.reader.table("customer_value").select(value_id="customer_id", revenue="revenue")
    told = moved.left_join(value, moved.customer_id == value.value_id)
    rows = published.reader.rows(
        told.group_by("reason", "change").aggregate(customers=told.count(), revenue=told.revenue.sum())
    )
    return {
        "id": id_,
        "start": as_json(start),
        "end": as_json(end),
        "members_start": published.number(members_on(published, id_, start)),
        "members_end": published.number(members_on(published, id_, end)),
        "reasons": [_reason(reason, meaning, rows) for reason, meaning in REASONS.items() if _any(reason, rows)],
    }


def _any(reason: str, rows: list[dict[str, Any]]) -> bool:
    return any(row["reason"] == reason for row in rows)


def _reason(reason: str, meaning: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    by_change = {row["change"]: row for row in rows if row["reason"] == reason}
    empty = {"customers": 0, "revenue": 0}
    entered, left = (by_change.get(change, empty) for change in ("entered", "left"))
    return {
        "reason": reason,
        "meaning": meaning,
        "entered": entered["customers"],
        "left": left["customers"],
        "net": entered["customers"] - left["customers"],
        "revenue_net": (entered["revenue"] or 0) - (left["revenue"] or 0),
    }
