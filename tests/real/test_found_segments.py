"""Segments found in real data: the textbook's survey, and a merchant's orders."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmentry as sg
from segmentry.science import Moments, StableKMeans, explore, principal_plane
from segmentry.science.effects import marker_variables

pytestmark = pytest.mark.real

Array = np.ndarray[Any, np.dtype[np.float64]]


@pytest.fixture(scope="module")
def survey(data_folder: Path) -> tuple[list[str], Array, list[dict[str, str]]]:
    """McDonald's: eleven perceptions (yes or no) of 1,453 people, and what else is known of them."""
    with (data_folder / "mcdonalds" / "mcdonalds.csv").open(encoding="utf8") as file:
        people = list(csv.DictReader(file))
    names = list(people[0])[:11]
    return names, np.array([[person[name] == "Yes" for name in names] for person in people], dtype=float), people


def test_the_survey_s_plane_is_the_textbook_s(survey: tuple[list[str], Array, list[dict[str, str]]]) -> None:
    """Dolnicar, Grün & Leisch 2018, step 4: the first components carry 29.9, 19.3 and 13.3 % of the variance."""
    names, answers, _ = survey
    spectrum = np.linalg.svd(answers - answers.mean(axis=0), compute_uv=False) ** 2
    assert spectrum[:3] / spectrum.sum() == pytest.approx([0.2994, 0.1928, 0.133], abs=2e-4)
    moments = Moments.of({name: answers[:, place] for place, name in enumerate(names)}, np.zeros(len(answers), int))
    plane = principal_plane(moments, {})
    assert {"cheap", "expensive"} <= {name for axis in plane.axes for name in axis.name.replace(",", "").split()} | {
        name for axis in plane.axes for name in axis.opposite.replace(",", "").split()
    }


def test_the_best_optimum_is_found_again_by_a_second_seed(
    survey: tuple[list[str], Array, list[dict[str, str]]],
) -> None:
    """Over 100 starts the same objective comes back under another seed, and the share of starts is told."""
    _, answers, _ = survey
    for k in range(2, 6):
        first = StableKMeans(k, n_starts=100, random_state=1).fit(answers)
        second = StableKMeans(k, n_starts=100, random_state=2).fit(answers)
        assert first.objective_ == pytest.approx(second.objective_, rel=1e-9)
        assert 0 <= first.share_of_best_ <= 1


def test_four_segments_are_those_of_the_textbook(survey: tuple[list[str], Array, list[dict[str, str]]]) -> None:
    """Cheap and tasty, expensive but tasty, cheap but disgusting, expensive and disgusting: marked by these."""
    names, answers, people = survey
    found = StableKMeans(4, n_starts=100, random_state=0).fit(answers)
    means = np.array([answers[found.labels_ == place].mean(axis=0) for place in range(4)])
    marked = marker_variables(means, answers.mean(axis=0), answers.std(axis=0), np.ones(11, bool))
    high = means > answers.mean(axis=0)
    told = {
        frozenset(name for place, name in enumerate(names) if marked[row, place] and high[row, place])
        for row in range(4)
    }
    words = {frozenset(each & {"yummy", "tasty", "cheap", "expensive", "disgusting"}) for each in told}
    assert words == {
        frozenset({"yummy", "tasty", "cheap"}),
        frozenset({"yummy", "tasty", "expensive"}),
        frozenset({"cheap", "disgusting"}),
        frozenset({"expensive", "disgusting"}),
    }
    liked = np.array([_liking(person["Like"]) for person in people], dtype=float)
    means_of_liking = [liked[found.labels_ == row].mean() for row in range(4)]
    tasty = means[:, names.index("tasty")]
    assert np.corrcoef(means_of_liking, tasty)[0, 1] > 0.9


def _liking(told: str) -> int:
    """The answer on the scale from -5 to 5, whose ends are written with words."""
    return int(told.replace("I love it!", "").replace("I hate it!", "").replace("+", ""))


def test_stability_breaks_where_the_survey_has_no_more_structure(
    survey: tuple[list[str], Array, list[dict[str, str]]],
) -> None:
    """Every k is judged by 100 pairs; segments of five or fewer come back, and k = 7 loses some."""
    _, answers, _ = survey
    found = explore(answers, range(2, 9), sample_size=1453)
    medians = {each.k: float(np.median(each.global_stability)) for each in found.solutions}
    assert all(each.global_stability.shape == (100,) for each in found.solutions)
    assert medians[2] > 0.9
    assert float(found.of(5).slsw.min()) > 0.9
    assert float(found.of(7).slsw.min()) < float(found.of(5).slsw.min()) - 0.1
    assert found.verdict.verdict in {"constructive", "reproducible"}
    assert set(found.disagreements) >= {"silhouette", "bic", "icl", "prediction_strength", "global_stability"}


@pytest.fixture(scope="module")
def shop(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Online Retail II through the main job."""
    folder = tmp_path_factory.mktemp("found") / "shop"
    source = data_folder / "online_retail" / "online_retail_II.parquet"
    return sg.run(source, folder, currency="GBP", timezone="Europe/London")


def test_a_merchant_s_segments_are_what_a_merchant_would_say(shop: Any) -> None:
    """Regulars, newcomers, the long silent and small buyers: stable, sized, worth what they should be."""
    found = shop.document
    told = found["segmentation"]
    assert told["method"] == "k-means"
    assert told["verdict"] in {"constructive", "reproducible", "natural"}
    assert sum(entry["customers"] for entry in found["segments"]) == found["customers"]["buyers"] == 5_852
    assert sum(entry["revenue"] for entry in found["segments"]) == pytest.approx(
        found["revenue"]["of_buyers"], abs=0.01
    )
    names = " ".join(entry["name"].lower() for entry in found["segments"])
    assert "frequent" in names
    assert "silent" in names
    values = [entry["value"]["estimate"] / entry["customers"] for entry in found["segments"]]
    assert values == sorted(values, reverse=True)
    assert all(entry["slsw"] > 0.75 for entry in found["segments"])


def test_the_study_was_on_record_before_extraction(shop: Any) -> None:
    """Knock-outs and weights carry an instant before that of the refresh that found the segments."""
    with sg.open(shop.folder) as workspace:
        recorded = workspace.engine.rows(workspace.engine.table("studies"))[0]["recorded_at"]
        assert recorded < workspace.engine.last_run("refresh").started_at


def test_growth_of_the_base_is_the_raw_file_s(shop: Any, data_folder: Path) -> None:
    """Parts of growth add up to the change, and the whole base's revenue adds up to the periods'."""
    growth = shop.document["growth"]["base"]
    parts = growth["customers_part"] + growth["frequency_part"] + growth["value_part"]
    assert parts == pytest.approx(growth["change"], abs=0.01)
    assert growth["revenue_after"] - growth["revenue_before"] == pytest.approx(growth["change"], abs=0.01)


def test_every_segment_has_map_priority_and_strategy(shop: Any) -> None:
    """One place on the map, one rank or a reason, one strategy with evidence under every line but drafts."""
    found = shop.document
    assert {row["segment_id"] for row in found["map"]["segments"]} == {entry["id"] for entry in found["segments"]}
    assert found["map"]["gaps"]["not_estimable"]
    for entry in found["segments"]:
        assert entry["priority"]["knocked_out"] or entry["priority"]["rank"] >= 1
        lines = entry["strategy"]["lines"]
        assert {"objective", "service_model", "not_to_do"} & {line["part"] for line in lines}
        assert all(line["evidence"] or line["draft"] for line in lines)
    assert sum(entry["priority"]["probability_first"] or 0 for entry in found["segments"]) == pytest.approx(
        1.0, abs=1e-9
    )


def test_a_second_run_keeps_ids_names_and_members(shop: Any) -> None:
    """Refreshed on the same data, nothing is renamed and nobody moves."""
    with sg.open(shop.folder) as workspace:
        before = workspace.table("segmentation_members").table().to_pylist()
        workspace.refresh()
        after = workspace.table("segmentation_members").table().to_pylist()
        events = {row["event"] for row in workspace.table("segment_registry").table().to_pylist()}
    key = lambda row: (row["segmentation"], row["customer_id"])  # noqa: E731
    assert sorted(before, key=key) == sorted(after, key=key)
    assert events == {"survived"}


def test_the_survey_tutorial_runs_as_written(data_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """Every block of the page, in order, prints what the page says."""
    page = (Path(__file__).parents[2] / "docs" / "tutorial" / "survey.md").read_text(encoding="utf8")
    monkeypatch.chdir(data_folder / "mcdonalds")
    blocks = [part.split("```")[0] for part in page.split("```python\n")[1:]]
    assert len(blocks) == 5
    names: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        exec("\n".join(blocks), names)
    shown = capsys.readouterr().out
    assert "constructive" in shown
    assert "more cheap" in shown
    assert sorted(names["found"].of(4).sizes, reverse=True) == [580, 318, 315, 240]
    assert names["found"].of(4).objective == pytest.approx(1602.9, abs=0.05)
    assert "eta_squared" in shown
