"""What becomes of a row that names the erased: gone, emptied, or a tombstone, by the column that names them."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.profiles.identity.tables import IDENTITY_DECISIONS, IDENTITY_HISTORY
from segmentry.segments.forgetting import contract_of, pattern, redacted, speaking, subjects, without_rows
from segmentry.terms.canonical import CANONICAL, OPPORTUNITIES, ORDER_LINES, REFERRALS

ANN = {"customer:1": "erased:00"}


@pytest.mark.parametrize("name", sorted(CANONICAL))
def test_contracts_come_back_from_the_ledger(name: str) -> None:
    """A table is published anew under the promise it was made with, layout included."""
    assert contract_of(CANONICAL[name].as_dict()) == CANONICAL[name]
    assert contract_of(IDENTITY_HISTORY.as_dict()) == IDENTITY_HISTORY


def test_rows_are_about_those_whom_they_cannot_do_without() -> None:
    """Parties of facts and keys; an organization keeps its chance of a sale, a chain the rows of others."""
    assert "party_key" in subjects(ORDER_LINES)
    assert "contact_key" not in subjects(ORDER_LINES)
    assert not {"account_key", "contact_key"} & set(subjects(OPPORTUNITIES))
    assert {"referrer_key", "party_key"} <= set(subjects(REFERRALS))
    assert "customer_id" not in subjects(IDENTITY_HISTORY)


def test_names_are_whole_words() -> None:
    """Customer 1 is neither customer 17 nor the second bearer of a number, and may stand beside marks."""
    found = pattern(["customer:1"])
    assert found.search("same email: customer:1 and customer:17")
    assert not [text for text in ("customer:17", "xcustomer:1", "customer:1#2") if found.search(text)]
    assert found.sub("?", "(customer:1, customer:17; customer:1.)") == "(?, customer:17; ?.)"


def test_the_engine_finds_what_is_taken_out(engine: Engine) -> None:
    """Whole cells and words in texts; rows of others that only look alike are left."""
    texts = ["customer:1", "of customer:1 and x", "customer:17", "about him", None]
    table = ibis.memtable(pa.table({"text": pa.array(texts, pa.string()), "number": range(5)}))
    rows = engine.rows(table.filter(speaking(table, ["customer:1"], ["customer:1", "about him"])))
    assert sorted(row["number"] for row in rows) == [0, 1, 3]
    rows = engine.rows(table.filter(speaking(table, ["customer:1"])))
    assert [row["number"] for row in rows] == [0]


def test_rows_of_others_lose_the_name_alone() -> None:
    """Cells are emptied, chains keep a tombstone, words go, and everything else stays."""
    row = {"party_key": "customer:2", "from_customer_id": "customer:1", "customer_id": "customer:2", "probability": 1.0}
    told = redacted({**row, "because": "same email: customer:1"}, IDENTITY_DECISIONS, ANN, ["customer:1"])
    assert told == {**row, "from_customer_id": "erased:00", "because": "same email: (erased)"}
    deal = {"opportunity_id": "D1", "contact_key": "customer:1", "stage": "won"}
    assert redacted(deal, OPPORTUNITIES, ANN, [])["contact_key"] is None


def test_rows_about_the_erased_go(engine: Engine) -> None:
    """Whichever of the columns names them; an empty cell names nobody."""
    rows = {"referrer_key": ["customer:1", "customer:2", "customer:3"], "party_key": ["a", "customer:1", "b"]}
    kept = without_rows(ibis.memtable(pa.table(rows)), REFERRALS, ["customer:1"])
    assert [row["party_key"] for row in engine.rows(kept)] == ["b"]
