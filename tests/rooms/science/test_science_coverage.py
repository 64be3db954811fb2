"""Long check: do 95 % intervals of segment totals cover what they say they cover?"""

from __future__ import annotations

import numpy as np
import pytest

from segmentry.science import BetaGeometric, GammaGamma, value_interval

CUSTOMERS, SEEDS, WEEKS = 1_500, 200, 52
PURCHASES = BetaGeometric.from_parameters({"r": 0.5, "alpha": 8.0, "a": 0.8, "b": 2.4})
SPEND = GammaGamma.from_parameters({"p": 6.0, "q": 4.0, "gamma": 16.0})


def one_company(seed: int) -> dict[str, np.ndarray]:
    """Whether each of four segments is covered, by kind of interval."""
    random = np.random.default_rng(seed)
    drawn = PURCHASES.sample(random.uniform(5, 80, CUSTOMERS), random, future=WEEKS)
    x, own_rate = drawn.frequency, random.gamma(4.0, 1 / 16.0, CUSTOMERS)
    spend = random.gamma(np.maximum(6 * x, 1), 1 / own_rate) / np.maximum(x, 1)
    came = random.gamma(np.maximum(6.0 * drawn.future, 1), 1 / own_rate) * (drawn.future > 0)
    model = BetaGeometric().fit(x, drawn.recency_age, drawn.age)
    value = GammaGamma().fit(x[x > 0], spend[x > 0])
    groups = np.where(x <= 1, x, np.where(drawn.age - drawn.recency_age < 15, 2, 3)).astype(int)
    expected = PURCHASES.predict(WEEKS, x, drawn.recency_age, drawn.age) * SPEND.expected_spend(x, spend)
    targets = {"mean": expected, "members": drawn.expected * 6 / own_rate, "prediction": came}
    covered = {}
    for kind, target in targets.items():
        found = value_interval(model, value, groups, WEEKS, mean_spend=spend, kind=kind)  # type: ignore[arg-type]
        total = np.bincount(groups, target, 4)
        covered[kind] = (found.low <= total) & (total <= found.high)
    return covered


@pytest.mark.prove
def test_intervals_cover_what_they_say() -> None:
    """Over 200 companies and four segments each, 95 % intervals of all three kinds cover in 92 to 98 % of cases."""
    companies = [one_company(seed) for seed in range(SEEDS)]
    for kind in ("mean", "members", "prediction"):
        assert 0.92 <= np.mean([company[kind] for company in companies]) <= 0.98
