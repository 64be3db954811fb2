"""Definitions on record, what they lean on, and how a batch with several universes is laid out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings

from segmentry.segments.belonging import batches
from segmentry.segments.dependencies import (
    closure,
    dependents,
    fallen,
    mentioned,
    named,
    replaced,
    tangles,
    traits_of,
)
from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.tree import Compare, Trait
from segmentry.segments.versions import decides_alike, definition_of, in_force, recorded, row_of
from segmentry.terms.errors import Problem
from segmentry.terms.vocabulary import Kind, Objective
from tests.rooms.segments.shops import definition
from tests.rooms.segments.trees import conditions

FIRST, SECOND, THIRD = (datetime(2024, 1, day) for day in (1, 2, 3))
A = definition("a", "spend > 1")
B = definition("b", 'in segment "A" and entered segment "C" in last 7 days')
C = definition("c", 'in segment "b" or was in segment "a" on 2024-01-01')
D = definition("d", "any order")


@settings(max_examples=60, deadline=None)
@given(conditions)
def test_a_definition_survives_the_record(condition: object) -> None:
    """Whatever the tree, the row gives the same definition back."""
    told = definition("x", "spend > 1", timezone="Asia/Kathmandu", objective=Objective.RETAIN, description="Words.")
    told = replace(told, where=condition, kinds=(Kind.BUYER, Kind.PROSPECT))  # type: ignore[arg-type]
    assert definition_of(row_of(told)) == told


def test_a_new_definition_is_version_one() -> None:
    """First on record: version 1, in force."""
    rows = recorded([], [A], [], FIRST)
    assert [(row["version"], row["recorded_at"], row["retired_at"]) for row in rows] == [(1, FIRST, None)]
    assert in_force(rows)["a"].definition == A


@pytest.mark.parametrize(
    ("changed", "version"),
    [
        (replace(A, name="Another name", description="Words.", objective=Objective.GROW), 1),
        (replace(A, where=parse("spend > 2")), 2),
        (replace(A, timezone="Europe/London"), 2),
        (replace(A, kinds=(Kind.PROSPECT,)), 2),
        (replace(A, of="accounts"), 2),
        (replace(A, where=parse("(spend > 1)")), 1),
    ],
)
def test_the_version_rises_when_members_may_change(changed: object, version: int) -> None:
    """Words and spelling keep the version; tree, zone, kinds and subject raise it, and the old one is retired."""
    assert isinstance(changed, type(A))
    rows = recorded(recorded([], [A], [], FIRST), [changed], [], SECOND)
    assert in_force(rows)["a"].version == version
    assert in_force(rows)["a"].definition == changed
    assert len(rows) == version
    assert decides_alike(row_of(A), row_of(changed)) is (version == 1)


def test_a_definition_that_is_gone_is_retired_and_may_return() -> None:
    """Its last version is kept with the instant of its end; when it returns it is the next version."""
    rows = recorded(recorded([], [A, D], [], FIRST), [D], [], SECOND)
    assert list(in_force(rows)) == ["d"]
    assert [row["retired_at"] for row in rows if row["segment_id"] == "a"] == [SECOND]
    again = recorded(rows, [A, D], [], THIRD)
    assert in_force(again)["a"].version == 2
    assert in_force(again)["d"].version == 1


def test_a_definition_whose_file_cannot_be_read_stays() -> None:
    """Kept ids stay in force as they are."""
    rows = recorded(recorded([], [A, D], [], FIRST), [D], ["a", "never_seen"], SECOND)
    assert list(in_force(rows)) == ["a", "d"]


def test_recording_the_same_twice_changes_nothing() -> None:
    """The record is a fixed point of itself."""
    rows = recorded([], [A, B, C, D], [], FIRST)
    assert recorded(rows, [A, B, C, D], [], SECOND) == rows


def test_names_and_ids_lead_to_the_same_segment() -> None:
    """What is asked of now, what is mentioned at all, and what follows from what."""
    everything = [A, B, C, D]
    assert named(B, everything) == ("a",)
    assert mentioned(B, everything) == ("a", "c")
    assert named(C, everything) == ("b",)
    assert closure(["c"], everything) == {"a", "b", "c"}
    assert dependents("a", everything) == ("b", "c")
    assert dependents("d", everything) == ()


def test_every_member_of_a_circle_is_at_fault() -> None:
    """A circle of three, told to all three; one that leans on it falls with it; others stand."""
    ring = [definition(id_, f'in segment "{other}"') for id_, other in (("x", "y"), ("y", "z"), ("z", "x"))]
    leaning = definition("leaning", 'in segment "x"')
    found = tangles([*ring, D])
    assert set(found) == {"x", "y", "z"}
    assert set(fallen(found, [*ring, leaning, D])) == {"x", "y", "z", "leaning"}
    assert tangles([A, B, C, D]) == {}


def test_falling_is_handed_on_step_by_step() -> None:
    """Who leans on who leans on a failed one fails too, each told of its neighbor."""
    chain = [definition("p", "spend > 1"), definition("q", 'in segment "p"'), definition("r", 'in segment "q"')]
    found = fallen({"p": [Problem("X", "Wrong", "p", "", "Mend it.")]}, chain)
    assert {id_: [each.given for each in wrong] for id_, wrong in found.items()} == {"p": [""], "q": ["p"], "r": ["q"]}


def test_segments_can_be_replaced_anywhere_in_a_tree() -> None:
    """Deep inside, by name; membership on a day is history and stays."""
    tree = parse('not (in segment "A" or (spend > 1 and in segment "a")) and was in segment "A" on 2024-01-01')
    swapped = replaced(tree, {"A": Compare(Trait("t"), "=", True), "a": Compare(Trait("u"), "=", True)})
    text = format_condition(swapped)
    assert text == 'not (t = true or (spend > 1 and u = true)) and was in segment "A" on 2024-01-01'
    assert replaced(parse("spend > 1"), {}) == parse("spend > 1")


def test_columns_of_facts_are_no_traits() -> None:
    """Only what is asked of the customer is a trait, in order of mention, each once."""
    tree = parse('spend > 1 and any order where (channel = "web") and country = "F" and spend < 9')
    assert traits_of(tree) == ("spend", "country")


def test_one_universe_without_hands_is_one_batch() -> None:
    """Everything is answered at once where nothing stands between."""
    assert [[each.id for each in batch] for batch in batches([A, B, replace(C, where=parse("any order"))], set())] == [
        ["a", "b", "c"]
    ]


def test_hands_and_other_universes_make_batches() -> None:
    """A segment with decisions by hand, or of another universe, is finished before those that lean on it begin."""
    wide = definition("wide", 'in segment "a"', kinds=(Kind.PROSPECT,))
    last = definition("last", 'in segment "wide" and in segment "a"')
    order = [[each.id for each in batch] for batch in batches([last, wide, A, D], {"a"})]
    assert order.index(["a", "d"] if ["a", "d"] in order else ["d", "a"]) == 0
    assert order[1:] == [["wide"], ["last"]]
