"""What leads did up to their own instant, worked out of the facts: events, service, orders and offers."""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.behavioral import main_value
from segmentry.profiles.engagement.traits import MEDIA
from segmentry.profiles.leads.features import Offer, Part
from segmentry.terms.vocabulary import Basis

ANSWER_DUE = timedelta(days=7)
"""After that long an offer was answered or not; when it was answered no source tells."""


def before(leads: ir.Table, facts: ir.Table, time: str, *, undated: bool = False) -> ir.Table:
    """Facts about each lead up to its instant, keyed by ``lead_key`` alone, which stands under ``customer_id`` too.

    Whatever is worked out of them by customer is then worked out by lead, as of its own instant.

    Args:
        leads: ``lead_key``, ``customer_id`` and ``until``.
        facts: Keyed facts.
        time: Column of ``facts`` with the instant.
        undated: Whether facts without a time count.
    """
    own = leads.select("lead_key", "until", who="customer_id")
    met = own.inner_join(facts, own.who == facts.customer_id).drop("who")
    known = (met[time].cast("timestamp(6)") <= met.until).fill_null(undated)
    return met.filter(known).mutate(customer_id=met.lead_key)


def events(leads: ir.Table, told: ir.Table) -> Part:
    """How much each lead did on web, in apps and elsewhere, and on which device.

    Args:
        leads: As `before` wants them.
        told: Keyed events.
    """
    known = before(leads, told, "occurred_at")
    media = {f"{each.replace('-', '')}_events": _count(known.medium == each) for each in MEDIA}
    counted = known.group_by("lead_key").aggregate(
        event_count=known.count(),
        **media,
        event_days=known.occurred_at.date().nunique(),
        items_seen=known["item"].nunique(),
        categories_seen=known.category.nunique(),
        event_minutes=known.seconds.sum().fill_null(0.0).cast("float64") / 60.0,
    )
    used = known.filter(known.device.notnull())
    device = main_value(used, "device", ibis.literal(1, type="int64"), ("main_device", "device_share"))
    names = [name for name in counted.columns if name != "lead_key"]
    whole = _everybody(leads, counted)
    own = device.select("main_device", lead_key="customer_id")
    whole = whole.left_join(own, "lead_key").drop("lead_key_right")
    device_offer = Offer("main_device", Basis.TECHNOGRAPHIC, "recomputed", told=False)
    return Part(whole, (*map(_done, names), device_offer))


def service(leads: ir.Table, told: ir.Table) -> Part:
    """How often each lead asked service; ``told`` are keyed contacts."""
    known = before(leads, told, "contacted_at")
    return _part(leads, known.group_by("lead_key").aggregate(service_contacts=known.count()))


def orders(leads: ir.Table, told: ir.Table) -> Part:
    """What each lead had bought already; ``told`` are keyed orders."""
    known = before(leads, told.filter(told.placed), "ordered_at")
    counted = known.group_by("lead_key").aggregate(
        orders_before=known.count(), spend_before=known.amount.sum().cast("float64")
    )
    return _part(leads, counted)


def offers(leads: ir.Table, told: ir.Table) -> Part:
    """Offers each lead got, and answered among those whose answer was due; ``told`` are keyed touches."""
    known = before(leads, told.filter(told.arm == "treated"), "touched_at")
    due = known.touched_at.cast("timestamp(6)") <= known.until - ibis.interval(days=ANSWER_DUE.days)
    counted = known.group_by("lead_key").aggregate(
        offers_received=known.count(), offers_answered=_count(due & known.responded)
    )
    return _part(leads, counted)


def _count(condition: ir.BooleanValue) -> ir.IntegerValue:
    return condition.fill_null(False).cast("int64").sum()


def _part(leads: ir.Table, counted: ir.Table) -> Part:
    names = [name for name in counted.columns if name != "lead_key"]
    return Part(_everybody(leads, counted), tuple(map(_done, names)))


def _everybody(leads: ir.Table, counted: ir.Table) -> ir.Table:
    """Counts of all leads; 0 for those who did nothing."""
    whole = leads.select("lead_key").left_join(counted, "lead_key").drop("lead_key_right")
    return whole.select(
        "lead_key", **{name: whole[name].fill_null(0) for name in counted.columns if name != "lead_key"}
    )


def _done(name: str) -> Offer:
    return Offer(name, Basis.BEHAVIORAL, "recomputed", told=False)
