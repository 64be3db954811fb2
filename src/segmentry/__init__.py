"""Segmentry: who are our customers, what is each group worth, what should we do for each, did it work?

``import segmentry as sg``, then `sg.run` on a file of orders, or `sg.open` on a workspace. Names are fetched on
first use, so that importing costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    if name == "science":
        return importlib.import_module("segmentry.science")
    if name not in _HOMES:
        raise AttributeError(f"module 'segmentry' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
