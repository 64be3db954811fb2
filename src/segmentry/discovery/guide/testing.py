"""Assumptions held against the data: who is meant, what is known of them, and which test answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis.expr.types as ir
import numpy as np

from segmentry.discovery.guide.blocks import Values
from segmentry.discovery.guide.population import Row, catalog, everybody, require_traits, values_of, with_traits
from segmentry.discovery.guide.statements import Group, Statement
from segmentry.science.assumptions import Measured, go_together, mean_beyond, means_differ, share_beyond
from segmentry.science.inputs import FloatArray
from segmentry.segments.dependencies import traits_of
from segmentry.segments.language.reading import parse
from segmentry.segments.published import Published
from segmentry.segments.reader import rows_of
from segmentry.segments.tree import Definition
from segmentry.segments.universe import base_of
from segmentry.terms.numbers import NotEstimable

EXPRESSION = "(assumption)"
"""Id of a condition that was only asked about."""

MOST_ROWS = 200_000
"""Customers looked at for traits that go together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Customers meant by a statement, and those among whom they are.

    Attributes:
        members: ``customer_id`` of those meant.
        base: ``customer_id`` of all among whom they are.
    """

    members: ir.Table
    base: ir.Table


class StatementTests:
    """Tests of statements over what is published.

    Args:
        published: Definitions, traits and segments.
        study: Id of the study whose segments are meant by name.
        timezone: Zone of conditions.
    """

    def __init__(self, published: Published, study: str, timezone: str = "UTC") -> None:
        self.published = published
        self.study = study
        self.timezone = timezone
        self._reader = published.reader
        self._catalog: dict[str, Row] = catalog(published.reader)

    def check(self, statement: Statement) -> None:
        """Refuse a statement that asks for what is not there.

        Raises:
            StudyError: a trait does not exist or is locked.
            DefinitionError: a segment or condition is wrong.
        """
        require_traits(self._catalog, statement.traits, "assumption")
        for group in statement.groups:
            self._asked(group)

    def test(self, statement: Statement) -> Measured | NotEstimable:
        """The test of one statement."""
        if statement.kind == "share":
            asked = self._asked(statement.groups[0])
            members, base = (self.published.number(each) for each in (asked.members, asked.base))
            return share_beyond(members, base, statement.bound, more=statement.more)
        if statement.kind == "together":
            return self._together(statement)
        circular = self._circular(statement)
        if circular is not None:
            return circular
        told = [self._numbers(group, statement.traits[0]) for group in statement.groups]
        for each in told:
            if isinstance(each, NotEstimable):
                return each
        known = [each for each in told if not isinstance(each, NotEstimable)]
        if statement.kind == "mean":
            found = mean_beyond(known[0], statement.bound, more=statement.more)
        else:
            found = means_differ(known[0], known[1], more=statement.more)
        return _in_unit(found, str(self._catalog[statement.traits[0]]["unit"] or ""))

    def _circular(self, statement: Statement) -> NotEstimable | None:
        """The refusal where a trait made the groups it is compared between: it differs by construction."""
        trait = statement.traits[0]
        for group in statement.groups:
            made = traits_of(parse(group.condition)) if group.condition else self._makers(group.segment)
            if trait in made:
                return NotEstimable(f"{trait} made the groups, so it differs between them by construction")
        return None

    def _makers(self, word: str) -> tuple[str, ...]:
        """Traits that made a segment: the study's variables, or those its definition asks for."""
        if self._found(word) is None:
            return traits_of(self.published.find(word).definition.where)
        rows = [row for row in rows_of(self._reader, "segment_profiles") if row["segmentation"] == self.study]
        return tuple({str(row["variable"]) for row in rows if row["role"] == "segmentation"})

    def _together(self, statement: Statement) -> Measured | NotEstimable:
        columns = self._columns(everybody(self._reader), statement.traits)
        values = [columns.get(name) for name in statement.traits]
        if values[0] is None or values[1] is None:
            return NotEstimable("dates are not compared")
        found = go_together(values[0], values[1])
        if isinstance(found, Measured) and statement.negated:
            return replace(found, p_for=found.p_against, p_against=found.p_for)
        return found

    def _numbers(self, group: Group, trait: str) -> FloatArray | NotEstimable:
        values = self._columns(self._asked(group).members, (trait,)).get(trait)
        if not isinstance(values, np.ndarray):
            return NotEstimable(f"{trait} is no number")
        return values

    def _columns(self, customers: ir.Table, names: tuple[str, ...]) -> dict[str, Values]:
        told = with_traits(self._reader, customers, self._catalog, list(dict.fromkeys(names)))
        table = self._reader.arrow(told.order_by("customer_id").limit(MOST_ROWS))
        found = {name: values_of(table, name) for name in names}
        return {name: values for name, values in found.items() if values is not None}

    def _asked(self, group: Group) -> Asked:
        if group.condition:
            definition = Definition(EXPRESSION, EXPRESSION, parse(group.condition), timezone=self.timezone)
            members = self.published.evaluate(definition)
        else:
            found = self._found(group.segment)
            if found is not None:
                return found
            definition = self.published.find(group.segment).definition
            members = self.published.members(definition.id).select("customer_id")
        universe = self.published.belonging().inputs(base_of(definition)).universe
        return Asked(members, universe.select("customer_id"))

    def _found(self, word: str) -> Asked | None:
        """The members of a segment found for the study; None where it has none of this id or name."""
        described = rows_of(self._reader, "segmentation_segments")
        ids = [
            row["segment_id"]
            for row in described
            if row["segmentation"] == self.study and word in (row["segment_id"], row["name"])
        ]
        if not ids:
            return None
        table = self._reader.table("segmentation_members")
        base = table.filter(table.segmentation == self.study)
        return Asked(base.filter(base.segment_id == ids[0]).select("customer_id"), base.select("customer_id"))


def _in_unit(found: Measured | NotEstimable, unit: str) -> Measured | NotEstimable:
    return found if isinstance(found, NotEstimable) else replace(found, estimate=replace(found.estimate, unit=unit))
