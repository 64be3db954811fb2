"""Golden questions: found where planted, honest out of sample, silent where there is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.golden_questions import FEWEST_RESPONDENTS, GoldenQuestions, golden_questions
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

TELLING = (3, 11, 17)


def planted(respondents: int = 600, questions: int = 20, seed: int = 1) -> tuple[FloatArray, IntArray]:
    """Three segments that differ in three questions of five points; all other answers are noise."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, respondents, p=[0.5, 0.3, 0.2])
    points = rng.normal(3.0, 1.0, (respondents, questions))
    for place, question in enumerate(TELLING):
        points[:, question] += 2.2 * (labels == place)
    return np.clip(np.round(points), 1, 5), labels


def found(points: FloatArray, labels: IntArray, **told: int) -> GoldenQuestions:
    answer = golden_questions(points, labels, **told)
    assert isinstance(answer, GoldenQuestions)
    return answer


def test_planted_questions_are_found_and_no_others() -> None:
    """Three of twenty questions carry the segments; agreement is far above naming the largest for everybody."""
    points, labels = planted()
    answer = found(points, labels)
    assert set(answer.functions.questions) <= set(TELLING)
    assert answer.chosen == len(answer.functions.questions) >= 2
    assert answer.baseline == pytest.approx((labels == 0).mean())
    assert answer.agreement[answer.chosen - 1].low > answer.baseline
    assert (answer.recall > 0.5).all()


def test_agreement_is_that_of_respondents_not_learned_from() -> None:
    """On thousands of new respondents of the same world the functions agree as often as was told."""
    points, labels = planted(500)
    answer = found(points, labels)
    new, truth = planted(20_000, seed=2)
    named = answer.functions.classify(new[:, list(answer.functions.questions)])
    told = answer.agreement[answer.chosen - 1]
    assert told.low - 0.01 < (named == truth).mean() < told.high + 0.01


def test_functions_are_those_of_linear_discriminant_analysis() -> None:
    """scikit-learn's discriminant on the same questions names the same segments for nearly everybody."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    points, labels = planted()
    answer = found(points, labels)
    asked = points[:, list(answer.functions.questions)]
    other = LinearDiscriminantAnalysis().fit(asked, labels).predict(asked)
    assert (answer.functions.classify(asked) == other).mean() > 0.99


def test_the_first_question_is_that_of_least_wilks_lambda() -> None:
    """Against sums of squares written out for each question alone."""
    points, labels = planted()
    within = sum(((points[labels == each] - points[labels == each].mean(0)) ** 2).sum(0) for each in range(3))
    ratio = within / ((points - points.mean(0)) ** 2).sum(0)
    assert found(points, labels).functions.questions[0] == int(np.argmin(ratio))


def test_the_second_question_adds_to_the_first() -> None:
    """A copy of the best question is never second: it tells nothing new; partial lambda against determinants."""
    points, labels = planted()
    points = np.column_stack([points, points[:, TELLING[0]]])
    first, second = found(points, labels).functions.questions[:2]
    assert {first, second} != {TELLING[0], 20}

    def wilks(columns: list[int]) -> float:
        asked = points[:, columns]
        centered = asked - asked.mean(0)
        inside = asked - np.array([asked[labels == each].mean(0) for each in range(3)])[labels]
        return float(np.linalg.det(inside.T @ inside) / np.linalg.det(centered.T @ centered))

    others = [each for each in range(20) if each != first]
    assert second == min(others, key=lambda each: wilks([first, each]))


def test_null_worlds_claim_nothing() -> None:
    """Answers that have nothing to do with segments give a refusal, 30 worlds with at most two false claims."""
    claims = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        points, labels = rng.integers(1, 6, (200, 15)).astype(float), rng.integers(0, 3, 200)
        claims += isinstance(golden_questions(points, labels, random_state=seed), GoldenQuestions)
    assert claims <= 2


@given(seed=st.integers(0, 1_000))
@settings(max_examples=8, deadline=None)
def test_order_of_respondents_does_not_matter(seed: int) -> None:
    """Same questions, same agreement."""
    points, labels = planted(200)
    order = np.random.default_rng(seed).permutation(labels.size)
    first, second = found(points, labels), found(points[order], labels[order])
    assert first.functions.questions == second.functions.questions
    assert [each.value for each in first.agreement] == [each.value for each in second.agreement]


def test_missing_answers_stand_at_the_usual_one() -> None:
    """A tenth of the answers gone costs little; a respondent without any answer gets the usual segment."""
    points, labels = planted()
    points[np.random.default_rng(5).random(points.shape) < 0.1] = np.nan
    answer = found(points, labels)
    assert answer.agreement[answer.chosen - 1].low > answer.baseline
    nothing = np.full(len(answer.functions.questions), np.nan)
    usual = answer.functions.classify(answer.functions.usual)
    assert answer.functions.classify(nothing) == usual


def test_a_question_in_large_units_does_not_win_by_its_units() -> None:
    """Multiplying a question by a million changes neither the choice nor the agreement."""
    points, labels = planted()
    other = points.copy()
    other[:, TELLING[1]] *= 1e6
    first, second = found(points, labels), found(other, labels)
    assert first.functions.questions == second.functions.questions
    assert first.agreement[-1].value == pytest.approx(second.agreement[-1].value, abs=0.01)


@pytest.mark.parametrize(
    ("points", "labels", "reason"),
    [
        (np.ones((200, 3)), np.arange(200) % 2, "answered in two ways"),
        (np.full((200, 3), np.nan), np.arange(200) % 2, "answered in two ways"),
        (planted(200)[0], np.zeros(200, dtype=int), "two segments"),
        (planted(FEWEST_RESPONDENTS - 1)[0], np.arange(FEWEST_RESPONDENTS - 1) % 2, "99 respondents"),
        (planted(200)[0], (np.arange(200) < 5).astype(int), "5 respondents"),
        (np.zeros((0, 3)), np.zeros(0, dtype=int), "answered in two ways"),
        (np.zeros((200, 0)), np.arange(200) % 2, "answered in two ways"),
    ],
)
def test_what_cannot_be_learned_is_refused_with_the_reason(points: FloatArray, labels: IntArray, reason: str) -> None:
    """Never a question that tells nothing."""
    answer = golden_questions(points, labels)
    assert isinstance(answer, NotEstimable)
    assert reason in answer.reason


def test_fewer_questions_than_asked_for_are_enough() -> None:
    """Two questions in all give at most two."""
    points, labels = planted()
    answer = found(points[:, list(TELLING[:2])], labels, most=6)
    assert len(answer.agreement) == 2


@pytest.mark.parametrize(
    ("points", "labels"),
    [(np.ones(5), np.zeros(5)), (np.ones((5, 2)), np.zeros(4)), (np.full((5, 2), np.inf), np.zeros(5))],
)
def test_shapes_that_do_not_fit_are_errors(points: FloatArray, labels: IntArray) -> None:
    """Told, not guessed."""
    with pytest.raises(EstimationError):
        golden_questions(points, labels)


def test_the_wrong_number_of_answers_is_an_error() -> None:
    """Classification wants an answer to each question."""
    with pytest.raises(EstimationError):
        found(*planted()).functions.classify(np.ones((1, 9)))
