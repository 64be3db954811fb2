"""Assumptions of a team, tested: what the data say for it, against it, and how sure that is after all tests together.

Every test has two sides. ``p_for`` is the probability of data that speak so much for the statement if it were not so;
``p_against`` the same for its opposite. Twice the smaller one is corrected over the whole register (Holm 1979), so that
twenty guesses do not make one finding; what neither side proves stays open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.effects import Effect, holm, metric_effect, mid_ranks, nominal_effect
from segmentry.science.inputs import FloatArray
from segmentry.science.satisfaction import wilson
from segmentry.terms.numbers import Estimate, NotEstimable

SURE = 0.05
"""Corrected probability below which a statement is decided."""

FEWEST = 10
"""Customers on each side from which means are compared."""

SMALL_CORRELATION, SMALL_ETA, SMALL_V = 0.1, 0.01, 0.1
"""Effects below which two traits have nothing to do with each other that is worth a word (Cohen 1988)."""

Ruling = Literal["supported", "contradicted", "open"]


@dataclass(frozen=True, slots=True)
class Measured:
    """The outcome of one test.

    Attributes:
        method: Name of the test.
        estimate: What was measured, with its interval.
        p_for: Probability of such data if the statement were not so.
        p_against: Probability of such data if it were so.
        customers: Customers it rests on.
    """

    method: str
    estimate: Estimate
    p_for: float
    p_against: float
    customers: int

    @property
    def p(self) -> float:
        """Two-sided probability."""
        return min(1.0, 2.0 * min(self.p_for, self.p_against))


@dataclass(frozen=True, slots=True)
class Ruled:
    """A test among all tests of the register.

    Attributes:
        verdict: ``supported``, ``contradicted`` or ``open``.
        p_corrected: Probability corrected for the number of tests; None where nothing could be tested.
    """

    verdict: Ruling
    p_corrected: float | None


def rule(tests: Sequence[Measured | NotEstimable]) -> tuple[Ruled, ...]:
    """The verdict on each test, corrected for all of them; what could not be tested stays open."""
    told = [place for place, test in enumerate(tests) if isinstance(test, Measured)]
    corrected = dict(zip(told, holm([test.p for test in tests if isinstance(test, Measured)]), strict=True))
    return tuple(
        Ruled(_verdict(test, float(corrected[place])), float(corrected[place]))
        if isinstance(test, Measured)
        else Ruled("open", None)
        for place, test in enumerate(tests)
    )


def _verdict(test: Measured, corrected: float) -> Ruling:
    if not corrected < SURE:
        return "open"
    return "supported" if test.p_for < test.p_against else "contradicted"


def share_beyond(members: int, base: int, bound: float, *, more: bool = True) -> Measured | NotEstimable:
    """Whether a share lies above (or below) a bound: exact binomial test, Wilson's interval.

    Args:
        members: Customers in the segment.
        base: Customers in all; a sample of those who come.
        bound: The bound, 0 to 1.
        more: Whether the statement says more than the bound.
    """
    from scipy.special import bdtr, bdtrc

    estimate = wilson(members, base)
    if isinstance(estimate, NotEstimable):
        return NotEstimable("there are no customers")
    above = float(bdtrc(members - 1, base, bound)) if members else 1.0
    below = float(bdtr(members, base, bound))
    return Measured("exact binomial test", estimate, *_sides(above, below, more=more), base)


def mean_beyond(values: ArrayLike, bound: float, *, more: bool = True) -> Measured | NotEstimable:
    """Whether a mean lies above (or below) a bound: Student's t.

    Args:
        values: Shape (n,), NaN for unknown.
        bound: The bound, in the unit of the values.
        more: Whether the statement says more than the bound.
    """
    known = _known(values)
    if known.size < FEWEST:
        return NotEstimable(f"it is known of {known.size} of them, {FEWEST} are needed")
    error = float(known.std(ddof=1)) / known.size**0.5
    return _by_student("one-sample t test", float(known.mean()), error, known.size - 1.0, bound, more, known.size)


def means_differ(left: ArrayLike, right: ArrayLike, *, more: bool = True) -> Measured | NotEstimable:
    """Whether one group's mean lies above (or below) another's: Welch's t (1947).

    Args:
        left: Values of the one group, shape (n,), NaN for unknown.
        right: Values of the other, shape (m,).
        more: Whether the statement says that ``left`` is higher.
    """
    one, other = _known(left), _known(right)
    if min(one.size, other.size) < FEWEST:
        return NotEstimable(f"it is known of {one.size} and {other.size} of them, {FEWEST} on each side are needed")
    parts = np.array([one.var(ddof=1) / one.size, other.var(ddof=1) / other.size])
    total = float(parts.sum())
    sizes = np.array([one.size - 1.0, other.size - 1.0])
    freedom = total**2 / float((parts**2 / sizes).sum()) if total > 0 else float(sizes.sum())
    gap = float(one.mean() - other.mean())
    return _by_student("Welch's t test", gap, total**0.5, freedom, 0.0, more, one.size + other.size)


def go_together(
    left: ArrayLike | Sequence[str | None],
    right: ArrayLike | Sequence[str | None],
    *,
    draws: int = 400,
    random_state: int = 0,
) -> Measured | NotEstimable:
    """Whether two traits have to do with each other: rank correlation, eta squared of ranks, or Cramér's V.

    The opposite, that they have nothing to do with each other worth a word, is a statement of its own and is held
    against the effect that is small by Cohen (1988).

    Args:
        left: Numbers of shape (n,) with NaN for unknown, or names with None.
        right: The same, of the same customers.
        draws: Bootstrap samples for effects without a known distribution.
        random_state: Seed.
    """
    one, other = _kind(left), _kind(right)
    known = _told(one) & _told(other)
    if known.sum() < 3 * FEWEST:
        return NotEstimable(f"both are known of {int(known.sum())} customers, {3 * FEWEST} are needed")
    one, other = one[known], other[known]
    if np.unique(one).size < 2 or np.unique(other).size < 2:
        return NotEstimable("one of them is the same for everybody")
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    if one.dtype.kind == "f" and other.dtype.kind == "f":
        return _correlated(one, other)
    numbers, names = (one, other) if one.dtype.kind == "f" else (other, one)
    return _effect(numbers, names, draws, np.random.default_rng(random_state))


def _correlated(one: FloatArray, other: FloatArray) -> Measured:
    """Spearman's correlation; interval by Fisher's z with the error of Bonett & Wright (2000)."""
    from scipy.special import ndtr, ndtri, stdtr

    correlation = float(np.corrcoef(mid_ranks(one), mid_ranks(other))[0, 1])
    rows = one.size
    bent = float(np.arctanh(np.clip(correlation, -0.999999, 0.999999)))
    error = ((1 + correlation**2 / 2) / (rows - 3)) ** 0.5
    reach = float(ndtri(0.975)) * error
    estimate = Estimate(correlation, float(np.tanh(bent - reach)), float(np.tanh(bent + reach)), "rank correlation")
    statistic = abs(correlation) * ((rows - 2) / max(1 - correlation**2, 1e-12)) ** 0.5
    p_for = 2.0 * float(stdtr(rows - 2, -statistic))
    p_against = float(ndtr((abs(bent) - float(np.arctanh(SMALL_CORRELATION))) / error))
    return Measured("Spearman's rank correlation", estimate, p_for, p_against, rows)


def _effect(one: np.ndarray, names: np.ndarray, draws: int, random: np.random.Generator) -> Measured:
    """Eta squared of ranks or Cramér's V, with a bootstrap interval."""
    groups = np.unique(names, return_inverse=True)[1]
    numeric = one.dtype.kind == "f"
    codes = one if numeric else np.unique(one, return_inverse=True)[1]
    effect = _measured(codes, groups)
    samples = (random.integers(0, groups.size, groups.size) for _ in range(draws))
    drawn = np.array([_measured(codes[rows], groups[rows]).size for rows in samples])
    low, high = np.quantile(drawn, [0.025, 0.975])
    unit = "eta squared of ranks" if numeric else "Cramér's V"
    estimate = Estimate(effect.size, min(float(low), effect.size), max(float(high), effect.size), unit)
    small = SMALL_ETA if numeric else SMALL_V
    p_against = (1 + int((drawn >= small).sum())) / (draws + 1)
    method = "Kruskal-Wallis test" if numeric else "chi-squared test"
    return Measured(method, estimate, effect.p, p_against, effect.rows)


def _measured(codes: np.ndarray, groups: np.ndarray) -> Effect:
    return metric_effect(codes, groups) if codes.dtype.kind == "f" else nominal_effect(_crossed(codes, groups))


def _crossed(left: np.ndarray, right: np.ndarray) -> FloatArray:
    counts = np.zeros((int(left.max()) + 1, int(right.max()) + 1))
    np.add.at(counts, (left, right), 1.0)
    return counts


def _by_student(
    method: str, value: float, error: float, freedom: float, bound: float, more: bool, rows: int
) -> Measured | NotEstimable:
    from scipy.special import stdtr, stdtrit

    if not error > 0:
        return NotEstimable("the values do not differ, so nothing tells how sure it is")
    reach = float(stdtrit(freedom, 0.975)) * error
    statistic = (value - bound) / error
    above, below = float(stdtr(freedom, -statistic)), float(stdtr(freedom, statistic))
    estimate = Estimate(value, value - reach, value + reach)
    return Measured(method, estimate, *_sides(above, below, more=more), rows)


def _sides(above: float, below: float, *, more: bool) -> tuple[float, float]:
    """Probabilities for and against, out of the two tails."""
    return (above, below) if more else (below, above)


def _known(values: ArrayLike) -> FloatArray:
    """The known numbers, in an order of their own."""
    told = np.asarray(values, dtype=np.float64).ravel()
    return np.sort(told[np.isfinite(told)])


def _kind(values: ArrayLike | Sequence[str | None]) -> np.ndarray:
    """Numbers as floats; anything else as texts, an empty text for unknown."""
    told = np.asarray(values)
    if told.dtype.kind in "bif":
        return told.astype(np.float64)
    return np.array(["" if each is None else str(each) for each in told.tolist()], dtype=np.str_)


def _told(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.isfinite(values)) if values.dtype.kind == "f" else values != ""
