"""What all tests share: where real data are, and engines in memory."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.interfaces.cli import YOUNG_AND_OLD

gc.set_threshold(*YOUNG_AND_OLD)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests of real data are skipped with the reason where the data are not told of."""
    if item.get_closest_marker("real") and "SEGMENTRY_DATA" not in os.environ:
        pytest.skip("SEGMENTRY_DATA is not set: no real data")


LONG = ("tests/engines/", "tests/contracts/", "tests/rooms/workspace/", "tests/rooms/cli/", "tests/rooms/segments/")
"""Folders of files that take long, in the order in which they begin: what is short fills the gaps at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files begin first, so that no process waits at the end for another one."""
    places = {folder: place for place, folder in enumerate(LONG)}
    items.sort(key=lambda item: next((places[each] for each in LONG if item.nodeid.startswith(each)), len(LONG)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests of one file run in one process, so what a file sets up is set up once; whatever starts Spark, too."""
    from xdist.scheduler import LoadScopeScheduling

    class OneProcessForEachFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "spark" if file.startswith("tests/engines/") or file.endswith("_parity.py") else file

    return OneProcessForEachFile(config, log)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets."""
    return Path(os.environ["SEGMENTRY_DATA"])


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine that leaves nothing behind."""
    with Engine.in_memory() as opened:
        yield opened
