"""The tables a batch of definitions is evaluated over, all keyed by ``customer_id``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis.expr.types as ir

from segmentry.segments.fields import Fields
from segmentry.segments.layout import fields_of_table


@dataclass(frozen=True)
class Inputs:
    """What is known of customers, as tables.

    Attributes:
        universe: The base: ``customer_id`` and, for random buckets, ``party_key``; accounts for definitions of them.
        fields: The traits that exist.
        traits: Trait tables by logical name.
        facts: Fact tables by logical name: ``orders``, ``order_lines``, ``events``, ``service_contacts``, ``touches``.
        changes: Membership changes: ``segment_id``, ``customer_id``, ``effective_at``, ``change``.
        consents: ``customer_id``, ``purpose``, ``given``, ``recorded_at``.
        addresses: ``customer_id``, ``channel``, ``usable``.
        contacts: ``account_id``, ``customer_id``, ``role``.
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

    def fact_fields(self) -> dict[str, Fields]:
        """The columns of every fact table, by its name."""
        return {name: fields_of_table(name, table) for name, table in self.facts.items()}
