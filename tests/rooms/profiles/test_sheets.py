"""Answers as arrays: every answer at its place, whatever the order of rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.psychographic.sheets import sheet_of

PAIRS = st.lists(
    st.tuples(st.sampled_from(["b", "a", "c"]), st.sampled_from(["x", "y", "z"]), st.none() | st.integers(1, 5)),
    unique_by=lambda row: row[:2],
)


def table(rows: list[tuple[str, str, int | None]]) -> pa.Table:
    names = ("customer_id", "question", "point")
    kinds = pa.schema([("customer_id", pa.string()), ("question", pa.string()), ("point", pa.float64())])
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=kinds)


@given(PAIRS)
@settings(max_examples=50, deadline=None)
def test_every_answer_is_at_its_place(rows: list[tuple[str, str, int | None]]) -> None:
    """Against a dictionary; questions that were not asked for are left out, unknown ones stay NaN."""
    ids, sheet = sheet_of(table(rows), ["y", "x", "w"], ["question"], "point")
    told = {(who, question): point for who, question, point in rows}
    assert ids == sorted({who for who, _, _ in rows})
    assert sheet.shape == (len(ids), 3)
    for line, who in enumerate(ids):
        for place, question in enumerate(("y", "x", "w")):
            expected = told.get((who, question))
            assert np.isnan(sheet[line, place]) if expected is None else sheet[line, place] == expected


def test_questions_of_several_surveys_are_told_apart() -> None:
    """One question in two surveys is two columns."""
    rows = pa.table({"customer_id": ["a", "a"], "survey_id": ["s", "t"], "question": ["x", "x"], "score": [1.0, 2.0]})
    ids, sheet = sheet_of(rows, [("t", "x"), ("s", "x")], ["survey_id", "question"], "score")
    assert (ids, sheet.tolist()) == (["a"], [[2.0, 1.0]])
