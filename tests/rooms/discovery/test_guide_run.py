"""What the guided study puts on record: versions, members, assumptions; on a base with planted segments."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pytest

from segmentry.discovery.guide import asking
from segmentry.discovery.guide.advice import recommend
from segmentry.discovery.guide.population import catalog, everybody, require_traits, spreads, values_of
from segmentry.discovery.guide.statements import read_statement
from segmentry.discovery.run_guide import forget, keep_version, put, record_assumption
from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine, Run
from segmentry.profiles.tables import CUSTOMER_ID, TRAIT_CATALOG
from segmentry.terms.errors import StudyError
from segmentry.terms.study import Study
from segmentry.terms.tables import Contract
from tests.rooms.discovery.planted import publish_base, world

JANUARY, JUNE = datetime(2026, 1, 1), datetime(2026, 6, 1)
TOLD = {"verdict": "natural", "variables": ["spend"]}


def trait(name: str, table: str = "behavioral_traits", data_class: str = "plain") -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(TRAIT_CATALOG.names)
    row |= {"trait": name, "table_name": table, "type": "number", "origin": "computed", "source": "orders", "unit": ""}
    return row | {"data_class": data_class, "description": "-", "basis": "behavioral"}


@pytest.fixture
def base(engine: Engine) -> Engine:
    """Thirty faithful and twenty gone customers, each group a segment, with a small catalog."""
    rows, truth = world({"faithful": 30, "gone": 20})
    with engine.run("refresh", JANUARY) as run:
        publish_base(run, rows)
        put(run, TRAIT_CATALOG, [
            trait("spend"), trait("return_rate"), trait("weekend_share", data_class="special"),
            trait("honesty", "psychographic_doubtful"), trait("nowhere", "missing_traits"),
        ])  # fmt: skip
        _members(run, dict(zip((row["customer_id"] for row in rows), truth, strict=True)))
    return engine


def _members(run: Run, segments: dict[str, str]) -> None:
    table = pa.table(
        {"segmentation": ["s"] * len(segments), "customer_id": list(segments), "segment_id": list(segments.values())}
    )
    run.publish(SEGMENTATION_MEMBERS, table)


def keep(engine: Engine, as_of: datetime, names: tuple[str, ...] = ("faithful", "gone")) -> None:
    with engine.run("study", as_of) as run:
        rows = [{"segment_id": each, "name": each, "customers": 1, "value": None, "slsw": 0.9} for each in names]
        keep_version(run, "s", as_of, rows, TOLD)


def test_versions_are_kept_side_by_side(base: Engine) -> None:
    """Two instants, one of them kept twice: one version each; members of both can be crossed."""
    keep(base, JANUARY)
    keep(base, JANUARY)
    members = [row["customer_id"] for row in base.rows(base.table("segmentation_members"))]
    with base.run("refresh", JUNE) as run:
        _members(run, dict.fromkeys(members, "faithful"))
    keep(base, JUNE, ("faithful",))
    assert len(base.rows(base.table("study_versions"))) == 3
    assert len(base.rows(base.table("study_members"))) == 100
    crossed = asking.crossed_versions(base, ("s", JANUARY), ("s", JUNE))
    assert crossed == {("faithful", "faithful"): 30, ("gone", "faithful"): 20}


def test_an_erased_customer_is_in_no_version(base: Engine) -> None:
    """Every version kept is rewritten; before any there is nothing to forget."""
    with base.run("erasure") as run:
        assert forget(run, ["gone0001"]) == 0
    keep(base, JANUARY)
    keep(base, JUNE)
    with base.run("erasure") as run:
        assert forget(run, ["gone0001", "nobody"]) == 2
    assert "gone0001" not in {row["customer_id"] for row in base.rows(base.table("study_members"))}


def test_an_assumption_stated_twice_keeps_its_first_time(base: Engine) -> None:
    """The register is append-only: who stated it first, and when, stays."""
    statement = read_statement("spend and return_rate go together")
    with base.run("study") as run:
        record_assumption(run, "s", statement, "Ada")
        first = run.started_at
    with base.run("study") as run:
        record_assumption(run, "s", statement, "Bob")
    with base.run("study") as run:
        record_assumption(run, "other", statement, "Bob")
    rows = base.rows(base.table("study_assumptions").order_by("study"))
    assert [(row["study"], row["owner"]) for row in rows] == [("other", "Bob"), ("s", "Ada")]
    assert rows[1]["recorded_at"] == first


def test_locked_and_doubtful_traits_are_not_asked_for(base: Engine) -> None:
    """Special categories are refused by name; scales whose items do not agree and lost tables are not there."""
    known = catalog(base)
    assert set(known) == {"spend", "return_rate", "weekend_share"}
    with pytest.raises(StudyError) as refused:
        require_traits(known, ["weekend_share", "honesty", "spnd"], "assumption")
    assert [each.code for each in refused.value.problems] == ["TRAIT_LOCKED", "TRAIT_UNKNOWN", "TRAIT_UNKNOWN"]
    customers, found = spreads(base, known)
    assert (customers, {name: each.known for name, each in found.items()}) == (50, {"spend": 1.0, "return_rate": 1.0})


def test_only_what_a_study_can_take_is_a_candidate_and_a_constant_tells_nobody_apart(base: Engine) -> None:
    """Traits of tables that segments are made before are no candidates; one value for everybody is not usable."""
    names = [row["customer_id"] for row in base.rows(everybody(base))]
    firms = {"customer_id": names, "employees": list(range(len(names))), "group_accounts": [1] * len(names)}
    late = {"customer_id": names, "lead_qualified": ["sql"] * len(names)}
    with base.run("refresh", JUNE) as run:
        for name, told in (("firmographic_traits", firms), ("lead_rule_traits", late)):
            run.publish(Contract(name, "one", ("customer_id",), (CUSTOMER_ID,), open=True), pa.table(told))
        rows = [trait("employees", "firmographic_traits"), trait("group_accounts", "firmographic_traits")]
        put(run, TRAIT_CATALOG, [*rows, trait("lead_qualified", "lead_rule_traits"), trait("spend")])
    _, found = asking.candidates(base)
    assert {each.name: each.usable for each in found} == {"employees": True, "group_accounts": False, "spend": True}
    advised = recommend(Study(decision="x"), found, 50)
    assert {"trait": "group_accounts", "reason": "the same of everybody of whom it is known"} in advised["not_offered"]
    assert "group_accounts" not in [each["trait"] for each in advised["variables"]]


def test_everybody_is_the_buyers_and_values_have_their_kinds(base: Engine) -> None:
    """Numbers with NaN, names with None; days are neither."""
    assert len(base.rows(everybody(base))) == 50
    table = pa.table({"number": [1, None], "name": ["a", None], "day": pa.array([0, 1], pa.date32())})
    numbers = values_of(table, "number")
    assert not isinstance(numbers, list)
    assert numbers is not None
    assert str(numbers.tolist()) == "[1.0, nan]"
    assert values_of(table, "name") == ["a", None]
    assert values_of(table, "day") is None


def test_without_orders_or_touches_there_are_no_lines_and_no_answers(base: Engine) -> None:
    """Nothing is made up of tables that are not there."""
    assert asking.lines_of_business(base, "s") == []
    assert asking.answers(base, "s", JUNE) == []
