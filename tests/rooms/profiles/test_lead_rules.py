"""Rules about leads, rows of stages and of models: pure workings, by hand and by property."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.profiles.leads.alignments import alignment_rows, mantel_haenszel
from segmentry.profiles.leads.chances import Learned, Taught, conversion_rows, reliability_rows
from segmentry.profiles.leads.conditions import Condition, Rule, read_rules
from segmentry.profiles.leads.scoring import banded, graded, grid_rows, places_alone, shared, stage_rows
from segmentry.profiles.leads.spec import STAGES, LeadSpec
from segmentry.science.satisfaction import wilson
from segmentry.terms.errors import Problem
from segmentry.terms.numbers import NotEstimable

TABLE = ibis.memtable(
    pa.table(
        {
            "industry": ["Retail ", "medical", None],
            "employees": [100.0, 5000.0, None],
            "told": ["12", "many", None],
            "grade": pa.array([1, 4, None], pa.int64()),
        }
    )
)


def holds(rule: Condition | Rule) -> list[bool]:
    """Whether it holds for the three rows."""
    return ibis.duckdb.connect().to_pyarrow(TABLE.select(found=rule.holds(TABLE)))["found"].to_pylist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("industry", ("retail",)), [True, False, False]),
        (Condition("industry"), [True, True, False]),
        (Condition("employees", (), 100.0), [True, True, False]),
        (Condition("employees", (), None, 100.0), [True, False, False]),
        (Condition("employees", (), 200.0, 6000.0), [False, True, False]),
        (Condition("told", (), 10.0), [True, False, False]),
        (Condition("grade", (), None, 1.0), [True, False, False]),
        (Condition("grade", ("4",)), [False, True, False]),
        (Condition("nowhere", ("x",)), [False, False, False]),
    ],
)
def test_a_condition_never_holds_of_what_is_not_known(condition: Condition, expected: list[bool]) -> None:
    """Words in any case, numbers between their ends, numbers written as words, and columns that are not there."""
    assert holds(condition) == expected


def test_a_rule_wants_all_its_conditions() -> None:
    """Both, and without any it always holds: the last resort of a routing."""
    both = Rule("desk", (Condition("industry", ("retail",)), Condition("employees", (), 200.0)))
    assert holds(both) == [False, False, False]
    assert holds(Rule("rest", ())) == [True, True, True]


@pytest.mark.parametrize(
    ("given_", "count"),
    [("x", 1), ([{"when": {}}], 2), ([{"to": "a", "when": 3}], 1), ([{"to": "a", "whn": {}}], 1), ([7], 1)],
)
def test_mistakes_in_rules_are_told(given_: Any, count: int) -> None:
    """No list, nothing that follows, no column, a condition that is none, an unknown key, a rule that is none."""
    problems: list[Problem] = []
    read_rules("leads.routes", given_, "to", problems)
    assert len(problems) == count


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-3, 3)), min_size=1, max_size=40))
def test_places_never_turn_fit_round(points: list[int | None]) -> None:
    """Equal fit has one place, more fit never a worse one, the best is first; nothing told, or one fit, has none."""
    fit = np.array([np.nan if each is None else float(each) for each in points])
    places = places_alone(fit)
    differ = len({each for each in points if each is not None}) > 1
    assert [each is None for each in places] == [each is None or not differ for each in points]
    known = sorted((-value, place) for value, place in zip(fit, places, strict=True) if place is not None)
    assert [place for _, place in known] == sorted(place for _, place in known)
    assert not known or known[0][1] == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 60), st.integers(0, 9999))
def test_cells_hold_everybody_once(size: int, seed: int) -> None:
    """Sixteen rows; their leads are all leads, their settled ones all that judge."""
    random = np.random.default_rng(seed)
    outcome = random.choice([0.0, 1.0, np.nan], size)
    judging = random.random(size) < 0.5
    fit = np.append(random.integers(0, 4, size - 1) * 1.0, 9.0)
    found = graded(fit, random.random(size), outcome, judging)
    assert not isinstance(found, NotEstimable)
    rows = grid_rows(found[0], np.where(judging, outcome, np.nan)[found[1]])
    assert len(rows) == 16
    assert sum(row["leads"] for row in rows) == size
    assert sum(row["settled"] for row in rows) == int((judging & ~np.isnan(outcome)).sum())
    assert all(("conversion" in row) == (row["settled"] > 0) for row in rows)


@pytest.mark.parametrize("what", ["fit", "interest"])
def test_equal_leads_are_not_all_the_best(what: str) -> None:
    """Where all fit alike, or nobody did anything, there is no grid, and the reason says of what."""
    values = {"fit": np.array([1.0, 2.0, 3.0]), "interest": np.array([5.0, 0.0, 1.0])} | {what: np.full(3, 2.0)}
    found = graded(values["fit"], values["interest"], np.array([1.0, 0.0, np.nan]), np.ones(3, dtype=bool))
    assert isinstance(found, NotEstimable)
    assert f"the {what} of all leads is the same" in found.reason
    assert places_alone(values[what]) == [None, None, None]


def test_numbers_are_banded_by_their_quarters() -> None:
    """Words stay; unknown stays unknown; equal numbers share a band, the largest lies in the last."""
    assert banded(["a", None, "b"]) == ["a", None, "b"]
    assert banded([1, 2, 3, 4, None, 1]) == ["0", "1", "2", "3", None, "0"]
    assert banded([None, None]) == [None, None]


def test_stage_rows_by_hand() -> None:
    """Shares go from one stage that is known of all to the next such stage; the others say why they have none."""
    passed = {"lead": 100, "mql": 40, "sal": 25, "sql": 20, "won": 10}
    rows = {row["stage"]: row for row in stage_rows({"lost": 7}, passed, {"sql": (12.0, 20)}, ("lead", "sql", "won"))}
    assert tuple(rows) == (*STAGES, "lost")
    assert (rows["sql"]["from_stage"], rows["sql"]["share"], rows["sql"]["median_days"]) == ("lead", 0.2, 12.0)
    assert (rows["won"]["from_stage"], rows["won"]["share"]) == ("sql", 0.5)
    assert "share" not in rows["mql"]
    assert rows["mql"]["reason"]
    assert rows["lost"]["here"] == 7


def test_a_share_has_an_interval_or_a_reason() -> None:
    """Never a bare number."""
    assert set(shared(wilson(1, 2))) == {"share", "low", "high"}
    assert shared(wilson(0, 0)) == {"reason": "Nobody answered."}


def test_no_model_is_one_row_with_the_reason() -> None:
    """And no reliability."""
    taught = Taught(
        np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool), LeadSpec(datetime(2024, 6, 1), date(2024, 5, 31))
    )
    nothing = Learned(NotEstimable("too few"), (), taught)
    assert conversion_rows(nothing) == [{"figure": "chance", "reason": "Too few."}]
    assert reliability_rows(nothing) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=4, max_size=4), min_size=1, max_size=6))
def test_mantel_haenszel_is_symmetric(cells: list[list[int]]) -> None:
    """Group and others change places: as far the other way, as likely; chances lie between 0 and 1."""
    tables = np.array(cells, dtype=float).reshape(-1, 2, 2)
    beyond, chance = mantel_haenszel(tables)
    other, same = mantel_haenszel(tables[:, ::-1])
    assert other == pytest.approx(-beyond, abs=1e-9)
    assert same == pytest.approx(chance)
    assert 0 <= chance <= 1


def test_few_leads_and_unknown_values_are_not_compared() -> None:
    """Nine of a kind say nothing; who told no industry is in no row."""
    cells = [
        {"value": "few", "industry": "few", "leads": 9, "converted": 9},
        {"value": "many", "industry": "many", "leads": 90, "converted": 9},
        {"value": "more", "industry": None, "leads": 90, "converted": 80},
        {"value": None, "industry": None, "leads": 90, "converted": 80},
    ]
    found = alignment_rows({"industry": cells})
    assert [(row["value"], row["claimed"]) for row in found] == [("many", False), ("more", True)]
    assert alignment_rows({}) == []


@pytest.mark.parametrize(
    ("section", "then", "rule", "wrong"),
    [
        ("leads.qualified", "stage", {"stage": "sql", "where": "   "}, "The text is empty"),
        ("leads.qualified", "stage", {"stage": "sql"}, "every lead would qualify"),
        ("leads.qualified", "stage", {"stage": "sql", "when": []}, "every lead would qualify"),
        ("leads.routes", "to", {"to": " ", "where": "lead_interest > 3"}, "Nobody is named"),
        ("leads.routes", "to", {"to": "inside sales"}, ""),
    ],
)
def test_a_rule_that_asks_nothing_qualifies_nobody(section: str, then: str, rule: Any, wrong: str) -> None:
    """A blank text or no condition is a mistake; only a last route may take everybody."""
    problems: list[Problem] = []
    read_rules(section, [rule], then, problems, STAGES if then == "stage" else ())
    assert [wrong in problem.what for problem in problems] == ([True] if wrong else [])
