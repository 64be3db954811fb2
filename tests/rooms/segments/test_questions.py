"""Questions about segments: preview, difference, explanation, overlap, lint, proof, plan, history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.segments.clock.foresight import by_the_clock
from segmentry.segments.differences import difference
from segmentry.segments.errors import DefinitionError
from segmentry.segments.explanation import explain
from segmentry.segments.history import events
from segmentry.segments.lint import lint
from segmentry.segments.overlap import overlap
from segmentry.segments.packs import PACKS, pack
from segmentry.segments.plan import plan
from segmentry.segments.preview import count, preview
from segmentry.segments.proof import prove
from segmentry.segments.tables import SEGMENT_MEMBERS
from segmentry.segments.tree import Definition
from segmentry.terms.errors import Problem
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import Kind
from tests.rooms.segments.shops import Shop, definition
from tests.rooms.shops import line, party

TODAY = date(2021, 6, 30)
AS_OF = datetime(2021, 7, 1)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


DEFINITIONS = [
    definition("recent", "any order in last 30 days"),
    definition("spenders", "spend > 50"),
    definition("both", 'in segment "Recent" and in segment "Spenders"'),
    definition("lapsing", "stopped order in last 60 days after any in previous 180 days"),
    definition("best", "spend in last 365 days is in top 50%"),
    definition("french", 'country != "France"'),
]


@pytest.fixture(scope="module")
def shop() -> Any:
    """Six customers: a and b recent, b and c spenders, d lapsing, e French, f with a return only."""
    parties = [
        party("a", datetime(2021, 1, 1), country="Spain"),
        party("b", datetime(2021, 1, 1), country="Spain"),
        party("c", datetime(2021, 1, 1), country=None),
        party("d", datetime(2021, 1, 1), country=None),
        party("e", datetime(2021, 1, 1), country="France"),
        party("f", datetime(2021, 1, 1), country="Spain"),
        party("x", datetime(2021, 1, 1), kind="prospect"),
    ]
    with Engine.in_memory() as engine:
        shop = Shop(engine)
        shop.load(
            line("a", ago(3), 20),
            line("b", ago(10), 80),
            line("c", ago(100), 90),
            line("d", ago(70), 10),
            line("e", ago(300), 5),
            line("f", ago(20), -5),
            line("x", ago(1), 500),
            parties=parties,
        )
        shop.refresh(TODAY, DEFINITIONS)
        yield shop


def asked(text: str, **told: Any) -> Definition:
    return definition("asked", text, **told)


def test_a_count_is_exact_and_says_as_of_when(shop: Shop) -> None:
    """The count, its universe (buyers only) and both instants."""
    found = count(shop.published(), asked("no order in last 30 days"))
    assert (found["count"], found["universe"], found["share"]) == (4, 6, pytest.approx(4 / 6))
    assert found["as_of"] == found["complete_through"] == "2021-07-01T00:00:00Z"


def test_kinds_make_the_universe(shop: Shop) -> None:
    """Prospects are asked only where a definition names them; an account is an organization."""
    from segmentry.terms.vocabulary import Kind

    everybody = asked("any order in last 30 days", kinds=(Kind.BUYER, Kind.PROSPECT))
    assert count(shop.published(), everybody)["count"] == 3
    assert count(shop.published(), asked("any order", of="accounts"))["universe"] == 0


def test_segments_of_another_universe_can_be_named(shop: Shop) -> None:
    """A prospect may be asked for membership in a segment of buyers; nobody of the other universe leaks in."""
    from segmentry.terms.vocabulary import Kind

    wide = asked('in segment "Recent" or spend > 400', kinds=(Kind.BUYER, Kind.PROSPECT))
    assert preview(shop.published(), wide)["sample"] == ["a", "b", "x"]
    narrow = asked('in segment "Recent"', kinds=(Kind.PROSPECT,))
    assert count(shop.published(), narrow)["count"] == 0


def test_a_preview_tells_how_many_can_be_reached_or_why_not(shop: Shop) -> None:
    """Matched, deduplicated; consent and address are refused with the reason where nothing is loaded."""
    found = preview(shop.published(), asked("any order in last 30 days"))
    steps = {each["step"]: each["count"] for each in found["waterfall"]}
    assert (steps["matched"], steps["deduplicated"]) == (2, 2)
    assert isinstance(steps["consent"], NotEstimable)
    assert isinstance(steps["address"], NotEstimable)
    assert found["sample"] == ["a", "b"]


def test_a_difference_tells_who_moves_and_what_follows(shop: Shop) -> None:
    """A changed definition against its published members, with the segments that lean on it."""
    found = difference(shop.published(), definition("recent", "any order in last 5 days"))
    assert (found["members_before"], found["members_after"]) == (2, 1)
    assert found["leaves"]["sample"] == ["b"]
    assert found["enters"]["sample"] == []
    assert found["used_by"] == [{"id": "both", "name": "Both", "enters": 0, "leaves": 1}]
    assert found["new"] is False


def test_an_explanation_shows_values_facts_and_the_nearest_change(shop: Shop) -> None:
    """Each leaf is true or false, with its value and the facts that count; the smallest change that moves them."""
    published = shop.published()
    found = explain(published, published.find("both").definition, "a")
    assert found["member"] is False
    leaves = {each["text"]: each for each in found["tree"]["parts"]}
    assert leaves['in segment "Recent"']["true"] is True
    assert leaves['in segment "Spenders"']["segment"] == "spenders"
    assert [each["text"] for each in found["nearest_change"]] == ['in segment "Spenders"']
    recent = explain(published, published.find("recent").definition, "b")
    leaf = recent["tree"]
    assert (leaf["value"], leaf["facts"][0]["counted"], leaf["facts"][0]["rows"][0]["amount"]) == (1, 1, 80.0)


def test_an_explanation_says_what_is_unknown_and_what_is_too_old(shop: Shop) -> None:
    """An unknown trait has no value; where no fact counts, the last one at all is shown."""
    published = shop.published()
    unknown = explain(published, published.find("french").definition, "c")
    assert unknown["tree"]["value"] == NotEstimable("not known")
    old = explain(published, published.find("recent").definition, "c")
    assert old["tree"]["facts"][0]["rows"] == []
    assert old["tree"]["facts"][0]["last_of_the_table"].startswith(ago(100).isoformat())


def test_a_customer_of_another_kind_is_outside_and_a_stranger_is_refused(shop: Shop) -> None:
    """A prospect is no member of a segment of buyers; an id nobody has is a mistake."""
    published = shop.published()
    found = explain(published, published.find("recent").definition, "x")
    assert (found["in_universe"], found["member"], found["nearest_change"]) == (False, False, [])
    with pytest.raises(DefinitionError) as error:
        explain(published, published.find("recent").definition, "nobody")
    assert error.value.code == "CUSTOMER_UNKNOWN"


@pytest.mark.parametrize(
    ("text", "customer", "at", "member"),
    [
        ("any order in last 30 days", "a", datetime.combine(ago(3), datetime.min.time()) + timedelta(days=30.5), False),
        ("no order in last 30 days", "a", datetime.combine(ago(3), datetime.min.time()) + timedelta(days=30.5), True),
        ("any order in this month", "a", None, False),
        ("any order in previous month", "a", datetime(2021, 8, 1), False),
        (
            "any order before 30 days ago",
            "a",
            datetime.combine(ago(3), datetime.min.time()) + timedelta(days=30.5),
            True,
        ),
        ("any order in last 1 month", "a", datetime(2021, 7, 27, 12), False),
        ("any order ever", "a", None, True),
        ("any order until 2021-12-31", "a", None, True),
    ],
)
def test_the_clock_tells_when_by_itself(
    shop: Shop, text: str, customer: str, at: datetime | None, member: bool
) -> None:
    """The first instant at which membership turns though nothing happens, to the microsecond."""
    found = by_the_clock(shop.published(), asked(text), customer)
    assert isinstance(found, dict)
    assert (found["at"], found["member"]) == (at, member)


def test_the_clock_agrees_with_evaluation(shop: Shop) -> None:
    """A microsecond before the instant nothing has changed, at the instant it has."""
    from segmentry.segments.belonging import Belonging

    lapsing = asked("stopped order in last 80 days after any in previous 180 days", timezone="America/New_York")
    found = by_the_clock(shop.published(), lapsing, "d")
    assert isinstance(found, dict)
    assert found["member"] is True
    for step, inside in ((timedelta(microseconds=-1), False), (timedelta(), True)):
        rows = Belonging(shop.engine, found["at"] + step).members([lapsing]).to_pylist()
        assert ("d" in {row["customer_id"] for row in rows}) is inside


@pytest.mark.parametrize("text", ["spend > 50", "spend in last 365 days is in top 50%"])
def test_the_clock_refuses_what_it_cannot_know(shop: Shop, text: str) -> None:
    """Traits are known as of one instant, and ranks depend on everybody."""
    assert isinstance(by_the_clock(shop.published(), asked(text), "a"), NotEstimable)


def test_overlap_counts_every_combination_once(shop: Shop) -> None:
    """Exclusive counts add up to everybody in any of them; Jaccard is both over either."""
    found = overlap(shop.published(), ["recent", "Spenders", "both"])
    rows = {tuple(each["segments"]): each["customers"] for each in found["combinations"]}
    assert rows == {("recent",): 1, ("spenders",): 1, ("recent", "spenders", "both"): 1}
    pairs = {(each["first"], each["second"]): each["jaccard"] for each in found["pairs"]}
    assert pairs["recent", "spenders"] == pytest.approx(1 / 3)


def findings(shop: Shop, text: str) -> set[str]:
    return {each.code for each in lint(shop.published(), asked(text))}


def test_nobody_of_these_kinds_says_whose_values_are_known(engine: Engine) -> None:
    """A trait known of prospects only: no buyer, and the kind to add is told; else nothing is said."""
    buyers = [party(f"customer:b{place}", hobby=None, sport="golf" if place else "chess") for place in range(2)]
    prospects = [party(f"customer:p{place}", kind="prospect", hobby="golf", sport=None) for place in range(3)]
    shop = Shop(engine)
    shop.load(*(line(each["party_key"], ago(5)) for each in buyers), parties=[*buyers, *prospects])
    shop.refresh(TODAY, [])
    asking, published = asked('hobby = "golf"'), shop.published()
    for told in (count(published, asking), preview(published, asking)):
        assert told["count"] == 0
        assert [(each["code"], each["what"], each["next_step"]) for each in told["remarks"]] == [
            (
                "OTHER_KINDS",
                "Every known value of hobby belongs to prospects",
                "Add kinds: [buyer, prospect] to the definition.",
            )
        ]
    assert {"OTHER_KINDS", "EMPTY"} <= {each.code for each in lint(published, asking)}
    both = replace(asking, kinds=(Kind.BUYER, Kind.PROSPECT))
    assert (count(published, both)["count"], count(published, both)["remarks"]) == (3, [])
    assert count(published, asked('sport = "polo"'))["remarks"] == []
    assert "OTHER_KINDS" not in {each.code for each in lint(published, asked('sport = "polo"'))}


def test_lint_knows_the_traps(shop: Shop) -> None:
    """Each trap is found where it is, and only there."""
    assert "UNKNOWN_TRAP" in findings(shop, 'country != "France"')
    assert "UNKNOWN_TRAP" in findings(shop, 'country not in ("France")')
    assert "UNKNOWN_TRAP" not in findings(shop, 'country = "France"')
    assert "DEAD_FIELD" in findings(shop, 'main_channel = "web"')
    assert "WINDOW_BEYOND_HISTORY" in findings(shop, "any order in last 5 years")
    assert "WINDOW_BEYOND_HISTORY" not in findings(shop, "any order in last 30 days")
    assert "WINDOW_BEYOND_HISTORY" in findings(shop, "regular order in 3 of last 40 months")
    assert "EMPTY" in findings(shop, "spend > 1000000")
    assert "TOO_SMALL" in findings(shop, "any order in last 30 days")
    assert "TOO_SMALL" not in findings(shop, "spend > 1000000")
    assert "PROTECTED" not in findings(shop, "spend > 5")


def test_lint_knows_segments_that_never_were(shop: Shop) -> None:
    """History of a segment nobody ever defined is nobody's; the near miss is told."""
    assert "SEGMENT_NEVER" in findings(shop, 'entered segment "Recnt" in last 30 days')
    assert "SEGMENT_NEVER" not in findings(shop, 'entered segment "Recent" in last 30 days')


def test_lint_knows_protected_attributes_by_word_and_class(engine: Engine) -> None:
    """Gender is protected, a postcode is a proxy, religion is locked."""
    shop = Shop(engine)
    known = [party("a", datetime(2021, 1, 1), given_gender="f", given_postcode="1", given_religion="x")]
    shop.load(line("a", ago(3)), parties=known)
    shop.refresh(TODAY, [])
    for name, code in (("given_gender", "PROTECTED"), ("given_postcode", "PROXY")):
        assert code in findings(shop, f'{name} = "f"')
    with pytest.raises(DefinitionError, match="locked"):
        findings(shop, 'given_religion = "x"')


def test_proof_finds_no_difference_and_finds_a_planted_one(shop: Shop, engine: Engine) -> None:
    """Every definition is proved, ranks and nesting included; a member taken out is named."""
    published = shop.published()
    for each in DEFINITIONS:
        found = prove(published, each.id, None)
        assert (found["proved"], found["checked"]) == (True, 6), each.id
    other = Shop(engine)
    other.load(line("a", ago(3)), line("b", ago(4)))
    other.refresh(TODAY, DEFINITIONS[:1])
    kept = engine.arrow(other.published().members().filter(lambda table: table.customer_id != "b"))
    with engine.run("tampering", AS_OF) as run:
        run.publish(SEGMENT_MEMBERS, kept)
    found = prove(other.published(), "recent", None)
    assert found["differing"] == [{"customer": "b", "published": False, "recomputed": True}]


def test_proof_respects_hands_at_every_level(engine: Engine) -> None:
    """Added and removed by hand count, in the segment and in those that lean on it."""
    shop = Shop(engine)
    shop.load(line("a", ago(3), 20), line("b", ago(3), 80))
    hands = [("spenders", "a", "added"), ("recent", "b", "removed")]
    shop.refresh(TODAY, DEFINITIONS[:3], manual=hands)
    assert shop.members("both") == {"a"}
    assert [prove(shop.published(), id_, None)["proved"] for id_ in ("recent", "spenders", "both")] == [True] * 3


def test_a_sample_is_always_the_same(shop: Shop) -> None:
    """Proof of three customers checks three, the same ones each time."""
    first, second = (prove(shop.published(), "recent", 3) for _ in range(2))
    assert first == second
    assert first["checked"] == 3


def test_a_plan_says_what_each_file_would_do(shop: Shop) -> None:
    """Created, changed, renamed, followed, removed, refused and kept, with who moves; nothing is changed by it."""
    _, spenders, both, _, best, _ = DEFINITIONS
    files = [
        definition("recent", "any order in last 5 days"),
        replace(spenders, name="Spenders", description="Big ones."),
        both,
        best,
        definition("fresh", "any order"),
        definition("wrong", "no_such_trait > 1"),
    ]
    unread = {"lapsing": [Problem("YAML_WRONG", "The file is no YAML", "lapsing.yaml", "", "Mend it.")]}
    found = plan(shop.published(), files, unread)
    words = {each["id"]: each["action"] for each in found["actions"]}
    assert words == {
        "recent": "change",
        "spenders": "rename",
        "both": "follow",
        "best": "keep",
        "fresh": "create",
        "wrong": "refuse",
        "lapsing": "refuse",
        "french": "remove",
    }
    by_id = {each["id"]: each for each in found["actions"]}
    assert by_id["both"]["leaves"]["sample"] == ["b"]
    assert by_id["wrong"]["problems"][0]["code"] == "TRAIT_UNKNOWN"
    assert found["changes"] == 7
    assert shop.members("recent") == {"a", "b"}


def test_events_come_in_order_and_can_be_narrowed(shop: Shop) -> None:
    """Entered events of one segment, after an instant."""
    rows = shop.engine.rows(events(shop.published(), datetime(2000, 1, 1), "recent"))
    assert [(row["customer_id"], row["change"], row["reason"]) for row in rows] == [
        ("a", "entered", "definition"),
        ("b", "entered", "definition"),
    ]
    assert shop.engine.rows(events(shop.published(), AS_OF)) == []


@pytest.mark.parametrize("name", PACKS)
def test_a_starter_pack_works_on_any_shop(shop: Shop, name: str) -> None:
    """Every definition of every pack can be evaluated where there are orders, and says what it is for."""
    definitions = pack(name)
    assert definitions
    assert shop.published().belonging().problems(definitions) == {}
    shop.published().belonging().members(definitions)
    assert all(each.objective and each.description for each in definitions)


def test_ids_of_packs_are_their_own() -> None:
    """No two packs write the same file."""
    ids = [each.id for name in PACKS for each in pack(name)]
    assert len(ids) == len(set(ids)) >= 20
