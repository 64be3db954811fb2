"""Places: what countries and cities tell, what is not known, and what regions prefer."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentry as sg
from segmentry.profiles import run_geographic
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.geographic import GeographicSpec
from segmentry.profiles.geographic.cities import atlas, densities, folded, tier
from segmentry.profiles.geographic.countries import country_code, main_language, world_place
from segmentry.profiles.geographic.preferences import preferences, told_openly
from segmentry.profiles.geographic.traits import climate_band, kilometers
from segmentry.terms.errors import SettingsError

AS_OF, LAST = datetime(2024, 6, 1), date(2024, 5, 31)


def publish(folder: Path, files: dict[str, str], **told: Any) -> tuple[dict[str, dict[str, Any]], sg.Workspace]:
    """Traits by customer, and the workspace, of files."""
    workspace = sg.init(folder / "shop", currency="EUR")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf8")
        workspace.load(folder / name)
    workspace.refresh(as_of=AS_OF)
    engine = workspace.engine
    with engine.run("refresh", AS_OF) as run:
        run_geographic.publish(run, GeographicSpec.from_settings(told, as_of=AS_OF, last_day=LAST), TraitCatalog())
    rows = engine.rows(engine.table("geographic_traits")) if engine.has("geographic_traits") else []
    return {row["customer_id"].removeprefix("customer:"): row for row in rows}, workspace


def rows_of(workspace: sg.Workspace, name: str) -> list[dict[str, Any]]:
    with workspace:
        return workspace.engine.rows(workspace.engine.table(name))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutschland", "DE"), ("EIRE", "IE"), ("usa", "US"), ("Frankreich", "FR"), ("États-Unis", "US"), ("NA", "NA"),
        ("gb", "GB"), ("uk", "GB"), ("Channel Islands", "GB"), ("Atlantis", None), ("XX", None), ("", None),
    ],
)  # fmt: skip
def test_countries_are_known_by_code_and_name(text: str, code: str | None) -> None:
    """Ten languages, codes and usual words; Namibia's code is not a missing value."""
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("code", "place", "language"),
    [
        ("DE", ("Europe", "Western Europe"), "de"), ("BR", ("South America", "South America"), "pt"),
        ("JP", ("Asia", "Eastern Asia"), "ja"), ("NZ", ("Oceania", "Australia and New Zealand"), "en"),
        ("MX", ("North America", "Central America"), "es"), ("EG", ("Africa", "Northern Africa"), "ar"),
    ],
)  # fmt: skip
def test_countries_lie_where_the_united_nations_put_them(code: str, place: tuple[str, str], language: str) -> None:
    """Continent and region after M49, the language after CLDR."""
    assert (world_place(code), main_language(code)) == (place, language)


def test_every_country_of_the_reference_data_lies_somewhere() -> None:
    """No country with a density lacks a continent."""
    assert {code for code in densities() if world_place(code) is None} <= {"AN", "CS"}


def test_cities_are_found_whatever_their_spelling() -> None:
    """Accents, case and names in other languages lead to the same city, the largest of its name."""
    munich = atlas().find("DE", "Munich")
    assert munich is not None
    assert munich == atlas().find("DE", "MÜNCHEN") == atlas().find("DE", "munchen")
    assert atlas().find("FR", "Munich") is None
    paris = atlas().find("US", "Paris")
    assert paris is not None
    assert paris.latitude < 40
    assert folded("São-Paulo ") == "saopaulo"


def test_settlements_are_told_by_people_and_by_what_is_near() -> None:
    """A city is urban, a small place beside a large city suburban, a small one far from any rural."""
    places = [atlas().find("DE", name) for name in ("Berlin", "Falkensee", "Husum")]
    assert atlas().settlement([each for each in places if each]) == ["urban", "suburban", "rural"]
    assert atlas().settlement([]) == []
    assert [tier(each) for each in (10_000_000, 9_999_999, 250_000, 249_999, 50_000, 49_999)] == [
        "megacity", "metropolis", "large city", "city", "city", "town",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("latitude", "band"),
    [(0.0, "tropical"), (-23.4, "tropical"), (23.5, "subtropical"), (-35.1, "temperate"), (60.1, "subpolar"),
     (-90.0, "polar"), (None, None)],
)  # fmt: skip
def test_climate_follows_the_latitude_of_either_hemisphere(latitude: float | None, band: str | None) -> None:
    """The bands end at the tropics, 35 and 60 degrees and the polar circles; no latitude is no climate."""
    table = ibis.memtable(pa.table({"north": pa.array([latitude], pa.float64())}))
    assert ibis.duckdb.connect().to_pyarrow(climate_band(table.north).name("band"))[0].as_py() == band


@settings(max_examples=20, deadline=None)
@given(st.tuples(*[st.floats(-90, 90), st.floats(-180, 180)] * 2))
def test_distance_is_a_metric_on_the_sphere(degrees: tuple[float, float, float, float]) -> None:
    """Never negative, never longer than half the circumference, the same both ways, and never missing."""
    names = ("north", "east", "other_north", "other_east")
    table = ibis.memtable(pa.table({name: pa.array([each]) for name, each in zip(names, degrees, strict=True)}))
    there = kilometers(*(table[name] for name in names))
    back = kilometers(*(table[name] for name in (*names[2:], *names[:2])))
    (row,) = ibis.duckdb.connect().to_pyarrow(table.select(out=there, home=back)).to_pylist()
    out, home = row["out"], row["home"]
    assert 0 <= out <= 20015.2
    assert out == pytest.approx(home, abs=1e-6)


def test_london_to_paris_is_344_kilometers() -> None:
    """The usual example of the haversine formula."""
    found = kilometers(*(ibis.literal(each) for each in (51.5074, -0.1278, 48.8566, 2.3522)))
    assert ibis.duckdb.connect().to_pyarrow(found).as_py() == pytest.approx(343.6, abs=0.5)


def test_places_become_traits_and_the_unknown_is_named(tmp_path: Path) -> None:
    """Country alone tells four traits, a city more; unknown countries and cities are listed with counts and reasons."""
    text = (
        "customer_id,country,city,state\nc1,Germany,München,Bavaria\nc2,GERMANY,Kleinkleckersdorf,\n"
        "c3,Atlantis,Paris,\nc4,Atlantis,Rome,\nc5,,,\nc6,France,,\n"
    )
    found, workspace = publish(tmp_path, {"customers.csv": text})
    unread = {(row["country"], row["city"]): row["customers"] for row in rows_of(workspace, "places_unread")}
    assert found["c1"]["home_city"] == "Munich"
    assert found["c1"]["home_region"] == "Bavaria"
    assert found["c1"]["city_tier"] == "metropolis"
    assert found["c1"]["climate_band"] == "temperate"
    assert (found["c2"]["country_code"], found["c2"]["home_city"], found["c2"]["settlement"]) == ("DE", None, None)
    assert found["c3"]["continent"] is None
    assert set(found["c5"].values()) == {"customer:c5", None}
    assert found["c6"]["country_language"] == "fr"
    assert unread == {("GERMANY", "Kleinkleckersdorf"): 1, ("Atlantis", None): 2}


def test_the_address_at_home_comes_first_and_work_has_its_own(tmp_path: Path) -> None:
    """Of several addresses the one at home counts, the latest of them; work gives city and distance."""
    files = {
        "customers.csv": "customer_id,country,city\nann,Germany,Berlin\nbob,Germany,Berlin\n",
        "addresses.csv": (
            "customer,channel,address,role,city,country,recorded_at\n"
            "ann,post,a,billing,Cologne,Germany,2024-05-01\nann,post,b,home,Munich,Germany,2023-01-01\n"
            "ann,post,c,home,Hamburg,Germany,2023-06-01\nann,post,d,home,Bremen,Germany,2031-01-01\n"
            "ann,post,e,work,Berlin,Germany,2023-01-01\n"
        ),
    }
    found, workspace = publish(tmp_path, files)
    workspace.close()
    assert (found["ann"]["home_city"], found["ann"]["work_city"]) == ("Hamburg", "Berlin")
    assert found["ann"]["work_distance"] == pytest.approx(255, abs=10)
    assert (found["bob"]["home_city"], found["bob"]["work_city"], found["bob"]["work_distance"]) == (
        "Berlin", None, None,
    )  # fmt: skip


def test_the_calendar_of_the_region_is_the_customers(tmp_path: Path) -> None:
    """Events everywhere, in the country and in the city; what lasts is 0 days away, what is over is gone."""
    files = {
        "customers.csv": "customer_id,country,city\nann,Germany,Berlin\nbob,France,Paris\neve,Spain,\n",
        "calendar.csv": (
            "event,area,started_on,ended_on\nGamescom,Germany,2024-06-10,2024-06-12\nTour,fr,2024-05-20,2024-06-15\n"
            "Marathon,Berlin,2024-06-05,\nOld,,2024-01-01,\nNew year,,2025-01-01,\n"
        ),
    }
    found, workspace = publish(tmp_path, files)
    workspace.close()
    assert {name: (row["next_event"], row["days_to_next_event"]) for name, row in found.items()} == {
        "ann": ("Marathon", 5),
        "bob": ("Tour", 0),
        "eve": ("New year", 215),
    }


def lines_of(cells: dict[tuple[str, str], tuple[int, float]]) -> tuple[Any, Any]:
    """Lines and areas: for each area and item so many customers who spend so much each."""
    lines, areas = [], []
    for (area, item), (customers, amount) in cells.items():
        for place in range(customers):
            id_ = f"{area}{item}{place}"
            areas.append({"customer_id": id_, "area": area})
            lines.append({"customer_id": id_, "category": item, "amount": amount})
    return ibis.memtable(pa.Table.from_pylist(lines)), ibis.memtable(pa.Table.from_pylist(areas))


@settings(max_examples=20, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz")),
        st.tuples(st.integers(1, 5), st.floats(1, 100)),
        min_size=1,
    )
)
def test_the_index_is_one_hundred_on_average(cells: dict[tuple[str, str], tuple[int, float]]) -> None:
    """Weighted by what areas buy, the mean index of every item is exactly 100 (Harris, Sleight & Webber 2005)."""
    table = preferences(*lines_of(cells), "category")
    rows = ibis.duckdb.connect().to_pyarrow(table).to_pylist()
    whole = sum(number * amount for number, amount in cells.values())
    weight = {area: 0.0 for area, _ in cells}
    for (area, _), (number, amount) in cells.items():
        weight[area] += number * amount / whole
    for item in {item for _, item in cells}:
        mean = sum(weight[row["area"]] * row["preference_index"] for row in rows if row["item"] == item)
        assert mean == pytest.approx(100, rel=1e-9)


def test_few_buyers_keep_their_preference_to_themselves() -> None:
    """Below the smallest number of buyers there is a reason instead of an index; what would tell it goes as well."""
    cells = {(area, item): (12, 10.0) for area in "ABC" for item in "xyz"} | {("A", "x"): (9, 10.0)}
    table = preferences(*lines_of(cells), "category")
    found = told_openly(ibis.duckdb.connect().to_pyarrow(table).to_pylist(), 10)
    rows = {(row["area"], row["item"]): row for row in found}
    first = rows["A", "x"]
    assert [first[name] for name in ("share", "preference_index", "index_low", "index_high")] == [None] * 4
    assert first["reason"] == "Fewer than 10 customers bought it there."
    lost = sorted(place for place, row in rows.items() if row["share"] is None)
    assert lost == [("A", "x"), ("A", "y"), ("B", "x"), ("B", "y")]
    assert rows["C", "x"]["share"] == pytest.approx(1 / 3)
    assert all((row["share"] is None) == (row["reason"] is not None) for row in found)
    assert all(row["base_share"] is not None for row in found)


def test_an_interval_by_hand() -> None:
    """Two buyers of x at 10, one at 30 of y: the lines of one customer count as one purchase."""
    lines = [("1", "x", 4.0), ("1", "x", 6.0), ("2", "x", 10.0), ("3", "y", 30.0), ("4", "x", 50.0)]
    columns = dict(zip(("customer_id", "category", "amount"), zip(*lines, strict=True), strict=True))
    areas = {"customer_id": ["1", "2", "3", "4"], "area": ["A", "A", "A", "B"]}
    table = preferences(ibis.memtable(pa.table(columns)), ibis.memtable(pa.table(areas)), "category")
    rows = {(row["area"], row["item"]): row for row in ibis.duckdb.connect().to_pyarrow(table).to_pylist()}
    error = math.sqrt((200 * 0.6**2 + 900 * 0.4**2) / 50**2) / 0.4
    found = rows["A", "x"]
    assert found["preference_index"] == pytest.approx(100 * 0.4 / 0.7)
    assert found["index_low"] == pytest.approx(found["preference_index"] * math.exp(-1.96 * error))
    assert found["index_high"] == pytest.approx(found["preference_index"] * math.exp(1.96 * error))
    whole = rows["B", "x"]
    assert whole["index_low"] == whole["index_high"] == pytest.approx(whole["preference_index"])


def test_intervals_hold_one_hundred_where_regions_do_not_differ() -> None:
    """Of areas that all buy alike, uneven spenders, 92 to 98 in a hundred intervals hold 100."""
    random = np.random.default_rng(0)
    places = [f"A{at}" for at in random.integers(0, 150, 15_000)]
    people = [f"c{at}" for at in range(15_000)]
    items, amounts = random.choice(["x", "y", "z", "w"], 15_000, p=[0.4, 0.3, 0.2, 0.1]), random.lognormal(size=15_000)
    lines = ibis.memtable(pa.table({"customer_id": people, "category": items, "amount": amounts}))
    table = preferences(lines, ibis.memtable(pa.table({"customer_id": people, "area": places})), "category")
    rows = told_openly(ibis.duckdb.connect().to_pyarrow(table).to_pylist(), 10)
    held = [row["index_low"] <= 100 <= row["index_high"] for row in rows if row["preference_index"] is not None]
    assert len(held) > 400
    assert 0.92 <= np.mean(held) <= 0.98


def test_nothing_told_publishes_nothing(tmp_path: Path) -> None:
    """Customers without places make no table."""
    found, workspace = publish(tmp_path, {"customers.csv": "customer_id,shoe\nc1,44\n"})
    workspace.close()
    assert found == {}


def test_wrong_settings_are_all_told() -> None:
    """Unknown names, no texts and no numbers come at once."""
    with pytest.raises(SettingsError) as caught:
        GeographicSpec.from_settings({"town": "x", "city": 3, "fewest_buyers": 0}, as_of=AS_OF, last_day=LAST)
    assert [each.code for each in caught.value.problems] == ["SETTING_UNKNOWN", "SETTING_WRONG", "SETTING_WRONG"]
