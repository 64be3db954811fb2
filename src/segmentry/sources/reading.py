"""One file, read and understood but not yet typed: its columns, their meaning and the styles they are written in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import ibis.expr.types as ir

from segmentry.engine.files import LINE, Staged
from segmentry.sources.opening import OpenedFile
from segmentry.sources.recognized import Recognized
from segmentry.sources.sample import ColumnSample
from segmentry.sources.spec import LoadSpec
from segmentry.sources.times import TimeStyle
from segmentry.sources.values import NumberStyle


@dataclass(frozen=True)
class Reading:
    """What is known of a file before its rows are typed.

    Attributes:
        spec: What was asked.
        file: The opened file.
        staged: Its rows in the warehouse.
        samples: What its columns look like.
        recognized: What its columns mean.
        numbers: How its numbers are written.
        times: How its moments are written.
        span: First and last believable moment on the clock the file is written in; None where there is none.
        filled: For each role the number of rows with a value.
        numbered: Whether most order ids are plain numbers.
        small: Whether quantity times price is always below 9 x 10^9, so that 64 bits hold the product.
        torn: Numbers (``order_id``) of orders told in several currencies; None where there are none.
    """

    spec: LoadSpec
    file: OpenedFile
    staged: Staged
    samples: tuple[ColumnSample, ...]
    recognized: tuple[Recognized, ...]
    numbers: NumberStyle
    times: TimeStyle
    span: tuple[datetime, datetime] | None
    filled: dict[str, int]
    numbered: bool
    torn: ir.Table | None = None
    small: bool = False

    def places(self, role: str) -> tuple[int, ...]:
        """Places of the columns that have this role."""
        return tuple(item.place for item in self.recognized if item.role == role)

    def has(self, role: str) -> bool:
        """Whether a column has this role."""
        return bool(self.places(role))

    def column(self, role: str) -> ir.Value | None:
        """The staged column of this role; None where there is none."""
        places = self.places(role)
        return self.staged.table[f"c{places[0]}"] if places else None

    def column_name(self, role: str) -> str:
        """What the file calls the column of this role; empty where there is none."""
        return next((item.column for item in self.recognized if item.role == role), "")

    def narrowed(self, further: int) -> Reading:
        """The same reading with only the columns that have a role and so many ``further`` ones staged."""
        places = sorted({item.place for item in self.recognized} | {sample.place for sample in self.unmapped[:further]})
        if len(places) == len(self.samples):
            return self
        table = self.staged.table.select(LINE, *(f"c{place}" for place in places))
        return replace(self, staged=replace(self.staged, table=table))

    @property
    def unmapped(self) -> tuple[ColumnSample, ...]:
        """The columns without a role."""
        used = {item.place for item in self.recognized}
        return tuple(sample for sample in self.samples if sample.place not in used)
