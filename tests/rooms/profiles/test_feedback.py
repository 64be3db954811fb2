"""Feedback: ratings with intervals, remarks that wait for an answer, and what is known of each customer."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.profiles import run_feedback
from segmentry.profiles.feedback import FeedbackSpec
from segmentry.profiles.feedback.ratings import score
from segmentry.profiles.feedback.remarks import blocks_approval
from segmentry.science.satisfaction import nps
from segmentry.terms.errors import SettingsError
from segmentry.terms.numbers import Estimate
from tests.rooms.profiles.voices import AS_OF, WHEN, publish, refreshed, table, voice

EVERYBODY = ("nps", "everybody", "everybody", "all")


def scores(engine: Engine) -> dict[Any, dict[str, Any]]:
    return table(engine, "feedback_scores", "measure", "dimension", "value", "period")


def rated(points: list[int], kind: str = "nps", days: float = 1.0) -> list[dict[str, Any]]:
    return [voice(place, f"c{place}", days, kind=kind, rating=float(each)) for place, each in enumerate(points)]


def test_nps_by_hand(engine: Engine) -> None:
    """Four promoters, three passives, three detractors: 10, with the interval of the science."""
    points = [10, 9, 9, 10, 8, 7, 7, 6, 0, 3]
    publish(engine, rated(points))
    refreshed(engine)
    row, expected = scores(engine)[EVERYBODY], nps(points)
    assert isinstance(expected, Estimate)
    assert (row["answers"], row["score"], row["unit"]) == (10, pytest.approx(10.0), "points")
    assert (row["low"], row["high"]) == (pytest.approx(expected.low), pytest.approx(expected.high))


@pytest.mark.parametrize(
    ("measure", "points", "counts", "ends", "expected"),
    [
        ("csat", [1, 4, 5], [2, 1, 1], (1, 5), 0.5),
        ("review", [1, 2], [1, 3], (1, 2), 0.75),
        ("ces", [2, 6], [1, 3], (1, 7), 5.0),
        ("nps", [0, 10], [1, 3], (0, 10), 50.0),
    ],
)
def test_each_measure_has_its_own_score(
    measure: str, points: list[float], counts: list[int], ends: tuple[int, int], expected: float
) -> None:
    """Top two boxes, on a scale of two the top one; the mean; promoters less detractors."""
    found = score(measure, points, counts, *ends, 2)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(expected)


def test_only_the_newest_rating_of_a_customer_counts(engine: Engine) -> None:
    """Over all time the last one, in a month the last of the month; nobody in particular counts each time."""
    rows = [
        voice(1, "ann", 40, kind="nps", rating=0.0),
        voice(2, "ann", 1, kind="nps", rating=10.0),
        voice(3, "ann", 2, kind="nps", rating=5.0),
        voice(4, None, 1, kind="nps", rating=9.0),
        voice(5, None, 1, kind="nps", rating=9.0),
    ]
    publish(engine, rows)
    refreshed(engine)
    found = scores(engine)
    assert (found[EVERYBODY]["answers"], found[EVERYBODY]["score"]) == (3, 100.0)
    assert found[*EVERYBODY[:3], "2024-05"]["answers"] == 3
    april = found[*EVERYBODY[:3], "2024-04"]
    assert (april["answers"], april["score"], april["reason"]) == (1, None, "A single answer tells no spread.")


@pytest.mark.parametrize(
    ("timezone", "months"),
    [
        ("UTC", {"2024-02": 2, "2024-03": 2, "2024-04": 2}),
        ("Europe/Berlin", {"2024-02": 1, "2024-03": 2, "2024-04": 3}),
        ("America/New_York", {"2024-02": 3, "2024-03": 3}),
    ],
)
def test_a_month_begins_at_its_midnight_in_the_zone(engine: Engine, timezone: str, months: dict[str, int]) -> None:
    """Answers of the first hours of a month count in it, in winter and summer time; no month is there of itself."""
    ends = [
        datetime(2024, 2, 29, 22, 59), datetime(2024, 2, 29, 23, 1), datetime(2024, 3, 1),
        datetime(2024, 3, 31, 22, 1), datetime(2024, 4, 1), datetime(2024, 4, 1, 3, 59),
    ]  # fmt: skip
    rows = [voice(place, f"c{place}", kind="nps", rating=9.0) | {"given_at": at} for place, at in enumerate(ends)]
    publish(engine, rows)
    members = dict.fromkeys((row["party_key"] for row in rows), "all")
    refreshed(engine, members=members, timezone=timezone)
    expected = months | {"all": 6}
    for name in ("feedback_scores", "segment_scores"):
        found = table(engine, name, "period")
        assert {period: row["answers"] for period, row in found.items()} == expected


def test_what_leaves_its_scale_does_not_count(engine: Engine) -> None:
    """Eleven of ten, half points, and recommendation on another scale than 0 to 10."""
    rows = [
        *rated([10, 9, 0]),
        voice(11, "x", kind="nps", rating=11.0),
        voice(12, "y", kind="nps", rating=7.5),
        voice(13, "z", kind="nps", rating=5.0, scale_low=1.0, scale_high=5.0),
    ]
    publish(engine, rows)
    refreshed(engine)
    assert scores(engine)[EVERYBODY]["answers"] == 3


def test_scales_are_never_mixed(engine: Engine) -> None:
    """Satisfaction of five points and of ten are two rows."""
    rows = [voice(place, f"c{place}", kind="csat", rating=5.0) for place in range(4)]
    rows += [
        voice(9 + place, f"d{place}", kind="csat", rating=5.0, scale_low=1.0, scale_high=10.0) for place in range(3)
    ]
    publish(engine, rows)
    refreshed(engine)
    found = table(engine, "feedback_scores", "measure", "period", "scale_high")
    assert (found["csat", "all", 5.0]["score"], found["csat", "all", 10.0]["score"]) == (1.0, 0.0)


def test_ratings_after_the_as_of_are_not_known(engine: Engine) -> None:
    """Tomorrow's answer changes nothing; an answer without a date was there."""
    publish(engine, [*rated([10, 10, 0]), voice(8, "late", -0.1, kind="nps", rating=0.0)])
    refreshed(engine)
    assert scores(engine)[EVERYBODY]["answers"] == 3
    assert "late" not in table(engine, "feedback_traits", "customer_id")


def test_scores_go_by_trait_by_column_and_by_segment(engine: Engine) -> None:
    """Groups add up to everybody; numbers make bands; segments come once they are known."""
    rows = [
        row | {"given_store": "north" if place % 2 else "south"} for place, row in enumerate(rated([10] * 6 + [0] * 6))
    ]
    publish(engine, rows)
    groups = {f"c{place}": "old" if place < 6 else "young" for place in range(12)}
    members = {f"c{place}": "fans" for place in range(6)}
    refreshed(engine, groups, members, by=["group", "Store"])
    found = scores(engine)
    assert found["nps", "group", "old", "all"]["score"] == 100.0
    assert found["nps", "group", "young", "all"]["score"] == -100.0
    assert found["nps", "Store", "north", "all"]["answers"] + found["nps", "Store", "south", "all"]["answers"] == 12
    inside = table(engine, "segment_scores", "dimension", "value", "period")
    assert inside["segments", "fans", "all"]["score"] == 100.0


def test_numbers_are_told_in_bands(engine: Engine) -> None:
    """Four bands of a column of many numbers, everybody in one."""
    rows = [row | {"given_age": 20 + place} for place, row in enumerate(rated([10] * 40))]
    publish(engine, rows)
    refreshed(engine, by=["age"])
    bands = {key[2]: row["answers"] for key, row in scores(engine).items() if key[1] == "age" and key[3] == "all"}
    assert sum(bands.values()) == 40
    assert len(bands) == 4


def test_surveys_measure_as_well(engine: Engine) -> None:
    """Questions that the settings name are ratings beside those of feedback; other questions are not."""
    filled = {"source": "panel", "survey_id": "wave", "answered_at": AS_OF - timedelta(days=3)}
    answers = [
        filled | {"response_id": who, "party_key": who, "question": question, "answer": str(point), "score": point}
        for who, point in (("ann", 10.0), ("bob", 9.0))
        for question in ("Would you recommend us?", "How old are you?")
    ]
    publish(engine, [], answers)
    catalog = refreshed(engine, nps_questions=["Would you recommend us?"])
    assert (scores(engine)[EVERYBODY]["answers"], "feedback_given" in catalog) == (2, False)
    assert table(engine, "feedback_traits", "customer_id")["ann"]["nps_class"] == "promoter"


def test_traits_of_a_customer_by_hand(engine: Engine) -> None:
    """The newest of each measure on 0 to 1, effort turned round, records counted, and null where nothing is told."""
    rows = [
        voice(1, "ann", 9, kind="nps", rating=7.0),
        voice(2, "ann", 3, kind="nps", rating=6.0),
        voice(3, "ann", 5, kind="csat", rating=4.0),
        voice(4, "ann", 5, kind="ces", rating=6.0),
        voice(5, "bob", 5, kind="review", rating=5.0),
        voice(6, "bob", 2, kind="remark", author="sales", text="Wants a discount"),
        voice(7, "eve", 2, kind="remark", author="Service"),
    ]
    publish(engine, rows)
    catalog = refreshed(engine)
    found = table(engine, "feedback_traits", "customer_id")
    ann, bob, eve = (found[who] for who in ("ann", "bob", "eve"))
    assert (ann["nps_rating"], ann["nps_class"], ann["stated_satisfaction"]) == (6, "detractor", 0.75)
    assert ann["stated_effort"] == pytest.approx(1 / 6)
    assert (ann["feedback_given"], ann["days_since_feedback"], ann["remarks"]) == (4, 2, 0)
    assert (bob["review_rating"], bob["nps_class"], bob["remarks"], bob["open_remarks"]) == (1.0, None, 1, 1)
    assert (eve["feedback_given"], eve["days_since_feedback"], eve["stated_effort"]) == (0, None, None)
    assert {"nps_class", "stated_effort", "open_remarks", "feedback_sentiment"} <= {
        each.name for each in catalog.traits
    }


def test_high_points_of_effort_may_mean_much_effort(engine: Engine) -> None:
    """As the survey asked."""
    publish(engine, [voice(1, "ann", kind="ces", rating=7.0)])
    refreshed(engine, high_is_easy=False)
    assert table(engine, "feedback_traits", "customer_id")["ann"]["stated_effort"] == 1.0


def test_nothing_told_nothing_published(engine: Engine) -> None:
    """Without feedback and surveys there is no table and no trait."""
    publish(engine, [], also=["ann"])
    assert refreshed(engine).traits == ()
    assert not engine.has("feedback_traits")
    assert not engine.has("feedback_scores")


def test_the_order_of_rows_changes_nothing(engine: Engine) -> None:
    """Shuffled feedback publishes the same scores and traits."""
    rows = [voice(place, f"c{place % 7}", place % 5, kind="nps", rating=float(place % 11)) for place in range(40)]
    publish(engine, rows)
    refreshed(engine)
    with Engine.in_memory() as other:
        publish(other, random.Random(1).sample(rows, len(rows)))
        refreshed(other)
        assert scores(other) == scores(engine)
        assert table(other, "feedback_traits", "customer_id") == table(engine, "feedback_traits", "customer_id")


REMARKS = [
    voice(1, "ann", 30, kind="remark", author="sales", topic="price"),
    voice(2, "bob", 3, kind="rejection", author="sales", topic="fans"),
    voice(3, None, None, kind="remark", author="service", topic="tone", given_segment="lost"),
    voice(4, "cyn", 5, kind="comment", author="customer", text="Fine"),
    voice(5, "dan", 5, author="service", topic="mail"),
]
"""Four that want an answer, of which one is old, one rejects, one names a segment and one nobody in a segment."""

REMARKS = [{"given_segment": None} | row for row in REMARKS]


def open_remarks(engine: Engine) -> dict[Any, dict[str, Any]]:
    name = "segment_remarks" if engine.has("segment_remarks") else "open_remarks"
    return table(engine, name, "feedback_id", "segment_id")


def test_remarks_wait_in_the_segments_they_touch(engine: Engine) -> None:
    """Those a remark names, and those its customer is in; none where it touches none; age and whether it is overdue."""
    publish(engine, REMARKS)
    refreshed(engine, members={"ann": "fans", "bob": "fans"})
    found = open_remarks(engine)
    assert {key: row["named"] for key, row in found.items()} == {
        ("f1", "fans"): False,
        ("f2", "fans"): True,
        ("f3", "lost"): True,
        ("f5", ""): False,
    }
    assert (found["f1", "fans"]["age_days"], found["f1", "fans"]["overdue"]) == (29, True)
    assert (found["f3", "lost"]["age_days"], found["f3", "lost"]["overdue"]) == (None, False)


def test_open_remarks_block_approval_until_they_are_answered(engine: Engine) -> None:
    """What names the segment blocks, and so do rejections in it; a mere remark about a member does not."""
    publish(engine, REMARKS)
    refreshed(engine, members={"ann": "fans", "bob": "fans"})
    blocking = blocks_approval(open_remarks(engine).values(), "fans")
    assert [each.where for each in blocking] == ["desk, f2"]
    assert "open for 2 days" in blocking[0].given
    assert len(blocks_approval(open_remarks(engine).values(), "lost")) == 1
    assert blocks_approval(open_remarks(engine).values(), "others") == ()
    with engine.run("answer") as run:
        run_feedback.answer(run, "desk", "f2", "They do buy, see the report.", "Mia", AS_OF)
    refreshed(engine, members={"ann": "fans", "bob": "fans"})
    assert blocks_approval(open_remarks(engine).values(), "fans") == ()
    assert table(engine, "remark_answers", "feedback_id")["f2"]["answered_by"] == "Mia"


def test_an_answer_given_later_does_not_count_before(engine: Engine) -> None:
    """As of today the remark is still open; the answer of tomorrow is on record."""
    publish(engine, REMARKS)
    with engine.run("answer") as run:
        run_feedback.answer(run, "desk", "f1", "Done", "Mia", AS_OF + timedelta(hours=1))
    refreshed(engine)
    assert ("f1", "") in open_remarks(engine)


def test_answering_again_puts_the_later_answer_first(engine: Engine) -> None:
    """One answer for each remark; answers to others stay."""
    publish(engine, REMARKS)
    for text, number in (("First", "f1"), ("Other", "f5"), ("Second", "f1")):
        with engine.run("answer") as run:
            run_feedback.answer(run, "desk", number, text, "Mia", AS_OF)
    found = table(engine, "remark_answers", "feedback_id")
    assert {key: row["answer"] for key, row in found.items()} == {"f1": "Second", "f5": "Other"}


def test_an_answer_needs_words_a_name_and_a_remark(engine: Engine) -> None:
    """All three mistakes at once; what a customer wrote is no remark that waits."""
    publish(engine, REMARKS)
    with engine.run("answer") as run, pytest.raises(SettingsError) as caught:
        run_feedback.answer(run, "desk", "f4", " ", "", datetime(2024, 6, 1))
    assert [each.code for each in caught.value.problems] == ["ANSWER_EMPTY", "ANSWER_EMPTY", "REMARK_UNKNOWN"]


def test_settings_tell_all_mistakes() -> None:
    """Unknown names, wrong kinds; a question that measures two things."""
    with pytest.raises(SettingsError) as caught:
        FeedbackSpec.from_settings({"bye": 1, "recent_days": 0, "by": "age"}, **WHEN)
    assert len(caught.value.problems) == 3
    with pytest.raises(SettingsError):
        FeedbackSpec.from_settings({"nps_questions": ["Q"], "ces_questions": ["Q"]}, **WHEN)


@pytest.mark.parametrize("name", ["ethnicity", "grupe", "religion"])
def test_special_and_unknown_groups_are_refused(engine: Engine, name: str) -> None:
    """Special categories stay locked, misspelt names get a hint."""
    publish(engine, [row | {"given_religion": "a"} for row in rated([10, 9])])
    with pytest.raises(SettingsError) as caught:
        refreshed(engine, {"c0": "x"}, by=[name])
    assert caught.value.problems[0].code == ("TRAIT_UNKNOWN" if name == "grupe" else "TRAIT_LOCKED")
