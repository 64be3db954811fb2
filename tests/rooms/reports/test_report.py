"""The report: complete, self-contained, honest about what it does not know, safe against what data are called."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from segmentry.charts import DARK, LIGHT, Writer
from segmentry.reports import render
from segmentry.reports.told import is_estimate, refusals
from segmentry.reports.unknown import unlock
from tests.rooms.charts.published import gallery, published
from tests.rooms.reports.documents import REFUSED, clv, costed, document, estimate, file_report, segment
from tests.rooms.reports.pages import Page, read

MEGABYTE = 1_000_000
HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


def page_of(told: dict[str, Any], figures: dict[str, go.Figure] | None = None, locale: str = "en_US") -> Page:
    return read(render(told, figures or {}, locale, title="Shop"))


def estimates(value: Any) -> list[dict[str, Any]]:
    """Every estimate in a document."""
    if is_estimate(value):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for item in items for found in estimates(item)]


@pytest.fixture(scope="module")
def figures() -> dict[str, go.Figure]:
    return {name: picture() for name, picture in gallery(published()).items()}


@pytest.fixture(scope="module")
def html(figures: dict[str, go.Figure]) -> str:
    return render(document(), figures, "en_US", title="Shop")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read(html)


def test_the_page_is_well_formed(page: Page) -> None:
    """Every tag is closed where it must be, and no id stands twice."""
    assert page.faults == []
    ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_from_elsewhere(html: str, page: Page) -> None:
    """The page needs no other file and no network, and forbids the browser to fetch any."""
    for element in page.elements:
        for name in ("src", "href", "srcset", "data", "action", "poster"):
            assert not element.attributes.get(name, "").lower().startswith(("http", "//", "file", "ftp")), element
    assert not page.named("link")
    assert not page.named("iframe")
    assert all("src" not in each.attributes for each in page.named("script"))
    assert not re.search(r"@import|url\(", " ".join(page.styles))
    policy = next(each for each in page.named("meta") if each.attributes.get("http-equiv"))
    assert policy.attributes["content"].startswith("default-src 'none'")
    assert "connect-src" not in policy.attributes["content"]
    assert "unsafe-eval" not in html


def test_plotly_is_embedded_once(html: str) -> None:
    """One copy serves all figures."""
    assert len(re.findall(r"plotly\.js v\d", html)) == 1
    assert html.count("Plotly.register(") == 1


def test_the_page_stays_small(figures: dict[str, go.Figure]) -> None:
    """Under 8 MB also with a large document: many files, columns, reasons and segments."""
    files = [
        file_report(f"orders-{number}.csv", kept={f"c{n}": f"given_{n}" for n in range(5000)}) for number in range(60)
    ]
    told = document(
        source=document()["source"] | {"files": files},
        segments=[segment(f"Segment {number}", number) for number in range(300)],
    )
    assert len(render(told, figures, "en_US", title="Shop").encode()) < 8 * MEGABYTE


def test_sections_come_in_order(page: Page) -> None:
    """The reader meets what was read before what follows from it, and what is unknown before the method."""
    ids = [each.attributes["id"] for each in page.named("section") if "id" in each.attributes]
    assert ids == [
        "read", "glance", "customers", "found", "map", "worth", "strategy", "segments", "value", "costs", "further",
        "unknown", "method",
    ]  # fmt: skip
    anchors = {each.attributes["href"][1:] for each in page.named("a")}
    assert anchors == {*ids, "content"}


def test_every_figure_is_shown_with_its_words_and_table(figures: dict[str, go.Figure], page: Page) -> None:
    """An image's text, a caption and a table for those who cannot see it; data as JSON for the script."""
    plots = {each.attributes["data-figure"]: each for each in page.elements if "data-figure" in each.attributes}
    assert set(plots) == set(figures)
    assert all(each.attributes["role"] == "img" and each.attributes["aria-label"] for each in plots.values())
    data = [each.attributes["id"] for each in page.named("script") if each.attributes.get("type") == "application/json"]
    assert {f"data-{name}" for name in figures} <= set(data)
    tables = [each for each in page.named("table") if each.attributes.get("class") == "figures"]
    assert len(tables) == len(figures)


def test_figures_are_readable_json_without_notes(html: str) -> None:
    """Titles and tables stand on the page, so the data do not carry them a second time."""
    found = re.findall(r'<script type="application/json" id="data-[a-z_]+">(.*?)</script>', html, re.DOTALL)
    layouts = [json.loads(text)["layout"] for text in found]
    assert layouts
    assert all("meta" not in layout and "title" not in layout for layout in layouts)


def test_headings_do_not_skip_a_level(page: Page) -> None:
    """One main heading, and each level under the one before it."""
    levels = [int(each.name[1]) for each in page.elements if re.fullmatch(r"h[1-6]", each.name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_tables_say_what_their_heads_stand_over(page: Page) -> None:
    """Each table has heads with a scope, and lies in a box that scrolls by itself and can be reached by keyboard."""
    assert all(each.attributes.get("scope") in ("col", "row") for each in page.named("th"))
    boxes = [each for each in page.elements if each.attributes.get("class") == "scroll"]
    assert len(boxes) == len(page.named("table"))
    assert all(each.attributes["tabindex"] == "0" and each.attributes["aria-label"] for each in boxes)


def test_the_reader_can_skip_to_the_report(page: Page) -> None:
    """The first link leads past the head of the page; the language is told."""
    assert page.named("a")[0].attributes["href"] == "#content"
    assert page.named("html")[0].attributes["lang"] == "en"


def test_both_themes_are_there(page: Page) -> None:
    """Every color by name, light and dark, by the reader's wish or by choice; paper is light."""
    (style,) = page.styles
    for name in LIGHT:
        variable = f"--{name.replace('_', '-')}: "
        assert style.count(f"{variable}{LIGHT[name]};") == 2, "screen and paper"
        assert style.count(f"{variable}{DARK[name]};") == 2, "wish and choice"
    assert "@media (prefers-color-scheme: dark)" in style
    assert "@media print" in style


def test_colors_have_their_partners(html: str) -> None:
    """The script exchanges each color of a figure for its partner."""
    text = re.search(r'id="partners">(.*?)</script>', html)
    assert text is not None
    assert json.loads(text[1]) == {LIGHT[name]: DARK[name] for name in LIGHT}


@pytest.mark.parametrize("told", [document(), costed()], ids=["without costs", "with costs"])
def test_every_estimate_appears_with_its_interval(told: dict[str, Any]) -> None:
    """Value, low and high of each estimate in the document stand on the page."""
    text, write = page_of(told).text, Writer("en_US", "GBP")
    found = estimates(told)
    assert len(found) >= 9
    for each in found:
        assert write.money(each["estimate"]) in text
        assert f"{write.money(each['low'])} to {write.money(each['high'])}" in text


unasked = ("not part of this version", "rules leave nothing to chance", "rules are not chosen")


@pytest.mark.parametrize("told", [document(), costed()], ids=["without costs", "with costs"])
def test_every_refusal_is_shown_with_its_reason(told: dict[str, Any]) -> None:
    """No reason is kept from the reader, but for questions that the report does not ask."""
    text = page_of(told).text.lower()
    asked = [reason for _, reason in refusals(told) if not any(part in reason for part in unasked)]
    assert asked
    for reason in asked:
        assert reason.lower() in text


def test_a_refused_model_gives_sentences_and_no_numbers(figures: dict[str, go.Figure]) -> None:
    """Where nothing can be estimated the page says why, and shows neither 0 nor an empty chart."""
    reason = {"not_estimable": "only 3 customers bought again; 20 are needed"}
    entries = [segment("Champions", 0, value=reason, outcome=reason, value_share=None, expected_active=None)]
    told = document(clv=reason | {"checks": []}, segments=entries, further_segmentations={})
    exact = {name: figure for name, figure in figures.items() if name in ("monthly_sales", "concentration")}
    page = page_of(told, exact)
    assert "Future value is not known Only 3 customers bought again; 20 are needed." in page.text
    assert "What customers will bring cannot be estimated: only 3 customers bought again" in page.text
    assert "Value is not known: Only 3 customers bought again; 20 are needed." in page.text
    assert "with care" not in page.text
    assert [each.attributes["data-figure"] for each in page.elements if "data-figure" in each.attributes] == list(exact)


def test_an_almost_empty_document_still_gives_a_page() -> None:
    """What the document lacks is said to be unknown."""
    page = page_of({})
    assert page.faults == []
    assert "No customer placed an order that counts." in page.text
    assert "currency units" in page.text


def test_rows_are_accounted_for(page: Page) -> None:
    """Read = used + left out + put aside, and each step says how many rows and customers are left."""
    assert "1,000 rows read = 900 used + 80 left out by named rules + 20 put aside" in page.text
    assert "Put aside: date not readable −20 980" in page.text
    assert "Rule fees: postage and charges: no goods −80 900 410 £123" in page.text
    assert "Used 900 410 £120,000" in page.text


def test_columns_and_gaps_are_explained(page: Page) -> None:
    """Which column was taken for what and why; what each gap costs the analysis."""
    assert "customer Customer ID Its name is usual for this. 99%" in page.text
    assert "20 of 1,000 rows are empty. 2.0% These rows cannot be given to anybody." in page.text
    assert "“Shelf” as given_shelf" in page.text


def test_a_table_without_gaps_says_so() -> None:
    """Silence would leave the reader wondering."""
    told = document(source=document()["source"] | {"files": [file_report(quality=[])]})
    assert "No gap was found" in page_of(told).text


def test_revenue_is_not_called_lifetime_value(page: Page) -> None:
    """Without a margin the measure keeps its own name, and what would unlock CLV is said."""
    assert "It is not a customer lifetime value (CLV), which needs a margin" in page.text
    assert "That is revenue and not profit" in page.text
    assert "Set margin_rate in segmentry.toml" in page.text


def test_with_costs_the_page_speaks_of_margin_and_profit() -> None:
    """Margin, its source, cost-to-serve, losses and the cost of a new customer."""
    text = page_of(costed()).text
    assert "Value is customer lifetime value (CLV)" in text
    assert "The margin is 40.0% of net revenue (source: setting margin_rate)" in text
    assert "Serving customers cost £7,926 to date, 6.6% of net revenue. Capacity worth £2,383 stood unused" in text
    assert "81 customers cost more than they brought, £1,731 in all." in text
    assert "£5,000 was spent to acquire, and 100 customers were new in that time: £50.00 for each." in text
    assert "not profit" not in text


def test_warnings_are_loud_and_come_first(page: Page) -> None:
    """Failed before warned, in a box of their own, and counted in the opening; repeats are told once."""
    assert "of 4 checks of the model, 1 failed and 1 warned" in page.text
    notice = page.text.index("Read these estimates with care")
    failed, warned = page.text.index("11 cohorts repeat otherwise."), page.text.index("26% of customers come early.")
    assert notice < failed < warned < page.text.index("Checks of the data and the model")
    assert page.text.count("The likelihood was maximized.") == 1
    assert any(each.attributes.get("class") == "notice care" for each in page.named("aside"))


def test_without_warnings_there_is_no_alarm() -> None:
    """Calm where all is in order."""
    told = document(clv=clv(checks=[check for check in clv()["checks"] if check["status"] == "passed"]))
    page = page_of(told)
    assert "with care" not in page.text
    assert not [each for each in page.named("aside") if each.attributes.get("class") == "notice care"]


def test_parameters_stand_with_their_errors(page: Page) -> None:
    """Of both models, rounded to what they mean."""
    assert "BG/NBD r 0.6692 0.016" in page.text
    assert "Gamma-Gamma p 2.214 0.111" in page.text
    assert "off by 7.5% on average, single weeks by 20.0%, and the total was 2.0% too low." in page.text


def test_an_unknown_outcome_is_explained() -> None:
    """An infinite interval is no interval: the cell says so and the reason stands below."""
    reason = {"not_estimable": "what will be seen has no finite interval: spend differs too much between customers"}
    told = document(segments=[segment("Champions", 0, outcome=reason)])
    assert "Where it says “not estimable”: What will be seen has no finite interval" in page_of(told).text


@pytest.mark.parametrize(
    "told",
    [
        document(segments=[segment(HOSTILE, 0)], further_segmentations={HOSTILE: [segment(HOSTILE, 1)]}),
        document(source=document()["source"] | {"files": [file_report(HOSTILE, kept={HOSTILE: HOSTILE})]}),
        document(source=document()["source"] | {"files": [file_report(quarantined={HOSTILE: 20})]}),
        document(clv=clv(model=HOSTILE, reasons=[HOSTILE], parameters={HOSTILE: 1.0})),
        document(season={"not_estimable": HOSTILE}, timezone=HOSTILE, currency=HOSTILE),
    ],
    ids=["segments", "files", "reasons", "models", "settings"],
)
def test_texts_from_the_data_stay_texts(told: dict[str, Any]) -> None:
    """Markup in names is shown, never run: the page has the same elements as without it."""
    page = read(render(told, {}, "en_US", title=HOSTILE))
    assert page.faults == []
    assert not page.named("img")
    assert len(page.named("script")) == 4
    assert not [each for each in page.elements if any(name.startswith("on") for name in each.attributes)]
    assert "<img src=x onerror=alert(1)>" in page.text


def test_figures_cannot_break_out_of_their_data() -> None:
    """A segment's name that closes a script element stays inside it."""
    tables = published(names=(HOSTILE, "B", "C"))
    drawn = {name: picture() for name, picture in gallery(tables).items()}
    drawn["segments"].update_layout(annotations=[{"text": HOSTILE}])
    page = page_of(document(), drawn)
    assert page.faults == []
    assert len(page.named("script")) == 4 + len(drawn)
    assert not page.named("img")


def test_locales_write_differently() -> None:
    """Numbers, money, days and the names of months on the axes follow the locale."""
    american, german = (render(document(), {}, locale, title="Shop") for locale in ("en_US", "de_DE"))
    assert "£120,000" in american
    assert "Mar 20, 2024" in american
    assert "120.000\u00a0£" in german
    assert "20.03.2024" in german
    assert '"März"' in german
    assert '"decimal":",","thousands":"."' in german


def test_without_a_currency_the_unit_is_named() -> None:
    """Amounts without a currency are currency units, in words."""
    text = page_of(document(currency=None)).text
    assert "Amounts in currency units." in text
    assert "120,000 currency units" in text
    assert "£" not in text


def test_cells_under_a_unit_do_not_repeat_it() -> None:
    """The head names the unit; only where none does, the words stand with the amount."""
    text = page_of(document(currency=None)).text
    assert "Used 900 410 120,000 " in text
    assert "48,889 to\u00a059,753" in text or "48,889 to 59,753" in text


def test_one_is_written_in_the_singular() -> None:
    """One customer, one order, one segment."""
    told = document(customers={"known": 1, "buyers": 1, "repeat_buyers": 0}, orders=1, segments=[segment("Only", 0)])
    text = page_of(told).text
    assert "1 customer placed 1 order worth" in text
    assert "1 segment. Each customer" in text


def test_the_as_of_is_told_in_the_zone_of_the_workspace() -> None:
    """Midnight in Berlin, though the document carries UTC."""
    text = page_of(document(as_of="2024-03-20T23:00:00Z", timezone="Europe/Berlin"), locale="en_GB").text
    assert "As of 21 Mar 2024, 00:00 (Europe/Berlin)." in text


def test_a_foreign_figure_is_shown_all_the_same() -> None:
    """A figure without notes, under a name the sections do not know, stands in a section of its own."""
    figure = go.Figure(go.Bar(x=[1, 2], y=[3, float("nan")]))
    page = page_of(document(), {"own_picture": figure})
    assert [each.attributes["data-figure"] for each in page.elements if "data-figure" in each.attributes] == [
        "own_picture"
    ]
    assert "Further pictures" in page.text
    assert "Own picture" in page.text


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (REFUSED["not_estimable"], "margin_rate"),
        ("no activities with their cost rates are loaded", "activities"),
        ("Seasons need 24 months or more, and there are 14.", "longer history"),
        ("no forecast of newcomers is made", "later version"),
        ("something never met before", "More or better data"),
    ],
)
def test_refusals_say_what_would_help(reason: str, advice: str) -> None:
    """Each kind of refusal comes with its key."""
    assert advice in unlock(reason)


def test_a_total_without_a_second_interval_is_shown_alone() -> None:
    """Customers' value is shown with the interval that is known, and the other is explained."""
    total = {"mean": estimate(98_765.0), "outcome": {"not_estimable": "spend differs too much"}}
    text = page_of(document(clv=clv(total=total))).text
    assert "The 95% interval of that expectation runs from £88.9K to £108.6K." in text
    assert "What will be seen has no interval Spend differs too much." in text
