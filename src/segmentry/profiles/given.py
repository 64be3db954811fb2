"""Given traits: what sources told of a customer, each assigned to a basis where its name says which."""

from __future__ import annotations

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType, Contract
from segmentry.terms.vocabulary import Basis, DataClass, Specificity, TraitOrigin

_BASIS_WORDS: dict[Basis, tuple[str, ...]] = {
    Basis.DEMOGRAPHIC: (
        "age", "birth", "gender", "sex", "income", "education", "occupation", "marital", "household", "family",
        "children", "kids", "generation", "language", "ethnicity", "religion", "race",
    ),
    Basis.GEOGRAPHIC: ("country", "region", "state", "city", "postcode", "zip", "area", "district", "climate"),
    Basis.PSYCHOGRAPHIC: ("personality", "value", "attitude", "interest", "hobby", "lifestyle", "class"),
    Basis.BEHAVIORAL: ("channel", "segment", "loyalty", "visits", "store", "campaign", "week"),
    Basis.NEEDS: ("need", "benefit", "importance", "satisfaction"),
    Basis.FIRMOGRAPHIC: ("industry", "sector", "employees", "revenue", "ownership", "company"),
    Basis.TECHNOGRAPHIC: ("device", "browser", "software", "platform", "operating"),
}  # fmt: skip

_SPECIAL_WORDS = ("ethnicity", "religion", "race", "politic", "health", "union", "sexual")
_QUASI_WORDS = ("age", "birth", "gender", "sex", "postcode", "zip", "city", "country", "region")


def given_traits(customers: ir.Table, contract: Contract) -> tuple[Trait, ...]:
    """The given traits among the columns of ``customers``: the country and all columns the contract does not name."""
    told = [name for name in customers.columns if name not in contract.names or name == "country"]
    told = [name for name in told if name != "customer_id"]
    return tuple(given_trait(name, customers[name].type()) for name in told)


def given_trait(name: str, kind: dt.DataType) -> Trait:
    """The catalog entry of one given column: type from the table, basis and data class from its name."""
    return Trait(
        name,
        basis_of(name),
        column_type(kind),
        f"{name.replace('given_', '').replace('_', ' ').capitalize()}, as the source tells it.",
        origin=TraitOrigin.GIVEN,
        source="customers",
        renew_after_days=365,
        specificity=Specificity.GENERAL,
        data_class=data_class_of(name),
    )


def basis_of(name: str) -> Basis | None:
    """The basis that the words of a column's name point at, or None."""
    words = name.lower().split("_")
    for basis, known in _BASIS_WORDS.items():
        if any(word == each or (len(each) > 3 and word.startswith(each)) for word in words for each in known):
            return basis
    return None


def data_class_of(name: str) -> DataClass:
    """How a given column must be protected, judged by its name: special categories first."""
    lower = name.lower()
    if any(word in lower for word in _SPECIAL_WORDS):
        return DataClass.SPECIAL
    if any(word in lower.split("_") for word in _QUASI_WORDS):
        return DataClass.QUASI_IDENTIFIER
    return DataClass.PERSONAL


def column_type(kind: dt.DataType) -> ColumnType:
    """The contract's type for an Ibis type; anything unusual is kept as text."""
    if kind.is_boolean():
        return ColumnType.BOOLEAN
    if kind.is_integer():
        return ColumnType.INTEGER
    if kind.is_floating():
        return ColumnType.NUMBER
    if kind.is_decimal():
        return ColumnType.DECIMAL
    if kind.is_timestamp():
        return ColumnType.TIMESTAMP
    return ColumnType.DATE if kind.is_date() else ColumnType.TEXT
