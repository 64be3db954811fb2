"""Rows of a study as arrays: attributes told from the table, levels coded by hand, tasks that cannot count left out."""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.profiles.needs.choice_designs import ALTERNATIVE, NONE, Study, study_of
from segmentry.profiles.needs.choice_spec import ChoicesSpec
from tests.rooms.profiles.choosing import Row, keyed, offers, sets, task_of

ALPHA, BETA = {"brand": "Alpha", "price": "2", "organic": "no"}, {"brand": "Beta", "price": "4", "organic": "yes"}


def told(rows: list[Row], **spec: object) -> Study:
    return study_of("snacks", keyed(rows), ChoicesSpec(**spec))  # type: ignore[arg-type]


def test_words_have_a_base_and_numbers_a_unit() -> None:
    """Alpha is the base of brands, no that of organic; a price is standardized inside and told per unit."""
    study = told(task_of("a", 0, [ALPHA, BETA], 1) + task_of("a", 1, [BETA, ALPHA], 0))
    brand, price, organic = study.attributes
    assert (brand.base, brand.levels, price.base, organic.base) == ("Alpha", ("Alpha", "Beta"), "", "no")
    assert (price.middle, price.spread, price.ends) == (3.0, 1.0, (2.0, 4.0))
    assert study.told[0, 0].tolist() == [[0, -1, 0], [1, 1, 1]]
    assert study.picked.tolist() == [[1, 0]]
    assert price.per_unit(3).tolist() == [0, 1, 0]
    assert price.design(3)[:, 1].tolist() == [-1, 1]


def test_a_declared_base_and_numbers_that_are_names() -> None:
    """Others are held against the level that was declared; categories are words though they look like numbers."""
    rows = task_of("a", 0, [ALPHA, BETA], 1)
    brand, price, _ = told(rows, bases=(("Brand", "Beta"),), categories=("price",)).attributes
    assert (brand.base, price.base, price.levels) == ("Beta", "2", ("2", "4"))
    assert told(rows, bases=(("brand", "Gamma"),)).attributes[0].base == "Alpha"


def test_decimal_commas_are_numbers_too() -> None:
    """2,50 and 4 are a price, and stand in their order."""
    rows = task_of("a", 0, [ALPHA | {"price": "4"}, BETA | {"price": "2,50"}], 1)
    assert told(rows).attributes[1].ends == (2.5, 4.0)


@pytest.mark.parametrize(
    ("levels", "numbers"),
    [
        (("900", "1,000", "1,200"), (900.0, 1000.0, 1200.0)),
        (("900", "1.000", "1.200"), (900.0, 1000.0, 1200.0)),
        (("1,000.50", "2,000", "3"), (3.0, 1000.5, 2000.0)),
        (("1.000,50", "2.000", "3"), (3.0, 1000.5, 2000.0)),
        (("2.00", "2,0", "2.5", "3"), (2.0, 2.0, 2.5, 3.0)),
        (("0,5", "1,250", "2"), (0.5, 1.25, 2.0)),
        (("1.000", "2.000"), (1.0, 2.0)),
    ],
)
def test_thousands_are_told_from_decimals(levels: tuple[str, ...], numbers: tuple[float, ...]) -> None:
    """A price of 1,000 beside 900 is no price of one: all levels of an attribute are read in one way."""
    rows = task_of("a", 0, [ALPHA | {"price": level} for level in levels], 0)
    price = next(each for each in told(rows).attributes if each.name == "price")
    assert price.ends == (min(numbers), max(numbers))


def test_an_attribute_may_be_called_none() -> None:
    """It is an attribute as any other beside the alternative of taking none."""
    rows = task_of("a", 0, [ALPHA, BETA, {}], 2)
    rows = [row | {"given_none": level} for row, level in zip(rows, ("x", "y", None), strict=True)]
    assert [each.name for each in told(rows).attributes] == ["brand", "price", "organic", "none", NONE]


def test_an_alternative_without_attributes_is_taking_none() -> None:
    """It has a weight of its own, and no level of any attribute."""
    study = told(task_of("a", 0, [ALPHA, BETA, {}], 2))
    assert [each.name for each in study.attributes] == ["brand", "price", "organic", NONE]
    assert study.told[0, 0, 2].tolist() == [0, 0, 0, 1]


def test_a_missing_attribute_leaves_its_task_out() -> None:
    """The task is counted with its reason, the others stay."""
    rows = task_of("a", 0, [ALPHA, BETA | {"price": ""}], 0) + task_of("a", 1, [ALPHA, BETA], 0)
    study = told(rows)
    assert study.faults == (("price of an alternative is missing", 1),)
    assert study.tasks.tolist() == [1]


def test_what_does_not_differ_within_a_task_is_no_attribute() -> None:
    """The respondent's own age, and a comment on the task, describe no alternative."""
    rows = [
        row | {"given_age": row["party_key"][1:], "given_note": f"n{row['task_id']}"} for row in offers(people=5)[0]
    ]
    assert [each.name for each in told(rows).attributes] == ["brand", "price", "organic", NONE]
    assert [each.name for each in told(rows, attributes=("price",)).attributes] == ["price", NONE]
    assert told([row | {"given_brand": "x", "given_price": "1", "given_organic": "no"} for row in rows],
                attributes=("age",)).attributes[0].name == "age"  # fmt: skip


def test_where_nothing_else_differs_the_alternative_is_the_attribute() -> None:
    """Items of a set: each item has its worth, and the worst is a second choice with everything turned round."""
    study = told(sets({"fun": 1.0, "time": 0.5, "price": 0.0, "style": -0.5, "safety": -1.0}, 3, tasks=2))
    assert [(each.name, each.base) for each in study.attributes] == [(ALTERNATIVE, "fun")]
    assert (study.per_task, study.tasks.tolist()) == (2, [4, 4, 4])
    assert study.turned[0].tolist() == [False, True, False, True]
    assert (study.told[:, 1] == -study.told[:, 0]).all()
    best = study.picked[0, 0]
    assert study.offered[0, 0].all()
    assert np.flatnonzero(~study.offered[0, 1]).tolist() == [best]


def test_people_with_different_numbers_of_tasks_and_alternatives_stand_together() -> None:
    """Empty places are neither offered nor chosen."""
    rows = (
        task_of("a", 0, [ALPHA, BETA], 0) + task_of("b", 0, [ALPHA, BETA, ALPHA], 2) + task_of("b", 1, [BETA, ALPHA], 1)
    )
    study = told(rows)
    assert study.customers == ("a", "b")
    assert study.tasks.tolist() == [1, 2]
    assert study.offered.sum(axis=2).tolist() == [[2, 0], [3, 2]]
    assert study.picked.tolist() == [[0, -1], [2, 1]]
    alone = study.some(np.array([False, True]))
    assert (alone.customers, alone.picked.tolist()) == (("b",), [[2, 1]])


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_no_attribute(seed: int) -> None:
    """Rows of tasks in any order: the same attributes, codes and people."""
    rows, _ = offers(people=10, seed=seed)
    mixed = [rows[place] for place in np.random.default_rng(seed).permutation(len(rows))]
    one, other = told(rows), told(mixed)
    assert one.attributes == other.attributes
    assert one.customers == other.customers
    assert np.sort(one.told.sum(axis=(1, 2)), axis=0) == pytest.approx(np.sort(other.told.sum(axis=(1, 2)), axis=0))


def test_one_number_written_in_several_ways_is_one_level() -> None:
    """2.00, 2,0 and 2 are one price, with the codes of a study that writes it one way."""
    rows = offers(people=6, with_none=False)[0]
    ways = [row | {"given_price": f"{float(row['given_price']):.{place % 3}f}"} if row["given_price"] in ("3", "4")
            else row for place, row in enumerate(rows)]  # fmt: skip
    commas = [row | {"given_price": row["given_price"].replace(".", ",")} if place % 2 else row
              for place, row in enumerate(ways)]  # fmt: skip
    plain, mixed = told(rows), told(commas)
    assert mixed.attributes == plain.attributes
    assert mixed.attributes[1].levels == ("2.5", "3", "3.5", "4")
    assert (mixed.told == plain.told).all()
    names = told(commas, categories=("price",)).attributes[1]
    assert {"3", "3.0", "3.00"} <= set(names.levels)


def test_a_number_that_differs_in_spelling_alone_is_no_attribute() -> None:
    """Where 2.0 and 2 stand side by side nothing differs."""
    sizes = [row | {"given_size": ("2", "2.0")[place % 2]} for place, row in enumerate(offers(people=3)[0])]
    assert "size" not in [each.name for each in told(sizes).attributes]


def test_a_column_that_tells_what_another_does_is_left_out_by_name() -> None:
    """Of a price and a gross price the declared one stays, else the first; of labels and codes the first."""
    rows = [
        row | {"given_gross": row["given_price"] and str(float(row["given_price"]) * 2),
               "given_code": row["given_brand"] and row["given_brand"][0].lower()}
        for row in offers(people=20)[0]
    ]  # fmt: skip
    first, declared = told(rows), told(rows, price="gross")
    assert [each.name for each in first.attributes] == ["brand", "price", "organic", NONE]
    assert first.followers == (("code", "brand"), ("gross", "price"))
    assert (first.told == told(offers(people=20)[0]).told).all()
    assert [each.name for each in declared.attributes] == ["brand", "organic", "gross", NONE]
    assert declared.followers == (("code", "brand"), ("price", "gross"))
    assert declared.some(np.arange(3)).followers == declared.followers
