"""Published figures of the purchase models; each test names its source."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from segmentry.science import (
    BetaGeometric,
    BetaGeometricBetaBinomial,
    GammaGamma,
    ModifiedBetaGeometric,
    ParetoNBD,
    choose_model,
    frequency_fit,
    holdout_tracking,
)

END = datetime.date(1997, 9, 30)

# Fader, Hardie & Shang (2010), table 1: 1995 cohort of donors, six opportunities; (x, t_x, customers).
DONATIONS = (
    "6,6,1203 5,6,728 4,6,512 3,6,357 2,6,234 1,6,129 5,5,335 4,5,284 3,5,225 2,5,173 1,5,119 4,4,240 3,4,181 2,4,155 "
    "1,4,78 3,3,322 2,3,255 1,3,129 2,2,613 1,2,277 1,1,1091 0,0,3464"
)


def purchase_days() -> Iterator[tuple[str, dict[datetime.date, float]]]:
    path = Path(os.environ.get("SEGMENTRY_DATA", "missing")) / "cdnow" / "CDNOW_sample.txt"
    if not path.exists():
        pytest.skip(f"CDNOW sample missing: {path}")
    customers: dict[str, dict[datetime.date, float]] = {}
    for line in path.read_text().splitlines():
        customer, _, day, _, dollars = line.split()
        date = datetime.date(int(day[:4]), int(day[4:6]), int(day[6:]))
        days = customers.setdefault(customer, {})
        days[date] = days.get(date, 0.0) + float(dollars)
    yield from customers.items()


@pytest.fixture(scope="module")
def cdnow() -> dict[str, np.ndarray]:
    columns: dict[str, list[float]] = {"frequency": [], "recency": [], "age": [], "spend": [], "birth": []}
    later: list[float] = []
    start = datetime.date(1997, 1, 1)
    for _, days in purchase_days():
        seen = sorted(day for day in days if day <= END)
        columns["frequency"].append(len(seen) - 1)
        columns["recency"].append((seen[-1] - seen[0]).days / 7)
        columns["age"].append((END - seen[0]).days / 7)
        columns["spend"].append(float(np.mean([days[day] for day in seen[1:]])) if len(seen) > 1 else 0.0)
        columns["birth"].append((seen[0] - start).days / 7)
        later += [((day - start).days / 7) for day in sorted(days)[1:]]
    return {name: np.array(values) for name, values in columns.items()} | {"repeats": np.array(later)}


@pytest.mark.real
def test_cdnow_sufficient_statistics(cdnow: dict[str, np.ndarray]) -> None:
    """2,357 customers, 946 with a repeat, 2,457 repeats in 39 weeks (Fader, Hardie & Lee 2005)."""
    x = cdnow["frequency"]
    assert (x.size, int((x > 0).sum()), int(x.sum())) == (2357, 946, 2457)


@pytest.mark.real
def test_bg_nbd_reproduces_h2(cdnow: dict[str, np.ndarray]) -> None:
    """BG/NBD on CDNOW: r .243, alpha 4.414, a .793, b 2.426, LL -9582.4 (Fader, Hardie & Lee 2005)."""
    model = BetaGeometric().fit(cdnow["frequency"], cdnow["recency"], cdnow["age"])
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert model.parameters_ == pytest.approx(published, abs=0.005)
    assert model.log_likelihood_ == pytest.approx(-9582.4, abs=0.05)
    assert model.converged_
    assert all(check.status == "passed" for check in model.checks_)


@pytest.mark.real
def test_bg_nbd_forecast_of_the_paper(cdnow: dict[str, np.ndarray]) -> None:
    """A customer with x=2, t_x=30.43, T=38.86 will buy 1.226 times in 39 weeks (Fader & Hardie, notes/004)."""
    model = BetaGeometric().fit(cdnow["frequency"], cdnow["recency"], cdnow["age"])
    assert model.predict(39, [2], [30.43], [38.86])[0] == pytest.approx(1.226, abs=0.002)


@pytest.mark.real
def test_pareto_nbd_reproduces_h4(cdnow: dict[str, np.ndarray]) -> None:
    """Pareto/NBD on CDNOW: r .553, alpha 10.578, s .606, beta 11.669, LL -9595.0 (Fader, Hardie & Lee 2005)."""
    model = ParetoNBD().fit(cdnow["frequency"], cdnow["recency"], cdnow["age"])
    published = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert model.parameters_ == pytest.approx(published, abs=0.01)
    assert model.log_likelihood_ == pytest.approx(-9595.0, abs=0.05)
    assert float(model.expected_purchases_new(52)) == pytest.approx(1.4734, abs=0.001)
    assert model.predict(52, [26], [30.86], [31])[0] == pytest.approx(25.46, abs=0.01)


def test_pareto_nbd_forecast_from_the_published_parameters() -> None:
    """With the published parameters, x=26, t_x=30.86, T=31 give 25.46 purchases in 52 weeks, E[X(52)] 1.4734."""
    model = ParetoNBD.from_parameters({"r": 0.5533, "alpha": 10.5776, "s": 0.6061, "beta": 11.6650})
    assert model.predict(52, [26], [30.86], [31])[0] == pytest.approx(25.456, abs=0.01)
    assert float(model.expected_purchases_new(52)) == pytest.approx(1.4734, abs=0.001)


@pytest.mark.real
def test_gamma_gamma_reproduces_h6(cdnow: dict[str, np.ndarray]) -> None:
    """Gamma-Gamma on CDNOW: p 6.25, q 3.74, gamma 15.44, LL -4055.92, mean 35.17 (Fader & Hardie 2013)."""
    repeat = cdnow["frequency"] > 0
    frequency, spend = cdnow["frequency"][repeat], cdnow["spend"][repeat]
    model = GammaGamma().fit(frequency, spend)
    assert frequency.size == 946
    assert spend.mean() == pytest.approx(35.08, abs=0.005)
    assert model.parameters_ == pytest.approx({"p": 6.25, "q": 3.74, "gamma": 15.44}, abs=0.01)
    assert model.log_likelihood_ == pytest.approx(-4055.92, abs=0.01)
    assert model.population_mean == pytest.approx(35.17, abs=0.1)
    correlation = next(check for check in model.checks_ if check.name == "spend_against_frequency")
    assert correlation.statistic == pytest.approx(0.114, abs=0.0005)
    assert correlation.status == "passed"


@pytest.mark.real
def test_day_and_week_units_give_one_forecast(cdnow: dict[str, np.ndarray]) -> None:
    """Days or weeks as the unit of time change alpha by 7 and nothing else."""
    weeks = BetaGeometric().fit(cdnow["frequency"], cdnow["recency"], cdnow["age"])
    days = BetaGeometric().fit(cdnow["frequency"], 7 * cdnow["recency"], 7 * cdnow["age"])
    assert days.parameters_["alpha"] == pytest.approx(7 * weeks.parameters_["alpha"], rel=1e-6)
    np.testing.assert_allclose(days.predict(7 * 26), weeks.predict(26), rtol=1e-6)


@pytest.mark.real
def test_cdnow_holdout_is_tracked(cdnow: dict[str, np.ndarray]) -> None:
    """Cumulative repeats of weeks 40 to 78 are foreseen within 10 % by BG/NBD, as figure 3 of the paper shows."""
    model = BetaGeometric().fit(cdnow["frequency"], cdnow["recency"], cdnow["age"])
    births, counts = np.unique(cdnow["birth"], return_counts=True)
    actual = np.histogram(cdnow["repeats"], bins=np.arange(79))[0]
    tracking = holdout_tracking(model, births, counts, actual, calibration_periods=39)
    assert tracking.actual.sum() == pytest.approx(cdnow["repeats"].size, abs=30)
    assert isinstance(tracking.cumulative_error, float)
    assert tracking.cumulative_error < 0.1
    assert isinstance(tracking.incremental_error, float)
    assert tracking.incremental_error < 0.4


@pytest.mark.real
def test_cdnow_choice_lets_zero_repeaters_depart(cdnow: dict[str, np.ndarray]) -> None:
    """On CDNOW, where 60 % never repeat, MBG/NBD is chosen over the equally likely BG/NBD, and fits the counts."""
    choice = choose_model(cdnow["frequency"], cdnow["recency"], cdnow["age"])
    assert choice.model.name == "MBG/NBD"
    assert [candidate.name for candidate in choice.candidates] == ["MBG/NBD", "BG/NBD", "Pareto/NBD"]
    assert frequency_fit(choice.model, cdnow["frequency"], cdnow["age"]).status == "passed"
    assert isinstance(choice.model, ModifiedBetaGeometric)


def donations() -> np.ndarray:
    return np.array([[float(cell) for cell in row.split(",")] for row in DONATIONS.split()])


def test_bg_bb_reproduces_the_donations() -> None:
    """BG/BB: alpha 1.204, beta .750, gamma .657, delta 2.783, LL -33,225.6 (Fader, Hardie & Shang 2010, table 2)."""
    x, last, customers = donations().T
    model = BetaGeometricBetaBinomial().fit(x, last, np.full(22, 6), customers)
    assert model.n_customers_ == 11_104
    published = {"alpha": 1.204, "beta": 0.750, "gamma": 0.657, "delta": 2.783}
    assert model.parameters_ == pytest.approx(published, abs=0.001)
    assert model.log_likelihood_ == pytest.approx(-33225.6, abs=0.05)


def test_bg_bb_forecasts_of_the_paper() -> None:
    """Expected donations in 1996-2000: 3.75 of those who always gave, 0.07 of those who never did (table 4)."""
    x, last, customers = donations().T
    model = BetaGeometricBetaBinomial().fit(x, last, np.full(22, 6), customers)
    assert model.predict(5, [6], [6], [6])[0] == pytest.approx(3.75, abs=0.01)
    assert model.predict(5, [0], [0], [6])[0] == pytest.approx(0.07, abs=0.01)
    assert model.p_alive([6], [6], [6])[0] == pytest.approx(0.93, abs=0.01)
