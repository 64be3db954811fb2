"""Contractual customers, whose departure is seen: retention, half-life, shifted beta-geometric, margin multiples."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, digamma

from segmentry.science.findings import Check
from segmentry.science.inputs import FloatArray, Inputs, not_estimable
from segmentry.science.likelihood import covariance_of, maximize
from segmentry.science.purchases.parameters import KnownParameters, ridge_text
from segmentry.science.purchases.special import gauss_fraction
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

Timing = Literal["end_of_period", "immediate"]


def retention_rate(active_at_start: float, still_active_at_end: float) -> float | NotEstimable:
    """Share of the customers active at the start who are active at the end; newcomers are left out on both sides.

    Args:
        active_at_start: Customers active at the start.
        still_active_at_end: Those of them active at the end.

    Returns:
        A share from 0 to 1; not estimable with nobody at the start.

    Raises:
        EstimationError: If more stay than started, which means that newcomers were counted.
    """
    if not 0 <= still_active_at_end <= active_at_start:
        what = "More customers stayed than there were: newcomers have been counted."
        raise EstimationError(
            Problem("RETENTION_ABOVE_ONE", what, "retention_rate", f"{still_active_at_end} of {active_at_start}",
                    "Count at the end only those who were there at the start.")
        )  # fmt: skip
    if active_at_start == 0:
        return NotEstimable("Nobody was active at the start.")
    return still_active_at_end / active_at_start


def churn_rate(active_at_start: float, still_active_at_end: float) -> float | NotEstimable:
    """One minus ``retention_rate``."""
    kept = retention_rate(active_at_start, still_active_at_end)
    return kept if isinstance(kept, NotEstimable) else 1 - kept


def half_life(retention: float) -> float | NotEstimable:
    """Periods until half of the customers are gone, ln 0.5 / ln r, at the same retention in every period."""
    _require_share("half_life", retention)
    if retention >= 1:
        return NotEstimable("Nobody leaves at a retention of 1.")
    return float(np.log(0.5) / np.log(retention)) if retention > 0 else 0.0


def margin_multiple(retention: float, discount_rate: float, timing: Timing = "end_of_period") -> float:
    """CLV per unit of margin a period, at constant margin and retention (Gupta & Lehmann 2003).

    Args:
        retention: r, from 0 to 1.
        discount_rate: i per period, above 0 unless r < 1.
        timing: ``end_of_period``: first margin after one period, r / (1 + i - r); ``immediate``: first margin now,
            (1 + i) / (1 + i - r).

    Returns:
        The multiple, a pure number.

    Raises:
        EstimationError: If a rate is out of range, or the sum is infinite.
    """
    _require_share("margin_multiple", retention)
    room = 1 + discount_rate - retention
    if room <= 0 or discount_rate < 0 or timing not in ("end_of_period", "immediate"):
        what = "A multiple needs a discount rate of 0 or more, 1 + i above r, and a known timing."
        given = f"r = {retention}, i = {discount_rate}, timing = {timing}"
        raise EstimationError(Problem("MULTIPLE_INFINITE", what, "margin_multiple", given, "Check the rates."))
    return retention / room if timing == "end_of_period" else (1 + discount_rate) / room


def _require_share(where: str, value: float) -> None:
    if not 0 <= value <= 1:
        what = "A retention lies between 0 and 1."
        raise EstimationError(Problem("SHARE_OUT_OF_RANGE", what, where, str(value), "Give a share, not a percentage."))


class ShiftedBetaGeometric(KnownParameters):
    """How long contracts last: each customer leaves at a renewal with an own constant chance ~ Beta(a, b).

    Retention of a cohort rises with tenure though nobody's own does: those who leave easily leave first.

    Attributes:
        parameters_: a, b.
        standard_errors_: Standard errors beside them.
        covariance_: Covariance of their logarithms, shape (2, 2).
        log_likelihood_: Maximized log-likelihood.
        converged_: Whether the optimizer met its tolerance.
        n_customers_: Customers fitted.
        checks_: What the fit itself has to say.

    Source: Fader & Hardie (2007), How to Project Customer Retention, Journal of Interactive Marketing 21(1).
    """

    name: ClassVar[str] = "sBG"
    parameter_names: ClassVar[tuple[str, ...]] = ("a", "b")

    def fit_survivors(self, survivors: ArrayLike) -> Self:
        """Learn a and b from one cohort.

        Args:
            survivors: Customers at the start and after each renewal, never rising, shape (periods + 1,).

        Returns:
            The model itself.

        Raises:
            EstimationError: With all mistakes; code ``NOT_ESTIMABLE`` where nobody left or nobody stayed.
        """
        inputs = Inputs("ShiftedBetaGeometric.fit_survivors", {"survivors": survivors})
        inputs.require_not_negative("survivors")
        left = inputs["survivors"]
        if left.size < 2:
            inputs.add("HISTORY_TOO_SHORT", "At least one renewal is needed.", "survivors", left, "Give two counts.")
        inputs.require(
            "survivors", np.diff(left, prepend=np.inf) <= 0, "SURVIVORS_RISE", "Survivors rise.", "Follow one cohort."
        )
        inputs.raise_problems()
        periods = np.arange(1.0, left.size)
        tenure, churned = np.append(periods, periods[-1]), np.append(np.ones(periods.size), 0.0)
        counts = np.append(-np.diff(left), left[-1])
        seen = counts > 0
        return self.fit(tenure[seen], churned[seen], counts[seen])

    def fit(self, tenure: ArrayLike, churned: ArrayLike, weights: ArrayLike | None = None) -> Self:
        """Learn a and b from customers one by one, from any mixture of starts.

        Args:
            tenure: Renewals faced, 1 or more, shape (n,); a customer who left did so at the last of them.
            churned: 1 where the customer left, 0 where still there, shape (n,).
            weights: Customers with that pair, shape (n,); 1 each if left out.

        Returns:
            The model itself.

        Raises:
            EstimationError: With all mistakes; code ``NOT_ESTIMABLE`` where nobody left or nobody stayed for long.
        """
        periods, gone, counts = self._read(tenure, churned, weights)
        total = float(counts.sum())

        def objective(point: FloatArray) -> tuple[float, FloatArray]:
            a, b = theta = np.exp(point)
            stayed = b + periods - gone
            value = betaln(a + gone, stayed) - betaln(a, b)
            both = digamma(a + b) - digamma(a + gone + stayed)
            slopes = np.array([digamma(a + gone) - digamma(a) + both, digamma(stayed) - digamma(b) + both])
            return float(counts @ value) / total, slopes @ counts * theta / total

        best = maximize(objective, np.log([1.0, 2.0]), self._search(total))
        covariance, sound = covariance_of(best, total)
        self._learn(np.exp(best.point), covariance)
        self.log_likelihood_, self.converged_, self.n_customers_ = best.value * total, best.converged, total
        edges = [name for name, edge in zip(self.parameter_names, best.at_bound, strict=True) if edge]
        self.checks_ = (
            Check("convergence", "passed" if best.converged else "failed", best.iterations, "Newton steps taken."),
            Check("ridge", "passed" if sound else "warned", float(len(edges)), ridge_text(edges, [])),
        )
        return self

    def survival(self, periods: ArrayLike) -> FloatArray:
        """S(t) = B(a, b + t) / B(a, b), the share still there after t renewals, same shape as ``periods``."""
        a, b = self.theta
        return np.asarray(np.exp(betaln(a, b + np.asarray(periods, dtype=np.float64)) - betaln(a, b)))

    def retention(self, periods: ArrayLike) -> FloatArray:
        """r_t = (b + t - 1) / (a + b + t - 1), retention at renewal t = 1, 2, ..., same shape as ``periods``."""
        a, b = self.theta
        before = b + np.asarray(periods, dtype=np.float64) - 1
        return np.asarray(before / (a + before))

    def expected_residual_lifetime(self, renewals: float) -> float | NotEstimable:
        """Expected further renewals of a customer with ``renewals`` behind; not estimable (infinite) at a <= 1.

        The sum of S(n + k) / S(n) over k >= 1 = (b + n) / (a - 1).
        """
        a, b = self.theta
        if a <= 1:
            return NotEstimable("Some hardly ever leave (fitted a <= 1), so that the sum is infinite.")
        return float((b + renewals) / (a - 1))

    def derl(self, discount_rate: float, renewals: float = 0) -> float | NotEstimable:
        """Discounted expected residual lifetime of a customer whose renewal number ``renewals`` has just been made.

        Args:
            discount_rate: d per period, 0 or more.
            renewals: Renewals behind the customer, 0 for a new one.

        Returns:
            The sum of S(n + k) / S(n) / (1 + d)^k over k >= 1 (payments that follow, the one just made left out), in
            periods; not estimable where it is infinite. Equals (b+n)/((a+b+n)(1+d)) 2F1(1, b+n+1; a+b+n+1; 1/(1+d)).
        """
        if discount_rate < 0:
            what = "A discount rate is 0 or more."
            raise EstimationError(Problem("DISCOUNT_NEGATIVE", what, "derl", str(discount_rate), "Check the rate."))
        if discount_rate == 0:
            return self.expected_residual_lifetime(renewals)
        a, b = self.theta
        keep, z = b + renewals, 1 / (1 + discount_rate)
        tail = gauss_fraction(keep + 1, a + keep + 1, np.array([z]))
        return float(keep / (a + keep) * z * tail[0])

    def _read(
        self, tenure: ArrayLike, churned: ArrayLike, weights: ArrayLike | None
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        columns = {"tenure": tenure, "churned": churned}
        inputs = Inputs("ShiftedBetaGeometric.fit", columns if weights is None else columns | {"weights": weights})
        inputs.require_positive(*(name for name in inputs.arrays if name != "churned"))
        inputs.require_whole("tenure")
        gone = inputs["churned"]
        inputs.require("churned", (gone == 0) | (gone == 1), "CHURNED_NOT_BINARY", "churned is 0 or 1.", "Give 0 or 1.")
        inputs.raise_problems()
        counts = np.ones(gone.size) if weights is None else inputs["weights"]
        periods = inputs["tenure"]
        left, stayed = float(counts @ gone), float(counts @ (periods - gone))
        if left == 0 or stayed == 0 or periods.max() < 2:
            reason = "Nobody left, nobody stayed, or only one renewal was seen: chances cannot be told apart."
            given = f"{left:.0f} departures, {stayed:.0f} renewals"
            raise not_estimable("ShiftedBetaGeometric.fit", reason, given, "Follow the customers for longer.")
        return periods, gone, counts
