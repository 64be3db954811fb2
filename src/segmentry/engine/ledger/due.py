"""The head of the due-queue: the next instants at which something changes though nothing happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from segmentry.engine.ledger.models import DueRow

MOST_INSTANTS = 1000
"""Instants kept in the ledger; the whole queue is a table of the warehouse."""


@dataclass(frozen=True, slots=True)
class DueRecord:
    """One instant at which something is due.

    Attributes:
        due_at: The instant (UTC).
        kind: ``customer``: single customers are looked at again; ``population``: everybody is; ``horizon``: nothing
            later is known yet, the queue has to be worked out anew.
        customers: Number of customers; 0 where single ones are not meant.
    """

    due_at: datetime
    kind: Literal["customer", "population", "horizon"]
    customers: int = 0


def replace_due(session: Session, records: Sequence[DueRecord], sequence: int) -> None:
    """Put a new head in place of the one before, within the transaction of a commit."""
    session.execute(sa.delete(DueRow))
    session.add_all(
        DueRow(due_at=each.due_at, kind=each.kind, customers=each.customers, run_sequence=sequence) for each in records
    )


def due_head(session: Session) -> list[DueRecord]:
    """The head in force, in order of time."""
    rows = session.scalars(sa.select(DueRow).order_by(DueRow.due_at, DueRow.kind))
    return [DueRecord(row.due_at, row.kind, row.customers) for row in rows]
