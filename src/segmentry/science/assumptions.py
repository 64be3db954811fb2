"""Assumptions of a team, tested: what the data say for it, against it, and how sure that is after all tests together.

Every test has two sides. ``p_for`` is the probability of data that speak so much for the statement if it were not so;
``p_against`` the same for its opposite. Twice the smaller one is corrected over the whole register (Holm 1979), so that
twenty guesses do not make one finding; what neither side proves stays open. Means of amounts are tested with Student's
t corrected for skewness (Hall 1992), and not at all where a few customers make the mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.effect_intervals import cramers_v, eta_squared, eta_surely_below, v_surely_below
from segmentry.science.effects import holm, metric_effect, mid_ranks, nominal_effect
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.science.satisfaction import wilson
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import Estimate, NotEstimable

SURE = 0.05
"""Corrected probability below which a statement is decided."""

FEWEST = 10
"""Customers on each side from which means are compared."""

ROWS_PER_NAME = 5
"""Customers needed for each name of a trait."""

MOST_NAMES = 50
"""Names of a trait that are told apart; rarer ones count together."""

ROWS_PER_SKEWNESS = 10.0
"""Customers needed for a mean, times squared skewness; Cochran 1977, section 2.15, asks 25 of a mean not corrected."""

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

    Raises:
        EstimationError: more members than customers.
    """
    from scipy.special import bdtr, bdtrc

    estimate = wilson(members, base)
    if isinstance(estimate, NotEstimable):
        return NotEstimable("there are no customers")
    above = float(bdtrc(members - 1, base, bound)) if members else 1.0
    below = float(bdtr(members, base, bound))
    return Measured("exact binomial test", estimate, *_sides(above, below, more=more), base)


def mean_beyond(values: ArrayLike, bound: float, *, more: bool = True) -> Measured | NotEstimable:
    """Whether a mean lies above (or below) a bound: Student's t, corrected for skewness.

    Args:
        values: Shape (n,), NaN for unknown.
        bound: The bound, in the unit of the values.
        more: Whether the statement says more than the bound.
    """
    known = _known(values)
    if known.size < FEWEST:
        return NotEstimable(f"it is known of {known.size} of them, {FEWEST} are needed")
    return _by_student("one-sample t test", _Mean.of(known), bound, more)


def means_differ(left: ArrayLike, right: ArrayLike, *, more: bool = True) -> Measured | NotEstimable:
    """Whether one group's mean lies above (or below) another's: Welch's t (1947), corrected for skewness.

    Args:
        left: Values of the one group, shape (n,), NaN for unknown.
        right: Values of the other, shape (m,).
        more: Whether the statement says that ``left`` is higher.
    """
    one, other = _known(left), _known(right)
    if min(one.size, other.size) < FEWEST:
        return NotEstimable(f"it is known of {one.size} and {other.size} of them, {FEWEST} on each side are needed")
    return _by_student("Welch's t test", _Mean.of(one).less(_Mean.of(other)), 0.0, more)


def go_together(
    left: ArrayLike | Sequence[str | None],
    right: ArrayLike | Sequence[str | None],
) -> Measured | NotEstimable:
    """Whether two traits have to do with each other: rank correlation, eta squared of ranks, or Cramér's V.

    The opposite, that they have nothing to do with each other worth a word, is a statement of its own and is held
    against the effect that is small by Cohen (1988).

    Args:
        left: Numbers of shape (n,) with NaN for unknown, or names with None.
        right: The same, of the same customers.

    Raises:
        EstimationError: lengths that differ.
    """
    one, other = _kind(left), _kind(right)
    if one.shape != other.shape:
        what, given = "The lengths differ", f"{one.shape} and {other.shape}"
        raise EstimationError(Problem("LENGTH_MISMATCH", what, "go_together", given, "Give one value per customer."))
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
    return _of_ranks(numbers, names) if numbers.dtype.kind == "f" else _of_names(numbers, names)


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


def _of_ranks(numbers: FloatArray, names: np.ndarray) -> Measured | NotEstimable:
    """Eta squared of ranks with its interval."""
    groups = _common(names)
    if groups.size < ROWS_PER_NAME * np.unique(groups).size:
        return _too_many(np.unique(groups).size, groups.size)
    effect = metric_effect(numbers, groups)
    estimate = eta_squared(effect)
    if isinstance(estimate, NotEstimable):
        return estimate
    return Measured("Kruskal-Wallis test", estimate, effect.p, eta_surely_below(effect, SMALL_ETA), effect.rows)


def _of_names(left: np.ndarray, right: np.ndarray) -> Measured | NotEstimable:
    """Cramér's V with its interval."""
    codes, groups = _common(left), _common(right)
    most = max(np.unique(each).size for each in (codes, groups))
    if groups.size < ROWS_PER_NAME * most:
        return _too_many(most, groups.size)
    table = _crossed(codes, groups)
    effect, estimate = nominal_effect(table), cramers_v(table)
    if isinstance(estimate, NotEstimable):
        return estimate
    return Measured("chi-squared test", estimate, effect.p, v_surely_below(table, SMALL_V), effect.rows)


def _too_many(names: int, rows: int) -> NotEstimable:
    return NotEstimable(f"{names} names of {rows} customers are too many; {ROWS_PER_NAME} for each are needed")


def _common(names: np.ndarray) -> IntArray:
    """Names as codes, the most frequent first, those beyond `MOST_NAMES` together."""
    told, codes, counts = np.unique(names, return_inverse=True, return_counts=True)
    rank = np.empty(told.size, dtype=np.int64)
    rank[np.lexsort((told, -counts))] = np.arange(told.size)
    return np.asarray(np.minimum(rank, MOST_NAMES - 1)[codes])


def _crossed(left: np.ndarray, right: np.ndarray) -> FloatArray:
    counts = np.zeros((int(left.max()) + 1, int(right.max()) + 1))
    np.add.at(counts, (left, right), 1.0)
    return counts


@dataclass(frozen=True, slots=True)
class _Mean:
    """A mean, or a difference of two, with the moments of its error.

    Attributes:
        value: The mean.
        parts: Squared standard errors of the means in it.
        sizes: Customers of each.
        lean: Skewness of the values; of two groups together, as the smaller one may lack its rare large values.
    """

    value: float
    parts: tuple[float, ...]
    sizes: tuple[int, ...]
    lean: float

    @classmethod
    def of(cls, values: FloatArray) -> _Mean:
        """The mean of values, shape (n,), three at least."""
        size = values.size
        apart = values - values.mean() if np.ptp(values) > 0 else np.zeros(size)
        variance = float((apart**2).sum()) / (size - 1)
        third = float((apart**3).sum()) * size / ((size - 1) * (size - 2))
        return cls(float(values.mean()), (variance / size,), (size,), third / variance**1.5 if variance > 0 else 0.0)

    def less(self, other: _Mean) -> _Mean:
        """This mean less another one, both of one group."""
        sizes = (*self.sizes, *other.sizes)
        lean = (self.lean * sizes[0] + other.lean * sizes[1]) / sum(sizes)
        return _Mean(self.value - other.value, (*self.parts, *other.parts), sizes, lean)

    @property
    def error(self) -> float:
        """Standard error."""
        return float(sum(self.parts) ** 0.5)

    @property
    def degrees(self) -> float:
        """Degrees of freedom (Welch 1947)."""
        own = sum(part**2 / (size - 1) for part, size in zip(self.parts, self.sizes, strict=True))
        return float(sum(self.parts)) ** 2 / own

    @property
    def skewness(self) -> float:
        """Skewness of the error."""
        thirds = [part**1.5 / size**0.5 for part, size in zip(self.parts, self.sizes, strict=True)]
        return float(self.lean * (thirds[0] - sum(thirds[1:])) / self.error**3)


def _by_student(method: str, mean: _Mean, bound: float, more: bool) -> Measured | NotEstimable:
    from scipy.special import stdtr, stdtrit

    if not mean.error > 0:
        return NotEstimable("the values do not differ, so nothing tells how sure it is")
    rows, skewness = sum(mean.sizes), mean.skewness
    if skewness**2 * ROWS_PER_SKEWNESS > 1:
        wanted = int(np.ceil(rows * skewness**2 * ROWS_PER_SKEWNESS))
        told = f"the values lean so far to one side that {rows:,} customers are too few"
        return NotEstimable(f"a few customers make the mean: {told}, and about {wanted:,} are needed")
    reach = float(stdtrit(mean.degrees, 0.975))
    low, high = (mean.value - mean.error * _bent_back(end, skewness) for end in (reach, -reach))
    statistic = _bent((mean.value - bound) / mean.error, skewness)
    above, below = float(stdtr(mean.degrees, -statistic)), float(stdtr(mean.degrees, statistic))
    return Measured(method, Estimate(mean.value, low, high), *_sides(above, below, more=more), rows)


def _bent(statistic: float, skewness: float) -> float:
    """Student's t of a skewed mean, bent so that it is symmetric (Hall 1992, equation 2.9; two samples: Zhou 2005)."""
    return statistic + skewness * statistic**2 / 3 + skewness**2 * statistic**3 / 27 + skewness / 6


def _bent_back(bent: float, skewness: float) -> float:
    if abs(skewness) < 1e-8:
        return bent
    return float(3 / skewness * (np.cbrt(1 + skewness * (bent - skewness / 6)) - 1))


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
