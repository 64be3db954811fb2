"""How many members of each segment may be contacted, and can be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from segmentry.engine import Run
from segmentry.science.inputs import FloatArray
from segmentry.segments.leaf_expressions import Place
from segmentry.segments.relations import addresses, consents
from segmentry.segments.standing import in_reach
from segmentry.segments.universe import identity_of


def reached(run: Run, segmentation: str, ids: Sequence[str], as_of: datetime) -> FloatArray:
    """Share of the members of each segment with a consent in force and a usable address; shape (segments,).

    Where only one of the two tables is loaded, it decides; NaN where neither is, and for a segment without members.

    Args:
        run: The run; it must see ``segmentation_members``.
        segmentation: Name of the segmentation.
        ids: Ids of its segments.
        as_of: Instant (UTC) for which words on consent count.
    """
    share = np.full(len(ids), np.nan)
    if not run.has("consents") and not run.has("addresses"):
        return share
    identity = identity_of(run)
    words = consents(run.table("consents"), identity) if run.has("consents") else None
    places = addresses(run.table("addresses"), identity) if run.has("addresses") else None
    table = run.table("segmentation_members")
    members = table.filter(table.segmentation == segmentation).select("customer_id", "segment_id")
    _, left = in_reach(members, words, places, Place(as_of, "UTC"))
    counted = [
        {
            row["segment_id"]: row["customers"]
            for row in run.rows(each.group_by("segment_id").aggregate(customers=each.count()))
        }
        for each in (members, left)
    ]
    for place, segment in enumerate(ids):
        if counted[0].get(segment):
            share[place] = counted[1].get(segment, 0) / counted[0][segment]
    return share
