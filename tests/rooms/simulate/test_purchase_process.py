import numpy as np
import pytest
from scipy.special import hyp2f1

from segmentry.simulate import (
    PROCESSES,
    Histories,
    Hyperparameters,
    expected_given_history,
    expected_given_parameters,
    simulate_amounts,
    simulate_histories,
)
from segmentry.terms.errors import EstimationError

CUSTOMERS = 20_000
AGE, HORIZON = 400.0, 364.0
POPULATION = Hyperparameters(r=1.1, alpha=60.0, a=0.9, b=5.0, s=1.2, beta=430.0)


def draw(process: str, seed: int = 3) -> Histories:
    return simulate_histories(process, CUSTOMERS, AGE + HORIZON, POPULATION, seed)  # type: ignore[arg-type]


def standard_score(realised: np.ndarray, expected: np.ndarray) -> float:
    difference = realised - expected
    spread = np.sqrt((difference**2).sum())
    return float(difference.sum() / spread) if spread else 0.0


@pytest.mark.parametrize("process", PROCESSES)
def test_realised_purchases_agree_with_the_true_parameters(process: str) -> None:
    """For every process the purchases ahead add up to their true expectation within 3.5 standard errors."""
    histories = draw(process)
    expected = expected_given_parameters(process, histories, AGE, HORIZON)  # type: ignore[arg-type]
    assert abs(standard_score(histories.purchases_between(AGE, AGE + HORIZON), expected)) < 3.5


@pytest.mark.parametrize("process", [process for process in PROCESSES if process != "clumpy"])
def test_realised_purchases_agree_with_population_and_history(process: str) -> None:
    """Who knows only population and history expects what happens, and also within every level of frequency."""
    histories = draw(process, seed=8)
    frequency, recency = histories.summary(AGE)
    expected = expected_given_history(process, POPULATION, frequency, recency, AGE, horizon=HORIZON)  # type: ignore[arg-type]
    realised = histories.purchases_between(AGE, AGE + HORIZON)
    for level in (frequency >= 0, frequency == 0, (frequency > 0) & (frequency < 5), frequency >= 5):
        assert abs(standard_score(realised[level], expected[level])) < 4


def test_wrong_population_is_noticed() -> None:
    """The agreement above is no accident: with half the rate the expectation is far off."""
    histories = draw("beta_geometric")
    frequency, recency = histories.summary(AGE)
    wrong = Hyperparameters(r=1.1, alpha=60.0, a=1.8, b=5.0)
    expected = expected_given_history("beta_geometric", wrong, frequency, recency, AGE, horizon=HORIZON)
    assert abs(standard_score(histories.purchases_between(AGE, AGE + HORIZON), expected)) > 6


def test_published_bg_nbd_forecast() -> None:
    """Fader, Hardie & Lee (2005): customer 0001 of CDNOW (x 2, t_x 30.43, T 38.86 weeks) buys 1.226 in 39 weeks."""
    population = Hyperparameters(r=0.243, alpha=4.414, a=0.793, b=2.426)
    expected = expected_given_history("beta_geometric", population, [2], [30.43], [38.86], horizon=39.0)
    assert expected[0] == pytest.approx(1.226, abs=0.0005)


def test_published_pareto_forecast_is_near() -> None:
    """With the Pareto/NBD parameters of CDNOW (Fader & Hardie 2005) a loyal customer buys more than a lost one."""
    population = Hyperparameters(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    expected = expected_given_history("pareto", population, [10, 10, 0], [38.0, 5.0, 0.0], 38.86, horizon=39.0)
    assert expected[0] > 5
    assert 0 < expected[2] < 1
    assert 0 < expected[1] < 0.1


def test_quadrature_agrees_with_the_published_formula() -> None:
    """Equation 10 of Fader, Hardie & Lee (2005) with its hypergeometric function gives the same to nine digits."""
    r, alpha, a, b, age, ahead = 0.9, 60.0, 0.8, 5.5, 500.0, 364.0
    x = np.array([0.0, 1.0, 2.0, 7.0, 40.0])
    last = np.array([0.0, 10.0, 490.0, 300.0, 450.0])
    curve = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
    top = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + ahead)) ** (r + x) * curve)
    gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x), 0.0)
    population = Hyperparameters(r=r, alpha=alpha, a=a, b=b)
    expected = expected_given_history("beta_geometric", population, x, last, age, horizon=ahead)
    assert np.allclose(expected, top / (1 + gone), rtol=1e-9)


def test_quadrature_is_finite_at_the_edges() -> None:
    """Thousands of purchases, a purchase on the last day, and a near 1 give finite positive answers."""
    population = Hyperparameters(r=0.3, alpha=5.0, a=1.0, b=0.7)
    frequency, recency = np.array([0, 300, 5_000, 1]), np.array([0.0, 364.0, 365.0, 365.0])
    for process in ("beta_geometric", "modified_beta_geometric", "pareto"):
        expected = expected_given_history(process, population, frequency, recency, 365.0, horizon=364.0)  # type: ignore[arg-type]
        assert np.isfinite(expected).all()
        assert (expected > 0).all()
        assert expected[2] > expected[1] > expected[0]


def test_marginal_rates_follow_the_gamma_distribution() -> None:
    """Rates and dropouts have the mean and variance their distributions give them."""
    histories = draw("beta_geometric")
    assert histories.rate.mean() == pytest.approx(1.1 / 60, rel=0.04)
    assert histories.rate.var() == pytest.approx(1.1 / 60**2, rel=0.1)
    assert histories.dropout.mean() == pytest.approx(0.9 / 5.9, rel=0.04)


def test_bg_nbd_customers_without_repeat_purchase_are_alive() -> None:
    """In the BG/NBD nobody leaves before a repeat purchase; in the MBG/NBD some leave right after the first."""
    plain, modified = draw("beta_geometric"), draw("modified_beta_geometric")
    never, _ = plain.summary(AGE + HORIZON)
    assert np.isinf(plain.died[never == 0]).all()
    assert (modified.died == 0).mean() == pytest.approx(0.9 / 5.9, rel=0.1)


@pytest.mark.parametrize("process", PROCESSES)
def test_histories_are_sorted_and_inside_the_time_observed(process: str) -> None:
    """Purchases stand by customer, then by time, after 0, up to the limit, and (bursts aside) not after the leaving."""
    histories = draw(process)
    same = np.diff(histories.customer) == 0
    assert (np.diff(histories.customer) >= 0).all()
    assert (np.diff(histories.time)[same] >= 0).all()
    assert histories.time.min() > 0
    assert histories.time.max() <= AGE + HORIZON
    if process != "clumpy":
        assert (histories.time <= histories.died[histories.customer] + 1e-9).all()


def test_summary_counts_what_a_loop_counts() -> None:
    """Frequency, recency and purchases ahead equal a loop over customers, each with an age of its own."""
    ages = np.random.default_rng(0).uniform(10, 400, 50)
    histories = simulate_histories("beta_geometric", 50, ages + 100, POPULATION, 1)
    frequency, recency = histories.summary(ages)
    ahead = histories.purchases_between(ages, ages + 50)
    for customer in range(50):
        times = histories.time[histories.customer == customer]
        seen = times[times <= ages[customer]]
        assert frequency[customer] == len(seen)
        assert recency[customer] == (seen.max() if len(seen) else 0)
        assert ahead[customer] == ((times > ages[customer]) & (times <= ages[customer] + 50)).sum()


def test_contract_pays_at_every_renewal_until_it_ends() -> None:
    """Payments of a contract stand 30 days apart without a gap."""
    histories = draw("contractual")
    frequency, recency = histories.summary(AGE)
    assert np.array_equal(recency, frequency * 30.0)


def test_clumpy_purchases_come_closer_together() -> None:
    """Half of the clumpy gaps are within a week, which a Poisson process of the same customers does not show."""

    def near(histories: Histories) -> float:
        same = np.diff(histories.customer) == 0
        return float((np.diff(histories.time)[same] < 7).mean())

    assert near(draw("clumpy")) > 0.5
    assert near(draw("beta_geometric")) < 0.4


def test_same_seed_same_histories() -> None:
    """The same seed draws the same histories, another seed others."""
    one, other, third = draw("pareto", 1), draw("pareto", 1), draw("pareto", 2)
    assert np.array_equal(one.time, other.time)
    assert not np.array_equal(one.time[:50], third.time[:50])


def test_amounts_follow_the_gamma_gamma_model() -> None:
    """Mean spend over customers is p gamma / (q - 1), and each customer's purchases average to the true mean."""
    customer = np.repeat(np.arange(4_000), 25)
    amounts, means = simulate_amounts(customer, 4_000, p=6.25, q=3.74, gamma=15.44, seed=4)
    assert means.mean() == pytest.approx(6.25 * 15.44 / 2.74, rel=0.04)
    ratio = np.bincount(customer, amounts) / 25 / means
    assert ratio.mean() == pytest.approx(1.0, abs=0.01)
    assert ratio.std() == pytest.approx(1 / np.sqrt(6.25 * 25), rel=0.1)


def test_all_wrong_arguments_are_reported_at_once() -> None:
    """A wrong process, parameter and age give three problems, not the first."""
    with pytest.raises(EstimationError) as raised:
        simulate_histories("parto", 3, -1.0, Hyperparameters(a=0.0, b=float("nan")), 1)  # type: ignore[arg-type]
    assert [problem.where for problem in raised.value.problems] == ["process", "a", "b", "until"]
    assert "pareto" in raised.value.problems[0].next_step
