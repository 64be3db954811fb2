"""Kinds beside the buyer: payers and users, renewal, internal customers, contributors, referrals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine, arrow_schema
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.kinds.internal import require_value_applies
from segmentry.profiles.kinds.referrals import Referrals, counted_referrals, engagement_rows
from segmentry.profiles.kinds.spec import KindsSpec
from segmentry.profiles.run_kinds import publish as publish_kinds
from segmentry.profiles.run_kinds import publish_engagement
from segmentry.terms.canonical import ORDER_LINES, PARTY_KINDS
from segmentry.terms.errors import EstimationError, SettingsError
from segmentry.terms.tables import Column, ColumnType, Contract
from tests.rooms.profiles.account_worlds import Rows, day, load, moment, publish, publish_accounts, rows, traits
from tests.rooms.shops import AS_OF, LAST, arrow, line

BEFORE = (publish_accounts, AccountSpec(AS_OF, LAST, "EUR"))
SPEC = KindsSpec(AS_OF, LAST, "EUR", waiting_target=10.0)


def contract(payer: str, user: str | None = None, start: int = 400, **told: Any) -> dict[str, Any]:
    return {"party_key": payer, "user_key": user, "started_on": day(start)} | told


def rating(who: str, points: float, number: int = 5, kind: str | None = "nps", **told: Any) -> dict[str, Any]:
    return {"party_key": who, "rating": points, "given_at": moment(number), "kind": kind} | told


def meter(who: str, month: int, quantity: float) -> dict[str, Any]:
    """One of six periods of thirty days, the newest being 0."""
    start, end = moment(30 * month + 29), moment(30 * month - 1)
    return {"party_key": who, "metric": "calls", "quantity": quantity, "period_start": start, "period_end": end}


def metered(who: str, now: float, before: float) -> Rows:
    return [meter(who, month, now if month <= 2 else before) for month in range(1, 7)]


CONTRACTS: Rows = [
    contract("parent", "child", amount=Decimal(10), term_months=1, renews_on=day(-20)),
    contract("firm", "worker", amount=Decimal(1200), term_months=12, renews_on=day(-50)),
    contract("firm", "other worker", 100, amount=Decimal(10), term_months=1, renews_on=day(-200)),
    contract("calm", renews_on=day(-300)),
    contract("unseen", renews_on=day(-10)),
    contract("happy", renews_on=day(-10)),
    contract("ended", ended_on=day(3)),
    contract("ends today", ended_on=day(0)),
    contract("canceled", status="Canceled"),
    contract("backward", start=10, ended_on=day(20)),
    contract("future", start=-3),
    contract("mixed", amount=Decimal(5), term_months=1),
    contract("mixed", amount=Decimal(5), term_months=1, currency="USD"),
    contract("overdue", renews_on=day(30)),
    contract("fresh", start=40, renews_on=day(-10)),
]

FEEDBACK: Rows = [
    rating("child", 2),
    rating("parent", 10),
    rating("worker", 9, 200),
    rating("worker", 2, 20),
    rating("other worker", 4, 3),
    rating("approver", 10, 3),
    rating("happy", 5, kind="csat"),
    rating("happy", 1, 400, kind="csat"),
    rating("happy", 3, -2, kind="csat"),
    rating("off", 42),
    rating("seller", 1, kind="remark", author="sales"),
    rating("unscaled", 3, kind="review"),
    rating("scaled", 3, kind="review", scale_low=1.0, scale_high=5.0),
    rating("clerk", 4, kind="csat"),
    rating("only contact", 8),
]

USAGE: Rows = [
    *metered("worker", 5.0, 10.0),
    *metered("other worker", 5.0, 6.0),
    *metered("happy", 10.0, 10.0),
    *[row for row in metered("child", 9.0, 9.0) if row["period_start"] < moment(91)],
    meter("fresh", 1, 5.0),
    meter("calm", 0, 1000.0),
]

SERVICE: Rows = [
    {"party_key": "clerk", "contacted_at": moment(number), "waiting_minutes": waited, "handling_minutes": 5.0}
    for number, waited in ((1, 5.0), (2, 10.0), (3, 30.0), (4, None), (-1, 500.0))
]


def made(who: str, what: str, accepted: bool | None, users: int, revenue: int = 0, **told: Any) -> dict[str, Any]:
    brought = {"users_attracted": users, "revenue_caused": Decimal(revenue)}
    return {"party_key": who, "contribution": what, "accepted": accepted, **brought, **told}


CONTRIBUTIONS: Rows = [
    made("maker", "app", True, 40, 100),
    made("maker", "idea", False, 900, 900),
    made("maker", "idea", None, 7, 7),
    made("maker", "app", True, 5, contributed_at=moment(-1)),
    made("refused", "text", False, 3),
]

REFERRALS: Rows = [
    {"referrer_key": "fan", "party_key": "friend", "would_have_come": False, "saved_cost": Decimal(20)},
    {"referrer_key": "fan", "party_key": "neighbor", "would_have_come": True, "saved_cost": Decimal(20)},
    {"referrer_key": "late", "party_key": "friend", "referred_at": moment(1)},
    {"referrer_key": "vain", "party_key": "vain"},
    {"referrer_key": "fan", "party_key": "tomorrow", "referred_at": moment(-1)},
]
REFERRALS[0]["referred_at"] = moment(50)

CONTACTS: Rows = [
    {"account_key": "firm", "party_key": "approver", "role": "approver"},
    {"account_key": "small", "party_key": "only contact", "role": "buyer"},
]


@pytest.fixture(scope="module")
def world() -> Iterator[Engine]:
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            load(
                run,
                subscriptions=CONTRACTS,
                feedback=FEEDBACK,
                usage=USAGE,
                service_contacts=SERVICE,
                contributions=CONTRIBUTIONS,
                referrals=REFERRALS,
                account_contacts=CONTACTS,
            )
        with engine.run("load") as run:
            kinds = run.rows(run.table("party_kinds"))
            clerk = {"party_key": "clerk", "kind": "internal", "evidence": "customers"}
            former = {"party_key": "former clerk", "kind": "internal", "evidence": "customers", "until": moment(9)}
            run.publish(PARTY_KINDS, arrow(PARTY_KINDS, [*kinds, clerk, former]))
        publish(engine, publish_kinds, SPEC, BEFORE)
        yield engine


@pytest.fixture(scope="module")
def parties(world: Engine) -> dict[str, dict[str, Any]]:
    return traits(world, "kinds_traits")


def test_value_is_the_payers_and_satisfaction_the_users(parties: dict[str, dict[str, Any]]) -> None:
    """A parent pays ten, the child gives two of ten: the rating of who only pays is nobody's satisfaction."""
    assert (parties["parent"]["paid_for_others"], parties["parent"]["users_paid_for"]) == (Decimal(10), 1)
    assert (parties["parent"]["users_satisfaction"], parties["parent"]["users_rated"]) == (pytest.approx(0.2), 1)
    assert (parties["child"]["other_payers"], parties["child"].get("paid_for_others")) == (1, None)


def test_users_of_an_account_count_once_each_with_their_latest_word(parties: dict[str, dict[str, Any]]) -> None:
    """Two workers at 2 and 4 of ten; the approver, who uses nothing, does not count."""
    firm = parties["firm"]
    assert firm["users_satisfaction"] == pytest.approx(0.3)
    assert (firm["users_rated"], firm["satisfaction_of"]) == (2, "users")


def test_contacts_speak_where_no_user_has(parties: dict[str, dict[str, Any]]) -> None:
    """The only word on the firm is its buyer's, and it is told that it is no user's."""
    small = parties["small"]
    assert (small["users_satisfaction"], small["satisfaction_of"]) == (pytest.approx(0.8), "contacts")


def test_ratings_count_on_their_own_scale(world: Engine, parties: dict[str, dict[str, Any]]) -> None:
    """Off the scale is told and not counted; the newest inside a year counts, tomorrow's does not."""
    assert parties["happy"]["users_satisfaction"] == 1.0
    told = [(row["customer_id"], row["given"]) for row in rows(world, "kinds_findings") if "rating" in row["finding"]]
    assert told == [("off", "42.0")]


def test_contracts_run_until_they_end(parties: dict[str, dict[str, Any]]) -> None:
    """Their last day past, canceled by their status, begun in the future, or turned round: none of them runs."""
    running = {
        name: parties[name]["running_contracts"] for name in ("parent", "ended", "ends today", "canceled", "firm")
    }
    assert running == {"parent": 1, "ended": 0, "ends today": 0, "canceled": 0, "firm": 2}
    assert "future" not in parties
    assert "backward" not in parties


def test_a_contract_that_ended_before_it_began_is_told(world: Engine) -> None:
    """With who pays and its number."""
    told = [row["customer_id"] for row in rows(world, "kinds_findings") if row["finding"].startswith("contract")]
    assert told == ["backward"]


def test_terms_amounts_and_renewals(parties: dict[str, dict[str, Any]]) -> None:
    """Yearly amounts of all terms, the next renewal, the longest term; currencies are never added."""
    firm = parties["firm"]
    assert (firm["contract_yearly_amount"], firm["contract_term_months"]) == (1320.0, 12)
    assert (firm["next_renewal_on"], firm["days_to_renewal"]) == (day(-50), 50)
    assert (firm["contract_since"], firm["contract_days"], firm["contract_users"]) == (day(400), 400, 2)
    assert "contract_yearly_amount" not in parties["mixed"]
    assert "days_to_renewal" not in parties["overdue"]


def test_usage_is_rolled_up_to_who_pays(parties: dict[str, dict[str, Any]]) -> None:
    """Ten a month of both workers now, sixteen before; who stopped altogether fell by all; a newcomer by nothing."""
    assert (parties["firm"]["usage_now"], parties["firm"]["usage_before"]) == (pytest.approx(20 / 2), pytest.approx(16))
    assert parties["firm"]["usage_change"] == pytest.approx(10 / 16 - 1)
    assert parties["parent"]["usage_change"] == -1.0
    assert parties["happy"]["usage_change"] == 0.0
    assert "usage_change" not in parties["fresh"]
    assert "usage_now" not in parties["calm"] or parties["calm"]["usage_now"] == 0.0


def test_the_risk_at_renewal_is_a_rule_with_its_parts(parties: dict[str, dict[str, Any]]) -> None:
    """Both parts, none, not due, and nothing known; the reasons say which."""
    risk = {name: parties[name]["renewal_risk"] for name in ("firm", "parent", "happy", "calm", "unseen")}
    assert risk == {"firm": "high", "parent": "high", "happy": "low", "calm": "not_due", "unseen": "unjudged"}
    assert parties["firm"]["renewal_risk_reasons"] == (
        "contract ends in 50 days; usage fell by 38 %; satisfaction of users 30 of 100"
    )
    assert parties["happy"]["renewal_risk_reasons"] == "contract ends in 10 days"
    assert "renewal_risk_reasons" not in parties["calm"]
    assert "renewal_risk" not in parties["canceled"]
    assert (parties["happy"]["usage_falling"], parties["happy"]["satisfaction_low"]) == (False, False)


def test_internal_customers_have_service_levels_and_satisfaction(parties: dict[str, dict[str, Any]]) -> None:
    """Two of three cases within ten minutes; no target for handling is declared, so there is no level of it."""
    clerk = parties["clerk"]
    assert (clerk["internal_cases"], clerk["internal_mean_waiting"]) == (4, 15.0)
    assert clerk["waiting_level"] == pytest.approx(2 / 3)
    assert "handling_level" not in clerk
    assert clerk["internal_satisfaction"] == pytest.approx(0.75)
    assert "former clerk" not in parties
    assert not any("internal_cases" in row for name, row in parties.items() if name != "clerk")


@pytest.mark.parametrize(
    ("kinds", "refused"), [(["internal"], True), (["internal", "buyer"], False), (["buyer"], False)]
)
def test_a_lifetime_value_of_an_internal_customer_is_refused(kinds: list[str], refused: bool) -> None:
    """It raises, and is not 0; an employee who buys has the value of what is bought."""
    if not refused:
        require_value_applies("clerk", kinds)
        return
    with pytest.raises(EstimationError) as caught:
        require_value_applies("clerk", kinds)
    assert caught.value.code == "CLV_INTERNAL"


def test_contributors_are_valued_by_what_was_accepted(parties: dict[str, dict[str, Any]]) -> None:
    """Refused and undecided ones add nothing, nor do tomorrow's."""
    maker = parties["maker"]
    assert (maker["contributions_made"], maker["contributions_accepted"], maker["acceptance_share"]) == (3, 1, 0.5)
    assert (maker["contribution_users"], maker["contribution_revenue"]) == (40, Decimal(100))
    refused = parties["refused"]
    assert (refused["contribution_users"], refused["contribution_revenue"]) == (0, Decimal(0))


def test_referrals_count_once(world: Engine, parties: dict[str, dict[str, Any]]) -> None:
    """The earliest counts; later ones, those of oneself and tomorrow's do not, and are told where they cannot be."""
    assert (parties["fan"]["referrals_made"], parties["fan"]["referrals_incremental"]) == (2, 1)
    assert parties["friend"]["referred"] is True
    assert "vain" not in parties
    told = {
        (row["finding"], row["given"]) for row in rows(world, "kinds_findings") if row["finding"].startswith("referred")
    }
    assert told == {("referred again", "late"), ("referred oneself", "vain")}


REFERRAL = st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([None, True, False]), st.integers(0, 50))


@given(st.lists(REFERRAL, max_size=14), st.dictionaries(st.integers(0, 6), st.integers(0, 99), max_size=7))
@settings(max_examples=100, deadline=None)
def test_attributed_value_is_conserved(told: list[tuple[int, int, bool | None, int]], clv: dict[int, int]) -> None:
    """The sum over everybody is the sum of values, saved costs and knowledge, whoever brought whom, in circles too."""
    referrals = counted_referrals(
        [
            {
                "referrer_id": f"c{by}",
                "customer_id": f"c{who}",
                "referred_at": moment(when),
                "would_have_come": anyway,
                "saved_cost": Decimal(5),
            }
            for by, who, anyway, when in told
        ]
    )
    values = {f"c{who}": float(value) for who, value in clv.items()}
    found = engagement_rows(values, referrals, {"c0": 7.0}, 1.0)
    own = sum(values.get(row["customer_id"], 0.0) for row in found)
    assert sum(row["engagement_value"] for row in found) == pytest.approx(own + 5 * len(referrals.by) + 7.0)


def test_no_referrals_and_no_knowledge_change_nothing() -> None:
    """Then nobody has a row of his own."""
    assert engagement_rows({"a": 5.0}, Referrals({}, ()), {}, 1.0) == []


VALUE = Contract(
    "customer_value",
    "one customer",
    ("customer_id",),
    tuple(
        Column(name, kind, "Value.")
        for name, kind in (
            ("customer_id", ColumnType.TEXT),
            ("clv", ColumnType.NUMBER),
            ("expected_discounted_revenue", ColumnType.NUMBER),
        )
    ),
)


def test_engagement_value_joins_the_three(engine: Engine) -> None:
    """The friend would not have come: the value moves to the fan; the neighbor would: only the saved cost counts."""
    with engine.run("load") as run:
        load(run, referrals=REFERRALS, contributions=CONTRIBUTIONS)
        values = {"friend": 50.0, "neighbor": 30.0, "fan": 10.0, "stranger": 4.0}
        told = [{"customer_id": name, "clv": value} for name, value in values.items()]
        run.publish(VALUE, pa.Table.from_pylist(told, schema=arrow_schema(VALUE)))
    catalog = publish(engine, publish_engagement, KindsSpec(AS_OF, LAST, contribution_share=0.5))
    found = traits(engine, "engagement_value_traits")
    fan = found["fan"]
    assert (fan["own_value"], fan["referral_value"], fan["knowledge_value"]) == (10.0, 90.0, 0.0)
    assert fan["engagement_value"] == 100.0
    assert (found["friend"]["own_value"], found["neighbor"]["own_value"]) == (0.0, 30.0)
    assert found["stranger"]["engagement_value"] == 4.0
    assert found["maker"]["engagement_value"] == 50.0
    assert "own_value" not in found["maker"]
    total = sum(row["engagement_value"] for row in found.values())
    assert total == pytest.approx(sum(values.values()) + 40.0 + 50.0)
    columns = set(engine.table("engagement_value_traits").columns)
    assert {trait.name for trait in catalog.traits} == columns - {"customer_id"}


def test_a_gift_has_a_buyer_a_payer_and_a_user(engine: Engine) -> None:
    """Order lines tell who is given what: revenue is the buyer's, the use the receiver's, empty cells mean oneself."""
    told = [
        line("customer:ann", day(5), 40, order_id="o1", given_recipient="bob"),
        line("customer:ann", day(4), 10, order_id="o2", given_recipient=None),
        line("customer:ann", day(-1), 99, order_id="o3", given_recipient="bob"),
    ]
    with engine.run("load") as run:
        run.publish(ORDER_LINES, arrow(ORDER_LINES, told))
        load(run, feedback=[rating("customer:bob", 10)])
    publish(engine, publish_kinds, KindsSpec(AS_OF, LAST))
    roles = {
        row["purchase_id"]: (row["buyer_id"], row["payer_id"], row["user_id"]) for row in rows(engine, "purchase_roles")
    }
    ann, bob = "customer:ann", "customer:bob"
    assert roles == {"o1": (ann, ann, bob), "o2": (ann, ann, ann)}
    found = traits(engine, "kinds_traits")
    assert (found[ann]["paid_for_others"], found[ann]["users_paid_for"]) == (Decimal(40), 1)
    assert found[bob]["other_payers"] == 1


def test_declared_columns_that_do_not_exist_are_told_at_once(engine: Engine) -> None:
    """Both of them, in one error."""
    with engine.run("load") as run:
        run.publish(ORDER_LINES, arrow(ORDER_LINES, [line("a", day(5), 40, given_recipient="b")]))
        load(run, feedback=[rating("a", 10)])
    spec = KindsSpec(AS_OF, LAST, user_column="recipent", payer_column="nowhere")
    with pytest.raises(SettingsError) as caught:
        publish(engine, publish_kinds, spec)
    assert [each.code for each in caught.value.problems] == ["COLUMN_UNKNOWN"] * 2


def test_the_catalog_names_exactly_the_columns_that_are_published(engine: Engine) -> None:
    """No trait without its column and no column without its trait."""
    with engine.run("load") as run:
        load(
            run,
            subscriptions=CONTRACTS,
            feedback=FEEDBACK,
            usage=USAGE,
            contributions=CONTRIBUTIONS,
            referrals=REFERRALS,
        )
    catalog = publish(engine, publish_kinds, SPEC)
    assert {trait.name for trait in catalog.traits} == set(engine.table("kinds_traits").columns) - {"customer_id"}


def test_nothing_is_published_of_mere_buyers(engine: Engine) -> None:
    """Events alone tell no kind."""
    with engine.run("load") as run:
        load(run, events=[{"party_key": "ann", "occurred_at": moment(1), "event": "view"}])
    assert not publish(engine, publish_kinds, SPEC).traits
    assert not engine.has("kinds_traits")


def test_settings_tell_all_mistakes_at_once() -> None:
    """Shares between 0 and 1, days above 0, known names."""
    wrong = {"usage_drop": 2.0, "renewal_days": 1.5, "waiting_targt": 3}
    with pytest.raises(SettingsError) as caught:
        KindsSpec.from_settings(wrong, as_of=AS_OF, last_day=LAST)
    assert len(caught.value.problems) == 3
    assert KindsSpec.from_settings({"waiting_target": 5}, as_of=AS_OF, last_day=LAST).waiting_target == 5
