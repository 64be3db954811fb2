"""What is claimed of needs: intervals that hold, ties that are none, and yes-sayers who are no class of benefits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.profiles.needs.benefits import Benefits, benefit_classes, choices
from segmentry.profiles.needs.pairs import kano_row, need_row
from segmentry.profiles.needs.spec import BenefitsSpec, KanoSpec
from segmentry.terms.numbers import NotEstimable
from tests.rooms.profiles.test_needs import BASE, NEED, PAIRS, cells

SHARES = (
    ([0.45, 0.05, 0.45, 0.05], 5.0),
    ([0.24, 0.56, 0.06, 0.14], 13.0),
    ([0.0485, 0.9215, 0.0015, 0.0285], 18.9),
)


@pytest.mark.parametrize(("respondents", "least"), [(10, 0.8), (20, 0.85)])
def test_intervals_of_few_respondents_hold_the_truth_too(respondents: int, least: float) -> None:
    """Shares of the four pairs with the opportunity they make, one near the end: pairs nobody gave count too."""
    random = np.random.default_rng(0)
    for chances, truth in SHARES:
        inside = []
        for counts in random.multinomial(respondents, chances, 150):
            row = need_row(NEED, BASE, cells(*((*pair, int(n)) for pair, n in zip(PAIRS, counts, strict=True) if n)))
            inside.append(row["low"] <= truth <= row["high"])
        assert np.mean(inside) >= least
    sure = need_row(NEED, BASE, cells((5.0, 1.0, respondents)))
    assert sure["low"] < 19 < sure["high"] == 20


def test_a_true_tie_of_categories_is_seldom_called_clear() -> None:
    """Three categories alike in the population: at most one segment in twenty claims that one leads."""
    random = np.random.default_rng(0)
    counts = random.multinomial(60, [1 / 3] * 3, 300)
    pairs = ((1, 3), (1, 5), (3, 5))
    found = [
        kano_row(
            KanoSpec("chat", "f", "d"), BASE, cells(*((*pair, int(n)) for pair, n in zip(pairs, row, strict=True)))
        )
        for row in counts
    ]
    assert sum(row["clear"] for row in found) <= 15


def rated(random: Any, benefits: bool) -> Any:
    """Ratings of six benefits by 400 people who say yes more or less readily, with or without three kinds of them."""
    style = random.standard_normal((400, 1))
    if not benefits:
        return np.clip(np.round(3 + 0.9 * style + 0.7 * random.standard_normal((400, 6))), 1, 5)
    wanted = np.where(np.arange(6) // 2 == random.integers(0, 3, (400, 1)), 4.3, 2.5)
    return np.clip(np.round(wanted + 0.5 * style + 0.8 * random.standard_normal((400, 6))), 1, 5)


@pytest.mark.parametrize("benefits", [False, True], ids=["yes-sayers", "benefits"])
def test_yes_sayers_are_no_class_of_benefits(benefits: bool) -> None:
    """Ratings that differ in their level alone make no classes, planted benefits do, though answers have a style."""
    values = rated(np.random.default_rng(0), benefits)
    columns = {f"B{at}": [f"{each:g}" for each in column] for at, column in enumerate(values.T)}
    found = benefit_classes(
        choices([f"c{at:03}" for at in range(400)], columns), BenefitsSpec("b", tuple(columns), "", 4)
    )
    if benefits:
        assert isinstance(found, Benefits)
    else:
        assert isinstance(found, NotEstimable)
        assert "how high they answer" in str(found.reason)


def test_levels_are_told_of_ratings_on_one_scale_only() -> None:
    """Words, or five points beside ten, are no ratings whose level could be compared."""
    values = rated(np.random.default_rng(0), False)
    people = [f"c{at:03}" for at in range(400)]
    for change in (
        lambda column: [f"grade {each:g}" for each in column],
        lambda column: [f"{2 * each:g}" for each in column],
    ):
        columns = {f"B{at}": [f"{each:g}" for each in column] for at, column in enumerate(values.T)}
        columns |= {"B0": change(values[:, 0])}
        assert isinstance(benefit_classes(choices(people, columns), BenefitsSpec("b", tuple(columns), "", 3)), Benefits)
