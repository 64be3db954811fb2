"""Pictures: what they show, what they say about it, and when there is none."""

from __future__ import annotations

import json
from datetime import date

import plotly.graph_objects as go
import pytest

from segmentry.charts import LIGHT, notes_of
from segmentry.charts.gallery import PICTURES
from segmentry.charts.notes import Notes
from segmentry.profiles.tables import CUSTOMER_DAYS, MONTHLY_SALES
from segmentry.value.tables import ACTIVITY_COSTS, CUSTOMER_VALUE, SEGMENT_VALUE, VALUE_SUMMARY
from tests.rooms.charts.published import (
    CUSTOMERS,
    Tables,
    activities,
    customers,
    draw,
    gallery,
    published,
    segments,
    summary,
    table,
    values,
)

NAMES = tuple(picture.name for picture in PICTURES)
MONEY = {"monthly_sales", "segments", "value_per_customer", "activity_costs", "found_segments", "growth_parts"}
ESTIMATED = {
    "segments", "value_per_customer", "lifecycle", "value_tiers", "purchase_tracking", "frequency_fit",
    "activity_probability", "recency_frequency", "found_segments", "segment_profiles", "stability_by_number",
    "stability_by_segment", "segment_origins", "gorge", "map_plain", "map_principal", "map_discriminant",
    "map_correspondence",
    "map_perceived", "growth_parts", "priority_matrix", "priority_first", "gate", "guard",
}  # fmt: skip
MAPS = {"map_plain", "map_principal", "map_discriminant", "map_correspondence", "map_perceived"}
FOUND_ONLY = {
    "found_segments", "segment_profiles", "stability_by_number", "stability_by_segment", "segment_origins", "gorge",
    "gate", "guard",
}  # fmt: skip
LARGE = {"customer_days", "purchase_history", "customer_value", "rfm_scores"}


def told(figure: go.Figure) -> Notes:
    notes = notes_of(figure)
    assert notes is not None
    return notes


def axis_titles(figure: go.Figure) -> str:
    layout = figure.layout.to_plotly_json()
    return " ".join(axis.get("title", {}).get("text", "") for name, axis in layout.items() if name[1:5] == "axis")


@pytest.fixture(scope="module")
def figures() -> dict[str, go.Figure]:
    return {name: picture() for name, picture in gallery(published()).items()}


def test_every_picture_is_drawn_in_reading_order(figures: dict[str, go.Figure]) -> None:
    """With every table published, every picture is there, in the order of the gallery."""
    assert tuple(figures) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_says_what_it_is(figures: dict[str, go.Figure], name: str) -> None:
    """Title, as-of, exact or estimated, a description and a table stand with each figure."""
    notes = told(figures[name])
    assert "As of the end of Mar 20, 2024." in notes.basis
    assert ("stimated" in notes.basis) == (name in ESTIMATED)
    assert notes.title
    assert notes.description
    assert notes.caption
    assert notes.rows
    assert {len(row) for row in notes.rows} == {len(notes.columns)}


@pytest.mark.parametrize("name", NAMES)
def test_every_axis_has_a_title(figures: dict[str, go.Figure], name: str) -> None:
    """No axis is left without saying what it measures; months and years speak for themselves."""
    titles = axis_titles(figures[name])
    assert titles.strip()
    if name in MONEY:
        assert "(GBP)" in titles


@pytest.mark.parametrize("name", sorted(MONEY))
def test_without_a_currency_amounts_are_currency_units(name: str) -> None:
    """Where the data tell no currency, none is made up."""
    figure = draw(name, published(currency=None))
    assert "(currency units)" in axis_titles(figure)
    assert "GBP" not in figure.to_json()


@pytest.mark.parametrize("name", NAMES)
def test_colors_of_traces_differ(figures: dict[str, go.Figure], name: str) -> None:
    """Traces that a legend tells apart have colors that differ, all of them from the palette."""
    marked = [trace for trace in figures[name].data if trace.name and trace.showlegend is not False]
    colors = [(trace.marker.color or trace.line.color) for trace in marked if trace.type != "heatmap"]
    assert len(set(colors)) == len(colors)
    assert set(colors) <= set(LIGHT.values())


@pytest.mark.parametrize("name", NAMES)
def test_grounds_are_transparent(figures: dict[str, go.Figure], name: str) -> None:
    """A figure takes the ground of the page it stands on."""
    layout = figures[name].layout.template.layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_without_tables_there_is_no_picture() -> None:
    """Nothing published, nothing drawn."""
    assert gallery({}) == {}


def test_empty_tables_give_no_picture() -> None:
    """Tables without rows give no picture, not an empty one."""
    empty = {name: full.slice(0, 0) for name, full in published().items()}
    assert gallery(empty) == {}


@pytest.mark.parametrize(
    ("missing", "gone"),
    [
        ("monthly_sales", {"monthly_sales", "cohorts"}),
        ("purchase_tracking", {"purchase_tracking"}),
        ("frequency_fit", {"frequency_fit"}),
        ("activity_costs", {"activity_costs"}),
        ("profit_curve", {"concentration", "whale_curve"}),
        ("rfm_scores", {"rfm_grid"}),
        ("segment_solutions", {"stability_by_number", "stability_by_segment", "segment_origins"}),
        ("segment_stability", {"stability_by_number", "stability_by_segment", "segment_origins"}),
        ("segment_gorge", {"gorge"}),
        ("segment_profiles", {"segment_profiles"}),
        ("segment_gate", {"gate", "stability_by_segment"}),
        ("segment_guard", {"guard"}),
        ("segment_growth", {"growth_parts"}),
        ("segment_priority", {"priority_matrix", "priority_first"}),
        ("map_segments", MAPS),
        ("map_axes", MAPS),
        ("map_points", set()),
        ("map_gaps", set()),
        ("map_summary", set()),
        ("priority_summary", set()),
        ("segmentation_models", FOUND_ONLY | MAPS | {"growth_parts", "priority_matrix", "priority_first"}),
        ("purchase_history", {"activity_probability", "recency_frequency"}),
        ("value_summary", {"seasons", "activity_probability", "recency_frequency"}),
    ],
)
def test_a_missing_table_takes_only_its_pictures(missing: str, gone: set[str]) -> None:
    """The other pictures stay, and can be drawn."""
    tables = published()
    del tables[missing]
    left = gallery(tables)
    assert set(NAMES) - set(left) == gone
    assert all(isinstance(picture(), go.Figure) for picture in left.values())


def test_large_tables_are_read_only_when_a_picture_is_drawn() -> None:
    """Asking which pictures there are reads no table with a row per customer."""
    from segmentry.charts import pictures

    tables, asked = published(), []

    def read(name: str):  # type: ignore[no-untyped-def]
        asked.append(name)
        return tables[name]

    found = pictures(read, tables.__contains__, "en_US")
    assert not LARGE & set(asked)
    found["rfm_grid"]()
    assert {"rfm_scores", "customer_value"} <= set(asked)
    assert len(asked) == len(set(asked)), "a small table is read once"


def test_where_value_is_refused_no_estimate_is_drawn() -> None:
    """A refused model leaves the exact pictures only, and those show no value."""
    left = gallery(published(valued=False))
    assert not {"segments", "value_per_customer", "activity_probability", "recency_frequency"} & set(left)
    figure = left["lifecycle"]()
    assert list(figure.data[0].y) == ["Customers", "Net revenue"]
    assert "stimated" not in told(figure).basis


def test_months_show_new_and_returning_customers(figures: dict[str, go.Figure]) -> None:
    """New and returning add up to the customers of the month; the month that is not over is paler."""
    revenue, returning, new = figures["monthly_sales"].data
    assert [a + b for a, b in zip(returning.y, new.y, strict=True)] == list(range(10, 17))
    assert list(revenue.y) == [1000 + 250 * place for place in range(7)]
    assert list(revenue.marker.opacity) == [1, 1, 1, 1, 1, 1, 0.45]
    assert "Mar 2024 is covered only in part" in told(figures["monthly_sales"]).caption


def test_a_month_that_is_over_is_not_paler() -> None:
    """Whether a month is whole depends on the last day that counts, not on its place."""
    tables = published()
    earlier = [row for row in tables["monthly_sales"].to_pylist() if row["month"] < date(2024, 3, 1)]
    tables["monthly_sales"] = table(MONTHLY_SALES, earlier)
    figure = draw("monthly_sales", tables)
    assert set(figure.data[0].marker.opacity) == {1.0}
    assert "covered only in part" not in told(figure).caption


def test_seasons_stand_on_the_average_month(figures: dict[str, go.Figure]) -> None:
    """Bars start at 100 and end at the index; how few years stand behind them is said."""
    (bars,) = figures["seasons"].data
    assert bars.base == 100
    assert [100 + each for each in bars.y] == [80.0 + 5 * month for month in range(11)] + [105.0]
    assert "about 2 comparisons, so no interval" in told(figures["seasons"]).caption


def test_concentration_marks_the_published_shares(figures: dict[str, go.Figure]) -> None:
    """The marks at 10 and 20 % are the exact published shares, not points read off a thinned curve."""
    marks = figures["concentration"].data[-1]
    assert list(marks.y) == [40.0, 60.0]
    assert list(marks.text) == ["top 10%: 40%", "top 20%: 60%"]


def test_the_whale_curve_shades_those_who_lose_money(figures: dict[str, go.Figure]) -> None:
    """From the peak to the end of the curve, and only where the peak lies above the total."""
    shaded = figures["whale_curve"].layout.shapes
    assert [(shape.x0, shape.x1) for shape in shaded] == [(80.0, 100)]
    assert "peaks at 125% of the total with 80% of customers" in told(figures["whale_curve"]).caption
    assert figures["whale_curve"].layout.yaxis.range[1] > 125


def test_a_whale_curve_without_losses_shades_nothing() -> None:
    """Where nobody loses money, nobody is shown as losing it."""
    tables = published()
    curve = tables["profit_curve"].to_pylist()
    for row in curve:
        row["amount_share"] = min(row["amount_share"], 1.0)
    tables["profit_curve"] = tables["profit_curve"].from_pylist(curve, schema=tables["profit_curve"].schema)
    figure = draw("whale_curve", tables)
    assert not figure.layout.shapes
    assert "No customers lose money" in told(figure).caption


def test_the_grid_counts_every_scored_customer(figures: dict[str, go.Figure]) -> None:
    """Cells hold customers and their share of revenue; a cell without customers stays empty."""
    (heat,) = figures["rfm_grid"].data
    assert heat.text[2][2] == "4<br>65.0%"  # 26 of 40 purchase days at 100 each
    assert heat.text[0][0] == "4<br>10.0%"
    assert heat.z[0][2] is None
    assert sum(int(row[2]) for row in told(figures["rfm_grid"]).rows) == CUSTOMERS


def test_segments_carry_both_intervals(figures: dict[str, go.Figure]) -> None:
    """Value bars reach from low to high: thin for what will be seen, thick for the mean."""
    size, bars, mean = figures["segments"].data
    assert list(size.x) == [4, 4, 4]
    assert list(bars.x) == [12_000.0, 6_000.0, 4_000.0]
    assert list(bars.error_x.array) == pytest.approx([6_000.0, 3_000.0, 2_000.0])
    assert list(bars.error_x.arrayminus) == pytest.approx([3_600.0, 1_800.0, 1_200.0])
    assert list(mean.error_x.array) == pytest.approx([2_400.0, 1_200.0, 800.0])
    assert mean.error_x.thickness > bars.error_x.thickness
    assert told(figures["segments"]).rows[0][-2:] == ("£10,800 to £14,400", "£8,400 to £18,000")


def test_an_unknown_outcome_draws_no_interval() -> None:
    """Where what will be seen has no finite interval, no line is drawn and the table says so."""
    tables, described = published(), segments()
    rows = [row | {"outcome_low": None, "outcome_high": None} for row in values(described)]
    tables["segment_value"] = table(SEGMENT_VALUE, rows)
    figure = draw("segments", tables)
    assert set(figure.data[1].error_x.array) == {0}
    assert told(figure).rows[0][-1] == "not estimable"


def test_value_per_customer_divides_value_and_interval(figures: dict[str, go.Figure]) -> None:
    """The interval of a mean per customer is the interval of the sum over the customers."""
    (dots,) = figures["value_per_customer"].data
    assert list(dots.x) == [3000.0, 1500.0, 1000.0]
    assert list(dots.error_x.array) == pytest.approx([600.0, 300.0, 200.0])
    assert list(dots.error_x.arrayminus) == pytest.approx([300.0, 150.0, 100.0])


@pytest.mark.parametrize("name", ["lifecycle", "value_tiers"])
def test_a_split_adds_up_to_the_whole(figures: dict[str, go.Figure], name: str) -> None:
    """Customers, revenue and value of the parts each make 100 %."""
    totals = [sum(shares) for shares in zip(*(trace.x for trace in figures[name].data), strict=True)]
    assert totals == pytest.approx([100.0, 100.0, 100.0])
    assert "£" in told(figures[name]).rows[0][-1], "the interval of the value stands in the table"


def test_segments_keep_their_own_order() -> None:
    """Not the order of ids or sizes, but the one in which they were described."""
    tables = published(names=("Zeta", "Alpha", "Mid"))
    figure = draw("value_per_customer", tables)
    assert list(figure.data[0].y) == ["Zeta", "Alpha", "Mid"]


def test_tracking_shades_the_weeks_held_out(figures: dict[str, go.Figure]) -> None:
    """Both panels shade from the first to the last week the model had not seen."""
    figure = figures["purchase_tracking"]
    assert {(str(shape.x0), str(shape.x1)) for shape in figure.layout.shapes} == {("2024-02-11", "2024-02-25")}
    assert len(figure.layout.shapes) == 2
    assert "off by 8.0% on average and a single week by 20.0%" in told(figure).caption


def test_frequencies_show_the_range_of_chance(figures: dict[str, go.Figure]) -> None:
    """The expected counts carry the range of a binomial count; the last column is that many or more."""
    actual, expected = figures["frequency_fit"].data
    assert list(actual.x) == ["0", "1", "2", "3", "4+"]
    total = sum(expected.y)
    assert expected.error_y.array[0] == pytest.approx(1.96 * (38 * (1 - 38 / total)) ** 0.5, abs=0.01)


def test_probabilities_count_every_customer_once(figures: dict[str, go.Figure]) -> None:
    """One-day buyers stand apart, since some models call all of them active."""
    several, once = figures["activity_probability"].data
    assert sum(several.y) == 7
    assert sum(once.y) == 5
    assert once.y[-1] == 5
    assert "read that bar with care" in told(figures["activity_probability"]).caption


def test_the_map_of_expectations_leaves_empty_cells_empty(figures: dict[str, go.Figure]) -> None:
    """A cell without customers has no mean, so nothing stands in it."""
    (heat,) = figures["recency_frequency"].data
    filled = [text for line in heat.text for text in line if text]
    empty = [z for line, texts in zip(heat.z, heat.text, strict=True) for z, text in zip(line, texts, strict=True)]
    assert len(filled) == len(told(figures["recency_frequency"]).rows)
    assert empty.count(None) == len(empty) - len(filled)
    assert sum(int(row[2]) for row in told(figures["recency_frequency"]).rows) == CUSTOMERS


def test_cohorts_count_orders_and_not_returns(figures: dict[str, go.Figure]) -> None:
    """Of two new in Q4 one orders in Q1; the goods brought back in Q2 are no order."""
    (heat,) = figures["cohorts"].data
    assert list(heat.y) == ["2023 Q4 (2)", "2024 Q1 (1)"]
    assert [list(line) for line in heat.text] == [["50%", "0%"], ["0%", ""]]


def test_activities_show_unused_capacity_where_it_is_told(figures: dict[str, go.Figure]) -> None:
    """The dearest activity comes first; an untold capacity is no zero."""
    charged, unused = figures["activity_costs"].data
    assert list(charged.y) == ["returns", "order handling"]
    assert list(unused.x) == [None, 60.0]
    assert told(figures["activity_costs"]).rows[1][-1] == "not told"


def test_overused_capacity_is_in_sight() -> None:
    """Where more was used than supplied, the bar goes below zero and the axis with it."""
    tables = published()
    rows = [row | {"unused": -40.0} for row in activities()]
    tables["activity_costs"] = table(ACTIVITY_COSTS, rows)
    assert list(draw("activity_costs", tables).layout.xaxis.range) == pytest.approx([-48.0, 288.0])


def test_a_locale_changes_how_numbers_are_written() -> None:
    """German readers get their own marks, months and place of the currency."""
    figure = draw("monthly_sales", locale="de_DE")
    assert figure.layout.separators == ",."
    assert told(figure).rows[-1][:2] == ("März 2024", "2.500")
    assert told(draw("segments", locale="de_DE")).rows[0][2] == "12.000\u00a0£"


def test_names_from_the_data_are_shown_as_they_are() -> None:
    """Markup in a segment's name reaches neither the figure's markup nor its templates."""
    hostile = "<a href='javascript:x'>%{x}</a><script>alert(1)</script>"
    figure = draw("value_per_customer", published(names=(hostile, "B", "C")))
    shown = figure.data[0].y[0]
    assert "<" not in shown
    assert shown.startswith("&lt;a href=")
    assert hostile[:5] not in figure.data[0].hovertemplate


def test_a_segment_named_like_a_number_stays_a_name() -> None:
    """Plotly would make an axis of numbers of them."""
    figure = draw("segments", published(names=("2011", "12", "1e5")))
    assert figure.layout.yaxis.type == "category"


def test_notes_are_only_read_from_our_figures() -> None:
    """A foreign figure has none."""
    assert notes_of(go.Figure()) is None


def test_a_large_base_has_no_cohorts() -> None:
    """Above a number of orders the days of all customers are not read for one picture."""
    tables: Tables = published()
    rows = [row | {"orders": 1_000_000} for row in tables["monthly_sales"].to_pylist()]
    tables["monthly_sales"] = table(MONTHLY_SALES, rows)
    assert "cohorts" not in gallery(tables)


def test_shares_of_a_loss_are_not_drawn() -> None:
    """Where a segment brought back more than it bought, shares of net revenue mean nothing: the bar is left out."""
    tables = published()
    rows = [row | {"revenue": -50.0} for row in values(segments())]
    tables["segment_value"] = table(SEGMENT_VALUE, rows)
    figure = draw("lifecycle", tables)
    assert list(figure.data[0].y) == ["Customers", "Value (estimated)"]


def test_the_grid_of_a_loss_shows_customers() -> None:
    """With negative revenue in a cell the shares are shares of customers, and the caption says so."""
    tables = published()
    rows = [row | {"revenue": -1.0} for row in customers()[1]]
    tables["customer_value"] = table(CUSTOMER_VALUE, rows)
    figure = draw("rfm_grid", tables)
    assert figure.data[0].text[2][2] == "4<br>33.3%"
    assert "their share of customers" in told(figure).caption


def test_errors_that_are_not_known_are_not_made_up() -> None:
    """Where nothing was bought in the weeks held out there is no error, and the caption names none."""
    tables = published()
    refused = {"not_estimable": "Nothing was bought in the holdout."}
    errors = {"cumulative_error": refused, "incremental_error": refused, "total_error": refused}
    found = summary()
    found["clv"]["tracking"] = errors
    tables["value_summary"] = table(VALUE_SUMMARY, [{"document": json.dumps(found)}])
    assert "the expected line has no interval" in told(draw("purchase_tracking", tables)).caption


def test_only_the_youngest_cohorts_are_drawn_of_a_long_history() -> None:
    """At most sixteen quarters have room; how many are left out is said, and the shares stay theirs."""
    tables = published()
    bought = [
        {"customer_id": f"c{quarter}", "day": date(2015 + quarter // 4, 3 * (quarter % 4) + 1, 5), "orders": 1}
        | {"placed_amount": 10, "net_amount": 10}
        for quarter in range(20)
    ]
    bought.append(bought[0] | {"day": date(2019, 12, 1)})
    tables["customer_days"] = table(CUSTOMER_DAYS, bought)
    figure = draw("cohorts", tables)
    assert figure.data[0].y[0] == "2016 Q1 (1)"
    assert len(figure.data[0].y) == 15
    assert "The 4 oldest quarters are left out" in told(figure).caption
