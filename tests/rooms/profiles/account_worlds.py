"""Small worlds of organizations: canonical tables with only what a test says, parties and identity told from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from segmentry.engine import Engine, Run
from segmentry.profiles import run as profiles
from segmentry.profiles import run_accounts, run_contacts
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.catalog import TraitCatalog
from segmentry.sources.parties import publish_parties
from segmentry.terms.canonical import CANONICAL
from tests.rooms.shops import AS_OF, LAST, arrow, by_customer

D = date
Rows = list[dict[str, Any]]

_NUMBERS = {
    "opportunities": "opportunity_id",
    "subscriptions": "subscription_id",
    "feedback": "feedback_id",
    "service_contacts": "contact_id",
    "events": "event_id",
    "contributions": "contribution_id",
}


def day(number: int) -> date:
    """The day so many days before the last one."""
    return date.fromordinal(LAST.toordinal() - number)


def moment(number: int) -> datetime:
    """Noon so many days before the last one."""
    return datetime.combine(day(number), datetime.min.time()).replace(hour=12)


def load(run: Run, **tables: Rows) -> None:
    """Publish canonical tables, numbered where they need it, and the parties they name."""
    for name, rows in tables.items():
        filled = []
        for place, row in enumerate(rows):
            told = {"source": "crm", "currency": "EUR"} | row
            if name in _NUMBERS:
                told = {_NUMBERS[name]: f"{name}{place}"} | told
            filled.append(told)
        run.publish(CANONICAL[name], arrow(CANONICAL[name], _plain(name, filled)))
    publish_parties(run, "UTC")
    profiles.publish_identity(run)


def _plain(name: str, rows: Rows) -> Rows:
    """Rows without currencies where the table has none."""
    known = CANONICAL[name]
    return [
        {key: value for key, value in row.items() if key in known.names or key.startswith("given_")} for row in rows
    ]


def publish_accounts(run: Run, spec: AccountSpec, catalog: TraitCatalog) -> None:
    """Contacts, then all that is rolled up over them."""
    run_contacts.publish(run, spec, catalog)
    run_accounts.publish(run, spec, catalog)


def publish(
    engine: Engine, publisher: Callable[..., None], spec: Any, *before: tuple[Callable[..., None], Any]
) -> TraitCatalog:
    """Publish in a run of its own, after other modules where one builds on them."""
    catalog = TraitCatalog()
    with engine.run("refresh", AS_OF) as run:
        for other, its_spec in before:
            other(run, its_spec, catalog)
        publisher(run, spec, catalog)
    return catalog


def rows(engine: Engine, name: str) -> Rows:
    """The rows of a published table."""
    return engine.rows(engine.table(name))


def traits(engine: Engine, name: str) -> dict[str, dict[str, Any]]:
    """Traits by customer, without what is unknown."""
    found = by_customer(rows(engine, name))
    return {key: {trait: value for trait, value in row.items() if value is not None} for key, row in found.items()}


def findings(engine: Engine, name: str) -> dict[tuple[str, str | None], int]:
    """Rows by finding and customer."""
    return {(row["finding"], row["customer_id"]): row["rows"] for row in rows(engine, name)}
