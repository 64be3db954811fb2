"""A shop that is loaded and refreshed bit by bit, for tests of membership and of questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from segmentry.engine import Engine, LoadRecord
from segmentry.profiles import run as profiles
from segmentry.profiles.spec import ProfileSpec
from segmentry.segments import run as segments
from segmentry.segments.language.reading import parse
from segmentry.segments.published import Published
from segmentry.segments.reader import rows_of
from segmentry.segments.run_clock import Played
from segmentry.segments.spec import MembershipSpec
from segmentry.segments.tables import SEGMENT_MANUAL
from segmentry.segments.tree import Definition
from segmentry.terms.errors import Problem
from tests.rooms.shops import arrow, publish_shop

DAY = timedelta(days=1)


def definition(id_: str, text: str, **told: Any) -> Definition:
    return Definition(id_, told.pop("name", id_.capitalize()), parse(text), **told)


class Shop:
    """An engine with orders, refreshed at will."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.lines: list[dict[str, Any]] = []
        self.loads = 0

    def load(self, *lines: dict[str, Any], parties: list[dict[str, Any]] | None = None) -> None:
        """Load further lines; the watermark rises."""
        self.lines += lines
        self.loads += 1
        with self.engine.run("load") as run:
            publish_shop(run, self.lines, parties)
            run.record_load(LoadRecord(f"l{self.loads}", "shop", "order_lines", "f", f"h{self.loads}", "s", len(lines)))

    def refresh(
        self,
        day: date,
        definitions: Sequence[Definition],
        unread: Mapping[str, Sequence[Problem]] | None = None,
        manual: Sequence[tuple[str, str, str]] = (),
    ) -> dict[str, list[Problem]]:
        """Refresh as of the midnight after ``day``; decisions by hand are recorded with it."""
        return self.refresh_at(datetime.combine(day + DAY, datetime.min.time()), definitions, unread, manual)

    def refresh_at(
        self,
        as_of: datetime,
        definitions: Sequence[Definition],
        unread: Mapping[str, Sequence[Problem]] | None = None,
        manual: Sequence[tuple[str, str, str]] = (),
    ) -> dict[str, list[Problem]]:
        """Refresh as of an instant."""
        with self.engine.run("refresh", as_of) as run:
            spec = ProfileSpec(as_of, (as_of - timedelta(microseconds=1)).date(), "EUR")
            catalog = profiles.refresh(run, spec)
            profiles.publish_catalog(run, catalog, spec)
            if manual:
                rows = rows_of(run, "segment_manual")
                names = ("segment_id", "customer_id", "decision")
                rows += [dict(zip(names, row, strict=True)) | {"recorded_at": run.started_at} for row in manual]
                run.publish(SEGMENT_MANUAL, arrow(SEGMENT_MANUAL, rows))
            return segments.refresh(run, MembershipSpec(as_of, as_of), definitions, unread or {})

    def step(self, until: datetime) -> Played:
        """Play what the clock does up to an instant."""
        with self.engine.run("step", until) as run:
            return segments.step(run, MembershipSpec(until, until))

    def timeline(self) -> list[tuple[str, str, datetime, str]]:
        """Segment, customer, from when and change, as known now."""
        rows = self.engine.rows(self.published().course())
        return sorted((row["segment_id"], row["customer_id"], row["effective_at"], row["change"]) for row in rows)

    def published(self) -> Published:
        as_of = self.engine.artifact("trait_catalog").as_of
        assert as_of is not None
        return Published.read(self.engine, as_of, as_of)

    def members(self, id_: str) -> set[str]:
        return {row["customer_id"] for row in self.engine.rows(self.published().members(id_))}

    def changes(self) -> list[tuple[str, str, date, str, str]]:
        """Segment, customer, last day before it holds, change and reason, in order of recording."""
        table = self.engine.table("segment_changes")
        rows = self.engine.rows(table.order_by("recorded_at", "effective_at", "segment_id", "customer_id"))
        return [
            (row["segment_id"], row["customer_id"], row["effective_at"].date() - DAY, row["change"], row["reason"])
            for row in rows
        ]
