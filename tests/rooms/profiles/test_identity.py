"""Identity as published: who is together, under which id, with which reason, and what was on record when."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine, Run
from segmentry.profiles.identity import IdentitySpec
from segmentry.profiles.identity.history import identity_as_known
from segmentry.profiles.identity.rulings import RulingError
from segmentry.profiles.identity.spec import Ruling
from segmentry.profiles.run import publish_identity
from segmentry.profiles.run_rulings import keep_apart, merge, rule, unmerge
from segmentry.profiles.tables import IDENTITY
from segmentry.terms.canonical import ADDRESSES, CUSTOMERS, IDENTIFIERS
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.identity_cases import customers, groups, resolved, rows_of, told, who
from tests.rooms.shops import arrow

ANN = told("a", email="ann@x.org", first_name="Ann", dob="1950-03-07")
ANNA = told("b", email="ANN@x.org", first_name="Anna", dob=None)
BOB = told("c", email="ann@x.org", first_name="Bob", dob="1980-01-01")
CYN = told("d", email="cyn@x.org", first_name="Cyn", dob=None)


def _merged(left: str, right: str, because: str = "they said so") -> Callable[[Run], None]:
    return lambda run: merge(run, left, right, because)


def _apart(left: str, right: str) -> Callable[[Run], None]:
    return lambda run: keep_apart(run, left, right, "twins")


def _unmerged(customer: str) -> Callable[[Run], None]:
    return lambda run: unmerge(run, customer, "a mistake")


def test_a_shared_key_makes_one_customer(engine: Engine) -> None:
    """One mailbox in two spellings is one customer; the table keeps today's contract."""
    report = resolved(engine, [ANN, ANNA, CYN])
    assert who(engine) == {"a": "a", "b": "a", "d": "d"}
    assert (report.parties, report.customers, report.merged) == (3, 2, 1)
    assert report.links == {"same email": 1}
    assert tuple(engine.table("identity").columns) == IDENTITY.names
    assert rows_of(engine, "identity_clusters") == [
        {
            "customer_id": "a",
            "parties": 2,
            "links": 1,
            "weakest_link": 1.0,
            "density": 1.0,
            "expected_precision": None,
            "evidence": "same email",
        }
    ]
    assert report.expected_precision is None


def test_two_people_with_one_mailbox_stay_two(engine: Engine) -> None:
    """Another first name and birth contradict the key; the pair is put before people with the reason."""
    report = resolved(engine, [ANN, BOB])
    assert who(engine) == {"a": "a", "c": "c"}
    assert report.review == 1
    assert rows_of(engine, "identity_review") == [
        {
            "left_party": "a",
            "right_party": "c",
            "probability": 1.0,
            "evidence": "same email",
            "doubt": "another day of birth",
        }
    ]


def test_a_family_is_not_joined_by_one_who_tells_little(engine: Engine) -> None:
    """A party without name and birth joins one of two, never both."""
    resolved(engine, [ANN, BOB, told("e", email="ann@x.org", first_name=None, dob=None)])
    assert groups(engine) == {frozenset("ae"), frozenset("c")}


def test_keys_of_other_tables_count(engine: Engine) -> None:
    """A telephone among the addresses and a card among the identifiers join parties of three sources."""
    addresses = [
        {"party_key": "a", "source": "crm", "channel": "phone", "address": "+44 20 7946 0958"},
        {"party_key": "b", "source": "crm", "channel": "sms", "address": "020 79460958"},
    ]
    cards = [{"party_key": key, "source": "shop", "type": "card", "value": "77 88"} for key in "bc"]
    report = resolved(
        engine,
        [told("a"), told("b"), told("c"), told("d")],
        addresses=arrow(ADDRESSES, addresses),
        identifiers=arrow(IDENTIFIERS, cards),
    )
    assert groups(engine) == {frozenset("abc"), frozenset("d")}
    assert report.links == {"same card": 1, "same phone": 1}


def test_an_identifier_of_many_is_no_key(engine: Engine) -> None:
    """A telephone of a whole office joins nobody, and is counted in the report."""
    rows = [told(f"p{place:02}", phone="020 7946 0958") for place in range(11)]
    report = resolved(engine, rows)
    assert (report.customers, report.shared_identifiers, report.review) == (11, 1, 0)
    assert resolved(engine, rows, IdentitySpec(most_parties_per_key=11)).customers == 1


def test_without_a_method_only_people_merge(engine: Engine) -> None:
    """Shared keys count for nothing then; rulings do."""
    spec = IdentitySpec("none")
    assert resolved(engine, [ANN, ANNA, CYN], spec).customers == 3
    assert resolved(engine, None, spec, _merged("a", "d")).customers == 2
    assert groups(engine) == {frozenset("ad"), frozenset("b")}


def test_empty_keys_join_nobody(engine: Engine) -> None:
    """Blank, missing and filled-in identifiers are nobody's."""
    rows = [told(key, email=value, phone="0000000") for key, value in zip("abcd", ["", None, "n/a", " "], strict=True)]
    report = resolved(engine, rows)
    assert (report.customers, report.links, report.shared_identifiers) == (4, {}, 0)


def test_nobody_is_nobody(engine: Engine) -> None:
    """No party at all: empty tables, and no error."""
    report = resolved(engine, [told("a", email="x@y.org")])
    assert report.customers == 1
    with engine.run("load") as run:
        run.publish(CUSTOMERS, arrow(CUSTOMERS, []))
    assert resolved(engine).parties == 0
    assert rows_of(engine, "identity") == []
    assert len(rows_of(engine, "identity_history")) == 1


def test_the_older_id_survives_and_the_other_leads_on(engine: Engine) -> None:
    """Two customers of one run become one in the next: the alias stays, with the reason and the time."""
    resolved(engine, [told("a", email=None), told("b", email="ann@x.org")])
    resolved(engine, [told("a", email="ann@x.org"), told("b", email="ann@x.org")])
    assert who(engine) == {"a": "a", "b": "a"}
    alias = rows_of(engine, "identity_aliases")[0]
    decision = rows_of(engine, "identity_decisions")[0]
    assert (alias["alias"], alias["customer_id"]) == ("b", "a")
    assert (decision["decision"], decision["from_customer_id"], decision["decided_by"]) == ("merged", "b", "key")
    assert decision["because"] == "same email: a and b"
    assert decision["recorded_at"] == alias["recorded_at"]


def test_a_newcomer_does_not_rename_a_customer(engine: Engine) -> None:
    """Who comes later takes the id that is there, though its key comes first in the alphabet."""
    resolved(engine, [ANNA])
    resolved(engine, [ANNA, ANN])
    assert who(engine) == {"a": "b", "b": "b"}
    assert rows_of(engine, "identity_aliases") == []


def test_a_correction_of_the_data_takes_apart(engine: Engine) -> None:
    """A mailbox told wrongly and corrected: both are what they were, with the reason on record."""
    resolved(engine, [CYN, told("e", email="e@x.org")])
    resolved(engine, [CYN, told("e", email="cyn@x.org")])
    assert who(engine) == {"d": "d", "e": "d"}
    report = resolved(engine, [CYN, told("e", email="e@x.org")])
    assert who(engine) == {"d": "d", "e": "e"}
    assert (report.merged, report.unmerged) == (0, 1)
    assert [row["decision"] for row in rows_of(engine, "identity_decisions")] == ["merged", "unmerged"]
    assert rows_of(engine, "identity_aliases") == []


def test_nothing_new_writes_nothing_new(engine: Engine) -> None:
    """The same data again: the same identity to the cell, and no statement or decision more."""
    resolved(engine, [ANN, ANNA, BOB, CYN])
    tables = ("identity", "identity_history", "identity_decisions", "identity_review", "identity_clusters")
    before = {name: sorted(rows_of(engine, name), key=str) for name in tables}
    report = resolved(engine, [BOB, CYN, ANNA, ANN])
    assert {name: sorted(rows_of(engine, name), key=str) for name in tables} == before
    assert (report.merged, report.unmerged) == (0, 0)


def test_the_past_is_known_as_it_was(engine: Engine) -> None:
    """What was on record before a merge, after it, and after it was taken back."""
    instants = []
    for ruling in (None, _merged("a", "d"), _unmerged("a")):
        resolved(engine, [ANN, CYN] if ruling is None else None, ruling=ruling)
        last = engine.last_run("refresh")
        assert last is not None
        instants.append(last.committed_at)
    history = engine.table("identity_history")
    known = [
        {row["party_key"]: row["customer_id"] for row in engine.rows(identity_as_known(history, instant))}
        for instant in instants
    ]
    assert known == [{"a": "a", "d": "d"}, {"a": "a", "d": "a"}, {"a": "a", "d": "d"}]


def test_an_unmerge_gives_everything_back(engine: Engine) -> None:
    """Identity after it is identity before the merge, whatever the keys say, in this run and later ones."""
    resolved(engine, [ANN, told("b", email="b@x.org")])
    before = who(engine)
    resolved(engine, [ANN, ANNA])
    assert who(engine) == {"a": "a", "b": "a"}
    resolved(engine, ruling=_unmerged("a"))
    assert who(engine) == before
    resolved(engine, [ANNA, ANN])
    assert who(engine) == before
    assert rows_of(engine, "identity_review") == []


def test_an_unmerge_can_be_taken_back(engine: Engine) -> None:
    """The newer word stands: merged again, under the older id."""
    resolved(engine, [ANN, ANNA])
    resolved(engine, ruling=_unmerged("a"))
    report = resolved(engine, ruling=_merged("b", "a"))
    assert who(engine) == {"a": "a", "b": "a"}
    assert report.overruled == 1


def test_an_earlier_id_can_be_taken_out(engine: Engine) -> None:
    """Three made one by two merges: the first of them is taken back by name, the other stays."""
    resolved(engine, [ANN, CYN, told("e", email=None)])
    resolved(engine, ruling=_merged("a", "d"))
    resolved(engine, ruling=_merged("a", "e"))
    assert groups(engine) == {frozenset("ade")}
    resolved(engine, ruling=_unmerged("d"))
    assert groups(engine) == {frozenset("ae"), frozenset("d")}
    assert who(engine)["d"] == "d"


def test_people_can_keep_apart_beforehand(engine: Engine) -> None:
    """Two that are not yet one stay two when their mailbox turns out to be the same."""
    resolved(engine, [ANN, told("b", email=None)])
    resolved(engine, ruling=_apart("a", "b"))
    resolved(engine, [ANN, ANNA])
    assert who(engine) == {"a": "a", "b": "b"}


def test_people_answer_a_doubt(engine: Engine) -> None:
    """A pair in review that is ruled upon is out of review, either way."""
    for ruling, wanted in (
        (_merged("a", "c"), {frozenset("ac")}),
        (_apart("a", "c"), {frozenset("a"), frozenset("c")}),
    ):
        with Engine.in_memory() as other:
            resolved(other, [ANN, BOB])
            assert len(rows_of(other, "identity_review")) == 1
            resolved(other, ruling=ruling)
            assert groups(other) == wanted
            assert rows_of(other, "identity_review") == []


def test_a_circle_of_rulings_ends(engine: Engine) -> None:
    """A is d, d is not e, e is a: the newest holds, and nothing goes round."""
    rows = [ANN, CYN, told("e", email=None)]
    resolved(engine, rows)
    resolved(engine, ruling=_merged("a", "d"))
    resolved(engine, ruling=_apart("d", "e"))
    resolved(engine, ruling=_merged("a", "e", "both at once"))
    first = groups(engine)
    assert first == {frozenset("ade")}
    resolved(engine, rows)
    assert groups(engine) == first


def test_several_rulings_at_once(engine: Engine) -> None:
    """They are recorded under numbers of their own, each with its reason."""
    resolved(engine, [ANN, BOB, CYN, told("e", email=None)])
    both = [Ruling("merge", ("a", "d"), "one"), Ruling("merge", ("c", "e"), " two ")]
    resolved(engine, ruling=lambda run: rule(run, both))
    assert groups(engine) == {frozenset("ad"), frozenset("ce")}
    found = {row["ruling_id"]: row["because"] for row in rows_of(engine, "identity_rulings")}
    assert sorted(found.values()) == ["one", "two"]


def test_a_wrong_ruling_records_nothing(engine: Engine) -> None:
    """An unknown customer and a missing reason are told together, and the run leaves nothing."""
    resolved(engine, [ANN, CYN])
    with pytest.raises(RulingError) as caught:
        resolved(engine, ruling=lambda run: merge(run, "a", "nobody", ""))
    assert [problem.code for problem in caught.value.problems] == ["RULING_WITHOUT_REASON", "CUSTOMER_UNKNOWN"]
    assert not engine.has("identity_rulings")
    assert who(engine) == {"a": "a", "d": "d"}


def test_rulings_wait_for_parties_that_are_gone(engine: Engine) -> None:
    """A party that no source tells of any more takes its rulings up again when it is back."""
    resolved(engine, [ANN, CYN])
    resolved(engine, ruling=_merged("a", "d"))
    resolved(engine, [ANN])
    assert who(engine) == {"a": "a"}
    resolved(engine, [CYN, ANN])
    assert who(engine) == {"a": "a", "d": "a"}


def test_an_id_outlives_the_party_it_came_from(engine: Engine) -> None:
    """The party that gave its key is gone: the customer is still called so, and nobody else will be."""
    resolved(engine, [ANN, ANNA])
    resolved(engine, [ANNA])
    assert who(engine) == {"b": "a"}
    resolved(engine, [ANNA, told("a", email="other@x.org", first_name="Zoe", dob=None)])
    found = who(engine)
    assert found["a"] != found["b"]
    history = rows_of(engine, "identity_history")
    bearers = {
        row["customer_id"]: {each["party_key"] for each in history if each["customer_id"] == row["customer_id"]}
        for row in history
    }
    assert bearers["a"] == {"a", "b"}


def test_what_was_published_before_there_was_a_history_stays(engine: Engine) -> None:
    """A workspace that so far took every party for a customer keeps its ids and their age."""
    with engine.run("load") as run:
        run.publish(CUSTOMERS, customers([told("b", email=None)]))
    with engine.run("refresh") as run:
        publish_identity(run)
    first = rows_of(engine, "identity")[0]
    resolved(engine, [ANN, ANNA])
    assert who(engine) == {"a": "b", "b": "b"}
    assert first in rows_of(engine, "identity_history")


def test_organizations_are_no_persons(engine: Engine) -> None:
    """One tax number makes one organization of two entries; a person with the firm's mailbox stays a person."""
    rows = [
        told("account:1", kind="organization", email="box@firm.org", vat_number="DE 123 456"),
        told("account:2", kind="organization", email=None, vat_number="de123456"),
        told("p", email="box@firm.org", vat_number=None),
    ]
    resolved(engine, rows)
    assert groups(engine) == {frozenset({"account:1", "account:2"}), frozenset({"p"})}


def test_unknown_columns_are_refused(engine: Engine) -> None:
    """A column of the settings that the data do not have is named, with the ones there are."""
    with pytest.raises(SettingsError, match="given_email"):
        resolved(engine, [ANN], IdentitySpec(columns=(("email", "given_mail"),)))


MAILS = st.lists(st.sampled_from(["x@y.org", "z@y.org", "w@y.org", None]), min_size=5, max_size=5)
PHONES = st.lists(st.sampled_from(["555 0001", "555 0002", None]), min_size=5, max_size=5)


@settings(max_examples=3, deadline=None)
@given(MAILS, PHONES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_decides_nothing_but_ids(
    mails: list[str | None], phones: list[str | None], chance: random.Random
) -> None:
    """Parties that arrive one after the other are together in the end as if they had come at once."""
    rows = [
        told(f"p{place}", email=mail, phone=phone)
        for place, (mail, phone) in enumerate(zip(mails, phones, strict=True))
    ]
    with Engine.in_memory() as one, Engine.in_memory() as other:
        resolved(one, rows)
        shuffled = chance.sample(rows, len(rows))
        for upto in (2, 4, 5):
            resolved(other, shuffled[:upto])
        assert groups(other) == groups(one)
        assert len(rows_of(other, "identity")) == len(rows)


def _facts(rows: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    return sorted((row["party_key"], row["customer_id"], row["recorded_at"]) for row in rows)


def test_history_only_grows(engine: Engine) -> None:
    """Whatever happens: statements, decisions and rulings on record are never rewritten."""
    steps: list[Callable[[Run], None] | None] = [None, _merged("a", "d"), _unmerged("a"), _apart("a", "c"), None]
    seen: list[tuple[str, str, Any]] = []
    for ruling in steps:
        resolved(engine, [ANN, BOB, CYN], ruling=ruling)
        now = _facts(rows_of(engine, "identity_history"))
        assert set(seen) <= set(now)
        seen = now
    assert len(rows_of(engine, "identity_decisions")) == 2
    assert {row["ruling"] for row in rows_of(engine, "identity_rulings")} == {"merge", "unmerge", "keep_apart"}
