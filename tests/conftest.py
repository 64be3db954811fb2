"""What all tests share: where real data are, and engines in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from segmentry.engine import Engine


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests of real data are skipped with the reason where the data are not told of."""
    if item.get_closest_marker("real") and "SEGMENTRY_DATA" not in os.environ:
        pytest.skip("SEGMENTRY_DATA is not set: no real data")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file run in one process, so what a file sets up is set up once; all of Spark runs in one."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data sets."""
    return Path(os.environ["SEGMENTRY_DATA"])


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine that leaves nothing behind."""
    with Engine.in_memory() as opened:
        yield opened
