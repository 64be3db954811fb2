"""What tastes are worth: importance by hand, intervals of prices that hold, and tastes that are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.science.test_choices import planted

from segmentry.science import choice_classes, follows_nothing, importances, part_worth, willingness_to_pay
from segmentry.science.choice_worths import seek_the_same
from segmentry.terms.numbers import Estimate, NotEstimable

GAIN, PRICE = np.array([1.0, 0.0]), np.array([0.0, 1.0])


def test_importance_is_the_range_over_the_sum_of_ranges() -> None:
    """Levels worth 0, 2 and -1 beside a number worth -.5 a unit from 2 to 6: ranges 3 and 2, so .6 and .4."""
    brand = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]
    price = [[0, 0, 2], [0, 0, 4], [0, 0, 6]]
    assert importances([2.0, -1.0, -0.5], [brand, price]) == pytest.approx(np.array([[0.6, 0.4]]))
    assert np.isnan(importances([0.0, 0.0, 0.0], [brand, price])).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-50, 50).map(lambda each: each / 10), min_size=3, max_size=3), st.floats(0.1, 10))
def test_importances_add_up_to_one_in_any_unit(taste: list[float], scale: float) -> None:
    """Shares of everybody add up to 1, and louder tastes weigh as softer ones do."""
    designs = [np.eye(3)[:2], np.array([[0, 0, 1.0], [0, 0, -1.0]])]
    found = importances(taste, designs)
    if np.isfinite(found).all():
        assert found.sum() == pytest.approx(1.0)
        assert importances(np.array(taste) * scale, designs) == pytest.approx(found, abs=1e-9)


def test_a_part_worth_has_the_error_of_its_contrast() -> None:
    """A difference of two weights with variances .04 and .09 and covariance .01 has variance .11."""
    found = part_worth([2.0, 1.0], [[0.04, 0.01], [0.01, 0.09]], [1.0, -1.0])
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(1.0)
    assert found.high - found.value == pytest.approx(1.96 * np.sqrt(0.11), rel=1e-4)
    assert isinstance(part_worth([2.0, 1.0], np.full((2, 2), np.inf), [1.0, 0.0]), NotEstimable)


def test_willingness_to_pay_is_the_ratio_with_fiellers_interval() -> None:
    """A gain of 2 against -.5 a unit is worth 4; at each end of the interval a + w p lies 1.96 errors off 0."""
    covariance = np.array([[0.04, 0.002], [0.002, 0.01]])
    found = willingness_to_pay([2.0, -0.5], covariance, GAIN, PRICE)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(4.0)
    for end in (found.low, found.high):
        error = np.sqrt(0.04 + 2 * end * 0.002 + end**2 * 0.01)
        assert abs(2.0 - 0.5 * end) / error == pytest.approx(1.96, rel=1e-4)
    assert found.high - found.value > found.value - found.low


def test_fiellers_interval_is_that_of_the_delta_method_where_the_price_is_sure() -> None:
    """With hardly any doubt about the price the interval is the gain's own over the price."""
    found = willingness_to_pay([2.0, -0.5], [[0.04, 0.0], [0.0, 1e-12]], GAIN, PRICE)
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == pytest.approx((4 - 1.96 * 0.4, 4 + 1.96 * 0.4), rel=1e-4)


@pytest.mark.parametrize(
    ("price", "doubt", "reason"),
    [(-0.1, 0.01, "does not matter"), (0.5, 0.001, "higher price is preferred"), (-0.5, np.inf, "nothing bounds")],
)
def test_a_price_that_does_not_matter_tells_nothing(price: float, doubt: float, reason: str) -> None:
    """A price within its error of 0, one that attracts, and one that nobody can bound."""
    found = willingness_to_pay([2.0, price], np.diag([0.04, doubt]), GAIN, PRICE)
    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_intervals_of_prices_hold_the_truth() -> None:
    """A gain of .8 against -.4 a unit, told by 80 people and 6 tasks: of 60 intervals at least 53 hold 2."""
    held = []
    for seed in range(60):
        attributes, chosen, _ = planted(np.array([[0.8, -0.4]]), [1.0], people=80, tasks=6, seed=seed)
        fit = choice_classes(attributes, chosen, 1)
        found = willingness_to_pay(fit.tastes[0], fit.covariance[0], GAIN, PRICE)
        held.append(isinstance(found, Estimate) and found.low <= 2.0 <= found.high)
    assert sum(held) >= 53


def test_who_draws_lots_follows_nothing() -> None:
    """Of 60 worlds without tastes at most 3 look like tastes at 1 %; real tastes always do."""
    chances = []
    for seed in range(60):
        attributes, chosen, _ = planted(np.zeros((1, 4)), [1.0], people=60, tasks=6, seed=seed)
        fit = choice_classes(attributes, chosen, 1)
        chances.append(follows_nothing(fit, attributes, chosen, range(4)))
    assert sum(each < 0.01 for each in chances) <= 3
    assert np.median(chances) > 0.25
    attributes, chosen, _ = planted(np.array([[0.5, 0.0, 0.0, 0.0]]), [1.0], people=60, tasks=6)
    fit = choice_classes(attributes, chosen, 1)
    assert follows_nothing(fit, attributes, chosen, range(4)) < 1e-4
    assert follows_nothing(fit, attributes, chosen, [1, 2, 3]) > 0.01


def test_habits_of_a_person_are_no_tastes() -> None:
    """People who mostly take their own place in the list: answers go together, and with no attribute."""
    chances = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        attributes = random.normal(size=(60, 6, 4, 3))
        attributes[..., 0] = attributes[:, :1, :, 0]
        own = random.integers(0, 4, (60, 1))
        chosen = np.where(random.random((60, 6)) < 0.8, own, random.integers(0, 4, (60, 6)))
        chances.append(follows_nothing(choice_classes(attributes, chosen, 1), attributes, chosen, range(3)))
    assert sum(each < 0.01 for each in chances) <= 3
    assert 0.3 < np.median(chances) < 0.7


@pytest.mark.parametrize("scale", [1.0, 5.0, 20.0, 1000.0])
def test_what_is_followed_without_exception_is_followed(scale: float) -> None:
    """The surer people choose the less their weights are bounded, and the surer it is that they do not draw lots."""
    attributes, _, _ = planted(np.zeros((1, 2)), [1.0], people=60, tasks=5)
    noise = np.random.default_rng(0).gumbel(size=attributes.shape[:3])
    chosen = (scale * (attributes[..., 0] - 0.5 * attributes[..., 1]) + noise).argmax(axis=2)
    assert follows_nothing(choice_classes(attributes, chosen, 1), attributes, chosen, [0, 1]) < 1e-9


def test_a_class_that_minds_an_attribute_is_told_from_one_that_does_not() -> None:
    """Of 30 worlds of two classes at most 4 tell at 5 % what one does not mind; what the other minds is told always."""
    tastes = np.array([[1.0, -0.8, 0.0], [-0.6, 1.2, 1.0]])
    calm, keen = [], []
    for seed in range(30):
        attributes, chosen, _ = planted(tastes, [0.65, 0.35], people=100, tasks=8, seed=seed)
        fit = choice_classes(attributes, chosen, 2, starts=2)
        place = int(np.abs(fit.tastes[:, 1] + 0.8).argmin())
        calm.append(follows_nothing(fit, attributes, chosen, [2], place=place))
        keen.append(follows_nothing(fit, attributes, chosen, [2], place=1 - place))
    assert sum(each < 0.05 for each in calm) <= 4
    assert max(keen) < 0.01


def test_what_does_not_differ_tells_nothing() -> None:
    """Attributes that are the same everywhere are followed by nobody; of fewer people than weights nothing is told."""
    attributes, chosen, _ = planted(np.zeros((1, 2)), [1.0], people=20, tasks=3)
    flat = np.ones_like(attributes)
    assert follows_nothing(choice_classes(flat, chosen, 1), flat, chosen, [0, 1]) == 1.0
    few, taken, _ = planted(np.zeros((1, 6)), [1.0], people=5, tasks=3)
    assert np.isnan(follows_nothing(choice_classes(few, taken, 1), few, taken, range(6)))
    same, same_taken = np.repeat(attributes[:1], 20, axis=0), np.repeat(chosen[:1], 20, axis=0)
    assert follows_nothing(choice_classes(same, same_taken, 1), same, same_taken, [0, 1]) == 0.0


def test_classes_that_differ_in_one_weight_seek_the_same_otherwise() -> None:
    """Two classes apart in the first weight only: the second may be the same, both together are not."""
    attributes, chosen, _ = planted(np.array([[2.0, 0.8], [-2.0, 0.8]]), [0.5, 0.5], people=150, tasks=8)
    fit = choice_classes(attributes, chosen, 2, starts=2)
    assert seek_the_same(fit, attributes, chosen, [1]) > 0.05
    assert seek_the_same(fit, attributes, chosen, [0, 1]) < 1e-9
    assert np.isnan(seek_the_same(choice_classes(attributes, chosen, 1), attributes, chosen, [1]))
