"""Feedback as canonical tables, and what is published of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles import run_feedback
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.feedback import FeedbackSpec
from segmentry.profiles.tables import CUSTOMER_ID
from segmentry.terms.canonical import CUSTOMERS, FEEDBACK, SURVEY_RESPONSES
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import Basis
from tests.rooms.shops import arrow, party

AS_OF, LAST = datetime(2024, 6, 1), date(2024, 5, 31)
WHEN: dict[str, Any] = {"as_of": AS_OF, "last_day": LAST}
MEMBERS = Contract(
    "segment_members",
    "one member of one segment",
    ("segment_id", "customer_id"),
    (Column("segment_id", ColumnType.TEXT, "The segment.", required=True), CUSTOMER_ID),
    open=True,
)
GROUPS = Contract("group_traits", "one customer", ("customer_id",), (CUSTOMER_ID,), open=True)


def voice(number: int, who: str | None, days: float | None = 1.0, **told: Any) -> dict[str, Any]:
    """One feedback given so many days before the as-of."""
    at = None if days is None else AS_OF - timedelta(days=days)
    return {"source": "desk", "feedback_id": f"f{number}", "party_key": who, "given_at": at} | told


def publish(
    engine: Engine, rows: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]] = (), also: Sequence[str] = ()
) -> None:
    """Publish feedback and answers to surveys, and everybody they name."""
    with engine.run("load") as run:
        if rows:
            run.publish(FEEDBACK, arrow(FEEDBACK, list(rows)))
        if answers:
            run.publish(SURVEY_RESPONSES, arrow(SURVEY_RESPONSES, list(answers)))
        keys = dict.fromkeys([*(row["party_key"] for row in [*rows, *answers] if row["party_key"]), *also])
        run.publish(CUSTOMERS, arrow(CUSTOMERS, [party(key) for key in keys]))


def refreshed(
    engine: Engine,
    groups: dict[str, str] | None = None,
    members: dict[str, str] | None = None,
    timezone: str = "UTC",
    **told: Any,
) -> TraitCatalog:
    """Identity, feedback and, with members, what goes by segment, as one refresh.

    Args:
        engine: The engine.
        groups: A trait ``group`` of customers.
        members: Segment of customers.
        timezone: IANA time zone in which months begin.
        told: Settings of ``[feedback]``.
    """
    catalog = TraitCatalog()
    with engine.run("refresh", AS_OF) as run:
        profiles.publish_identity(run)
        if groups is not None:
            rows = [{"customer_id": who, "group": group} for who, group in groups.items()]
            run.publish(GROUPS, arrow(GROUPS, rows))
            catalog.register("group_traits", Trait("group", Basis.DEMOGRAPHIC, ColumnType.TEXT, "A group."))
        spec = FeedbackSpec.from_settings(told, timezone=timezone, **WHEN)
        run_feedback.publish(run, spec, catalog)
        if members is not None:
            inside = [{"customer_id": who, "segment_id": segment} for who, segment in members.items()]
            run.publish(MEMBERS, arrow(MEMBERS, inside))
            run_feedback.publish_segments(run, spec)
    return catalog


def table(engine: Engine, name: str, *keys: str) -> dict[Any, dict[str, Any]]:
    """The rows of a published table by one key, or by several."""
    rows = engine.rows(engine.table(name))
    return {row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in rows}
