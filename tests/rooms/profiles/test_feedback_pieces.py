"""Bands, scores, blocking remarks and rows of texts: pure workings, by hand and by property."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.feedback.groups import band
from segmentry.profiles.feedback.ratings import score, score_rows
from segmentry.profiles.feedback.reading import Texts, language_rows, link_rows, read_texts, theme_rows
from segmentry.profiles.feedback.remarks import blocks_approval
from segmentry.profiles.feedback.spec import FeedbackSpec
from segmentry.science.satisfaction import ces, csat, nps
from segmentry.science.sentiment import read
from segmentry.science.themes import Theme, Themes
from segmentry.terms.numbers import Estimate
from tests.rooms.profiles.voices import WHEN


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20), st.sets(st.integers(-20, 20), min_size=1, max_size=3))
def test_bands_never_turn_numbers_round(values: list[float], ends: set[int]) -> None:
    """Every number is in the band whose ends hold it; no number has no band."""
    cuts = sorted(float(each) for each in ends)
    rows = ibis.memtable(pa.table({"value": pa.array([*values, None], pa.float64())}))
    found = ibis.duckdb.connect().to_pyarrow(rows.mutate(told=band(rows.value, cuts))).to_pylist()
    places = {f"up to {cuts[0]:g}": (-np.inf, cuts[0]), f"above {cuts[-1]:g}": (cuts[-1], np.inf)}
    places |= {f"above {low:g} to {high:g}": (low, high) for low, high in pairwise(cuts)}
    for row in found:
        if row["value"] is None:
            assert row["told"] is None
        else:
            low, high = places[row["told"]]
            assert low < row["value"] <= high


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=50))
def test_counted_points_score_like_the_answers_themselves(answers: list[int]) -> None:
    """Counting first changes nothing: not for the mean, not for the share, not for promoters."""
    points, counts = np.unique(answers, return_counts=True)
    for measure, plain in (("nps", nps(answers)), ("csat", csat(answers, 1, 5)), ("ces", ces(answers, 1, 5))):
        found = score(measure, points.tolist(), counts.tolist(), *((0, 10) if measure == "nps" else (1, 5)), 2)
        assert isinstance(found, Estimate)
        assert isinstance(plain, Estimate)
        assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high))


def cell(**told: Any) -> dict[str, Any]:
    usual = {"measure": "csat", "dimension": "d", "value": "v", "period": "all", "scale_low": 1.0, "scale_high": 5.0}
    return usual | {"rating": 5.0, "answers": 3} | told


def test_rows_of_scores_gather_points_of_one_group() -> None:
    """Groups are told apart by every part of the key, and come in its order."""
    rows = score_rows([cell(value="w"), cell(), cell(rating=1.0), cell(scale_high=7.0)], 2)
    assert [(row["value"], row["scale_high"], row["answers"], row["score"]) for row in rows] == [
        ("v", 5.0, 6, 0.5),
        ("v", 7.0, 3, 0.0),
        ("w", 5.0, 3, 1.0),
    ]
    assert all(row["low"] <= row["score"] <= row["high"] for row in rows)


def remark(number: str, **told: Any) -> dict[str, Any]:
    usual = {"source": "desk", "feedback_id": number, "segment_id": "fans", "named": True, "kind": "remark"}
    return usual | {"topic": None, "age_days": 1} | told


def test_the_oldest_open_remark_comes_first() -> None:
    """By age, and those without a date last; each problem says what to do."""
    rows = [remark("a", age_days=2), remark("b", age_days=None), remark("c", age_days=30, topic="price")]
    found = blocks_approval(rows, "fans")
    assert [each.where for each in found] == ["desk, c", "desk, a", "desk, b"]
    assert [each.given for each in found] == ["price, open for 30 days", "open for 2 days", "without a date"]
    assert {each.next_step for each in found} == {
        "Answer it with segmentry feedback answer before the segment is approved again."
    }


@pytest.mark.parametrize(
    ("told", "blocks"),
    [
        ({"named": False}, False),
        ({"named": False, "kind": "Rejection"}, True),
        ({"segment_id": "others"}, False),
        ({"segment_id": ""}, False),
        ({"kind": None}, True),
    ],
)
def test_what_blocks_and_what_does_not(told: dict[str, Any], blocks: bool) -> None:
    """A remark about a member does not, a rejection of one does; other segments never do."""
    assert bool(blocks_approval([remark("a") | told], "fans")) is blocks


def test_shares_of_languages_add_up() -> None:
    """Those that are not known, and those that were not read, are counted as such."""
    reads = [read(text) for text in ("This is great", "Das ist sehr gut", "123", "It is fine")]
    rows = {row["language"]: row for row in language_rows(reads, np.full(4, np.nan), 6)}
    assert {name: row["texts"] for name, row in rows.items()} == {"en": 2, "de": 1, "(unknown)": 1, "(not read)": 6}
    assert sum(row["share"] for row in rows.values()) == pytest.approx(1.0)
    assert [name for name, row in rows.items() if row["read"]] == ["en"]
    assert [row["rated"] for row in rows.values()] == [0] * 4
    assert language_rows([], np.zeros(0), 0) == []


@pytest.mark.parametrize(("linked", "low", "high"), [(True, 0.6, 1.0), (False, -0.3, 0.3)])
def test_words_are_held_against_the_stars_beside_them(linked: bool, low: float, high: float) -> None:
    """Spearman's correlation over rated English texts; that of stars dealt out anew is about nothing."""
    from scipy.stats import spearmanr

    random = np.random.default_rng(0)
    words = ["awful and broken", "bad", "it is fine", "good", "excellent and lovely"]
    points = random.integers(0, 5, 200)
    reads = [read(f"This is {words[each]}") for each in points] + [read("Das ist sehr gut"), read("This is great")]
    stars = (points + random.normal(0, 0.7, 200)) if linked else random.permutation(points).astype(float)
    row = language_rows(reads, np.array([*stars, 1.0, np.nan]), 0)[1]
    assert (row["language"], row["texts"], row["rated"]) == ("en", 201, 200)
    assert row["agreement"] == pytest.approx(spearmanr([each.sentiment for each in reads[:200]], stars).statistic)
    assert low < row["agreement"] < high
    assert row["agreement_low"] < row["agreement"] < row["agreement_high"]
    assert (row["agreement_low"] > 0) is linked


def test_few_rated_texts_tell_no_agreement() -> None:
    """Nine texts are counted only, twelve have a correlation without an interval."""
    texts = ["This is good", "This is bad", "This is excellent"] * 4
    stars = np.array([0.5, -0.5, 1.0] * 4)
    few, more = (language_rows([read(each) for each in texts[:count]], stars[:count], 0)[0] for count in (9, 12))
    assert (few["rated"], few.get("agreement")) == (9, None)
    assert (more["agreement"], more.get("agreement_low")) == (pytest.approx(1.0), None)


def test_a_theme_that_leads_in_no_text_is_not_told() -> None:
    """Three themes of which one is nobody's main one: two rows, and two columns in every group."""
    main = np.array([0, 2] * 30)
    three = tuple(Theme((word,), share, 0.9) for word, share in (("price", 0.5), ("color", 0.0), ("size", 0.5)))
    themes = Themes(three, main, np.zeros((60, 3)), ((3, 0.9),), 0.9, True, 0.5, 0.1, "Stable.")
    reads = (read("This is great"),) * 60
    texts = Texts(reads, np.ones(60), np.full(60, np.nan), main, ("price", "color", "size"), themes)
    assert [(row["theme"], row["texts"]) for row in theme_rows(texts)] == [("price", 30), ("size", 30)]
    links = link_rows(texts, {"group": ["a"] * 30 + ["b"] * 30}, np.ones(60, dtype=bool))
    assert {row["theme"] for row in links} == {"price", "size"}


def test_texts_are_read_where_they_stand() -> None:
    """Words and ratings are joined row by row; few texts have no themes, and nobody a main one."""
    texts = ["This is great", "Das ist sehr gut", "This is great", "123"]
    points = np.array([[1.0, 1, 5], [5.0, 1, 5], [np.nan, 1, 5], [np.nan, 1, 5]])
    found = read_texts(texts, [None] * 4, points, np.ones(4, dtype=bool), FeedbackSpec(**WHEN))
    great = found.reads[0].sentiment
    assert isinstance(great, float)
    assert found.sentiment[:3].tolist() == [pytest.approx((great - 1) / 2), 1.0, pytest.approx(great)]
    assert np.isnan(found.sentiment[3])
    assert found.main.tolist() == [-1] * 4
    assert found.names == ()
