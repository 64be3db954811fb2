"""What a picture may ask: the published tables, and what the summary of value tells about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.charts.writer import Writer, as_date

Read = Callable[[str], pa.Table]
Has = Callable[[str], bool]


class Shelf:
    """Published tables at hand; small ones are read once, large ones each time a picture needs them."""

    def __init__(self, read: Read, has: Has, locale: str) -> None:
        self.has = has
        self._read = read
        self._locale = locale
        self._small: dict[str, pa.Table] = {}

    def large(self, name: str) -> pa.Table:
        """A table with a row per customer, read anew and not kept."""
        return self._read(name)

    def small(self, name: str) -> pa.Table:
        """A table of few rows, read once."""
        if name not in self._small:
            self._small[name] = self._read(name)
        return self._small[name]

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a small table; none where it is not published."""
        return list(self.small(name).to_pylist()) if self.has(name) else []

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """The document of ``value_summary``; empty before value was found."""
        rows = self.rows("value_summary")
        return dict(json.loads(rows[0]["document"])) if rows else {}

    @cached_property
    def segmentation(self) -> Mapping[str, Any]:
        """What was found for the study, or why nothing was; empty before anything was looked for."""
        rows = self.rows("segmentation_models")
        told: dict[str, Any] = json.loads(rows[0]["summary"]) if rows else {}
        return dict(told.get("segmentation") or told)

    @cached_property
    def valuation(self) -> Mapping[str, Any]:
        """How value was found; empty where it could not be."""
        found = self.summary.get("clv", {})
        return found if "model" in found else {}

    @cached_property
    def write(self) -> Writer:
        """Writes numbers in the reader's locale and the base's currency."""
        return Writer(self._locale, self.summary.get("base", {}).get("currency"))

    @property
    def first_day(self) -> date | None:
        """First local day with an order."""
        return as_date(self.summary.get("base", {}).get("period", {}).get("first"))

    @property
    def last_day(self) -> date | None:
        """Last local day that counts."""
        return as_date(self.summary.get("base", {}).get("period", {}).get("last"))

    @property
    def as_of(self) -> str:
        """The as-of in words: the end of the last day that counts."""
        return "" if self.last_day is None else f"As of the end of {self.write.day(self.last_day)}."

    @property
    def measure(self) -> str:
        """What value means here, in words: a margin, or revenue where no margin is known."""
        return "customer lifetime value" if self.valuation.get("measure") == "clv" else "expected discounted revenue"

    @property
    def horizon(self) -> str:
        """How far ahead value looks, in words."""
        months = self.valuation.get("horizon_months")
        return "over the horizon" if months is None else f"over the next {months} months"

    @property
    def level(self) -> str:
        """Coverage of the intervals, as a percentage."""
        return self.write.percent(float(self.valuation.get("level", 0.95)))

    def basis(self, kind: str) -> str:
        """What the numbers are (``Exact.`` or ``Estimated.``) and as of when, in words."""
        return f"{kind} {self.as_of}".strip()


def numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    """A column as floating point numbers, unknown ones NaN, shape (rows,)."""
    return np.asarray(table[name].cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
