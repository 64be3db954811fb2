"""Conversion: planted chances come back calibrated, leaks are named, and where nothing matters nothing is claimed."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from segmentry.science.conversion import Conversion, leaks, learn_conversion
from segmentry.science.log_odds import calibration_intercept, calibration_slope
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import Estimate, NotEstimable

NAMES = ("size", "distance", "noise", "referred")


def world(
    seed: int = 0, rows: int = 3000, effect: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, outcomes, instants in days, and the true chances; some features are not known."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(rows, 4))
    features[:, 3] = random.random(rows) < 0.3
    true = 1 / (1 + np.exp(1.0 - effect * (features[:, 0] - 0.5 * features[:, 1] + features[:, 3])))
    features[random.random(rows) < 0.1, 2] = np.nan
    return features, (random.random(rows) < true).astype(float), random.uniform(0, 700, rows), true


@cache
def learned(kind: str = "logistic", calibrate: str = "platt") -> Conversion:
    """A model of the planted world."""
    features, came, at, _ = world()
    found = learn_conversion(features, came, at, NAMES, horizon=30, kind=kind, calibrate=calibrate)  # type: ignore[arg-type]
    assert isinstance(found, Conversion)
    return found


@pytest.mark.parametrize(("kind", "calibrate"), [("logistic", "platt"), ("boosted", "platt"), ("logistic", "isotonic")])
def test_planted_chances_come_back(kind: str, calibrate: str) -> None:
    """Better than the base rate on later leads, calibrated there, and close to the truth of new ones."""
    found = learned(kind, calibrate)
    assert found.better
    assert found.skill.low > 0.05
    assert found.proof.reliability < 0.012
    features, _, _, true = world(9, 2000)
    assert np.abs(found.chances(features) - true).mean() < 0.08


def test_the_slope_of_a_right_model_is_one() -> None:
    """Over six worlds the calibration slope is 1 on average, and the intercept 0."""
    slopes, intercepts = [], []
    for seed in range(6):
        features, came, at, _ = world(seed)
        found = learn_conversion(features, came, at, NAMES, horizon=30)
        assert isinstance(found, Conversion)
        assert isinstance(found.slope, Estimate)
        assert isinstance(found.intercept, Estimate)
        slopes.append(found.slope.value)
        intercepts.append(found.intercept.value)
    assert np.mean(slopes) == pytest.approx(1.0, abs=0.12)
    assert np.mean(intercepts) == pytest.approx(0.0, abs=0.15)


def test_in_null_worlds_no_lift_is_claimed() -> None:
    """Of 30 worlds in which nothing matters, at most two claim to beat the base rate."""
    claims = 0
    for seed in range(30):
        features, came, at, _ = world(seed, 800, effect=0.0)
        found = learn_conversion(features, came, at, NAMES, horizon=30)
        assert isinstance(found, Conversion)
        claims += found.better
    assert claims <= 2


def test_a_rising_rate_is_no_skill() -> None:
    """Where nothing matters and the rate rises from 10 to 40 %, at most one of ten worlds claims a model."""
    claims = 0
    for seed in range(10):
        random = np.random.default_rng(seed)
        at = random.random(1500)
        came = (random.random(1500) < 0.1 + 0.3 * at).astype(float)
        found = learn_conversion(random.normal(size=(1500, 2)), came, at, ("a", "b"), horizon=0.1)
        assert isinstance(found, Conversion)
        claims += found.better
    assert claims <= 1


def test_leads_of_one_instant_are_not_parted_by_their_outcome() -> None:
    """Leads looked at on four days only: chances told are neither too high nor too low on average."""
    off = []
    for seed in range(5):
        random = np.random.default_rng(seed)
        features, at = random.normal(size=(1500, 2)), random.integers(0, 4, 1500).astype(float)
        came = (random.random(1500) < 1 / (1 + np.exp(1.4 - features[:, 0]))).astype(float)
        found = learn_conversion(features, came, at, ("a", "b"), horizon=0.5)
        assert isinstance(found, Conversion)
        assert isinstance(found.intercept, Estimate)
        off.append(found.intercept.value)
    assert abs(np.mean(off)) < 0.15


def test_calibration_in_the_large_does_not_depend_on_the_slope() -> None:
    """Twice the log-odds about a base rate of 10 %: the slope is a half, yet nothing is lacking on average."""
    random = np.random.default_rng(3)
    true = -2.2 + random.normal(size=200_000)
    came = (random.random(true.size) < 1 / (1 + np.exp(-true))).astype(float)
    slope = calibration_slope(2 * true, came)
    assert isinstance(slope, Estimate)
    assert slope.value == pytest.approx(0.5, abs=0.02)
    told = calibration_intercept(true + 0.3, came)
    assert isinstance(told, Estimate)
    assert told.value == pytest.approx(-0.3, abs=0.03)


def test_intervals_of_calibration_cover() -> None:
    """Of 200 worlds of 150 leads told the truth, 95 % intervals hold slope 1 and intercept 0 in 180 or more."""
    random = np.random.default_rng(4)
    held = np.zeros(2)
    for _ in range(200):
        odds = random.normal(-1.0, 1.0, 150)
        came = (random.random(150) < 1 / (1 + np.exp(-odds))).astype(float)
        slope, lacking = calibration_slope(odds, came), calibration_intercept(odds, came)
        assert isinstance(slope, Estimate)
        assert isinstance(lacking, Estimate)
        held += [slope.low <= 1 <= slope.high, lacking.low <= 0 <= lacking.high]
    assert (held >= 180).all()
    assert (held < 200).all()


@pytest.mark.parametrize(
    ("odds", "came", "reason"),
    [
        ([-1.0, -1.0, -1.0, -1.0], [0.0, 1.0, 0.0, 1.0], "the same chance"),
        ([-2.0, -1.0, 1.0, 2.0], [0.0, 0.0, 1.0, 1.0], "without fault"),
        ([2.0, 1.0, -1.0, -2.0], [0.0, 0.0, 1.0, 1.0], "without fault"),
        ([-2.0, -1.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0], "the same end"),
    ],
)
def test_what_has_no_slope_says_why(odds: list[float], came: list[float], reason: str) -> None:
    """All told alike, outcomes parted without fault either way round, and one outcome only."""
    found = calibration_slope(np.array(odds), np.array(came))
    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_one_end_for_everybody_has_no_intercept() -> None:
    """If everybody converted, no shift of the chances is large enough."""
    assert isinstance(calibration_intercept(np.zeros(5), np.ones(5)), NotEstimable)


def test_nobody_is_judged_on_what_was_not_known_yet() -> None:
    """The parts follow each other in time; leads whose horizon was not over when judging began teach nothing."""
    found = learned()
    at = np.sort(world()[2])
    start = at[int(0.75 * at.size)]
    assert found.judged == int((at >= start).sum())
    assert found.learned + found.calibrated == int((at + 30 <= start).sum())


def test_reliability_has_intervals_that_hold_the_told_chance() -> None:
    """Of ten bins at least seven hold what was told; their leads are all that were judged."""
    found = learned()
    inside = [
        isinstance(each.came, Estimate) and each.came.low <= each.told <= each.came.high for each in found.reliability
    ]
    assert sum(inside) >= 7
    assert sum(each.leads for each in found.reliability) == found.judged


def test_the_order_of_leads_changes_nothing() -> None:
    """Shuffled rows learn the same model."""
    features, came, at, _ = world(0, 1200)
    order = np.random.default_rng(1).permutation(1200)
    first = learn_conversion(features, came, at, NAMES, horizon=30)
    second = learn_conversion(features[order], came[order], at[order], NAMES, horizon=30)
    assert isinstance(first, Conversion)
    assert isinstance(second, Conversion)
    assert first.skill == second.skill


def test_what_only_converted_leads_have_is_a_leak() -> None:
    """A close value that is told of won leads alone, or of lost ones alone, knows the outcome by being there."""
    features, came, at, _ = world(0, 400)
    value = np.where(came == 1, 100.0 + features[:, 0], np.nan)
    reason = np.where(came == 0, features[:, 0], np.nan)
    found = leaks(np.column_stack([features, value, reason]), came, [*NAMES, "close_value", "lost_reason"])
    assert [(each.feature, each.kind) for each in found] == [
        ("close_value", "only_converted"),
        ("lost_reason", "only_converted"),
    ]
    with pytest.raises(EstimationError, match="close_value knows the outcome"):
        learn_conversion(np.column_stack([features, value]), came, at, [*NAMES, "close_value"], horizon=30)


@pytest.mark.parametrize("side", [1.0, 0.0])
def test_what_is_told_seldom_but_of_one_side_alone_is_a_leak(side: float) -> None:
    """A contract number of every third customer, or a reason of every third loss; what is told at random is none."""
    random = np.random.default_rng(1)
    came = (random.random(600) < 0.3).astype(float)
    seldom = random.random(600) < 0.33
    values = np.column_stack([np.where((came == side) & seldom, 1.0, np.nan), np.where(seldom, 1.0, np.nan)])
    assert [each.feature for each in leaks(values, came, ("number", "honest"))] == ["number"]
    few = np.where((came == side) & (np.cumsum(came == side) <= 9), 1.0, np.nan)
    assert leaks(few[:, None], came, ("few",)) == ()


def test_a_stage_that_is_the_outcome_is_a_leak() -> None:
    """Values that tell the outcome without fault are refused, whichever way they point; strong ones are not."""
    features, came, _, _ = world(0, 400)
    stages = np.column_stack([came, -came, came + np.random.default_rng(0).normal(size=400)])
    found = leaks(stages, came, ["won", "lost", "strong"])
    assert [(each.feature, each.kind) for each in found] == [("won", "tells_outcome"), ("lost", "tells_outcome")]
    assert leaks(features, came, NAMES) == ()


def test_what_was_told_later_is_a_leak() -> None:
    """A value dated after the instant of observation is refused by name; before it, or without a date, it is not."""
    features, came, at, _ = world(0, 400)
    told = np.column_stack([at - 1, at, np.full(400, np.nan), at])
    told[5, 3] = at[5] + 0.5
    found = leaks(features, came, NAMES, told_at=told, observed_at=at)
    assert [(each.feature, each.kind) for each in found] == [("referred", "later")]
    assert "1 of 400" in found[0].reason


def test_every_leak_is_told_at_once() -> None:
    """Two leaks, two problems."""
    _, came, at, _ = world(0, 400)
    with pytest.raises(EstimationError) as caught:
        learn_conversion(np.column_stack([came, 1 - came]), came, at, ["won", "lost"], horizon=30)
    assert [each.code for each in caught.value.problems] == ["FEATURE_LEAKS", "FEATURE_LEAKS"]


@pytest.mark.parametrize("rows", [20, 150])
def test_too_few_outcomes_are_not_estimable(rows: int) -> None:
    """Each part of the split needs conversions; the reason tells how many there are."""
    features, came, at, _ = world(0, rows)
    found = learn_conversion(features, came, at, NAMES, horizon=30)
    assert isinstance(found, NotEstimable)
    assert "are needed" in found.reason


def test_nobody_who_converted_is_not_estimable() -> None:
    """All outcomes alike teach nothing."""
    features, came, at, _ = world(0, 500)
    assert isinstance(learn_conversion(features, came * 0, at, NAMES, horizon=30), NotEstimable)


def test_a_feature_that_is_never_known_does_no_harm() -> None:
    """A column of nothing is passed over."""
    features, came, at, _ = world(0, 1500)
    whole = np.column_stack([features, np.full(1500, np.nan)])
    assert isinstance(learn_conversion(whole, came, at, [*NAMES, "empty"], horizon=30), Conversion)


@pytest.mark.parametrize(
    ("features", "outcomes", "names"),
    [
        ([1.0, 2.0], [1, 0], ["a"]),
        ([[1.0], [2.0]], [1], ["a"]),
        ([[1.0], [2.0]], [1, 0], ["a", "b"]),
        ([[1.0], [2.0]], [1, 2], ["a"]),
        ([[np.inf], [2.0]], [1, 0], ["a"]),
    ],
)
def test_what_does_not_fit_together_is_refused(features: object, outcomes: object, names: list[str]) -> None:
    """Shapes, names, outcomes and infinite values."""
    with pytest.raises(EstimationError):
        leaks(features, outcomes, names)  # type: ignore[arg-type]


def test_instants_and_horizon_are_checked_together() -> None:
    """A lead without an instant, and a horizon of nothing."""
    features, came, at, _ = world(0, 100)
    at[3] = np.nan
    with pytest.raises(EstimationError) as caught:
        learn_conversion(features, came, at, NAMES, horizon=0)
    assert {each.code for each in caught.value.problems} == {"INSTANT_WRONG", "HORIZON_WRONG"}
