"""Hostile files: never a trace, never a silent wrong number."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from segmentry.engine import Engine
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.sources.spec import LoadSpec
from segmentry.terms.errors import SourceError

from .cases import CASES, NOW, Loaded, Refused

REFUSED = {name: case for name, case in CASES.items() if isinstance(case[1], Refused)}
LOADED = {name: case for name, case in CASES.items() if isinstance(case[1], Loaded)}


@pytest.fixture
def engine():
    with Engine.in_memory() as opened:
        yield opened


def _load(engine: Engine, path: Path, options: dict[str, object]) -> LoadReport:
    with engine.run("load") as run:
        return load(run, [LoadSpec(str(path), **{"now": NOW, **options})])[0]


def test_there_are_many_hostile_files() -> None:
    """At least sixty kinds of bad input are tried."""
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", REFUSED)
def test_refused_files_say_what_where_given_and_next(name: str, engine: Engine, tmp_path: Path) -> None:
    """A file that cannot be loaded is refused with a stable code and all four parts, and nothing is published."""
    build, expected = REFUSED[name]
    with pytest.raises(SourceError) as caught:
        _load(engine, build(tmp_path), expected.options)
    problem = next((item for item in caught.value.problems if item.code == expected.code), None)
    assert problem is not None, caught.value.problems
    assert expected.where in problem.where
    assert expected.given in problem.given
    assert all((problem.what, problem.where, problem.given, problem.next_step))
    assert str(tmp_path) not in problem.what
    assert engine.current() == {}


@pytest.mark.parametrize("name", LOADED)
def test_loaded_files_account_for_every_row(name: str, engine: Engine, tmp_path: Path) -> None:
    """Rows read are rows used, excluded by rule or put aside by reason; the amount used is exact."""
    build, expected = LOADED[name]
    report = _load(engine, build(tmp_path), expected.options)
    assert report.quarantined == expected.aside
    assert {rule: rows for rule, (rows, _) in report.excluded.items()} == expected.excluded
    assert report.rows_used == expected.used
    assert report.rows_read == report.rows_used + sum(expected.excluded.values()) + sum(expected.aside.values())
    assert sum(report.currencies.values()) == Decimal(expected.amount)
    lines = engine.table("order_lines")
    assert engine.rows(lines.aggregate(total=lines.amount.sum()))[0]["total"] == (
        Decimal(expected.amount) if expected.used else None
    )
    aside = engine.rows(engine.table("quarantine").order_by("line_number"))
    assert len(aside) == sum(expected.aside.values())
    for line, given in expected.lines:
        row = next(row for row in aside if row["line_number"] == line)
        assert row["reason"] in expected.aside
        assert given is None or row["given"] == given
