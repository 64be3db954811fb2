"""One view of a customer or an account: all that is known, with evidence, and nothing invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import segmentry as sg
from segmentry.interfaces.cli.application import run_command
from segmentry.segments.errors import DefinitionError
from segmentry.terms.errors import WorkspaceError
from tests.rooms.workspace.shops import write_orders

FILES = {
    "contacts.csv": "account,contact_id,role,title\nAcme,C0001,decider,Director\n",
    "consents.csv": (
        "customer,purpose,consent,date\nC0001,marketing,yes,2022-01-01\nC0001,marketing,no,2022-06-01\n"
        "C0001,profiling,yes,2022-01-01\n"
    ),
    "tickets.csv": "ticket_id,customer,created_at,topic,minutes\nT1,C0001,2022-03-04 10:00,delivery,5\n",
    "pipeline.csv": "opportunity_id,account,deal_stage,engage_date,close_value\nO1,Acme,Won,2022-02-03,900\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("one_view")
    for name, text in FILES.items():
        (root / name).write_text(text, encoding="utf8")
    with sg.init(root / "shop", currency="EUR") as workspace:
        workspace.load(write_orders(root / "orders.csv", customers=40))
        for name in FILES:
            workspace.load(root / name)
        (workspace.folder / "segments").mkdir()
        (workspace.folder / "segments" / "all.yaml").write_text("name: All\nwhere: any order\n", encoding="utf8")
        workspace.refresh()
    return root / "shop"


def view(folder: Path, customer: str) -> dict[str, Any]:
    with sg.open(folder) as workspace:
        return workspace.customer(customer).as_dict()


def test_a_customer_is_of_several_kinds_and_has_a_role(folder: Path) -> None:
    """Who buys and decides for an account is both, with the tables that say so."""
    found = view(folder, "customer:C0001")
    assert {each["kind"]: each["evidence"] for each in found["kinds"]} == {
        "buyer": "orders",
        "contact": "account_contacts",
    }
    assert [(each["account_key"], each["role"]) for each in found["roles"]] == [("account:Acme", "decider")]


def test_the_latest_word_on_each_purpose_counts(folder: Path) -> None:
    """A consent withdrawn is shown as withdrawn."""
    given = {each["purpose"]: each["given"] for each in view(folder, "customer:C0001")["consents"]}
    assert given == {"marketing": False, "profiling": True}


def test_memberships_say_why(folder: Path) -> None:
    """By definition with the reason on record, by segmentation with its rule."""
    found = {each["of"]: each for each in view(folder, "customer:C0001")["memberships"]}
    assert (found["definition"]["segment_id"], found["definition"]["because"]) == ("all", "definition")
    assert found["lifecycle"]["because"]
    assert found["rfm"]["name"]


def test_traits_come_by_basis_with_evidence_and_unknown_ones_do_not_come(folder: Path) -> None:
    """Only what is known, each with origin and source."""
    traits = view(folder, "customer:C0001")["traits"]
    assert all(each["value"] is not None and each["source"] for each in traits)
    assert {"user_status", "usage_rate"} <= {each["trait"] for each in traits}
    bases = [each["basis"] or "~" for each in traits]
    assert bases == sorted(bases)


def test_the_timeline_holds_everything_newest_first(folder: Path) -> None:
    """Orders, tickets, consents and moves between segments on one line of time."""
    timeline = view(folder, "customer:C0001")["timeline"]
    assert {"order", "service contact", "consent", "entered segment"} <= {each["what"] for each in timeline}
    times = [each["at"] for each in timeline]
    assert times == sorted(times, reverse=True)


def test_value_says_what_it_is(folder: Path) -> None:
    """Measure, horizon, unit, and the interval of the mean around the estimate."""
    value = view(folder, "customer:C0001")["value"]
    assert value["measure"] == "expected_discounted_revenue"
    assert (value["unit"], value["horizon_months"]) == ("EUR", 12)
    interval = value["interval"]
    assert interval["low"] < value["estimate"] < interval["high"]
    assert (interval["level"], interval["kind"]) == (0.95, "mean")
    outcome = value["outcome"]
    assert outcome["low"] <= interval["low"] < interval["high"] < outcome["high"]
    assert 0 <= outcome["nothing"] <= 1
    assert outcome["kind"] == "prediction"


def test_an_account_has_the_same_view(folder: Path) -> None:
    """Its people, its opportunities; value needs orders."""
    found = view(folder, "account:Acme")
    assert [each["kind"] for each in found["kinds"]] == ["organization"]
    assert [each["party_key"] for each in found["roles"]] == ["customer:C0001"]
    assert [each["what"] for each in found["timeline"]] == ["opportunity opened"]
    assert "not_estimable" in found["value"]


def test_a_stranger_is_told_with_the_near_miss(folder: Path) -> None:
    """A typing mistake gets a hint."""
    with pytest.raises(WorkspaceError) as caught:
        view(folder, "customer:C001")
    assert caught.value.problems[0].code == "CUSTOMER_UNKNOWN"
    assert "C00" in caught.value.problems[0].next_step


def test_the_terminal_shows_it_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Kinds, role, consent, worth, segments, timeline in words."""
    assert run_command(["customer", "show", str(folder), "customer:C0001"]) == 0
    shown = capsys.readouterr().out
    for words in ("decider at account:Acme", "consent to marketing", "NO", "over 12 months", "Belongs to", "delivery"):
        assert words in shown


def test_special_categories_stay_locked_without_a_lawful_basis(tmp_path: Path) -> None:
    """No definition asks for them and no view shows them, until the workspace says on which ground it may."""
    (tmp_path / "people.csv").write_text("customer_id,religion,town\na,x,Rome\nb,y,Oslo\n", encoding="utf8")
    with sg.init(tmp_path / "shop") as workspace:
        workspace.load(tmp_path / "people.csv")
        workspace.refresh()
        with pytest.raises(DefinitionError) as caught:
            workspace.definitions.count('given_religion = "x"')
        assert [each.code for each in caught.value.problems] == ["TRAIT_LOCKED"]
        shown = {each["trait"] for each in workspace.customer("customer:a").as_dict()["traits"]}
        assert (shown & {"given_religion", "given_town"}) == {"given_town"}
        workspace.configure(lawful_basis="explicit consent")
        workspace.refresh()
        assert workspace.definitions.count('given_religion = "x"').document["count"] == 1
        assert "given_religion" in {each["trait"] for each in workspace.customer("customer:a").as_dict()["traits"]}
