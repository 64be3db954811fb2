"""Facts of the science that hold for any numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science import (
    BetaGeometric,
    GammaGamma,
    ModifiedBetaGeometric,
    ParetoNBD,
    gini,
    independent_scores,
    tercile_bands,
    top_share,
    whale_curve,
)
from segmentry.science.concentration import TopShare, WhaleCurve
from segmentry.science.purchases.histories import fold, pair_up

positive = st.floats(0.02, 50)
money = st.lists(st.integers(0, 1000), min_size=2, max_size=60)
histories = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 700), st.integers(0, 700)), min_size=1, max_size=20)


def columns(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = np.array([row[0] for row in rows], dtype=float)
    last = np.where(x > 0, np.array([row[1] for row in rows], dtype=float), 0.0)
    return x, last, last + np.array([row[2] for row in rows])


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([BetaGeometric, ModifiedBetaGeometric, ParetoNBD]), st.tuples(*[positive] * 4), histories)
def test_forecasts_are_sane(kind: type, values: tuple[float, ...], rows: list[tuple[int, int, int]]) -> None:
    """P(alive) is a probability; forecasts rise with the horizon, and discounting lowers them, for any parameters."""
    model = kind.from_parameters(dict(zip(kind.parameter_names, values, strict=True)))
    data = columns(rows)
    alive = model.p_alive(*data)
    assert ((alive >= 0) & (alive <= 1)).all()
    near, far = model.predict([10, 100], *data).T
    assert (near >= 0).all()
    assert (far >= near * (1 - 1e-9)).all()
    discounted = model.discounted_expected(100, 0.01, *data)
    assert (discounted <= far * (1 + 1e-6) + 1e-300).all()
    assert (discounted >= far * 1.01**-100 * (1 - 1e-6)).all()


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 200))
def test_folding_loses_nobody(rows: list[tuple[int, int, int]], times: int) -> None:
    """Folding keeps the customers, the purchases and the total of each time, on any grain."""
    x, last, age = (np.tile(column, 2000 // len(rows) + 1) for column in columns(rows))
    folded = fold(x, last / times, age / times, None)
    assert folded.customers == x.size
    for folded_column, column in ((folded.frequency, x), (folded.recency_age, last / times), (folded.age, age / times)):
        assert folded_column @ folded.weights == pytest.approx(column.sum(), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(histories)
def test_pairs_find_their_rows_again(rows: list[tuple[int, int, int]]) -> None:
    """Every row finds its own count and time among the distinct pairs, on the short and on the long way."""
    for repeat in (1, 2000):
        x, _, age = (np.tile(column, repeat) for column in columns(rows))
        pairs = pair_up(x, age / 7)
        np.testing.assert_array_equal(pairs.counts[pairs.position], x)
        np.testing.assert_allclose(pairs.times[pairs.position], age / 7, rtol=1e-12)


@given(money, st.randoms())
def test_concentration_does_not_see_row_order_or_scale(values: list[int], random: object) -> None:
    """Gini and top share are the same after shuffling and after a change of currency, and lie in [0, 1]."""
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = gini(values), gini([3 * value for value in shuffled])
    if sum(values) == 0:
        assert not first
        return
    assert first == pytest.approx(second, abs=1e-12)
    assert isinstance(first, float)
    assert -1e-12 <= first < 1
    top, again = top_share(values, 0.2), top_share([3 * value for value in shuffled], 0.2)
    assert isinstance(top, TopShare)
    assert isinstance(again, TopShare)
    assert top.share == pytest.approx(again.share)
    assert top.customers_share >= 0.2 - 1e-9
    assert top.share >= 0.2 - 1e-9


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=60))
def test_whale_curve_never_ends_below_its_peak_without_losses(profits: list[int]) -> None:
    """The curve ends at 1, its peak is 1 or more, and exactly 1 where nobody loses money."""
    curve = whale_curve(profits)
    if sum(profits) <= 0:
        assert not curve
        return
    assert isinstance(curve, WhaleCurve)
    assert curve.profit_share[-1] == 1
    assert curve.peak >= 1 - 1e-12
    if min(profits) >= 0:
        assert curve.peak == pytest.approx(1)


@given(st.lists(st.integers(0, 12), min_size=1, max_size=80), st.integers(2, 6), st.randoms())
def test_scores_follow_values_only(values: list[int], bins: int, random: object) -> None:
    """Equal values share a score, larger values never score lower, and shuffling rows shuffles scores."""
    data = np.array(values)
    scores = independent_scores(data, bins)
    assert ((scores >= 1) & (scores <= bins)).all()
    order = np.argsort(data, kind="stable")
    assert (np.diff(scores[order]) >= 0).all()
    for value in set(values):
        assert len(set(scores[data == value])) == 1
    places = list(range(len(values)))
    random.shuffle(places)  # type: ignore[attr-defined]
    np.testing.assert_array_equal(independent_scores(data[places], bins), scores[places])
    np.testing.assert_array_equal(independent_scores(100 * data, bins), scores)
    assert ((tercile_bands(data) == 0) == (data == 0)).all()


@settings(max_examples=40, deadline=None)
@given(positive, st.floats(1.05, 20), positive, st.integers(0, 50), positive)
def test_expected_spend_lies_between_own_and_all(p: float, q: float, gamma: float, x: int, spend: float) -> None:
    """The expected spend of a customer lies between the own mean and the population's."""
    model = GammaGamma.from_parameters({"p": p, "q": q, "gamma": gamma})
    expected = model.expected_spend([x], [spend])
    assert isinstance(expected, np.ndarray)
    population = p * gamma / (q - 1)
    assert expected[0] <= max(spend if x else population, population) * (1 + 1e-9)
    assert expected[0] >= min(spend if x else population, population) * (1 - 1e-9)
