"""Answers as expressions: which questionnaire counts, what a point is, who has a score."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import EngineSettings
from segmentry.engine.warehouse import DuckWarehouse
from segmentry.profiles.needs import pairs
from segmentry.profiles.psychographic import answers
from segmentry.terms.canonical import SURVEY_RESPONSES
from tests.rooms.profiles.surveys import form
from tests.rooms.shops import arrow

NOON = datetime(2024, 6, 1, 12)
LATER = datetime(2024, 7, 1, 12)


def responses(*forms: list[dict[str, Any]]) -> ir.Table:
    """Questionnaires as an expression with ``customer_id``."""
    brought = ibis.memtable(arrow(SURVEY_RESPONSES, [row for each in forms for row in each]))
    return brought.mutate(customer_id=brought.party_key)


def told(expression: ir.Table, *columns: str) -> list[tuple[Any, ...]]:
    """Rows as sorted tuples of these columns."""
    warehouse = DuckWarehouse(None, EngineSettings())
    try:
        rows = warehouse.arrow(expression).to_pylist()
    finally:
        warehouse.close()
    return sorted((tuple(row[name] for name in columns) for row in rows), key=str)


def plain(*forms: list[dict[str, Any]]) -> ir.Table:
    """Latest answers with points, no words declared."""
    return answers.pointed(answers.latest_answers(responses(*forms), LATER), None)


def items(*rows: dict[str, Any]) -> ir.Table:
    filled = {"scale": "calm", "survey_id": "wave", "lowest": 1.0, "highest": 5.0, "turned": False}
    return ibis.memtable(pa.Table.from_pylist([filled | {"needed": 1, "centered": False} | row for row in rows]))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((NOON, "1"), (LATER, "2"), 2.0),
        ((LATER, "1"), (NOON, "2"), 1.0),
        ((None, "9"), (NOON, "1"), 2.0),
        ((None, "1"), (None, "2"), 2.0),
        ((NOON, "2"), (NOON, "1"), 1.0),
        ((NOON, "1"), (datetime(2024, 7, 2), "2"), 1.0),
    ],
    ids=[
        "later",
        "earlier loaded last",
        "dated beats undated",
        "undated by number",
        "tie by number",
        "after the as-of",
    ],
)
def test_which_of_two_questionnaires_counts(first: Any, second: Any, expected: float) -> None:
    """The newest by its moment; dated before undated; of equal ones the last number; none after the as-of."""
    forms = [
        form("ana", {"A": float(place)}, answered_at=moment, response_id=number)
        for place, (moment, number) in enumerate((first, second), start=1)
    ]
    assert told(plain(*forms), "customer_id", "point") == [("ana", expected)]


def test_a_questionnaire_counts_as_a_whole() -> None:
    """What the newer one left out is not filled from the older one."""
    older = form("ana", {"A": 1, "B": 1}, answered_at=NOON, response_id="1")
    newer = form("ana", {"A": 2, "B": None}, answered_at=LATER, response_id="2")
    assert told(plain(older, newer), "question", "point") == [("A", 2.0), ("B", None)]


def test_a_score_alone_is_an_answer() -> None:
    """A file of scores without the words answered."""
    latest = answers.latest_answers(responses(form("ana", {"A": 4}, answer=None), form("bob", {"A": None})), LATER)
    assert told(answers.asked(latest), "question", "respondents") == [("A", 1)]
    assert told(latest, "customer_id", "answer", "score") == [("ana", "4.0", 4.0), ("bob", None, None)]


def test_surveys_and_sources_are_kept_apart() -> None:
    """The newest of each survey; one number in two sources is two questionnaires, of which one counts."""
    forms = [
        form("ana", {"A": 1}, survey_id="x"),
        form("ana", {"A": 2}, survey_id="y"),
        form("ana", {"A": 3}, source="z"),
    ]
    found = told(plain(*forms), "survey_id", "point")
    assert found == [("wave", 3.0), ("x", 1.0), ("y", 2.0)]


def test_a_customer_of_two_parties_has_one_newest_questionnaire() -> None:
    """After a merge both parties' answers are one customer's."""
    both = responses(form("ana", {"A": 1}, answered_at=NOON), form("anna", {"A": 5}, answered_at=LATER))
    merged = both.mutate(customer_id=ibis.literal("c1"))
    assert told(answers.latest_answers(merged, LATER), "customer_id", "score") == [("c1", 5.0)]


def test_a_declared_word_counts_before_the_number_beside_it() -> None:
    """Words by survey and question, whatever their case; other questions keep their numbers."""
    words = ibis.memtable(
        pa.table({"survey_id": ["wave"] * 2, "question": ["A", "B"], "word": ["3", "often"], "value": [30.0, 5.0]})
    )
    latest = answers.latest_answers(responses(form("ana", {"A": 3, "B": " OFTEN ", "C": 3, "D": "often"})), LATER)
    found = told(answers.pointed(latest, words), "question", "point")
    assert found == [("A", 30.0), ("B", 5.0), ("C", 3.0), ("D", None)]


def test_facts_of_questions() -> None:
    """Answers, points among them, ends, different and whole ones."""
    forms = [form("ana", {"A": 1, "B": "x"}), form("bob", {"A": 2.5, "B": None}), form("cyn", {"A": 1, "B": "7"})]
    facts = told(
        answers.question_facts(plain(*forms)),
        "question",
        "answered",
        "points",
        "lowest",
        "highest",
        "different",
        "whole",
    )
    assert facts == [("A", 3, 3, 1.0, 2.5, 2, 2), ("B", 2, 0, None, None, 0, None)]


def test_who_was_asked_what() -> None:
    """Respondents are those who answered; a question left out by all is still one that was asked."""
    forms = [form("ana", {"A": 1, "B": None}), form("bob", {"A": 2, "B": None})]
    assert told(answers.asked(answers.latest_answers(responses(*forms), LATER)), "question", "respondents") == [
        ("A", 2),
        ("B", 0),
    ]


def test_answers_off_the_scale_are_counted_by_scale() -> None:
    """One question on two scales may be off one of them only."""
    found = answers.off_scale(
        plain(form("ana", {"A": 7}), form("bob", {"A": 3})),
        items({"question": "A"}, {"question": "A", "scale": "long", "highest": 10.0}),
    )
    assert told(found, "scale", "off_scale") == [("calm", 1), ("long", 0)]


def test_styles_look_at_answers_on_the_scale_only() -> None:
    """Count, ends and mean of what lies inside; a 99 is no answer."""
    common = items({"question": "A"}, {"question": "B"}, {"question": "C"})
    styles = answers.answer_styles(plain(form("ana", {"A": 2, "B": 4, "C": 99}), form("bob", {"A": 99})), common)
    assert told(styles, "customer_id", "count", "smallest", "largest", "mean") == [("ana", 2, 2.0, 4.0, 3.0)]


@pytest.mark.parametrize(("given_answers", "lined"), [((3, 3, 3), True), ((3, 3, 4), False), ((3, 3, None), False)])
def test_a_straight_line_needs_one_answer_to_enough_questions(given_answers: Any, lined: bool) -> None:
    """Three of three alike are a line, two alike and a gap are none."""
    names = ("A", "B", "C")
    common = items(*({"question": name} for name in names))
    styles = answers.answer_styles(plain(form("ana", dict(zip(names, given_answers, strict=True)))), common)
    assert bool(told(answers.straight_lines(styles, 3), "customer_id")) is lined


def scored(sheet: ir.Table, *rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Scores of a scale of these items."""
    scale = items(*rows)
    styles = answers.answer_styles(sheet, items({"question": "A"}, {"question": "B"}, {"question": "C"}))
    return told(answers.scores(answers.scale_points(sheet, scale), styles), "customer_id", "scale", "score")


def test_scores_need_enough_answers() -> None:
    """Two of three are needed: one has them, one has not and has no row."""
    sheet = plain(form("ana", {"A": 1, "B": 4}), form("bob", {"A": 1, "B": None}))
    rows = [{"question": name, "needed": 2} for name in "ABC"]
    assert scored(sheet, *rows) == [("ana", "calm", 2.5)]


def test_centered_scores_lose_the_own_mean() -> None:
    """A and B less the mean of A, B and C."""
    sheet = plain(form("ana", {"A": 5, "B": 4, "C": 3}))
    rows = [{"question": name, "centered": True} for name in "AB"]
    assert scored(sheet, *rows) == [("ana", "calm", 0.5)]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=3, max_size=3), st.lists(st.booleans(), min_size=2, max_size=2))
def test_a_turned_item_loses_the_own_mean_turned_round(points: list[int], turned: list[bool]) -> None:
    """Each item loses its own level: the mean, or 6 less the mean where it asks the other way round."""
    sheet = plain(form("ana", dict(zip("ABC", points, strict=True))))
    rows = [{"question": name, "turned": each, "centered": True} for name, each in zip("AB", turned, strict=True)]
    mean = sum(points) / 3
    apart = [mean - point if each else point - mean for point, each in zip(points, turned, strict=False)]
    assert scored(sheet, *rows) == [("ana", "calm", pytest.approx(sum(apart) / 2))]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=3, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3))
def test_a_score_is_the_keyed_mean(points: list[int], turned: list[bool]) -> None:
    """Whichever items are turned round: 6 less the answer for those."""
    sheet = plain(form("ana", dict(zip("ABC", points, strict=True))))
    rows = [{"question": name, "turned": each} for name, each in zip("ABC", turned, strict=True)]
    keyed = [6 - point if each else point for point, each in zip(points, turned, strict=True)]
    assert scored(sheet, *rows) == [("ana", "calm", pytest.approx(sum(keyed) / 3))]


def test_spreading_out_gives_everybody_a_row() -> None:
    """A column for each label that was asked for, null where there is nothing; other labels are left."""
    rows = ibis.memtable(pa.table({"customer_id": ["a", "a", "b"], "scale": ["x", "y", "z"], "score": [1.0, 2.0, 3.0]}))
    wide = answers.spread_out(rows, "scale", "score", [("x", "one"), ("y", "two")])
    assert told(wide, "customer_id", "one", "two") == [("a", 1.0, 2.0), ("b", None, None)]


def test_codes_become_meanings() -> None:
    """Codes whatever their case; unknown ones are null but there, what was left out is not."""
    latest = answers.latest_answers(
        responses(form("ana", {"q": "M"}), form("bob", {"q": "?"}), form("cyn", {"q": None})), LATER
    )
    assert told(answers.coded(latest, "wave", "q", [("m", "middle")]), "customer_id", "answer") == [
        ("ana", "middle"),
        ("bob", None),
    ]
    assert told(answers.coded(latest, "wave", "q", []), "answer") == [("?",), ("M",)]


def test_pairs_keep_who_gave_only_one_rating() -> None:
    """Importance without satisfaction is a pair with a gap; off the scale is a gap too."""
    sheet = plain(form("ana", {"I": 5, "S": 1}), form("bob", {"I": 4, "S": None}), form("cyn", {"I": 9, "S": 2}))
    both = pairs.paired(*(pairs.rating(sheet, "wave", name, 1, 5) for name in "IS"))
    assert told(both, "customer_id", "first", "second") == [
        ("ana", 5.0, 1.0),
        ("bob", 4.0, None),
        ("cyn", None, 2.0),
    ]


def test_pairs_are_counted_by_segment() -> None:
    """A customer counts in each segment it belongs to, one of none in none."""
    sheet = plain(*(form(who, {"I": 5, "S": 1}) for who in ("ana", "bob", "cyn")))
    both = pairs.paired(*(pairs.rating(sheet, "wave", name, 1, 5) for name in "IS"))
    members = ibis.memtable(
        pa.table({"customer_id": ["ana", "ana", "bob"], "segmentation": ["p", "q", "p"], "segment_id": ["1", "2", "1"]})
    )
    counts = pairs.counted(both, members)
    assert told(counts, "segmentation", "segment_id", "first", "second", "rows") == [
        ("p", "1", 5.0, 1.0, 2),
        ("q", "2", 5.0, 1.0, 1),
    ]
