"""Text whose cells stand at given places, or are divided by runs of blanks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import ibis
import ibis.expr.types as ir

from segmentry.engine import Engine
from segmentry.engine.files import LINE, RejectedLine, Staged, TextLayout, hold, stage_text
from segmentry.sources.layout import Layout
from segmentry.sources.spec import LoadSpec

_NEVER = "\x01"


def stage_aligned(engine: Engine, path: Path, layout: Layout, spec: LoadSpec) -> Staged:
    """Bring an aligned text file into the warehouse; rows with another number of cells are rejected."""
    lines = stage_text(engine, path, TextLayout(1, _NEVER, "", layout.skip, layout.header))
    table = lines.table.filter(lines.table.c0.strip() != "")
    if layout.kind == "fixed":
        cells = {
            f"c{place}": table.c0.substr(first - 1, last - first + 1).strip().nullif("")
            for place, (_, first, last) in enumerate(spec.columns)
        }
        cut, rows = hold(engine, table.select(LINE, **cells))
        return Staged(cut, rows + len(lines.rejected), lines.rejected)
    return _divided(engine, replace(lines, table=table), len(layout.names))


def _divided(engine: Engine, lines: Staged, width: int) -> Staged:
    words = lines.table.select(LINE, "c0", words=lines.table.c0.strip().re_split(r"\s+"))
    held, rows = hold(engine, words)
    fits = held.words.length() == width
    table = held.filter(fits).select(LINE, **{f"c{place}": held.words[place] for place in range(width)})
    return Staged(table, rows + len(lines.rejected), (*lines.rejected, *_misfits(engine, held.filter(~fits), width)))


def _misfits(engine: Engine, misfits: ir.Table, width: int) -> list[RejectedLine]:
    told = misfits.select(
        LINE,
        reason=ibis.ifelse(
            misfits.words.length() < width, ibis.literal("too few cells"), ibis.literal("too many cells")
        ),
        text=misfits.c0.substr(0, 200),
    )
    return [RejectedLine(row[LINE], row["reason"], None, row["text"]) for row in engine.rows(told.order_by(LINE))]
