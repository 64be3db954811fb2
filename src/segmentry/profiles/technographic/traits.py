"""The technographic traits, with unit, origin, sources and how fast they age."""

from __future__ import annotations

from segmentry.profiles.catalog import Trait
from segmentry.profiles.technographic.internet import MEDIA
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, Specificity, TraitOrigin

_TEXT, _INTEGER, _NUMBER = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.NUMBER


def _trait(name: str, kind: ColumnType, description: str, unit: str, source: str, renew: int) -> Trait:
    return Trait(
        name, Basis.TECHNOGRAPHIC, kind, description, unit, source=source, renew_after_days=renew,
        specificity=Specificity.GENERAL,
    )  # fmt: skip


def _stack(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return _trait(name, kind, description, unit, "technologies", 180)


def _use(name: str, kind: ColumnType, description: str, unit: str = "") -> Trait:
    return _trait(name, kind, description, unit, "events", 30)


STACK_TRAITS = (
    _stack("stack_size", _INTEGER, "Technologies in use, devices left out.", "technologies"),
    _stack("stack_categories", _INTEGER, "Kinds of technology among them.", "kinds"),
    _stack("stack", _TEXT, "Their names in the order of the alphabet, parted by commas."),
    _stack("stack_age_days", _NUMBER, "Mean days since they were first seen.", "days"),
    _stack("stack_newest_days", _INTEGER, "Days since the newest was first seen.", "days"),
    _stack("stack_seen_days", _INTEGER, "Days since the latest evidence of any: how stale the knowledge is.", "days"),
    _stack("stack_evidence", _INTEGER, "Pieces of evidence for them, by kind of evidence.", "pieces"),
)
"""Traits of the stack."""

COMPANY_TRAITS = (
    _trait("company_stack_size", _INTEGER, "Technologies in use at the organization or by its people.",
           "technologies", "technologies, account_contacts", 180),
    _trait("company_stack", _TEXT, "Their names, parted by commas.", "", "technologies, account_contacts", 180),
)  # fmt: skip
"""Traits of a company's stack."""

ADOPTION_TRAITS = (
    _stack("adoption_delay", _NUMBER, "Mean time of adoption against other adopters.", "standard deviations"),
    _stack("adopter_class", _TEXT, "innovator, early_adopter, early_majority, late_majority or laggard (Rogers)."),
)
"""Traits of adoption."""

DEVICE_TRAITS = (
    _trait("devices", _INTEGER, "Distinct devices.", "devices", "technologies, events", 90),
    _trait("main_device", _TEXT, "Device most events come from.", "", "technologies, events", 90),
    _trait("main_device_share", _NUMBER, "Its share of the events with a device.", "share", "technologies, events", 90),
)
"""Traits of devices."""

USE_TRAITS = (
    _use("internet_days_per_month", _NUMBER, "Days with an event in thirty.", "days"),
    _use("internet_minutes_per_day", _NUMBER, "Minutes on a day with an event.", "minutes"),
    _use("internet_events_per_day", _NUMBER, "Events on a day with any.", "events"),
    _use("main_internet_use", _TEXT, "Type of use with most events."),
    _use("main_internet_use_share", _NUMBER, "Its share of the events.", "share"),
    *(
        _use(f"{each.replace('-', '')}_use_share", _NUMBER, f"Share of the events that are {each}.", "share")
        for each in MEDIA
    ),
)
"""Traits of internet use."""

SKILL_TRAIT = Trait(
    "technological_skill", Basis.TECHNOGRAPHIC, _NUMBER, "Technological skill as told: a number, or a word's place.",
    "as the source tells", TraitOrigin.GIVEN, "customers", 365, specificity=Specificity.GENERAL,
)  # fmt: skip
"""Skill where it is given."""
