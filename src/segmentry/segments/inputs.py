"""The tables a batch of definitions is evaluated over, all keyed by ``customer_id``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import ibis
import ibis.expr.types as ir

from segmentry.segments.fields import Field, Fields
from segmentry.segments.layout import fields_of_table
from segmentry.segments.tree import Compare, Condition, Trait
from segmentry.terms.tables import ColumnType


@dataclass(frozen=True)
class Inputs:
    """What is known of customers, as tables.

    Attributes:
        universe: The base: ``customer_id`` and, for random buckets, ``party_key``; accounts for definitions of them.
        fields: The traits that exist.
        traits: Trait tables by logical name.
        facts: Fact tables by logical name: ``orders``, ``order_lines``, ``events``, ``service_contacts``, ``touches``.
        changes: Membership changes: ``segment_id``, ``customer_id``, ``effective_at``, ``change``.
        consents: ``customer_id``, ``purpose``, ``channel`` (null for every one), ``given``, ``recorded_at``.
        addresses: ``customer_id``, ``channel``, ``usable``.
        contacts: ``account_id``, ``customer_id``, ``role``, and the days ``started_on`` and ``ended_on`` of the role.
        parties: All customers and accounts, where conditions on contacts look beyond the universe; else the universe.
    """

    universe: ir.Table
    fields: Fields
    traits: Mapping[str, ir.Table] = field(default_factory=dict)
    facts: Mapping[str, ir.Table] = field(default_factory=dict)
    changes: ir.Table | None = None
    consents: ir.Table | None = None
    addresses: ir.Table | None = None
    contacts: ir.Table | None = None
    parties: ir.Table | None = None

    def with_members(self, id_: str, members: ir.Table) -> tuple[Inputs, Condition]:
        """The tables with the members of a segment as a trait, and the condition that asks for it.

        Args:
            id_: Id of the segment.
            members: Rows with ``customer_id``, one for each member.
        """
        name = f"segment:{id_}"
        table = members.select("customer_id").mutate(member=ibis.literal(value=True))
        fields = self.fields.with_field(Field(name, name, "member", ColumnType.BOOLEAN))
        told = replace(self, fields=fields, traits={**self.traits, name: table})
        return told, Compare(Trait(name), "=", True)

    def fact_fields(self) -> dict[str, Fields]:
        """The columns of every fact table, by its name."""
        return {name: fields_of_table(name, table) for name, table in self.facts.items()}
