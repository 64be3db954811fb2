"""Feedback and leads give the same tables on DuckDB and on Spark, cell by cell."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from segmentry.engine import Engine, EngineSettings
from segmentry.engine.ledger import Ledger
from segmentry.engine.ledger.store import IN_MEMORY
from segmentry.engine.warehouse import Warehouse
from tests.rooms.profiles import lead_bases_worlds, lead_worlds, test_feedback, test_feedback_texts, voices

pytestmark = [pytest.mark.prove, pytest.mark.spark]


def feedback(engine: Engine) -> None:
    """Ratings, texts of two subjects, and remarks, by group, band and segment."""
    spoken = [
        row | {"given_segment": None, "given_age": place} for place, row in enumerate(test_feedback_texts.spoken(80))
    ]
    rated = [
        row | {"feedback_id": f"r{place}", "given_group": "old", "given_segment": None, "given_age": 7}
        for place, row in enumerate(test_feedback.rated([10, 9, 0, 4, 7, 8]))
    ]
    waiting = [row | {"given_group": None, "given_age": None} for row in test_feedback.REMARKS]
    waiting = [row | {"feedback_id": f"w{place}"} for place, row in enumerate(waiting)]
    voices.publish(engine, [*spoken, *rated, *waiting])
    voices.refreshed(engine, members={"ann": "fans", "c1": "fans"}, by=["group", "age"], most_themes=3)


def leads(engine: Engine) -> None:
    """A small planted world with declared rules."""
    told, events = lead_worlds.world(300)
    stages = [row | {"given_mql_on": "2024-03-13" if place % 3 else "no day"} for place, row in enumerate(told)]
    early = lead_worlds.AS_OF - timedelta(days=90)
    stages.append(
        lead_worlds.lead("settled before it came", 30, stage="won", converted=True, closed_at=early)
        | {"given_mql_on": None}
    )
    lead_worlds.publish(engine, stages, events, lead_worlds.accounts())
    lead_worlds.refreshed(
        engine, routes=lead_worlds.ROUTES, qualified=lead_worlds.QUALIFIED, stage_times={"mql": "given_mql_on"},
        event_weights={"view": 2},
    )  # fmt: skip


def lead_bases(engine: Engine) -> None:
    """Leads with surveys, stacks, places and organizations, ruled by texts and columns."""
    lead_bases_worlds.publish(engine, lead_bases_worlds.with_facts(lead_bases_worlds.world(250, seed=4)))
    text = "openness > 2 and number of events in last 300 days >= 1"
    lead_bases_worlds.refreshed(
        engine,
        qualified=[{"stage": "mql", "where": text}],
        routes=[{"to": "crm desk", "where": 'stack contains "salesforce"'}, {"to": "rest"}],
    )


WORLDS: Mapping[str, tuple[Callable[[Engine], None], tuple[str, ...]]] = {
    "feedback": (
        feedback,
        ("feedback_traits", "feedback_ratings", "feedback_scores", "feedback_read", "feedback_theme_links",
         "open_remarks", "segment_scores", "segment_remarks"),
    ),
    "leads": (
        leads,
        ("lead_facts", "lead_standing", "lead_traits", "lead_grid", "lead_stages", "lead_alignments", "lead_routing",
         "lead_features", "lead_findings", "lead_bases", "lead_rulings", "lead_rule_traits"),
    ),
    "lead bases": (
        lead_bases,
        ("lead_facts", "lead_standing", "lead_traits", "lead_grid", "lead_features", "lead_bases", "lead_rulings",
         "lead_rule_traits", "lead_routing"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def spark_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Spark on two local cores."""
    pytest.importorskip("pyspark", reason="the spark extra is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    from segmentry.engine.spark import SparkWarehouse

    warehouse = SparkWarehouse("local[2]", tmp_path_factory.mktemp("spark"))
    yield warehouse
    warehouse.close()


@pytest.mark.parametrize("world", WORLDS)
def test_both_engines_publish_the_same(world: str, spark_warehouse: Warehouse) -> None:
    """Every cell of every table, numbers to nine significant digits."""
    make, names = WORLDS[world]
    ledger = Ledger(IN_MEMORY)
    ledger.open()
    found = []
    with Engine.in_memory() as duck:
        spark = Engine(spark_warehouse, ledger, EngineSettings())
        for engine in (duck, spark):
            make(engine)
            found.append({name: sorted(map(_plain, engine.rows(engine.table(name))), key=repr) for name in names})
    for name in names:
        assert found[0][name], name
        assert found[1][name] == found[0][name], name


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Numbers to nine significant digits, columns in the order of their names."""
    rounded = {name: float(f"{value:.9g}") if isinstance(value, float) else value for name, value in row.items()}
    return dict(sorted(rounded.items()))
