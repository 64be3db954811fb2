"""Moments: formats told from values, wall clocks turned to instants as the pinned zone data say."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.sources import times
from segmentry.terms import clock


def _read(engine: Engine, texts: list[str], style: times.TimeStyle | None = None) -> list[datetime | None]:
    table = ibis.memtable(pa.table({"place": range(len(texts)), "text": texts}))
    moment = times.read_moment(table.text, style or times.time_style(texts))
    return engine.arrow(table.select("place", moment=moment).order_by("place")).column("moment").to_pylist()


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"])
def test_wall_clocks_become_the_instants_that_the_clock_room_names(zone: str, engine: Engine) -> None:
    """Every half hour of a year, gaps and repeated hours included, equals `terms.clock.local_to_utc`."""
    first = datetime(2011, 1, 1)
    moments = [first + timedelta(minutes=30 * step) for step in range(17_600)]
    table = ibis.memtable(pa.table({"moment": pa.array(moments, pa.timestamp("us"))}))
    told = times.local_to_utc(table.moment, zone, moments[0], moments[-1])
    found = engine.arrow(table.select("moment", told=told))
    assert all(
        told == clock.local_to_utc(moment, zone)
        for moment, told in zip(found["moment"].to_pylist(), found["told"].to_pylist(), strict=True)
    )


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2011-01-31", datetime(2011, 1, 31)),
        ("2011-01-31T08:26:00", datetime(2011, 1, 31, 8, 26)),
        ("31/01/2011 08:26", datetime(2011, 1, 31, 8, 26)),
        ("1/31/2011 8:26 PM", datetime(2011, 1, 31, 20, 26)),
        ("31.1.11", datetime(2011, 1, 31)),
        ("31 Jan 2011", datetime(2011, 1, 31)),
        ("January 31, 2011", datetime(2011, 1, 31)),
        ("31-Jan-2011 08:26:30", datetime(2011, 1, 31, 8, 26, 30)),
        ("20110131", datetime(2011, 1, 31)),
        ("2011/01/31", datetime(2011, 1, 31)),
        ("1296462360", datetime(2011, 1, 31, 8, 26)),
        ("1296462360000", datetime(2011, 1, 31, 8, 26)),
        ("2011-01-31T10:26:00+02:00", datetime(2011, 1, 31, 8, 26)),
        ("2011-01-31 03:56:00 -0430", datetime(2011, 1, 31, 8, 26)),
        ("2011-01-31T08:26:00Z", datetime(2011, 1, 31, 8, 26)),
        ("2011-02-30", None),
        ("soon", None),
    ],
)
def test_each_way_of_writing_a_moment_is_read(text: str, moment: datetime | None, engine: Engine) -> None:
    """A column in one format is told from its values; what is no moment is null, never a guess."""
    assert _read(engine, [text]) == [moment]


def test_one_day_above_twelve_settles_a_column() -> None:
    """01/02 is the first of February where some value has a day above twelve in front, else an assumption."""
    assert times.time_style(["01/02/2011", "13/02/2011"]).day_formats == ("%d/%m/%Y",)
    assert times.time_style(["01/02/2011", "02/13/2011"]).month_formats == ("%m/%d/%Y",)
    assert times.time_style(["01/02/2011", "02/13/2011"]).certain
    assert not times.time_style(["01/02/2011"]).certain


def test_columns_that_mix_orders_put_ambiguous_days_aside(engine: Engine) -> None:
    """Where both orders are proved, only values that fit one of them are read."""
    texts = ["31/01/2011", "01/31/2011", "01/02/2011", "05/05/2011"]
    assert _read(engine, texts) == [datetime(2011, 1, 31), datetime(2011, 1, 31), None, datetime(2011, 5, 5)]
