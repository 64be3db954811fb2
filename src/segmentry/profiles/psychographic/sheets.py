"""Answers of respondents as arrays: a row for each respondent, a column for each question."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pyarrow as pa

from segmentry.science.inputs import FloatArray


def sheet_of(
    rows: pa.Table, columns: Sequence[Hashable], labels: Sequence[str], value: str
) -> tuple[list[str], FloatArray]:
    """A sheet from long rows, so that no wide query is needed however many questions there are.

    Args:
        rows: ``customer_id``, the columns of ``labels`` and ``value``; at most one row for each customer and question.
        columns: What each column of the sheet is: the label, or a tuple of labels.
        labels: Names of the columns that tell which question a row answers.
        value: Name of the column with the answer.

    Returns:
        Ids of customers in their order, and the sheet, NaN where there is no answer; shape (customers, columns).
    """
    who = rows["customer_id"].combine_chunks().dictionary_encode()
    ids = np.asarray(who.dictionary.to_pylist(), dtype=object)
    order = np.argsort(ids.astype(str), kind="stable")
    row_of = np.empty(ids.size, dtype=np.int64)
    row_of[order] = np.arange(ids.size)
    place_of = {each: place for place, each in enumerate(columns)}
    parts = [rows[name].to_pylist() for name in labels]
    told = parts[0] if len(parts) == 1 else list(zip(*parts, strict=True))
    places = np.fromiter((place_of.get(each, -1) for each in told), dtype=np.int64, count=len(told))
    sheet = np.full((ids.size, len(columns)), np.nan)
    known = places >= 0
    lines = row_of[who.indices.to_numpy(zero_copy_only=False)]
    numbers = np.asarray(rows[value].to_numpy(zero_copy_only=False), dtype=np.float64)
    sheet[lines[known], places[known]] = numbers[known]
    return [str(each) for each in ids[order]], sheet
