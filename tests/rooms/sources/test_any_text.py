"""Whatever stands in the cells: a file loads with books that add up, or is refused in words."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.generic import TABLES, columns_told, role_of
from segmentry.sources.report import LoadReport
from segmentry.sources.run import load
from segmentry.terms.errors import SegmentryError

LETTERS = st.characters(codec="utf-8", exclude_categories=("Cs",))
CELLS = st.one_of(
    st.text(LETTERS, max_size=8),
    st.sampled_from(
        ("", " ", "NULL", "nan", "-1", "1e400", "0x1F", "2024-02-30", "31/12/99", "yes", "EUR", "7;8", '"')
    ),
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
)
QUICK = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@QUICK
@given(data=st.data(), table=st.sampled_from(sorted(TABLES)))
def test_cells_of_any_text_never_break_a_load(data: st.DataObject, table: str) -> None:
    """For every canonical table: rows read are rows loaded, put aside or excluded; anything else is a refusal."""
    names = [role_of(column) for column in columns_told(TABLES[table])]
    row = st.lists(CELLS, min_size=len(names), max_size=len(names))
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        with path.open("w", encoding="utf8", newline="") as file:
            csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([names, *rows])
        with Engine.in_memory() as engine:
            try:
                report = _loaded(engine, path, table)
            except SegmentryError as refusal:
                event(f"refused: {refusal.code}")
                problems = refusal.problems
            else:
                event("loaded")
                problems = ()
                _check_books(engine, report, len(rows))
            if problems:
                assert engine.current() == {}
    assert all(each.code != "ROWS_UNACCOUNTED" for each in problems)
    assert all(each.what and each.where and each.next_step for each in problems)


def _loaded(engine: Engine, path: Path, table: str) -> LoadReport:
    with engine.run("load") as run:
        return load(run, [LoadSpec(path, table=table)])[0]


def _check_books(engine: Engine, report: LoadReport, rows: int) -> None:
    """Rows read are rows used, put aside or excluded, and what was used is published."""
    excluded = sum(count for count, _ in report.excluded.values())
    assert report.rows_read == report.rows_used + sum(report.quarantined.values()) + excluded
    assert report.rows_used <= report.rows_read <= rows
    assert len(engine.rows(engine.table("quarantine"))) == sum(report.quarantined.values())
    assert len(engine.rows(engine.table(report.table))) >= report.rows_used
