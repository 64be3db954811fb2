"""Fingerprints: the same for the same content, another for any other."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentry.terms.artifacts import Spec, fingerprint
from segmentry.terms.canonical import CANONICAL
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import Basis, DataClass

COLUMN = Column("amount", ColumnType.DECIMAL, "Net amount.", "currency")
CONTRACT = Contract("orders", "one order", ("order_id",), (Column("order_id", ColumnType.TEXT, "Number."), COLUMN))


@dataclass(frozen=True)
class Question(Spec):
    """A question of a test."""

    as_of: datetime = datetime(2021, 1, 1)
    day: date = date(2021, 1, 1)
    rate: Decimal = Decimal("0.30")
    basis: Basis = Basis.NEEDS
    names: tuple[str, ...] = ("a", "b")
    number: float | None = None


@dataclass(frozen=True)
class OtherQuestion(Question):
    """A question of the same fields."""


def test_equal_questions_have_one_fingerprint_of_sixteen_digits() -> None:
    """Sixteen hexadecimal digits that do not depend on the process."""
    assert Question().fingerprint == Question().fingerprint
    assert len(Question().fingerprint) == 16
    assert int(Question().fingerprint, 16) >= 0
    assert fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})
    assert fingerprint({"x", "y", "z"}) == fingerprint({"z", "y", "x"})


@pytest.mark.parametrize(
    "other",
    [
        Question(as_of=datetime(2021, 1, 1, 0, 0, 0, 1)),
        Question(day=date(2021, 1, 2)),
        Question(rate=Decimal("0.31")),
        Question(basis=Basis.BEHAVIORAL),
        Question(names=("b", "a")),
        Question(number=0.0),
        OtherQuestion(),
    ],
)
def test_any_other_question_has_another_fingerprint(other: Spec) -> None:
    """Each field counts, and so does the kind of question."""
    assert other.fingerprint != Question().fingerprint


def test_a_question_is_told_as_plain_values() -> None:
    """Instants, money and closed vocabularies become text that JSON can hold."""
    assert Question().as_dict() == {
        "spec": "Question",
        "as_of": "2021-01-01T00:00:00",
        "day": "2021-01-01",
        "rate": "0.30",
        "basis": "needs",
        "names": ["a", "b"],
        "number": None,
    }


def test_a_question_cannot_be_changed() -> None:
    """Frozen: a fingerprint stays true."""
    with pytest.raises(FrozenInstanceError):
        Question().day = date(2022, 1, 1)  # type: ignore[misc]


@given(first=st.dictionaries(st.text(), st.integers()), second=st.dictionaries(st.text(), st.integers()))
def test_fingerprints_are_equal_exactly_when_content_is(first: dict[str, int], second: dict[str, int]) -> None:
    """For any two mappings."""
    assert (fingerprint(first) == fingerprint(second)) == (first == second)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"grain": "one line"},
        {"key": ("order_id", "amount")},
        {"final": False},
        {"open": True},
        {"columns": CONTRACT.columns[::-1]},
        {"columns": (CONTRACT.columns[0], replace(COLUMN, name="total"))},
        {"columns": (CONTRACT.columns[0], replace(COLUMN, type=ColumnType.NUMBER))},
        {"columns": (CONTRACT.columns[0], replace(COLUMN, description="Gross amount."))},
        {"columns": (CONTRACT.columns[0], replace(COLUMN, unit="units"))},
        {"columns": (CONTRACT.columns[0], replace(COLUMN, data_class=DataClass.PERSONAL))},
        {"columns": (CONTRACT.columns[0], replace(COLUMN, required=True))},
    ],
)
def test_whatever_changes_in_a_contract_changes_its_fingerprint(change: dict[str, Any]) -> None:
    """Name, grain, key, promises and each attribute of each column."""
    assert replace(CONTRACT, **change).fingerprint != CONTRACT.fingerprint
    assert replace(CONTRACT).fingerprint == CONTRACT.fingerprint


def test_a_contract_knows_its_columns() -> None:
    """By name, in order, and with columns appended it keeps those it had."""
    wider = CONTRACT.with_columns([Column("country", ColumnType.TEXT, "Where.")])
    assert wider.names == ("order_id", "amount", "country")
    assert CONTRACT.names == ("order_id", "amount")
    assert CONTRACT.column("amount") is COLUMN
    with pytest.raises(KeyError):
        CONTRACT.column("price")


@pytest.mark.parametrize("contract", CANONICAL.values(), ids=list(CANONICAL))
def test_canonical_contracts_hold_together(contract: Contract) -> None:
    """Keys are columns, names are unique, every column is described, money says that it is money."""
    assert set(contract.key) <= set(contract.names)
    assert len(set(contract.names)) == len(contract.names)
    assert CANONICAL[contract.name] is contract
    for column in contract.columns:
        assert column.description.endswith(".")
        assert column.name == column.name.lower()
    assert all(column.unit for column in contract.columns if column.type is ColumnType.DECIMAL)
    assert all(column.data_class is DataClass.PERSONAL for column in contract.columns if column.name == "party_key")
