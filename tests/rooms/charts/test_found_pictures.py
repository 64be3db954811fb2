"""Pictures of found segments: proof, profiles, growth, priority, gate and guard, drawn from small published tables."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import pytest

from segmentry.charts import LIGHT, notes_of
from segmentry.charts.notes import Notes
from segmentry.charts.stability import BANDS
from segmentry.charts.theme import SEGMENTS
from tests.rooms.charts.found_tables import (
    FOUND,
    IDS,
    gate,
    gorge,
    growth,
    guard,
    nothing_found,
    priority,
    profiles,
    solutions,
    stability,
)
from tests.rooms.charts.published import Tables, draw, gallery, published

HOSTILE = "<b onclick=x>%{x}</b><script>alert(1)</script>"
FOUND_PICTURES = (
    "found_segments", "segment_profiles", "stability_by_number", "stability_by_segment", "segment_origins", "gorge",
    "map_plain", "map_principal", "map_discriminant",
    "map_correspondence", "map_perceived", "growth_parts", "priority_matrix",
    "priority_first", "gate", "guard",
)  # fmt: skip
PROOF = {
    "found_segments", "segment_profiles", "stability_by_number", "stability_by_segment", "segment_origins", "gorge",
    "gate", "guard",
}  # fmt: skip


def told(figure: go.Figure) -> Notes:
    notes = notes_of(figure)
    assert notes is not None
    return notes


def boxes(figure: go.Figure) -> list[Any]:
    return [trace for trace in figure.data if trace.type == "box"]


def test_where_nothing_was_found_nothing_is_proved() -> None:
    """The summary of a refusal leaves no picture of proof, even where tables of an earlier fit still hold rows."""
    left = gallery(published(segmentation_models=nothing_found()))
    assert not PROOF & set(left)
    assert {"segments", "rfm_grid", "lifecycle"} <= set(left)


@pytest.mark.parametrize("name", FOUND_PICTURES)
def test_hostile_names_are_shown_as_text(name: str) -> None:
    """Markup and fields of templates in a segment's name reach neither the figure's markup nor its templates."""
    figure = draw(name, published(found=(HOSTILE, "B", "C")))
    shown = figure.to_plotly_json()
    shown["layout"].pop("meta")
    assert "<script>" not in str(shown)
    assert "<b onclick" not in str(shown)
    assert all("%{x}</b>" not in str(trace.hovertemplate) for trace in figure.data)


@pytest.mark.parametrize("name", FOUND_PICTURES)
def test_names_stand_in_the_notes_as_they_are(name: str) -> None:
    """The page escapes notes itself; escaped twice, a reader would see the escapes."""
    notes = told(draw(name, published(found=("Salt & Pepper customers", "B", "C"))))
    words = str(notes)
    if name != "found_segments":
        assert "&amp;" not in words


def test_boxes_hold_every_pair_of_every_number() -> None:
    """One box per number of segments from all bootstrap pairs: 0.7, 0.8, 0.9, 1.0."""
    found = boxes(draw("stability_by_number"))
    assert [box.x[0] for box in found] == [2, 3, 4]
    for box in found:
        assert box.median[0] == pytest.approx(0.85)
        assert (box.q1[0], box.q3[0]) == pytest.approx((0.775, 0.925))
        assert (box.lowerfence[0], box.upperfence[0]) == pytest.approx((0.7, 1.0))


def test_the_chosen_number_is_marked_and_others_are_not() -> None:
    """A band behind the chosen number in both panels, and a stronger box."""
    figure = draw("stability_by_number")
    shades = [box.fillcolor for box in boxes(figure)]
    assert shades == [LIGHT["scale_1"], LIGHT["scale_3"], LIGHT["scale_1"]]
    assert {(shape.x0, shape.x1) for shape in figure.layout.shapes} == {(3 - 0.42, 3 + 0.42)}
    assert len(figure.layout.shapes) == 2


def test_each_criterion_marks_its_own_choice() -> None:
    """The choice of a criterion is filled and large, so that disagreement is seen."""
    lines = {trace.name: trace for trace in draw("stability_by_number").data if trace.type == "scatter"}
    assert list(lines["Weakest segment (SLSW)"].marker.symbol) == ["circle", "circle-open", "circle-open"]
    assert list(lines["Prediction strength"].marker.symbol) == ["square-open", "square", "square-open"]
    assert list(lines["Silhouette width"].y) == [0.3, 0.25, 0.2]
    assert max(lines["Prediction strength"].marker.size) == lines["Prediction strength"].marker.size[1]


def test_disagreement_is_told_in_words() -> None:
    """The description names the choice of every criterion."""
    notes = told(draw("stability_by_number"))
    assert "Global stability: 2" in notes.description
    assert "Prediction strength: 3" in notes.description
    assert "BIC: 4" in notes.description
    assert notes.rows[1][0] == "3 (chosen)"
    assert notes.rows[0][1] == "0.90 (0.85 to 0.95)\u00a0●"
    assert "3 segments are stable." in notes.caption


def test_a_criterion_without_a_value_is_no_zero() -> None:
    """Where a criterion cannot be given, no point is drawn and the table says so."""
    rows = [row | ({"value": None} if row["criterion"] == "silhouette" else {}) for row in solutions()]
    figure = draw("stability_by_number", published(segment_solutions=rows))
    assert "Silhouette width" not in {trace.name for trace in figure.data}
    assert told(figure).rows[0][4] == "not estimable"


def test_each_segment_gets_its_own_stability() -> None:
    """Segments are listed by worth and solutions are not: the boxes follow the mean published for each segment."""
    figure = draw("stability_by_segment")
    assert [box.y[0] for box in boxes(figure)] == ["Frequent", "New", "Silent"]
    assert [box.median[0] for box in boxes(figure)] == pytest.approx([0.95, 0.8, 0.55])
    assert [row[1] for row in told(figure).rows] == ["0.95", "0.80", "0.55"]


def test_bands_are_those_of_hennig() -> None:
    """0.60, 0.75 and 0.85 (Hennig 2007): a mean of 0.95 is highly stable, 0.80 stable, 0.55 unstable."""
    assert [high for _, high, _ in BANDS] == [0.6, 0.75, 0.85, 1.0]
    figure = draw("stability_by_segment")
    assert [row[3] for row in told(figure).rows] == ["highly stable", "stable", "unstable"]
    assert "The weakest is Silent customers, with a mean of 0.55 (unstable)." in told(figure).description
    assert [shape.x1 for shape in figure.layout.shapes] == [0.6, 0.75, 0.85, 1.0]


def test_the_axis_reaches_the_lowest_pair() -> None:
    """No box is cut off at the left."""
    rows = [row | ({"value": 0.2} if row["measure"] == "slsw" and row["pair"] == 0 else {}) for row in stability()]
    means = dict.fromkeys(IDS[:1], (0.95 * 4 - (0.95 - 0.015) + 0.2) / 4)
    changed = [
        row
        | ({"value": means[row["segment_id"]]} if row["criterion"] == "stable" and row["segment_id"] in means else {})
        for row in gate()
    ]
    figure = draw("stability_by_segment", published(segment_stability=rows, segment_gate=changed))
    assert figure.layout.xaxis.range[0] < 0.2


def test_lines_lead_from_where_members_came() -> None:
    """A line from each segment to the one before that most of its members were in; as thick as SLSA is high."""
    figure = draw("segment_origins")
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    assert len(lines) == 3 + 4
    assert {tuple(line.x) for line in lines} == {(2, 3), (3, 4)}
    assert lines[0].line.width > lines[1].line.width > lines[2].line.width
    assert lines[0].opacity == 1.0
    dots = [trace for trace in figure.data if trace.mode == "markers"]
    assert [len(trace.x) for trace in dots] == [2, 3, 4]


def test_the_chosen_solution_carries_names_and_hues() -> None:
    """Segments of the chosen number are named in their own colors; those of other numbers are gray."""
    figure = draw("segment_origins")
    two, three, _ = [trace for trace in figure.data if trace.mode == "markers"]
    assert set(two.marker.color) == {LIGHT["gray"]}
    assert set(three.marker.color) == {LIGHT[name] for name in SEGMENTS[:3]}
    texts = {annotation.text for annotation in figure.layout.annotations}
    assert {"Frequent", "New", "Silent", "<b>chosen</b>"} <= texts
    rows = told(figure).rows
    assert len(rows) == 7
    assert ("2 to 3", "New customers", "1.00", "segment 1 of 2") in rows


def test_one_number_alone_has_no_origins() -> None:
    """With one number tried there is nothing to survive."""
    tables = published(
        segment_solutions=[row for row in solutions() if row["k"] == 3],
        segment_stability=[row for row in stability() if row["k"] == 3 and row["measure"] != "slsa"],
    )
    left = gallery(tables)
    assert "segment_origins" not in left
    assert boxes(left["stability_by_number"]())[0].x[0] == 3


def test_gorge_plots_count_the_sample() -> None:
    """A histogram per segment in its own hue; the table tells how much lies between the ends."""
    figure = draw("gorge")
    assert len(figure.data) == 3
    assert all(list(bar.y) == [60, 10, 30] for bar in figure.data)
    assert [bar.marker.color for bar in figure.data] == [LIGHT[name] for name in SEGMENTS[:3]]
    assert told(figure).rows[0] == ("Frequent customers", "60%", "10%", "30%")
    assert "sample of 100" in told(figure).caption


def test_a_gorge_without_customers_is_left_out() -> None:
    """No picture of empty histograms."""
    assert "gorge" not in gallery(published(segment_gorge=[row | {"customers": 0} for row in gorge()]))


def test_profiles_keep_the_published_order_and_mark_markers() -> None:
    """Variables in the published order, the same in all panels; markers strong, others pale; descriptors left out."""
    figure = draw("segment_profiles")
    assert [list(bar.y) for bar in figure.data] == [["purchase days", "tenure days"]] * 3
    first = figure.data[0]
    assert list(first.x) == pytest.approx([1.5, -0.3])
    assert list(first.marker.color) == [LIGHT["blue"], LIGHT["part_gray"]]
    assert list(first.customdata[0]) == ["10.0 (base 5.00)", "8.00 (base 4.00)"]
    assert "Frequent customers: high purchase days" in told(figure).description
    assert "Silent customers: low purchase days" in told(figure).description


def test_profiles_share_one_scale() -> None:
    """Panels can be compared: one range for all, zero in the middle."""
    layout = draw("segment_profiles").layout
    ranges = {tuple(layout[axis].range) for axis in ("xaxis", "xaxis2", "xaxis3")}
    assert len(ranges) == 1
    low, high = ranges.pop()
    assert low == -high < -1.5


def test_an_unknown_difference_is_no_bar() -> None:
    """A variable without a difference keeps its line and says so in the table."""
    rows = [row | ({"difference": None} if row["variable"] == "tenure_days" else {}) for row in profiles()]
    figure = draw("segment_profiles", published(segment_profiles=rows))
    assert figure.data[0].x[1] is None
    assert told(figure).rows[1][2] == "not known"


def test_parts_of_growth_add_up_to_the_change() -> None:
    """Signed parts add up to the diamond, for the base and for each segment."""
    figure = draw("growth_parts")
    base, segments = figure.data[:4], figure.data[4:]
    for customers, frequency, value, change in (base, segments):
        sums = [sum(parts) for parts in zip(customers.x, frequency.x, value.x, strict=True)]
        assert sums == pytest.approx(list(change.x))
    assert list(base[3].x) == [260.0]
    assert list(segments[3].x) == [260.0, -140.0, 50.0]
    assert figure.layout.barmode == "relative"


def test_growth_is_told_with_interval_or_reason() -> None:
    """Growth with its interval; where there was nothing to grow from, none is made up."""
    rows = {row[0]: row for row in told(draw("growth_parts")).rows}
    assert rows["Frequent customers"][-2:] == ("26%", "21% to 31%")
    assert rows["Silent customers"][-2:] == ("not estimable", "not estimable")
    assert rows["The whole base"][4] == "£300 (£280 to £320)"


def test_growth_by_construction_is_said() -> None:
    """Where segments differ in when members bought, their growth is no news, and the caption says so."""
    plain = told(draw("growth_parts")).caption
    warned = told(draw("growth_parts", published(segment_growth=growth(by_construction=True)))).caption
    assert "follows from how they were made" in warned
    assert "follows from how they were made" not in plain


def test_growth_without_a_base_shows_segments() -> None:
    """Without a row of the whole base the segments stand alone."""
    rows = [row for row in growth() if row["segmentation"] != "base"]
    figure = draw("growth_parts", published(segment_growth=rows))
    assert len(figure.data) == 4
    assert [row[0] for row in told(figure).rows] == ["Frequent customers", "New customers", "Silent customers"]


def bubbles(figure: go.Figure) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data if trace.name}


def test_the_matrix_places_strength_across_and_attractiveness_up() -> None:
    """Nine cells, a bubble per segment at its scores, hollow where it is knocked out."""
    figure = draw("priority_matrix")
    assert len(figure.layout.shapes) == 9
    found = bubbles(figure)
    assert (found["Frequent"].x[0], found["Frequent"].y[0]) == (0.8, 0.9)
    assert found["Silent"].marker.symbol == "circle-open"
    assert found["Frequent"].marker.symbol == "circle"


def test_ties_show_a_range_of_ranks() -> None:
    """Segments that cannot be told apart carry the same range; a knocked-out one carries none."""
    texts = [annotation.text for annotation in draw("priority_matrix").layout.annotations]
    assert "<b>1.–2.</b> Frequent" in texts
    assert "<b>1.–2.</b> New" in texts
    assert "Silent<br>(knocked out)" in texts


def test_bubbles_grow_with_value_by_area() -> None:
    """Values stand as 3 : 1.5 : 1, so do the areas."""
    found = bubbles(draw("priority_matrix"))
    areas = [found[name].marker.size ** 2 for name in ("Frequent", "New", "Silent")]
    assert areas[0] / areas[1] == pytest.approx(2.0)
    assert areas[0] / areas[2] == pytest.approx(3.0)


def test_the_matrix_tells_weights_and_what_was_not_scored() -> None:
    """Weights of the study, and why a criterion could not be scored."""
    caption = told(draw("priority_matrix")).caption
    assert "Attractiveness by value 0.6." in caption
    assert "Not scored: growth, because it is not known." in caption
    assert told(draw("priority_matrix")).rows[2][-1] == "size 0.01, at least 0.02 asked"


def test_without_value_bubbles_follow_customers() -> None:
    """Where value is refused, the size is the number of customers, and the caption says so."""
    figure = draw("priority_matrix", published(valued=False))
    assert "number of customers (value is not known)" in told(figure).caption
    assert len({trace.marker.size for trace in figure.data}) == 1


def test_probabilities_of_the_first_place() -> None:
    """Only segments that stand are ranked; a tie is called a tie."""
    figure = draw("priority_first")
    (bars,) = figure.data
    assert list(bars.x) == pytest.approx([55.0, 45.0])
    assert list(bars.y) == ["1.–2. Frequent", "1.–2. New"]
    assert "cannot be told apart" in told(figure).description


def test_a_clear_first_is_no_tie() -> None:
    """With groups of their own, the first is first."""
    rows = priority()
    rows[1] |= {"tie_group": 2, "rank_low": 2, "probability_first": 0.0}
    rows[0] |= {"rank_high": 1, "probability_first": 1.0}
    notes = told(draw("priority_first", published(segment_priority=rows)))
    assert notes.description == "Frequent customers is first with a probability of 100%."


def test_scores_that_are_not_known_leave_no_picture() -> None:
    """No place in the matrix and no probability: no picture, not an empty one."""
    unknown = dict.fromkeys(("attractiveness", "strength", "probability_first"))
    left = gallery(published(segment_priority=[row | unknown for row in priority()]))
    assert not {"priority_matrix", "priority_first"} & set(left)


def test_the_gate_tells_passed_failed_and_unproven_apart() -> None:
    """By mark and by color, six criteria in the order in which they are asked."""
    (heat,) = draw("gate").data
    assert list(heat.x) == ["measurable", "substantial", "reachable", "distinct", "actionable", "stable"]
    assert [list(line) for line in heat.text] == [
        ["✓", "✓", "?", "✓", "?", "✓"],
        ["✓", "✓", "?", "✓", "?", "✓"],
        ["✓", "✓", "?", "✓", "?", "✗"],
    ]
    assert heat.z[2][5] < heat.z[2][2] < heat.z[2][0]
    assert "Of 18 answers: 11 passed, 1 failed, 6 unproven." in told(draw("gate")).description


def test_a_criterion_that_was_not_asked_is_unproven() -> None:
    """A missing row is not a pass."""
    rows = [row for row in gate() if row["criterion"] != "distinct"]
    (heat,) = draw("gate", published(segment_gate=rows)).data
    assert [line[3] for line in heat.text] == ["?", "?", "?"]


def test_the_guard_shows_both_lifts() -> None:
    """Break-even and detectable lift per segment; what is not known is not drawn."""
    figure = draw("guard")
    pays, shown = (trace for trace in figure.data if trace.mode == "markers")
    assert list(pays.x) == pytest.approx([5.0, 10.0, None])
    assert list(shown.x) == pytest.approx([20.0, 200.0, None]), "cut at 200 %"
    assert shown.customdata[1] == "350.0%"
    rows = told(figure).rows
    assert rows[1][1:4] == ("unproven", "Frequent customers", "£100")
    assert rows[2][4:6] == ("not estimable", "not estimable")


def test_a_guard_without_lifts_is_left_out() -> None:
    """Nothing known, nothing drawn."""
    rows = [row | {"break_even_lift": None, "detectable_lift": None} for row in guard()]
    assert "guard" not in gallery(published(segment_guard=rows))


def test_rows_of_other_segmentations_are_not_mixed_in() -> None:
    """Growth and priority of segments by rules stay out of the pictures of those found."""
    other = [row | {"segmentation": "rfm", "segment_id": "s0"} for row in growth() if row["segmentation"] == FOUND][:1]
    figure = draw("growth_parts", published(segment_growth=growth() + other))
    assert list(figure.data[7].x) == [260.0, -140.0, 50.0]


def test_where_rules_stand_in_their_growth_is_shown() -> None:
    """Without a segmentation found, growth is that of the segments by RFM."""
    rows = [row | ({} if row["segmentation"] == "base" else {"segmentation": "rfm"}) for row in growth()]
    renamed = [
        row | ({"segment_id": f"s{IDS.index(row['segment_id'])}"} if row["segment_id"] in IDS else {}) for row in rows
    ]
    tables: Tables = published(segmentation_models=nothing_found(), segment_growth=renamed)
    assert [row[0] for row in told(draw("growth_parts", tables)).rows[1:]] == ["Champions", "Loyal", "Hibernating"]


def test_many_segments_keep_hues_of_the_palette() -> None:
    """Hues repeat after seven; every color stays one of the theme."""
    figure = draw("gorge")
    assert {bar.marker.color for bar in figure.data} <= set(LIGHT.values())
