"""Accounts, firms, technologies and kinds give the same tables on DuckDB and on Spark, cell by cell."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from segmentry.engine import Engine, EngineSettings
from segmentry.engine.ledger import Ledger
from segmentry.engine.ledger.store import IN_MEMORY
from segmentry.engine.warehouse import Warehouse
from segmentry.profiles.tables import IDENTITY
from tests.rooms.profiles import test_accounts, test_accounts_kinds, test_firmographic, test_technographic
from tests.rooms.profiles.account_worlds import Rows, load, publish, rows
from tests.rooms.shops import arrow

pytestmark = [pytest.mark.prove, pytest.mark.spark]

Publisher = tuple[Callable[..., None], Any]
GIVEN = {name: None for row in test_firmographic.FIRMS for name in row if name.startswith("given_")}

WORLDS: dict[str, tuple[dict[str, Rows], Publisher, tuple[str, ...]]] = {
    "accounts": (
        test_accounts.TABLES,
        (test_accounts.publish_accounts, test_accounts.SPEC),
        (
            "account_traits",
            "contact_traits",
            "account_coverage",
            "account_contacts_keyed",
            "account_hierarchy",
            "opportunity_summary",
            "opportunity_standing",
            "account_findings",
            "spelling_repairs",
        ),
    ),
    "firmographic": (
        {"accounts": [{**GIVEN, **row} for row in test_firmographic.FIRMS]},
        (test_firmographic.publish_firmographic, test_firmographic.SPEC),
        ("firmographic_traits", "firmographic_findings"),
    ),
    "technographic": (
        {
            "technologies": test_technographic.TECHNOLOGIES,
            "events": test_technographic.EVENTS,
            "account_contacts": [{"account_key": "firm", "party_key": "ann", "role": "user"}],
        },
        (test_technographic.publish_technographic, test_technographic.SPEC),
        ("technographic_traits", "company_technographic_traits", "technology_adoption"),
    ),
    "kinds": (
        {
            "subscriptions": test_accounts_kinds.CONTRACTS,
            "feedback": test_accounts_kinds.FEEDBACK,
            "usage": test_accounts_kinds.USAGE,
            "service_contacts": test_accounts_kinds.SERVICE,
            "contributions": test_accounts_kinds.CONTRIBUTIONS,
            "referrals": test_accounts_kinds.REFERRALS,
            "account_contacts": test_accounts_kinds.CONTACTS,
        },
        (test_accounts_kinds.publish_kinds, test_accounts_kinds.SPEC),
        ("kinds_traits", "purchase_roles", "kinds_findings"),
    ),
}


MERGED = {"few2": "few1", "alone": "top", "yen": "dollars", "agency": "young", "bob": "ann", "other worker": "worker"}
"""Records that are one customer, so that keys and customers differ."""


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    pytest.importorskip("pyspark", reason="the spark extra is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    from segmentry.engine.spark import SparkWarehouse

    folder: Path = tmp_path_factory.mktemp("spark")
    warehouse = SparkWarehouse("local[2]", folder)
    yield warehouse
    warehouse.close()


def published(engine: Engine, world: str) -> dict[str, list[str]]:
    tables, (publisher, spec), names = WORLDS[world]
    with engine.run("load") as run:
        load(run, **tables)
    with engine.run("identity") as run:
        told = [
            row | {"customer_id": MERGED.get(row["party_key"], row["customer_id"])} for row in rows(engine, "identity")
        ]
        run.publish(IDENTITY, arrow(IDENTITY, told))
    before = () if world == "accounts" else (test_firmographic.BEFORE,)
    publish(engine, publisher, spec, *before)
    return {name: sorted(map(_told, rows(engine, name))) for name in names}


def _told(row: dict[str, Any]) -> str:
    return repr(sorted((name, round(value, 9) if isinstance(value, float) else value) for name, value in row.items()))


@pytest.mark.parametrize("world", WORLDS)
def test_both_engines_publish_the_same(spark: Warehouse, world: str) -> None:
    """Every cell of every table, floating numbers to nine places."""
    ledger = Ledger(IN_MEMORY)
    ledger.open()
    with Engine.in_memory() as engine:
        expected = published(engine, world)
    assert all(expected[name] for name in expected)
    assert published(Engine(spark, ledger, EngineSettings()), world) == expected
