"""The firmographic basis: industry codes by version, size classes of groups, performance, ownership, structure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.firmographic.industry import read_industry, read_scheme
from segmentry.profiles.firmographic.performance import history_columns
from segmentry.profiles.firmographic.size import size_classes
from segmentry.profiles.firmographic.spec import FirmographicSpec
from segmentry.profiles.run_firmographic import publish as publish_firmographic
from segmentry.profiles.tables import IDENTITY
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.account_worlds import Rows, load, publish, publish_accounts, rows, traits
from tests.rooms.shops import AS_OF, LAST, arrow

BEFORE = (publish_accounts, AccountSpec(AS_OF, LAST, "EUR"))
SPEC = FirmographicSpec(AS_OF, LAST, "EUR", euros_per=(("USD", 0.5),), amount_units=(("millions", 1e6),))
MILLION = Decimal(1_000_000)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("NACE 2.1", ("NACE", "2.1")), ("NACE Rev. 2", ("NACE", "2")), ("nace rev.2.1", ("NACE", "2.1")),
        ("NAICS 2022", ("NAICS", "2022")), ("2017 NAICS", ("NAICS", "2017")), ("ISIC Rev.4", ("ISIC", "4")),
        ("GICS", ("GICS", None)), ("US SIC 1987", ("SIC", "1987")), ("NAICS 1890", ("NAICS", None)),
        ("our own", None), ("classic 5", None), (None, None),
    ],
)  # fmt: skip
def test_schemes_and_versions_are_read(told: str | None, expected: tuple[str, str | None] | None) -> None:
    """Words around the scheme do not matter, an unknown version is none, and SIC is not found inside other words."""
    assert read_scheme(told) == expected


@pytest.mark.parametrize(
    ("code", "scheme", "sector", "division"),
    [
        ("62.01", "NACE Rev. 2", "NACE 2 J", "NACE 2 62"),
        ("J62.01", "NACE Rev. 2", "NACE 2 J", "NACE 2 62"),
        ("62.10", "NACE 2.1", "NACE 2.1 K", "NACE 2.1 62"),
        ("45.11", "NACE 2", "NACE 2 G", "NACE 2 45"),
        ("K", "NACE 2.1", "NACE 2.1 K", None),
        ("01.1", "ISIC Rev.4", "ISIC 4 A", "ISIC 4 01"),
        ("6201", "ISIC 5", "ISIC 5 K", "ISIC 5 62"),
        ("541511", "NAICS 2022", "NAICS 2022 54", "NAICS 2022 541"),
        ("32", "NAICS 2022", "NAICS 2022 31-33", None),
        ("45102010", "GICS 2023", "GICS 2023 45", "GICS 2023 4510"),
        ("7372", "SIC 1987", "SIC 1987 I", "SIC 1987 73"),
        ("6201", "NACE 1.1", "NACE 1.1 62", "NACE 1.1 62"),
    ],
)
def test_codes_roll_up_inside_their_version(code: str, scheme: str, sector: str, division: str | None) -> None:
    """Sections of the two revisions of NACE differ for the same digits; NAICS joins 31 to 33 (Eurostat; US Census)."""
    found = read_industry(code, scheme)
    assert (found.sector, found.division, found.finding) == (sector, division, None)


@pytest.mark.parametrize(
    ("code", "scheme", "finding"),
    [
        ("45.11", "NACE 2.1", "unknown industry code"),
        ("99", "NAICS 2022", "unknown industry code"),
        ("541511x", "NAICS 2022", "unknown industry code"),
        ("6", "NACE 2", "unknown industry code"),
        ("123456789", "GICS 2023", "unknown industry code"),
        ("6201", "NACE", "scheme without version"),
        ("6201", None, "unknown industry scheme"),
        ("6201", "house list 3", "unknown industry scheme"),
    ],
)
def test_codes_that_are_not_understood_are_not_rolled_up(code: str, scheme: str | None, finding: str) -> None:
    """No sector is better than that of another version; the code itself is kept."""
    found = read_industry(code, scheme)
    assert (found.sector, found.division, found.finding) == (None, None, finding)
    assert found.code


SCHEMES = st.sampled_from(
    ["NACE 2", "NACE 2.1", "ISIC 4", "ISIC 5", "NAICS 2017", "NAICS 2022", "GICS 2018", "SIC 1987"]
)


@given(st.integers(0, 9999), SCHEMES, SCHEMES)
@settings(max_examples=150, deadline=None)
def test_no_code_is_rolled_up_across_versions(number: int, first: str, second: str) -> None:
    """Whatever the digits, two schemes never share a sector or a division; every sector names its scheme."""
    one, other = (read_industry(f"{number:04}", scheme) for scheme in (first, second))
    if first != second:
        assert one.sector is None or one.sector != other.sector
        assert one.division is None or one.division != other.division
    assert one.sector is None or one.sector.startswith(f"{first} ")


def test_size_classes_at_the_edges_of_the_definition() -> None:
    """The truth table of Recommendation 2003/361/EC: staff must, turnover or balance may; unknown settles nothing."""
    cases: list[tuple[float | None, float | None, float | None, str | None]] = [
        (249, 51e6, 42e6, "medium"), (250, 1e6, 1e6, "large"), (9, 3e6, 3e6, "small"), (9, 2e6, 9e9, "micro"),
        (49, 10e6, None, "small"), (9, None, None, None), (300, None, None, "large"), (249, 51e6, 44e6, "large"),
        (-5, 1e6, 1e6, None),
    ]  # fmt: skip
    staff, turnover, balance, expected = zip(*cases, strict=True)
    assert size_classes(staff, turnover, balance) == list(expected)


def firm(key: str, **told: Any) -> dict[str, Any]:
    return {"account_key": key} | told


FIRMS: Rows = [
    firm("coded", industry="technolgy", industry_code="62.10", industry_scheme="NACE 2.1"),
    firm("bare", industry="Retail", industry_code="6201"),
    firm("mother", employees=40.0, revenue=8 * MILLION, balance_total=MILLION),
    firm("child", parent_key="mother", employees=20.0, revenue=MILLION, balance_total=MILLION),
    firm("dollars", employees=9.0, revenue=4 * MILLION, currency="USD", balance_total=99 * MILLION),
    firm("yen", employees=9.0, revenue=4 * MILLION, currency="JPY", balance_total=99 * MILLION),
    firm("big", employees=600.0),
    firm("daughter of big", parent_key="big"),
    firm("counted in millions", source="millions", employees=30.0, revenue=Decimal("9.5"), balance_total=Decimal(999)),
    firm("young", founded_year=2011, ownership="Private", structure="Start-up", sites=3, country="Peru", city="Lima"),
    firm("unborn", founded_year=2030, ownership="publicly traded", employees=-4.0),
    firm("stone age", founded_year=12, ownership="royal"),
    firm("agency", ownership="Government agency", structure="Independent"),
    firm("charity", ownership="Not for profit", structure="pyramid"),
    firm("grows", given_employees_2018="10", given_employees_2021="17.28"),
    firm("grows from little", given_employees_2018="9", given_employees_2021="90"),
    firm("stands", given_employees_2018="100", given_employees_2021="110"),
    firm("shrinks", given_employees_2018="1,000", given_employees_2021="700"),
    firm("unclear", given_employees_2018="many", given_employees_2021="700"),
    firm("half told", given_employees_2021="700"),
    firm("later", known_since=AS_OF.replace(year=2023)),
]


@pytest.fixture(scope="module")
def world() -> Iterator[Engine]:
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            columns = {name: None for row in FIRMS for name in row if name.startswith("given_")}
            load(run, accounts=[{**columns, **row} for row in FIRMS])
        publish(engine, publish_firmographic, SPEC, BEFORE)
        yield engine


@pytest.fixture(scope="module")
def firms(world: Engine) -> dict[str, dict[str, Any]]:
    return traits(world, "firmographic_traits")


def test_industries_are_spelt_as_meant_and_rolled_up(firms: dict[str, dict[str, Any]]) -> None:
    """The word is repaired, the code carries scheme and version; without a scheme it stays a code."""
    found = firms["coded"]
    assert (found["industry"], found["industry_code"]) == ("technology", "6210")
    assert (found["industry_scheme"], found["industry_sector"]) == ("NACE 2.1", "NACE 2.1 K")
    assert firms["bare"]["industry_code"] == "6201"
    assert "industry_sector" not in firms["bare"]


def test_size_is_that_of_the_group(firms: dict[str, dict[str, Any]]) -> None:
    """Sixty people of mother and child together make both medium, though each alone is small."""
    assert firms["mother"]["size_class"] == firms["child"]["size_class"] == "medium"


def test_limits_are_in_euros_at_declared_rates(firms: dict[str, dict[str, Any]]) -> None:
    """Four million dollars are two million euros here; of yen no rate is declared, so nothing is settled."""
    assert firms["dollars"]["size_class"] == "micro"
    assert "size_class" not in firms["yen"]
    assert firms["counted in millions"]["size_class"] == "small"


def test_staff_of_a_part_settles_that_a_group_is_large(firms: dict[str, dict[str, Any]]) -> None:
    """Six hundred known of one member: large, whatever the other has."""
    assert firms["daughter of big"]["size_class"] == "large"


def test_age_ownership_structure_and_seat(firms: dict[str, dict[str, Any]]) -> None:
    """Words of other systems, structures that follow from the group, and ages only from years that can be."""
    young = firms["young"]
    assert (young["company_age_years"], young["ownership"], young["structure"]) == (10, "privately_owned", "start_up")
    assert (young["sites"], young["seat_country"], young["seat_city"]) == (3, "Peru", "Lima")
    assert (firms["mother"]["structure"], firms["child"]["structure"]) == ("group", "subsidiary")
    assert (firms["agency"]["ownership"], firms["agency"]["structure"]) == ("government_agency", "single")
    assert firms["charity"]["ownership"] == "non_profit"
    assert not {"company_age_years", "employees", "structure"} & firms["unborn"].keys()


def test_performance_by_the_definition_of_the_oecd(firms: dict[str, dict[str, Any]]) -> None:
    """Twenty percent a year over three years from ten staff; from nine it is no class; without history nothing."""
    assert firms["grows"]["yearly_growth"] == pytest.approx(0.2)
    assert (firms["grows"]["performance"], firms["grows"]["growth_until"]) == ("fast_growing", 2021)
    assert "performance" not in firms["grows from little"]
    assert (firms["stands"]["performance"], firms["shrinks"]["performance"]) == ("stable", "struggling")
    assert not {"performance", "yearly_growth"} & (firms["unclear"].keys() | firms["half told"].keys())


def test_columns_nobody_mapped_are_given_traits(firms: dict[str, dict[str, Any]]) -> None:
    """They keep the name and the value the source gave them."""
    assert firms["shrinks"]["given_employees_2018"] == "1,000"


def test_what_cannot_be_is_told(world: Engine) -> None:
    """Years, negative figures, words and codes that are not understood, each with its count."""
    told = {(row["finding"], row["customer_id"] or row["given"]) for row in rows(world, "firmographic_findings")}
    assert told == {
        ("impossible year of founding", "unborn"), ("impossible year of founding", "stone age"),
        ("negative figure", "unborn"), ("unknown ownership", "royal"), ("unknown structure", "pyramid"),
        ("unknown industry scheme", "6201"),
    }  # fmt: skip


def test_who_is_known_later_is_not_there_yet(firms: dict[str, dict[str, Any]]) -> None:
    """An organization first told of after the as-of has no firmographic traits."""
    assert "later" not in firms


def test_consolidated_figures_are_not_added_up_again(engine: Engine) -> None:
    """Where the top's figures hold its members already, the group is as large as the top says."""
    with engine.run("load") as run:
        load(run, accounts=[row for row in FIRMS if row["account_key"] in ("mother", "child")])
    spec = FirmographicSpec(AS_OF, LAST, "EUR", consolidated=True)
    publish(engine, publish_firmographic, spec, BEFORE)
    found = traits(engine, "firmographic_traits")
    assert found["mother"]["size_class"] == found["child"]["size_class"] == "small"


def test_a_declared_scheme_counts_for_codes_that_tell_none(engine: Engine) -> None:
    """The business knows what its codes are."""
    with engine.run("load") as run:
        load(run, accounts=[firm("a", industry_code="541511")])
    publish(engine, publish_firmographic, FirmographicSpec(AS_OF, LAST, industry_scheme="NAICS 2022"), BEFORE)
    assert traits(engine, "firmographic_traits")["a"]["industry_division"] == "NAICS 2022 541"


def test_of_merged_records_the_newest_word_on_each_thing_counts(engine: Engine) -> None:
    """Staff is told by the older record alone, revenue by both: its currency and unit are those of the newer amount."""
    old, new = AS_OF.replace(year=2015), AS_OF.replace(year=2019)
    with engine.run("load") as run:
        load(
            run,
            accounts=[
                firm("crm:a", employees=30.0, revenue=90 * MILLION, currency="JPY", founded_year=1999, known_since=old),
                firm("erp:a", source="millions", revenue=Decimal(9), city="Lima", known_since=new),
                firm("zzz:a", ownership="private", currency="JPY"),
            ],
        )
    with engine.run("identity") as run:
        told = [row | {"customer_id": "crm:a"} for row in rows(engine, "identity")]
        run.publish(IDENTITY, arrow(IDENTITY, told))
    publish(engine, publish_firmographic, SPEC, BEFORE)
    found = traits(engine, "firmographic_traits")
    assert found.keys() == {"crm:a"}
    told_of = found["crm:a"]
    assert (told_of["employees"], told_of["yearly_revenue"], told_of["size_class"]) == (30.0, Decimal(9), "small")
    assert (told_of["company_age_years"], told_of["seat_city"]) == (22, "Lima")
    assert told_of["ownership"] == "privately_owned"


def test_columns_of_a_year_are_found_by_name() -> None:
    """Staff and revenue of years up to the as-of; later years and other columns do not count."""
    names = ["given_employees_2018", "headcount_2021", "given_turnover_2020", "given_revenue_2030", "given_rank_2020"]
    assert history_columns(names, 2021) == {
        "staff": {2018: "given_employees_2018", 2021: "headcount_2021"},
        "revenue": {2020: "given_turnover_2020"},
    }


def test_settings_tell_all_mistakes_at_once() -> None:
    """Rates must be numbers above 0, shares no text; what is right is read."""
    wrong = {"euros_per": {"USD": 0}, "consolidated": "yes", "fast_groth": 0.3}
    with pytest.raises(SettingsError) as caught:
        FirmographicSpec.from_settings(wrong, as_of=AS_OF, last_day=LAST)
    assert [each.code for each in caught.value.problems] == ["SETTING_WRONG", "SETTING_WRONG", "SETTING_UNKNOWN"]
    read = FirmographicSpec.from_settings({"euros_per": {"USD": 0.9, "GBP": 1}}, as_of=AS_OF, last_day=LAST)
    assert read.euros_per == (("GBP", 1.0), ("USD", 0.9))


def test_nothing_is_published_without_descriptions(engine: Engine) -> None:
    """Opportunities name organizations, but nothing is known of them as firms."""
    with engine.run("load") as run:
        load(run, opportunities=[{"account_key": "a", "stage": "won"}])
    catalog = publish(engine, publish_firmographic, SPEC, BEFORE)
    assert not engine.has("firmographic_traits")
    assert "industry" not in catalog
