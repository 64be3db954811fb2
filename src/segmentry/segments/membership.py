"""Membership as append-only statements: what they say together, now or as known at an earlier instant.

A statement holds from ``effective_at`` on and was put on record at ``recorded_at``. Of several about one instant the
last one recorded counts; ``corrected`` strikes what was said of that instant. What then changes nothing is left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.picking import first_rows

_PAIR = ("segment_id", "customer_id")


def instant(moment: datetime) -> Any:
    """An instant as a literal of the grain of all tables."""
    return ibis.literal(moment, type="timestamp(6)")


def timeline(changes: ir.Table, known_at: datetime | None = None) -> ir.Table:
    """The changes that hold, each a real one: nobody enters who is in, nobody leaves who is out.

    Args:
        changes: Statements; see the contract `SEGMENT_CHANGES`.
        known_at: Instant as of whose knowledge to tell; None for all that is known.
    """
    rows = changes if known_at is None else changes.filter(changes.recorded_at <= instant(known_at))
    latest = first_rows(rows, [*_PAIR, "effective_at"], [rows.recorded_at.desc()])
    final = latest.filter(latest.change != "corrected")
    course = ibis.window(group_by=[final.segment_id, final.customer_id], order_by=final.effective_at)
    told = final.mutate(before_=final.change.lag(1).over(course).fill_null("left"))
    return told.filter(told.change != told.before_).drop("before_")


def members_at(course: ir.Table, moment: datetime | None = None) -> ir.Table:
    """Who was in at an instant: ``segment_id``, ``customer_id`` and ``since``.

    Args:
        course: The timeline.
        moment: The instant (UTC); None for the end of it.
    """
    rows = course if moment is None else course.filter(course.effective_at <= instant(moment))
    last = first_rows(rows, _PAIR, [rows.effective_at.desc()])
    inside = last.filter(last.change == "entered")
    return inside.select(*_PAIR, since=inside.effective_at)


def moves(before: ir.Table, after: ir.Table) -> ir.Table:
    """What turns one membership into another: ``segment_id``, ``customer_id`` and ``change``."""
    entered = after.select(*_PAIR).anti_join(before, _PAIR)
    left = before.select(*_PAIR).anti_join(after, _PAIR)
    return entered.mutate(change=ibis.literal("entered")).union(left.mutate(change=ibis.literal("left")))


def decisions(manual: ir.Table) -> ir.Table:
    """The decisions by hand in force: ``segment_id``, ``customer_id``, ``decision``, ``recorded_at``."""
    latest = first_rows(manual, _PAIR, [manual.recorded_at.desc()])
    return latest.select(*_PAIR, "decision", "recorded_at")
