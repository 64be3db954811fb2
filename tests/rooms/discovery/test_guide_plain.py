"""The guided study's plain parts: needs, stock, advice, statements, blocks, leaning, versions, gates."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.discovery.guide.advice import Candidate, recommend, sample
from segmentry.discovery.guide.blocks import Values, block_of, coverage_of, known_share
from segmentry.discovery.guide.leaning import is_stereotype, of_definition, of_descriptors, of_study, of_typing
from segmentry.discovery.guide.needs import BASES_FOR, NEEDS, needs_of
from segmentry.discovery.guide.outcomes import split_day
from segmentry.discovery.guide.statements import FORMS, Group, read_statement
from segmentry.discovery.guide.steps import STEPS, Evidence, gates
from segmentry.discovery.guide.stock import Stock, inventory, open_questions, stock_of
from segmentry.discovery.guide.versions import compared, crossed
from segmentry.engine import Engine
from segmentry.segments.language.notation import to_json
from segmentry.segments.language.reading import parse
from segmentry.terms.canonical import CANONICAL
from segmentry.terms.errors import StudyError
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.study import KnockOut, Study
from segmentry.terms.vocabulary import Objective

AS_OF = datetime(2026, 1, 1)
DECIDED = Study(decision="Whom to call.")


def trait(
    name: str, basis: str | None = "behavioral", kind: str = "number", known: float = 1.0, **more: str
) -> Candidate:
    return Candidate(name, basis, kind, known, more.get("data_class", "plain"), more.get("origin", "computed"))


def test_without_variables_no_rule_of_sample_sizes_applies() -> None:
    """Nothing needed is not the same as enough: no rule is met by nobody."""
    told = sample(120, 0, DECIDED)
    assert {(each["needed"], each["met"]) for each in told["rules"]} == {(None, None)}
    assert {each["met"] for each in sample(139, 2, DECIDED)["rules"]} == {True, False}


def test_every_need_is_a_canonical_table_with_its_columns() -> None:
    """Keys and times named in the table of needs exist."""
    for need in NEEDS:
        names = CANONICAL[need.table].names
        assert {each for each in (need.key, need.time) if each} <= set(names)
        assert not need.needed_for & need.useful_for


@pytest.mark.parametrize("objective", list(Objective))
def test_every_objective_needs_something_and_has_bases(objective: Objective) -> None:
    """No objective is served without data it cannot do without, and what is needed comes first."""
    strengths = [strength for _, strength in needs_of(objective)]
    assert strengths.count("needed") >= 1
    assert strengths == sorted(strengths)
    assert BASES_FOR[objective]


def test_missing_old_and_thin_data_are_told_apart() -> None:
    """Nothing loaded, a latest fact too old, too few customers, and enough."""
    stocks = {
        "orders": Stock(100, 90, datetime(2025, 12, 31)),
        "consents": Stock(10, 5, datetime(2025, 12, 1)),
        "feedback": Stock(50, 50, datetime(2025, 1, 1)),
    }
    study = Study(decision="Whom to call.", objective=Objective.WIN_BACK)
    rows = {row["table"]: row for row in inventory(study, stocks, 100, AS_OF)}
    states = {name: rows[name]["state"] for name in ("orders", "consents", "feedback", "survey_responses")}
    assert states == {"orders": "there", "consents": "thin", "feedback": "old", "survey_responses": "missing"}
    assert rows["orders"]["plan"] is None
    assert rows["orders"]["coverage"] == 0.9
    assert "365 days old" in rows["feedback"]["remark"]
    assert rows["survey_responses"]["gap_costs"].startswith("Why people buy")


def test_days_of_stock_are_those_of_the_zone() -> None:
    """What began at midnight in Berlin is of that day; a day of a contract stays; ages count between local days."""
    midnight = datetime(2025, 6, 27, 22)
    stocks = {"orders": Stock(9, 90, datetime(2025, 5, 27, 22)), "subscriptions": Stock(9, 90, date(2025, 6, 1))}
    rows = {row["table"]: row for row in inventory(DECIDED, stocks, 100, midnight, timezone="Europe/Berlin")}
    assert (rows["orders"]["latest"], rows["subscriptions"]["latest"]) == ("2025-05-28", "2025-06-01")
    assert "31 days old" in rows["orders"]["remark"]
    assert rows["consents"]["plan"]["refresh_on"] == "2026-06-28"


def test_a_plan_says_what_the_team_said_and_never_guesses_owner_or_cost() -> None:
    """Method and date have defaults; owner and cost come from the study or are asked for."""
    plain = {row["table"]: row for row in inventory(DECIDED, {}, 0, AS_OF)}
    assert plain["consents"]["plan"]["owner"] is None
    assert plain["consents"]["plan"]["refresh_on"] == "2027-01-01"
    assert any("consents: say owner and cost" in each for each in open_questions(list(plain.values())))
    told = Study.from_content(
        {"decision": "x", "collection": {"consents": {"owner": "Ada", "cost": 500, "refresh_on": "2026-03-01"}}}
    )
    plan = {row["table"]: row for row in inventory(told, {}, 0, AS_OF)}["consents"]["plan"]
    assert (plan["owner"], plan["cost"], plan["refresh_on"], plan["declared"]) == ("Ada", 500, "2026-03-01", True)


def test_rows_that_tell_nothing_are_counted_and_what_they_lack_is_said() -> None:
    """Seven products without category and cost are seven rows, not none; still nothing is told."""
    study = Study(decision="x", objective=Objective.DEVELOP_PRODUCT)
    row = {row["table"]: row for row in inventory(study, {"products": Stock(7, telling=0)}, 10, AS_OF)}["products"]
    assert (row["rows"], row["state"]) == (7, "missing")
    assert row["remark"] == "7 rows are loaded, but they tell neither category nor unit_cost."


def test_only_telling_rows_name_customers(engine: Engine) -> None:
    """Of three customers one told a country: three rows, one that tells."""
    need = next(each for each in NEEDS if each.table == "customers")
    last = AS_OF.replace(year=2020)
    rows = {"party_key": ["a", "b", "c"], "country": ["Spain", None, None], "known_since": [last] * 3}
    told = engine.warehouse.bring(pa.table(rows))
    expected = {"rows": 3, "telling": 1, "customers": 1, "last": last}
    assert engine.rows(stock_of(told, need, None, AS_OF)) == [expected]


def test_a_basis_of_which_little_is_known_is_named_with_its_share() -> None:
    """Psychographic traits known of 29 % are not left out in silence, nor are they used."""
    told = [trait("spend"), trait("openness", "psychographic", known=0.29), trait("height", "technographic", known=0.0)]
    found = recommend(DECIDED, told, 1000)
    bases = {each["basis"]: each for each in found["bases"]}
    assert bases["psychographic"]["state"] == "too little known"
    assert "29%" in bases["psychographic"]["reason"]
    assert "technographic" not in bases
    assert [each["trait"] for each in found["variables"]] == ["spend"]


def test_coverage_of_data_without_customers_is_not_zero() -> None:
    """Activities name nobody: their coverage is not estimable rather than 0."""
    row = next(row for row in inventory(DECIDED, {}, 10, AS_OF) if row["table"] == "activities")
    assert isinstance(row["coverage"], NotEstimable)


def test_variables_fit_the_sample_and_come_from_several_bases() -> None:
    """70 customers a variable: 210 customers carry three, taken in turn from the bases the objective calls for."""
    told = [trait("days_since_last"), trait("purchase_days"), trait("importance", "needs"), trait("age", "demographic")]
    found = recommend(DECIDED, told, 210)
    assert [each["trait"] for each in found["variables"]] == ["days_since_last", "importance", "age"]
    assert [rule["met"] for rule in found["sample"]["rules"]] == [True, False, True]


@pytest.mark.parametrize(
    ("traits", "customers", "method", "word"),
    [
        ([trait("spend")], 500, "k_means", "numbers"),
        ([trait("channel", kind="text")], 500, "mixture", "channel"),
        ([trait("satisfied", kind="boolean")], 500, "mixture", "yes or no"),
        ([trait("income", known=0.7)], 500, "mixture", "gaps"),
        ([trait("spend")], 20, "rules", "chance"),
        ([], 500, "rules", "No trait"),
    ],
)
def test_method_follows_the_scale_of_measurement(
    traits: list[Candidate], customers: int, method: str, word: str
) -> None:
    """Distances for numbers known of all; mixtures for names, yes or no, and gaps; rules for small bases."""
    found = recommend(Study(decision="x", variables=tuple(each.name for each in traits)), traits, customers)
    assert found["method"]["method"] == method
    assert word in found["method"]["reason"]


def test_special_categories_and_unreliable_scales_are_never_offered() -> None:
    """Locked and doubtful traits are named with the reason, and make no segments."""
    religion = trait("religion", "demographic", data_class="special")
    scales = [{"scale": "honesty", "offered": False, "reason": "alpha 0.13"}]
    found = recommend(DECIDED, [religion, trait("spend")], 1000, scales)
    assert {each["trait"] for each in found["not_offered"]} == {"religion", "honesty"}
    assert "religion" not in {each["trait"] for each in found["variables"]}


def test_formann_counts_latent_classes_of_yes_or_no() -> None:
    """5 x 2^11 = 10,240 for the eleven words of the textbook survey, whose 1,453 rows meet 70 x 11 = 770 only."""
    rules = sample(1453, 11, Study(decision="x", most=6))["rules"]
    assert [(rule["needed"], rule["met"]) for rule in rules] == [(770, True), (660, True), (10_240, False)]


@pytest.mark.parametrize(
    ("text", "kind", "groups", "traits", "more", "bound"),
    [
        ('share of segment "Loyal" > 20 %', "share", (Group(segment="Loyal"),), (), True, 0.2),
        ("share of (orders > 3) <= 0.5", "share", (Group(condition="orders > 3"),), (), False, 0.5),
        (
            'spend is lower in (country = "A (north)") than in segment "B"', "difference",
            (Group(condition='country = "A (north)"'), Group(segment="B")), ("spend",), False, 0.0,
        ),
        ("mean spend in ((a > 1) and (b > 2)) >= 100", "mean", (Group(condition="(a > 1) and (b > 2)"),), ("spend",),
         True, 100.0),
        ("age  and   spend go together", "together", (), ("age", "spend"), True, 0.0),
    ],
)  # fmt: skip
def test_statements_are_read(
    text: str, kind: str, groups: tuple[Group, ...], traits: tuple[str, ...], more: bool, bound: float
) -> None:
    """Every form of the vocabulary, with brackets and quotes inside conditions."""
    found = read_statement(text)
    assert (found.kind, found.groups, found.traits, found.more) == (kind, groups, traits, more)
    assert found.bound == pytest.approx(bound)


def test_a_negation_is_read() -> None:
    """Having nothing to do with each other is a statement of its own."""
    assert read_statement("age and spend do not go together").negated
    assert not read_statement("age and spend go together").negated


@pytest.mark.parametrize(
    "text",
    ["", "customers like us", "share of (a > 1", 'share of segment "A" > 120 %', "spend is higher in (a > 1) than (b)",
     "mean spend in (a > 1) > many", "share of Loyal > 20 %", "spend is higher in (a > 1) than in (a <= 1) always"],
)  # fmt: skip
def test_what_cannot_be_tested_is_refused_with_the_forms_that_can(text: str) -> None:
    """Never guessed: the next step names every form."""
    with pytest.raises(StudyError) as refused:
        read_statement(text)
    assert FORMS[0] in refused.value.problems[0].next_step


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text breaks the reader."""
    with suppress(StudyError):
        assert read_statement(text).kind


def test_a_block_has_no_gaps_and_does_not_tell_who_was_asked() -> None:
    """Columns are centered on those of whom they are known, so that unknown is average; coverage is apart."""
    half = np.where(np.arange(100) < 50, np.arange(100.0), np.nan)
    names: list[str | None] = [None] * 100
    for place in range(50):
        names[place] = "ab"[place % 2]
    block = block_of({"half": half, "names": names})
    assert np.isfinite(block).all()
    assert np.abs(block.mean(axis=0)).max() < 1e-12
    assert np.abs(block[50:]).max() == 0.0
    told: list[Values] = [half, names, np.arange(100.0)]
    flags = coverage_of(told)
    assert flags.shape == (100, 1)
    assert flags[:50].all()
    assert known_share(half) == known_share(names) == 0.5


def test_rare_levels_and_constant_traits_make_no_columns() -> None:
    """A level of five customers would decide a prediction by chance."""
    rare: list[str | None] = [*["a"] * 60, *["b"] * 35, *["c"] * 5]
    assert block_of({"rare": rare}).shape[1] == 2
    assert block_of({"same": np.ones(50)}).shape == (50, 0)
    assert block_of({"nobody": np.full(50, np.nan)}).shape == (50, 0)


BASES: dict[str, str | None] = {"age": "demographic", "spend": "behavioral", "importance": "needs", "postcode": None}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("age > 60", ["STEREOTYPE"]),
        ("age > 60 and postcode = 1", ["STEREOTYPE"]),
        ("importance > 4", ["ONE_BASIS"]),
        ("age > 60 and spend > 100", []),
        ("spend > 100", []),
        ("age > 60 and count of orders in last 90 days > 1", []),
    ],
)
def test_definitions_that_lean_on_who_people_are_are_warned_of(text: str, codes: list[str]) -> None:
    """All leaves demographic or proxies: a stereotype; one basis that is not behavior: a note; facts are behavior."""
    assert [each["code"] for each in of_definition("x", parse(text), BASES)] == codes


def test_a_study_of_demographics_alone_is_warned_of() -> None:
    """Variables that all say who people are; one basis alone; several bases."""
    assert [each["code"] for each in of_study(["age", "postcode"], BASES)] == ["STEREOTYPE"]
    assert [each["code"] for each in of_study(["spend", "orders"], BASES | {"orders": "behavioral"})] == ["ONE_BASIS"]
    assert of_study(["spend", "age"], BASES) == []
    assert of_study([], BASES) == []


def test_typing_rules_led_by_a_stereotype_and_descriptors_that_stand_in() -> None:
    """The first trait of a rule, and a descriptor that nearly is the segments."""
    tree = json.dumps(to_json(parse("age > 60 and spend > 100")))
    other = json.dumps(to_json(parse("spend > 100 and age > 60")))
    rows = [{"segment_id": "a", "tree": tree}, {"segment_id": "b", "tree": other}]
    assert [each["of"] for each in of_typing(rows, {"a": "Old ones"}, BASES)] == ["Old ones"]
    told = {"variable": "gender", "effect": "cramers_v", "size": 0.8, "p_corrected": 0.001}
    assert [each["traits"] for each in of_descriptors([told], BASES)] == [["gender"]]
    assert (
        of_descriptors([told | {"size": 0.2}, told | {"p_corrected": 0.2}, told | {"variable": "spend"}], BASES) == []
    )
    assert is_stereotype("given_sex", {})


def segment(name: str, customers: int, value: float | None = None) -> dict[str, Any]:
    return {"segment_id": name, "name": name.upper(), "customers": customers, "value": value, "slsw": 0.9}


def test_the_same_segmentation_agrees_with_itself() -> None:
    """Adjusted Rand 1, every segment survives, nothing changes."""
    rows = [segment("a", 30, 5.0), segment("b", 70)]
    found = compared(rows, rows, np.diag([30.0, 70.0]))
    assert found["adjusted_rand"] == pytest.approx(1.0)
    assert [each["event"] for each in found["segments"]] == ["survived", "survived"]
    assert found["segments"][0]["changes"]["value"] == {"before": 5.0, "after": 5.0}
    assert found["overlap"] == [
        {"before": "a", "after": "a", "customers": 30},
        {"before": "b", "after": "b", "customers": 70},
    ]


def test_unrelated_versions_agree_by_chance_only() -> None:
    """Equal shares everywhere: adjusted Rand 0; too few shared customers are refused."""
    rows = [segment("a", 100), segment("b", 100)]
    assert compared(rows, rows, np.full((2, 2), 50.0))["adjusted_rand"] == pytest.approx(0.0, abs=0.02)
    assert isinstance(compared(rows, rows, np.full((2, 2), 1.0))["adjusted_rand"], NotEstimable)
    assert compared(rows, rows, np.zeros((2, 2)))["segments"] == []


def test_lines_of_business_against_segments() -> None:
    """One line a segment: V is 1 and the index 200; the same lines in both: V is 0 and every index 100."""
    apart = [{"segment_id": one, "line": line, "customers": 100} for one, line in (("a", "x"), ("b", "y"))]
    found = crossed(apart, ["a", "b"], ["x", "y"])
    assert found["cramers_v"]["estimate"] == pytest.approx(1.0, abs=0.01)
    assert found["index"] == [[200.0, 0.0], [0.0, 200.0]]
    alike = [{"segment_id": one, "line": line, "customers": 100} for one in "ab" for line in "xy"]
    same = crossed(alike, ["a", "b"], ["x", "y"])
    assert same["cramers_v"]["estimate"] == 0.0
    assert same["index"] == [[100.0, 100.0], [100.0, 100.0]]
    assert "not_estimable" in crossed(apart[:1], ["a", "b"], ["x"])["cramers_v"]


def evidence(**changed: Any) -> Evidence:
    """A study for which everything is stored."""
    study = Study(decision="Whom to call.", review_on=date(2027, 1, 1)).recorded(datetime(2026, 1, 1))
    usual: dict[str, Any] = {
        "study": study, "extracted_at": datetime(2026, 1, 2), "missing": (), "rows": 10, "traits": 5,
        "sample_met": True, "segments": 3, "verdict": "natural", "profiled": 9, "descriptors": 2, "ranked": 3,
        "planned": 3, "tested": 1, "stated": 1, "versions": 1,
    }  # fmt: skip
    return Evidence(**(usual | changed))


def closed(found: list[dict[str, Any]]) -> set[int]:
    return {each["step"] for each in found if not each["passed"]}


def test_all_ten_gates_pass_where_everything_is_stored() -> None:
    """Each step has its name, what is stored and no next step."""
    found = gates(evidence())
    assert [each["name"] for each in found] == list(STEPS)
    assert closed(found) == set()
    assert all(each["next_step"] is None for each in found)


def test_knock_outs_recorded_after_extraction_close_the_gate_of_judging() -> None:
    """Steps 2 and 8 stay shut, by the timestamps alone; so does a study without knock-outs or off the record."""
    late = evidence(extracted_at=datetime(2025, 12, 31))
    assert closed(gates(late)) == {2, 8}
    none = Study(decision="x", knock_outs=(), review_on=date(2027, 1, 1)).recorded(datetime(2026, 1, 1))
    assert closed(gates(evidence(study=none))) == {2, 8}
    unrecorded = Study(decision="x", knock_outs=(KnockOut("size", 0.1),), review_on=date(2027, 1, 1))
    assert closed(gates(evidence(study=unrecorded))) == {1, 2, 8}


@pytest.mark.parametrize(
    ("changed", "shut"),
    [
        ({"missing": ("orders",)}, {3}),
        ({"sample_met": False}, {4}),
        ({"segments": 0}, {5, 8}),
        ({"profiled": 0}, {6}),
        ({"descriptors": 0}, {7}),
        ({"ranked": 0}, {8}),
        ({"planned": 0}, {9}),
        ({"tested": 0}, {10}),
    ],
)
def test_each_gate_shuts_for_its_own_reason(changed: dict[str, Any], shut: set[int]) -> None:
    """What is missing closes one gate (and judging where there is nothing to judge), with a next step."""
    found = gates(evidence(**changed))
    assert closed(found) == shut
    assert all(each["next_step"] for each in found if each["step"] in shut)


def test_a_period_is_a_quarter_of_the_history_and_90_days_at_most() -> None:
    """A hundred days give 25, ten years give 90, a wish is followed."""
    assert split_day(date(2025, 1, 1), date(2025, 4, 10)) == date(2025, 3, 16)
    assert split_day(date(2015, 1, 1), date(2025, 1, 1)) == date(2024, 10, 3)
    assert split_day(date(2015, 1, 1), date(2025, 1, 1), 10) == date(2024, 12, 22)
