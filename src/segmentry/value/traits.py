"""The predicted and computed traits that value adds to the catalog."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, Observability, TraitOrigin
from segmentry.value.tables import CUSTOMER_VALUE

_COMPUTED = ("revenue", "cost_of_goods", "cost_to_serve", "contribution")


def _trait(name: str) -> Trait:
    column = CUSTOMER_VALUE.column(name)
    computed = name in _COMPUTED
    return Trait(
        name,
        Basis.BEHAVIORAL,
        ColumnType(column.type),
        column.description,
        column.unit,
        TraitOrigin.COMPUTED if computed else TraitOrigin.PREDICTED,
        "purchase_history",
        observability=Observability.OBSERVABLE if computed else Observability.UNOBSERVABLE,
    )


TRAITS = tuple(_trait(name) for name in CUSTOMER_VALUE.names if name != "customer_id")
"""One trait per column of `CUSTOMER_VALUE`."""
