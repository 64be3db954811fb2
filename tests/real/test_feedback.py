"""Women's clothing reviews: sentiment against ratings, themes by age and department; sales of a CRM as outcomes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

import segmentry as sg
from segmentry.profiles import run_feedback
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.feedback import FeedbackSpec
from segmentry.science.conversion import Conversion, leaks, learn_conversion
from segmentry.science.sentiment import agreement, read

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def reviews(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sg.Workspace]:
    """The reviews, loaded as feedback and published by age and department."""
    folder = tmp_path_factory.mktemp("reviews")
    with sg.init(folder / "shop", currency="USD", timezone="UTC") as workspace:
        workspace.load(data_folder / "womens_clothing_reviews/womens_clothing_reviews.parquet", table="feedback")
        with workspace.engine.run("refresh", datetime(2024, 6, 1)) as run:
            spec = FeedbackSpec(datetime(2024, 6, 1), date(2024, 5, 31), by=("Age", "Department Name"))
            run_feedback.publish(run, spec, TraitCatalog())
        yield workspace


def rows(workspace: sg.Workspace, name: str) -> list[dict[str, object]]:
    """The rows of a published table."""
    return workspace.engine.rows(workspace.engine.table(name))


def test_sentiment_agrees_with_ratings(data_folder: Path) -> None:
    """Spearman's correlation of words with stars lies above 0.5 over all English reviews; means rise with the stars."""
    table = parquet.read_table(data_folder / "womens_clothing_reviews/womens_clothing_reviews.parquet")
    texts, stars = table["Review Text"].to_pylist(), np.array(table["Rating"].to_pylist(), dtype=float)
    words = np.array([found if isinstance(found := read(text).sentiment, float) else np.nan for text in texts])
    known = ~np.isnan(words)
    assert known.sum() > 22_000
    correlation = agreement(words[known], stars[known])
    assert isinstance(correlation, float)
    assert correlation > 0.5
    means = [float(words[known & (stars == star)].mean()) for star in range(1, 6)]
    assert means == sorted(means)
    assert means[0] < 0


def test_languages_are_english(reviews: sg.Workspace) -> None:
    """Of 22,641 reviews fewer than one in two hundred does not tell its language; none is taken for another."""
    told = {row["language"]: row["share"] for row in rows(reviews, "feedback_languages")}
    assert set(told) <= {"en", "(unknown)"}
    assert told["(unknown)"] < 0.005  # type: ignore[operator]


def test_themes_are_stable_and_go_with_the_department(reviews: sg.Workspace) -> None:
    """Dresses speak of dresses, and size is a theme; departments go with themes far more than age does."""
    themes = {str(row["theme"]): row for row in rows(reviews, "feedback_themes")}
    assert len(themes) >= 3
    assert all(row["stable"] for row in themes.values())
    dress = next(name for name, row in themes.items() if str(row["terms"]).startswith("dress"))
    assert any("size" in str(row["terms"]) for row in themes.values())
    links = {(row["theme"], row["dimension"], row["value"]): row for row in rows(reviews, "feedback_theme_links")}
    here = links[dress, "Department Name", "Dresses"]
    assert here["claimed"]
    assert here["low"] > 5 * here["others"]  # type: ignore[operator]
    strength = {key[1]: float(str(row["strength"])) for key, row in links.items()}
    assert strength["Department Name"] > 5 * strength["Age"]


def test_reviews_are_scored_by_department(reviews: sg.Workspace) -> None:
    """Everybody, and each department, with an interval that holds the share; bands of age add up to all."""
    told = {(row["dimension"], row["value"]): row for row in rows(reviews, "feedback_scores")}
    assert told["everybody", "everybody"]["answers"] == 23_486
    assert sum(int(str(row["answers"])) for key, row in told.items() if key[0] == "Age") == 23_486
    trend, intimate = (told["Department Name", name] for name in ("Trend", "Intimate"))
    assert trend["high"] < intimate["low"]  # type: ignore[operator]


def test_sales_know_their_outcome_by_stage_and_value(data_folder: Path) -> None:
    """Stage and value of closed deals are refused by name; what the account is tells little, and no more is claimed."""
    with (data_folder / "crm_opportunities/sales_pipeline.csv").open(encoding="utf8") as file:
        deals = [row for row in csv.DictReader(file) if row["deal_stage"] in ("Won", "Lost") and row["engage_date"]]
    with (data_folder / "crm_opportunities/accounts.csv").open(encoding="utf8") as file:
        firms = {row["account"]: row for row in csv.DictReader(file)}
    came = np.array([row["deal_stage"] == "Won" for row in deals], dtype=float)
    at = np.array([date.fromisoformat(row["engage_date"]).toordinal() for row in deals], dtype=float)
    closed = np.array([date.fromisoformat(row["close_date"]).toordinal() for row in deals], dtype=float)
    known = np.array([[float(firms[row["account"]][name]) if row["account"] in firms else np.nan
                       for name in ("employees", "revenue", "year_established")] for row in deals])  # fmt: skip
    value = np.array([float(row["close_value"] or 0) for row in deals])
    names = ["employees", "revenue", "year_established"]
    found = leaks(np.column_stack([known, value, came]), came, [*names, "close_value", "deal_stage"])
    assert [each.feature for each in found] == ["close_value", "deal_stage"]
    within = came * (closed <= at + 120)
    model = learn_conversion(known, within, at, names, horizon=120)
    assert isinstance(model, Conversion)
    assert model.skill.high < 0.1
