"""What customers answer, do and say in a simulated company goes back to planted traits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.rooms.simulate.companies import SPEC, sheet

from segmentry.science import reliability
from segmentry.simulate import (
    Company,
    simulate,
)
from segmentry.simulate.parts.surveys import BENEFITS, ITEMS, NEEDS, SCALES, TURNED, planted_alpha


def items(company: Company, scale: str) -> np.ndarray:
    """Answers to the items of a scale, turned ones turned round, of respondents without gaps; (n, items)."""
    table, letter = sheet(company, "personality_survey"), SCALES[scale][1]
    columns = [table[f"{letter}{item}"].to_numpy(zero_copy_only=False).astype(float) for item in range(1, ITEMS + 1)]
    keyed = [6 - column if item in TURNED else column for item, column in enumerate(columns, start=1)]
    values = np.column_stack(keyed)
    straight = np.isin(table["CustomerNo"].to_pylist(), company.truth.parts["straight_liners"]["record"].to_pylist())
    return values[~straight & ~np.isnan(values).any(axis=1)]


@pytest.mark.parametrize("scale", SCALES)
def test_alpha_is_as_planted(whole: Company, scale: str) -> None:
    """Cronbach's alpha of the answers lies within its interval of the planted value."""
    found = reliability(items(whole, scale)).alpha
    planted = planted_alpha(SCALES[scale][0], ITEMS)
    assert found.low - 0.01 <= planted <= found.high + 0.01  # type: ignore[union-attr]


def test_planted_alpha_without_rounding_is_spearman_browns() -> None:
    """Six items with loading .8 would have r = .64 and alpha = 6 x .64 / (1 + 5 x .64) = .914; rounding costs some."""
    assert 0.88 < planted_alpha(0.8, 6) < 6 * 0.64 / (1 + 5 * 0.64)
    assert planted_alpha(0.0, 6) == 0.0
    assert planted_alpha(0.7, 8) > planted_alpha(0.7, 4)


def test_straight_liners_answer_alike_throughout(whole: Company) -> None:
    """Those of the truth gave one answer to every item they answered, others did not."""
    planted = set(whole.truth.parts["straight_liners"]["record"].to_pylist())
    names = [f"{letter}{item}" for _, letter in SCALES.values() for item in range(1, ITEMS + 1)]
    for row in sheet(whole, "personality_survey").to_pylist():
        given_answers = {row[name] for name in names if row[name] is not None}
        assert (len(given_answers) == 1) == (row["CustomerNo"] in planted)
    assert planted


def test_needs_are_rated_as_planted(whole: Company) -> None:
    """The share of fours and fives to each question lies within four standard errors of the planted share."""
    table = sheet(whole, "needs_survey")
    for row in whole.truth.parts["needs"].to_pylist():
        for word, what in (("important", "importance"), ("satisfied", "satisfaction")):
            own = table.filter(pc.equal(table["QuestionCode"], f"{word}_{row['need']}"))["Answer"].to_numpy()
            error = np.sqrt(row[what] * (1 - row[what]) / len(own)) + 0.004
            assert abs((own >= 4).mean() - row[what]) < 4 * error, row["need"]
        opportunity = 10 * (row["importance"] + max(row["importance"] - row["satisfaction"], 0))
        assert row["opportunity"] == pytest.approx(opportunity)


def test_long_and_wide_surveys_are_both_there(whole: Company) -> None:
    """Needs stand with a row for each answer, the others with a column for each question."""
    assert {"QuestionCode", "Answer"} <= set(sheet(whole, "needs_survey").column_names)
    assert set(BENEFITS) <= set(sheet(whole, "benefits_survey").column_names)
    assert len(sheet(whole, "personality_survey").column_names) == 3 + ITEMS * len(SCALES)


def test_without_strength_nothing_stands_behind_answers(null_world: Company) -> None:
    """In the null world items do not go together, benefits are tossed, and satisfaction has no drivers."""
    for scale in SCALES:
        correlations = np.corrcoef(items(null_world, scale).T)[np.triu_indices(ITEMS, 1)]
        assert abs(correlations.mean()) < 0.05
    benefits = sheet(null_world, "benefits_survey")
    shares = [pc.mean(pc.equal(benefits[name], "yes").cast(pa.int8())).as_py() for name in BENEFITS]
    assert shares == pytest.approx([0.5] * len(BENEFITS), abs=0.1)
    assert [row["weight"] for row in null_world.truth.parts["needs"].to_pylist()] == [0.0] * len(NEEDS)
    assert {row["alpha"] for row in null_world.truth.parts["scales"].to_pylist()} == {0.0}


def test_the_impulsive_look_on_the_day_itself(whole: Company) -> None:
    """Most latent segments have both styles, and each customer one."""
    styles = Counter(whole.truth.parts["styles"]["buying_style"].to_pylist())
    assert min(styles["impulse"], styles["considered"]) > 0.3 * SPEC.customers


def test_use_changes_as_planted(whole: Company) -> None:
    """Of the last two months, falling use has the smaller second and rising use the larger one."""
    table = sheet(whole, "metered_usage")
    trend = {row["record"]: row["trend"] for row in whole.truth.parts["usage_trends"].to_pylist()}
    last, before = sorted(set(table["PeriodStart"].to_pylist()), reverse=True)[:2]
    both = {row["CustomerNo"] for row in table.to_pylist() if row["PeriodStart"] == before}
    sums: Counter[tuple[str, str]] = Counter()
    for row in table.to_pylist():
        if row["PeriodStart"] in (last, before) and row["CustomerNo"] in both:
            sums[(trend[row["CustomerNo"]], "last" if row["PeriodStart"] == last else "before")] += row["Usage"]
    change = {name: sums[(name, "last")] / sums[(name, "before")] - 1 for name in ("falling", "steady", "rising")}
    assert change["falling"] < -0.08 < change["steady"] < 0.08 < change["rising"]


def test_ratings_follow_satisfaction(whole: Company) -> None:
    """Ratings on every scale rise with the customer's latent satisfaction and stay on their scale."""
    table = sheet(whole, "feedback", "feedback")
    content = dict(zip(*(whole.truth.parts["satisfaction"][name].to_pylist() for name in ("record", "satisfaction")),
                       strict=True))  # fmt: skip
    rated = [row for row in table.to_pylist() if row["Rating"] is not None]
    shares = [(row["Rating"] - row["ScaleMin"]) / (row["ScaleMax"] - row["ScaleMin"]) for row in rated]
    assert all(0 <= share <= 1 for share in shares)
    assert np.corrcoef(shares, [content[row["CustomerNo"]] for row in rated])[0, 1] > 0.75


def test_words_are_those_of_the_feeling(whole: Company) -> None:
    """English texts of the content hold good words, those of the others bad ones; other languages are labeled."""
    felt = whole.truth.parts["sentiments"]["felt"].to_pylist()
    rows = sheet(whole, "feedback", "feedback").to_pylist()
    languages = Counter(row["Language"] for row in rows if row["ReviewText"])
    assert languages["en"] > languages["de"] > 0
    assert set(languages) == {"en", "de", "fr", "es"}
    for feeling, row in zip(felt, rows, strict=True):
        if row["Language"] == "en":
            good = any(word in row["ReviewText"] for word in ("well", "excellent", "friendly"))
            assert good == (feeling > 0.5), row["ReviewText"]


def test_staff_remark_and_never_rate(whole: Company) -> None:
    """Remarks and rejections come from service with words and without a rating."""
    for row in sheet(whole, "feedback", "feedback").to_pylist():
        by_staff = row["Kind"] in ("remark", "rejection")
        assert (row["Author"] == "service") == by_staff
        assert (row["Rating"] is None) == by_staff
        assert not by_staff or row["ReviewText"]


def test_a_drifting_company_satisfies_less_in_the_end() -> None:
    """With drift the ratings of the last 90 days fall by what is planted, before that they stay as they were."""
    spec = replace(SPEC, parts=("feedback",))
    calm, drifting = simulate(spec), simulate(replace(spec, drift=True))
    felt = [company.truth.parts["sentiments"]["felt"].to_numpy() for company in (calm, drifting)]
    late = [sheet(company, "feedback")["SubmittedAt"].to_numpy() for company in (calm, drifting)]
    cut = np.datetime64(SPEC.start) + SPEC.days - 90
    falls = [values[moments >= cut].mean() - values[moments < cut].mean() for values, moments in
             zip(felt, late, strict=True)]  # fmt: skip
    assert abs(falls[0]) < 0.06
    assert falls[1] < -0.15
