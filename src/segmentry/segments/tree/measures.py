"""Measures: what has a value for a customer, an account or a fact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from segmentry.segments.tree.base import Condition, Measure, Node
from segmentry.segments.tree.time import Window

FactKind = Literal["order", "return", "transaction", "line", "event", "service contact", "touch"]
FACT_KINDS: tuple[FactKind, ...] = ("order", "return", "transaction", "line", "event", "service contact", "touch")
"""An order is a placed one; a transaction is an order, a return note or a cancellation; a line belongs to any."""

Function = Literal["sum", "average", "min", "max", "distinct"]
FUNCTIONS: tuple[Function, ...] = ("sum", "average", "min", "max", "distinct")


@dataclass(frozen=True, slots=True)
class Trait(Measure):
    """A named property of what the condition is about; inside a filter on facts, a column of the fact.

    Attributes:
        name: Name in the catalog, or of the fact's column.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Facts(Node):
    """The facts of a customer that count: of one kind, all filters bound to the same fact.

    Attributes:
        kind: What they are.
        name: Name of the event; None for other kinds, or for events of any name.
        where: Condition on the columns of one fact; None for all.
        window: When they lie; None for ever.
    """

    kind: FactKind
    name: str | None = None
    where: Condition | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Count(Measure):
    """Number of facts, 0 where there are none.

    Attributes:
        facts: Which facts.
    """

    facts: Facts


@dataclass(frozen=True, slots=True)
class Aggregate(Measure):
    """A column of facts brought to one number; unknown where there are none, but for sums and distinct counts (0).

    Attributes:
        function: How.
        field: Column of the facts.
        facts: Which facts.
    """

    function: Function
    field: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Pick(Measure):
    """A column of the first or last fact by time, the smaller id among facts of one instant; unknown without facts.

    Attributes:
        which: ``first`` or ``last``.
        field: Column of the fact; ``date`` is its local day.
        facts: Which facts.
    """

    which: Literal["first", "last"]
    field: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Distance(Measure):
    """Kilometres along the great circle from the customer's place; unknown where the place is.

    Attributes:
        latitude: Degrees north, -90 to 90.
        longitude: Degrees east, -180 to 180.
    """

    latitude: Decimal
    longitude: Decimal


@dataclass(frozen=True, slots=True)
class Contacts(Measure):
    """Number of contacts of an account for whom a condition holds.

    Attributes:
        role: Role in the buying center; None for any.
        where: Condition on the contact; None for all.
    """

    role: str | None = None
    where: Condition | None = None
