"""Probabilistic linkage: found where planted, refused where it would explode, silent where too little is told."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import combinations
from typing import Any

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.profiles.identity import IdentitySpec
from segmentry.profiles.identity.blocking import (
    Block,
    LinkageError,
    block_sizes,
    blocks,
    refuse_explosion,
    usable_rules,
)
from segmentry.profiles.identity.contradictions import FAMILY
from segmentry.profiles.identity.descriptions import descriptions
from segmentry.profiles.identity.linkage import SURE, described, link, share_of_true_pairs, told_fields, unlinkable
from segmentry.profiles.identity.roles import roles_of
from segmentry.profiles.run_rulings import keep_apart
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.identity_cases import groups, resolved, rows_of, told

pytestmark = pytest.mark.skipif(find_spec("splink") is None, reason="the identity extra is not installed")

LINKED = IdentitySpec("probabilistic")
_FIRST = (
    "ann",
    "bob",
    "cyn",
    "dan",
    "eva",
    "fay",
    "gus",
    "hal",
    "ida",
    "jan",
    "kim",
    "lea",
    "max",
    "ned",
    "ola",
    "pia",
)
_LAST = (
    "abbot",
    "baker",
    "carter",
    "draper",
    "elder",
    "fisher",
    "gardner",
    "hunter",
    "keeper",
    "mason",
    "porter",
    "roper",
)
_CITIES = ("oslo", "rome", "bern", "lima", "cork", "graz", "nice", "york")


def _world(persons: int, twice: int, seed: int = 5) -> list[dict[str, Any]]:
    """Persons, the first ``twice`` of whom a second source tells as well, with one letter wrong in one field."""
    chance = random.Random(seed)
    rows = []
    for number in range(persons):
        told_of = {
            "first_name": chance.choice(_FIRST),
            "surname": chance.choice(_LAST),
            "dob": f"{chance.randint(1930, 2005)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "street": f"{chance.randint(1, 99)} {chance.choice(_LAST)} street",
            "city": chance.choice(_CITIES),
            "postcode": f"{chance.randint(1000, 9999)}",
        }
        rows.append(told(f"crm:{number:03}", **told_of))
        if number < twice:
            field = chance.choice(sorted(told_of))
            rows.append(told(f"web:{number:03}", **told_of | {field: _slip(told_of[field], chance)}))
    return rows


def _slip(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text))
    wrong = chance.choice("0123456789" if text[place].isdigit() else "abcdefghijklmnopqrstuvwxyz")
    return text[:place] + wrong + text[place + 1 :]


WORLD = _world(240, 80)


def _pairs(found: set[frozenset[str]]) -> set[tuple[str, ...]]:
    return {pair for group in found for pair in combinations(sorted(group), 2)}


@pytest.fixture(scope="module")
def linked() -> Any:
    """The world resolved once, in its order and shuffled, for all who look at it."""
    with Engine.in_memory() as engine, Engine.in_memory() as other:
        report = resolved(engine, WORLD, LINKED)
        shuffled = resolved(other, random.Random(1).sample(WORLD, len(WORLD)), LINKED)
        yield engine, report, other, shuffled


def test_planted_persons_are_found(linked: Any) -> None:
    """Of 80 persons told twice with a slip at least 90 % are found, and no two persons are taken for one."""
    pairs = _pairs(groups(linked[0]))
    right = {pair for pair in pairs if pair[0][4:] == pair[1][4:]}
    assert pairs == right
    assert len(right) >= 0.9 * 80


def test_the_report_tells_of_linkage(linked: Any) -> None:
    """Links by evidence, pairs by blocking rule, and no excuse."""
    report = linked[1].as_dict()
    assert report["links"]["linkage"] >= 72
    assert report["pairs"]["birth"] >= 60
    assert report["linkage"] is None
    assert 0.98 <= report["expected_precision"] <= 1.0
    assert report["customers"] == 320 - report["merged"]


def test_the_order_of_rows_changes_nothing(linked: Any) -> None:
    """Shuffled rows: the same customers, doubts and probabilities."""
    engine, report, other, shuffled = linked
    assert groups(other) == groups(engine)
    for name in ("identity_clusters", "identity_review"):
        assert sorted(rows_of(other, name), key=str) == sorted(rows_of(engine, name), key=str)
    assert shuffled == report


def test_linkage_leaves_nothing_behind(linked: Any) -> None:
    """Neither databases nor tables of its own stay in the engine."""
    connection = linked[0].warehouse.backend().con
    assert [name for (name,) in connection.execute("SELECT database_name FROM duckdb_databases()").fetchall()] == [
        "memory",
        "system",
        "temp",
    ]
    names = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    assert [name for (name,) in names if "splink" in name or name in ("people", "sample")] == []


def test_an_engine_without_duckdb_gets_the_same_links(linked: Any) -> None:
    """Where Splink brings its own database it finds the pairs it finds on a borrowed connection."""
    engine = linked[0]
    table = engine.table("customers")
    people = engine.arrow(descriptions(table, None, roles_of(table.columns, ())).drop("organization", "known_since"))
    fields = told_fields(people)
    counted = blocks(engine.rows(block_sizes(engine.warehouse.bring(people), LINKED.blocking)))
    sure = blocks(engine.rows(block_sizes(engine.warehouse.bring(people), SURE)))
    share = share_of_true_pairs(sure, people.num_rows)
    found = link(people, fields, counted, share, LINKED.merge_from, ":memory:")
    assert {(each.left, each.right) for each in found} == _pairs(groups(engine))
    assert link(people, fields, [Block("birth", 0, 1)], share, 0.5, ":memory:") == []
    told_of = described(people, {found[0].left})
    assert told_of[found[0].left].keys() == {"birth", "first_name"}


def test_links_have_a_reason_and_a_probability(linked: Any) -> None:
    """Every merge by linkage names the pair and how likely it is; clusters are no weaker than asked for."""
    engine = linked[0]
    for row in rows_of(engine, "identity_decisions"):
        assert row["decided_by"] == "linkage"
        assert row["because"].startswith("linkage: crm:")
        assert row["probability"] >= LINKED.merge_from
    assert all(row["weakest_link"] >= LINKED.merge_from for row in rows_of(engine, "identity_clusters"))


def test_doubtful_links_are_put_before_people_and_their_word_stands(engine: Engine) -> None:
    """Where only near certainty merges, likely pairs wait; a pair ruled two is neither merged nor asked again."""
    strict = IdentitySpec("probabilistic", merge_from=1.0, review_from=0.5)
    report = resolved(engine, WORLD, strict)
    waiting = {(row["left_party"], row["right_party"]) for row in rows_of(engine, "identity_review")}
    assert report.review == len(waiting) >= 15
    left, right = min(pair for pair in waiting if pair[0][4:] == pair[1][4:])
    resolved(engine, None, LINKED, lambda run: keep_apart(run, left, right, "father and son"))
    assert (left, right) not in _pairs(groups(engine))
    assert (left, right) not in {(row["left_party"], row["right_party"]) for row in rows_of(engine, "identity_review")}


def test_couples_at_one_address_stay_two(engine: Engine) -> None:
    """One surname, street, city and postcode, another first name and no birth told: put before people, not merged."""
    couple = [dict(row) for row in WORLD if row["party_key"].startswith("crm:1")][:10]
    for number, row in enumerate(couple):
        row |= {"party_key": f"spouse:{number}", "given_first_name": "xavier", "given_dob": None}
    resolved(engine, [*WORLD, *couple], LINKED)
    spouses = {row["party_key"] for row in couple}
    assert not [pair for pair in _pairs(groups(engine)) if len(spouses & set(pair)) == 1]
    waiting = [row for row in rows_of(engine, "identity_review") if row["right_party"] in spouses]
    assert len([row for row in waiting if row["doubt"] == FAMILY]) >= 8


def test_an_explosion_is_refused_before_it_runs(engine: Engine) -> None:
    """The message names the rule with most pairs (of 300 and 299 guests), how many are alike, and a way out."""
    rows = [
        told(
            f"p{place:04}",
            surname="unnamed" if place else "named",
            first_name=f"guest {place % 2}",
            dob=f"1950-01-{place % 28 + 1:02}",
            city=f"c{place % 3}",
        )
        for place in range(600)
    ]
    with pytest.raises(LinkageError) as caught:
        resolved(engine, rows, IdentitySpec("probabilistic", most_pairs=100_000))
    problem = caught.value.problems[0]
    assert problem.code == "LINKAGE_TOO_LARGE"
    assert "first_name+surname: 89,401 pairs, 300 parties alike" in problem.given
    assert problem.next_step.startswith("Leave first_name+surname out of blocking")


def test_a_refused_linkage_keeps_the_last_good_identity(engine: Engine) -> None:
    """Nothing of the refused run is published."""
    resolved(engine, WORLD)
    before = groups(engine)
    with pytest.raises(LinkageError, match="more than the 2 allowed"):
        resolved(engine, WORLD, IdentitySpec("probabilistic", most_pairs=2))
    assert groups(engine) == before


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (WORLD[:20], "20 persons are too few"),
        ([told(f"p{place}", city="rome") for place in range(62)], "a name and two more"),
        (
            [
                told(f"p{place}", dob=f"19500{place % 9 + 1}07", city=f"c{place}", postcode=f"{place}")
                for place in range(60)
            ],
            "told is birth, city, postcode",
        ),
    ],
)
def test_where_too_little_is_told_there_is_no_linkage(
    engine: Engine, rows: Sequence[dict[str, Any]], reason: str
) -> None:
    """The report says why; keys still count."""
    shared = [told("x", email="one@x.org"), told("y", email="one@x.org")]
    report = resolved(engine, [*rows[2:], *shared], LINKED)
    assert report.links == {"same email": 1}
    assert reason in str(report.linkage)
    assert set(report.as_dict()["linkage"]) == {"not_estimable"}


def test_blocking_without_told_fields_is_no_linkage(engine: Engine) -> None:
    """A rule on what nobody tells lets nobody through, and the report says so."""
    report = resolved(engine, WORLD, IdentitySpec("probabilistic", blocking=("region",)))
    assert "no blocking rule" in str(report.linkage)


def test_without_the_extra_it_says_how_to_install_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hint is the command; nothing else is in the way."""
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(LinkageError, match=r'pip install "segmentry\[identity\]"'):
        resolved(engine, WORLD, LINKED)


def test_pairs_are_counted_as_they_are(engine: Engine) -> None:
    """For each rule as a plain loop counts them; who lacks a field is in no block."""
    people = [
        {"surname": "a", "city": "x"},
        {"surname": "a", "city": "x"},
        {"surname": "a", "city": "y"},
        {"surname": "b", "city": None},
        {"surname": None, "city": "x"},
        {"surname": None, "city": None},
    ]
    table = ibis.memtable(pa.Table.from_pylist(people))
    found = blocks(engine.rows(block_sizes(table, ["surname", "city", "surname+city"])))
    assert found == [Block("city", 3, 3), Block("surname", 3, 3), Block("surname+city", 1, 2)]
    assert found[2].fields == ("surname", "city")
    empty = blocks(engine.rows(block_sizes(table.filter(table.city == "z"), ["city"])))
    assert empty == [Block("city", 0, 0)]


def test_rules_need_all_their_fields() -> None:
    """A rule one of whose fields nobody tells is left out."""
    assert usable_rules(["birth", "surname+city", "city"], ["surname", "city"]) == ["surname+city", "city"]


def test_the_bound_itself_is_allowed() -> None:
    """Exactly as many pairs as allowed are compared; the sum of all rules counts."""
    found = [Block("birth", 60, 9), Block("city", 40, 9)]
    refuse_explosion(found, 100)
    with pytest.raises(LinkageError, match="100 pairs of parties, more than the 99 allowed"):
        refuse_explosion(found, 99)


def test_fields_are_compared_where_they_tell_something() -> None:
    """Known of at least one in twenty, and not the same for all."""
    people = pa.table(
        {
            "party_key": [str(place) for place in range(60)],
            "first_name": [f"n{place % 7}" for place in range(60)],
            "surname": ["same"] * 60,
            "birth": ["19500101", "19500102", *[None] * 58],
            "street": pa.nulls(60, pa.string()),
            "city": ["rome", "oslo", "bern", *[None] * 57],
            "postcode": [str(place) for place in range(60)],
            "region": pa.nulls(60, pa.string()),
        }
    )
    assert told_fields(people) == ["first_name", "city", "postcode"]
    assert unlinkable(people, ["first_name", "city", "postcode"]) is None
    assert "told is nothing" in str(unlinkable(people, []))


def test_the_share_of_true_pairs_is_a_probability() -> None:
    """The rule with most pairs counts, one pair at least is taken for true, and never more than half."""
    assert share_of_true_pairs([Block("birth", 7, 2), Block("city", 14, 2)], 101) == pytest.approx(20 / 5050)
    assert share_of_true_pairs([], 101) == pytest.approx(1 / 5050)
    assert share_of_true_pairs([Block("birth", 45, 10)], 10) == 0.5


def test_settings_are_read() -> None:
    """Every key of the section finds its place, frozen."""
    told_of = {
        "method": "probabilistic",
        "keys": ["email", "cookie"],
        "columns": {"surname": "nachname", "birth": "geboren"},
        "blocking": ["birth", "surname+city"],
        "merge_from": 0.9,
        "review_from": 0.4,
        "most_parties_per_key": 3,
        "most_parties": 20,
        "most_pairs": 1000,
    }
    spec = IdentitySpec.from_settings(told_of)
    assert spec.columns == (("birth", "geboren"), ("surname", "nachname"))
    assert (spec.keys, spec.blocking, spec.merge_from) == (("email", "cookie"), ("birth", "surname+city"), 0.9)
    assert spec.fingerprint != IdentitySpec().fingerprint
    assert IdentitySpec.from_settings({}) == IdentitySpec()


def test_every_wrong_setting_is_told() -> None:
    """All mistakes at once, unknown names with the near miss."""
    told_of = {
        "metod": "exact",
        "method": "magic",
        "keys": [],
        "columns": {"shoe": "size"},
        "blocking": ["birth+shoe"],
        "merge_from": 1.5,
        "review_from": True,
        "most_parties_per_key": 1,
        "most_parties": "many",
        "most_pairs": 2.5,
    }
    with pytest.raises(SettingsError) as caught:
        IdentitySpec.from_settings(told_of)
    assert [problem.code for problem in caught.value.problems] == ["SETTING_UNKNOWN", *["SETTING_WRONG"] * 9]
    assert "method" in caught.value.problems[0].next_step
    with pytest.raises(SettingsError, match="before anybody reviews"):
        IdentitySpec.from_settings({"merge_from": 0.5, "review_from": 0.6})
