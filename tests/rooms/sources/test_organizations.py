"""Columns that name organizations: the same party in every table, beside persons and alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import segmentry as sg
from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.terms.errors import SourceError

ACCOUNTS = "account_id,account_name,industry,employees\n7,Acme,retail,30\n8,Best,food,12\n9,Cole,food,5\n"
ORDERS = "account_id,order_id,date,amount\n7,O1,2024-01-05,100\n7,O2,2024-02-05,50\n8,O3,2024-02-06,70\n"
BY_BOTH = (
    "account_id,contact_id,order_id,date,amount\n7,ana,O1,2024-01-05,100\n7,bob,O2,2024-02-05,50\n"
    "8,,O3,2024-02-06,70\n,eve,O4,2024-02-07,20\n"
)
CONSUMERS = "Account number,order_id,date,amount\nK1,O1,2024-01-05,100\nK2,O2,2024-02-05,50\nK1,O3,2024-02-06,70\n"
FACTS = {
    "usage": "account_id,metric,quantity,period_start\n7,calls,10,2024-01-01\n8,calls,3,2024-01-01\n",
    "service_contacts": "ticket_id,account_id,opened_at,topic\nT1,7,2024-01-02,bill\nT2,8,2024-01-03,bill\n",
    "events": "event_id,account_id,event,timestamp\nE1,7,login,2024-01-02\nE2,8,login,2024-01-03\n",
    "feedback": "feedback_id,account_id,rating,comment,review_date\nF1,7,9,good,2024-01-02\nF2,8,3,bad,2024-01-03\n",
    "survey_responses": (
        "survey_id,response_id,account_id,question,answer\nS,R1,7,nps,9\nS,R2,7,why,good\nS,R3,8,nps,2\n"
    ),
    "technologies": "account_id,technology,first_seen\n7,Python,2024-01-02\n8,Cobol,2024-01-03\n",
    "touches": "account_id,campaign_id,sent_at,arm\n7,C1,2024-01-02,treated\n8,C1,2024-01-03,holdout\n",
    "consents": "account_id,purpose,given,recorded_at\n7,marketing,yes,2024-01-02\n8,marketing,no,2024-01-03\n",
    "identifiers": "account_id,type,value\n7,tax_id,DE 123 456\n8,tax_id,DE 999 000\n",
    "addresses": "account_id,channel,address\n7,email,office@acme.example\n8,email,best@best.example\n",
    "contributions": "account_id,contribution,accepted\n7,idea,yes\n8,content,no\n",
    "leads": "lead_id,account_id,lead_source,created_at\nL1,7,fair,2024-01-02\nL2,8,web,2024-01-03\n",
}
"""A file of each table whose party is told by a column of organizations alone."""


@pytest.fixture
def engine() -> Any:
    with Engine.in_memory() as opened:
        yield opened


def fill(engine: Engine, folder: Path, files: dict[str, str], **options: Any) -> list[LoadReport]:
    """Load files of one call, in order of their names."""
    specs = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf8")
        specs.append(LoadSpec(folder / name, source=Path(name).stem, **options))
    with engine.run("load") as run:
        return list(load(run, specs))


def column(engine: Engine, table: str, name: str = "party_key") -> set[Any]:
    return {row[name] for row in engine.rows(engine.table(table))}


def kinds(engine: Engine) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in engine.rows(engine.table("party_kinds")):
        found.setdefault(row["party_key"], set()).add(row["kind"])
    return found


def reason_of(report: LoadReport, role: str) -> str:
    return next(str(item["reason"]) for item in report.recognized if item["role"] == role)


def test_orders_of_accounts_are_those_of_the_organization(engine: Engine, tmp_path: Path) -> None:
    """The export of a business has no person; who buys is the account of the file of accounts, told first or last."""
    report, _ = fill(engine, tmp_path, {"a_orders.csv": ORDERS, "b_accounts.csv": ACCOUNTS})
    assert (report.table, report.rows_used, report.customers) == ("order_lines", 3, 2)
    assert column(engine, "orders") == {"account:7", "account:8"}
    assert "--map customer=account_id" in reason_of(report, "account")
    assert kinds(engine) == {
        "account:7": {"organization", "buyer"},
        "account:8": {"organization", "buyer"},
        "account:9": {"organization"},
    }
    rows = {row["party_key"]: row["kind"] for row in engine.rows(engine.table("customers"))}
    assert set(rows.values()) == {"organization"}


def test_a_sure_name_needs_no_accounts(engine: Engine, tmp_path: Path) -> None:
    """A column called account_id or company_id means organizations by itself, unless people say that it does not."""
    fill(engine, tmp_path, {"orders.csv": ORDERS.replace("account_id", "company_id")})
    assert column(engine, "orders") == {"account:7", "account:8"}
    (report,) = fill(engine, tmp_path, {"orders.csv": ORDERS}, mapping=(("customer", "account_id"),))
    assert report.rows_used == 3
    assert column(engine, "orders") == {"customer:7", "customer:8"}
    assert kinds(engine)["customer:7"] == {"buyer"}


def test_a_shop_that_calls_its_customers_accounts_goes_on_as_before(engine: Engine, tmp_path: Path) -> None:
    """Without a file of accounts an account number is a person's; the report says how to say otherwise."""
    (report,) = fill(engine, tmp_path, {"orders.csv": CONSUMERS})
    assert column(engine, "orders") == {"customer:K1", "customer:K2"}
    assert kinds(engine) == {"customer:K1": {"buyer"}, "customer:K2": {"buyer"}}
    assert "--map account='Account number'" in reason_of(report, "customer")
    (report,) = fill(engine, tmp_path, {"orders.csv": CONSUMERS}, mapping=(("account", "Account number"),))
    assert column(engine, "orders") == {"account:K1", "account:K2"}
    assert reason_of(report, "account") == "you said so"


@pytest.mark.parametrize("name", ["Account", "Account number", "Company", "firm_id"])
def test_unsure_names_mean_accounts_that_are_known(engine: Engine, tmp_path: Path, name: str) -> None:
    """Where most of its numbers are those of accounts, a column names accounts whatever shops call their customers."""
    fill(engine, tmp_path, {"accounts.csv": ACCOUNTS})
    (report,) = fill(engine, tmp_path, {"orders.csv": ORDERS.replace("account_id", name)})
    assert column(engine, "orders") == {"account:7", "account:8"}
    assert reason_of(report, "account").startswith("its numbers are those of accounts")


def test_accounts_that_come_later_tell_what_was_read_otherwise(engine: Engine, tmp_path: Path) -> None:
    """An earlier file stays as it was read; the report says which, and that a mapping loads it anew."""
    orders = {"orders.csv": ORDERS.replace("account_id", "Account number")}
    fill(engine, tmp_path, orders)
    (report,) = fill(engine, tmp_path, {"accounts.csv": ACCOUNTS})
    (found,) = [each for each in report.quality if "Account number" in each.text]
    assert (found.text[:10], found.costs[-30:]) == ("orders.csv", "--map account='Account number'")
    assert column(engine, "orders") == {"customer:7", "customer:8"}
    fill(engine, tmp_path, orders, mapping=(("account", "Account number"),))
    assert column(engine, "orders") == {"account:7", "account:8"}
    (again,) = fill(engine, tmp_path, {"accounts.csv": f"{ACCOUNTS}6,Eden,food,1\n"})
    assert not [each for each in again.quality if "Account number" in each.text]


def test_numbers_of_others_are_no_accounts(engine: Engine, tmp_path: Path) -> None:
    """A shop may have accounts and customers, numbered alike by name alone."""
    fill(engine, tmp_path, {"accounts.csv": ACCOUNTS})
    fill(engine, tmp_path, {"orders.csv": CONSUMERS})
    assert column(engine, "orders") == {"customer:K1", "customer:K2"}


def test_the_account_pays_and_the_person_orders(engine: Engine, tmp_path: Path) -> None:
    """Value is the organization's; the person is kept beside it and known as its contact."""
    report, _ = fill(engine, tmp_path, {"orders.csv": BY_BOTH, "accounts.csv": ACCOUNTS})
    assert {item["role"]: item["column"] for item in report.recognized}["customer"] == "contact_id"
    lines = {row["order_id"]: row for row in engine.rows(engine.table("order_lines"))}
    assert {number: (row["party_key"], row["contact_key"]) for number, row in lines.items()} == {
        "O1": ("account:7", "customer:ana"),
        "O2": ("account:7", "customer:bob"),
        "O3": ("account:8", None),
        "O4": ("customer:eve", None),
    }
    told = {
        (row["account_key"], row["party_key"], row["role"]) for row in engine.rows(engine.table("account_contacts"))
    }
    assert told == {("account:7", "customer:ana", None), ("account:7", "customer:bob", None)}
    found = kinds(engine)
    assert (found["customer:ana"], found["customer:eve"]) == ({"contact"}, {"buyer"})


def test_beside_persons_accounts_count_only_where_they_are_known(engine: Engine, tmp_path: Path) -> None:
    """The account of a bank's client is no organization because of its name."""
    fill(engine, tmp_path, {"orders.csv": BY_BOTH.replace("contact_id", "client_id").replace("8,,", "8,zoe,")})
    assert column(engine, "orders") == {"customer:ana", "customer:bob", "customer:zoe", "customer:eve"}
    assert not engine.has("account_contacts")


@pytest.mark.parametrize("table", FACTS)
def test_an_account_is_the_party_of_every_table(engine: Engine, tmp_path: Path, table: str) -> None:
    """Usage, tickets, events … of account 7 are of the organization, not of a customer 7."""
    (report,) = fill(engine, tmp_path, {"facts.csv": FACTS[table]}, table=table)
    assert report.rows_used == FACTS[table].count("\n") - 1, report.quarantined
    assert column(engine, table) == {"account:7", "account:8"}
    assert column(engine, "customers", "kind") == {"organization"}
    assert all("organization" in each for each in kinds(engine).values())


def test_files_of_accounts_alone_are_recognized(engine: Engine, tmp_path: Path) -> None:
    """Nobody needs to say which table it is because the party is an organization."""
    for name in ("usage", "service_contacts", "events", "survey_responses", "technologies"):
        (report,) = fill(engine, tmp_path, {f"{name}.csv": FACTS[name].replace("account_id", "company_id")})
        assert (report.table, column(engine, name)) == (name, {"account:7", "account:8"})


def test_a_person_acts_for_the_account_beside_it(engine: Engine, tmp_path: Path) -> None:
    """Facts of both are the person's; who it acts for is on record once, with the role of the file of contacts."""
    events = "event_id,account_id,user_id,event,timestamp\nE1,7,ana,login,2024-01-02\nE2,7,ana,login,2024-01-03\n"
    events += "E3,7,bob,login,2024-01-03\nE4,8,,login,2024-01-03\nE5,,cyn,login,2024-01-04\n"
    contacts = "account_id,contact_id,role\n7,bob,decider\n"
    fill(engine, tmp_path, {"accounts.csv": ACCOUNTS, "contacts.csv": contacts, "events.csv": events})
    assert column(engine, "events") == {"customer:ana", "customer:bob", "account:8", "customer:cyn"}
    assert "account_key" not in engine.table("events").columns
    rows = engine.rows(engine.table("account_contacts"))
    assert {(row["account_key"], row["party_key"], row["role"]) for row in rows} == {
        ("account:7", "customer:ana", None),
        ("account:7", "customer:bob", "decider"),
    }
    fill(engine, tmp_path, {"events.csv": events.replace("7,ana", ",ana")})
    assert column(engine, "account_contacts") == {"customer:bob"}


def test_a_survey_with_a_column_for_each_question_may_tell_accounts(engine: Engine, tmp_path: Path) -> None:
    """Who answers for an organization is the organization, or the person beside it."""
    text = "account_id,Price,Quality,Service\n7,1,2,3\n8,3,4,5\n"
    fill(engine, tmp_path, {"survey.csv": text}, table="survey_responses")
    assert column(engine, "survey_responses") == {"account:7", "account:8"}


def test_a_lead_keeps_its_company(engine: Engine, tmp_path: Path) -> None:
    """A word that the table has a column for is that column, whoever is known."""
    fill(engine, tmp_path, {"accounts.csv": ACCOUNTS})
    text = "lead_id,customer_id,company,lead_source,created_at\nL1,ana,7,fair,2024-01-02\nL2,bob,8,web,2024-01-02\n"
    fill(engine, tmp_path, {"leads.csv": text})
    assert column(engine, "leads", "company") == {"7", "8"}
    assert column(engine, "leads") == {"customer:ana", "customer:bob"}


def test_a_mapping_speaks_of_the_table_that_it_makes_of_a_file(engine: Engine, tmp_path: Path) -> None:
    """Roles of any table may be told without naming the table: what columns are said to be decides which it is."""
    text = "nr,wer,wann,worum\nT1,ana,2024-01-02,bill\nT2,bob,2024-01-03,bill\n"
    told = (("contact_id", "nr"), ("customer", "wer"), ("contacted_at", "wann"), ("topic", "worum"))
    (report,) = fill(engine, tmp_path, {"export.csv": text}, mapping=told)
    assert (report.table, report.rows_used) == ("service_contacts", 2)
    with pytest.raises(SourceError) as caught:
        fill(engine, tmp_path, {"export.csv": text}, mapping=(*told[:3], ("topik", "worum")))
    assert [each.code for each in caught.value.problems] == ["ROLE_UNKNOWN"]
    assert "topic" in caught.value.problems[0].next_step


def test_repeated_keys_of_one_file_hold_all_files_back(engine: Engine, tmp_path: Path) -> None:
    """What is wrong with one file, and that nothing of the folder was loaded, stand together."""
    repeats = "ticket_id,customer_id,opened_at,topic\n" + "".join(f"T1,c{k},2024-01-02,bill\n" for k in range(5))
    files = {"orders.csv": ORDERS, "tickets.csv": repeats}
    with pytest.raises(SourceError) as caught:
        fill(engine, tmp_path, files, table=None, mapping=())
    codes = [each.code for each in caught.value.problems]
    assert codes[-1] == "NOTHING_LOADED"
    assert "orders.csv" in caught.value.problems[-1].given


def test_a_ticket_with_a_contact_is_numbered_by_the_ticket(tmp_path: Path) -> None:
    """`contact_id` beside `ticket_id` is the person; alone it is the number of the service contact, as before."""
    text = "ticket_id,contact_id,created_at,topic\nT1,U1,2024-01-02,delivery\nT2,U1,2024-01-03,price\n"
    (tmp_path / "tickets.csv").write_text(text, encoding="utf8")
    with sg.init(tmp_path / "shop") as workspace:
        report = workspace.load(tmp_path / "tickets.csv").as_dict()["loads"][0]
        rows = workspace.engine.rows(workspace.engine.table("service_contacts").order_by("contact_id"))
    assert report["rows_used"] == 2
    assert [(row["contact_id"], row["party_key"]) for row in rows] == [("T1", "customer:U1"), ("T2", "customer:U1")]


def test_a_file_of_leads_is_no_file_of_accounts(tmp_path: Path) -> None:
    """Two names that only leads have decide: with a prospect it loads as leads, without anybody it is refused."""
    head = "lead_id,prospect_id,lead_source,created_at,converted,company,title,industry,employees,country\n"
    rows = "".join(
        f"L{place},P{place},web,2024-01-0{place},no,Firm {place},CEO,Retail,40,DE\n" for place in range(1, 6)
    )
    (tmp_path / "people.csv").write_text(head + rows, encoding="utf8")
    alone = "\n".join(",".join(line.split(",")[:1] + line.split(",")[2:]) for line in (head + rows).splitlines())
    (tmp_path / "nobody.csv").write_text(alone, encoding="utf8")
    with sg.init(tmp_path / "shop") as workspace:
        report = workspace.load(tmp_path / "people.csv").as_dict()["loads"][0]
        assert (report["table"], report["rows_used"]) == ("leads", 5)
        with pytest.raises(SourceError):
            workspace.load(tmp_path / "nobody.csv")
        assert not workspace.engine.has("loaded_accounts")


def test_a_file_that_is_corrected_leaves_no_row_in_the_table_it_was_taken_for(tmp_path: Path) -> None:
    """Read as customers first, as a survey then: parties and rows of the first reading are gone, others stay."""
    (tmp_path / "others.csv").write_text("customer_id,country\nX1,Spain\n", encoding="utf8")
    text = "customer_id,country,q1,q2\n" + "".join(f"Y{place},France,{place},3\n" for place in range(1, 5))
    (tmp_path / "people.csv").write_text(text, encoding="utf8")
    with sg.init(tmp_path / "shop") as workspace:
        workspace.load(tmp_path / "others.csv", table="customers")
        workspace.load(tmp_path / "people.csv", table="customers")
        report = workspace.load(tmp_path / "people.csv", table="survey_responses").as_dict()["loads"][0]
        assert report["replaces"]
        told = workspace.engine.rows(workspace.engine.table("loaded_customers"))
        known = {row["party_key"]: row["country"] for row in workspace.engine.rows(workspace.engine.table("customers"))}
    assert [row["party_key"] for row in told] == ["customer:X1"]
    assert known["customer:X1"] == "Spain"
    assert set(known.values()) == {"Spain", None}
