"""The engine: commits, keeps the last good, sweeps, prunes, upgrades, and has one owner."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
import sqlalchemy as sa

from segmentry.engine import Engine, EngineSettings, LoadRecord
from segmentry.engine.ledger.migration import HEAD, upgrade
from segmentry.engine.ledger.models import Base
from segmentry.terms.canonical import ACTIVITIES
from segmentry.terms.errors import ContractError, WorkspaceError
from segmentry.terms.tables import Column, ColumnType, Contract

THINGS = Contract("things", "one thing", ("name",), (Column("name", ColumnType.TEXT, "Its name.", required=True),))
BIG_THINGS = Contract("big_things", "one big thing", ("name",), THINGS.columns)


def things(*names: str) -> pa.Table:
    return pa.table({"name": list(names)})


def names(engine: Engine, table: str = "things") -> list[str]:
    return sorted(row["name"] for row in engine.rows(engine.table(table)))


def test_what_a_run_publishes_becomes_visible_when_it_commits(engine: Engine) -> None:
    """Readers see nothing of a run before its commit, and all of it afterwards."""
    with engine.run("load") as run:
        run.publish(THINGS, things("a", "b"))
        assert run.has("things")
        assert not engine.has("things")
    assert names(engine) == ["a", "b"]


def test_a_run_reads_its_own_tables_and_the_current_ones_otherwise(engine: Engine) -> None:
    """Inside a run, what it has published is already read in its new version."""
    with engine.run("load") as run:
        run.publish(THINGS, things("old"))
    with engine.run("load") as run:
        before = run.rows(run.table("things"))
        run.publish(THINGS, things("new"))
        assert (before, run.rows(run.table("things"))) == ([{"name": "old"}], [{"name": "new"}])
        assert names(engine) == ["old"]


def test_a_failed_run_leaves_the_last_good_version_and_no_orphans(engine: Engine) -> None:
    """An error inside a run removes what it wrote; the earlier version stays current."""
    with engine.run("load") as run:
        run.publish(THINGS, things("good"))
    before = engine.warehouse.names()

    def fail() -> None:
        with engine.run("load") as run:
            run.publish(THINGS, things("half"))
            raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError, match="power"):
        fail()
    assert names(engine) == ["good"]
    assert engine.warehouse.names() == before


def test_a_view_keeps_its_parent_from_being_pruned() -> None:
    """Old versions go, but not those over which a kept view lies."""
    with Engine.in_memory(EngineSettings(keep_versions=1)) as engine:
        with engine.run("load") as run:
            run.publish(THINGS, things("a", "bbb"))
            table = run.table("things")
            run.publish(BIG_THINGS, table.filter(table.name.length() > 1), parents=("things",), view=True)
        for _ in range(3):
            with engine.run("load") as run:
                run.publish(THINGS, things("c"))
        assert names(engine, "big_things") == ["bbb"]
        assert names(engine) == ["c"]
        assert len(engine.warehouse.names()) == 3


def test_versions_beyond_the_policy_are_pruned() -> None:
    """No more versions stay than the settings say."""
    with Engine.in_memory(EngineSettings(keep_versions=2)) as engine:
        for name in "abcd":
            with engine.run("load") as run:
                run.publish(THINGS, things(name))
        assert len(engine.warehouse.names()) == 2
        assert len(engine.ledger.versions()) == 2
        assert names(engine) == ["d"]


def test_tables_that_no_run_committed_are_swept_at_opening(tmp_path: Path) -> None:
    """A crash between writing and committing leaves a table nobody knows; opening removes it."""
    with Engine.open(tmp_path) as engine:
        with engine.run("load") as run:
            run.publish(THINGS, things("a"))
        engine.warehouse.write("things__orphan", ibis.memtable(things("x")))
    with Engine.open(tmp_path) as engine:
        assert "things__orphan" not in engine.warehouse.names()
        assert names(engine) == ["a"]


def test_the_second_caller_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    """Another process gets the holder's number and since when, not a lock error of the database."""
    code = (
        "import sys; from pathlib import Path; from segmentry.engine import Engine\n"
        "from segmentry.terms.errors import WorkspaceError\n"
        "try: Engine.open(Path(sys.argv[1]))\n"
        "except WorkspaceError as error: import json; print(json.dumps(error.as_dict()))"
    )
    with Engine.open(tmp_path, purpose="nightly refresh"):
        told = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    problem = json.loads(told.stdout)["errors"][0]
    assert problem["code"] == "WORKSPACE_HELD"
    assert "nightly refresh" in problem["given"]
    assert "since" in problem["given"]


def test_a_workspace_can_be_opened_again_after_it_was_closed(tmp_path: Path) -> None:
    """Closing gives the workspace back."""
    for _ in range(2):
        with Engine.open(tmp_path) as engine:
            assert engine.current() == {}


def test_each_thread_has_a_cursor_of_its_own(engine: Engine) -> None:
    """Threads read at the same time without sharing a connection."""
    with engine.run("load") as run:
        run.publish(THINGS, things(*(str(number) for number in range(1000))))
    found: list[int] = []
    failed: list[BaseException] = []

    def read() -> None:
        try:
            found.extend(engine.arrow(engine.table("things")).num_rows for _ in range(20))
        except BaseException as error:  # noqa: BLE001 - a thread must hand its failure to the test
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert found == [1000] * 80


def test_a_table_that_breaks_its_contract_is_refused_with_all_reasons(engine: Engine) -> None:
    """Missing and unknown columns are named together, and nothing is written."""
    wrong = pa.table({"activity": ["a"], "colour": ["red"]})
    with pytest.raises(ContractError) as caught, engine.run("load") as run:
        run.publish(ACTIVITIES, wrong)
    codes = [problem.code for problem in caught.value.problems]
    assert codes.count("COLUMN_MISSING") == 3
    assert codes.count("COLUMN_UNKNOWN") == 1
    assert engine.warehouse.names() == set()


def test_columns_are_brought_into_the_order_and_types_of_the_contract(engine: Engine) -> None:
    """Text becomes money where the contract says money; optional columns come back empty."""
    rows = pa.table({"driver": ["order"], "cost_rate": ["1.5"], "minutes": [2], "activity": ["picking"]})
    with engine.run("load") as run:
        run.publish(ACTIVITIES, rows)
    table = engine.table("activities")
    assert tuple(table.columns) == ACTIVITIES.names
    assert str(table.schema()["cost_rate"]) == "decimal(18, 4)"
    assert engine.rows(table)[0]["capacity_minutes"] is None


def test_an_artifact_remembers_what_it_is(engine: Engine) -> None:
    """Contract, as-of, spec, parents and versions are kept with every published table."""
    as_of = datetime(2024, 5, 1)
    with engine.run("refresh", as_of) as run:
        run.publish(THINGS, things("a"), spec="abc")
        run.publish(BIG_THINGS, things("a"), parents=("things",))
    artifact = engine.artifact("big_things")
    assert artifact.as_of == as_of
    assert artifact.parents == (engine.artifact("things").physical_name,)
    assert engine.artifact("things").spec_hash == "abc"
    assert artifact.contract["columns"][0]["name"] == "name"
    assert artifact.code_version
    assert artifact.tzdata_version


def test_an_unknown_table_is_refused_with_the_near_miss(engine: Engine) -> None:
    """A misspelled name is answered with the name that was meant."""
    with engine.run("load") as run:
        run.publish(THINGS, things("a"))
    with pytest.raises(WorkspaceError, match="'things'"):
        engine.table("thing")


def test_loads_raise_the_watermark_and_corrections_replace(engine: Engine) -> None:
    """Each committed load raises the data watermark by one; a replaced load is no longer in force."""
    for load_id, replaces in (("first", None), ("second", "first")):
        with engine.run("load") as run:
            run.record_load(LoadRecord(load_id, "orders", "order_lines", "a.csv", load_id, "s", 3, {}, replaces))
    assert [load.id for load in engine.loads()] == ["second"]
    assert [load.id for load in engine.ledger.loads(live_only=False)] == ["first", "second"]
    last = engine.last_run("load")
    assert last is not None
    assert last.watermark == 2


def test_migrations_build_the_same_ledger_as_the_models(tmp_path: Path) -> None:
    """A ledger that was upgraded step by step equals a new one, column by column."""
    stepped = sa.create_engine(f"sqlite:///{tmp_path / 'stepped.sqlite'}")
    upgrade(stepped, "0001")
    upgrade(stepped)
    fresh = sa.create_engine(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    upgrade(fresh)

    def shape(engine: sa.Engine) -> dict[str, list[tuple[str, str, bool]]]:
        seen = sa.inspect(engine)
        return {
            table: [(column["name"], str(column["type"]), column["nullable"]) for column in seen.get_columns(table)]
            for table in Base.metadata.tables
        }

    assert shape(stepped) == shape(fresh)
    for engine in (stepped, fresh):
        engine.dispose()


def test_an_older_workspace_is_upgraded_with_what_it_holds(tmp_path: Path) -> None:
    """A ledger of version 0001 is brought to the newest version at opening, and its runs are kept."""
    old = sa.create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    upgrade(old, "0001")
    with old.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO runs (id, kind, started_at, committed_at, watermark, code_version, tzdata_version, notes) "
                "VALUES ('r1', 'load', '2024-01-01 00:00:00.000000', '2024-01-01 00:00:01.000000', 7, '0', '0', '{}')"
            )
        )
    old.dispose()
    with Engine.open(tmp_path) as engine:
        assert engine.upgraded_from == "0001"
        last = engine.last_run()
        assert last is not None
        assert (last.id, last.watermark) == ("r1", 7)
    with Engine.open(tmp_path) as engine:
        assert engine.upgraded_from is None


def test_a_workspace_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Code that does not know the ledger's version must not touch it."""
    with Engine.open(tmp_path):
        pass
    ledger = sa.create_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    with ledger.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WorkspaceError, match=HEAD):
        Engine.open(tmp_path)
    with ledger.begin() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    ledger.dispose()


def test_settings_reach_the_warehouse() -> None:
    """Memory limit and threads are those that were set."""
    with Engine.in_memory(EngineSettings(memory_limit="512MB", threads=1)) as engine:
        rows = engine.warehouse.backend().con.execute(
            "SELECT current_setting('memory_limit'), current_setting('threads')"
        )
        memory, threads = rows.fetchone()
        assert threads == 1
        assert memory.startswith("390")  # 80 % of 512 MB, in MiB


def test_a_wrong_setting_of_the_warehouse_is_told_in_plain_words() -> None:
    """An impossible memory limit is named, not thrown as a database error."""
    with pytest.raises(WorkspaceError, match="warehouse cannot be opened"):
        Engine.in_memory(EngineSettings(memory_limit="a lot"))


def test_the_same_question_to_a_new_version_gets_the_new_answer(engine: Engine) -> None:
    """Compiled questions are kept, answers are not: each version of a table and each literal answers for itself."""
    for names_now in (["a", "b"], ["c"]):
        with engine.run("load") as run:
            run.publish(THINGS, things(*names_now))
        table = engine.table("things")
        for _ in range(2):
            assert engine.rows(table.aggregate(count=table.count())) == [{"count": len(names_now)}]
            assert [row["name"] for row in engine.rows(table.filter(table.name == names_now[-1]))] == names_now[-1:]
            assert engine.rows(table.filter(table.name == "absent")) == []


def test_questions_with_rows_of_their_own_are_answered_by_those_rows(engine: Engine) -> None:
    """Two questions that differ in nothing but the rows they carry are two questions."""
    for value in (1, 2):
        carried = ibis.memtable(pa.table({"value": [value]}))
        for _ in range(2):
            assert engine.rows(carried.mutate(double=carried.value * 2)) == [{"value": value, "double": 2 * value}]


def test_long_texts_that_differ_survive_being_stored(tmp_path: Path) -> None:
    """Texts that no dictionary shortens come back to the letter from a file that was closed."""
    told = [f"{number:07d} " + "Straße, naïve, 東京 " * (number % 5) for number in range(20_000)]
    with Engine.open(tmp_path) as engine, engine.run("load") as run:
        run.publish(THINGS, things(*told))
    with Engine.open(tmp_path) as engine:
        assert names(engine) == sorted(told)
