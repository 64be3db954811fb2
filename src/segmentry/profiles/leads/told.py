"""What is told of leads without saying when: traits of persons and organizations as they stand now.

A CRM fills them in after the sale, too. So they are marked, whether they are told at all never teaches, and a column
that is told far more often of one outcome is refused (`chances`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.leads.features import SPECIAL, Known, Offer, Part
from segmentry.terms.vocabulary import Basis, DataClass, TraitOrigin

TABLES = ("demographic_traits", "geographic_traits", "technographic_traits", "given_traits")
"""Published traits of persons that may be used."""
ORGANIZATIONS = "firmographic_traits"

_TWICE = {"age_band", "generation", "income_level", "latitude", "longitude", "industry_scheme", "growth_until"}
_MOVING = {"next_event", "days_to_next_event"}
_GROWN = ("yearly_growth", "performance")
_TYPES = {"text", "integer", "number", "decimal", "boolean"}

Entry = Mapping[str, Any]
"""A row of the trait catalog."""


def persons(table: ir.Table, leads: ir.Table, entries: Sequence[Entry], taken: Sequence[str]) -> Part:
    """Traits of the persons behind leads.

    Args:
        table: One of `TABLES`, keyed by customer.
        leads: ``lead_key`` and ``customer_id``.
        entries: What the catalog says of its traits.
        taken: Names that other features have.
    """
    offers = tuple(_offer(entry) for entry in entries if _asked(entry, taken))
    own = leads.select("lead_key", who="customer_id")
    return _part(own.inner_join(table, own.who == table.customer_id), offers)


def organizations(table: ir.Table, leads: ir.Table, entries: Sequence[Entry], taken: Sequence[str]) -> Part:
    """Traits of the organizations of leads; of one known only after the instant nothing was known then.

    Growth counts where the last year it is worked out of was over.

    Args:
        table: ``firmographic_traits``.
        leads: ``lead_key``, ``account_id``, ``organization_since`` and ``until``.
        entries: What the catalog says of its traits.
        taken: Names that other features have.
    """
    offers = tuple(_offer(entry) for entry in entries if _asked(entry, taken))
    own = leads.select("lead_key", "until", "organization_since", who="account_id")
    met = own.inner_join(table, own.who == table.customer_id)
    met = met.filter((met.organization_since <= met.until).fill_null(True))
    grown = [name for name in _GROWN if name in met.columns]
    over = (met.growth_until < met.until.year()).fill_null(False) if grown else ibis.literal(False)
    met = met.mutate(**{name: ibis.ifelse(over, met[name], ibis.null(met[name].type())) for name in grown})
    return _part(met, offers)


def _asked(entry: Entry, taken: Sequence[str]) -> bool:
    name = entry["trait"]
    if entry["table_name"] == "technographic_traits" and entry["origin"] != TraitOrigin.GIVEN:
        return False  # worked out of facts, which are looked at as of each lead's own instant
    return name not in _TWICE and name not in _MOVING and name not in taken and entry["type"] in _TYPES


def _offer(entry: Entry) -> Offer:
    known: Known = "dated" if entry["trait"] in _GROWN else "undated"
    basis = None if entry["basis"] is None else Basis(entry["basis"])
    reason = None
    if entry["data_class"] == DataClass.SPECIAL:
        reason = SPECIAL
    elif basis is None:
        reason = "Nobody says to which basis it belongs."
    elif basis is Basis.BEHAVIORAL:
        reason = "It tells what was done, up to now and not up to the lead's instant."
    return Offer(entry["trait"], basis, known, reason=reason)


def _part(met: ir.Table, offers: Sequence[Offer]) -> Part:
    columns = {}
    for offer in offers:
        if offer.reason is None:
            value = met[offer.home]
            columns[offer.home] = value if value.type().is_string() else value.cast("float64")
    return Part(met.select("lead_key", **columns) if columns else None, tuple(offers))
