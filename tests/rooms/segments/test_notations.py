"""The three notations say the same, and lose nothing."""

from __future__ import annotations

import json

import hypothesis
from hypothesis import HealthCheck, given, settings

from segmentry.segments.language.notation import from_json, to_json
from segmentry.segments.language.reading import parse
from segmentry.segments.language.writing import format_condition
from segmentry.segments.tree import Condition, walk
from segmentry.segments.tree.checks import problems_of
from tests.rooms.segments.trees import conditions

_SUITE = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@_SUITE
@given(conditions)
def test_text_loses_nothing(condition: Condition) -> None:
    """What is written is read back as the same tree, for every kind of node."""
    hypothesis.note(format_condition(condition))
    assert parse(format_condition(condition)) == condition


@_SUITE
@given(conditions)
def test_json_loses_nothing(condition: Condition) -> None:
    """A tree sent through JSON text comes back the same."""
    assert from_json(json.loads(json.dumps(to_json(condition)))) == condition


@_SUITE
@given(conditions)
def test_random_trees_are_well_formed(condition: Condition) -> None:
    """The generator of the tests makes only trees the language allows."""
    assert not problems_of(condition)
    assert all(each is not None for each in walk(condition))
