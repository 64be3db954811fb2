"""Which attributes follow from others: copies, sums, nested ones, and those that are fine as they are."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.needs.choice_ranks import following
from segmentry.science.inputs import FloatArray


def spread(*columns: FloatArray) -> FloatArray:
    told = np.column_stack(columns)
    return np.asarray(told.T @ told)


def free(columns: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(60, columns))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 5), st.lists(st.floats(1e-3, 1e3), min_size=5, max_size=5))
def test_attributes_that_tell_something_each_all_stay(columns: int, units: list[float]) -> None:
    """Whatever their units: nothing follows from anything."""
    told = free(columns) * units[:columns]
    assert following(spread(told), [(str(at), at, 1) for at in range(columns)], ()) == ()


def test_of_two_that_say_the_same_the_later_goes_unless_it_is_to_be_kept() -> None:
    """The first is named as what tells the same, in any unit."""
    one, other = free(1), free(1, 1)
    told = spread(one, other, 1.19 * one)
    attributes = [("net", 0, 1), ("size", 1, 1), ("gross", 2, 1)]
    assert following(told, attributes, ()) == (("gross", "net"),)
    assert following(told, attributes, ("gross",)) == (("net", "gross"),)
    assert following(told, attributes, ("gross", "net")) == (("gross", "net"),)


def test_what_follows_from_several_names_none_of_them() -> None:
    """A total of two parts: the last goes, and no other one alone tells it."""
    told = free(2)
    attributes = [("goods", 0, 1), ("postage", 1, 1), ("total", 2, 1)]
    assert following(spread(told, told.sum(axis=1)), attributes, ()) == (("total", ""),)


def test_of_nested_attributes_the_coarse_one_goes() -> None:
    """A maker follows from the model, which tells more: the maker is left out though it stands first."""
    models = free(3)
    told = spread(models[:, 0] + models[:, 1], models)
    assert following(told, [("maker", 0, 1), ("model", 1, 3)], ()) == (("maker", "model"),)


def test_of_attributes_that_overlap_in_part_the_last_goes() -> None:
    """Neither follows from the other whole, and yet they share a weight; one alone always stays."""
    columns = free(3)
    told = spread(columns[:, :2], columns[:, 1:])
    assert following(told, [("left", 0, 2), ("right", 2, 2)], ()) == (("right", ""),)
    assert following(np.zeros((2, 2)), [("one", 0, 1), ("other", 1, 1)], ()) == (("other", "one"),)
