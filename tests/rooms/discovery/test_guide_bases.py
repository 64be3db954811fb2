"""What bases add, from tables: nothing tells of its own future, and every trait left out has its reason."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import ibis
import pytest

from segmentry.discovery.guide.outcomes import known_before, outcome
from segmentry.discovery.guide.spec import GuideSpec
from segmentry.discovery.run_bases import COVERAGE, bases_added
from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles.history import keyed
from segmentry.profiles.spec import ProfileSpec
from segmentry.science.bases import BasesAdded
from segmentry.terms.errors import StudyError
from segmentry.terms.numbers import NotEstimable
from tests.rooms.shops import AS_OF, LAST, line, party, publish_shop

SPLIT = LAST - timedelta(90)
SPEC = GuideSpec("s", AS_OF, LAST)


def lines(customers: int = 160, seed: int = 1) -> list[dict[str, Any]]:
    """A year of orders: half of the customers buy thrice as often as the other half."""
    chance = random.Random(seed)
    rows = []
    for place in range(customers):
        rate = 0.6 if place % 2 else 0.2
        for month in range(12):
            if month == 0 or chance.random() < rate:
                day = LAST - timedelta(30 * (11 - month) + chance.randrange(20))
                rows.append(line(f"c{place:03d}", day, round(10 + 10 * chance.random(), 2)))
    return rows


def profiled(engine: Engine, rows: list[dict[str, Any]], **given: Any) -> None:
    """Load a shop and publish its profiles; ``given`` tells a trait of a party by its key."""
    keys = dict.fromkeys(row["party_key"] for row in rows)
    told = [party(key, None, **{name: tell(key) for name, tell in given.items()}) for key in keys] if given else None
    spec = ProfileSpec(AS_OF, LAST, "EUR")
    with engine.run("load") as run:
        publish_shop(run, rows, told)
    with engine.run("refresh", AS_OF) as run:
        profiles.publish_catalog(run, profiles.refresh(run, spec), spec)


def answered(engine: Engine, spec: GuideSpec = SPEC) -> tuple[BasesAdded | NotEstimable, dict[str, Any]]:
    with engine.run("study", AS_OF) as run:
        return bases_added(run, spec)


def test_the_future_changes_nothing_of_what_was_known(engine: Engine) -> None:
    """Orders after the split leave every trait of before as it was; only the outcome knows them."""
    rows = lines(20)
    profiled(engine, rows)
    before = _known(engine)
    later = [line(row["party_key"], LAST, 500.0) for row in rows[:5]]
    profiled(engine, [*rows, *later])
    assert _known(engine) == before
    with engine.run("look") as run:
        orders = keyed(run.table("orders"), None)
        told = outcome(orders, orders.select("customer_id").distinct(), SPLIT, LAST, "next_spend")
        assert max(row["outcome"] for row in run.rows(told)) >= 500.0


def _known(engine: Engine) -> list[dict[str, Any]]:
    with engine.run("look") as run:
        orders, order_lines = (keyed(run.table(name), None) for name in ("orders", "order_lines"))
        return run.rows(known_before(run, orders, order_lines, SPLIT, "product_id").order_by("customer_id"))


def test_outcomes_of_a_period(engine: Engine) -> None:
    """Net spend and whether anything was ordered; who bought nothing has 0, who came later counts not."""
    profiled(engine, [
        line("stays", SPLIT - timedelta(3), 10.0), line("stays", SPLIT + timedelta(1), 20.0), line("stays", LAST, -5.0),
        line("goes", SPLIT, 30.0), line("late", LAST, 7.0),
    ])  # fmt: skip
    with engine.run("look") as run:
        orders = keyed(run.table("orders"), None)
        known = orders.filter(orders.ordered_on <= ibis.literal(SPLIT)).select("customer_id").distinct()
        spent = run.rows(outcome(orders, known, SPLIT, LAST, "next_spend"))
        stayed = run.rows(outcome(orders, known, SPLIT, LAST, "retained"))
    assert {row["customer_id"]: row["outcome"] for row in spent} == {"stays": 15.0, "goes": 0.0}
    assert {row["customer_id"]: row["outcome"] for row in stayed} == {"stays": 1.0, "goes": 0.0}


def test_behavior_explains_and_a_dealt_out_trait_does_not(engine: Engine) -> None:
    """Frequency before tells spend after; a gender dealt out at random adds nothing, in the order of nests."""
    chance = random.Random(2)
    profiled(engine, lines(), given_gender=lambda _: chance.choice(["female", "male"]))
    found, how = answered(engine)
    assert isinstance(found, BasesAdded)
    gains = {each.name: each for each in found.gains}
    assert list(gains) == ["demographic", "behavioral"]
    assert gains["behavioral"].alone.low > 0.0
    assert gains["demographic"].verdict in {"adds_nothing", "open"}
    assert how["known_until"] < how["outcome_until"] == LAST.isoformat()
    rows = engine.rows(engine.table("study_bases").order_by("position"))
    assert [row["basis"] for row in rows] == ["demographic", "behavioral"]
    assert rows[1]["alone"] == gains["behavioral"].alone.value


def test_who_was_asked_is_a_block_of_its_own(engine: Engine) -> None:
    """Only frequent customers told their gender: coverage explains that, gender does not get the credit."""
    chance = random.Random(3)

    def tell(key: str) -> str | None:
        return chance.choice(["female", "male"]) if int(key[1:]) % 2 else None

    profiled(engine, lines(300), given_gender=tell)
    found, _ = answered(engine)
    assert isinstance(found, BasesAdded)
    gains = {each.name: each for each in found.gains}
    assert gains[COVERAGE].alone.low > 0.02
    assert gains["demographic"].alone.value < 0.02


def test_every_trait_left_out_has_its_reason(engine: Engine) -> None:
    """Special categories, and traits of today that may tell of the outcome."""
    profiled(
        engine, lines(), given_religion=lambda key: key[-1], given_income=lambda key: "high" if key < "c080" else "low"
    )
    _, how = answered(engine)
    assert how["left_out"]["given_religion"] == "a special category"
    assert "given_income" not in how["left_out"]
    assert how["traits"]["demographic"] == ["given_income"]


def test_a_second_answer_for_the_same_instant_replaces_the_first(engine: Engine) -> None:
    """One set of rows for a study and an instant; those of other studies stay."""
    profiled(engine, lines())
    answered(engine)
    answered(engine, GuideSpec("s", AS_OF, LAST, "retained"))
    answered(engine, GuideSpec("other", AS_OF, LAST))
    rows = engine.rows(engine.table("study_bases").order_by("study"))
    told = [(row["study"], row["measure"], row["basis"]) for row in rows]
    assert told == [("other", "next_spend", "behavioral"), ("s", "retained", "behavioral")]


@pytest.mark.parametrize(
    ("measure", "reason"), [("retained", "100 are needed"), ("main_channel", "no number"), ("spend", "100 are needed")]
)
def test_too_little_is_refused_with_the_reason(engine: Engine, measure: str, reason: str) -> None:
    """Thirty customers, or an outcome that is a name."""
    profiled(engine, lines(30))
    found, _ = answered(engine, GuideSpec("s", AS_OF, LAST, measure))
    assert isinstance(found, NotEstimable)
    assert reason in found.reason
    assert not engine.has("study_bases")


def test_an_unknown_outcome_is_refused_with_the_near_miss(engine: Engine) -> None:
    """Never guessed."""
    profiled(engine, lines(10))
    with pytest.raises(StudyError) as refused:
        answered(engine, GuideSpec("s", AS_OF, LAST, "spendd"))
    assert "spend" in refused.value.problems[0].next_step
