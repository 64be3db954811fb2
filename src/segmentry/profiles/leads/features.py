"""What may be offered to a model of conversion: of which basis, known since when, told or done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir

from segmentry.terms.vocabulary import Basis

Known = Literal["dated", "recomputed", "undated"]
"""Why one may think that a value was known at a lead's instant: it was told with a date up to then, it was worked out
from facts up to then, or nobody says when it was told."""

LEFT_OUT = "The settings leave it out."
SPECIAL = "A special category: it is never learned from."


@dataclass(frozen=True, slots=True)
class Offer:
    """A feature of leads.

    Attributes:
        name: What it is called.
        basis: The basis it belongs to; None where nobody says.
        known: Since when it is known.
        told: Whether the lead told it, or somebody of it; no where it follows from what the lead did.
        column: Its column, where that is not the name.
        reason: Why it is left out before anybody looked at its values.
    """

    name: str
    basis: Basis | None
    known: Known
    told: bool = True
    column: str = ""
    reason: str | None = None

    @property
    def home(self) -> str:
        """Its column."""
        return self.column or self.name


@dataclass(frozen=True)
class Part:
    """Features that come from one place.

    Attributes:
        table: ``lead_key`` and a column for each feature, at most one row for each lead; None without any.
        offers: The features, those left out included.
    """

    table: ir.Table | None
    offers: tuple[Offer, ...]

    @property
    def usable(self) -> tuple[Offer, ...]:
        """Those with a column."""
        return tuple(each for each in self.offers if each.reason is None)


def joined(leads: ir.Table, parts: Sequence[Part]) -> ir.Table:
    """``leads`` with the columns of all parts.

    Args:
        leads: One row for each lead, with ``lead_key``.
        parts: The parts.
    """
    whole = leads
    for part in parts:
        if part.table is not None and part.usable:
            own = part.table.select("lead_key", *(each.home for each in part.usable))
            whole = whole.left_join(own, "lead_key").drop("lead_key_right")
    return whole
