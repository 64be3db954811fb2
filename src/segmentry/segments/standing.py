"""Consent, reachability, chance and membership on record, as sets of customers or conditions."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.picking import first_rows
from segmentry.segments.leaf_expressions import Place, in_bounds
from segmentry.segments.literals import day_ends
from segmentry.segments.tree import Bucket, InSegment, Moved

_HASH = 2**60


def consenting(consents: ir.Table, purpose: str, place: Place, channel: str | None = None) -> ir.Table:
    """``customer_id`` of those whose latest word on a purpose is yes; of two words at one instant, no counts.

    A word may be limited to a channel. For a channel, words on it and general ones count, whichever is the later;
    without one, a yes on any channel is enough.
    """
    spoken = consents.filter(consents.purpose == purpose)
    if channel is None:
        return agreeing(spoken, place, ["customer_id", "channel"])
    return agreeing(spoken.filter(spoken.channel.isnull() | (spoken.channel == channel)), place, ["customer_id"])


def agreeing(words: ir.Table, place: Place, by: list[str]) -> ir.Table:
    """``customer_id`` of those who have said yes last, of the words that agree in the columns ``by``."""
    known = words.filter(words.recorded_at < place.now(words))
    latest = first_rows(known, by, [known.recorded_at.desc(), known.given])
    return latest.filter(latest.given).select("customer_id").distinct()


def reachable(addresses: ir.Table, channel: str) -> ir.Table:
    """``customer_id`` of those with a usable address for a channel."""
    return addresses.filter(addresses.channel == channel, addresses.usable).select("customer_id").distinct()


def in_reach(
    members: ir.Table, consents: ir.Table | None, addresses: ir.Table | None, place: Place
) -> tuple[ir.Table, ir.Table]:
    """Members with a consent in force for any purpose, and those of them with a usable address.

    What is not loaded takes nobody out.

    Args:
        members: Rows with ``customer_id``.
        consents: Words on consent, keyed.
        addresses: Addresses, keyed.
        place: The instant.
    """
    agreed = members
    if consents is not None:
        agreed = members.semi_join(agreeing(consents, place, ["customer_id", "purpose", "channel"]), "customer_id")
    if addresses is None:
        return agreed, agreed
    return agreed, agreed.semi_join(addresses.filter(addresses.usable), "customer_id")


def was_member(changes: ir.Table, leaf: InSegment, ids: list[str], place: Place) -> ir.Table:
    """``customer_id`` of those who were members at the end of a local day, as known now."""
    if leaf.on is None:
        raise TypeError("membership now is no record")
    end = ibis.literal(day_ends(leaf.on, place.timezone), type="timestamp(6)")
    now = place.now(changes)
    known = changes.filter(changes.segment_id.isin(ids), changes.effective_at < end, changes.effective_at < now)
    latest = first_rows(known, "customer_id", [known.effective_at.desc(), known.change.desc()])
    return latest.filter(latest.change == "entered").select("customer_id")


def moved(changes: ir.Table, leaf: Moved, ids: list[str], place: Place) -> ir.Table:
    """``customer_id`` of those who entered or left in a window."""
    inside = in_bounds(changes.effective_at, place.ends(place.rules(leaf.window), changes))
    rows = changes.filter(changes.segment_id.isin(ids), changes.change == leaf.change, inside)
    return rows.select("customer_id").distinct()


def in_bucket(party_key: Any, leaf: Bucket) -> Any:
    """Whether chance put a party into the buckets: the first 60 bits of sha256 of salt and oldest party key.

    Hexadecimal digits are compared as texts, so no engine has to know numbers of 60 bits.
    """
    digits = (ibis.literal(f"{leaf.salt}:") + party_key).hexdigest("sha256").substr(0, 15).lower()
    low, high = (-(-edge * _HASH // leaf.of) for edge in (leaf.first - 1, leaf.last))
    above = digits >= ibis.literal(f"{low:015x}")
    inside = above if leaf.last == leaf.of else above & (digits < ibis.literal(f"{high:015x}"))
    return inside.fill_null(False)
