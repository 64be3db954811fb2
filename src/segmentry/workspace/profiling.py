"""The modules of profiles in the order in which a refresh runs them, each with its own section of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from segmentry.terms.errors import Problem, SettingsError

if TYPE_CHECKING:
    from segmentry.engine import Run
    from segmentry.profiles.catalog import TraitCatalog
    from segmentry.profiles.spec import ProfileSpec

_ANY = {"as_of": datetime(2000, 1, 2), "last_day": date(2000, 1, 1), "currency": None}
Told = Mapping[str, Mapping[str, Any]]
"""Sections of the settings by name."""


@dataclass(frozen=True, slots=True)
class Module:
    """One module of profiles.

    Attributes:
        section: Its section of the settings.
        read: Makes its spec of that section.
        publish: Publishes its traits.
        also: Other modules whose specs it takes, by section.
    """

    section: str
    read: Callable[..., Any]
    publish: Callable[..., None]
    also: tuple[str, ...] = ()


def modules() -> tuple[Module, ...]:
    """The modules in order: accounts come after all whose traits they roll up, their contacts before who needs them."""
    from segmentry.profiles import (
        run_accounts,
        run_contacts,
        run_demographic,
        run_engagement,
        run_feedback,
        run_firmographic,
        run_geographic,
        run_kinds,
        run_leads,
        run_loyalty,
        run_needs,
        run_occasions,
        run_psychographic,
        run_technographic,
    )
    from segmentry.profiles.accounts.spec import AccountSpec
    from segmentry.profiles.demographic.spec import DemographicSpec
    from segmentry.profiles.engagement.spec import EngagementSpec
    from segmentry.profiles.feedback.spec import FeedbackSpec
    from segmentry.profiles.firmographic.spec import FirmographicSpec
    from segmentry.profiles.geographic.spec import GeographicSpec
    from segmentry.profiles.kinds.spec import KindsSpec
    from segmentry.profiles.leads.spec import LeadSpec
    from segmentry.profiles.loyalty.spec import LoyaltySpec
    from segmentry.profiles.needs.spec import NeedsSpec
    from segmentry.profiles.occasions.spec import OccasionSpec
    from segmentry.profiles.psychographic.spec import PsychographicSpec
    from segmentry.profiles.technographic.spec import TechnographicSpec

    return (
        Module("demographic", DemographicSpec.from_settings, run_demographic.publish),
        Module("geographic", GeographicSpec.from_settings, run_geographic.publish),
        Module("occasions", OccasionSpec.from_settings, run_occasions.publish),
        Module("surveys", PsychographicSpec.from_settings, run_psychographic.publish),
        Module("needs", NeedsSpec.from_settings, run_needs.publish),
        Module("engagement", EngagementSpec.from_settings, run_engagement.publish),
        Module("feedback", FeedbackSpec.from_settings, run_feedback.publish),
        Module("loyalty", LoyaltySpec.from_settings, run_loyalty.publish),
        Module("technographic", TechnographicSpec.from_settings, run_technographic.publish),
        Module("accounts", AccountSpec.from_settings, run_contacts.publish),
        Module("kinds", KindsSpec.from_settings, run_kinds.publish),
        Module("accounts", AccountSpec.from_settings, run_accounts.publish),
        Module("technographic", TechnographicSpec.from_settings, run_technographic.publish_companies),
        Module("firmographic", FirmographicSpec.from_settings, run_firmographic.publish),
        Module("leads", LeadSpec.from_settings, run_leads.publish, ("surveys", "needs")),
    )


def check(told: Told) -> None:
    """`SettingsError` with every mistake in every section that a module reads."""
    from segmentry.profiles.identity.spec import IdentitySpec
    from segmentry.segments.leading.texts import read_texts

    readers: dict[str, Callable[..., Any]] = {each.section: each.read for each in modules()} if told else {}
    problems: list[Problem] = []
    for section, entries in told.items():
        try:
            if section == "identity":
                IdentitySpec.from_settings(entries)
            elif section == "leads":
                problems += read_texts(readers[section](entries, **_ANY))[1]
            else:
                readers[section](entries, **_ANY)
        except SettingsError as wrong:
            problems += wrong.problems
    if problems:
        raise SettingsError(problems)


def resolve(run: Run, told: Told) -> bool:
    """Bring parties together as ``[identity]`` asks; whether it asks for anything."""
    if "identity" not in told and not run.has("identity_rulings") and not run.has("identity_history"):
        return False
    from segmentry.profiles.identity.spec import IdentitySpec
    from segmentry.profiles.run_identity import resolve as resolve_identity

    report = resolve_identity(run, IdentitySpec.from_settings(told.get("identity", {"method": "none"})))
    run.notes["identity"] = report.as_dict()
    return True


def publish(run: Run, told: Told, spec: ProfileSpec, catalog: TraitCatalog) -> None:
    """Publish the traits of every module whose tables are there."""
    specs = {each.section: _read(each, told, spec) for each in modules()}
    for module in modules():
        module.publish(run, specs[module.section], catalog, **{name: specs[name] for name in module.also})


def publish_lead_rules(run: Run, told: Told, spec: ProfileSpec, catalog: TraitCatalog, timezone: str) -> None:
    """Publish which stage leads are fit for and who gets them, by rules that may ask for any trait and event."""
    from segmentry.segments import run_lead_rules

    module = next(each for each in modules() if each.section == "leads")
    run_lead_rules.publish(run, _read(module, told, spec), catalog, timezone)


def publish_segmented(run: Run, told: Told, spec: ProfileSpec, catalog: TraitCatalog) -> None:
    """Publish what needs segments and value: needs inside segments, and what referrals and contributions are worth."""
    from segmentry.profiles import run_kinds, run_needs

    by_section = {each.section: each for each in modules()}
    run_kinds.publish_engagement(run, _read(by_section["kinds"], told, spec), catalog)
    run_needs.publish_segments(run, _read(by_section["needs"], told, spec), catalog)


def publish_of_members(run: Run, told: Told, spec: ProfileSpec) -> None:
    """Publish what is counted inside every segment, those laid down by definitions included."""
    from segmentry.profiles import run_feedback

    module = next(each for each in modules() if each.section == "feedback")
    run_feedback.publish_segments(run, _read(module, told, spec))


def _read(module: Module, told: Told, spec: ProfileSpec) -> Any:
    entries = told.get(module.section, {})
    if module.section == "surveys" and spec.lawful_basis:
        entries = {"lawful_basis": spec.lawful_basis} | dict(entries)
    return module.read(entries, as_of=spec.as_of, last_day=spec.last_day, currency=spec.currency)
