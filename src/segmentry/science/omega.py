"""McDonald's omega of one factor (1999) with its interval.

omega = (sum of loadings)^2 / ((sum of loadings)^2 + sum of unique variances), loadings by minimum residuals (Harman &
Jones 1966). Its standard error follows by the delta method from how each respondent moves the correlations, for
answers of any distribution (as Maydeu-Olivares, Coffman & Hartmann 2007 do for alpha), or from those of normal answers,
whichever is larger; the interval is symmetric in log(1 - omega).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import Estimate, NotEstimable

_FARTHEST = 50.0
_FLAT = 1e-8
_AT_END = 1.0 - 1e-6


def omega(answers: ArrayLike, *, level: float = 0.95) -> Estimate | NotEstimable:
    """Share of the variance of a sum of items that one common factor explains.

    Args:
        answers: Keyed answers without gaps, shape (n, k).
        level: Coverage of the interval.

    Returns:
        The share; not estimable from two items, three respondents, or an item that does not vary. The interval is from
        0 to 1 where the items tell no factor apart from none.
    """
    from scipy.special import stdtrit

    given = np.asarray(answers, dtype=np.float64)
    rows, items = given.shape
    if items < 3:
        return NotEstimable("a factor needs three items")
    if rows <= 3:
        return NotEstimable(f"{rows} respondents answered every item, four are needed")
    if not (np.ptp(given, axis=0) > 0).all():
        return NotEstimable("an item does not vary")
    spread = given.std(axis=0, ddof=1)
    standard = (given - given.mean(axis=0)) / spread
    correlation = standard.T @ standard / (rows - 1)
    loadings = _one_factor(correlation)
    if loadings is None:
        return NotEstimable("no common factor of these items can be told")
    common = float(spread @ loadings) ** 2
    value = common / (common + float(spread**2 @ (1.0 - loadings**2)))
    moves = _moves(correlation, spread, loadings)
    if moves is None or not 0.0 < value < 1.0:
        return Estimate(value, 0.0, 1.0, "share", level)
    own = np.einsum("ni,ij,nj->n", standard, moves, standard)
    normal = 2.0 * float(np.trace(moves @ correlation @ moves @ correlation)) / (rows - 1)
    error = math.sqrt(max(float(own.var(ddof=1)) / rows, normal))
    reach = min(float(stdtrit(rows - 1, (1 + level) / 2)) * error / (1.0 - value), _FARTHEST)
    low, high = (1.0 - (1.0 - value) * math.exp(each) for each in (reach, -reach))
    return Estimate(value, max(low, 0.0), high, "share", level)


def _one_factor(correlation: FloatArray) -> FloatArray | None:
    """Loadings of one factor that leave the smallest residuals beside the diagonal."""
    from scipy.optimize import least_squares

    items = len(correlation)
    above = np.triu_indices(items, 1)
    first = np.linalg.eigh(correlation)[1][:, -1]
    start = np.clip(first * np.sign(first.sum() or 1.0) * np.sqrt(items) * 0.7, -0.95, 0.95)
    found = least_squares(
        lambda loads: np.outer(loads, loads)[above] - correlation[above], start, bounds=(-1.0, 1.0), xtol=1e-12
    )
    return np.asarray(found.x) if found.success else None


def _moves(correlation: FloatArray, spread: FloatArray, loadings: FloatArray) -> FloatArray | None:
    """How omega moves with a respondent of standardized answers z: by z' M z; None where the loadings are not told.

    Loadings at an end of their range stay there.
    """
    inside = np.abs(loadings) < _AT_END
    others = float(loadings @ loadings) - loadings**2
    bend = 2.0 * np.outer(loadings, loadings) - correlation
    np.fill_diagonal(bend, others)
    bend = bend[np.ix_(inside, inside)]
    if not inside.any() or np.linalg.eigvalsh(bend)[0] < _FLAT:
        return None
    total, unique = float(spread @ loadings), float(spread**2 @ (1.0 - loadings**2))
    whole = (total**2 + unique) ** 2
    by_total, by_unique = 2.0 * total * unique / whole, -(total**2) / whole
    by_loading = by_total * spread - by_unique * 2.0 * spread**2 * loadings
    back = np.zeros(len(loadings))
    back[inside] = np.linalg.solve(bend, by_loading[inside])
    by_correlation = np.outer(back, loadings) + np.outer(loadings, back)
    np.fill_diagonal(by_correlation, 0.0)
    by_spread = spread * (by_total * loadings + by_unique * 2.0 * spread * (1.0 - loadings**2))
    ends = by_spread - (by_correlation * correlation).sum(axis=1)
    return np.asarray(0.5 * by_correlation + 0.5 * np.diag(ends))
