"""Remarks of sales and service, and rejected assignments: open until somebody answers, and in the way of approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import day, instant
from segmentry.profiles.feedback.ratings import REMARKS, STAFF
from segmentry.profiles.feedback.spec import FeedbackSpec
from segmentry.terms.errors import Problem, shorten

_NAMES = ("given_segment_id", "given_segment", "segment_id", "segment")


def remarks(feedback: ir.Table) -> ir.Table:
    """Feedback that wants an answer: remarks, rejections, and whatever sales or service wrote."""
    kind, author = feedback.kind.lower().strip(), feedback.author.lower().strip()
    return feedback.filter(kind.isin(REMARKS).fill_null(False) | author.isin(STAFF).fill_null(False))


def unanswered(feedback: ir.Table, answers: ir.Table | None, spec: FeedbackSpec) -> ir.Table:
    """Remarks without an answer by the as-of.

    Args:
        feedback: Known feedback.
        answers: The published answers; None while there are none.
        spec: Tells the as-of.
    """
    wanting = remarks(feedback)
    if answers is None:
        return wanting
    given = answers.filter(answers.answered_at <= instant(spec.as_of)).select("source", "feedback_id")
    return wanting.anti_join(given, ["source", "feedback_id"])


def open_rows(waiting: ir.Table, members: ir.Table | None, spec: FeedbackSpec) -> ir.Table:
    """Rows of the contracts `OPEN_REMARKS` and, with members, `SEGMENT_REMARKS`.

    A remark touches the segment that it names (in a column ``segment`` or ``segment_id``; a rejection in its topic as
    well), and those that its customer is in.

    Args:
        waiting: Unanswered remarks with ``customer_id``.
        members: ``customer_id`` and ``segment_id``; None where no segments are known.
        spec: Tells the last day and when a remark is overdue.
    """
    columns = [waiting[name] for name in _NAMES if name in waiting.columns]
    rejected = waiting.kind.lower().strip() == "rejection"
    topic = ibis.ifelse(rejected.fill_null(False), waiting.topic, ibis.null("string"))
    named = waiting.mutate(segment_named=ibis.coalesce(*(each.cast("string") for each in columns), topic))
    known = named.filter(named.segment_named.notnull())
    parts = [known.mutate(segment_id=known.segment_named, named=ibis.literal(True))]
    rest = named
    if members is not None:
        own = members.select("segment_id", member="customer_id")
        inside = named.inner_join(own, named.customer_id == own.member)
        inside = inside.filter((inside.segment_id != inside.segment_named).fill_null(True)).drop("member")
        parts.append(inside.mutate(named=ibis.literal(False)))
        rest = named.anti_join(members, "customer_id")
    lone = rest.filter(rest.segment_named.isnull())
    parts.append(lone.mutate(segment_id=ibis.literal(""), named=ibis.literal(False)))
    chosen = ["source", "feedback_id", "segment_id", "named", "customer_id", "kind", "author", "topic", "given_at"]
    whole = ibis.union(*(part.select(*chosen) for part in parts))
    age = day(spec.last_day).delta(whole.given_at.cast("date"), unit="day").cast("int64")
    aged = whole.mutate(age_days=ibis.ifelse(age < 0, 0, age))
    return aged.mutate(overdue=(aged.age_days > spec.overdue_days).fill_null(False))


def blocks_approval(rows: Iterable[Mapping[str, Any]], segment_id: str) -> tuple[Problem, ...]:
    """What stands in the way of approving a segment again: every open remark that names it, and open rejections in it.

    Args:
        rows: Rows of the published ``segment_remarks``.
        segment_id: The segment.

    Returns:
        One problem for each remark, oldest first; none where the segment may be approved.
    """
    touching = [row for row in rows if row["segment_id"] == segment_id]
    waiting = [row for row in touching if row["named"] or str(row["kind"] or "").strip().lower() == "rejection"]
    waiting.sort(key=lambda row: (-(row["age_days"] or 0), str(row["source"]), str(row["feedback_id"])))
    return tuple(
        Problem(
            "REMARK_OPEN",
            f"A {str(row['kind'] or 'remark').strip().lower()} about the segment {segment_id} is not answered",
            f"{row['source']}, {row['feedback_id']}",
            _age(row),
            "Answer it with segmentry feedback answer before the segment is approved again.",
        )
        for row in waiting
    )


def _age(row: Mapping[str, Any]) -> str:
    age = "without a date" if row["age_days"] is None else f"open for {row['age_days']} days"
    return shorten(f"{row['topic']}, {age}" if row["topic"] else age)
