"""A table of cases worked out by hand judges the compiler and the referee alike."""

from __future__ import annotations

from collections import Counter

import pytest

from segmentry.segments.compiler import evaluate
from segmentry.segments.language.reading import parse
from segmentry.segments.referee import judge
from segmentry.segments.tree import Definition
from tests.rooms.segments.batches import connect
from tests.rooms.segments.hand_table import Group, groups
from tests.rooms.segments.worlds import inputs_of

GROUPS = groups()


def definitions(group: Group) -> list[Definition]:
    """The questions of a group, in order."""
    return [
        Definition(f"row_{place}", f"Row {place}", parse(row.text), timezone=group.zone)
        for place, row in enumerate(group.rows)
    ]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group.topic}, {group.as_of}")
def test_compiler_and_referee_are_bound_by_hand(group: Group) -> None:
    """Both name exactly those who are in by reasoning, row by row."""
    asked, connection = definitions(group), connect()
    rows = connection.to_pyarrow(evaluate(asked, group.as_of, inputs_of(group.world, connection))).to_pylist()
    right = {f"{row.text}: {row.why}": row.members for row in group.rows}
    compiled = [sorted(row["customer_id"] for row in rows if row[each.id]) for each in asked]
    assert dict(zip(right, compiled, strict=True)) == right
    judged = [sorted(judge(each, group.world, group.as_of)) for each in asked]
    assert dict(zip(right, judged, strict=True)) == right


def test_the_table_is_as_long_as_promised() -> None:
    """At least 250 rows, none twice in a group, each with its reasoning, and all five topics."""
    assert sum(len(group.rows) for group in GROUPS) >= 250
    assert all(max(Counter(row.text for row in group.rows).values()) == 1 for group in GROUPS)
    assert all(len(row.why) > 2 for group in GROUPS for row in group.rows)
    topics = {group.topic.split(",")[0] for group in GROUPS}
    assert topics >= {"intervals", "unknowns", "months", "zones", "ranks"}
