"""The modules of profiles in the order in which a refresh runs them, each with its own section of the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
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
    """One module of profiles; it is imported when its spec is read or its traits are published.

    Attributes:
        section: Its section of the settings.
        spec: Where its spec is, such as ``leads.spec:LeadSpec``.
        publisher: Where the function is that publishes its traits, such as ``run_leads:publish``.
        also: Other modules whose specs it takes, by section.
    """

    section: str
    spec: str
    publisher: str
    also: tuple[str, ...] = ()

    @property
    def read(self) -> Callable[..., Any]:
        """Makes its spec of its section of the settings."""
        made: Callable[..., Any] = _found(self.spec).from_settings
        return made

    @property
    def publish(self) -> Callable[..., None]:
        """Publishes its traits."""
        found: Callable[..., None] = _found(self.publisher)
        return found


MODULES = (
    Module("demographic", "demographic.spec:DemographicSpec", "run_demographic:publish"),
    Module("geographic", "geographic.spec:GeographicSpec", "run_geographic:publish"),
    Module("occasions", "occasions.spec:OccasionSpec", "run_occasions:publish"),
    Module("surveys", "psychographic.spec:PsychographicSpec", "run_psychographic:publish"),
    Module("needs", "needs.spec:NeedsSpec", "run_needs:publish"),
    Module("engagement", "engagement.spec:EngagementSpec", "run_engagement:publish"),
    Module("feedback", "feedback.spec:FeedbackSpec", "run_feedback:publish"),
    Module("loyalty", "loyalty.spec:LoyaltySpec", "run_loyalty:publish"),
    Module("technographic", "technographic.spec:TechnographicSpec", "run_technographic:publish"),
    Module("accounts", "accounts.spec:AccountSpec", "run_contacts:publish"),
    Module("kinds", "kinds.spec:KindsSpec", "run_kinds:publish"),
    Module("accounts", "accounts.spec:AccountSpec", "run_accounts:publish"),
    Module("technographic", "technographic.spec:TechnographicSpec", "run_technographic:publish_companies"),
    Module("firmographic", "firmographic.spec:FirmographicSpec", "run_firmographic:publish"),
    Module("leads", "leads.spec:LeadSpec", "run_leads:publish", ("surveys", "needs")),
)
"""The modules in order: accounts come after all whose traits they roll up, their contacts before who needs them."""


def _found(home: str) -> Any:
    """The object of `segmentry.profiles` at ``module:name``."""
    module, _, name = home.partition(":")
    return getattr(import_module(f"segmentry.profiles.{module}"), name)


def _of(section: str) -> Module:
    """The first module of a section."""
    return next(each for each in MODULES if each.section == section)


def check(told: Told) -> None:
    """`SettingsError` with every mistake in every section that a module reads."""
    from segmentry.profiles.identity.spec import IdentitySpec

    problems: list[Problem] = []
    for section, entries in told.items():
        try:
            if section == "identity":
                from segmentry.profiles.identity.spec import IdentitySpec

                IdentitySpec.from_settings(entries)
                continue
            spec = _of(section).read(entries, **_ANY)
            if section == "leads":
                from segmentry.segments.leading.texts import read_texts

                problems += read_texts(spec)[1]
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
    specs = {each.section: _read(each, told, spec) for each in MODULES}
    for module in MODULES:
        module.publish(run, specs[module.section], catalog, **{name: specs[name] for name in module.also})


def publish_lead_rules(run: Run, told: Told, spec: ProfileSpec, catalog: TraitCatalog, timezone: str) -> None:
    """Publish which stage leads are fit for and who gets them, by rules that may ask for any trait and event."""
    from segmentry.segments import run_lead_rules

    run_lead_rules.publish(run, _read(_of("leads"), told, spec), catalog, timezone)


def publish_segmented(run: Run, told: Told, spec: ProfileSpec, catalog: TraitCatalog) -> None:
    """Publish what needs segments and value: needs inside segments, and what referrals and contributions are worth."""
    from segmentry.profiles import run_kinds, run_needs

    run_kinds.publish_engagement(run, _read(_of("kinds"), told, spec), catalog)
    run_needs.publish_segments(run, _read(_of("needs"), told, spec), catalog)


def publish_of_members(run: Run, told: Told, spec: ProfileSpec) -> None:
    """Publish what is counted inside every segment, those laid down by definitions included."""
    from segmentry.profiles import run_feedback

    run_feedback.publish_segments(run, _read(_of("feedback"), told, spec))


def _read(module: Module, told: Told, spec: ProfileSpec) -> Any:
    entries = told.get(module.section, {})
    if module.section == "surveys" and spec.lawful_basis:
        entries = {"lawful_basis": spec.lawful_basis} | dict(entries)
    zone = {"timezone": spec.timezone} if module.section == "feedback" else {}
    return module.read(entries, as_of=spec.as_of, last_day=spec.last_day, currency=spec.currency, **zone)
