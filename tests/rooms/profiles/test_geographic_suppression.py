"""No cell of few buyers can be told from the sums of regional preferences: tried by solving all that is published."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.geographic.preferences import told_openly
from segmentry.profiles.geographic.suppression import EVERYBODY, bridges, kept_back

FEWEST = 10
Counts = dict[tuple[str, str], int]
TABLES = st.dictionaries(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("uvwxyz")), st.integers(1, 30), min_size=1)


def table_of(counts: Counts) -> list[dict[str, Any]]:
    """All figures of areas where everybody spends 1 on an item."""
    whole = sum(counts.values())
    rows = []
    for (area, item), count in counts.items():
        of_area = sum(each for (place, _), each in counts.items() if place == area)
        base = sum(each for (_, name), each in counts.items() if name == item) / whole
        share = count / of_area
        index = 100 * share / base
        rows.append(
            {
                "area": area, "item": item, "customers": count, "share": share, "base_share": base,
                "preference_index": index, "index_low": index, "index_high": index,
            }
        )  # fmt: skip
    return rows


def derivable(counts: Counts, told: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Unpublished amounts that whoever knows what each area buys in all can compute from what is published.

    Unknowns are the amounts of all cells and of everybody; what is published, and every sum, is a linear equation.
    """
    amounts: dict[tuple[str, str], float] = {place: float(count) for place, count in counts.items()}
    for (_, item), count in counts.items():
        amounts[EVERYBODY, item] = amounts.get((EVERYBODY, item), 0.0) + count
    column = {place: at for at, place in enumerate(amounts)}
    equations = []
    for row in told:
        known = [] if row["share"] is None else [(row["area"], row["item"])]
        known += [] if row["base_share"] is None else [(EVERYBODY, row["item"])]
        if row["preference_index"] is not None:
            assert row["share"] is not None
            assert row["base_share"] is not None
        equations += [unit(column, [place]) for place in known]
    for area in {place for place, _ in amounts}:
        equations.append(unit(column, [place for place in amounts if place[0] == area]))
    for item in {name for _, name in amounts}:
        own = [place for place in amounts if place[1] == item]
        equations.append(unit(column, own) - 2 * unit(column, [(EVERYBODY, item)]))
    known_rows = np.array(equations)
    if not equations:
        return set()
    _, values, turned = np.linalg.svd(known_rows)
    free = turned[int((values > 1e-9).sum()) :]
    return {place for place, at in column.items() if not free.size or np.abs(free[:, at]).max() < 1e-9}


def unit(column: dict[tuple[str, str], int], places: list[tuple[str, str]]) -> Any:
    row = np.zeros(len(column))
    row[[column[place] for place in places]] = 1.0
    return row


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_nothing_of_few_buyers_can_be_derived(counts: Counts) -> None:
    """Whatever areas buy: solving all sums and all that is published tells no cell of few buyers."""
    told = told_openly(table_of(counts), FEWEST)
    shown = {(row["area"], row["item"]) for row in told}
    alone = {area for area, _ in counts if sum(place == area for place, _ in counts) == 1}
    few = {place for place, count in counts.items() if count < FEWEST and place[0] not in alone}
    known = {place: count for place, count in counts.items() if place in shown}
    assert few <= shown
    assert not few & derivable(known, told)


def test_the_solver_of_these_tests_does_derive() -> None:
    """Where the one cell of few buyers alone is kept back, the sums tell it: the attack above is a real one."""
    counts = {("A", "x"): 3, ("A", "y"): 20, ("B", "x"): 20, ("B", "y"): 20}
    told = table_of(counts)
    told[0] |= {"share": None, "preference_index": None}
    assert ("A", "x") in derivable(counts, told)
    assert ("A", "x") not in derivable(counts, told_openly(table_of(counts), FEWEST))


def test_two_cells_in_every_row_and_column_are_not_enough() -> None:
    """Two rings of four cells joined by one: that one can be told, though no row or column has a single gap."""
    left = {("A", "u"), ("A", "v"), ("B", "u"), ("B", "v")}
    right = {("C", "x"), ("C", "y"), ("D", "x"), ("D", "y")}
    assert bridges(left | right | {("B", "x")}) == {("B", "x")}
    assert bridges(left | right) == set()
    buyers = {
        (area, item): 3 if (area, item) in left | right | {("B", "x")} else 40 for area in "ABCD" for item in "uvxy"
    }
    hidden = kept_back(buyers, FEWEST)
    assert bridges(hidden) == set()
    assert len(hidden) > 9


def test_an_item_of_one_area_takes_its_base_share_with_it() -> None:
    """What only one area buys, and few of it: its share in what everybody buys would tell it."""
    counts = {("A", "x"): 3, ("A", "y"): 20, ("B", "y"): 30, ("A", "z"): 25, ("B", "z"): 12}
    told = {(row["area"], row["item"]): row for row in told_openly(table_of(counts), FEWEST)}
    assert told["A", "x"]["base_share"] is None
    assert told["B", "y"]["share"] == 30 / 42 or told["B", "z"]["share"] == 12 / 42
    assert any("everybody buys is kept back" in (row["reason"] or "") for row in told.values())


def test_an_area_with_one_item_of_few_is_left_out() -> None:
    """Its share is 1 whatever is kept back, so it is not told at all; one of many buyers is."""
    counts = {("A", "x"): 3, ("B", "x"): 30, ("C", "x"): 15, ("C", "y"): 15}
    told = told_openly(table_of(counts), FEWEST)
    assert {row["area"] for row in told} == {"B", "C"}
    assert all(row["reason"] is None for row in told)


@settings(max_examples=30, deadline=None)
@given(TABLES, st.randoms(use_true_random=False))
def test_the_order_of_rows_decides_nothing(counts: Counts, random: Any) -> None:
    """Rows in any order: the same cells are kept back, and without few buyers none."""
    rows = table_of(counts)
    mixed = random.sample(rows, len(rows))
    assert told_openly(mixed, FEWEST) == told_openly(rows, FEWEST)
    assert kept_back(counts, 1) == set()
