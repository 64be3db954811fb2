"""What customers say as pictures: scores by month in their own units with intervals, themes by mood."""

from __future__ import annotations

from typing import Any

import pytest

from segmentry.charts import LIGHT, Notes, Writer, feedback_pictures, notes_of
from segmentry.charts.feedback import interval_of, mood_of, name_of, score_of

ENGLISH, GERMAN = Writer("en_US"), Writer("de_DE")


def score(measure: str, period: str, value: float | None, **changes: Any) -> dict[str, Any]:
    """A row of scores, of everybody unless it is said otherwise."""
    unit, reach = ("share", 0.1) if measure in ("csat", "review") else ("points", 10.0 if measure == "nps" else 0.5)
    low, high = (None, None) if value is None else (value - reach, value + reach)
    return {
        "measure": measure, "dimension": "everybody", "value": "everybody", "period": period,
        "scale_low": 0.0 if measure == "nps" else 1.0,
        "scale_high": {"nps": 10.0, "ces": 7.0}.get(measure, 5.0),
        "answers": 1200, "score": value, "low": low, "high": high, "unit": unit, "reason": None,
    } | changes  # fmt: skip


def theme(name: str, texts: int, sentiment: float | None, **changes: Any) -> dict[str, Any]:
    """A row of themes that may be claimed."""
    return {
        "theme": name, "terms": f"{name}, more", "texts": texts, "share": texts / 100, "sentiment": sentiment,
        "stability": 0.9, "stable": True, "reason": "",
    } | changes  # fmt: skip


FOUND: dict[str, Any] = {
    "as_of": "2026-01-01T00:00:00Z",
    "feedback_scores": [
        score("nps", "2025-12", -58.0), score("nps", "2025-11", -40.0), score("nps", "all", -50.4),
        score("csat", "2025-11", 0.4), score("csat", "all", 0.41), score("csat", "2025-12", None),
    ],
    "feedback_themes": [theme("late", 30, -0.5), theme("kind", 60, 0.6), theme("price", 10, 0.0)],
}  # fmt: skip


def notes(name: str, found: dict[str, Any] = FOUND, locale: str = "en_US") -> Notes:
    said = notes_of(feedback_pictures(found, locale, "Europe/London")[name]())
    assert said is not None
    return said


@pytest.mark.parametrize(
    ("measure", "value", "told", "between"),
    [
        ("nps", -60.6, "-61 points", "-71 to -51"),
        ("csat", 0.406, "41%", "31% to 51%"),
        ("review", 0.36, "36%", "26% to 46%"),
        ("ces", 4.31, "4.3 points", "3.8 to 4.8"),
    ],
)
def test_every_measure_has_its_own_unit(measure: str, value: float, told: str, between: str) -> None:
    """NPS in whole points, shares as percentages, effort in points of its scale; the interval in the same unit."""
    row = score(measure, "all", value)
    assert score_of(row, ENGLISH) == told
    assert interval_of(row, ENGLISH) == between


def test_what_cannot_be_estimated_is_no_number() -> None:
    """A score without a value is told as such, and has no interval."""
    row = score("ces", "all", None)
    assert score_of(row, ENGLISH) == "not estimable"
    assert interval_of(row, ENGLISH) == ""


def test_the_scale_stands_in_the_name() -> None:
    """Ratings of five points and of seven are never called the same."""
    assert name_of(score("ces", "all", 4.0)) == "Effort (CES), scale 1 to 7"
    assert name_of(score("csat", "all", 0.5)) == "Satisfied (CSAT), scale 1 to 5"
    assert name_of(score("other", "all", 0.5)) == "other, scale 1 to 5"


@pytest.mark.parametrize(
    ("sentiment", "mood"), [(0.6, "praise"), (0.15, "mixed"), (-0.15, "mixed"), (-0.2, "blame"), (None, "not told")]
)
def test_mood_is_told_by_mean_sentiment(sentiment: float | None, mood: str) -> None:
    """Near nothing is mixed; unknown stays unknown."""
    assert mood_of({"sentiment": sentiment}) == mood


def test_each_measure_has_a_panel_with_months_in_order_and_intervals() -> None:
    """Months run forward, whiskers reach from low to high, a month that tells nothing is left out."""
    recommended, content = feedback_pictures(FOUND, "en_US")["feedback_scores"]().data
    assert [str(each) for each in recommended.x] == ["2025-11-01", "2025-12-01"]
    assert list(recommended.y) == [-40.0, -58.0]
    assert list(recommended.error_y.array) == [10.0, 10.0]
    assert list(recommended.error_y.arrayminus) == [10.0, 10.0]
    assert list(content.y) == [0.4]


def test_axes_carry_the_unit() -> None:
    """Shares are written as percentages, points as points."""
    layout = feedback_pictures(FOUND, "en_US")["feedback_scores"]().layout
    assert (layout.yaxis.title.text, layout.yaxis2.title.text) == ("points", "share")
    assert layout.yaxis2.tickformat == ".0%"


def test_the_score_of_all_time_is_drawn_and_told() -> None:
    """A dashed line in each panel, and a sentence with answers and interval."""
    figure = feedback_pictures(FOUND, "en_US")["feedback_scores"]()
    assert sorted(each.y0 for each in figure.layout.shapes) == [-50.4, 0.41]
    said = notes("feedback_scores").description
    assert "Recommendation (NPS), scale 0 to 10: -50 points (-60 to -40) of 1,200 answers." in said


def test_the_as_of_stands_under_the_title_in_the_zone() -> None:
    """Instant and zone, in the reader's words."""
    assert "Jan 1, 2026" in notes("feedback_scores").basis
    assert "(Europe/London)" in notes("feedback_themes").basis
    assert "01.01.2026" in notes("feedback_scores", locale="de_DE").basis


def test_the_figures_stand_in_a_table_in_the_locale() -> None:
    """One row for each month that tells something."""
    rows = notes("feedback_scores", locale="de_DE").rows
    assert len(rows) == 3
    assert rows[0][4] == "1.200"
    assert rows[2][2] == "40\xa0%"


def test_themes_have_the_color_of_their_mood_and_the_commonest_stands_above() -> None:
    """Praise, mixed and blame are three hues that the legend names; bars are shares of texts."""
    figure = feedback_pictures(FOUND, "en_US")["feedback_themes"]()
    bars = {each.name: each for each in figure.data if len(each.x)}
    assert {name: each.marker.color for name, each in bars.items()} == {
        "Praise": LIGHT["green"], "Mixed": LIGHT["gray"], "Blame": LIGHT["vermillion"],
    }  # fmt: skip
    assert list(bars["Blame"].x) == [0.3]
    assert figure.layout.yaxis.categoryarray[-1] == "kind"
    assert (
        "'kind' is the commonest of 3 themes; themes of blame hold 30% of texts."
        in notes("feedback_themes").description
    )


def test_themes_that_may_not_be_claimed_are_not_drawn() -> None:
    """Neither unstable ones nor the row that only tells why there are none."""
    told = [theme("noise", 9, 0.1, stable=False), theme("", 0, None, terms=None)]
    assert set(feedback_pictures(FOUND | {"feedback_themes": told}, "en_US")) == {"feedback_scores"}


def test_groups_are_not_mixed_with_everybody() -> None:
    """Scores of a group stand in no panel of everybody."""
    told = [score("nps", "2025-11", 99.0, dimension="age"), score("nps", "2025-11", 5.0)]
    panels = feedback_pictures(FOUND | {"feedback_scores": told}, "en_US")["feedback_scores"]().data
    assert [list(each.y) for each in panels] == [[5.0]]


def test_without_months_and_themes_there_is_no_picture() -> None:
    """An empty workspace draws nothing, and needs no as-of for it."""
    empty = {"as_of": None, "feedback_scores": [score("nps", "all", 3.0)], "feedback_themes": []}
    assert feedback_pictures(empty, "en_US") == {}


def test_markup_in_words_of_customers_stays_text() -> None:
    """Words come from texts that anybody may write."""
    told = [theme("<b>bold</b>", 5, 0.5, terms="<script>")]
    figure = feedback_pictures(FOUND | {"feedback_themes": told}, "en_US")["feedback_themes"]()
    bar = next(each for each in figure.data if len(each.x))
    assert bar.y[0] == "&lt;b&gt;bold&lt;/b&gt;"
    assert bar.customdata[0][0] == "&lt;script&gt;"
