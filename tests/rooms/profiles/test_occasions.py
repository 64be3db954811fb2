"""Occasions as traits: windows day by day, indexes that leave chance at 1, and dates that return."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentry as sg
from segmentry.profiles.occasions.spec import OccasionSpec
from segmentry.profiles.occasions.traits import personal_traits, universal_traits
from segmentry.profiles.occasions.windows import day_table
from segmentry.terms.errors import SettingsError

FIRST, LAST = date(2023, 1, 1), date(2024, 12, 31)
CHRISTMAS = [
    {"event": "Christmas", "area": None, "started_on": date(year, 12, 24), "ended_on": date(year, 12, 26)}
    for year in (2023, 2024)
]
FAIR = {"event": "Fair", "area": "bremen", "started_on": date(2023, 10, 15), "ended_on": None}


def in_memory(rows: list[dict[str, Any]], **kinds: pa.DataType) -> Any:
    return ibis.memtable(pa.Table.from_pylist(rows, schema=pa.schema(kinds)))


def orders(*told: tuple[str, date, int]) -> Any:
    rows = [{"customer_id": who, "day": day, "orders": number} for who, day, number in told]
    return in_memory(rows, customer_id=pa.string(), day=pa.date32(), orders=pa.int64())


def begun(**first: date) -> Any:
    rows = [{"customer_id": who, "first_on": day} for who, day in first.items()]
    return in_memory(rows, customer_id=pa.string(), first_on=pa.date32())


def living(**areas: str) -> Any:
    rows = [{"customer_id": who, "areas": each} for who, each in areas.items()]
    return in_memory(rows, customer_id=pa.string(), areas=pa.string())


def answer(table: Any) -> dict[str, dict[str, Any]]:
    return {row["customer_id"]: row for row in ibis.duckdb.connect().to_pyarrow(table).to_pylist()}


def test_days_before_and_in_an_event_count() -> None:
    """Fourteen days before the first day to the last day, both ends in; the fair only for those who live there."""
    table = day_table([*CHRISTMAS, FAIR], ["|bremen"], FIRST, LAST, 14).to_pylist()
    days: dict[str, dict[date, str]] = {"": {}, "|bremen": {}}
    for row in table:
        if row["event"] is not None:
            days[row["areas"]][row["day"]] = row["event"]
    assert [min(days[""]), len(days[""])] == [date(2023, 12, 10), 34]
    assert date(2023, 12, 27) not in days[""]
    assert set(days["|bremen"].values()) == {"Christmas", "Fair"}
    assert len(days["|bremen"]) == 34 + 15
    assert {row["all_days"] for row in table if row["areas"] == ""} == {34}
    assert table[-1]["passed"] == table[-1]["all_days"]


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(0, 20)), max_size=6), st.integers(0, 30))
@settings(max_examples=25, deadline=None)
def test_windows_are_those_of_plain_reading(told: list[tuple[int, int]], before: int) -> None:
    """A day counts exactly where some event says so; of several, the one that begins first."""
    events = [
        {"event": f"e{place}", "area": None, "started_on": FIRST + timedelta(days=start),
         "ended_on": FIRST + timedelta(days=start + length)}
        for place, (start, length) in enumerate(told)
    ]  # fmt: skip
    for row in day_table(events, [], FIRST, LAST, before).to_pylist():
        day = row["day"]
        near = [each for each in events if each["started_on"] - timedelta(days=before) <= day <= each["ended_on"]]
        first = min(near, key=lambda each: (each["started_on"], each["event"]), default=None)
        assert row["event"] == (None if first is None else first["event"])


def test_who_orders_for_christmas_is_found() -> None:
    """Every repeat order in the fortnight before, for one; once in each month, for the other."""
    told = [
        ("gift", date(2023, 1, 5), 1),
        *(("gift", date(year, 12, 15 + k), 1) for year in (2023, 2024) for k in (0, 5)),
    ]
    told += [("steady", date(2023 + k // 12, 1 + k % 12, 5), 1) for k in range(24)]
    windows = ibis.memtable(day_table(CHRISTMAS, [], FIRST, LAST, 14))
    first = begun(gift=date(2023, 1, 5), steady=date(2023, 1, 5))
    found = answer(universal_traits(orders(*told), first, living(), windows))
    chance = 34 / 726
    assert found["gift"]["universal_occasion_share"] == 0.8
    assert found["gift"]["universal_occasion_index"] == pytest.approx((4 + 5) / (4 * chance + 5))
    assert found["gift"]["favorite_occasion"] == "Christmas"
    assert found["steady"]["universal_occasion_index"] == pytest.approx(5 / (23 * chance + 5))
    assert found["steady"]["favorite_occasion"] is None


def test_where_nobody_minds_the_calendar_the_index_is_one() -> None:
    """400 customers who order on random days: the mean index is 1 within its error, whenever they began."""
    rng, told, first = np.random.default_rng(7), [], {}
    for person in range(400):
        begin = int(rng.integers(0, 600))
        days = np.unique(rng.integers(begin + 1, 731, int(rng.integers(1, 12))))
        first[f"c{person}"] = FIRST + timedelta(days=begin)
        told += [(f"c{person}", FIRST + timedelta(days=int(day)), 1) for day in (begin, *days)]
    windows = ibis.memtable(day_table(CHRISTMAS, [], FIRST, LAST, 14))
    found = answer(universal_traits(orders(*told), begun(**first), living(), windows)).values()
    index = np.array([row["universal_occasion_index"] for row in found if row["universal_occasion_index"] is not None])
    assert abs(index.mean() - 1) < 4 * index.std() / np.sqrt(index.size)


def test_birthdays_return_every_year() -> None:
    """Over the turn of the year, on the 29th of February, and together with an anniversary."""
    told = [
        ("new", date(2023, 12, 25), 1), ("new", date(2024, 6, 1), 1),
        ("leap", date(2023, 2, 20), 1), ("leap", date(2024, 2, 28), 1), ("leap", date(2024, 3, 1), 1),
        ("pair", date(2023, 5, 1), 1), ("pair", date(2023, 5, 8), 2), ("pair", date(2023, 9, 9), 1),
        ("untold", date(2023, 5, 1), 1),
    ]  # fmt: skip
    kinds = {"customer_id": pa.string(), "birth_date": pa.date32(), "anniversary": pa.date32()}
    dates = in_memory(
        [
            {"customer_id": "new", "birth_date": date(1980, 1, 3), "anniversary": None},
            {"customer_id": "leap", "birth_date": date(1992, 2, 29), "anniversary": None},
            {"customer_id": "pair", "birth_date": date(1970, 5, 10), "anniversary": date(2001, 5, 12)},
            {"customer_id": "untold", "birth_date": None, "anniversary": None},
        ],
        **kinds,
    )
    first = begun(new=date(2023, 12, 25), leap=date(2023, 2, 20), pair=date(2023, 5, 1), untold=date(2023, 5, 1))
    found = answer(personal_traits(orders(*told), first, dates, 14))
    assert set(found) == {"new", "leap", "pair"}
    assert found["new"]["personal_occasion_share"] == 0.5
    assert found["leap"]["personal_occasion_share"] == pytest.approx(2 / 3)
    assert found["pair"]["personal_occasion_share"] == 0.75
    window = (15 + 15 - 13) / 365.2425
    assert found["pair"]["personal_occasion_index"] == pytest.approx((2 + 5) / (3 * window + 5))


def test_files_become_traits(tmp_path: Path) -> None:
    """Orders, births, a wedding and a calendar with a regional fair; what is not told stays unknown."""
    lines = [f"c0,{k},{day},10" for k, day in enumerate(("2024-01-05", "2024-10-10", "2024-10-12", "2024-06-20"))]
    lines += [f"c1,{9 + k},{day},10" for k, day in enumerate(("2024-01-05", "2024-10-10", "2024-10-11"))]
    texts = {
        "orders": "customer_id,order_id,order_date,amount\n" + "\n".join(lines) + "\n",
        "people": "customer_id,date_of_birth,wedding_date,city\n"
        "c0,25.06.1980,2024-09-01,Bremen\nc1,,,\nc2,31.12.1999,2019-01-01,\n",
        "events": "event,area,start_date,end_date,kind\nFair,Bremen,2024-10-15,2024-10-20,regional\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf8")
    with sg.init(tmp_path / "shop", currency="EUR") as workspace:
        workspace.load(tmp_path / "orders.csv")
        workspace.load(tmp_path / "people.csv", table="customers")
        workspace.load(tmp_path / "events.csv", table="calendar")
        workspace.refresh(as_of=datetime(2024, 11, 1))
        rows = {row["customer_id"]: row for row in workspace.table("occasion_traits").table().to_pylist()}
        catalog = {row["trait"] for row in workspace.engine.rows(workspace.engine.table("trait_catalog"))}
    own, other = rows["customer:c0"], rows["customer:c1"]
    assert own["personal_occasion_share"] == 0.25
    assert (own["life_event"], own["days_since_life_event"]) == ("wedding_date", 60)
    assert other["universal_occasion_share"] == 0.0
    assert other["personal_occasion_share"] is None
    assert rows.get("customer:c2", {"life_event": None})["life_event"] is None
    assert {"favorite_occasion", "life_event", "personal_occasion_index"} <= catalog


def test_nothing_told_publishes_nothing(tmp_path: Path) -> None:
    """Without calendar, births and life events there is no table, and no trait in the catalog."""
    (tmp_path / "orders.csv").write_text("customer_id,order_id,order_date,amount\na,1,2024-01-01,5\n", encoding="utf8")
    with sg.init(tmp_path / "shop", currency="EUR") as workspace:
        workspace.load(tmp_path / "orders.csv")
        workspace.refresh()
        assert not workspace.engine.has("occasion_traits")


def test_settings_are_read_and_mistakes_told_at_once() -> None:
    """Columns by name, days in bounds, events by their columns."""
    when: dict[str, Any] = {"as_of": datetime(2024, 1, 2), "last_day": date(2024, 1, 1)}
    spec = OccasionSpec.from_settings({"birth_date": "born", "life_events": ["housewarming"], "days_before": 7}, **when)
    assert spec.column("birth_date", ["given_born"]) == "given_born"
    assert spec.rare(["given_housewarming", "given_wedding_date"]) == {"housewarming": "given_housewarming"}
    with pytest.raises(SettingsError) as caught:
        OccasionSpec.from_settings({"days_befor": 7, "days_before": 99, "life_events": [], "anniversary": 5}, **when)
    assert len(caught.value.problems) == 4
