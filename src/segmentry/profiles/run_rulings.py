"""Puts people's word on who is one customer on record; the next resolution follows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.identity.history import append, chosen, on_file, statements
from segmentry.profiles.identity.rulings import Named, sides_of
from segmentry.profiles.identity.spec import Ruling
from segmentry.profiles.identity.tables import IDENTITY_RULINGS


def rule(run: Run, rulings: Sequence[Ruling]) -> None:
    """Record people's rulings; they take effect with the next `resolve`, of the same run or a later one.

    Customers are named by their id, an id they once had (then those parties are meant who bore it), or a party key.

    Args:
        run: The run; it must see ``identity``.
        rulings: What people rule, each on customers as they are now.

    Raises:
        RulingError: with every mistake in the first ruling that has any; then nothing is recorded.
    """
    rows = [row for number, ruling in enumerate(rulings, 1) for row in _rows(run, ruling, f"{run.id}-{number:04}")]
    append(run, IDENTITY_RULINGS, rows)


def merge(run: Run, left: str, right: str, because: str) -> None:
    """Rule that two customers are one; see `rule`."""
    rule(run, [Ruling("merge", (left, right), because)])


def keep_apart(run: Run, left: str, right: str, because: str) -> None:
    """Rule that two customers, or two parts of one, are two; see `rule`."""
    rule(run, [Ruling("keep_apart", (left, right), because)])


def unmerge(run: Run, customer: str, because: str) -> None:
    """Rule that a customer's last merge was wrong; of an earlier id or a party, that it is another customer."""
    rule(run, [Ruling("unmerge", (customer,), because)])


def _rows(run: Run, ruling: Ruling, number: str) -> list[dict[str, Any]]:
    """The rows of one ruling, one for each party named."""
    identity, history = run.table("identity"), on_file(run)
    assert history is not None
    named = {name: meant for name in ruling.customers if (meant := _meant(run, identity, history, name)) is not None}
    parties = sorted({party for meant in named.values() for party in meant.customer})
    sides = sides_of(ruling, named, statements(run, history.semi_join(chosen(run, parties), "party_key")))
    customer_of = {row["party_key"]: row["customer_id"] for row in _of(run, identity, parties)}
    return [
        {
            "ruling_id": number,
            "ruling": ruling.kind,
            "party_key": party,
            "side": side,
            "customer_id": customer_of[party],
            "because": ruling.because.strip(),
            "recorded_at": run.started_at,
        }
        for side, members in enumerate(sides, 1)
        for party in members
    ]


def _of(run: Run, identity: ir.Table, parties: Sequence[str]) -> list[dict[str, Any]]:
    return run.rows(identity.filter(identity.party_key.isin(parties)))


def _meant(run: Run, identity: ir.Table, history: ir.Table, name: str) -> Named | None:
    """Whom a name means: a customer of today, else those who once were one, else a party; None for nobody."""
    once = history.filter(history.customer_id == name)
    for parties in (
        identity.filter(identity.customer_id == name),
        identity.semi_join(once, "party_key"),
        identity.filter(identity.party_key == name),
    ):
        rows = run.rows(parties)
        if rows:
            whole = identity.filter(identity.customer_id.isin(sorted({row["customer_id"] for row in rows})))
            return Named(_keys(rows), _keys(run.rows(whole)))
    return None


def _keys(rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(sorted(row["party_key"] for row in rows))
