"""What people said of the erased goes where it was said, and nowhere else."""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.segments.said import DECISIONS, RULINGS, Said, said_in, telling, unsaid

RULED = [
    {"ruling_id": "1", "ruling": "merge", "party_key": "customer:c1", "customer_id": "customer:c1", "because": "email"},
    {"ruling_id": "1", "ruling": "merge", "party_key": "customer:c2", "customer_id": "customer:c2", "because": "email"},
    {"ruling_id": "2", "ruling": "merge", "party_key": "customer:c4", "customer_id": "customer:c4", "because": "email"},
    {"ruling_id": "2", "ruling": "merge", "party_key": "customer:c8", "customer_id": "customer:c8", "because": "email"},
]
SAID = said_in(RULED, {"customer:c1"})


def decision(party: str, came_from: str | None, customer: str, because: str, by: str = "person") -> dict[str, Any]:
    """A row of ``identity_decisions``."""
    names = ("party_key", "from_customer_id", "customer_id", "because", "decided_by")
    return dict(zip(names, (party, came_from, customer, because, by), strict=True))


DECIDED = [
    decision("customer:c2", "customer:c2", "customer:c9", "merge: email"),
    decision("customer:c8", "customer:c8", "customer:c4", "merge: email"),
    decision("customer:c2", None, "customer:c9", "same email: customer:c2 and customer:c9", "key"),
    decision("customer:c2", None, "customer:c9", "merge: email", "key"),
]


def found(engine: Engine, rows: list[dict[str, Any]], name: str, said: Said) -> list[bool]:
    """Of each row whether the engine finds that it tells."""
    table = ibis.memtable(pa.Table.from_pylist([{**row, "place": place} for place, row in enumerate(rows)]))
    places = {row["place"] for row in engine.rows(table.filter(telling(table, name, said)))}
    return [place in places for place in range(len(rows))]


def test_words_go_with_their_ruling(engine: Engine) -> None:
    """Both rows of the ruling about the erased lose its words; another ruling in the same words keeps them."""
    assert found(engine, RULED, RULINGS, SAID) == [True, True, False, False]
    assert [unsaid(row, RULINGS, SAID)["because"] for row in RULED] == ["(erased)", "(erased)", "email", "email"]


def test_decisions_lose_quotes_and_nothing_else(engine: Engine) -> None:
    """A decision that quotes the ruling about its own parties does; evidence of keys that holds the word does not."""
    assert found(engine, DECIDED, DECISIONS, SAID) == [True, False, False, False]
    assert unsaid(DECIDED[0], DECISIONS, SAID) == {**DECIDED[0], "because": "merge: (erased)"}
    assert [unsaid(row, DECISIONS, SAID) for row in DECIDED[1:]] == DECIDED[1:]


@pytest.mark.parametrize("name", ["identity", "identity_history", "identity_clusters", "customers"])
def test_no_other_table_is_touched_because_of_words(engine: Engine, name: str) -> None:
    """Keys may hold the word that somebody gave as a reason: they are not looked at."""
    rows = [{"party_key": "email:c2", "customer_id": "email:c2", "evidence": "same email", "because": "email"}]
    assert found(engine, rows, name, SAID) == [False]
    assert unsaid(rows[0], name, SAID) == rows[0]


def test_what_lines_said_of_a_contact_goes_from_the_account(engine: Engine) -> None:
    """Of the account alone, and only the cells that repeat it, as text or as a number."""
    said = Said(
        owners=frozenset({"account:7"}), cells={"given_email": frozenset({"ann@x"}), "given_phone": frozenset({5})}
    )
    rows = [
        {"party_key": "account:7", "given_email": "ann@x", "given_phone": 5, "given_shelf": "A"},
        {"party_key": "account:7", "given_email": "bob@x", "given_phone": 6, "given_shelf": "A"},
        {"party_key": "account:8", "given_email": "ann@x", "given_phone": 5, "given_shelf": "A"},
    ]
    assert found(engine, rows, "customers", said) == [True, False, False]
    assert unsaid(rows[0], "customers", said) == {**rows[0], "given_email": None, "given_phone": None}
    assert [unsaid(row, "customers", said) for row in rows[1:]] == rows[1:]
    spelled = [{"customer_id": "account:7", "given_phone": "5"}]
    assert found(engine, spelled, "given_traits", said) == [True]
    assert unsaid(spelled[0], "given_traits", said) == {"customer_id": "account:7", "given_phone": None}


def test_nothing_said_tells_nothing(engine: Engine) -> None:
    """Who was never ruled about leaves every row as it is."""
    assert said_in(RULED, {"customer:c99"}) == Said()
    assert found(engine, RULED, RULINGS, Said()) == [False] * 4
