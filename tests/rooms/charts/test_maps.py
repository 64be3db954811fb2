"""Maps: places, sizes, arrows, axes, gaps, labels, and what is said about their quality."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.charts import LIGHT, notes_of
from segmentry.charts.labels import HIGH, WIDE, Bubble, named
from segmentry.charts.notes import Notes
from segmentry.charts.theme import SEGMENTS
from segmentry.maps.tables import MAP_LEVELS
from tests.rooms.charts.found_tables import FOUND, map_axes, map_points, map_segments, nothing_found
from tests.rooms.charts.published import draw, gallery, published
from tests.rooms.charts.rows import table

METHODS = ("plain", "principal", "discriminant", "correspondence", "perceived")


def told(figure: go.Figure) -> Notes:
    notes = notes_of(figure)
    assert notes is not None
    return notes


def bubbles(figure: go.Figure) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data if trace.name and trace.name != "growth"}


def clouds(figure: go.Figure) -> list[Any]:
    return [trace for trace in figure.data if trace.marker.size == 4]


@pytest.mark.parametrize("method", METHODS)
def test_every_map_shows_segments_and_customers(method: str) -> None:
    """A bubble per segment at its place, its customers in the same hue."""
    figure = draw(f"map_{method}")
    found = bubbles(figure)
    assert [(found[name].x[0], found[name].y[0]) for name in ("Frequent", "New", "Silent")] == [(1, 2), (2, 1), (3, 0)]
    assert [found[name].marker.color for name in ("Frequent", "New", "Silent")] == [LIGHT[hue] for hue in SEGMENTS[:3]]
    assert [trace.marker.color for trace in clouds(figure)] == [LIGHT[hue] for hue in SEGMENTS[:3]]
    assert sum(len(trace.x) for trace in clouds(figure)) == 30


def test_areas_tell_value() -> None:
    """Areas of the bubbles stand to each other as their values do: 16 : 4 : 1, down to what can be seen."""
    tables = published(map_segments=map_segments())
    sizes = [bubbles(draw("map_plain", tables))[name].marker.size for name in ("Frequent", "New", "Silent")]
    assert (sizes[0] / sizes[1]) ** 2 == pytest.approx(4.0)
    assert (sizes[0] / sizes[2]) ** 2 == pytest.approx(16.0)


def test_without_value_areas_tell_customers() -> None:
    """One unknown value is enough: sizes are customers, and the caption says so."""
    figure = draw("map_plain", published(map_segments=map_segments(valued=False)))
    assert len({trace.marker.size for trace in bubbles(figure).values()}) == 1
    assert "number of customers (value is not known)" in told(figure).caption
    assert told(figure).basis.startswith("Exact.")


def test_arrows_point_up_where_a_segment_grows() -> None:
    """Up for +26 %, down for -14 %, none where growth is not known."""
    figure = draw("map_plain")
    (arrows,) = (trace for trace in figure.data if trace.name == "growth")
    assert list(arrows.marker.symbol) == ["arrow-up", "arrow-down"]
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert "Frequent<br>▲ 26%" in texts
    assert "New<br>▼ 14%" in texts
    assert "Silent" in texts
    assert "Arrows: revenue grows" in told(figure).caption


def test_growth_by_construction_draws_no_arrow() -> None:
    """Growth that follows from how segments were made is not drawn, and the caption says why."""
    figure = draw("map_plain", published(map_segments=map_segments(by_construction=True)))
    assert all(trace.name != "growth" for trace in figure.data)
    assert "No arrows of growth: the segments differ in when members bought" in told(figure).caption
    assert {row[6] for row in told(figure).rows} == {"not told"}


def test_axes_carry_names_units_and_published_ticks() -> None:
    """Logarithmic axes are written in the attribute's own unit, at the places published."""
    layout = draw("map_plain").layout
    assert list(layout.xaxis.tickvals) == [0.693, 1.386]
    assert list(layout.xaxis.ticktext) == ["1", "3"]
    assert layout.xaxis.title.text == "more purchase days →<br>purchase days (days)"


def test_axes_of_scores_have_names_and_no_numbers() -> None:
    """Scores have no unit a reader knows; the name of the axis is broken into lines."""
    layout = draw("map_principal").layout
    assert layout.xaxis.showticklabels is False
    assert layout.yaxis.title.text.count("<br>") == 1
    assert "more weekends" in layout.yaxis.title.text


def test_quality_is_said() -> None:
    """What the axes keep, and which segment is shown least well; a plain map keeps what it shows."""
    principal = told(draw("map_principal")).caption
    assert "The two axes keep 62% of the variance" in principal
    assert "Shown least well: Silent customers (30%)." in principal
    assert "62% of what separates the segments" in told(draw("map_discriminant")).caption
    plain = told(draw("map_plain")).caption
    assert "60% (across) and 40% (up) lies between segments" in plain
    assert "62%" not in plain


def test_only_claimed_gaps_are_drawn() -> None:
    """A candidate that was not found again is no gap; without ideal points an empty place is called empty."""
    figure = draw("map_plain")
    rings = [trace for trace in figure.data if trace.marker.symbol == "circle-open"]
    assert [(ring.x[0], ring.y[0]) for ring in rings] == [(2.5, 1.5)]
    assert "Rings: 1 gap, where demand is and no offer" in told(figure).caption
    assert "An empty place is not a gap in the market" in told(draw("map_principal")).caption


def test_at_most_two_thousand_points_are_drawn() -> None:
    """However many are published, the page stays small."""
    rows = [row for row in map_points(2500) if row["map"].endswith("plain")]
    figure = draw("map_plain", published(map_points=rows))
    assert sum(len(trace.x) for trace in clouds(figure)) == 2000
    assert "2,000 customers of an even sample" in told(figure).caption


def test_without_points_the_bubbles_stand_alone() -> None:
    """No sample published: no cloud, no sentence about it."""
    tables = published()
    del tables["map_points"]
    figure = draw("map_plain", tables)
    assert clouds(figure) == []
    assert "even sample" not in told(figure).caption


def test_a_map_of_another_segmentation_is_not_taken() -> None:
    """The map in question is that of the segmentation in question."""
    rows = [row | {"map": row["map"].replace(FOUND, "lifecycle")} for row in map_segments()]
    assert not {f"map_{method}" for method in METHODS} & set(gallery(published(map_segments=rows)))


def test_a_map_that_was_asked_for_has_a_name_of_its_own() -> None:
    """The map of a further segmentation stands beside the one in question and does not replace it."""

    def beside(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = {"purchase_1": "regular", "purchase_2": "lapsing", "purchase_3": "lapsed"}
        return rows + [
            row | {"map": "lifecycle/plain"} | ({"segment_id": ids[row["segment_id"]]} if "segment_id" in row else {})
            for row in rows
            if row["map"].endswith("/plain")
        ]

    tables = published(
        map_segments=beside(map_segments()), map_axes=beside(map_axes()), map_points=beside(map_points())
    )
    found = gallery(tables)
    assert set(bubbles(found["map_plain_lifecycle"]())) == {"Regular", "Lapsing", "Lapsed"}
    assert set(bubbles(found["map_plain"]())) == {"Frequent", "New", "Silent"}
    assert "map_principal_lifecycle" not in found


def test_where_rules_stand_in_their_map_is_drawn() -> None:
    """Without a segmentation found, the map is that of RFM."""

    def moved(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            row
            | {"map": row["map"].replace(FOUND, "rfm")}
            | ({"segment_id": f"s{int(row['segment_id'][-1]) - 1}"} if "segment_id" in row else {})
            for row in rows
        ]

    tables = published(
        segmentation_models=nothing_found(),
        map_segments=moved(map_segments()),
        map_axes=moved(map_axes()),
        map_points=moved(map_points()),
    )
    assert set(bubbles(draw("map_plain", tables))) == {"Champions", "Loyal", "Hibernating"}


def test_a_map_with_one_axis_is_no_map() -> None:
    """Half a map is not drawn."""
    rows = [row for row in map_axes() if row["axis"] == "x"]
    assert "map_plain" not in gallery(published(map_axes=rows))


def test_the_table_gives_value_with_interval() -> None:
    """Places, customers, value with its interval, growth and quality of every segment."""
    row = told(draw("map_plain")).rows[0]
    assert row[3:] == ("4", "£12,000", "£10,800 to £14,400", "26%", "90%")


shares = st.floats(0.0, 1.0)
some = st.lists(
    st.builds(
        Bubble,
        x=st.just(0.0),
        y=st.just(0.0),
        across=shares,
        up=shares,
        diameter=st.floats(9, 58),
        text=st.sampled_from(["New", "Frequent, recent", "Long silent,<br>narrow-basket"]),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(some)
def test_every_bubble_is_named_once_in_its_own_place(found: list[Bubble]) -> None:
    """Labels come in the order of the bubbles and are never written over their own bubble."""
    labels = named(found)
    assert [label["text"] for label in labels] == [bubble.text for bubble in found]
    for label, bubble in zip(labels, found, strict=True):
        assert abs(label["xshift"]) + abs(label["yshift"]) > bubble.diameter / 2


@settings(max_examples=40, deadline=None)
@given(st.builds(Bubble, st.just(0.0), st.just(0.0), shares, shares, st.floats(9, 58), st.just("Frequent, recent")))
def test_a_label_alone_stays_in_the_picture(bubble: Bubble) -> None:
    """At every edge there is a side on which the label has room."""
    (label,) = named([bubble])
    middle = (bubble.across * WIDE + label["xshift"], bubble.up * HIGH + label["yshift"])
    assert middle[0] - 50 >= -20
    assert middle[0] + 50 <= WIDE + 20
    assert 0 <= middle[1] <= HIGH


def test_labels_of_near_bubbles_do_not_cover_each_other() -> None:
    """Two bubbles side by side get their names on different sides."""
    pair = [Bubble(0, 0, 0.5, 0.5, 30, "Frequent, recent"), Bubble(0, 0, 0.55, 0.5, 28, "Frequent, lapsing")]
    one, other = named(pair)
    assert abs((0.05 * WIDE) + other["xshift"] - one["xshift"]) > 90 or abs(other["yshift"] - one["yshift"]) >= 15


def test_levels_of_a_correspondence_map_are_directions() -> None:
    """Diamonds keep direction, are drawn to the reach of the segments, and their names are escaped."""
    levels = [
        {"map": "mine/correspondence", "trait": "country", "level": "<b>UK</b>", "x": 3.0, "y": 0.0, "cos2": 1.0,
         "customers": 75},
        {"map": "mine/correspondence", "trait": "country", "level": "FR", "x": -3.0, "y": 4.0, "cos2": 1.0,
         "customers": 25},
    ]  # fmt: skip
    for row in levels:
        row["map"] = f"{FOUND}/correspondence"
    figure = draw("map_correspondence", published() | {"map_levels": table(MAP_LEVELS, levels)})
    drawn = next(trace for trace in figure.data if trace.name == "levels")
    assert drawn.x[0] > 0 > drawn.x[1]
    assert drawn.y[1] / drawn.x[1] == pytest.approx(4.0 / -3.0, rel=1e-3)
    assert "<b>" not in drawn.text[0]
    assert max(abs(value) for value in (*drawn.x, *drawn.y)) == pytest.approx(1.15 * 3)
