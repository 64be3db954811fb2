"""What people read on the terminal: units, intervals, the reader's locale, no empty tables, no tricks of the data."""

from __future__ import annotations

import json

import pytest

from segmentry.interfaces.cli import customer_printing, feedback_printing, printing, segment_printing
from segmentry.interfaces.cli.printing import Form
from segmentry.workspace.settings import WorkspaceSettings
from tests.rooms.cli.documents import AS_OF, FEEDBACK, GERMAN, PEN, REVIEW, VIEW, answer

Capture = pytest.CaptureFixture[str]


def squeezed(text: str) -> str:
    """A text without the blanks and lines of tables."""
    return " ".join(text.replace("│", " ").split())


def feedback(capsys: Capture, **changes: object) -> str:
    feedback_printing.shown(answer(FEEDBACK | changes), PEN, Form.PEOPLE)
    return squeezed(capsys.readouterr().out)


def test_a_table_without_rows_is_a_sentence(capsys: Capture) -> None:
    """No frame around nothing."""
    printing.print_table("Links", ("Left", "Right"), [])
    assert capsys.readouterr().out == "Links: none.\n"


def test_words_stand_left_and_figures_right(capsys: Capture) -> None:
    """A column with a word in any cell is one of words."""
    printing.print_table("T", ("A", "Word", "Figure"), [("a", "x", "1"), ("b", "longer", "1,000")])
    rows = [each for each in capsys.readouterr().out.splitlines() if each.startswith("│")]
    assert rows[0] == "│ a │ x      │      1 │"


def test_what_comes_with_the_data_steers_neither_table_nor_terminal(capsys: Capture) -> None:
    """Marks of the library for tables are text, control characters are replaced."""
    printing.print_table("[red]T", ("[b]A",), [("[/nothing]\x1b[31m",)])
    printing.line("name\x07\x9b2J")
    shown = capsys.readouterr().out
    assert "[red]T" in shown
    assert "[/nothing]\ufffd[31m" in shown
    assert "name\ufffd\ufffd2J" in shown


def test_scores_are_told_in_their_units_with_interval_and_answers(capsys: Capture) -> None:
    """Everybody first and once; groups by name; a reason where nothing can be told; months are for pictures."""
    shown = feedback(capsys)
    assert "Satisfied (CSAT), scale 1 to 5 everybody 41% 36% to 45% 1,487" in shown
    assert "Recommendation (NPS), scale 0 to 10 everybody -61 points -66 to -55 1,487" in shown
    assert "age band: up to 34 50%" in shown
    assert "not estimable One answer." in shown
    assert "everybody everybody" not in shown
    assert "10%" not in shown.partition("Themes")[0]
    assert shown.index("everybody") < shown.index("age band")


def test_themes_have_shares_counts_and_moods(capsys: Capture) -> None:
    """Percent of texts, not a bare number; languages by name."""
    shown = feedback(capsys)
    assert "late, parcel late, parcel, damaged 11% 95 blame" in shown
    assert "German 47, unknown 5." in shown


def test_groups_that_speak_otherwise_are_claimed_with_interval(capsys: Capture) -> None:
    """Only what is beyond chance, once, with what all others say; markup of a value is text."""
    shown = feedback(capsys)
    assert shown.count("department: [bold]Toys[/bold] late, parcel 40% [30% to 50%] 10% 50") == 1


def test_the_oldest_remarks_stand_first_and_the_rest_is_counted(capsys: Capture) -> None:
    """Twenty lines and how to answer; nothing is hidden in silence."""
    shown = feedback(capsys)
    assert "Remarks that wait for an answer: 25, the oldest first" in shown
    assert shown.index("r24") < shown.index("r23") < shown.index("r5 ")
    assert "24 days overdue" in shown
    assert "1 day " not in shown
    assert "5 more are told with --json." in shown
    assert "segmentry feedback answer" in shown


def test_where_nothing_waits_nobody_is_asked_to_answer(capsys: Capture) -> None:
    """A sentence instead of a table and a command."""
    shown = feedback(capsys, open_remarks=[])
    assert "No remark waits for an answer." in shown
    assert "segmentry feedback answer" not in shown


def test_themes_that_are_not_claimed_give_their_reason(capsys: Capture) -> None:
    """Once, though every theme carries it."""
    unsure = [each | {"stable": False, "reason": "Too few texts."} for each in FEEDBACK["feedback_themes"] * 2]
    shown = feedback(capsys, feedback_themes=unsure)
    assert shown.count("No themes are claimed: Too few texts.") == 1
    assert "blame" not in shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"as_of": None}, "Nothing was computed yet."),
        ({"feedback_scores": [], "feedback_languages": [], "open_remarks": []}, "No feedback is loaded."),
    ],
)
def test_without_feedback_the_next_step_is_told(capsys: Capture, changes: dict[str, object], words: str) -> None:
    """No empty tables, and no as-of that is none."""
    shown = feedback(capsys, **changes)
    assert words in shown
    assert "refresh" in shown
    assert "Measure" not in shown


def test_the_locale_is_that_of_the_workspace(capsys: Capture) -> None:
    """Marks in numbers, percent and days as in Germany."""
    feedback_printing.shown(answer(FEEDBACK), GERMAN, Form.PEOPLE)
    shown = capsys.readouterr().out
    assert "41\xa0%" in shown
    assert "1.487" in shown
    assert "01.01.2026" in shown


@pytest.mark.parametrize("form", [Form.PEOPLE, Form.MACHINES])
def test_a_doubtful_link_is_never_called_certain(capsys: Capture, form: Form) -> None:
    """Over 99 %: were it 100 %, nobody would have to decide; machines get the figure itself."""
    customer_printing.reviewed(answer(REVIEW), PEN, form)
    shown = capsys.readouterr().out
    if form is Form.MACHINES:
        assert json.loads(shown)["review"][0]["probability"] == 0.99999
        return
    assert "over 99%" in shown
    assert "5,396 parties make 5,240 customers, as of 1 Jan 2026" in shown
    assert "Decide with segmentry customer merge or keep-apart" in shown


def test_where_no_link_waits_nobody_is_asked_to_decide(capsys: Capture) -> None:
    """No empty table, no command."""
    customer_printing.reviewed(answer(REVIEW | {"review": [], "doubtful": 0}), PEN, Form.PEOPLE)
    shown = capsys.readouterr().out
    assert "No link waits for a person." in shown
    assert "Decide" not in shown
    assert "Probability" not in shown


def test_an_account_is_shown_whole(capsys: Capture) -> None:
    """Counts of people are texts too; group, silence, value, refusal, traits, consents and facts with their units."""
    customer_printing.shown(answer(VIEW), PEN, Form.PEOPLE)
    shown = squeezed(capsys.readouterr().out)
    for words in (
        "account:7, as of 1 Jan 2026",
        "internal customer since 4 Feb 2023",
        "crm:3 is in an unknown role at account:7 since 1 Jan 2024",
        "crm:4 was decider at account:7 until 29 Jun 2023",
        "belongs to account:1, group of account:1",
        "has the subsidiaries account:9",
        "decider silent 1 2 Jan 2025",
        "CLV over 12 months: £142 (estimated; tier high)",
        "without interval: single customers have none",
        "Net revenue so far: £1,115 (exact)",
        "win_rate 59% computed crm",
        "yearly_revenue £82,080",
        "group_top yes",
        "sites 1 site ",
        "Belongs to: none.",
        "consent to marketing (every channel): NO, 7 Oct 2023",
        "order id 2025-12-21, amount £99.00",
    ):
        assert words in shown
    assert "returned" not in shown
    assert "None" not in shown


UNKNOWN = {"not_estimable": "no orders"}
NO_ENDS = {"low": None, "high": None}
BRINGS = {"low": 0.0, "high": 480.0, "level": 0.95, "kind": "prediction", "nothing": 0.31}
SURE = {"low": 120.9, "high": 166.2, "level": 0.95, "kind": "mean"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"not_estimable": "value needs orders"}, "Value not estimable: value needs orders"),
        (VIEW["value"] | {"interval": SURE}, "£142 [£121 to £166] (estimated"),
        (VIEW["value"] | {"outcome": BRINGS}, "bring £0 to £480 (95% interval), nothing at all with a chance of 31%"),
        (VIEW["value"] | {"interval": SURE}, "95% interval of the mean of customers with such a history"),
        (VIEW["value"] | {"estimate": {"not_estimable": "no model"}}, "12 months: no model (estimated"),
        (VIEW["value"] | {"unit": None, "measure": "x"}, "Expected discounted revenue over 12 months: £142"),
    ],
)
def test_value_has_its_interval_or_its_refusal(capsys: Capture, value: dict[str, object], words: str) -> None:
    """Never a number where there is none."""
    customer_printing.shown(answer(VIEW | {"value": value, "account": None}), PEN, Form.PEOPLE)
    assert words in capsys.readouterr().out


def test_a_history_without_decisions_says_so(capsys: Capture) -> None:
    """And one with them tells day, decision and reason; a ruling that waits for the refresh is said to."""
    bare = {"customer_id": "crm:1", "parties": ["crm:1"], "aliases": [], "decisions": [], "waiting": []}
    decided = {"recorded_at": AS_OF, "party_key": "crm:1", "decision": "moved", "because": "Father and son"}
    decided |= {"from_customer_id": "crm:0", "customer_id": "crm:1"}
    ruled = {"ruling": "keep_apart", "parties": ["crm:1", "crm:9"], "because": "Twins", "recorded_at": AS_OF}
    told = bare | {"aliases": ["shop:2"], "decisions": [decided], "waiting": [ruled]}
    customer_printing.history(answer(bare), PEN, Form.PEOPLE)
    customer_printing.history(answer(told), PEN, Form.PEOPLE)
    first, second = capsys.readouterr().out.split("crm:1: crm:1\n")[1:]
    assert "No decision is on record" in first
    assert "was also called shop:2" in second
    assert "1 Jan 2026  crm:1: moved from crm:0 to crm:1, Father and son" in second
    assert "NOT YET IN FORCE (from the next refresh on): keep apart of crm:1, crm:9, Twins" in second


def test_a_ruling_names_the_command_that_brings_it_into_force(capsys: Capture) -> None:
    """With the folder, so that it can be copied."""
    customer_printing.ruled(answer({"ruling": "keep_apart", "customers": ["a", "b"]}), "shop", Form.PEOPLE)
    assert capsys.readouterr().out.endswith("segmentry refresh shop\n")


@pytest.mark.parametrize("printer", [customer_printing.shown, customer_printing.history, feedback_printing.shown])
def test_machines_get_the_document(capsys: Capture, printer: object) -> None:
    """One object, as it was answered."""
    assert callable(printer)
    printer(answer({"a": 1}), PEN, Form.MACHINES)
    assert json.loads(capsys.readouterr().out) == {"a": 1}


def test_a_pen_writes_as_the_settings_wish() -> None:
    """Locale, zone and currency; a currency that data tell goes before."""
    settings = WorkspaceSettings(locale="de-DE", timezone="Europe/Berlin", currency="EUR")
    assert printing.pen_of(settings).cell(1234.5, "currency") == "1.234\xa0€"
    assert "$" in printing.pen_of(settings, "USD").cell(5, "currency")
    assert printing.pen_of(settings).moment(AS_OF) == "01.01.2026, 01:00 (Europe/Berlin)"


def test_an_estimate_of_the_base_has_its_unit() -> None:
    """Interval, bare number, or refusal."""
    told = {"estimate": 226043.0, "low": 218239.0, "high": 234125.0}
    assert printing.estimate(told, PEN, "currency") == "£226,043 [£218,239 to £234,125]"
    assert printing.estimate(60113.0, PEN, "currency") == "£60,113"
    assert printing.estimate({"not_estimable": "no orders"}, PEN, "currency") == "not estimable: no orders"


def test_a_fetch_tells_what_is_new_and_what_is_staged(capsys: Capture) -> None:
    """400 rows staged by an earlier fetch are not told as if they had just come."""
    row = {"connection": "crm", "table": "orders", "rows": 400, "brought": 0, "increments": 1, "load": None}
    printing.fetched(answer({"fetched": [row, row | {"brought": 1}]}), PEN, Form.PEOPLE)
    assert capsys.readouterr().out.splitlines() == [
        "crm, orders: nothing new; 400 rows staged in all, from 1 fetch",
        "crm, orders: 1 row brought; 400 rows staged in all, from 1 fetch",
    ]


def test_customers_are_listed_with_ids_and_unknown_value_is_no_zero(capsys: Capture) -> None:
    """Parties, kinds, days, value in the currency, and how to look at one."""
    one = {"customer_id": "crm:1", "parties": ["crm:1", "shop:2"], "kinds": ["buyer", "end_user"], "since": AS_OF}
    rows = [
        one | {"last_seen": AS_OF, "value": 120.0, "low": 100.0, "high": 144.0},
        one | {"customer_id": "crm:3", "parties": ["crm:3"], "last_seen": None, "value": UNKNOWN} | NO_ENDS,
    ]
    told = {"as_of": AS_OF, "customers": 40, "measure": "clv", "horizon_months": 12, "unit": "GBP", "listed": rows}
    told |= {"interval": {"level": 0.95, "kind": "mean"}}
    customer_printing.listed(answer(told), PEN, Form.PEOPLE)
    shown = squeezed(capsys.readouterr().out)
    assert "2 of 40 customers" in shown
    assert "crm:1 crm:1, shop:2 buyer, end user 1 Jan 2026 1 Jan 2026 £120 [£100 to £144]" in shown
    assert "crm:3 crm:3 buyer, end user 1 Jan 2026 – –" in shown
    assert "95% intervals of the mean" in shown
    assert "segmentry customer show" in shown


def test_a_plan_tells_remarks_that_wait_with_how_to_answer(capsys: Capture) -> None:
    """Beside what changes, and before the count of changes."""
    remark = {"code": "REMARK_OPEN", "what": "A rejection about the segment fans is not answered", "where": "desk, q1"}
    remark |= {"given": "open for 3 days", "next_step": "Answer it with segmentry feedback answer."}
    changed = {"id": "fans", "name": "Fans", "action": "rename", "version": 1}
    told = {"actions": [changed], "changes": 1, "as_of": AS_OF, "remarks": [remark]}
    segment_printing.planned(answer(told), PEN, Form.PEOPLE)
    shown = squeezed(capsys.readouterr().out)
    said = "waiting desk, q1: A rejection about the segment fans is not answered (open for 3 days). Answer it with"
    assert said in shown
    assert shown.index("waiting") < shown.index("1 changes")
