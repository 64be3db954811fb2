"""The study of choices of a simulated company goes back to planted tastes, and comes back from its own file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.rooms.simulate.companies import loaded, publish_profiles, sheet

from segmentry.simulate import Company, CompanySpec, simulate, workspace_settings
from segmentry.simulate.parts.choices import OFFERS, STUDY, TASKS, TASTES

SPEC = CompanySpec(customers=800, seed=29, days=500, holdout_days=0, parts=("choices",))


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(SPEC)


def test_each_task_has_offers_one_none_and_one_choice(company: Company) -> None:
    """Two hundred respondents with twelve tasks of three offers and none, of which one is chosen."""
    table = sheet(company, STUDY)
    tasks = Counter(zip(table["CustomerNo"].to_pylist(), table["TaskNo"].to_pylist(), strict=True))
    assert set(tasks.values()) == {OFFERS + 1}
    assert len(tasks) == 200 * TASKS
    assert sum(table["Chosen"].to_pylist()) == len(tasks)
    for row in table.slice(0, 400).to_pylist():
        attributes = [row[name] for name in ("Material", "Price", "DeliveryDays", "Recycled")]
        assert (row["Alternative"] == "none") == (attributes == [None] * 4)


def test_classes_choose_by_their_tastes(company: Company) -> None:
    """Careful people take the cheapest of the offers more often than others, hurried ones the soonest."""
    rows = sheet(company, STUDY).to_pylist()
    classes = {row["record"]: row["choice_class"] for row in company.truth.parts["choice_classes"].to_pylist()}
    paid: dict[str, list[float]] = {name: [] for name in TASTES}
    waited: dict[str, list[float]] = {name: [] for name in TASTES}
    for row in rows:
        if row["Chosen"] and row["Price"] is not None:
            paid[classes[row["CustomerNo"]]].append(row["Price"])
            waited[classes[row["CustomerNo"]]].append(row["DeliveryDays"])
    means: dict[str, Any] = {name: (np.mean(paid[name]), np.mean(waited[name])) for name in TASTES}
    assert means["careful"][0] < means["hurried"][0] - 1 < means["choosy"][0]
    assert means["hurried"][1] < means["careful"][1] - 0.5


def test_settings_name_the_study_and_its_price() -> None:
    """Beside other sections of needs, where the company has surveys as well."""
    alone = workspace_settings(SPEC)["modules"]["needs"]
    assert alone == {"choices": {"survey": STUDY, "price": "price"}}
    both = workspace_settings(CompanySpec(parts=("surveys", "choices")))["modules"]["needs"]
    assert set(both) == {"needs", "kano", "benefits", "drivers", "choices"}


@pytest.mark.prove
def test_planted_tastes_come_back_from_the_file(tmp_path: Path) -> None:
    """Three classes of two hundred people: nearly everybody in his own, prices and worths about as planted."""
    with loaded(SPEC, tmp_path) as known:
        publish_profiles(known)
        assert known.loads[STUDY]["table"] == "choices"
        assert known.loads[STUDY]["quarantined"] == {}
        study = known.rows("choice_studies")[0]
        assert (study["study"], study["classes"], study["respondents"]) == (STUDY, 3, 200)
        pairs = known.pairs("choice_classes", "choice_class", "needs_traits", "choice_class")
        assert len(pairs) == 200
        assert adjusted_rand_score(*zip(*pairs, strict=True)) > 0.75
        named = {found: Counter(true for true, other in pairs if other == found).most_common(1)[0][0]
                 for found in {other for _, other in pairs}}  # fmt: skip
        assert len(set(named.values())) == 3
        wanted = {(row["class"], row["attribute"]): row["utility"] for row in known.truth("choice_tastes")}
        off = [
            abs(row["part_worth"] - wanted[named[row["class"]], row["attribute"]]) / row["error"]
            for row in known.rows("choice_parts")
            if row["attribute"] in ("price", "delivery_days") or (row["attribute"], row["level"]) == ("recycled", "yes")
        ]
        assert len(off) == 9
        assert max(off) < 3.5


@pytest.mark.prove
def test_lots_come_back_as_nothing(tmp_path: Path) -> None:
    """At no strength of surveys everybody draws lots, and no class is claimed."""
    spec = CompanySpec(customers=320, seed=4, days=400, holdout_days=0, parts=("choices",), survey_strength=0.0)
    with loaded(spec, tmp_path) as known:
        publish_profiles(known)
        assert known.rows("choice_studies")[0]["classes"] is None
        assert known.rows("choice_classes") == []
        assert not known.engine.has("needs_traits")
