"""How the revenue of segments grew, and by what: customers, how often they buy, what they spend each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

Course = Literal["continuing", "new", "vanished", "silent"]
"""Whether a segment bought in both periods, only in the later, only in the earlier, or in neither."""

FACTS = ("customers_before", "orders_before", "revenue_before", "customers_after", "orders_after", "revenue_after")
"""What is added up over the customers of a segment, in this order."""

FEWEST_PERIODS = 4
"""Periods needed to tell a trend from a single jump."""

NICHE = 0.10
"""Share of the base up to which a growing segment is called a niche."""


@dataclass(frozen=True, slots=True, eq=False)
class GrowthSplit:
    """Change of revenue of each segment, split into three parts that add up to it.

    Attributes:
        before: Revenue of the earlier period, in money, shape (g,).
        after: Revenue of the later period, shape (g,).
        change: After less before, shape (g,).
        customers: Part due to the number of buying customers, in money, shape (g,).
        frequency: Part due to orders per buying customer, shape (g,).
        value: Part due to revenue per order, shape (g,).
        rate: Change over before; NaN where before is not above 0, shape (g,).
        course: Whether each segment bought in both periods, length g.
    """

    before: FloatArray
    after: FloatArray
    change: FloatArray
    customers: FloatArray
    frequency: FloatArray
    value: FloatArray
    rate: FloatArray
    course: tuple[Course, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GrowthIntervals:
    """Sampling intervals of the growth of segments; the amounts themselves are exact.

    Attributes:
        level: Coverage aimed at.
        change: Low and high of the change, in money, shape (g, 2); NaN where there are fewer than two customers.
        customers: Low and high of the part due to customers, shape (g, 2).
        frequency: Low and high of the part due to frequency, shape (g, 2).
        value: Low and high of the part due to value, shape (g, 2).
        rate: Low and high of change over before, shape (g, 2); NaN where before may be 0.
    """

    level: float
    change: FloatArray
    customers: FloatArray
    frequency: FloatArray
    value: FloatArray
    rate: FloatArray


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend of a segment's share of the base: growth of its odds from period to period.

    Attributes:
        growth: Factor of the odds per period less 1; 0.1 for ten percent a period.
        low: Lower end of its interval.
        high: Upper end of its interval.
        first_share: Fitted share in the first period.
        last_share: Fitted share in the last period.
        level: Coverage of the interval.
        dispersion: Pearson chi-squared over its degrees of freedom, at least 1; widens the interval.
    """

    growth: float
    low: float
    high: float
    first_share: float
    last_share: float
    level: float
    dispersion: float

    @property
    def rising(self) -> bool:
        """Whether the interval lies above 0."""
        return self.low > 0

    @property
    def emerging_niche(self) -> bool:
        """Rising, and still at most a tenth of the base at the end."""
        return self.rising and self.last_share <= NICHE


def split_growth(customers: ArrayLike, orders: ArrayLike, revenue: ArrayLike) -> GrowthSplit:
    """Revenue = customers x orders per customer x revenue per order; the change split by Shapley values.

    Each part is the mean, over the six orders in which the three factors may change one after another, of what its
    change adds (Shapley 1953; the same as the refined Laspeyres method of Sun 1998). The parts add up to the change,
    losses and returns included, which the logarithmic-mean split cannot take. A segment without any order in one of
    the periods has no frequency or value there: its whole change counts under customers.

    Args:
        customers: Customers with an order in the earlier and the later period, 0 or more, shape (g, 2).
        orders: Their orders, above 0 exactly where customers are, shape (g, 2).
        revenue: Net revenue in money, of any sign, shape (g, 2).

    Returns:
        The parts, in money.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    active, placed, money = _read(customers, orders, revenue)
    return _split(active, placed, money)


def _split(active: FloatArray, placed: FloatArray, money: FloatArray) -> GrowthSplit:
    """As `split_growth` without checks; shapes (..., g, 2), NaN where nothing is bought."""
    bought = (active > 0) & (placed > 0)
    both = bought.all(axis=-1)
    number = np.where(bought, active, 1.0)
    often = np.where(bought, placed, 1.0) / number
    each = money / np.where(bought, placed, 1.0)
    change = money[..., 1] - money[..., 0]
    frequency = np.where(both, _shapley(often, number, each), 0.0)
    value = np.where(both, _shapley(each, number, often), 0.0)
    before = money[..., 0]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rate = change / before
    rate = np.where((before > 0) & np.isfinite(rate), rate, np.nan)
    course = tuple(_course(*pair) for pair in bought.reshape(-1, 2).tolist()) if bought.ndim == 2 else ()
    return GrowthSplit(before, money[..., 1], change, change - frequency - value, frequency, value, rate, course)


def _shapley(moved: FloatArray, one: FloatArray, other: FloatArray) -> FloatArray:
    """What the change of one factor of three adds, over all orders of change."""
    together = one[..., 0] * other[..., 0] + one[..., 1] * other[..., 1]
    crossed = one[..., 0] * other[..., 1] + one[..., 1] * other[..., 0]
    return np.asarray((moved[..., 1] - moved[..., 0]) * (2.0 * together + crossed) / 6.0)


def _course(before: bool, after: bool) -> Course:
    if before and after:
        return "continuing"
    if after:
        return "new"
    return "vanished" if before else "silent"


def growth_intervals(
    counts: ArrayLike,
    sums: ArrayLike,
    products: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = 2000,
    random_state: int = 0,
) -> GrowthIntervals:
    """How far the growth of a segment could differ had other customers of the same kind been drawn.

    A bootstrap over customers from sums alone: totals of n customers drawn with replacement are near normal with
    covariance n times that of one customer (n - 1 in its denominator). Totals are drawn so and split as in
    `split_growth`; drawn counts below 0 become 0. With fewer than 30 customers the intervals are rough.

    Args:
        counts: Customers of each segment, buying or not, shape (g,).
        sums: Sums of `FACTS` over them, shape (g, 6).
        products: Sums of products of each two of the facts, shape (g, 6, 6); only the upper triangle is read.
        level: Coverage.
        draws: Number of drawn totals.
        random_state: Seed; the same seed gives the same intervals.

    Raises:
        EstimationError: With all mistakes in the arguments.
    """
    number, total, cross = (np.asarray(each, dtype=np.float64) for each in (counts, sums, products))
    _require_moments(number, total, cross, level, draws)
    spread = _covariance(number, total, cross)
    noise = np.random.default_rng(random_state).standard_normal((draws, 1, 6))
    drawn = total + np.einsum("gab,dhb->dga", spread, noise)
    drawn[..., (0, 1, 3, 4)] = np.clip(drawn[..., (0, 1, 3, 4)], 0.0, None)
    halves = drawn.reshape(draws, -1, 2, 3)
    found = _split(halves[..., 0], halves[..., 1], halves[..., 2])
    few = number < 2
    parts = (found.change, found.customers, found.frequency, found.value, found.rate)
    return GrowthIntervals(level, *(_ends(part, level, few) for part in parts))


def _covariance(number: FloatArray, total: FloatArray, cross: FloatArray) -> FloatArray:
    """Roots of the covariances of totals, shape (g, 6, 6)."""
    upper = np.triu(cross)
    full = upper + np.swapaxes(np.triu(cross, 1), 1, 2)
    apart = full - total[:, :, None] * total[:, None, :] / number[:, None, None]
    apart = apart * (number / np.maximum(number - 1.0, 1.0))[:, None, None]
    scale = np.sqrt(np.clip(np.einsum("gaa->ga", apart), 0.0, None))
    unit = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(apart / unit[:, :, None] / unit[:, None, :])
    root = vectors * np.sqrt(np.clip(values, 0.0, None))[:, None, :]
    # The symmetric root does not depend on the sign of eigenvectors, which differs between machines.
    return np.asarray(unit[:, :, None] * (root @ np.swapaxes(vectors, 1, 2)))


def _ends(drawn: FloatArray, level: float, few: NDArray[np.bool_]) -> FloatArray:
    open_ended = few | np.isnan(drawn).any(axis=0)
    tails = [(1 - level) / 2, (1 + level) / 2]
    ends = np.quantile(np.where(np.isnan(drawn), 0.0, drawn), tails, axis=0).T
    return np.where(open_ended[:, None], np.nan, ends)


def share_trend(counts: ArrayLike, totals: ArrayLike, *, level: float = 0.95) -> Trend | NotEstimable:
    """Whether a segment takes a growing share of the base: a logistic regression of its share on the period.

    Trend means the factor by which the odds of belonging to the segment grow from period to period, constant over the
    periods given. Counts scatter more than by chance where periods differ for other reasons, so standard errors are
    widened by the root of the dispersion (McCullagh & Nelder 1989, quasi-binomial) and read off Student's t.

    Args:
        counts: Customers of the segment who bought in each period, 0 or more, shape (t,), in order of time.
        totals: Customers of the base who bought in each period, shape (t,).
        level: Coverage of the interval.

    Returns:
        The trend; not estimable with fewer than four periods, or where the segment bought in fewer than two of them.

    Raises:
        EstimationError: With all mistakes in the arrays.
    """
    inputs = Inputs("share_trend", {"counts": counts, "totals": totals})
    inputs.require_not_negative("counts")
    inputs.require_positive("totals")
    inputs.require("counts", inputs["counts"] <= inputs["totals"], "SHARE_OVER_1", "A part exceeds its base.", "Align.")
    inputs.raise_problems()
    part, whole = inputs["counts"], inputs["totals"]
    if part.size < FEWEST_PERIODS:
        return NotEstimable(f"a trend takes at least {FEWEST_PERIODS} periods, and there are {part.size}")
    if (part > 0).sum() < 2 or (part < whole).sum() < 2:
        return NotEstimable("the segment bought in fewer than two periods, or the base is nothing else")
    return _fit_trend(part, whole, level)


def _fit_trend(part: FloatArray, whole: FloatArray, level: float) -> Trend | NotEstimable:
    from scipy.special import expit, stdtrit

    periods = part.size
    design = np.column_stack([np.ones(periods), np.arange(periods) - (periods - 1) / 2])
    mean = part.sum() / whole.sum()
    beta = np.array([np.log(mean / (1 - mean)), 0.0])
    for _ in range(100):
        share = expit(design @ beta)
        weight = whole * share * (1 - share)
        information = (design * weight[:, None]).T @ design
        if not np.linalg.cond(information) < 1e12:
            return NotEstimable("the share jumps from nothing to everything, which is no trend")
        step = np.linalg.solve(information, design.T @ (part - whole * share))
        beta = beta + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    share = expit(design @ beta)
    pearson = ((part - whole * share) ** 2 / (whole * share * (1 - share))).sum() / (periods - 2)
    dispersion = max(1.0, float(pearson))
    error = float(np.sqrt(dispersion * np.linalg.inv(information)[1, 1]))
    reach = float(stdtrit(periods - 2, (1 + level) / 2)) * error
    slope = float(beta[1])
    ends = [float(np.expm1(np.clip(each, -700, 700))) for each in (slope, slope - reach, slope + reach)]
    return Trend(ends[0], ends[1], ends[2], float(share[0]), float(share[-1]), level, dispersion)


def _read(customers: ArrayLike, orders: ArrayLike, revenue: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    where, problems = "split_growth", []
    given = {"customers": customers, "orders": orders, "revenue": revenue}
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in given.items()}
    shapes = {array.shape for array in arrays.values()}
    for name, array in arrays.items():
        if array.ndim != 2 or array.shape[-1] != 2 or len(shapes) > 1:
            next_step = "Give one row per segment: the earlier period, then the later."
            problems.append(
                Problem("SHAPE_WRONG", "Two periods are needed.", f"{where}, {name}", str(array.shape), next_step)
            )
        elif not np.isfinite(array).all():
            problems.append(Problem("VALUE_NOT_FINITE", "Values are missing.", f"{where}, {name}", "", "Mend them."))
        elif name != "revenue" and (array < 0).any():
            problems.append(Problem("VALUE_NEGATIVE", "Counts are 0 or more.", f"{where}, {name}", "", "Mend them."))
    if not problems and ((arrays["customers"] > 0) != (arrays["orders"] > 0)).any():
        what = "Customers who buy have orders, and orders have customers."
        problems.append(Problem("ORDERS_DISAGREE", what, where, "", "Count customers with an order."))
    if problems:
        raise EstimationError(problems)
    return arrays["customers"], arrays["orders"], arrays["revenue"]


def _require_moments(number: FloatArray, total: FloatArray, cross: FloatArray, level: float, draws: int) -> None:
    where, groups = "growth_intervals", number.size
    problems = []
    if number.shape != (groups,) or total.shape != (groups, 6) or cross.shape != (groups, 6, 6):
        given = f"{number.shape}, {total.shape}, {cross.shape}"
        problems.append(Problem("SHAPE_WRONG", "Shapes must be (g,), (g, 6), (g, 6, 6).", where, given, "Align them."))
    elif not all(np.isfinite(each).all() for each in (number, total, cross)) or (number <= 0).any():
        next_step = "Leave empty segments out."
        problems.append(Problem("VALUE_NOT_FINITE", "Sums are missing or counts not above 0.", where, "", next_step))
    if not 0 < level < 1:
        problems.append(Problem("LEVEL_OUT_OF_RANGE", "A level lies between 0 and 1.", where, str(level), "Give 0.95."))
    if draws < 100:
        problems.append(Problem("DRAWS_TOO_FEW", "100 draws at least.", where, str(draws), "Give 2000."))
    if problems:
        raise EstimationError(problems)
