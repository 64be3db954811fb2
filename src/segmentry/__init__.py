"""Segmentry: who are our customers, what is each group worth, what should we do for each, did it work?

``import segmentry as sg``, then `sg.run` on a file of orders, or `sg.open` on a workspace. Names are fetched on
first use, so that importing costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from segmentry.terms.lazily import fetching

__version__ = "0.1.0"

if TYPE_CHECKING:
    from segmentry import science as science
    from segmentry.terms.errors import SegmentryError as SegmentryError
    from segmentry.terms.numbers import Estimate as Estimate
    from segmentry.terms.numbers import NotEstimable as NotEstimable
    from segmentry.workspace import Workspace as Workspace
    from segmentry.workspace import demo as demo
    from segmentry.workspace import init as init
    from segmentry.workspace import open as open  # noqa: A004
    from segmentry.workspace import run as run

_HOMES = {
    "Estimate": "segmentry.terms.numbers",
    "NotEstimable": "segmentry.terms.numbers",
    "SegmentryError": "segmentry.terms.errors",
    "Workspace": "segmentry.workspace",
    "demo": "segmentry.workspace",
    "init": "segmentry.workspace",
    "open": "segmentry.workspace",
    "run": "segmentry.workspace",
}

__all__ = ["Estimate", "NotEstimable", "SegmentryError", "Workspace", "demo", "init", "open", "run", "science"]


_fetch = fetching(__name__, _HOMES)


def __getattr__(name: str) -> Any:
    return importlib.import_module("segmentry.science") if name == "science" else _fetch(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
