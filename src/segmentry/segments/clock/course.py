"""What changed between moments: memberships at each of them laid one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentry.profiles.picking import first_rows
from segmentry.segments.clock.moments import Moments

COURSE = pa.schema(
    [
        ("segment_id", pa.string()),
        ("customer_id", pa.string()),
        ("change", pa.string()),
        ("effective_at", pa.timestamp("us")),
    ]
)
"""Changes by the clock: who, where, which and when."""
_PAIR = ["segment_id", "customer_id"]


def course_of(
    ids: Sequence[str], moments: Moments, members: pa.Table, before: Mapping[str, pa.ChunkedArray]
) -> pa.Table:
    """Changes of customers each at moments of their own, in the shape of `COURSE`.

    Args:
        ids: Segments.
        moments: The moments, by customer and then by time.
        members: ``segment_id`` and ``customer_id``, the name of a moment.
        before: Customers who were members before the first moment, by segment.
    """
    first = _firsts(moments.customers)
    parts = []
    for id_ in ids:
        inside = np.zeros(len(moments), dtype=bool)
        own = members.filter(pc.equal(members["segment_id"], id_))
        inside[np.asarray(own["customer_id"].cast(pa.int64()))] = True
        earlier = np.roll(inside, 1)
        earlier[first] = np.asarray(pc.is_in(moments.customers.take(pa.array(first)), value_set=before[id_]))
        changed = np.flatnonzero(inside != earlier)
        customers, instants = moments.named(pa.array(changed))
        words = np.where(inside[changed], "entered", "left")
        parts.append(_rows(id_, customers, pa.array(words, pa.string()), instants))
    return pa.concat_tables([COURSE.empty_table(), *parts])


def _firsts(customers: pa.Array) -> np.ndarray[Any, Any]:
    """Places at which another customer begins."""
    if not len(customers):
        return np.zeros(0, dtype=np.int64)
    follows = np.asarray(pc.not_equal(customers[1:], customers[:-1]))
    return np.flatnonzero(np.concatenate([[True], follows]))


def _rows(id_: str, customers: Any, words: Any, instants: Any) -> pa.Table:
    return pa.table([pa.repeat(id_, len(customers)), customers, words, instants], names=COURSE.names).cast(COURSE)


def step_of(id_: str, before: pa.ChunkedArray, after: pa.ChunkedArray, instant: datetime) -> pa.Table:
    """Changes of a whole segment at one instant, in the shape of `COURSE`."""
    parts = []
    for word, here, there in (("entered", after, before), ("left", before, after)):
        moved = here.filter(pc.invert(pc.is_in(here, value_set=there))).combine_chunks()
        parts.append(_rows(id_, moved, pa.repeat(word, len(moved)), _repeated(instant, len(moved))))
    return pa.concat_tables(parts)


def _repeated(instant: datetime, times: int) -> Any:
    return pa.repeat(pa.scalar(instant, pa.timestamp("us")), times)


def after_changes(members: ir.Table, course: ir.Table) -> ir.Table:
    """Members once changes have come to pass: ``segment_id`` and ``customer_id``.

    Args:
        members: Members before.
        course: Changes, in the shape of `COURSE`.
    """
    final = first_rows(course, _PAIR, [course.effective_at.desc()])
    entered = final.filter(final.change == "entered").select(*_PAIR)
    return members.select(*_PAIR).anti_join(final, _PAIR).union(entered)
