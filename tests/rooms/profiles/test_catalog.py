"""The trait catalog refuses what cannot be explained; given traits get a basis and a protection by their names."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import ibis
import ibis.expr.datatypes as dt
import pytest

from segmentry.profiles.behavioral import TRAITS
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.given import basis_of, column_type, data_class_of, given_trait, given_traits
from segmentry.profiles.tables import TRAIT_CATALOG
from segmentry.terms.canonical import CUSTOMERS
from segmentry.terms.errors import ContractError
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Observability, Specificity, TraitOrigin

SPEND = Trait("spend", Basis.BEHAVIORAL, ColumnType.DECIMAL, "Net amount.", "currency")


def test_a_trait_is_known_once() -> None:
    """A second trait of a name is refused and the first one stays."""
    catalog = TraitCatalog()
    catalog.register("behavioral_traits", SPEND)
    with pytest.raises(ContractError) as refused:
        catalog.register("customer_value", replace(SPEND, description="Another."))
    assert refused.value.code == "TRAIT_TWICE"
    assert catalog["spend"] is SPEND
    assert [row["table_name"] for row in catalog.rows(None)] == ["behavioral_traits"]


def test_everything_wrong_is_told_at_once_and_nothing_is_registered() -> None:
    """Two untagged traits and one known twice are three problems; the good one among them waits."""
    catalog = TraitCatalog()
    catalog.register("behavioral_traits", SPEND)
    wrong = [
        replace(SPEND, name="a", observability=None),
        replace(SPEND, name="b", specificity=None),
        SPEND,
        replace(SPEND, name="good"),
    ]
    with pytest.raises(ContractError) as refused:
        catalog.register("customer_value", *wrong)
    assert [problem.code for problem in refused.value.problems] == ["TRAIT_UNTAGGED", "TRAIT_UNTAGGED", "TRAIT_TWICE"]
    assert [problem.given for problem in refused.value.problems] == ["a", "b", "spend"]
    assert "good" not in catalog
    assert catalog.traits == (SPEND,)


def test_a_trait_named_twice_in_one_call_is_refused() -> None:
    """Two traits of one name registered together are as wrong as one after the other."""
    catalog = TraitCatalog()
    with pytest.raises(ContractError):
        catalog.register("behavioral_traits", SPEND, replace(SPEND, description="Another."))


def test_a_trait_becomes_a_row_of_the_contract() -> None:
    """All columns of the contract, closed vocabularies as their words."""
    catalog = TraitCatalog()
    catalog.register("behavioral_traits", SPEND)
    (row,) = catalog.rows(datetime(2021, 1, 1))
    assert tuple(row) == TRAIT_CATALOG.names
    assert row["basis"] == "behavioral"
    assert (row["origin"], row["observability"]) == ("computed", "observable")
    assert (row["specificity"], row["data_class"]) == ("product_specific", "plain")
    assert row["renew_after_days"] == 30


def test_every_behavioral_trait_can_be_explained() -> None:
    """Names are unique; each has a description in a sentence, a unit where it is a number, and both tags."""
    assert len({trait.name for trait in TRAITS}) == len(TRAITS)
    for trait in TRAITS:
        assert trait.basis is Basis.BEHAVIORAL
        assert trait.description.endswith(".")
        assert trait.observability
        assert trait.specificity
        if trait.type in {ColumnType.NUMBER, ColumnType.INTEGER, ColumnType.DECIMAL}:
            assert trait.unit, trait.name


@pytest.mark.parametrize(
    ("name", "basis"),
    [
        ("given_age_range", Basis.DEMOGRAPHIC),
        ("given_household_size", Basis.DEMOGRAPHIC),
        ("given_incomes", Basis.DEMOGRAPHIC),
        ("country", Basis.GEOGRAPHIC),
        ("given_Postcode", Basis.GEOGRAPHIC),
        ("given_personality_type", Basis.PSYCHOGRAPHIC),
        ("given_store", Basis.BEHAVIORAL),
        ("given_benefits_sought", Basis.NEEDS),
        ("given_industry", Basis.FIRMOGRAPHIC),
        ("given_browser", Basis.TECHNOGRAPHIC),
        ("given_shoe", None),
        ("given_package", None),
        ("given_manager", None),
    ],
)
def test_the_words_of_a_name_point_at_a_basis(name: str, basis: Basis | None) -> None:
    """Whole words, or beginnings of long ones; `age` inside `package` says nothing."""
    assert basis_of(name) is basis


@pytest.mark.parametrize(
    ("name", "data_class"),
    [
        ("given_religion", DataClass.SPECIAL),
        ("given_Ethnicity_group", DataClass.SPECIAL),
        ("given_health_age", DataClass.SPECIAL),
        ("given_sexual_orientation", DataClass.SPECIAL),
        ("given_trade_union", DataClass.SPECIAL),
        ("given_age", DataClass.QUASI_IDENTIFIER),
        ("given_zip", DataClass.QUASI_IDENTIFIER),
        ("country", DataClass.QUASI_IDENTIFIER),
        ("given_birth_year", DataClass.QUASI_IDENTIFIER),
        ("given_shoe", DataClass.PERSONAL),
    ],
)
def test_a_given_trait_is_protected_by_its_name(name: str, data_class: DataClass) -> None:
    """Special categories come first, then what could single out a person; nothing given is plain."""
    assert data_class_of(name) is data_class


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        (dt.boolean, ColumnType.BOOLEAN),
        (dt.int32, ColumnType.INTEGER),
        (dt.float32, ColumnType.NUMBER),
        (dt.Decimal(10, 2), ColumnType.DECIMAL),
        (dt.Timestamp(), ColumnType.TIMESTAMP),
        (dt.date, ColumnType.DATE),
        (dt.string, ColumnType.TEXT),
        (dt.Array(dt.string), ColumnType.TEXT),
    ],
)
def test_a_given_trait_keeps_the_type_of_its_column(kind: dt.DataType, wanted: ColumnType) -> None:
    """What has no type of its own is kept as text."""
    assert column_type(kind) is wanted


def test_a_given_trait_is_about_the_person_and_told_by_a_source() -> None:
    """Given, general, observable, renewed once a year."""
    trait = given_trait("given_age_range", dt.string)
    assert trait.description == "Age range, as the source tells it."
    assert (trait.origin, trait.specificity) == (TraitOrigin.GIVEN, Specificity.GENERAL)
    assert (trait.observability, trait.renew_after_days) == (Observability.OBSERVABLE, 365)


def test_given_traits_are_the_country_and_what_no_contract_names() -> None:
    """Neither the key nor the columns of the contract are traits."""
    table = ibis.table({**dict.fromkeys(CUSTOMERS.names, "string"), "customer_id": "string", "given_age": "int32"})
    assert [trait.name for trait in given_traits(table, CUSTOMERS)] == ["country", "given_age"]
