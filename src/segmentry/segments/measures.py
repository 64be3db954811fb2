"""Measures as columns: traits joined, facts added up, distances worked out; each distinct one once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.inputs import Inputs
from segmentry.segments.leaf_expressions import Place, known_value
from segmentry.segments.statistics import Statistics
from segmentry.segments.tree import Aggregate, Contacts, Count, Distance, Measure, Pick, Trait
from segmentry.segments.type_checks import measure_type
from segmentry.terms.tables import ColumnType

Value = Callable[[ir.Table], Any]
"""Gives a measure's column, null where unknown, once the table with all joined columns is made."""
EARTH_RADIUS = 6371.0088
"""Mean radius of the earth in kilometres (Moritz 2000)."""


class Measures:
    """The measures a batch asks for.

    Args:
        inputs: The tables.
        statistics: Gathers what is needed of facts.
        count_contacts: Makes the column with the number of contacts for whom a condition holds.
    """

    def __init__(
        self, inputs: Inputs, statistics: Statistics, count_contacts: Callable[[Contacts, Place], str]
    ) -> None:
        self.inputs = inputs
        self.statistics = statistics
        self.count_contacts = count_contacts
        self.traits: dict[str, str] = {}
        self.columns: set[str] = set()
        self.fact_fields = inputs.fact_fields()

    def kind(self, measure: Measure) -> ColumnType:
        """Type of a measure's values."""
        found = measure_type(measure, self.inputs.fields, self.fact_fields)
        if found is None:
            raise TypeError(f"a measure without a type: {measure!r}")
        return found

    def ask(self, measure: Measure, place: Place) -> Value:
        """Note what ``measure`` needs and say how to read it from the joined table."""
        match measure:
            case Trait(name):
                column, kind = self.traits.setdefault(name, f"trait_{len(self.traits)}"), self.kind(measure)
                return lambda table: known_value(table[column], kind)
            case Distance(latitude, longitude):
                here = [self.ask(Trait(name), place) for name in ("latitude", "longitude")]
                return lambda table: _distance(here[0](table), here[1](table), float(latitude), float(longitude))
            case Count() | Contacts() | Aggregate() | Pick():
                return self._ask_facts(measure, place)
        raise TypeError(f"no measure: {measure!r}")

    def _ask_facts(self, measure: Count | Contacts | Aggregate | Pick, place: Place) -> Value:
        statistics, zero = self.statistics, False
        if isinstance(measure, Count):
            column, zero = statistics.count(measure.facts, place), True
        elif isinstance(measure, Contacts):
            column, zero = self.count_contacts(measure, place), True
        elif isinstance(measure, Aggregate):
            column = statistics.aggregate(measure.function, measure.field, measure.facts, place)
            zero = measure.function in ("sum", "distinct")
        else:
            column = statistics.pick(measure.which, measure.field, measure.facts, place)
        kind = self.kind(measure)
        self.columns.add(column)
        return lambda table: table[column].fill_null(0) if zero else known_value(table[column], kind)

    def alone(self, measure: Measure, place: Place, customers: ir.Table) -> ir.Table:
        """One measure of ``customers`` in the column ``value``, out of the same passes over facts."""
        own = Measures(self.inputs, self.statistics, self.count_contacts)
        value = own.ask(measure, place)
        joined = self.statistics.join(own.join_traits(customers), own.columns)
        return joined.select(value=value(joined))

    def join(self, customers: ir.Table) -> ir.Table:
        """``customers`` with every trait and fact column asked for, each table joined once."""
        return self.statistics.join(self.join_traits(customers))

    def join_traits(self, customers: ir.Table) -> ir.Table:
        """``customers`` with every trait asked for, each table joined once."""
        homes: dict[str, dict[str, str]] = {}
        for name, column in self.traits.items():
            homes.setdefault(self.inputs.fields[name].table, {})[column] = self.inputs.fields[name].column
        for home, columns in homes.items():
            table = self.inputs.traits[home]
            right = table.select(other_id=table.customer_id, **{new: table[old] for new, old in columns.items()})
            customers = customers.left_join(right, customers.customer_id == right.other_id).drop("other_id")
        return customers


def _distance(latitude: Any, longitude: Any, to_latitude: float, to_longitude: float) -> Any:
    """Kilometres along the great circle by the haversine formula (Sinnott 1984)."""
    first, second = latitude.cast("float64").radians(), math.radians(to_latitude)
    across = (to_longitude - longitude.cast("float64")).radians()
    half = ((second - first) / 2).sin().pow(2) + first.cos() * math.cos(second) * (across / 2).sin().pow(2)
    return 2 * EARTH_RADIUS * ibis.ifelse(half > 1.0, 1.0, half).sqrt().asin()
