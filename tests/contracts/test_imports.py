"""Importing is cheap: heavy libraries come with the first question that needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import segmentry as sg
from segmentry.terms.lazily import fetching

HEAVY = ("duckdb", "ibis", "numpy", "plotly", "pyarrow", "scipy", "sklearn", "sqlalchemy")


@pytest.mark.parametrize("module", ["segmentry", "segmentry.workspace", "segmentry.interfaces.cli.application"])
def test_nothing_heavy_is_imported_before_it_is_needed(module: str) -> None:
    """A help page, and the names of the Python door, cost no database and no arrays."""
    code = f"import sys, {module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("package", ["segmentry", "segmentry.science", "segmentry.simulate", "segmentry.workspace"])
def test_every_name_that_is_offered_is_there(package: str) -> None:
    """What ``dir`` and ``__all__`` list can be fetched; another name is an `AttributeError` that names the package."""
    module = __import__(package, fromlist=["x"])
    for name in module.__all__:
        assert getattr(module, name) is not None
    with pytest.raises(AttributeError, match=package):
        module.nothing_of_the_kind  # noqa: B018


def test_a_name_is_fetched_once() -> None:
    """The second look finds it in the package itself."""
    assert sg.Estimate is vars(sg)["Estimate"]
    with pytest.raises(AttributeError, match="shop"):
        fetching("shop", {"a": "b"})("c")
