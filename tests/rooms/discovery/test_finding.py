"""Segments found in data: planted ones come back, keep their identity, and are proved or refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.discovery import run as discovery
from segmentry.discovery.finding import Found
from segmentry.discovery.spec import DiscoverSpec, RfmSpec
from segmentry.engine import Engine
from segmentry.profiles.firmographic.tables import FIRMOGRAPHIC_TRAITS
from segmentry.science import FittedPreparation, adjusted_rand
from segmentry.terms.errors import StudyError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import Study
from segmentry.terms.tables import Column, ColumnType
from tests.rooms.discovery.planted import GROUPS, members, publish_base, world
from tests.rooms.shops import AS_OF

COUNTS = {"faithful": 120, "gone": 90, "new": 60}
STUDY = Study(most=5)


def find(
    engine: Engine, rows: list[dict[str, Any]], study: Study = STUDY, given: Mapping[str, list[str]] | None = None,
    days: int = 0,
) -> Any:  # fmt: skip
    """One refresh of discovery on a base, with few starts and pairs."""
    as_of = AS_OF + timedelta(days=days)
    spec = DiscoverSpec(as_of, study.as_dict(), "EUR", pairs=10, starts=10)
    with engine.run("refresh", as_of) as run:
        publish_base(run, rows, given)
        return discovery.segment(run, RfmSpec(as_of, unit="EUR"), spec)


def rows_of(engine: Engine, table: str) -> list[dict[str, Any]]:
    return engine.rows(engine.table(table))


def agreement(engine: Engine, rows: list[dict[str, Any]], truth: list[str]) -> float:
    """Adjusted Rand index of published membership and planted groups."""
    found = members(engine)
    codes = {name: place for place, name in enumerate(sorted(set(found.values())))}
    planted = {name: place for place, name in enumerate(sorted(set(truth)))}
    mine = np.array([codes[found[row["customer_id"]]] for row in rows])
    return adjusted_rand(mine, np.array([planted[name] for name in truth]))


def test_planted_segments_come_back(engine: Engine) -> None:
    """Three groups far apart are three segments, everybody in one, and the verdict says there is structure."""
    rows, truth = world(COUNTS)
    found = find(engine, rows)
    assert isinstance(found, Found)
    assert found.extraction.solution.k == 3
    assert agreement(engine, rows, truth) >= 0.9
    assert len(members(engine)) == len(rows)
    assert found.extraction.exploration.verdict.verdict in {"natural", "reproducible"}


def test_what_organizations_are_can_make_segments(engine: Engine) -> None:
    """Traits of organizations are found by name; only what nobody publishes is refused."""
    rows, _ = world({"faithful": 40, "gone": 40})
    told = {"customer_id": [row["customer_id"] for row in rows], "employees": [len(row["customer_id"]) for row in rows]}
    contract = FIRMOGRAPHIC_TRAITS.with_columns((Column("employees", ColumnType.INTEGER, "People."),))
    with engine.run("firms", AS_OF) as run:
        run.publish(contract, pa.table(told))
    with pytest.raises(StudyError) as refused:
        find(engine, rows, Study(variables=("employees", "emploees")))
    assert [(each.code, each.next_step) for each in refused.value.problems] == [
        ("TRAIT_UNKNOWN", "Did you mean 'employees'?")
    ]


def test_the_engine_types_customers_as_the_model_does(engine: Engine) -> None:
    """Membership computed inside the engine is the nearest center by the stored model, for every customer."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    model = json.loads(rows_of(engine, "segmentation_models")[0]["document"])
    preparation = FittedPreparation.from_dict(model["preparation"])
    columns = {name: np.array([float(row[name]) for row in rows]) for name in model["variables"]}
    points = preparation.transform(columns)
    nearest = ((points[:, None, :] - np.array(model["centers"])[None]) ** 2).sum(axis=2).argmin(axis=1)
    mine = members(engine)
    assert [mine[row["customer_id"]] for row in rows] == [model["ids"][place] for place in nearest]


def test_names_and_descriptions_speak_of_what_marks_a_segment(engine: Engine) -> None:
    """The faithful are called frequent, the gone long silent; figures stand beside the base's."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    mine = members(engine)
    named = {row["segment_id"]: row for row in rows_of(engine, "segmentation_segments")}
    assert "requent" in named[mine["faithful0000"]]["name"]
    assert "silent" in named[mine["gone0000"]]["name"].lower()
    assert "120 customers (44% of the base)" in named[mine["faithful0000"]]["description"]
    assert len({row["name"] for row in rows_of(engine, "segment_registry")}) == 3


def test_segments_are_listed_by_worth(engine: Engine) -> None:
    """The most valuable segment comes first, whatever its size or the label a model gave it."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    listed = [
        row["segment_id"]
        for row in sorted(rows_of(engine, "segmentation_segments"), key=lambda row: row["position"])
        if row["segmentation"] == "purchase_behavior"
    ]
    mine = members(engine)
    assert listed == [mine["faithful0000"], mine["new0000"], mine["gone0000"]]


def test_ids_and_names_survive_a_refit_on_other_noise(engine: Engine) -> None:
    """The same customers a month later with other figures: each segment keeps id and name."""
    first, _ = world(COUNTS, seed=1)
    find(engine, first)
    before, names = members(engine), {row["segment_id"]: row["name"] for row in rows_of(engine, "segment_registry")}
    again, _ = world(COUNTS, seed=99)
    find(engine, again, days=30)
    assert members(engine) == before
    registry = rows_of(engine, "segment_registry")
    assert {row["segment_id"]: row["name"] for row in registry} == names
    assert {row["event"] for row in registry} == {"survived"}
    assert {row["last_as_of"] - row["first_as_of"] for row in registry} == {timedelta(days=30)}


def test_an_id_is_never_used_twice(engine: Engine) -> None:
    """A group that goes, and another like it that comes: the old id stays with the dead."""
    everybody, _ = world(COUNTS)
    find(engine, everybody)
    gone = members(engine)["gone0000"]
    without, _ = world({"faithful": 120, "new": 60})
    find(engine, without, days=30)
    registry = {row["segment_id"]: row for row in rows_of(engine, "segment_registry")}
    assert not registry[gone]["alive"]
    assert registry[gone]["event"] == "disappeared"
    find(engine, world(COUNTS, seed=7)[0], days=60)
    returned = members(engine)["gone0000"]
    assert returned != gone
    assert returned not in registry


def test_a_segment_that_splits_is_told_so(engine: Engine) -> None:
    """Half of the faithful drift far away: what they became tells where it came from."""
    find(engine, world(COUNTS)[0])
    old = members(engine)["faithful0000"]
    split = {**GROUPS, "faithful": (10.0, 40.0, 90.0), "lavish": (10.0, 40.0, 2500.0)}
    rows, _ = world({"faithful": 60, "lavish": 60, "gone": 90, "new": 60}, groups=split)
    for row in rows:
        row["customer_id"] = (
            row["customer_id"].replace("lavish00", "faithful01").replace("faithful0160", "faithful0060")
        )
    lavish = [row for row in rows if row["mean_order_value"] > 1000]
    for place, row in enumerate(lavish):
        row["customer_id"] = f"faithful{60 + place:04d}"
    find(engine, rows, days=30)
    events = [row for row in rows_of(engine, "segment_registry") if old in {row["segment_id"], row["origins"]}]
    assert {row["event"] for row in events} & {"split", "survived"}
    parts = {members(engine)["faithful0000"], members(engine)["faithful0100"]}
    assert len(parts) == 2


def test_the_order_of_rows_changes_nothing(engine: Engine) -> None:
    """Shuffled tables give the same members under the same ids."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    before = members(engine)
    shuffled = [rows[place] for place in np.random.default_rng(3).permutation(len(rows))]
    with Engine.in_memory() as other:
        find(other, shuffled)
        assert members(other) == before


def test_every_number_of_segments_is_shown_with_every_criterion(engine: Engine) -> None:
    """Nothing is hidden: each k has each criterion, each bootstrap pair is kept, and one k is recommended."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    table = rows_of(engine, "segment_solutions")
    criteria = {row["criterion"] for row in table}
    assert {
        "global_stability",
        "slsw",
        "prediction_strength",
        "silhouette",
        "aic",
        "bic",
        "icl",
        "objective",
    } <= criteria
    assert len(table) == 4 * len(criteria)
    pairs = [row for row in rows_of(engine, "segment_stability") if row["measure"] == "adjusted_rand"]
    assert len(pairs) == 4 * 10
    assert all(-1 <= row["value"] <= 1 for row in pairs)


def test_descriptors_never_include_what_made_the_segments(engine: Engine) -> None:
    """Testing the segmentation's own variables, or what follows from when and how often somebody bought, is circular.

    A real descriptor is found, noise is not.
    """
    rows, truth = world(COUNTS)
    find(engine, rows, given={"region": truth})
    described = {row["variable"]: row for row in rows_of(engine, "segment_descriptors")}
    assert not set(described) & {"days_since_last", "purchase_days", "mean_order_value", "spend", "clv", "p_alive"}
    assert described["region"]["p_corrected"] < 0.01
    assert described["price_index"]["size"] < 0.05
    assert not set(described) & {"weekend_share", "gift_season_share", "return_rate", "cohort"}


def test_special_categories_neither_make_nor_describe_segments(engine: Engine) -> None:
    """A religion told by a source is locked: no descriptor, and refused as a variable."""
    rows, truth = world(COUNTS)
    find(engine, rows, given={"religion": truth, "region": truth})
    described = {row["variable"]: row for row in rows_of(engine, "segment_descriptors")}
    assert "religion" not in described
    assert described["region"]["size"] == pytest.approx(1.0)
    with pytest.raises(StudyError, match="religion"):
        find(engine, rows, replace(STUDY, variables=("religion",)), given={"religion": truth})


def test_unknown_and_unusable_variables_are_all_named(engine: Engine) -> None:
    """Two mistakes, two problems, with the near miss; nothing is published."""
    rows, _ = world(COUNTS)
    with pytest.raises(StudyError) as refused:
        find(engine, rows, replace(STUDY, variables=("purchase_day", "user_status")))
    codes = [problem.code for problem in refused.value.problems]
    assert codes == ["TRAIT_UNKNOWN", "TRAIT_NOT_A_NUMBER"]
    assert "purchase_days" in refused.value.problems[0].next_step
    assert not engine.has("segmentation_models")


def test_a_base_in_which_all_are_alike_is_refused_and_old_proof_withdrawn(engine: Engine) -> None:
    """Nothing varies: no segments, the reason is told, and no earlier proof is left standing as if it held."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    answer = find(engine, [dict(rows[0], customer_id=f"c{place}") for place in range(40)], days=30)
    assert isinstance(answer, NotEstimable)
    assert "same for everybody" in answer.reason
    assert rows_of(engine, "segment_gate") == []
    assert "not_estimable" in rows_of(engine, "segmentation_models")[0]["summary"]


@pytest.mark.parametrize("customers", [1, 2, 3])
def test_a_handful_of_customers_is_answered(engine: Engine, customers: int) -> None:
    """One customer, and fewer than segments: refused in words, never a crash."""
    rows, _ = world({"faithful": customers})
    assert isinstance(find(engine, rows), NotEstimable)


def test_gate_and_guard_speak_of_every_segment(engine: Engine) -> None:
    """Six criteria per segment, each a figure or unproven with its reason; one guard row per segment."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    gate, guard = rows_of(engine, "segment_gate"), rows_of(engine, "segment_guard")
    assert len(gate) == 18
    assert len(guard) == 3
    assert all((row["value"] is None) == (row["verdict"] == "unproven") for row in gate)
    assert {row["verdict"] for row in gate if row["criterion"] == "stable"} == {"passed"}
    assert {row["verdict"] for row in gate if row["criterion"] == "actionable"} == {"unproven"}
    assert all(row["text"] for row in gate + guard)


def test_a_study_changed_and_changed_back_finds_the_same_segments(engine: Engine) -> None:
    """The same centers under the same variables are the same segments: ids and names come back, nothing is numbered."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    before, names = members(engine), {row["segment_id"]: row["name"] for row in rows_of(engine, "segment_registry")}
    find(engine, rows, replace(STUDY, variables=("weekend_share", "mean_basket_products")), days=1)
    find(engine, rows, days=2)
    assert members(engine) == before
    back = {row["segment_id"]: row["name"] for row in rows_of(engine, "segment_registry") if row["alive"]}
    assert back == names


def test_typing_rules_name_the_members_they_claim_to(engine: Engine) -> None:
    """The published rules, evaluated by hand on the traits, agree with membership as far apart as groups are."""
    rows, _ = world(COUNTS)
    find(engine, rows)
    typed = rows_of(engine, "segment_typing")
    assert {row["segment_id"] for row in typed} == set(members(engine).values())
    assert all(row["precision"] > 0.9 and row["recall"] > 0.9 for row in typed)
    assert all(json.loads(row["tree"]) for row in typed)


def test_the_study_is_recorded_once_and_before_extraction(engine: Engine) -> None:
    """An unchanged study keeps its instant; a changed one is recorded beside it, and the old one can come back."""
    with engine.run("study") as run:
        first = discovery.record_study(run, STUDY)
    assert discovery.on_record(rows_of(engine, "studies"), STUDY) == first
    changed = replace(STUDY, most=6)
    assert discovery.on_record(rows_of(engine, "studies"), changed) is None
    with engine.run("study") as run:
        second = discovery.record_study(run, changed)
    assert first.recorded_at is not None
    assert second.recorded_at is not None
    assert second.recorded_at > first.recorded_at
    assert len(rows_of(engine, "studies")) == 2
    assert discovery.on_record(rows_of(engine, "studies"), STUDY) == first


def test_sampling_takes_every_nth_customer_by_id(engine: Engine) -> None:
    """An even sample is the same whatever the order of rows, and never larger than asked for."""
    from segmentry.profiles.picking import even_sample

    table = ibis.memtable(pa.table({"customer_id": [f"{place:03d}" for place in range(100)][::-1]}))
    rows = engine.rows(even_sample(table, 100, 30).order_by("customer_id"))
    assert [row["customer_id"] for row in rows] == [f"{place:03d}" for place in range(0, 100, 4)]
    assert len(engine.rows(even_sample(table, 100, 100))) == 100
