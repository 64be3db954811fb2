"""Contracts that organizations pay and persons use."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.terms.errors import SourceError

BY_ACCOUNT = (
    "subscription_id,account_id,plan,start_date,renewal_date\nS1,7,gold,2024-01-01,2025-01-01\nS2,8,gold,2024-02-01,\n"
)
BY_BOTH = (
    "subscription_id,account_id,customer_id,plan,start_date,renewal_date\n"
    "S1,7,ana,gold,2024-01-01,2025-01-01\nS2,,bob,gold,2024-02-01,2025-02-01\nS3,8,,gold,2024-03-01,2025-03-01\n"
    "S4,,,gold,2024-03-01,2025-03-01\n"
)


@pytest.fixture
def engine() -> Any:
    with Engine.in_memory() as opened:
        yield opened


def fill(engine: Engine, folder: Path, text: str, **options: Any) -> LoadReport:
    """Load one file of subscriptions."""
    (folder / "export.csv").write_text(text, encoding="utf8")
    with engine.run("load") as run:
        return load(run, [LoadSpec(folder / "export.csv", **options)])[0]


def contracts(engine: Engine) -> dict[str, tuple[str | None, str | None]]:
    """Who pays and who uses each contract."""
    rows = engine.rows(engine.table("subscriptions"))
    return {row["subscription_id"]: (row["party_key"], row["user_key"]) for row in rows}


def kinds(engine: Engine) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in engine.rows(engine.table("party_kinds")):
        found.setdefault(row["party_key"], set()).add(row["kind"])
    return found


def test_an_account_pays_where_a_file_names_accounts_alone(engine: Engine, tmp_path: Path) -> None:
    """Account 7 is no customer 7; it is an organization that buys, known since its contract began."""
    report = fill(engine, tmp_path, BY_ACCOUNT)
    assert (report.table, report.rows_used) == ("subscriptions", 2)
    assert {item["role"]: item["column"] for item in report.recognized}["account"] == "account_id"
    assert contracts(engine) == {"S1": ("account:7", None), "S2": ("account:8", None)}
    assert kinds(engine) == {"account:7": {"organization", "buyer"}, "account:8": {"organization", "buyer"}}
    rows = {row["party_key"]: row for row in engine.rows(engine.table("customers"))}
    assert {row["kind"] for row in rows.values()} == {"organization"}
    assert rows["account:7"]["known_since"].date() == date(2024, 1, 1)


def test_the_account_pays_and_the_customer_uses_where_both_are_told(engine: Engine, tmp_path: Path) -> None:
    """A row without account is paid by its customer; one without either is put aside."""
    report = fill(engine, tmp_path, BY_BOTH)
    assert contracts(engine) == {
        "S1": ("account:7", "customer:ana"),
        "S2": ("customer:bob", "customer:bob"),
        "S3": ("account:8", None),
    }
    assert report.quarantined == {"no customer": 1}
    assert kinds(engine)["customer:ana"] == {"end_user"}
    assert kinds(engine)["customer:bob"] == {"buyer", "end_user"}
    assert kinds(engine)["account:7"] == {"organization", "buyer"}


def test_a_user_column_says_who_uses(engine: Engine, tmp_path: Path) -> None:
    """Where account, customer and user are told, the user uses; one that is not told is the customer."""
    text = (
        "subscription_id,account_id,customer_id,user_id,start_date,end_date\nS1,7,ana,cyn,2024-01-01,\n"
        "S2,7,bob,,2024-01-01,2024-05-05\n"
    )
    fill(engine, tmp_path, text)
    assert contracts(engine) == {"S1": ("account:7", "customer:cyn"), "S2": ("account:7", "customer:bob")}


def test_a_mapping_names_the_account(engine: Engine, tmp_path: Path) -> None:
    """Columns of any name can be said to name who pays."""
    text = BY_ACCOUNT.replace("account_id", "debtor")
    report = fill(engine, tmp_path, text, table="subscriptions", mapping=(("account", "debtor"),))
    assert report.rows_used == 2
    assert contracts(engine)["S1"] == ("account:7", None)


def test_a_mapping_of_the_customer_comes_before_what_a_column_is_called(engine: Engine, tmp_path: Path) -> None:
    """Who says that a column of accounts names customers is believed."""
    fill(engine, tmp_path, BY_ACCOUNT, table="subscriptions", mapping=(("customer", "account_id"),))
    assert contracts(engine)["S1"] == ("customer:7", None)


def test_the_employer_of_a_customer_pays_nothing(engine: Engine, tmp_path: Path) -> None:
    """A company beside a customer describes the customer; alone, it is who pays."""
    text = "subscription_id,customer_id,company,plan,start_date\nS1,ana,Acme,gold,2024-01-01\n"
    fill(engine, tmp_path, text, table="subscriptions")
    assert contracts(engine) == {"S1": ("customer:ana", None)}
    fill(engine, tmp_path, text.replace("customer_id,", "").replace("ana,", ""), table="subscriptions")
    assert contracts(engine)["S1"] == ("account:Acme", None)


def test_contracts_of_persons_stay_as_they_were(engine: Engine, tmp_path: Path) -> None:
    """Without accounts the customer pays, and uses nothing unless a column says so."""
    fill(engine, tmp_path, BY_ACCOUNT.replace("account_id", "customer_id"))
    assert contracts(engine)["S1"] == ("customer:7", None)
    assert kinds(engine)["customer:7"] == {"buyer"}


def test_without_account_and_customer_the_file_is_refused(engine: Engine, tmp_path: Path) -> None:
    """What is asked for may be told by either."""
    text = "subscription_id,plan,start_date,renewal_date\nS1,gold,2024-01-01,2025-01-01\n"
    with pytest.raises(SourceError) as error:
        fill(engine, tmp_path, text, table="subscriptions")
    (problem,) = error.value.problems
    assert problem.code == "COLUMN_MISSING"
    assert "--map account=COLUMN" in problem.next_step
