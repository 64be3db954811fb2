"""Feedback, surveys and single customers from the command line, on a workspace without orders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import segmentry as sg
from segmentry.interfaces.cli.application import run_command

Capture = pytest.CaptureFixture[str]
FEEDBACK = "feedback_id,customer_id,date,kind,rating,text,author,topic\n" + "".join(
    f"f{place},c{place},2024-0{1 + place % 3}-{1 + place},nps,{rating},Great and fast,customer,\n"
    for place, rating in enumerate([10, 9, 2, 10, 7, 9, 1, 10, 8, 10])
)
FEEDBACK += "r1,c1,2024-03-03,remark,,They want invoices by mail,sales,big\n"
ACCOUNTS = "account_id,name,industry,employees\n7,Acme,Furniture,36\n"
CONTACTS = "account_id,contact_id,role,start_date\n7,c1,decider,2024-01-01\n"
DESIGN = 'survey = "spring"\n[[questions]]\nid = "likely"\ntext = "Would you recommend us?"\nmeasure = "nps"\n'


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of feedback, one account and its contact, in German."""
    root = tmp_path_factory.mktemp("hearing")
    texts = {"feedback.csv": FEEDBACK, "accounts.csv": ACCOUNTS, "contacts.csv": CONTACTS, "design.toml": DESIGN}
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf8")
    with sg.init(root / "shop", locale="de-DE", timezone="Europe/Berlin") as opened:
        opened.load(root / "feedback.csv", table="feedback")
        opened.load(root / "accounts.csv", table="accounts")
        opened.load(root / "contacts.csv", table="account_contacts")
        opened.refresh()
    return root / "shop"


def told(capsys: Capture, *arguments: object) -> str:
    assert run_command([str(each) for each in arguments]) == 0
    return capsys.readouterr().out


def test_feedback_is_shown_with_a_page_of_pictures(shop: Path, tmp_path: Path, capsys: Capture) -> None:
    """Six promoters and two detractors of ten are 40 points; the page holds the picture and its table."""
    shown = told(capsys, "feedback", "show", shop, "--out", tmp_path / "page.html")
    assert "40 points" in shown
    assert f"Written to {tmp_path / 'page.html'}" in shown
    page = (tmp_path / "page.html").read_text(encoding="utf8")
    assert 'data-figure="feedback_scores"' in page
    assert "Europe/Berlin" in page
    assert "What customers say" in page


def test_with_json_nothing_but_the_object_is_printed(shop: Path, tmp_path: Path, capsys: Capture) -> None:
    """The page is written all the same."""
    found = json.loads(told(capsys, "feedback", "show", shop, "--json", "--out", tmp_path / "page.html"))
    assert {each["measure"] for each in found["feedback_scores"]} == {"nps"}
    assert (tmp_path / "page.html").stat().st_size > 100_000


def test_a_page_that_cannot_be_written_is_explained(shop: Path, tmp_path: Path, capsys: Capture) -> None:
    """In four parts, with exit code 2, and no half page stays."""
    assert run_command(["feedback", "show", str(shop), "--out", str(tmp_path / "none" / "page.html")]) == 2
    assert "REPORT_UNWRITABLE" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_remark_is_answered_once_and_waits_no_more(shop: Path, capsys: Capture) -> None:
    """The command that the list names."""
    assert "Remarks that wait for an answer: 1" in told(capsys, "feedback", "show", shop)
    told(capsys, "feedback", "answer", shop, "orders", "r1", "Done", "--by", "Ana")
    assert "No remark waits for an answer." in told(capsys, "feedback", "show", shop)


def test_an_account_can_be_shown(shop: Path, capsys: Capture) -> None:
    """Its buying center with people counted, its traits, and no value without orders."""
    shown = told(capsys, "customer", "show", shop, "account:7")
    assert "Buying center" in shown
    assert "customer:c1 is decider at account:7" in shown
    assert "Value not estimable" in shown


def test_who_is_who_without_doubts(shop: Path, capsys: Capture) -> None:
    """No empty table; a history that never saw a decision says so."""
    assert "No link waits for a person." in told(capsys, "customer", "review", shop)
    assert "No decision is on record" in told(capsys, "customer", "history", shop, "customer:c1")


def test_a_survey_tells_how_its_answers_come_back(shop: Path, tmp_path: Path, capsys: Capture) -> None:
    """Who is asked, then what was taken, each with the next step."""
    design = shop.parent / "design.toml"
    shown = told(capsys, "survey", "invite", shop, design, "--out", tmp_path / "asked.csv")
    assert "asked, 1 question each" in shown
    assert f"segmentry survey take {shop} {design}" in shown
    (tmp_path / "back.csv").write_text("token,answered_at,likely\nstranger,2024-06-01,9\n", encoding="utf8")
    shown = told(capsys, "survey", "take", shop, design, tmp_path / "back.csv")
    assert "1 questionnaire read, 1 answer could not be taken." in shown
    assert "nobody was asked with this token (stranger)" in shown
    assert f"segmentry refresh {shop}" in shown


def test_status_is_in_the_locale_and_zone(shop: Path, capsys: Capture) -> None:
    """Days as in Germany, instants in its zone; what was only loaded says so."""
    shown = told(capsys, "status", shop)
    assert "(Europe/Berlin)" in shown
    assert "rows, as loaded" in shown


def test_bases_that_cannot_be_told_make_an_honest_page(shop: Path, tmp_path: Path, capsys: Capture) -> None:
    """No picture, but the reason on the terminal and a page that says there is nothing to draw."""
    shown = told(capsys, "study", "bases", shop, "--out", tmp_path / "bases.html")
    assert "What bases add cannot be told" in shown
    assert "Nothing to draw" in (tmp_path / "bases.html").read_text(encoding="utf8")


def test_a_new_workspace_says_what_comes_next(tmp_path: Path, capsys: Capture) -> None:
    """Nobody is left with an empty folder; before a refresh there is nothing to hear."""
    assert f"segmentry load {tmp_path / 'new'} FILE" in told(capsys, "init", tmp_path / "new")
    assert "Nothing was computed yet." in told(capsys, "feedback", "show", tmp_path / "new")
