"""Information of a mixture of logits, held against the slopes of its likelihood told another way."""

from __future__ import annotations

import numpy as np
import pytest
from tests.rooms.science.test_choices import planted

from segmentry.science import choice_classes
from segmentry.science.choice_information import RIDGE, observed
from segmentry.science.choice_tasks import Tasks, tasks_of
from segmentry.science.inputs import FloatArray

TASTES = np.array([[1.0, -0.5], [-0.5, 1.0]])


def likelihoods(tasks: Tasks, odds: float, tastes: FloatArray) -> FloatArray:
    """Log-likelihood of each person under two classes, the first with these log-odds."""
    shares = np.array([odds, 0.0]) - np.log(np.exp(odds) + 1)
    each = [tasks.by_person(tasks.log_chosen(taste)) + share for taste, share in zip(tastes, shares, strict=True)]
    return np.asarray(np.logaddexp(*each))


def test_scores_and_information_are_slopes_of_the_likelihood() -> None:
    """First and second differences of the likelihood over all five parameters, the ridge of tastes taken off."""
    attributes, chosen, _ = planted(TASTES, [0.6, 0.4], people=40, tasks=5)
    tasks = tasks_of("test", attributes, chosen, None)
    fit = choice_classes(attributes, chosen, 2)
    odds = float(np.log(fit.shares[0] / fit.shares[1]))
    at, step = np.array([odds, *fit.tastes.ravel()]), 1e-4

    def told(place: FloatArray) -> FloatArray:
        return likelihoods(tasks, float(place[0]), place[1:].reshape(2, 2))

    moves = np.eye(5) * step
    found = observed(tasks, fit.tastes, fit.posterior)
    slopes = np.stack([(told(at + move) - told(at - move)) / (2 * step) for move in moves], axis=1)
    assert found.scores == pytest.approx(slopes, abs=0.02)
    bends = np.array(
        [
            [
                (told(at + one + two) - told(at + one - two) - told(at - one + two) + told(at - one - two)).sum()
                / (4 * step**2)
                for two in moves
            ]
            for one in moves
        ]
    )
    assert found.whole - np.diag([0.0, *[RIDGE] * 4]) == pytest.approx(-bends, abs=0.2)


def test_the_covariance_of_one_class_is_the_sandwich() -> None:
    """A^-1 B A^-1 by hand, grown by n / (n - weights), with its diagonal in the errors."""
    attributes, chosen, _ = planted(TASTES[:1], [1.0], people=50, tasks=5)
    fit = choice_classes(attributes, chosen, 1)
    chances = np.exp(attributes @ fit.tastes[0])
    chances /= chances.sum(axis=2, keepdims=True)
    mean = np.einsum("ntj,ntjk->ntk", chances, attributes)
    bend = np.einsum("ntj,ntjk,ntjl->kl", chances, attributes, attributes) - np.einsum("ntk,ntl->kl", mean, mean)
    taken = np.take_along_axis(attributes, chosen[:, :, None, None], axis=2)[:, :, 0]
    scores = (taken - mean).sum(axis=1)
    inverse = np.linalg.inv(bend + RIDGE * np.eye(2))
    assert fit.covariance[0] == pytest.approx(inverse @ scores.T @ scores @ inverse * 50 / 48, rel=1e-6)
    assert fit.errors[0] == pytest.approx(np.sqrt(np.diag(fit.covariance[0])))


def test_weights_that_say_the_same_have_no_covariance() -> None:
    """A copy of a weight, and as many weights as people: nothing is told."""
    attributes, chosen, _ = planted(TASTES[:1], [1.0], people=30, tasks=5)
    doubled = np.concatenate([attributes, np.zeros_like(attributes)], axis=3)
    tasks = tasks_of("test", doubled, chosen, None)
    flat = observed(tasks, np.zeros((1, 4)), np.ones((30, 1)))
    assert flat.whole[2:, 2:] == pytest.approx(RIDGE * np.eye(2))
    assert flat.inverse() is not None
    few = observed(tasks_of("test", attributes[:2], chosen[:2], None), TASTES[:1], np.ones((2, 1)))
    assert few.inverse() is None
    assert few.covariance() is None
