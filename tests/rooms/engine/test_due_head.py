"""The head of the due-queue: put in place by the commit that knows it, or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from segmentry.engine import DueRecord, Engine

FIRST = datetime(2024, 3, 1, 12, 0, 0, 5)
HEAD = [DueRecord(FIRST + timedelta(days=day), "customer", day + 1) for day in range(3)]


def test_a_commit_replaces_the_head(engine: Engine) -> None:
    """Only the newest head counts, in order of time, to the microsecond."""
    assert engine.due() == []
    with engine.run("refresh") as run:
        run.record_due([*reversed(HEAD), DueRecord(FIRST, "population")])
    assert engine.due() == [HEAD[0], DueRecord(FIRST, "population"), *HEAD[1:]]
    with engine.run("refresh") as run:
        run.record_due([DueRecord(FIRST, "horizon")])
    assert engine.due() == [DueRecord(FIRST, "horizon")]


def test_a_run_that_says_nothing_leaves_the_head(engine: Engine) -> None:
    """A load does not know what is due; an empty head is something else."""
    with engine.run("refresh") as run:
        run.record_due(HEAD)
    with engine.run("load"):
        pass
    assert engine.due() == HEAD
    with engine.run("refresh") as run:
        run.record_due([])
    assert engine.due() == []


def test_a_run_that_fails_leaves_the_head(engine: Engine) -> None:
    """The head is part of the commit: without it nothing is due anew."""
    with engine.run("refresh") as run:
        run.record_due(HEAD)

    def fail() -> None:
        with engine.run("refresh") as run:
            run.record_due([])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert engine.due() == HEAD


def test_the_head_outlives_the_process(tmp_path: Path) -> None:
    """What is due is known again when the workspace is opened."""
    with Engine.open(tmp_path) as opened, opened.run("refresh") as run:
        run.record_due(HEAD)
    with Engine.open(tmp_path) as opened:
        assert opened.due() == HEAD
