"""A simulated company's canonical tables on any engine, and what the modules of profiles publish of them there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from segmentry.engine import Engine, EngineSettings
from segmentry.engine.ledger import Ledger
from segmentry.engine.ledger.store import IN_MEMORY
from segmentry.engine.warehouse import Warehouse
from segmentry.profiles import run as profiles
from segmentry.profiles.spec import ProfileSpec
from segmentry.terms.canonical import CANONICAL
from segmentry.workspace import profiling
from tests.rooms.simulate.companies import Known

Tables = dict[str, Any]


def canonical(known: Known) -> Tables:
    """Arrow tables of everything that was loaded, by canonical name."""
    engine = known.engine
    return {name: engine.arrow(engine.table(name)) for name in CANONICAL if engine.has(name) and name != "quarantine"}


def engine_of(warehouse: Warehouse) -> Engine:
    """An engine on the warehouse, with a ledger of its own."""
    ledger = Ledger(IN_MEMORY)
    ledger.open()
    return Engine(warehouse, ledger, EngineSettings())


def published(engine: Engine, known: Known, tables: Tables, sections: Collection[str]) -> dict[str, list[str]]:
    """Rows of every table that these sections publish, floating numbers to nine places, in an order of their own."""
    told = dict(known.workspace.settings.modules)
    spec = ProfileSpec(known.as_of, known.as_of.date() - timedelta(days=1), known.company.spec.currency)
    with engine.run("load") as run:
        for name, table in tables.items():
            run.publish(CANONICAL[name], table)
    before = set(engine.current())
    with engine.run("refresh", known.as_of) as run:
        catalog = profiles.refresh_parties(run, resolved="identity" in sections and profiling.resolve(run, told))
        for module in profiling.MODULES:
            if module.section in sections:
                answer = module.read(told.get(module.section, {}), as_of=spec.as_of, last_day=spec.last_day,
                                     currency=spec.currency)  # fmt: skip
                module.publish(run, answer, catalog)
    made = sorted(set(engine.current()) - before)
    return {name: sorted(_told(row) for row in engine.rows(engine.table(name))) for name in made}


def _told(row: dict[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if name != "recorded_at"}
    return repr(sorted((name, _plain(value)) for name, value in kept.items()))


def _plain(value: Any) -> Any:
    return round(value, 9) + 0.0 if isinstance(value, float) else value
