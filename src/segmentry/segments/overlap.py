"""How segments overlap: every combination counted, and every pair compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import ibis

from segmentry.segments.errors import DefinitionError
from segmentry.segments.published import Published
from segmentry.terms.errors import Problem
from segmentry.terms.numbers import NotEstimable, as_json

MOST = 30
"""Segments that may be compared at once."""


def overlap(published: Published, words: Sequence[str]) -> dict[str, Any]:
    """Who is in which of several segments, from published members.

    Args:
        published: What is published.
        words: Ids or names, at least two.

    Returns:
        ``segments`` with their sizes, ``combinations`` (customers in exactly these and no other of the segments asked
        for: the rows of an UpSet picture) and ``pairs`` with Jaccard's index (1901): both over either.

    Raises:
        DefinitionError: fewer than two, or more than `MOST` segments, or unknown ones.
    """
    found = [published.find(word).definition for word in dict.fromkeys(words)]
    ids = list(dict.fromkeys(each.id for each in found))
    if not 2 <= len(ids) <= MOST:
        given = f"{len(ids)} segments"
        what = f"Two to {MOST} segments can be compared"
        raise DefinitionError(Problem("OVERLAP_WRONG", what, "segments", given, "Name two segments at least."))
    rows = _combinations(published, ids)
    sizes = {each: sum(row["customers"] for row in rows if each in row["segments"]) for each in ids}
    return {
        "segments": [{"id": each.id, "name": each.name, "customers": sizes[each.id]} for each in found],
        "combinations": rows,
        "pairs": [_pair(first, second, rows, sizes) for first, second in combinations(ids, 2)],
        "as_of": as_json(published.as_of),
    }


def _combinations(published: Published, ids: Sequence[str]) -> list[dict[str, Any]]:
    members = published.members()
    asked = members.filter(members.segment_id.isin(list(ids)))
    flags = {f"in_{place}": (asked.segment_id == each).cast("int64").max() for place, each in enumerate(ids)}
    wide = asked.group_by("customer_id").aggregate(**flags)
    counted = wide.group_by(list(flags)).aggregate(customers=ibis._.count())
    rows = [
        {
            "segments": [each for place, each in enumerate(ids) if row[f"in_{place}"]],
            "customers": row["customers"],
        }
        for row in published.reader.rows(counted)
    ]
    return sorted(rows, key=lambda row: (-row["customers"], row["segments"]))


def _pair(first: str, second: str, rows: Sequence[dict[str, Any]], sizes: dict[str, int]) -> dict[str, Any]:
    both = sum(row["customers"] for row in rows if {first, second} <= set(row["segments"]))
    either = sizes[first] + sizes[second] - both
    jaccard: Any = both / either if either else NotEstimable("both segments are empty")
    return {"first": first, "second": second, "both": both, "either": either, "jaccard": jaccard}
