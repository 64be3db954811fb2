"""What was known of leads at their own instants, by hand: nothing of the day after, nothing of others."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine, arrow_schema
from segmentry.profiles.leads import LeadSpec, did, stacks, told
from segmentry.profiles.leads.answered import Asked, answered, ratings, undated_surveys
from segmentry.profiles.leads.features import Offer, Part, joined
from segmentry.profiles.leads.looking import is_number, looked_at
from segmentry.profiles.leads.organizations import companies, with_company
from segmentry.profiles.needs.spec import NeedSpec
from segmentry.profiles.psychographic.spec import AnswerSpec, ScaleSpec
from segmentry.terms.canonical import (
    ACCOUNTS,
    EVENTS,
    LEADS,
    ORDERS,
    SERVICE_CONTACTS,
    SURVEY_RESPONSES,
    TECHNOLOGIES,
    TOUCHES,
)
from segmentry.terms.tables import Contract
from segmentry.terms.vocabulary import Basis
from tests.rooms.profiles import lead_bases_worlds
from tests.rooms.profiles.lead_worlds import AS_OF, WHEN, rows

UNTIL = datetime(2024, 1, 15, 12)
BEFORE, AFTER = UNTIL - timedelta(hours=1), UNTIL + timedelta(hours=1)


def leads(*ids: str, account: str | None = None, since: datetime | None = None) -> Any:
    """Leads of one instant."""
    return ibis.memtable(
        pa.table(
            {
                "lead_key": [f"crm|{each}" for each in ids],
                "customer_id": [f"customer:{each}" for each in ids],
                "account_id": pa.array([account] * len(ids), pa.string()),
                "organization_since": pa.array([since] * len(ids), pa.timestamp("us")),
                "until": pa.array([UNTIL] * len(ids), pa.timestamp("us")),
            }
        )
    )


def facts(contract: Contract, *told_: dict[str, Any]) -> Any:
    """Keyed facts of a contract."""
    schema = arrow_schema(contract)
    table = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in told_], schema=schema)
    return ibis.memtable(table.append_column("customer_id", pa.array([row["who"] for row in told_], pa.string())))


def listed(part: Part) -> dict[str, dict[str, Any]]:
    """Rows of a part by lead."""
    assert part.table is not None
    found = ibis.duckdb.connect().to_pyarrow(part.table).to_pylist()
    return {row["lead_key"].split("|")[1]: row for row in found}


def event(who: str, at: datetime, **more: Any) -> dict[str, Any]:
    """Something somebody did."""
    return {"who": f"customer:{who}", "occurred_at": at, "event": "view", "medium": "web"} | more


def test_events_count_up_to_the_instant() -> None:
    """Two before it and none after; who did nothing did nothing, and that is known."""
    done = facts(
        EVENTS,
        event("a", BEFORE, item="x", category="c", seconds=60.0, device="phone"),
        event("a", UNTIL, item="y", category="c", seconds=30.0, device="phone", medium="app"),
        event("a", AFTER, item="z", device="laptop"),
        event("stranger", BEFORE),
    )
    found = listed(did.events(leads("a", "b"), done))
    own = found["a"]
    assert (own["event_count"], own["web_events"], own["app_events"], own["items_seen"]) == (2, 1, 1, 2)
    assert (own["categories_seen"], own["event_days"], own["event_minutes"]) == (1, 1, 1.5)
    assert (own["main_device"], found["b"]["event_count"], found["b"]["main_device"]) == ("phone", 0, None)


def test_service_and_orders_count_up_to_the_instant() -> None:
    """Returns that were never placed are no orders."""
    contacts = facts(SERVICE_CONTACTS, *({"who": "customer:a", "contacted_at": at} for at in (BEFORE, AFTER)))
    assert listed(did.service(leads("a", "b"), contacts))["a"]["service_contacts"] == 1
    bought = facts(
        ORDERS,
        {"who": "customer:a", "ordered_at": BEFORE, "placed": True, "amount": Decimal(12)},
        {"who": "customer:a", "ordered_at": BEFORE, "placed": False, "amount": Decimal(-3)},
        {"who": "customer:a", "ordered_at": AFTER, "placed": True, "amount": Decimal(99)},
    )
    found = listed(did.orders(leads("a", "b"), bought))
    assert (found["a"]["orders_before"], found["a"]["spend_before"], found["b"]["spend_before"]) == (1, 12.0, 0.0)


def test_answers_to_offers_count_once_they_were_due() -> None:
    """When an offer was answered nobody tells: a week after it was made the answer is known, an hour after not."""
    offered = facts(
        TOUCHES,
        *(
            {"who": "customer:a", "touched_at": at, "arm": arm, "responded": True}
            for at, arm in (
                (UNTIL - timedelta(days=8), "treated"),
                (BEFORE, "treated"),
                (AFTER, "treated"),
                (UNTIL - timedelta(days=8), "holdout"),
            )
        ),
    )
    found = listed(did.offers(leads("a"), offered))["a"]
    assert (found["offers_received"], found["offers_answered"]) == (2, 1)


def test_technologies_count_from_the_day_after_they_were_seen() -> None:
    """Those of the organization too; of the very day it is not known whether it was before; undated ones are marked."""
    seen = facts(
        TECHNOLOGIES,
        *(
            {"who": who, "technology": name, "first_seen_on": day}
            for who, name, day in (
                ("customer:a", "crm", date(2024, 1, 14)),
                ("customer:a", "erp", date(2024, 1, 15)),
                ("customer:a", "cms", None),
                ("account:f", "crm", date(2023, 1, 1)),
                ("account:f", "bi", date(2023, 1, 1)),
            )
        ),
    )
    stack = stacks.technologies_then(leads("a", "b", account="account:f"), seen)
    found = ibis.duckdb.connect().to_pyarrow(stack.order_by("lead_key", "technology")).to_pylist()
    assert [(row["lead_key"], row["technology"], row["dated"]) for row in found] == [
        ("crm|a", "bi", True), ("crm|a", "cms", False), ("crm|a", "crm", True), ("crm|b", "bi", True),
        ("crm|b", "crm", True),
    ]  # fmt: skip
    part = stacks.stack_part(stack, [("cms", True), ("crm", False)])
    told_ = listed(part)
    assert [(told_[who]["technology_0"], told_[who]["technology_1"], told_[who]["stack_size"]) for who in "ab"] == [
        (1.0, 1.0, 3), (0.0, 1.0, 2),
    ]  # fmt: skip
    assert [(each.name, each.known) for each in part.offers] == [
        ("uses cms", "undated"), ("uses crm", "dated"), ("stack_size", "undated"),
    ]  # fmt: skip


def test_only_frequent_technologies_are_named() -> None:
    """From twenty leads on, the most frequent first, at most twelve."""
    uses = [(f"crm|{lead}", f"t{name:02}") for name in range(16) for lead in range(19 + name)]
    stack = pa.table({"lead_key": [lead for lead, _ in uses], "technology": [name for _, name in uses]})
    table = ibis.memtable(stack.append_column("dated", pa.array([True] * len(uses))))
    found = ibis.duckdb.connect().to_pyarrow(stacks.frequent(table)).to_pylist()
    assert [row["technology"] for row in found] == [f"t{name:02}" for name in range(15, 3, -1)]
    assert {row["undated"] for row in found} == {0}


def firm(**more: Any) -> Any:
    """Traits of one organization."""
    row = {"customer_id": "account:f", "ownership": "public", "yearly_growth": 0.3, "growth_until": 2023} | more
    return ibis.memtable(pa.Table.from_pylist([row]))


def entry(name: str, **more: Any) -> dict[str, Any]:
    """A row of the trait catalog."""
    plain = {"trait": name, "table_name": "firmographic_traits", "basis": "firmographic", "type": "text"}
    return plain | {"origin": "given", "data_class": "plain"} | more


@pytest.mark.parametrize(("since", "there"), [(None, True), (BEFORE, True), (AFTER, False)])
def test_organizations_known_later_were_not_known(since: datetime | None, there: bool) -> None:
    """An account that was put down at the sale tells nothing of the time before it; without a day it is undated."""
    part = told.organizations(firm(), leads("a", account="account:f", since=since), [entry("ownership")], ())
    assert ("a" in listed(part)) is there
    assert part.offers == (Offer("ownership", Basis.FIRMOGRAPHIC, "undated"),)


@pytest.mark.parametrize(("year", "growth"), [(2023, 0.3), (2024, None), (None, None)])
def test_growth_counts_once_its_last_year_was_over(year: int | None, growth: float | None) -> None:
    """Growth up to 2023 was known in January 2024, growth up to 2024 was not."""
    table = firm(growth_until=year).mutate(growth_until=ibis._.growth_until.cast("int64"))
    part = told.organizations(table, leads("a", account="account:f"), [entry("yearly_growth", type="number")], ())
    assert listed(part)["a"]["yearly_growth"] == growth
    assert part.offers[0].known == "dated"


def test_traits_without_a_date_are_marked_or_left_out() -> None:
    """Special categories, what was done, and what belongs to no basis never teach; moving and doubled ones are gone."""
    entries = [
        entry("language", basis="demographic"),
        entry("faith", basis="demographic", data_class="special"),
        entry("visits", basis="behavioral", type="integer"),
        entry("color", basis=None),
        entry("age_band", basis="demographic"),
        entry("known_on", basis="demographic", type="date"),
        entry("stack_size", basis="technographic", table_name="technographic_traits", origin="computed"),
        entry("skill", basis="technographic", table_name="technographic_traits"),
        entry("taken", basis="demographic"),
    ]
    names = {each["trait"]: ["x"] for each in entries}
    table = ibis.memtable(pa.table({"customer_id": ["customer:a"], **names}))
    part = told.persons(table, leads("a"), entries, ["taken"])
    assert [(each.name, each.reason is None) for each in part.offers] == [
        ("language", True), ("faith", False), ("visits", False), ("color", False), ("skill", True),
    ]  # fmt: skip
    assert set(listed(part)["a"]) == {"lead_key", "language", "skill"}


def test_a_role_put_down_after_the_look_names_no_company() -> None:
    """Roles from before the lead is looked at name its company, the newest of them; its own word comes first."""
    created = UNTIL - timedelta(days=14)
    people = [("a", None), ("b", None), ("c", None), ("d", "Own")]
    told_ = facts(
        LEADS,
        *(
            {"who": f"customer:{who}", "source": "crm", "lead_id": who, "created_at": created, "company": company}
            for who, company in people
        ),
    )
    firms = facts(
        ACCOUNTS, *({"who": "", "account_key": f"account:{name}", "name": name.upper()} for name in ("old", "new"))
    )
    roles = [
        ("a", "old", date(2023, 1, 1)), ("a", "new", date(2024, 1, 10)), ("b", "new", date(2024, 2, 1)),
        ("c", "old", None), ("d", "old", None),
    ]  # fmt: skip
    contacts = ibis.memtable(
        pa.table(
            {
                "account_id": [f"account:{firm_}" for _, firm_, _ in roles],
                "customer_id": [f"customer:{who}" for who, _, _ in roles],
                "since": pa.array([since for *_, since in roles], pa.date32()),
            }
        )
    )
    spec = LeadSpec(**WHEN)
    whole = with_company(told_, contacts, companies(firms, None), spec)
    found = ibis.duckdb.connect().to_pyarrow(whole.select("lead_id", "company")).to_pylist()
    assert {row["lead_id"]: row["company"] for row in found} == {"a": "new", "b": None, "c": "old", "d": "Own"}


def answer(form: str, days: float, question: str, value: object) -> dict[str, Any]:
    """One answer, so many days before the instant of leads."""
    score = float(value) if isinstance(value, int) else None
    told_ = {"who": "customer:a", "source": "panel", "survey_id": "s", "response_id": form, "question": question}
    return told_ | {"answer": str(value), "score": score, "answered_at": UNTIL - timedelta(days=days)}


def scored(engine: Engine, told_: list[dict[str, Any]], asked: Asked) -> tuple[Part, dict[str, dict[str, Any]]]:
    """What four leads had answered."""
    with engine.run("look", AS_OF) as run:
        then = did.before(leads(*"abcd"), facts(SURVEY_RESPONSES, *told_), "answered_at", undated=True)
        whole = run.engine.warehouse.bring(ibis.duckdb.connect().to_pyarrow(then))
        own = run.engine.warehouse.bring(ibis.duckdb.connect().to_pyarrow(leads(*"abcd")))
        part = answered(run, own, whole, asked, ())
        return part, {} if part.table is None else {row["lead_key"][-1]: row for row in run.rows(part.table)}


def test_organizations_are_known_by_name_or_by_their_number() -> None:
    """Case and blanks do not matter; of one name there is one row, known since the earliest of them."""
    told_ = facts(
        ACCOUNTS,
        {"who": "", "account_key": "account:1", "name": " Acme ", "industry": "retail", "known_since": AFTER},
        {"who": "", "account_key": "account:2", "name": "ACME", "known_since": BEFORE},
        {"who": "", "account_key": "account:Best", "employees": 7.0},
    )
    found = ibis.duckdb.connect().to_pyarrow(companies(told_, None).order_by("company_name")).to_pylist()
    assert [(row["company_name"], row["account_id"], row["industry"], row["employees"]) for row in found] == [
        ("acme", "account:1", "retail", None), ("best", "account:Best", None, 7.0),
    ]  # fmt: skip
    assert [row["organization_since"] for row in found] == [BEFORE, None]


def test_the_newest_answers_of_then_make_the_score(engine: Engine) -> None:
    """A second questionnaire before the instant counts, a third after it does not; who was not asked has no score."""
    forms = (("first", 9, 1), ("second", 2, 4), ("third", -6, 2))
    told_ = [
        answer(form, days, f"o{item}", 6 - points if item == 4 else points)
        for form, days, points in forms
        for item in range(1, 5)
    ]
    asked = Asked((ScaleSpec("openness", ("o1", "o2", "o3", "o4"), ("o4",)),), (), 0.5)
    part, found = scored(engine, told_, asked)
    assert (found["a"]["openness"], found["b"]["openness"]) == (4.0, None)
    assert part.offers == (Offer("openness", Basis.PSYCHOGRAPHIC, "dated"),)


def test_scales_are_scored_as_declared(engine: Engine) -> None:
    """Words stand for points, answers off the scale count as none, half of the items are needed; codes mean words."""
    told_ = [
        answer("f", 1, "p1", "often"), answer("f", 1, "p2", 3), answer("f", 1, "p3", 99),
        answer("f", 1, "q1", 5), answer("f", 1, "car", "b"),
    ]  # fmt: skip
    scales = (
        ScaleSpec("use", ("p1", "p2", "p3"), labels=(("often", 5.0),)),
        ScaleSpec("thin", ("q1", "q2", "q3")),
        ScaleSpec("doubtful", ("p1", "p2")),
        ScaleSpec("religion", ("q1",)),
        ScaleSpec("nowhere", ("z1",)),
    )
    answers = (
        AnswerSpec("drives", "car", codes=(("b", "bicycle"),)),
        AnswerSpec("party", "politics"),
        AnswerSpec("pet", "dog"),
    )
    part, found = scored(engine, told_, Asked(scales, answers, 0.5, frozenset({"doubtful"})))
    assert {name: found["a"][name] for name in ("use", "thin", "drives")} == {
        "use": 4.0, "thin": None, "drives": "bicycle",
    }  # fmt: skip
    reasons = {each.name: each.reason for each in part.offers}
    assert [name for name, reason in reasons.items() if reason is None] == ["use", "thin", "drives"]
    assert "do not agree" in str(reasons["doubtful"])
    assert "special category" in str(reasons["religion"])
    assert "special category" in str(reasons["party"])
    assert "No lead was asked" in str(reasons["nowhere"])
    assert "No lead was asked" in str(reasons["pet"])


def test_centered_scales_lose_the_own_mean(engine: Engine) -> None:
    """Who answers four questions with 5, 3, 1 and 3 has 3 on average: the first two make 4 less that mean."""
    given_ = {"a": (5, 3, 1, 3), "b": (3, 1, 3, 5), "c": (1, 3, 5, 3), "d": (3, 5, 3, 1)}
    told_ = [
        answer(who, 1, f"v{place}", points) | {"who": f"customer:{who}"}
        for who, each in given_.items()
        for place, points in enumerate(each, 1)
    ]
    _, found = scored(engine, told_, Asked((ScaleSpec("power", ("v1", "v2"), centered=True),), (), 0.5))
    assert {who: row["power"] for who, row in found.items()} == pytest.approx({"a": 1, "b": -1, "c": -1, "d": 1})


def test_without_any_answer_there_is_no_table(engine: Engine) -> None:
    """And every scale says why."""
    told_ = [answer("f", -1, "o1", 5)]
    part, found = scored(engine, told_, Asked((ScaleSpec("openness", ("o1",)),), (), 0.5))
    assert found == {}
    assert part.table is None
    assert part.usable == ()


def test_answers_without_a_time_are_undated(engine: Engine) -> None:
    """They count, and say that nobody knows since when; bases that are not asked for are not offered."""
    tables = lead_bases_worlds.world(60, seed=2)
    for row in tables["survey_responses"]:
        row["answered_at"] = None
    lead_bases_worlds.publish(engine, tables)
    lead_bases_worlds.refreshed(engine, bases=["psychographic", "needs"])
    found = {row["feature"]: (row["basis"], row["known"]) for row in rows(engine, "lead_features")}
    own = {"lead_source", "title_level", "title_function", "industry", "employees", "interest"}
    assert set(found) - own == {"openness", "hobby", "religion", "speed_importance", "speed_satisfaction"}
    assert {found[name][1] for name in found if name not in own} == {"undated"}
    assert {row["basis"] for row in rows(engine, "lead_bases")} == {each.value for each in Basis}


def test_surveys_with_any_answer_without_a_time_are_named() -> None:
    """One such answer is enough."""
    told_ = [answer("f", 1, "o1", 5), answer("f", 1, "o2", 5) | {"answered_at": None}]
    told_ += [answer("g", 1, "o1", 5) | {"survey_id": "t"}]
    found = ibis.duckdb.connect().to_pyarrow(undated_surveys(facts(SURVEY_RESPONSES, *told_)))
    assert found["survey_id"].to_pylist() == ["s"]


def test_ratings_of_needs_are_scales_of_one_item() -> None:
    """Importance and satisfaction, each with its question and the ends of the need."""
    made = ratings([NeedSpec("speed", "i", "s", lowest=0.0, highest=10.0)])
    assert [(each.name, each.items, each.lowest, each.highest, each.basis) for each in made] == [
        ("speed_importance", ("i",), 0.0, 10.0, Basis.NEEDS), ("speed_satisfaction", ("s",), 0.0, 10.0, Basis.NEEDS),
    ]  # fmt: skip


def test_parts_are_joined_by_lead() -> None:
    """Everybody stays, once; a part without features changes nothing."""
    told_ = ibis.memtable(pa.table({"lead_key": ["crm|a"], "x": [1], "secret": [2]}))
    part = Part(told_, (Offer("x", None, "dated"),))
    whole = joined(leads("a", "b").select("lead_key"), [part, Part(None, ())])
    found = ibis.duckdb.connect().to_pyarrow(whole.order_by("lead_key")).to_pylist()
    assert found == [{"lead_key": "crm|a", "x": 1}, {"lead_key": "crm|b", "x": None}]


def look(known: str, values: list[Any], came: list[float]) -> Any:
    """One feature, looked at."""
    offer = Offer("x", Basis.DEMOGRAPHIC, known)  # type: ignore[arg-type]
    return looked_at([offer], {"x": values}, np.array(came), np.ones(len(came), dtype=bool))[0]


def test_being_told_teaches_only_what_has_a_date() -> None:
    """Gaps of an undated column are filled by its mean, those of a dated one stay gaps."""
    values = [1.0, None, 3.0, None] * 30
    came = [1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0] * 15
    undated, dated = (look(known, values, came).block[0][1] for known in ("undated", "dated"))
    assert undated[:4].tolist() == [1.0, 2.0, 3.0, 2.0]
    assert np.isnan(dated[[1, 3]]).all()


@pytest.mark.parametrize(
    ("converted", "others", "refused"), [(0.9, 0.3, True), (0.3, 0.9, True), (0.55, 0.5, False), (0.9, 0.85, False)]
)
def test_an_undated_column_told_far_more_often_of_one_outcome_is_refused(
    converted: float, others: float, refused: bool
) -> None:
    """Either way round, beyond ten points and beyond chance; a dated column with the same gaps is not refused."""
    size = 400
    values = [1.0 * (at % 7) if at < share * size else None for share in (converted, others) for at in range(size)]
    came = [1.0] * size + [0.0] * size
    assert look("undated", values, came).leaks is refused
    assert not look("dated", values, came).leaks


def test_gaps_of_few_leads_are_chance() -> None:
    """Nine converted leads tell nothing of gaps."""
    assert not look("undated", [1.0, 2.0, 3.0] * 3 + [None] * 50 + [1.0] * 50, [1.0] * 9 + [0.0] * 100).leaks


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=30), st.sampled_from(["dated", "undated"])
)
def test_every_feature_is_used_or_says_why_not(values: list[int | None], known: str) -> None:
    """Columns have a number for each lead; undated ones have no gaps; who was told counts as a share."""
    found = look(known, values, [float(at % 2) for at in range(len(values))])
    assert (found.reason is None) == bool(found.block)
    assert found.share == pytest.approx(sum(each is not None for each in values) / len(values))
    for _, column in found.block:
        assert column.size == len(values)
        assert known == "dated" or not np.isnan(column).any()
    assert is_number(values) == any(each is not None for each in values)
