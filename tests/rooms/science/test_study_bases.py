"""What bases add, out of sample: planted gains come back, noise and copies are told as such."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.bases import BasesAdded, what_bases_add
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

ROWS = 900


def planted(seed: int = 0, rows: int = ROWS) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Three blocks: one that drives the outcome, a noisy copy of it, and one that has nothing to do with it."""
    random = np.random.default_rng(seed)
    cause = random.normal(size=(rows, 3))
    copy = cause + 0.5 * random.normal(size=cause.shape)
    noise = random.normal(size=(rows, 12))
    outcome = cause @ [1.0, 0.5, 0.0] + random.normal(size=rows)
    return {"cause": cause, "copy": copy, "noise": noise}, outcome


def told(answer: BasesAdded | NotEstimable) -> BasesAdded:
    assert isinstance(answer, BasesAdded)
    return answer


def test_planted_gains_come_back() -> None:
    """The cause adds, its copy explains nothing of its own, noise adds nothing; the sum is near the truth (5/9)."""
    found = told(what_bases_add(*planted(rows=4_000)))
    verdicts = {each.name: each.verdict for each in found.gains}
    assert verdicts == {"cause": "adds", "copy": "shared", "noise": "adds_nothing"}
    assert found.explained.low < 1.25 / 2.25 < found.explained.high
    assert found.stopped_before == "copy"


def test_shapley_shares_add_up_to_what_all_explain() -> None:
    """Efficiency of the Shapley value; nested gains add up as well, whatever the order."""
    found = told(what_bases_add(*planted(1)))
    for name in ("share", "nested"):
        assert sum(getattr(each, name).value for each in found.gains) == pytest.approx(found.explained.value)


def test_one_block_alone_is_everything() -> None:
    """Alone, share, beyond and nested are one figure where there is one block."""
    blocks, outcome = planted(2)
    only = told(what_bases_add({"cause": blocks["cause"]}, outcome)).gains[0]
    assert only.alone == only.share == only.beyond == only.nested


def test_in_null_worlds_nothing_is_claimed() -> None:
    """Four blocks of noise, ten worlds: no basis adds in more than one of them."""
    claimed = 0
    for seed in range(10):
        random = np.random.default_rng(100 + seed)
        blocks = {str(place): random.normal(size=(300, 4)) for place in range(4)}
        found = told(what_bases_add(blocks, random.normal(size=300)))
        claimed += any(each.verdict in {"adds", "shared"} for each in found.gains)
    assert claimed <= 1


def test_r_squared_is_that_of_least_squares_where_there_is_plenty() -> None:
    """Against numpy's least squares on one split by hand, with a penalty that does not matter at 900 rows."""
    blocks, outcome = planted(3)
    found = told(what_bases_add({"cause": blocks["cause"]}, outcome, folds=2, repeats=10))
    half = ROWS // 2
    design = np.column_stack([np.ones(ROWS), blocks["cause"]])
    weights, *_ = np.linalg.lstsq(design[:half], outcome[:half], rcond=None)
    residual = outcome[half:] - design[half:] @ weights
    by_hand = 1 - (residual**2).sum() / ((outcome[half:] - outcome[:half].mean()) ** 2).sum()
    assert found.explained.value == pytest.approx(by_hand, abs=0.05)


def test_a_yes_or_no_outcome_gives_efron_s_pseudo_r_squared() -> None:
    """Of 0 and 1 the share of variance is 1 - sum (y - p)^2 / sum (y - mean)^2; a twin explains nearly all."""
    random = np.random.default_rng(4)
    outcome = (random.uniform(size=ROWS) < 0.3).astype(float)
    found = told(what_bases_add({"same": outcome[:, None], "noise": random.normal(size=(ROWS, 2))}, outcome))
    assert found.gains[0].alone.value > 0.99
    assert found.gains[1].verdict == "adds_nothing"


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_does_not_matter(seed: int) -> None:
    """The same customers in another order give the same answer."""
    blocks, outcome = planted(5)
    order = np.random.default_rng(seed).permutation(ROWS)
    mixed = what_bases_add({name: block[order] for name, block in blocks.items()}, outcome[order])
    assert told(mixed).explained.value == pytest.approx(told(what_bases_add(blocks, outcome)).explained.value)


def test_scale_of_a_trait_does_not_matter() -> None:
    """Cents or euros: the ridge works on standardized traits."""
    blocks, outcome = planted(6)
    scaled = {name: block * 1000.0 for name, block in blocks.items()}
    one, other = told(what_bases_add(blocks, outcome)), told(what_bases_add(scaled, outcome))
    assert one.explained.value == pytest.approx(other.explained.value)


def test_intervals_are_wider_than_naive_ones() -> None:
    """The correction for overlapping training samples makes the error sqrt(1 + J / (folds - 1)) times the naive one."""
    blocks, outcome = planted(7)
    few = told(what_bases_add(blocks, outcome, folds=5, repeats=2)).explained
    many = told(what_bases_add(blocks, outcome, folds=5, repeats=10)).explained
    assert (many.high - many.low) > 0.4 * (few.high - few.low)


@pytest.mark.parametrize(
    ("blocks", "outcome", "reason"),
    [
        ({"a": np.ones((50, 1))}, np.arange(50.0), "100 are needed"),
        ({"a": np.ones((200, 1))}, np.ones(200), "the same for everybody"),
        ({"a": np.ones((200, 1))}, np.where(np.arange(200) < 150, np.nan, 1.0), "known of 50"),
    ],
)
def test_too_little_is_refused_with_the_reason(blocks: dict[str, np.ndarray], outcome: np.ndarray, reason: str) -> None:
    """Few rows and outcomes that never differ tell nothing."""
    answer = what_bases_add(blocks, outcome)
    assert isinstance(answer, NotEstimable)
    assert reason in answer.reason


def test_an_outcome_of_equal_tenths_never_differs() -> None:
    """The mean of tenths is a little off by rounding; that is no variance to explain."""
    answer = what_bases_add({"a": np.random.default_rng(0).normal(size=(120, 2))}, np.full(120, 0.1))
    assert isinstance(answer, NotEstimable)


def test_every_mistake_is_told_at_once() -> None:
    """A gap, a wrong length and no blocks at all."""
    with pytest.raises(EstimationError) as refused:
        what_bases_add({"gap": np.full((3, 1), np.nan), "short": np.ones((2, 1))}, np.ones(3))
    assert [problem.code for problem in refused.value.problems] == ["NOT_FINITE", "LENGTH_MISMATCH"]
    with pytest.raises(EstimationError, match="no blocks"):
        what_bases_add({}, np.ones(3))
