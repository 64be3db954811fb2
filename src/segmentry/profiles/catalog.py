"""The trait catalog: every trait says what it is, where it comes from, and how fast it ages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from segmentry.terms.errors import ContractError, Problem
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Observability, Specificity, TraitOrigin

TRAIT_TABLES = (
    "behavioral_traits",
    "given_traits",
    "demographic_traits",
    "geographic_traits",
    "psychographic_traits",
    "needs_traits",
    "engagement_traits",
    "technographic_traits",
    "feedback_traits",
    "loyalty_traits",
    "occasion_traits",
    "kinds_traits",
    "account_traits",
    "company_technographic_traits",
    "firmographic_traits",
    "contact_traits",
    "lead_traits",
)
"""Tables of traits of which segments may be made: all that a study can ask for, and all that it is recommended.

Left out are those that cannot be believed (scales whose items do not agree) and those that need segments first.
"""


@dataclass(frozen=True, slots=True)
class Trait:
    """A named, typed property of a customer, of one basis.

    Attributes:
        name: Name of the trait, and of its column.
        basis: One of the seven; None only for a given trait nobody has assigned yet.
        type: Type of the column.
        description: What a value means.
        unit: What is counted.
        origin: Given, computed or predicted.
        source: Tables it is made from.
        renew_after_days: Age at which it should be renewed; None where it does not age.
        observability: Can it be seen from outside.
        specificity: Is it about the person or about the product.
        data_class: How it must be protected.
    """

    name: str
    basis: Basis | None
    type: ColumnType
    description: str
    unit: str = ""
    origin: TraitOrigin = TraitOrigin.COMPUTED
    source: str = "orders"
    renew_after_days: int | None = 30
    observability: Observability | None = Observability.OBSERVABLE
    specificity: Specificity | None = Specificity.PRODUCT_SPECIFIC
    data_class: DataClass = DataClass.PLAIN


class TraitCatalog:
    """The traits that are known, by name; refuses a second trait of a name and one without its two tags."""

    def __init__(self) -> None:
        self._traits: dict[str, tuple[Trait, str]] = {}

    def register(self, table_name: str, *traits: Trait) -> None:
        """Add traits that live in ``table_name``; `ContractError` lists everything wrong with them."""
        known = set(self._traits)
        problems: list[Problem] = []
        for trait in traits:
            problems += _problems(trait, known)
            known.add(trait.name)
        if problems:
            raise ContractError(problems)
        self._traits.update({trait.name: (trait, table_name) for trait in traits})

    def __contains__(self, name: object) -> bool:
        return name in self._traits

    def __getitem__(self, name: str) -> Trait:
        return self._traits[name][0]

    @property
    def traits(self) -> tuple[Trait, ...]:
        """All traits, in order of registration."""
        return tuple(trait for trait, _ in self._traits.values())

    def rows(self, as_of: datetime | None, lawful_basis: str | None = None) -> list[dict[str, Any]]:
        """The catalog as rows of the `TRAIT_CATALOG` contract.

        Args:
            as_of: Instant for which the traits hold.
            lawful_basis: The ground on which special categories that sources tell may be used; None locks them. Those
                that are computed were computed on a ground of their own.
        """
        found = []
        for trait, table_name in self._traits.values():
            told = trait.data_class is DataClass.SPECIAL and trait.origin is TraitOrigin.GIVEN
            found.append(_row(trait, table_name, as_of) | {"locked": told and not lawful_basis})
        return found


def _problems(trait: Trait, known: set[str]) -> list[Problem]:
    found = []
    where = f"trait {trait.name}"
    if trait.name in known:
        found.append(Problem("TRAIT_TWICE", "The trait is already known", where, trait.name, "Rename one."))
    if trait.observability is None or trait.specificity is None:
        found.append(
            Problem(
                "TRAIT_UNTAGGED",
                "The trait says neither whether it can be observed nor whether it is about the product",
                where,
                trait.name,
                "Give observability and specificity (Wedel & Kamakura 2000).",
            )
        )
    return found


def _row(trait: Trait, table_name: str, as_of: datetime | None) -> dict[str, Any]:
    return {
        "trait": trait.name,
        "table_name": table_name,
        "basis": None if trait.basis is None else trait.basis.value,
        "type": trait.type.value,
        "unit": trait.unit,
        "origin": trait.origin.value,
        "source": trait.source,
        "as_of": as_of,
        "renew_after_days": trait.renew_after_days,
        "observability": None if trait.observability is None else trait.observability.value,
        "specificity": None if trait.specificity is None else trait.specificity.value,
        "data_class": trait.data_class.value,
        "description": trait.description,
    }
