"""Every table that names a party tells who it is; kinds stand side by side and end."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.generic import TABLES, fitting_table
from segmentry.sources.parties import MENTIONS, TELLERS
from segmentry.sources.run import load
from segmentry.terms.canonical import CANONICAL
from segmentry.terms.errors import SourceError

ORDERS = "customer,order,date,amount,currency\nana,1,2024-03-01,10,EUR\nbob,2,2024-04-01,20,EUR\n"
FILES = {
    "crm_accounts.csv": "account,sector,employees,subsidiary_of\nAcme,retail,20,\nAcme West,retail,5,Acme\n",
    "contacts.csv": (
        "account,contact_id,role,title,started_on,ended_on\nAcme,ana,decider,Director,2023-01-01,\n"
        "Acme,cyn,user,Clerk,2023-02-01,2023-12-31\n"
    ),
    "leads.csv": "lead_id,email,lead_source,created_at,stage\nL1,dan,web form,2024-01-05,lead\n",
    "consents.csv": "customer,purpose,consent,date\nana,marketing,yes,2024-01-01\neve,marketing,no,2024-02-01\n",
    "clicks.csv": (
        "visitor_id,event,timestamp,page\nana,page view,2024-02-02 10:00,/home\nfay,search,2024-02-03 11:00,/s\n"
    ),
    "pipeline.csv": (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "O1,Kim,GTX,Acme,Won,2023-05-01,2023-06-01,1054\nO2,Kim,GTX,,Engaging,2023-07-01,,\n"
    ),
}


@pytest.fixture
def engine() -> Any:
    with Engine.in_memory() as opened:
        yield opened


def fill(engine: Engine, folder: Path, files: dict[str, str], **options: Any) -> dict[str, Any]:
    """Load files as one commit; their reports by name."""
    specs = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf8")
        specs.append(LoadSpec(folder / name, source=name.split(".")[0], **options))
    with engine.run("load") as run:
        return {report.file: report for report in load(run, specs)}


def kinds(engine: Engine) -> dict[str, set[str]]:
    """The kinds of every party."""
    found: dict[str, set[str]] = {}
    for row in engine.rows(engine.table("party_kinds")):
        found.setdefault(row["party_key"], set()).add(row["kind"])
    return found


def test_files_find_their_tables_by_themselves(engine: Engine, tmp_path: Path) -> None:
    """Accounts, contacts, leads, consents, clicks and a sales pipeline are recognized by their columns."""
    reports = fill(engine, tmp_path, FILES)
    assert {name: report.table for name, report in reports.items()} == {
        "crm_accounts.csv": "accounts",
        "contacts.csv": "account_contacts",
        "leads.csv": "leads",
        "consents.csv": "consents",
        "clicks.csv": "events",
        "pipeline.csv": "opportunities",
    }


def test_everybody_who_is_named_is_a_party_of_some_kind(engine: Engine, tmp_path: Path) -> None:
    """Several kinds at once: who decides for an account may buy as well; a mere mention makes a prospect."""
    fill(engine, tmp_path, {"orders.csv": ORDERS, **FILES})
    assert kinds(engine) == {
        "customer:ana": {"buyer", "contact"},
        "customer:bob": {"buyer"},
        "customer:cyn": {"contact"},
        "customer:dan": {"prospect"},
        "customer:eve": {"prospect"},
        "customer:fay": {"prospect"},
        "account:Acme": {"organization"},
        "account:Acme West": {"organization"},
    }
    leading = {row["party_key"]: row["kind"] for row in engine.rows(engine.table("customers"))}
    assert leading["customer:ana"] == "buyer"
    assert leading["account:Acme"] == "organization"


def test_a_party_is_known_since_its_earliest_fact(engine: Engine, tmp_path: Path) -> None:
    """The contact's first day comes before her first order."""
    fill(engine, tmp_path, {"orders.csv": ORDERS, **FILES})
    since = {row["party_key"]: row["known_since"] for row in engine.rows(engine.table("customers"))}
    assert since["customer:ana"] == datetime(2023, 1, 1)
    assert since["customer:bob"] == datetime(2024, 4, 1)
    assert since["account:Acme"] == datetime(2023, 1, 1)
    assert since["account:Acme West"] is None


def test_descriptions_orders_and_mentions_meet_in_one_row(engine: Engine, tmp_path: Path) -> None:
    """A file of customers, orders and tickets of the same person: described once, known since the earliest of them."""
    files = {
        "orders.csv": ORDERS,
        "people.csv": "customer_id,since,age\nana,2024-02-01,30\nbob,2024-04-20,40\n",
        "tickets.csv": "ticket_id,customer,created_at,topic\nT1,ana,2024-01-10 09:00,delivery\n",
    }
    fill(engine, tmp_path, files)
    rows = {row["party_key"]: row for row in engine.rows(engine.table("customers"))}
    assert rows["customer:ana"]["known_since"] == datetime(2024, 1, 10, 9)
    assert rows["customer:bob"]["known_since"] == datetime(2024, 4, 1)
    assert rows["customer:ana"]["given_age"] is not None
    assert kinds(engine) == {"customer:ana": {"buyer"}, "customer:bob": {"buyer"}}


def test_a_role_that_ended_ends_the_kind(engine: Engine, tmp_path: Path) -> None:
    """Contacts who left are contacts through their last day; one open role keeps the kind open."""
    fill(engine, tmp_path, FILES)
    until = {(row["party_key"], row["kind"]): row["until"] for row in engine.rows(engine.table("party_kinds"))}
    assert until["customer:cyn", "contact"] == datetime(2024, 1, 1)
    assert until["customer:ana", "contact"] is None


def test_events_without_numbers_are_numbered_by_file_and_line(engine: Engine, tmp_path: Path) -> None:
    """The same file again changes nothing; two files do not run into one another."""
    fill(engine, tmp_path, {"clicks.csv": FILES["clicks.csv"]})
    again = fill(engine, tmp_path, {"clicks.csv": FILES["clicks.csv"]})
    assert again["clicks.csv"].already_loaded
    assert sorted(row["event_id"] for row in engine.rows(engine.table("events"))) == ["clicks.csv:1", "clicks.csv:2"]


def test_an_unknown_kind_is_put_aside(engine: Engine, tmp_path: Path) -> None:
    """A word that is no kind is a fault of its row; spelling with blanks and capitals is not."""
    text = "customer_id,kind,age\nana,End User,30\nbob,ghost,40\ncyn,internal,50\n"
    report = fill(engine, tmp_path, {"people.csv": text}, table="customers")["people.csv"]
    assert report.quarantined == {"kind not readable": 1}
    assert kinds(engine) == {"customer:ana": {"end_user"}, "customer:cyn": {"internal"}}


def test_parties_of_accounts_are_numbered_apart_from_persons(engine: Engine, tmp_path: Path) -> None:
    """Customer 7 and account 7 are two."""
    files = {
        "orders.csv": ORDERS.replace("ana", "7"),
        "accounts.csv": "account_id,industry,employees\n7,retail,3\n",
    }
    fill(engine, tmp_path, files)
    assert kinds(engine) == {
        "customer:7": {"buyer"},
        "customer:bob": {"buyer"},
        "account:7": {"organization"},
    }


def test_opportunities_without_an_account_stay(engine: Engine, tmp_path: Path) -> None:
    """A chance that names no organization is kept, and makes no party."""
    fill(engine, tmp_path, {"pipeline.csv": FILES["pipeline.csv"]})
    rows = {row["opportunity_id"]: row for row in engine.rows(engine.table("opportunities"))}
    assert rows["O2"]["account_key"] is None
    assert kinds(engine) == {"account:Acme": {"organization"}}


def test_a_file_that_lacks_a_needed_column_says_which(engine: Engine, tmp_path: Path) -> None:
    """Asked for by name, every missing column is told at once."""
    with pytest.raises(SourceError) as caught:
        fill(engine, tmp_path, {"consents.csv": "customer,date\nana,2024-01-01\n"}, table="consents")
    assert [problem.code for problem in caught.value.problems] == ["COLUMN_MISSING", "COLUMN_MISSING"]
    assert "purpose" in caught.value.problems[0].what


def test_all_tellers_name_canonical_tables() -> None:
    """Table, key and instants of each stand in its contract."""
    for teller in (*TELLERS, *MENTIONS):
        names = CANONICAL[teller.table].names
        assert {teller.key, teller.since or teller.key, teller.until or teller.key} <= set(names)


def test_every_canonical_table_can_be_filled_by_its_own_names(engine: Engine, tmp_path: Path) -> None:
    """A file whose heads are the columns of a contract fills that table when asked to."""
    values = {"text": "a", "integer": "1", "number": "1.5", "decimal": "2.5", "boolean": "yes"}
    for contract in TABLES.values():
        if contract.name in ("customers", "choices"):  # a task of one alternative is put aside
            continue
        columns = [column for column in contract.columns if column.name != "source"]
        cells = [values.get(column.type.value, "2024-01-02") for column in columns]
        text = ",".join(column.name for column in columns) + "\n" + ",".join(cells) + "\n"
        name = f"{contract.name}.csv"
        assert fill(engine, tmp_path, {name: text}, table=contract.name)[name].rows_used == 1
        assert len(engine.rows(engine.table(contract.name))) == 1
    assert fitting_table(()) is None
