"""A real survey of 1,010 young people: scales, factors, style and drivers from the file to the published tables."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmentry as sg
from segmentry.profiles import run_needs, run_psychographic
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.needs.spec import NeedsSpec
from segmentry.profiles.psychographic.items import Placed
from segmentry.profiles.psychographic.proof import Sheet, prove, suspects
from segmentry.profiles.psychographic.spec import PsychographicSpec, ScaleSpec
from segmentry.science import Factors, ParallelAnalysis, factor_analysis, parallel_analysis
from tests.rooms.profiles.surveys import AS_OF, WHEN, table

pytestmark = pytest.mark.real

SCALES: dict[str, dict[str, Any]] = {
    "conscientiousness": {
        "items": ["Prioritising workload", "Writing notes", "Workaholism", "Thinking ahead", "Reliability",
                  "Keeping promises"],
        "facet": "personality",
    },
    "sociability": {
        "items": ["Number of friends", "Socializing", "Fun with friends", "Energy levels", "New environment",
                  "Public speaking", "Loneliness"],
        "reversed": ["Public speaking", "Loneliness"],
        "facet": "personality",
    },
    "fear_of_animals": {"items": ["Snakes", "Rats", "Spiders", "Dangerous dogs"], "facet": "personality"},
    "science": {"items": ["Mathematics", "Physics", "PC", "Science and technology"], "facet": "interests"},
    "life_sciences": {"items": ["Biology", "Chemistry", "Medicine"], "facet": "interests"},
    "arts": {"items": ["Art exhibitions", "Theatre", "Classical music", "Opera", "Reading"], "facet": "interests"},
    "consumption": {
        "items": ["Branded clothing", "Entertainment spending", "Spending on looks", "Spending on gadgets",
                  "Shopping centres"],
        "facet": "lifestyle",
    },
    "honesty": {"items": ["Fake", "Criminal damage", "Cheating in school", "Charity"], "facet": "values"},
    "belief": {"items": ["God", "Final judgement", "Religion"], "facet": "values"},
    "punctuality": {
        "items": ["Punctuality"],
        "highest": 3,
        "labels": {"i am often running late": 1, "i am always on time": 2, "i am often early": 3},
        "facet": "personality",
    },
}  # fmt: skip
ANSWERS = {"internet_usage": {"question": "Internet usage"}, "smoking": {"question": "Smoking"}}
DRIVERS = {
    "happiness": {
        "outcome": "Happiness in life",
        "drivers": ["Energy levels", "Loneliness", "Number of friends", "Changing the past", "Snakes", "Cars"],
    }
}


@pytest.fixture(scope="module")
def people(data_folder: Path) -> list[dict[str, str]]:
    """The answers, as the file has them."""
    with (data_folder / "young_people" / "responses.csv").open(encoding="utf8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def workspace(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sg.Workspace]:
    """A workspace with the survey loaded and its traits computed."""
    opened = sg.init(tmp_path_factory.mktemp("young") / "people")
    loaded = opened.load(data_folder / "young_people" / "responses.csv", table="survey_responses", source="panel")
    report = loaded.as_dict()["loads"][0]
    assert (report["rows_read"], report["rows_used"], report["excluded"], report["quarantined"]) == (1010, 1010, {}, {})
    asked = PsychographicSpec.from_settings({"scales": SCALES, "answers": ANSWERS}, **WHEN)
    needed = NeedsSpec.from_settings({"drivers": DRIVERS}, **WHEN)
    opened.refresh()
    catalog = TraitCatalog()
    with opened.engine.run("refresh", AS_OF) as run:
        run_psychographic.publish(run, asked, catalog)
        run_needs.publish(run, needed, catalog)
        run_needs.publish_segments(run, needed, catalog)
    yield opened
    opened.close()


def points(people: list[dict[str, str]], items: list[str]) -> Any:
    """Answers as numbers, shape (n, k), NaN where there are none."""
    return np.array([[float(person[item] or "nan") for item in items] for person in people])


def alpha(values: Any) -> float:
    """Cronbach's alpha straight from its definition, over complete rows."""
    whole = values[~np.isnan(values).any(axis=1)]
    count = whole.shape[1]
    return float(count / (count - 1) * (1 - whole.var(axis=0, ddof=1).sum() / whole.sum(axis=1).var(ddof=1)))


def test_every_answer_of_the_file_is_a_row(workspace: sg.Workspace, people: list[dict[str, str]]) -> None:
    """1,010 people and 150 questions are 151,500 answers, letter by letter."""
    rows = workspace.engine.rows(workspace.engine.table("survey_responses"))
    assert len(rows) == 151_500
    found = {(row["response_id"], row["question"]): row["answer"] or "" for row in rows}
    assert all(
        found[f"responses.csv:{line}", question] == answer.strip()
        for line, person in enumerate(people, start=1)
        for question, answer in person.items()
    )


def test_reliabilities_are_those_of_the_file(workspace: sg.Workspace, people: list[dict[str, str]]) -> None:
    """Alpha by its definition from the file itself, reversed items turned round by hand."""
    rows = table(workspace.engine, "survey_scales", "scale")
    for name in ("conscientiousness", "sociability", "fear_of_animals", "science", "life_sciences", "arts"):
        values = points(people, SCALES[name]["items"])
        for item in SCALES[name].get("reversed", []):
            place = SCALES[name]["items"].index(item)
            values[:, place] = 6 - values[:, place]
        assert rows[name]["alpha"] == pytest.approx(alpha(values), abs=1e-12)
        assert rows[name]["alpha_low"] < rows[name]["alpha"] < rows[name]["alpha_high"]


def test_scales_are_judged(workspace: sg.Workspace) -> None:
    """Interests and fears are reliable, a scale of unlike opinions is not, belief is locked, one item is one item."""
    rows = table(workspace.engine, "survey_scales", "scale")
    offered = {name for name, row in rows.items() if row["offered"]}
    assert offered == {*SCALES} - {"honesty", "belief"}
    assert rows["life_sciences"]["alpha"] > 0.8
    assert (rows["honesty"]["verdict"], rows["belief"]["verdict"]) == ("unreliable", "locked")
    assert rows["punctuality"]["verdict"] == "single item"
    assert "honesty" in workspace.engine.table("psychographic_doubtful").columns
    assert "honesty" not in workspace.engine.table("psychographic_traits").columns


def test_a_forgotten_reversal_is_found_in_real_answers(people: list[dict[str, str]]) -> None:
    """Loneliness and fear of speaking ask the other way round: without their keys both are named."""
    scale = ScaleSpec("bold", tuple(SCALES["sociability"]["items"]))
    placed = Placed(scale, "panel", scale.items, (), ())
    proof = prove(placed, Sheet("panel", scale.items, points(people, list(scale.items))), None)
    assert set(suspects(placed, proof)) == {"Public speaking", "Loneliness"}


def test_traits_are_known_of_nearly_everybody(workspace: sg.Workspace, people: list[dict[str, str]]) -> None:
    """Scores by hand for the first respondent; answers as they stand."""
    found = table(workspace.engine, "psychographic_traits", "customer_id")
    assert len(found) == 1010
    first, row = people[0], found["customer:responses.csv:1"]
    assert row["science"] == pytest.approx(np.mean([float(first[item]) for item in SCALES["science"]["items"]]))
    assert row["internet_usage"] == "few hours a day"
    assert row["punctuality"] == 2.0
    assert sum(each["arts"] is None for each in found.values()) < 5


def test_factors_of_the_survey_make_sense(workspace: sg.Workspace) -> None:
    """Parallel analysis keeps 15 to 22 of some 130 questions; fears, loud music, sciences and duties go together."""
    style = table(workspace.engine, "survey_style", "survey_id")["responses"]
    assert 15 <= style["factors"] <= 22
    assert style["adequacy"] > 0.75
    main: dict[str, int] = {}
    for row in workspace.engine.rows(workspace.engine.table("survey_factors")):
        if row["main"]:
            main[row["question"]] = row["factor"]
    for together in (
        ("Snakes", "Rats", "Spiders"),
        ("Metal or Hardrock", "Punk", "Rock"),
        ("Biology", "Chemistry", "Medicine"),
        ("Prioritising workload", "Thinking ahead", "Reliability"),
        ("Branded clothing", "Spending on looks"),
    ):
        assert len({main[question] for question in together}) == 1
    assert len({main[question] for question in ("Snakes", "Punk", "Biology", "Reliability")}) == 4


def test_factors_come_back_in_halves_of_the_sample(people: list[dict[str, str]]) -> None:
    """Music: both halves keep three factors, each with its twin (Tucker's congruence above .9)."""
    values = points(people, list(people[0])[2:19])
    whole = values[~np.isnan(values).any(axis=1)]
    order = np.random.default_rng(1).permutation(len(whole))
    loadings = []
    for side in range(2):
        half = whole[order[side::2]]
        kept, found = parallel_analysis(half), factor_analysis(half, 3)
        assert isinstance(kept, ParallelAnalysis)
        assert isinstance(found, Factors)
        assert kept.factors == 3
        loadings.append(found.loadings / np.linalg.norm(found.loadings, axis=0))
    assert np.abs(loadings[0].T @ loadings[1]).max(axis=1).min() > 0.9


def test_nobody_answers_straight_through(workspace: sg.Workspace) -> None:
    """No respondent gave one answer to all questions; yes-saying is small beside the scales."""
    style = table(workspace.engine, "survey_style", "survey_id")["responses"]
    assert style["straight_liners"] == 0
    assert (style["lowest"], style["highest"]) == (1.0, 5.0)
    assert style["mean_deviation"] < 0.3


def test_happiness_goes_with_energy_and_company_not_with_snakes(workspace: sg.Workspace) -> None:
    """Energy and loneliness explain the most, fear of snakes nothing beyond chance, cars hardly anything."""
    rows = table(workspace.engine, "need_drivers", "driver")
    ranked = sorted(rows, key=lambda name: -rows[name]["share"])
    assert set(ranked[:2]) == {"Energy levels", "Loneliness"}
    assert rows["Loneliness"]["correlation"] < 0 < rows["Energy levels"]["correlation"]
    assert not rows["Snakes"]["beyond_chance"]
    assert rows["Cars"]["share"] < 0.01
    assert {row["claim"] for row in rows.values()} == {"association"}
