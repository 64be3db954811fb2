"""The compiler against the referee: random definitions over random histories, zones and instants name the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import hypothesis
import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from segmentry.segments.compiler import evaluate
from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.referee import World, judge
from segmentry.segments.tree import Condition, Definition
from tests.rooms.segments.worlds import INSTANTS, LEAF_FORMS, ZONES, inputs_of, trees, worlds

INNER = Definition("inner", "Inner", parse("score > 1 or country is unknown"))
_CONNECTION = ibis.duckdb.connect()


def disagreements(conditions: list[Condition], world: World, as_of: datetime, zone: str) -> list[str]:
    """The conditions on which compiler and referee name different people, with both answers."""
    definitions = [Definition(f"d{place}", f"D{place}", each, timezone=zone) for place, each in enumerate(conditions)]
    known = World(**{**vars(world), "definitions": (INNER, *definitions)})
    answered = evaluate([INNER, *definitions], as_of, inputs_of(known, _CONNECTION))
    rows = _CONNECTION.to_pyarrow(answered).to_pylist()
    found = []
    for each in definitions:
        compiled = {row["customer_id"] for row in rows if row[each.id]}
        judged = judge(each, known, as_of)
        if compiled != judged:
            found.append(f"{format_condition(each.where)}\n  compiled {sorted(compiled)}, judged {sorted(judged)}")
    return found


@st.composite
def cases(draw: st.DrawFn, forms: list[str]) -> tuple[list[Condition], World, datetime, str]:
    """Several definitions over one history."""
    as_of, zone = draw(st.sampled_from(INSTANTS)), draw(st.sampled_from(ZONES))
    return [draw(trees(as_of, form)) for form in forms], draw(worlds(as_of)), as_of, zone


@pytest.mark.parametrize(
    "forms", [LEAF_FORMS[place : place + 4] for place in range(0, 16, 4)], ids=lambda forms: forms[0]
)
def test_compiler_and_referee_agree(forms: list[str]) -> None:
    """No difference over random trees of every kind of leaf."""

    @settings(
        max_examples=32, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None
    )
    @given(cases(forms))
    def agree(case: Any) -> None:
        found = disagreements(*case)
        hypothesis.note("\n".join(found))
        assert not found

    agree()
