"""Demographic traits: what told values mean, what cannot be read, and the stage of life."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentry as sg
from segmentry.profiles import run_demographic
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.demographic import DemographicSpec, words
from segmentry.profiles.demographic.ages import age_columns
from segmentry.profiles.demographic.households import household_type, life_cycle
from segmentry.terms.errors import SettingsError

AS_OF, LAST = datetime(2024, 6, 1), date(2024, 5, 31)
BANDS = (18, 25, 35, 45, 55, 65)


def publish(folder: Path, text: str, **settings_: Any) -> tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]:
    """Traits by customer and unread values of a file of customers."""
    (folder / "customers.csv").write_text(text, encoding="utf8")
    with sg.init(folder / "shop") as workspace:
        workspace.load(folder / "customers.csv")
        workspace.refresh(as_of=AS_OF)
        engine, catalog = workspace.engine, TraitCatalog()
        with engine.run("refresh", AS_OF) as run:
            run_demographic.publish(run, DemographicSpec.from_settings(settings_, as_of=AS_OF, last_day=LAST), catalog)
        if not engine.has("demographic_traits"):
            return {}, []
        traits = {row["customer_id"]: row for row in engine.rows(engine.table("demographic_traits"))}
        assert {trait.name for trait in catalog.traits} == set(next(iter(traits.values()))) - {"customer_id"}
        return traits, engine.rows(engine.table("demographic_unread"))


def one_row(**values: tuple[Any, str]) -> Any:
    """A table of one row; None is a missing value of its type."""
    arrays = {name: pa.array([value], pa.type_for_alias(kind)) for name, (value, kind) in values.items()}
    return ibis.memtable(pa.table(arrays))


def answer(value: Any) -> Any:
    return ibis.duckdb.connect().to_pyarrow(value.name("found"))[0].as_py()


def ages(born: date, bands: tuple[int, ...] = BANDS) -> dict[str, Any]:
    nothing = ibis.null("float64")
    columns = age_columns(ibis.literal(born), ibis.null("int64"), nothing, nothing, LAST, bands)
    return {name: ibis.duckdb.connect().to_pyarrow(value).as_py() for name, value in columns.items()}


@pytest.mark.parametrize(
    ("born", "age", "band", "generation"),
    [
        (date(1999, 5, 31), 25, "25 to 34", "generation_z"),
        (date(1999, 6, 1), 24, "18 to 24", "generation_z"),
        (date(1996, 12, 31), 27, "25 to 34", "millennial"),
        (date(1959, 5, 31), 65, "65 and over", "boomer"),
        (date(1959, 6, 1), 64, "55 to 64", "boomer"),
        (date(1945, 1, 1), 79, "65 and over", "silent"),
        (date(1927, 12, 31), 96, "65 and over", "greatest"),
        (date(2013, 1, 1), 11, "under 18", "generation_alpha"),
        (date(2004, 2, 29), 20, "18 to 24", "generation_z"),
    ],
)
def test_age_is_completed_on_the_birthday(born: date, age: int, band: str, generation: str) -> None:
    """The edges of bands and generations (Dimock 2019) lie where they should."""
    assert ages(born) == {"age": age, "age_band": band, "generation": generation}


@settings(max_examples=10, deadline=None)
@given(st.dates(date(1905, 1, 1), LAST), st.lists(st.integers(1, 110), min_size=1, max_size=6, unique=True))
def test_bands_share_out_every_age(born: date, edges: list[int]) -> None:
    """Each age lies in exactly one band, and that band holds it."""
    found = ages(born, tuple(sorted(edges)))
    age = LAST.year - born.year - ((LAST.month, LAST.day) < (born.month, born.day))
    low, high = words.numbers(found["age_band"]) or (0, 0)
    assert found["age"] == age
    if found["age_band"].startswith("under"):
        assert age < high == min(edges)
    else:
        assert low <= age <= high


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("34", (34, 34)), ("45-54", (45, 54)), ("65+", (65, float("inf"))), ("Under 15K", (0, 15_000)),
        ("35-49K", (35_000, 49_000)), ("250K+", (250_000, float("inf"))), ("1,250", (1250, 1250)), ("none", None),
        ("1-2-3", None), ("54-45", None), ("< 18", (0, 18)), ("over 65", (65, float("inf"))), ("3.5", (3.5, 3.5)),
        ("1e309", None),
    ],
)  # fmt: skip
def test_numbers_and_bands_are_read(text: str, bounds: tuple[float, float] | None) -> None:
    """Bands open at either end, thousands and separators; three numbers or a band turned round mean nothing."""
    assert words.numbers(text) == bounds


@pytest.mark.parametrize(
    ("read", "text", "meaning"),
    [
        (words.gender, "Frau", "female"), (words.gender, " HOMME ", "male"), (words.gender, "non-binary", "other"),
        (words.gender, "robot", None), (words.marital_status, "verheiratet", "married"),
        (words.marital_status, "Unmarried", "single"), (words.school_level, "Master’s degree", "tertiary"),
        (words.school_level, "secondary school", "secondary"), (words.language, "Deutsch", "de"),
        (words.language, "pt-BR", "pt"), (words.language, "Kauderwelsch-Ost", None),
    ],
)  # fmt: skip
def test_words_of_several_languages_are_read(read: Any, text: str, meaning: str | None) -> None:
    """What is known means the same in every language; what is not known means nothing."""
    assert read(text) == meaning


@pytest.mark.parametrize(
    ("age", "married", "children", "youngest", "retired", "stage"),
    [
        (25, "single", 0, None, False, "bachelor"),
        (30, "married", 0, None, False, "newly_married"),
        (30, "partnered", 1, 3, False, "full_nest_1"),
        (40, "married", 2, 6, False, "full_nest_2"),
        (40, "married", 2, None, False, None),
        (50, "married", 1, None, False, "full_nest_3"),
        (35, "divorced", 1, 4, False, "single_parent"),
        (60, "married", 0, None, False, "empty_nest_1"),
        (60, "married", 0, None, True, "empty_nest_2"),
        (70, "married", 0, None, None, "empty_nest_2"),
        (60, "widowed", 0, None, False, "solitary_survivor_1"),
        (80, "widowed", 0, None, None, "solitary_survivor_2"),
        (30, "married", None, None, False, None),
        (None, "married", 0, None, False, None),
        (30, None, 2, 3, False, None),
    ],
)
def test_the_stages_of_wells_and_gubar(
    age: int | None, married: str | None, children: int | None, youngest: int | None, retired: bool | None, stage: str
) -> None:
    """Every stage is told apart, and what is not told leaves the stage unknown (Wells & Gubar 1966, table 1)."""

    row = one_row(
        age=(age, "float64"),
        married=(married, "string"),
        children=(children, "int64"),
        youngest=(youngest, "float64"),
        retired=(retired, "bool"),
    )
    assert answer(life_cycle(row.age, row.married, row.children, row.youngest, row.retired)) == stage


@pytest.mark.parametrize(
    ("married", "persons", "children", "kind"),
    [
        ("married", 4, 2, "family"), ("single", 2, 1, "single parent"), ("single", 1, None, "alone"),
        ("married", 2, 0, "couple"), ("single", 3, 0, "shared"), (None, 3, 2, "single parent"), (None, 4, 2, "family"),
        (None, None, None, None), ("married", None, None, None),
    ],
)  # fmt: skip
def test_households_are_told_apart(married: Any, persons: Any, children: Any, kind: str | None) -> None:
    """Partner, persons and children decide; too little leaves the household unknown."""
    row = one_row(married=(married, "string"), persons=(persons, "int64"), children=(children, "int64"))
    assert answer(household_type(row.married, row.persons, row.children)) == kind


def test_told_columns_become_traits_and_the_rest_is_named(tmp_path: Path) -> None:
    """Bands, words and dates of a file are read; what cannot be is listed with reason and count, and stays unknown."""
    text = (
        "customer_id,Age,Gender,dob,Household_Income,Kids,marital_status,religion\n"
        "c1,34,F,1990-01-05,35-49K,0,married,x\nc2,45-54,male,17/03/1975,250K+,2,single,y\n"
        "c3,older,?,31/12/2031,Under 15K,-1,robot,z\nc4,,,,,,,\nc5,older,,,35-49K,,,\n"
    )
    traits, unread = publish(tmp_path, text)
    assert traits["customer:c1"] == {
        "customer_id": "customer:c1", "age": 34, "age_band": "25 to 34", "generation": "millennial",
        "gender": "female", "marital_status": "married", "income_low": 35000.0, "income_level": "low", "children": 0,
        "household_type": "couple", "family_life_cycle": "newly_married",
    }  # fmt: skip
    assert traits["customer:c2"]["age"] == 49
    assert traits["customer:c2"]["family_life_cycle"] == "single_parent"
    assert set(traits["customer:c4"].values()) == {"customer:c4", None}
    assert not any("religion" in name for name in traits["customer:c1"])
    assert {(row["told"], row["value"], row["customers"]) for row in unread} == {
        ("age", "older", 2),
        ("birth_date", "31/12/2031", 1),
        ("children", "-1", 1),
        ("marital_status", "robot", 1),
    }
    assert all(row["reason"] for row in unread)


def test_equal_incomes_share_a_level(tmp_path: Path) -> None:
    """Terciles never split ties: nine equal incomes are all low, and the one above is high."""
    text = "customer_id,income\n" + "".join(f"c{place},{1000 if place else 5000}\n" for place in range(10))
    traits, _ = publish(tmp_path, text)
    levels = {row["customer_id"]: row["income_level"] for row in traits.values()}
    assert levels.pop("customer:c0") == "high"
    assert set(levels.values()) == {"low"}


def test_nothing_told_publishes_nothing(tmp_path: Path) -> None:
    """A file without demographic columns makes no table."""
    assert publish(tmp_path, "customer_id,shoe\nc1,44\n") == ({}, [])


def test_columns_can_be_named(tmp_path: Path) -> None:
    """The settings say which column tells what, under the name the source gives it."""
    traits, _ = publish(tmp_path, "customer_id,jaar\nc1,1990\n", birth_year="jaar", age_bands=[30, 60])
    assert traits["customer:c1"]["age_band"] == "30 to 59"


def test_wrong_settings_are_all_told() -> None:
    """Unknown names, no texts and bands out of order come at once."""
    with pytest.raises(SettingsError) as caught:
        DemographicSpec.from_settings({"agee": "x", "gender": 3, "age_bands": [30, 20]}, as_of=AS_OF, last_day=LAST)
    assert {each.code for each in caught.value.problems} == {"SETTING_UNKNOWN", "SETTING_WRONG"}
