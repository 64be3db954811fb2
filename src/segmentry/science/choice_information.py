"""What choices tell about the weights of a mixture of logits: information, scores of persons, and the covariance.

The information is the observed one of the mixture (Louis 1982): that of known classes less what is lost because nobody
says to which he belongs. The covariance is the sandwich A^-1 B A^-1 (Huber 1967, White 1982) with B by the scores of
persons: answers of one person go together wherever people of one class differ, and A alone takes them for independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmentry.science.choice_tasks import Tasks
from segmentry.science.inputs import FloatArray

RIDGE = 1e-3
"""Prior precision of tastes, which keeps those finite that a class always follows."""

_SINGULAR = 1e12


@dataclass(frozen=True, slots=True)
class Information:
    """Information of all parameters: log-odds of the classes but the last, then the tastes of class after class.

    Attributes:
        whole: Observed information of the mixture, shape (parameters, parameters).
        known: That of the tastes of each class were the classes known, shape (classes, attributes, attributes).
        scores: Score of each person, shape (people, parameters).
        members: People of each class, shape (classes,).
    """

    whole: FloatArray
    known: FloatArray
    scores: FloatArray
    members: FloatArray

    def block(self, place: int) -> slice:
        """Where the tastes of a class stand among the parameters."""
        classes, attributes = self.known.shape[:2]
        start = classes - 1 + place * attributes
        return slice(start, start + attributes)

    def inverse(self) -> FloatArray | None:
        """The inverse of the observed information; None where some parameter is not told."""
        values = np.linalg.eigvalsh(self.whole)
        if len(self.scores) <= len(values) or values[0] <= values[-1] / _SINGULAR:
            return None
        return np.asarray(np.linalg.inv(self.whole), dtype=np.float64)

    def covariance(self) -> FloatArray | None:
        """Covariance of all parameters; None where some is not told.

        The square of each taste's error grows by n / (n - attributes) with n the people of its class, because scores
        at the fitted tastes are smaller than at the true ones (Hinkley 1977).
        """
        inverse, attributes = self.inverse(), self.known.shape[1]
        if inverse is None or (self.members <= attributes).any():
            return None
        grown = np.ones(len(inverse))
        grown[len(self.members) - 1 :] = np.repeat(np.sqrt(self.members / (self.members - attributes)), attributes)
        told = self.scores @ inverse * grown
        return np.asarray(told.T @ told, dtype=np.float64)


def observed(tasks: Tasks, tastes: FloatArray, posterior: FloatArray) -> Information:
    """Information and scores of a mixture at its tastes.

    Args:
        tasks: The tasks.
        tastes: Shape (classes, attributes).
        posterior: Probability of each class for each person, shape (people, classes).
    """
    classes, attributes = tastes.shape
    odds = posterior.mean(axis=0)[:-1]
    known = np.zeros((classes, attributes, attributes))
    whole = np.zeros((classes - 1 + tastes.size, classes - 1 + tastes.size))
    whole[: classes - 1, : classes - 1] = len(posterior) * (np.diag(odds) - np.outer(odds, odds))
    scores = np.zeros((len(posterior), len(whole)))
    for place, (taste, belongs) in enumerate(zip(tastes, posterior.T, strict=True)):
        own = slice(classes - 1 + place * attributes, classes - 1 + (place + 1) * attributes)
        mean, second = tasks.moments(taste, belongs[tasks.who])
        known[place] = second + RIDGE * np.eye(attributes)
        were_it_known = np.zeros(scores.shape)
        were_it_known[:, : classes - 1] = np.eye(classes)[place, :-1] - odds
        were_it_known[:, own] = tasks.by_person(tasks.mine - mean)
        whole[own, own] += known[place]
        whole -= were_it_known.T @ (were_it_known * belongs[:, None])
        scores += were_it_known * belongs[:, None]
    return Information(whole + scores.T @ scores, known, scores, posterior.sum(axis=0))
