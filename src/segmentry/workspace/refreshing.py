"""One refresh: profiles, customer value, segments, segment value, in that order and as one commit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from segmentry.discovery import run as discovery
from segmentry.discovery.finding import Found
from segmentry.discovery.spec import DiscoverSpec, RfmSpec
from segmentry.engine import Engine, Run
from segmentry.maps.run import draw
from segmentry.maps.spec import MapSpec, Method
from segmentry.profiles import run as profiles
from segmentry.profiles.spec import ProfileSpec
from segmentry.sources.parties import last_day_told
from segmentry.strategy.run import plan
from segmentry.strategy.spec import StrategySpec
from segmentry.terms.clock import midnight_after, utc_to_local
from segmentry.terms.errors import Problem, SettingsError, WorkspaceError, shorten
from segmentry.terms.numbers import as_json
from segmentry.terms.study import Study
from segmentry.value import run as value
from segmentry.value.run_growth import refresh_growth
from segmentry.value.run_priority import refresh_priority
from segmentry.value.spec import ValueSpec
from segmentry.workspace import profiling
from segmentry.workspace.progress import Stopwatch
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.segment_files import refresh_definitions

if TYPE_CHECKING:
    from segmentry.workspace.settings import WorkspaceSettings
    from segmentry.workspace.workspace import Workspace

METHODS: tuple[Method, ...] = ("plain", "principal", "discriminant", "correspondence", "perceived")
"""The maps that every refresh draws, the default first."""


def refresh(workspace: Workspace, as_of: datetime | None, watch: Stopwatch) -> DocumentResult:
    """Compute everything anew as of one instant; see `Workspace.refresh`."""
    engine = workspace.engine
    if not engine.has("orders"):
        return _refresh_parties(workspace, as_of, watch)
    facts = engine.rows(_period(engine))[0]
    instant, last_day = _instant(workspace, as_of, facts)
    currency = _currency(engine, workspace.settings.currency)
    settings = workspace.settings
    profile_spec = ProfileSpec(instant, last_day, currency, settings.lawful_basis, settings.timezone)
    value_spec = ValueSpec(
        instant,
        last_day,
        currency,
        settings.horizon_months,
        settings.annual_discount,
        settings.margin_rate,
        settings.model,  # type: ignore[arg-type]
    )
    study = record(workspace)
    with engine.run("refresh", instant) as run:
        _compute(run, settings, profile_spec, value_spec, study, watch)
        with watch.step("definitions", 0.95):
            refresh_definitions(run, workspace)
            profiling.publish_of_members(run, settings.modules, profile_spec)
        run.notes["currency"] = currency
        run.notes["last_day"] = last_day.isoformat()
        run.notes["seconds"] = watch.seconds
        run.notes["settings"] = settings.computing
    return _refreshed(workspace, instant, currency, watch)


def _refreshed(workspace: Workspace, instant: datetime, currency: str | None, watch: Stopwatch) -> DocumentResult:
    watch.progress("done", 1.0)
    rows = {name: artifact.rows for name, artifact in sorted(workspace.engine.current().items())}
    last = workspace.engine.last_run("refresh")
    document = {
        "as_of": as_json(instant),
        "currency": currency,
        "seconds": watch.seconds,
        "tables": rows,
        "clock": None if last is None else last.notes.get("clock"),
    }
    return DocumentResult("What was refreshed", document)


def _refresh_parties(workspace: Workspace, as_of: datetime | None, watch: Stopwatch) -> DocumentResult:
    """What can be computed where nothing was ordered: parties, what was told of them, and definitions."""
    engine = workspace.engine
    if not engine.has("customers"):
        next_step = "Load a file of orders, or any file that names customers."
        raise WorkspaceError(Problem("NOTHING_LOADED", "Nobody is known yet", str(workspace.folder), "", next_step))
    timezone = workspace.settings.timezone
    instant = _after_last_fact(engine, timezone) if as_of is None else _not_in_future(as_of)
    last_day = (utc_to_local(instant, timezone) - timedelta(microseconds=1)).date()
    study = record(workspace) if workspace.settings.study.variables else None
    with engine.run("refresh", instant) as run:
        with watch.step("profiles", 0.1):
            told = workspace.settings.modules
            spec = ProfileSpec(instant, last_day, None, workspace.settings.lawful_basis, timezone)
            catalog = profiles.refresh_parties(run, resolved=profiling.resolve(run, told))
            profiling.publish(run, told, spec, catalog)
        with watch.step("segments", 0.4):
            if study is not None:
                rules = RfmSpec(instant, unit="currency units")
                discovery.segment_parties(run, rules, DiscoverSpec(instant, study.as_dict(), rules.unit))
            profiling.publish_segmented(run, told, spec, catalog)
            profiling.publish_lead_rules(run, told, spec, catalog, workspace.settings.timezone)
            profiles.publish_catalog(run, catalog, spec)
        with watch.step("definitions", 0.6):
            refresh_definitions(run, workspace)
            profiling.publish_of_members(run, told, spec)
        run.notes["seconds"] = watch.seconds
        run.notes["settings"] = workspace.settings.computing
    return _refreshed(workspace, instant, None, watch)


def record(workspace: Workspace) -> Study:
    """The study of the workspace, put on record by a commit of its own where it is not yet."""
    engine, study = workspace.engine, workspace.settings.study
    if study.id in discovery.RULED:
        next_step = "Choose another id."
        raise SettingsError(
            Problem("STUDY_ID_TAKEN", "Rules make segments of this name", "study, id", study.id, next_step)
        )
    rows = engine.rows(engine.table("studies")) if engine.has("studies") else []
    known = discovery.on_record(rows, study)
    if known is not None:
        return known
    with engine.run("study") as run:
        return discovery.record_study(run, study)


def _compute(
    run: Run,
    settings: WorkspaceSettings,
    profile_spec: ProfileSpec,
    value_spec: ValueSpec,
    study: Study,
    watch: Stopwatch,
) -> None:
    told = settings.modules
    with watch.step("profiles", 0.1):
        catalog = profiles.refresh(run, profile_spec, resolved=profiling.resolve(run, told))
        profiling.publish(run, told, profile_spec, catalog)
    with watch.step("customer value", 0.4):
        learned = value.refresh_customers(run, value_spec, catalog)
    with watch.step("segments", 0.7):
        rules = RfmSpec(profile_spec.as_of, unit=value_spec.unit)
        found = discovery.segment(run, rules, DiscoverSpec(profile_spec.as_of, study.as_dict(), value_spec.unit))
    with watch.step("segment value", 0.8):
        value.refresh_segments(run, value_spec, learned)
        refresh_growth(run, value_spec)
        refresh_priority(run, value_spec, study, {"stability": discovery.stability(run)})
        profiling.publish_segmented(run, told, profile_spec, catalog)
        profiling.publish_lead_rules(run, told, profile_spec, catalog, settings.timezone)
        profiles.publish_catalog(run, catalog, profile_spec)
    with watch.step("map", 0.85):
        main = study.id if isinstance(found, Found) else "rfm"
        draw(run, *(MapSpec(profile_spec.as_of, main, method=each, unit=value_spec.unit) for each in METHODS))
    with watch.step("strategy", 0.88):
        months = value_spec.horizon_months
        plan(run, StrategySpec(profile_spec.as_of, main, study.as_dict(), value_spec.unit, months))


def _period(engine: Any) -> Any:
    orders = engine.table("orders")
    placed = orders.placed.cast("int64").sum()
    return orders.aggregate(first=orders.ordered_on.min(), last=orders.ordered_on.max(), placed=placed)


def _instant(workspace: Workspace, as_of: datetime | None, facts: dict[str, Any]) -> tuple[datetime, date]:
    """The as-of (UTC, no zone attached) and the last local day before it."""
    timezone = workspace.settings.timezone
    if not facts["placed"]:
        next_step = "See the report of the load for the reasons, and correct the mapping or the rules."
        raise WorkspaceError(
            Problem(
                "NO_ORDER_USABLE",
                "No order with a positive net amount was accepted",
                str(workspace.folder),
                "",
                next_step,
            )
        )
    if as_of is None:
        return midnight_after(facts["last"], timezone), facts["last"]
    instant = _not_in_future(as_of)
    last_day = (utc_to_local(instant, timezone) - timedelta(microseconds=1)).date()
    if last_day < facts["first"]:
        given = f"{instant:%Y-%m-%d %H:%M} UTC"
        next_step = f"Choose an instant after {facts['first']}."
        raise SettingsError(Problem("AS_OF_BEFORE_DATA", "Nothing had happened by then", "as_of", given, next_step))
    return instant, last_day


def _after_last_fact(engine: Engine, timezone: str) -> datetime:
    """Local midnight after the last fact about any party, or now where that is earlier or nothing is dated."""
    now, last = datetime.now(UTC).replace(tzinfo=None), last_day_told(engine, timezone)
    return now if last is None else min(now, midnight_after(last, timezone))


def _not_in_future(as_of: Any) -> datetime:
    """An as-of in UTC without a zone; `SettingsError` where it is none or has not come yet."""
    if not isinstance(as_of, datetime):
        what, next_step = "The as-of is an instant", "Give a datetime, in UTC where it names no zone."
        raise SettingsError(Problem("AS_OF_INVALID", what, "as_of", shorten(as_of), next_step))
    instant = as_of if as_of.tzinfo is None else as_of.astimezone(UTC).replace(tzinfo=None)
    if instant > datetime.now(UTC).replace(tzinfo=None):
        given, next_step = f"{instant:%Y-%m-%d %H:%M} UTC", "Choose an instant that has come."
        raise SettingsError(
            Problem("AS_OF_IN_FUTURE", "Nothing can be known as of the future", "as_of", given, next_step)
        )
    return instant


def _currency(engine: Any, told: str | None) -> str | None:
    """The one currency of all orders; amounts of several currencies are never added up."""
    orders = engine.table("orders")
    rows = engine.rows(orders.group_by("currency").aggregate(rows=orders.count()).order_by("currency"))
    if len(rows) > 1:
        given = ", ".join(f"{row['currency'] or 'none'} in {row['rows']:,} orders" for row in rows)
        next_step = "Load the orders of one currency into this workspace, or convert them with dated rates beforehand."
        raise SettingsError(
            Problem("CURRENCIES_MIXED", "Orders come in several currencies", "orders.currency", given, next_step)
        )
    return rows[0]["currency"] or told if rows else told
