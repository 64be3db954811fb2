"""Rules of leads: by their own columns, by definition texts, and by both; every mistake told at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segmentry as sg
from segmentry.engine import Engine
from segmentry.profiles.leads import LeadSpec
from segmentry.profiles.leads.conditions import Condition, Rule
from segmentry.segments.leading.ruling import rulings
from segmentry.segments.leading.texts import read_texts
from segmentry.terms.errors import SettingsError
from segmentry.workspace.profiling import check
from tests.rooms.profiles.lead_worlds import (
    AS_OF,
    QUALIFIED,
    ROUTES,
    WHEN,
    accounts,
    event,
    lead,
    publish,
    refreshed,
    rows,
    world,
)


@pytest.fixture(scope="module")
def ruled() -> Iterator[Engine]:
    """A planted world with rules by columns, refreshed once."""
    with Engine.in_memory() as opened:
        leads, events = world(600)
        publish(opened, leads, events, accounts())
        refreshed(opened, routes=ROUTES, qualified=QUALIFIED)
        yield opened


def told(engine: Engine) -> list[dict[str, Any]]:
    """Leads with their grades and what the rules say of them."""
    ruled = {row["lead_key"]: row for row in rows(engine, "lead_rulings")}
    return [row | ruled[row["lead_key"]] for row in rows(engine, "lead_standing")]


def few(engine: Engine, **rules: Any) -> dict[str, tuple[Any, Any]]:
    """Stage and route of three leads: a director who looked thrice lately, one who did long ago, and a clerk."""
    titles = {"new": "Marketing Director", "old": "Marketing Director", "clerk": "Clerk"}
    days = {"new": (1, 2, 3), "old": (40, 41, 42), "clerk": (1, 2, 3)}
    leads = [lead(name, 60, title=title) for name, title in titles.items()]
    publish(engine, leads, [event(name, day) for name, each in days.items() for day in each])
    refreshed(engine, **rules)
    return {row["lead_key"].split("|")[1]: (row["qualified"], row["route"]) for row in rows(engine, "lead_rulings")}


def test_routes_take_the_first_rule_and_tell_who_is_unmatched(ruled: Engine) -> None:
    """Retail goes first whoever asks; others by both conditions; the rest is counted."""
    still = [row for row in told(ruled) if row["outcome"] is None]
    for row in still:
        chief = row["title_level"] == "director" and row["employees"] >= 300
        assert row["route"] == ("retail desk" if row["industry"] == "retail" else "chiefs" if chief else None)
        assert row["route_rule"] == {"retail desk": 1, "chiefs": 2, None: None}[row["route"]]
    counted = {row["route"]: row["leads"] for row in rows(ruled, "lead_routing")}
    assert counted["(unmatched)"] == sum(row["route"] is None for row in still)
    assert sum(counted.values()) == len(still)


def test_the_furthest_qualification_counts(ruled: Engine) -> None:
    """A1 is ready for sales, other A and B for marketing, C and D for neither."""
    for row in told(ruled):
        expected = "sql" if (row["fit_grade"], row["interest_grade"]) == ("A", 1) else (
            "mql" if row["fit_grade"] in ("A", "B") else None
        )  # fmt: skip
        assert row["qualified"] == expected


def test_a_text_rules_by_traits_and_events(engine: Engine) -> None:
    """Directors with three events in the last thirty days are fit for marketing; without the window both would be."""
    text = 'lead_title_level = "director" and number of events in last 30 days >= 3'
    loose = 'lead_title_level = "director" and number of events >= 3'
    found = few(engine, qualified=[{"stage": "mql", "where": text}], routes=[{"to": "chiefs", "where": loose}])
    assert found == {"new": ("mql", "chiefs"), "old": (None, "chiefs"), "clerk": (None, None)}
    assert {row["customer_id"]: row["lead_qualified"] for row in rows(engine, "lead_rule_traits")} == {
        "customer:new": "mql", "customer:old": None, "customer:clerk": None,
    }  # fmt: skip


def test_columns_and_text_must_both_hold(engine: Engine) -> None:
    """The text holds of two, the column of two, both of one; a rule with neither is the last resort."""
    where = "number of events in last 30 days >= 3"
    when = {"column": "title_level", "is": ["director"]}
    rule = {"to": "desk", "when": when, "where": where}
    found = few(engine, routes=[rule, {"to": "rest"}], qualified=[{"stage": "sal", "when": when, "where": where}])
    assert found == {"new": ("sal", "desk"), "old": (None, "rest"), "clerk": (None, "rest")}


def test_texts_may_rank_prospects(engine: Engine) -> None:
    """The two most interested of three."""
    found = few(engine, qualified=[{"stage": "mql", "where": "lead_interest is in top 2"}])
    assert {name for name, (stage, _) in found.items() if stage} == {"new", "clerk"}


def test_every_mistake_is_told_with_its_rule(engine: Engine) -> None:
    """Words that are no condition, segments and the rules' own answer are told when settings are read."""
    texts = ["lead_fit_grade in (", 'in segment "best"', 'lead_qualified = "mql"', 'lead_fit_grade = "A"']
    spec = LeadSpec.from_settings(
        {"qualified": [{"stage": "mql", "where": text} for text in texts], "routes": [{"to": "x", "where": "and"}]},
        **WHEN,
    )
    found, problems = read_texts(spec)
    assert [each.definition.id for each in found] == ["qualified_4"]
    assert {each.where.split(", where")[0] for each in problems} == {
        "[[leads.qualified]] 1", "[[leads.qualified]] 2", "[[leads.qualified]] 3", "[[leads.routes]] 1",
    }  # fmt: skip
    assert {"RULE_NAMES_SEGMENT", "RULE_NAMES_ITSELF"} <= {each.code for each in problems}


def test_unknown_traits_are_told_with_near_misses(engine: Engine) -> None:
    """A misspelt trait names its neighbor; values of the wrong type and facts nobody loaded are told, too, at once."""
    with pytest.raises(SettingsError) as caught:
        few(
            engine,
            qualified=[
                {"stage": "mql", "where": 'lead_fit_grad = "A"'},
                {"stage": "sql", "where": "lead_age_days = true"},
            ],
            routes=[{"to": "x", "where": "number of orders >= 1"}],
        )
    told_ = {each.where.split(", where")[0]: each for each in caught.value.problems}
    assert list(told_) == ["[[leads.qualified]] 1", "[[leads.qualified]] 2", "[[leads.routes]] 1"]
    assert "lead_fit_grade" in told_["[[leads.qualified]] 1"].next_step
    assert told_["[[leads.routes]] 1"].code == "FACTS_UNKNOWN"


def test_an_empty_text_is_a_mistake() -> None:
    """And no condition that always holds; in the fit there are no texts."""
    with pytest.raises(SettingsError) as caught:
        LeadSpec.from_settings(
            {"routes": [{"to": "x", "where": ""}], "fit": [{"points": 1, "where": "lead_fit > 1"}]}, **WHEN
        )
    assert sorted(each.code for each in caught.value.problems) == ["SETTING_UNKNOWN", "SETTING_WRONG"]


def test_without_rules_nobody_is_ruled(engine: Engine) -> None:
    """Leads stand in the tables without a stage or a route; nobody is counted as routed."""
    assert set(few(engine).values()) == {(None, None)}
    assert rows(engine, "lead_routing") == []


def test_rules_see_the_newest_open_lead_of_a_customer(engine: Engine) -> None:
    """A customer with a won and an open lead has the ruling of the open one; a column rules over each lead."""
    leads = [
        lead("x", 10, lead_source="ad", converted=True, closed_at=AS_OF - timedelta(days=1)),
        lead("x", 50, lead_source="show") | {"lead_id": "y"},
    ]
    publish(engine, leads, [event("x", 3)])
    refreshed(engine, routes=[{"to": name, "when": {"column": "lead_source", "is": [name]}} for name in ("ad", "show")])
    assert {row["lead_key"]: row["route"] for row in rows(engine, "lead_rulings")} == {"crm|x": "ad", "crm|y": "show"}
    assert [row["lead_route"] for row in rows(engine, "lead_rule_traits")] == ["show"]


FILES = {
    "leads.csv": "LeadId,PersonId,LeadSource,CreatedAt,LeadStage,JobTitle\n"
    "1,ann,web form,2024-05-02 10:00,new,Marketing Director\n2,bob,ads,2024-05-02 10:00,new,Sales Director\n"
    "3,cyn,ads,2024-05-02 10:00,new,Clerk\n",
    "web_events.csv": "EventId,CustomerNo,EventTime,EventName\n"
    + "".join(f"E{place},{who},2024-05-{day} 10:00,view\n" for place, (who, day) in enumerate(
        [("ann", 20), ("ann", 21), ("ann", 22), ("bob", 20), ("cyn", 20), ("cyn", 21), ("cyn", 23)])),
}  # fmt: skip
RULES: dict[str, Any] = {
    "qualified": [
        {"stage": "mql", "where": 'lead_title_level = "director" and number of events in last 30 days >= 3'},
    ],
    "routes": [{"to": "chiefs", "where": 'lead_title_level = "director"'}, {"to": "desk"}],
}


def test_segments_may_ask_for_what_the_rules_say(tmp_path: Path) -> None:
    """Real files, twice refreshed: a segment of qualified leads has the one director who looked thrice."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf8")
    with sg.init(tmp_path / "b2b", modules={"leads": RULES}) as workspace:
        for name in FILES:
            workspace.load(tmp_path / name)
        (workspace.folder / "segments").mkdir()
        text = 'name: Ready\nkinds: [prospect]\nwhere: lead_qualified = "mql" and lead_route = "chiefs"\n'
        (workspace.folder / "segments" / "ready.yaml").write_text(text, encoding="utf8")
        for _ in range(2):
            workspace.refresh()
            members = workspace.table("segment_members").table().to_pylist()
            assert [each["customer_id"] for each in members] == ["customer:ann"]
        routed = {row["route"]: row["leads"] for row in workspace.table("lead_routing").table().to_pylist()}
    assert routed == {"chiefs": 2, "desk": 1}


def test_scales_that_are_declared_teach_leads(tmp_path: Path) -> None:
    """Real files: the scale of section [surveys] and the need of [needs] are features of leads, with their dates."""
    asked = "CustomerNo,SurveyId,ResponseId,Question,Answer,AnsweredAt\n" + "".join(
        f"{who},panel,{who},{question},{points},2024-05-03 10:00\n"
        for points, who in enumerate(("ann", "bob", "cyn"), 2)
        for question in ("o1", "o2", "i", "s")
    )
    (tmp_path / "leads.csv").write_text(FILES["leads.csv"], encoding="utf8")
    (tmp_path / "panel_survey.csv").write_text(asked, encoding="utf8")
    modules = {
        "surveys": {"scales": {"openness": {"items": ["o1", "o2"], "facet": "personality"}}},
        "needs": {"needs": {"speed": {"importance": "i", "satisfaction": "s"}}},
    }
    with sg.init(tmp_path / "b2b", modules=modules) as workspace:
        for name in ("leads.csv", "panel_survey.csv"):
            workspace.load(tmp_path / name)
        workspace.refresh()
        rows_ = workspace.table("lead_features").table().to_pylist()
    known = {row["feature"]: (row["basis"], row["known"]) for row in rows_}
    assert known["openness"] == ("psychographic", "dated")
    assert known["speed_importance"] == ("needs", "dated")


def test_a_text_that_is_none_is_told_with_all_other_settings() -> None:
    """Before anything is loaded, with its section and number."""
    wrong = {"leads": {"routes": [{"to": "desk", "where": "lead_fit in ("}]}, "needs": {"speed": 3}}
    with pytest.raises(SettingsError) as caught:
        check(wrong)
    assert any(each.where.startswith("[[leads.routes]] 1, where") for each in caught.value.problems)
    assert any("needs" in each.where for each in caught.value.problems)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["mql", "sal", "sql"]), st.integers(0, 7)), max_size=5), st.booleans())
def test_rulings_are_those_of_a_loop(rules: Sequence[tuple[str, int]], texts: bool) -> None:
    """Furthest stage and first route by an own loop over eight leads; unknown answers never hold."""
    numbers = list(range(8))
    spec = LeadSpec(
        **WHEN,
        qualified=tuple(Rule(stage, (Condition("n", (), float(low)),), where="x" * texts) for stage, low in rules),
        routes=tuple(Rule(f"{stage}{low}", (Condition("n", (), float(low)),)) for stage, low in rules),
    )
    leads = pa.table({"lead_key": [str(n) for n in numbers], "customer_id": [str(n) for n in numbers], "n": numbers})
    answers = pa.table({"customer_id": [str(n) for n in numbers[1:]]})
    for number in range(1, len(rules) + 1):
        answers = answers.append_column(f"qualified_{number}", pa.array([n % 2 == 0 or None for n in numbers[1:]]))
    table = rulings(ibis.memtable(leads), ibis.memtable(answers) if texts and rules else None, spec)
    found = {row["lead_key"]: row for row in ibis.duckdb.connect().to_pyarrow(table).to_pylist()}
    order = ("mql", "sal", "sql")
    for n in numbers:
        met = [stage for stage, low in rules if n >= low and (not texts or (n > 0 and n % 2 == 0))]
        assert found[str(n)]["qualified"] == (max(met, key=order.index) if met else None)
        assert found[str(n)]["route"] == next((f"{stage}{low}" for stage, low in rules if n >= low), None)
