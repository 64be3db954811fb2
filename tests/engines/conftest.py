"""The engines of the parity suite: every test runs on DuckDB and on Spark, written once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from segmentry.engine import EngineSettings
from segmentry.engine.warehouse import DuckWarehouse, Warehouse


@pytest.fixture(scope="session")
def spark_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """One Spark session for all tests."""
    pytest.importorskip("pyspark", reason="the spark extra is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    from segmentry.engine.spark import SparkWarehouse

    warehouse = SparkWarehouse("local[2]", tmp_path_factory.mktemp("spark"))
    yield warehouse
    warehouse.close()


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def warehouse(request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """A warehouse of each engine."""
    if request.param == "spark":
        yield request.getfixturevalue("spark_warehouse")
        return
    opened = DuckWarehouse(None, EngineSettings())
    yield opened
    opened.close()


def rows(warehouse: Any, expression: Any, *keys: str) -> list[dict[str, Any]]:
    """The rows of an expression in the order of ``keys``."""
    table = warehouse.arrow(expression)
    found: list[dict[str, Any]] = table.to_pylist()
    return sorted(found, key=lambda row: tuple(str(row[key]) for key in keys))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the test's own."""
    return tmp_path
