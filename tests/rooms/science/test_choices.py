"""Mixtures of logits: planted tastes come back, one class stays one, and nonsense is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.science import choice_classes, choose_classes, placed_in_classes
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
    """Two classes of 200 people: of 40 worlds the intervals of each taste hold the truth in 34 or more."""
    tastes = np.array([[1.0, -0.5], [-0.5, 1.0]])
    held = np.zeros((2, 2))
    for seed in range(40):
        attributes, chosen, _ = planted(tastes, [0.65, 0.35], people=200, tasks=8, seed=seed)
        found = choice_classes(attributes, chosen, 2, starts=2)
        held += np.abs(found.tastes - tastes) <= 1.96 * found.errors
    assert (held >= 34).all()
    assert 144 <= held.sum() < 160


def test_intervals_hold_where_people_of_a_class_differ() -> None:
    """Tastes that spread by .8 around the mean: of 40 worlds 34 intervals or more hold what many people tell."""

    def spread(seed: int, people: int) -> Any:
        chance = np.random.default_rng(seed)
        attributes = chance.normal(size=(people, 10, 3, 2))
        tastes = np.array([0.6, -0.6]) + 0.8 * chance.normal(size=(people, 2))
        utility = np.einsum("ntjk,nk->ntj", attributes, tastes) + chance.gumbel(size=(people, 10, 3))
        return choice_classes(attributes, utility.argmax(axis=2), 1, starts=1)

    truth = spread(99, 8_000).tastes[0]
    fits = [spread(seed, 60) for seed in range(40)]
    held = np.sum([np.abs(fit.tastes[0] - truth) <= 1.96 * fit.errors[0] for fit in fits], axis=0)
    assert (held >= 34).all()
    assert np.mean([fit.errors[0] for fit in fits]) < 1.4 * np.std([fit.tastes[0] for fit in fits], axis=0).mean()


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


def test_what_was_not_offered_or_not_answered_changes_nothing() -> None:
    """Alternatives that did not stand there and tasks without an answer: the same fit as without them at all."""
    attributes, chosen, _ = planted(TASTES, [0.6, 0.4], people=60, tasks=6)
    wide = np.concatenate([attributes, np.full((60, 6, 2, 3), np.nan)], axis=2)
    offered = np.zeros(wide.shape[:3], dtype=bool)
    offered[:, :, :4] = True
    longer = np.concatenate([wide, np.zeros((60, 1, 6, 3))], axis=1)
    told = np.concatenate([chosen, np.full((60, 1), -1)], axis=1)
    stood = np.concatenate([offered, np.ones((60, 1, 6), dtype=bool)], axis=1)
    plain, padded = choice_classes(attributes, chosen, 2), choice_classes(longer, told, 2, offered=stood)
    assert padded.tastes == pytest.approx(plain.tastes, abs=1e-9)
    assert padded.log_likelihood == pytest.approx(plain.log_likelihood)


def test_a_choice_among_fewer_is_told_by_those_that_stood_there() -> None:
    """With two of four alternatives taken away every left one is as likely where nothing matters: n t ln(1/2)."""
    offered = np.zeros((20, 5, 4), dtype=bool)
    offered[:, :, 1:3] = True
    found = choice_classes(np.zeros((20, 5, 4, 2)), np.ones((20, 5), dtype=int), 1, offered=offered)
    assert found.log_likelihood == pytest.approx(100 * np.log(0.5))


def test_everybodys_own_last_tasks_are_held_out() -> None:
    """Of people with four and with six tasks the last two of each are left out, wherever empty places stand."""
    attributes, chosen, _ = planted(TASTES[:1], [1.0], people=40, tasks=6)
    short = chosen.copy()
    short[::2, 4:] = -1
    found = choice_classes(attributes, short, 1, held_out=2)
    kept = short.copy()
    kept[::2, 2:], kept[1::2, 4:] = -1, -1
    assert found.tastes == pytest.approx(choice_classes(attributes, kept, 1).tastes)
    assert np.isfinite(found.foretold).all()
    utility = attributes @ found.tastes[0]
    left = (short >= 0) & (kept < 0)
    assert found.hit_rate == pytest.approx((utility.argmax(axis=2)[left] == chosen[left]).mean())
    assert found.hits.mean() == pytest.approx(found.hit_rate)
    assert set(found.hits) <= {0.0, 0.5, 1.0}
    assert np.isnan(choice_classes(attributes, short, 1).hits).all()


def test_others_are_placed_in_the_same_classes() -> None:
    """Classes learned from some people place those people as they did, and others where they belong."""
    attributes, chosen, classes = planted(TASTES, [0.6, 0.4], people=300)
    found = choice_classes(attributes[:150], chosen[:150], 2)
    again = placed_in_classes(found, attributes[:150], chosen[:150])
    assert again.posterior == pytest.approx(found.posterior, abs=1e-3)
    others = placed_in_classes(found, attributes[150:], chosen[150:])
    assert (others.posterior.argmax(axis=1) == classes[150:]).mean() > 0.95


def test_the_covariance_holds_the_errors() -> None:
    """Its diagonal is the square of the errors, it is symmetric, and it is the inverse information of one class."""
    attributes, chosen, _ = planted(TASTES[:1], [1.0], people=2_000, tasks=4)
    found = choice_classes(attributes, chosen, 1)
    assert np.diagonal(found.covariance[0]) == pytest.approx(found.errors[0] ** 2)
    chances = np.exp(attributes @ found.tastes[0])
    chances /= chances.sum(axis=2, keepdims=True)
    mean = np.einsum("ntj,ntjk->ntk", chances, attributes)
    information = np.einsum("ntj,ntjk,ntjl->kl", chances, attributes, attributes) - np.einsum("ntk,ntl->kl", mean, mean)
    assert found.covariance[0] == pytest.approx(np.linalg.inv(information), rel=0.15, abs=5e-5)


def test_who_answered_nothing_and_what_was_not_offered_is_refused() -> None:
    """A person without a task to learn from, and a choice of what did not stand there."""
    attributes, chosen, _ = planted(TASTES, [0.5, 0.5], people=20, tasks=2)
    silent = chosen.copy()
    silent[3] = -1
    with pytest.raises(EstimationError, match="no task to learn from"):
        choice_classes(attributes, silent, 1)
    offered = np.ones(attributes.shape[:3], dtype=bool)
    offered[0, 0, chosen[0, 0]] = False
    with pytest.raises(EstimationError) as caught:
        choice_classes(attributes, chosen, 1, offered=offered)
    assert [each.code for each in caught.value.problems] == ["CHOICE_UNKNOWN"]
