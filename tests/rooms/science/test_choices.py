"""Mixtures of logits: planted tastes come back, one class stays one, and nonsense is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.science import choice_classes, choose_classes
from segmentry.terms.errors import EstimationError

TASTES = np.array([[1.5, -1.0, 0.5], [-1.0, 1.5, 1.0]])


def planted(tastes: Any, shares: Any, people: int = 300, tasks: int = 12, seed: int = 1) -> tuple[Any, Any, Any]:
    """Attributes, choices and classes of people who choose among four alternatives."""
    chance = np.random.default_rng(seed)
    attributes = chance.normal(size=(people, tasks, 4, tastes.shape[1]))
    classes = chance.choice(len(shares), people, p=shares)
    utility = np.einsum("ntjk,nk->ntj", attributes, tastes[classes]) + chance.gumbel(size=(people, tasks, 4))
    return attributes, utility.argmax(axis=2), classes


def test_two_planted_classes_come_back() -> None:
    """Tastes within 0.15 from 300 people and 12 tasks, shares and members with them; AIC3 finds two classes."""
    attributes, chosen, classes = planted(TASTES, [0.6, 0.4])
    found = choose_classes(attributes, chosen, most=3, starts=2)
    assert found.shares.size == 2
    assert np.abs(found.tastes - TASTES).max() < 0.15
    assert found.shares == pytest.approx([0.6, 0.4], abs=0.06)
    assert (found.posterior.argmax(axis=1) == classes).mean() > 0.95
    assert found.posterior.sum(axis=1) == pytest.approx(np.ones(300))


def test_left_out_tasks_are_predicted_better_by_two_classes_than_by_one() -> None:
    """The hit rate on tasks nobody learned from says that the classes are worth having."""
    attributes, chosen, _ = planted(TASTES, [0.5, 0.5], people=150, seed=2)
    two, one = (choice_classes(attributes, chosen, number, held_out=3, starts=2) for number in (2, 1))
    assert two.hit_rate > one.hit_rate + 0.1 > 0.35


def test_one_class_stays_one() -> None:
    """Where everybody has the same tastes AIC3 asks for no second class."""
    attributes, chosen, _ = planted(TASTES[:1], [1.0], people=100, seed=3)
    assert choose_classes(attributes, chosen, most=2, starts=2).shares.size == 1


def test_the_likelihood_is_that_of_the_logit() -> None:
    """With no attribute that matters every alternative is as likely: n t ln(1/4)."""
    attributes, chosen = np.zeros((20, 5, 4, 2)), np.zeros((20, 5), dtype=int)
    found = choice_classes(attributes, chosen, 1, starts=1)
    assert found.log_likelihood == pytest.approx(100 * np.log(0.25))
    assert np.abs(found.tastes).max() < 1e-6
    assert np.isnan(found.hit_rate)


def test_the_order_of_people_changes_no_likelihood() -> None:
    """Whoever comes first, the same classes are found."""
    attributes, chosen, _ = planted(TASTES, [0.6, 0.4], people=120)
    turned = choice_classes(attributes[::-1], chosen[::-1], 2, starts=2)
    assert turned.log_likelihood == pytest.approx(
        choice_classes(attributes, chosen, 2, starts=2).log_likelihood, rel=1e-5
    )


def test_standard_errors_of_tastes_are_those_of_many_worlds() -> None:
    """Two classes of 200 people: of 40 worlds the intervals of the four tastes hold the truth in 36 or more each."""
    tastes = np.array([[1.0, -0.5], [-0.5, 1.0]])
    held = np.zeros((2, 2))
    for seed in range(40):
        attributes, chosen, _ = planted(tastes, [0.65, 0.35], people=200, tasks=8, seed=seed)
        found = choice_classes(attributes, chosen, 2, starts=2)
        held += np.abs(found.tastes - tastes) <= 1.96 * found.errors
    assert (held >= 35).all()
    assert held.sum() < 160


def test_a_taste_without_end_has_no_error() -> None:
    """Who always takes the largest of an attribute tells that it matters, not how much; so do three people."""
    attributes, _, _ = planted(TASTES[:1], [1.0], people=40, tasks=6)
    assert np.isinf(choice_classes(attributes, attributes[..., 0].argmax(axis=2), 1).errors).all()
    few, chosen, _ = planted(TASTES[:1], [1.0], people=3)
    assert np.isinf(choice_classes(few, chosen, 1).errors).all()


def test_nonsense_is_refused_with_every_mistake() -> None:
    """Shapes, unknown attributes, choices off the list, and more classes than people."""
    attributes, chosen, _ = planted(TASTES, [0.5, 0.5], people=5, tasks=2)
    with pytest.raises(EstimationError, match="shapes"):
        choice_classes(attributes[0], chosen, 1)
    broken, wrong = attributes.copy(), chosen.copy()
    broken[0, 0, 0, 0], wrong[0, 0] = np.nan, 9
    with pytest.raises(EstimationError) as caught:
        choice_classes(broken, wrong, 99)
    assert {each.code for each in caught.value.problems} == {"VALUE_UNKNOWN", "CHOICE_UNKNOWN", "ASKED_TOO_MUCH"}
