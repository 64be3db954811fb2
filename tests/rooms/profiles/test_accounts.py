"""Organizations: groups, buying centers, silence, chances of a sale, and what is rolled up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.profiles.accounts.roles import ROLES, role_of
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.tables import IDENTITY
from segmentry.terms.errors import SettingsError
from segmentry.terms.tables import ColumnType, Contract
from segmentry.terms.vocabulary import Basis, DataClass
from tests.rooms.profiles.account_worlds import Rows, day, load, moment, publish, publish_accounts, rows, traits
from tests.rooms.shops import AS_OF, LAST, arrow, order

SPEC = AccountSpec(AS_OF, LAST, "EUR")


def account(key: str, parent: str | None = None, **told: Any) -> dict[str, Any]:
    return {"account_key": key, "parent_key": parent} | told


def contact(firm: str, person: str, role: str | None, **told: Any) -> dict[str, Any]:
    return {"account_key": firm, "party_key": person, "role": role} | told


def sale(firm: str | None, stage: str, opened: int, closed: int | None = None, **told: Any) -> dict[str, Any]:
    ends = None if closed is None else day(closed)
    return {"account_key": firm, "stage": stage, "opened_on": day(opened), "closed_on": ends} | told


def known(engine: Engine, spec: AccountSpec = SPEC, **tables: Rows) -> dict[str, dict[str, Any]]:
    with engine.run("load") as run:
        load(run, **tables)
    publish(engine, publish_accounts, spec)
    return traits(engine, "account_traits")


ACCOUNTS = [
    account("top", employees=100.0, revenue=Decimal(10)),
    account("mid", "top", employees=50.0, revenue=Decimal(5)),
    account("low", "mid", employees=7.0, revenue=Decimal(1)),
    account("alone", employees=3.0, revenue=Decimal(2)),
    account("half", employees=100.0, revenue=Decimal(10)),
    account("dark", "half", revenue=Decimal(5), currency="USD"),
    *(account(one, other) for one, other in (("ring1", "ring3"), ("ring2", "ring1"), ("ring3", "ring2"))),
    account("own", "own"),
    account("tail", "ring3"),
    account("x", "mother", employees=5.0),
    account("y", "mother", employees=6.0),
    account("holding"),
    account("daughter", "holding"),
    account("else"),
]

CONTACTS = [
    contact("few", "few1", "user"),
    contact("few", "few2", "buyer"),
    *(contact("three", "tri", role) for role in ("user", "decider", "approver")),
    contact("second", "tri", "user"),
    *(contact("full", f"full {role}", role) for role in ROLES),
    contact("dated", "old", "decider", started_on=day(900), ended_on=day(1)),
    contact("dated", "last", "gatekeeper", started_on=day(900), ended_on=day(0)),
    contact("dated", "new", "buyer", started_on=day(-5)),
    contact("dated", "now", "user", started_on=day(0)),
    contact("odd", "odd1", "decider", started_on=day(10), ended_on=day(20)),
    contact("odd", "odd", "user"),
    contact("odd", "odd2", "buyer", started_on=day(50)),
    contact("odd", "odd2", "buyer", started_on=day(50), ended_on=day(40)),
    contact("odd", "odd3", "wizard"),
    contact("odd", "odd4", "gatekeepr"),
    contact("odd", "odd5", None),
    contact("odd", "odd5", "user"),
    contact("signs", "loud", "user", started_on=day(500)),
    contact("signs", "quiet", "decider", started_on=day(500)),
    contact("signs", "fresh", "buyer", started_on=day(3)),
    contact("gone", "never", "user"),
    contact("ahead", "tomorrow", "user", started_on=day(400)),
    *(contact("kinds", name, "user", started_on=day(400)) for name in ("called", "mailed", "held", "bought")),
    *(contact("busy", "ann", role) for role in ("user", "decider")),
    contact("busy", "bob", "user"),
    contact("daughter", "buys", "buyer"),
    contact("holding", "two", "user"),
    contact("else", "two", "user"),
]

TITLES = {
    "Chief Financial Officer": ("executive", "finance"),
    "VP, Marketing": ("vice_president", "marketing"),
    "Vice President of Sales": ("vice_president", "sales"),
    "Head of IT": ("director", "information_technology"),
    "Purchasing Manager": ("manager", "procurement"),
    "Nurse": ("staff", "other"),
    "Italian Editor": ("staff", "other"),
}

SALES = [
    sale("seller", "Won", 100, 60, amount=Decimal(500), product_id="A"),
    sale("seller", "Closed Lost", 90, 70),
    sale("seller", "closed_won", 50, 20, amount=Decimal(300), product_id="B"),
    sale("seller", "Negotiation", 15, None, amount=Decimal(50)),
    sale("seller", "Prospecting", 5),
    sale(None, "Proposal", 9),
    sale("later", "Won", 9, -1),
    sale("later", "Won", -1, -2),
    sale("wrong", "Won", 10, 20),
    sale("told", "won", 50, 40, buy_class="New Business"),
    sale("told", "won", 30, 20, buy_class="Renewal"),
    sale("daughter", "won", 9, 5, amount=Decimal(70)),
    sale("abroad", "won", 9, 5, amount=Decimal(70), currency="USD"),
    sale("abroad", "won", 9, 4, amount=Decimal(70)),
    sale("abroad", "open", 9, amount=Decimal(7), currency="USD"),
    sale("holding", "open", 3),
]

BUY_CLASSES: dict[str, tuple[list[tuple[str | None, int]], str | None]] = {
    "first": ([("A", 50)], "new_task"),
    "again": ([("A", 50), ("A", 20)], "straight_rebuy"),
    "other": ([("A", 50), ("B", 20)], "modified_rebuy"),
    "back": ([("A", 80), ("B", 50), ("A", 20)], "straight_rebuy"),
    "unnamed": ([(None, 50), (None, 20)], None),
    "one": ([(None, 50)], "new_task"),
}


def event(party: str, number: int) -> dict[str, Any]:
    return {"party_key": party, "occurred_at": moment(number), "event": "view"}


TOUCH = {"campaign_id": "c", "touched_at": moment(1)}

TABLES: dict[str, Rows] = {
    "accounts": ACCOUNTS,
    "account_contacts": CONTACTS + [contact("titles", title, "user", title=title) for title in TITLES],
    "opportunities": SALES
    + [
        sale(firm, "won", closed + 5, closed, product_id=product)
        for firm, (won, _) in BUY_CLASSES.items()
        for product, closed in won
    ],
    "events": [event("loud", 2), event("quiet", 90), event("tomorrow", -1)],
    "touches": [TOUCH | {"party_key": "mailed", "arm": "treated"}, TOUCH | {"party_key": "held", "arm": "holdout"}],
    "service_contacts": [
        {"party_key": "called", "contacted_at": moment(1)},
        {"party_key": "bob", "contacted_at": moment(1), "waiting_minutes": 8.0},
    ],
    "orders": [
        order("bought", day(1)),
        order("ann", day(5), 30),
        order("bob", day(9), 12),
        order("ann", day(-2), 999),
        order("buys", day(4), 40),
        order("two", day(4), 1000),
        order("holding", day(2), 5),
    ],
}


@dataclass(frozen=True)
class World:
    """What was published of all the cases above."""

    engine: Engine
    catalog: TraitCatalog
    accounts: dict[str, dict[str, Any]]
    contacts: dict[str, dict[str, Any]]

    def table(self, name: str, **where: str) -> Rows:
        return [row for row in rows(self.engine, name) if all(row[key] == value for key, value in where.items())]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with Engine.in_memory() as engine:
        with engine.run("load") as run:
            load(run, **TABLES)
        catalog = publish(engine, publish_accounts, SPEC)
        yield World(engine, catalog, traits(engine, "account_traits"), traits(engine, "contact_traits"))


def test_figures_add_up_over_the_whole_group(world: World) -> None:
    """Three levels are one group; staff and revenue are those of all members at every member."""
    found = world.accounts
    sums = {name: found[name]["group_employees"] for name in ("top", "mid", "low", "alone")}
    assert sums == {"top": 157.0, "mid": 157.0, "low": 157.0, "alone": 3.0}
    assert found["low"]["group_revenue"] == Decimal(16)
    assert (found["top"]["subsidiaries"], found["mid"]["subsidiaries"], found["low"]["subsidiaries"]) == (1, 1, 0)
    assert (found["low"]["group_level"], found["low"]["group_levels"]) == (2, 3)
    assert (found["top"]["group_top"], found["mid"]["group_top"]) == (True, False)


def test_a_sum_with_an_unknown_part_is_unknown(world: World) -> None:
    """One member without staff: the group's staff is not what the others have; two currencies make no sum."""
    found = world.accounts["half"]
    assert "group_employees" not in found
    assert "group_revenue" not in found
    assert found["group_accounts"] == 2


def test_circles_are_cut_and_told(world: World) -> None:
    """A owns B owns C owns A, and D owns itself: each loses one link, everybody has a place, and it is told."""
    groups = {row["customer_id"]: (row["group_id"], row["level"]) for row in world.table("account_hierarchy")}
    assert {name: groups[name] for name in ("ring1", "ring2", "ring3", "tail", "own")} == {
        "ring1": ("ring1", 0), "ring2": ("ring1", 1), "ring3": ("ring1", 2), "tail": ("ring1", 3), "own": ("own", 0),
    }  # fmt: skip
    told = {row["customer_id"] for row in world.table("account_findings", finding="circle of parents")}
    assert told == {"ring1", "own"}
    assert world.accounts["ring1"]["group_accounts"] == 4


def test_a_parent_that_nobody_describes_still_makes_a_group(world: World) -> None:
    """Two daughters of an unlisted mother are one group, the mother is told and no figure of the group is."""
    found = world.accounts["x"]
    assert found["group_accounts"] == 3
    assert "group_employees" not in found
    told = world.table("account_findings", finding="parent not listed")
    assert [(row["customer_id"], row["rows"]) for row in told] == [("mother", 2)]


def test_coverage_says_which_roles_nobody_fills(world: World) -> None:
    """Two of seven roles are known; the five others are named, and no decider is."""
    found = world.accounts["few"]
    assert (found["buying_roles_known"], found["contacts_known"]) == (2, 2)
    assert found["buying_center_coverage"] == pytest.approx(2 / 7)
    assert found["missing_roles"] == "initiator, influencer, decider, approver, gatekeeper"
    assert found["decider_known"] is False
    covered = {row["role"]: row["state"] for row in world.table("account_coverage", customer_id="few")}
    assert {role for role, state in covered.items() if state != "unknown"} == {"user", "buyer"}
    assert covered.keys() == set(ROLES)


def test_an_organization_without_contacts_misses_all_roles(world: World) -> None:
    """Contacts are told, but none of it: nobody is known there, which is known."""
    found = world.accounts["top"]
    assert (found["contacts_known"], found["buying_center_coverage"]) == (0, 0.0)
    assert found["missing_roles"] == ", ".join(ROLES)
    assert "account_silent" not in found


def test_one_person_may_hold_three_roles_and_belong_to_two_firms(world: World) -> None:
    """Many to many: one person counts once, its roles three times."""
    found = world.accounts["three"]
    assert (found["contacts_known"], found["buying_roles_known"]) == (1, 3)
    person = world.contacts["tri"]
    assert (person["buying_roles"], person["organizations"]) == (3, 2)
    assert person["buying_role_names"] == "user, decider, approver"


def test_a_full_buying_center_misses_nothing(world: World) -> None:
    """All seven roles: coverage one, and the list of missing roles is empty, not a blank text."""
    assert world.accounts["full"]["buying_center_coverage"] == 1.0
    assert "missing_roles" not in world.accounts["full"]


def test_roles_hold_from_their_first_through_their_last_day(world: World) -> None:
    """Over yesterday, over with today, not yet begun and begun today; the keyed table keeps all four."""
    assert world.accounts["dated"]["missing_roles"] == "initiator, influencer, decider, buyer, approver"
    keyed = world.table("account_contacts_keyed", account_id="dated")
    assert {row["customer_id"]: (row["since"], row["until"]) for row in keyed} == {
        "old": (day(900), day(1)), "last": (day(900), day(0)), "new": (day(-5), None), "now": (day(0), None),
    }  # fmt: skip


def test_contradictory_roles_are_settled_and_told(world: World) -> None:
    """Ended before it began, its own contact, both ended and lasting, unknown words, and a slip of the pen."""
    keyed = world.table("account_contacts_keyed", account_id="odd")
    assert {(row["customer_id"], row["role"], row["until"]) for row in keyed} == {
        ("odd2", "buyer", None), ("odd3", None, None), ("odd4", "gatekeeper", None), ("odd5", "user", None),
    }  # fmt: skip
    assert world.accounts["odd"]["contacts_known"] == 4
    told = {(row["finding"], row["given"], row["decision"]) for row in world.table("account_findings")}
    assert {
        ("role ended before it began", "odd as decider", "the row is not counted"),
        ("organization is its own contact", "odd as user", "the row is not counted"),
        ("role both ended and lasting", "odd as buyer", "it is taken to last"),
        ("unknown role", "wizard", "the role counts as unknown"),
        ("role misspelt", "gatekeepr", "read as gatekeeper"),
    } <= told


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("Decision Maker", "decider"), ("decision-maker", "decider"), ("ECONOMIC BUYER", "decider"),
        ("Technical buyer", "influencer"), ("Champion", "influencer"), ("Procurement", "buyer"), ("End user", "user"),
        ("influncer", "influencer"), ("usher", None), ("", None), (None, None), ("boss", None),
    ],
)  # fmt: skip
def test_words_for_roles(word: str | None, role: str | None) -> None:
    """The words of other systems mean one of seven roles; short words are not guessed at."""
    assert role_of(word) == role


def test_silence_needs_signs_and_time(world: World) -> None:
    """No sign for ninety days is silent; a fresh contact has had no time; who was never seen is silent."""
    found = world.accounts
    assert (found["signs"]["contacts_silent"], found["signs"]["account_silent"]) == (1, False)
    assert (found["gone"]["contacts_silent"], found["gone"]["account_silent"]) == (1, True)
    assert (found["signs"]["days_since_contact_sign"], found["signs"]["silent_roles"]) == (2, 1)
    states = {(row["customer_id"], row["role"]): row["state"] for row in world.table("account_coverage")}
    assert (states["signs", "decider"], states["signs", "buyer"], states["gone", "user"]) == (
        "silent",
        "known",
        "silent",
    )


def test_every_kind_of_sign_breaks_silence_but_a_holdout_does_not(world: World) -> None:
    """Service, delivered campaigns and orders are signs; a holdout is none, nor is tomorrow's event."""
    assert world.accounts["kinds"]["contacts_silent"] == 1
    silent = {
        name: world.contacts[name]["contact_silent"] for name in ("called", "mailed", "held", "bought", "tomorrow")
    }
    assert silent == {"called": False, "mailed": False, "held": True, "bought": False, "tomorrow": True}


def test_without_any_table_of_signs_nobody_is_called_silent(engine: Engine) -> None:
    """Silence is unknown then, not yes and not no."""
    found = known(engine, account_contacts=[contact("firm", "ann", "user")])["firm"]
    assert not {"contacts_silent", "account_silent", "silent_roles"} & found.keys()


def test_what_people_do_is_rolled_up(world: World) -> None:
    """Orders, spend, events and waiting of contacts, each person once whatever roles it holds."""
    found = world.accounts["busy"]
    assert (found["contacts_orders"], found["contacts_spend"]) == (2, Decimal(42))
    assert (found["contacts_service"], found["contacts_mean_waiting"]) == (1, 8.0)
    assert found["contacts_events"] == 0


def test_declared_traits_of_contacts_are_rolled_up(engine: Engine) -> None:
    """Numbers by their mean over persons, words by the most frequent; unknown ones do not count."""
    with engine.run("load") as run:
        load(run, account_contacts=[contact("firm", name, "user") for name in "abcd"])
    names = (
        Trait("trust", Basis.NEEDS, ColumnType.NUMBER, "Trust.", "points"),
        Trait("hobby", Basis.PSYCHOGRAPHIC, ColumnType.TEXT, "Hobby."),
    )
    catalog = TraitCatalog()
    catalog.register("needs_traits", *names)
    told = pa.table({"customer_id": list("abc"), "trust": [1.0, 4.0, None], "hobby": ["chess", "golf", "golf"]})
    with engine.run("refresh", AS_OF) as run:
        run.publish(Contract("needs_traits", "one", ("customer_id",), (), open=True), told)
        publish_accounts(run, AccountSpec(AS_OF, LAST, roll_up=("trust", "hobby")), catalog)
    found = traits(engine, "account_traits")["firm"]
    assert (found["contacts_trust"], found["contacts_hobby"]) == (2.5, "golf")
    assert catalog["contacts_trust"].basis is Basis.NEEDS
    assert catalog["contacts_trust"].unit == "points"


def test_traits_that_cannot_be_rolled_up_are_named_at_once(engine: Engine) -> None:
    """An unknown trait with its near miss, and a special category, in one error."""
    with engine.run("load") as run:
        load(run, account_contacts=[contact("firm", "ann", "user")])
    catalog = TraitCatalog()
    special = Trait("faith", Basis.DEMOGRAPHIC, ColumnType.TEXT, "Faith.", data_class=DataClass.SPECIAL)
    catalog.register("given_traits", special)
    with pytest.raises(SettingsError) as caught, engine.run("refresh", AS_OF) as run:
        publish_accounts(run, AccountSpec(AS_OF, LAST, roll_up=("fiath", "faith")), catalog)
    assert [each.code for each in caught.value.problems] == ["TRAIT_UNKNOWN", "TRAIT_LOCKED"]
    assert "faith" in caught.value.problems[0].next_step


def test_sales_by_organization(world: World) -> None:
    """Won, lost and open with amounts, the furthest open stage, and Wilson's interval of two in three."""
    found = world.accounts["seller"]
    counts = [found[f"{word}opportunities"] for word in ("", "open_", "won_", "lost_")]
    assert counts == [5, 2, 2, 1]
    assert (found["won_amount"], found["open_amount"]) == (Decimal(800), Decimal(50))
    assert found["buying_stage"] == "negotiation"
    assert found["win_rate"] == pytest.approx(2 / 3)
    assert [found["win_rate_low"], found["win_rate_high"]] == pytest.approx([0.20765960, 0.93850809])
    assert (found["last_won_on"], found["days_since_won"]) == (day(20), 20)
    assert (found["mean_days_between_wins"], found["mean_days_to_close"]) == (40.0, 30.0)
    assert (found["mean_deal_amount"], found["products_won"]) == (400.0, 2)
    assert (found["relationship_since"], found["relationship_days"]) == (day(60), 60)


def test_opportunities_without_an_organization_are_kept_apart(world: World) -> None:
    """They count in the summary under their own heading, in the whole, and in no organization."""
    told = {(row["dimension"], row["value"]): row["opportunities"] for row in world.table("opportunity_summary")}
    total = told["all", "all"]
    assert (told["account told", "no"], told["account told", "yes"]) == (1, total - 1)
    assert sum(row["opportunities"] for row in world.accounts.values() if "opportunities" in row) == total - 1
    parts = [name for name, _ in told]
    assert all(sum(count for (name, _), count in told.items() if name == part) == total for part in set(parts))


def test_stages_of_the_end_have_no_win_rate(world: World) -> None:
    """Of what stands at "Won" everything is won: that is no rate of anything."""
    assert all(row["win_rate"] is None for row in world.table("opportunity_summary", dimension="stage"))
    assert world.table("opportunity_summary", dimension="all")[0]["win_rate_high"] < 1.0


def test_what_is_settled_later_is_open_and_what_opens_later_is_not_there(world: World) -> None:
    """As of the day, a win of tomorrow is an open chance, and a chance of tomorrow none."""
    found = world.accounts["later"]
    assert (found["opportunities"], found["open_opportunities"], found["won_opportunities"]) == (1, 1, 0)
    assert "win_rate" not in found


def test_amounts_of_several_currencies_are_not_added(world: World) -> None:
    """Seventy dollars and seventy euros are no hundred and forty; seven dollars that are open are seven dollars."""
    found = world.accounts["abroad"]
    assert not {"won_amount", "mean_deal_amount"} & found.keys()
    assert (found["open_amount"], found["won_opportunities"]) == (Decimal(7), 2)
    assert world.table("opportunity_summary", dimension="all")[0]["won_amount"] is None
    assert world.table("opportunity_summary", dimension="product", value="A")[0]["won_amount"] == Decimal(500)


def test_an_impossible_date_counts_no_days(world: World) -> None:
    """Closed before it was opened: the win counts, its days do not, and it is told."""
    assert world.accounts["wrong"]["won_opportunities"] == 1
    assert "mean_days_to_close" not in world.accounts["wrong"]
    told = world.table("account_findings", finding="opportunity closed before it was opened")
    assert [row["customer_id"] for row in told] == ["wrong"]


@pytest.mark.parametrize("firm", BUY_CLASSES)
def test_buy_class_follows_from_what_was_won_before(world: World, firm: str) -> None:
    """Nothing before: new task; the same product: straight rebuy; another: modified; unknown products: unknown."""
    assert world.accounts[firm].get("buy_class") == BUY_CLASSES[firm][1]


def test_a_buy_class_that_is_told_comes_first(world: World) -> None:
    """The newest word on it counts, in the words of other systems."""
    assert world.accounts["told"]["buy_class"] == "straight_rebuy"


def test_groups_add_up_sales_and_orders_with_their_people(world: World) -> None:
    """A win of a daughter and an order of its contact are the group's; a person of two firms is nobody's alone."""
    found = world.accounts
    assert (found["holding"]["group_won_amount"], found["daughter"]["group_opportunities"]) == (Decimal(70), 2)
    assert (found["holding"]["group_spend"], found["holding"]["group_orders"]) == (Decimal(45), 2)
    assert "group_spend" not in found["else"]


def test_titles_tell_level_and_function(world: World) -> None:
    """Horizontal segments ask for one function over all industries."""
    told = {title: (world.contacts[title]["title_level"], world.contacts[title]["title_function"]) for title in TITLES}
    assert told == TITLES
    assert "title_level" not in world.contacts["ann"]


def test_the_catalog_names_exactly_the_columns_that_are_published(world: World) -> None:
    """No trait without its column and no column without its trait, in both tables."""
    for name in ("account_traits", "contact_traits"):
        told = {row["trait"] for row in world.catalog.rows(AS_OF) if row["table_name"] == name}
        assert told == set(world.engine.table(name).columns) - {"customer_id"}


def test_the_order_of_rows_changes_nothing(world: World, engine: Engine) -> None:
    """All tables turned round publish the same traits, groups and findings, to the last digit."""
    turned = {name: rows_[::-1] for name, rows_ in _numbered(TABLES).items()}
    with engine.run("load") as run:
        load(run, **turned)
    publish(engine, publish_accounts, SPEC)
    for name in ("account_traits", "contact_traits", "account_hierarchy", "account_findings", "opportunity_summary"):
        assert _sorted(rows(engine, name)) == _sorted(world.table(name))


def _numbered(tables: dict[str, Rows]) -> dict[str, Rows]:
    """Opportunities with the numbers that their place in the world gave them."""
    named = [{"opportunity_id": f"opportunities{place}"} | row for place, row in enumerate(tables["opportunities"])]
    return {**tables, "opportunities": named}


def _sorted(found: Rows) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in found)


def test_nothing_is_published_where_nobody_is_an_organization(engine: Engine) -> None:
    """A shop of persons has no traits of accounts."""
    with engine.run("load") as run:
        load(run, events=[{"party_key": "ann", "occurred_at": moment(1), "event": "view"}])
    catalog = publish(engine, publish_accounts, SPEC)
    assert not catalog.traits
    assert not engine.has("account_traits")


def test_settings_tell_all_mistakes_at_once() -> None:
    """Unknown names with the near miss, wrong shapes and numbers out of bounds."""
    with pytest.raises(SettingsError) as caught:
        AccountSpec.from_settings({"silense_days": 3, "silence_days": 0, "stages": "one"}, as_of=AS_OF, last_day=LAST)
    assert [each.code for each in caught.value.problems] == ["SETTING_UNKNOWN", "SETTING_WRONG", "SETTING_WRONG"]
    assert "silence_days" in caught.value.problems[0].next_step
    read = AccountSpec.from_settings({"silence_days": 30, "stages": ["first", "last"]}, as_of=AS_OF, last_day=LAST)
    assert (read.silence_days, read.stages) == (30, ("first", "last"))


def test_declared_stages_say_which_is_furthest(engine: Engine) -> None:
    """The order of stages is the business's own."""
    spec = AccountSpec(AS_OF, LAST, stages=("hello", "demo", "signature"))
    sales = [sale("firm", "Demo", 5), sale("firm", "hello", 2), sale("firm", "somewhere", 1)]
    assert known(engine, spec, opportunities=sales)["firm"]["buying_stage"] == "demo"


def test_merged_parties_are_one_person_and_one_firm(engine: Engine) -> None:
    """Two records of one person count once, two records of one firm are one firm described by the newer of them."""
    with engine.run("load") as run:
        load(
            run,
            accounts=[
                account("crm:firm", employees=10.0, known_since=moment(900)),
                account("erp:firm", employees=12.0, known_since=moment(9)),
                account("crm:sub", "erp:firm", employees=1.0),
            ],
            account_contacts=[
                contact("crm:firm", "crm:ann", "user"),
                contact("erp:firm", "web:ann", "user"),
                contact("erp:firm", "web:ann", "decider"),
            ],
            opportunities=[sale("crm:firm", "won", 9, 5), sale("erp:firm", "lost", 9, 4)],
            events=[event("web:ann", 3)],
        )
    with engine.run("identity") as run:
        same = {"erp:firm": "crm:firm", "web:ann": "crm:ann"}
        told = [row | {"customer_id": same.get(row["party_key"], row["party_key"])} for row in rows(engine, "identity")]
        run.publish(IDENTITY, arrow(IDENTITY, told))
    publish(engine, publish_accounts, SPEC)
    found = traits(engine, "account_traits")
    assert found.keys() == {"crm:firm", "crm:sub"}
    firm = found["crm:firm"]
    assert (firm["contacts_known"], firm["buying_roles_known"], firm["contacts_events"]) == (1, 2, 1)
    assert (firm["won_opportunities"], firm["lost_opportunities"]) == (1, 1)
    assert (firm["group_accounts"], firm["group_employees"]) == (2, 13.0)
    assert traits(engine, "contact_traits").keys() == {"crm:ann"}
