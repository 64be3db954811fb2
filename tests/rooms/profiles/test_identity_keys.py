"""Identifiers and descriptions in one spelling, and who shares a key."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.profiles.identity.descriptions import descriptions, word
from segmentry.profiles.identity.keys import key_links, shared_keys, spelled, told_keys
from segmentry.profiles.identity.roles import roles_of
from segmentry.terms.canonical import ADDRESSES, IDENTIFIERS
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.identity_cases import customers, told
from tests.rooms.shops import arrow


def _spelled(engine: Engine, kind: str, value: str) -> str | None:
    table = ibis.memtable(pa.table({"kind": [kind], "value": [value]}))
    found: str | None = engine.rows(table.select(value=spelled(table.kind, table.value)))[0]["value"]
    return found


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("Ann.Lee@Firm.Example", "ann.lee@firm.example"),
        ("  ann@firm.example ", "ann@firm.example"),
        ("mailto:ann@firm.example", "ann@firm.example"),
        ("ann+news@firm.example", "ann@firm.example"),
        ("a.n.n@gmail.com", "ann@gmail.com"),
        ("ann@googlemail.com", "ann@gmail.com"),
        ("a.nn+x@GoogleMail.com", "ann@gmail.com"),
        ("info@firm.example", None),
        ("Sales@firm.example", None),
        ("ann@firm", None),
        ("ann", None),
        ("@firm.example", None),
        ("+tag@firm.example", None),
        ("ann@two@firm.example", None),
        ("", None),
    ],
)
def test_mail_is_spelled_one_way(engine: Engine, given: str, wanted: str | None) -> None:
    """Letters, tags and a provider's dots make no second mailbox; shared ones and what is no address are no key."""
    assert _spelled(engine, "email", given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("+44 20 7946 0958", "079460958"),
        ("0044 (0)20 7946-0958", "079460958"),
        ("020 7946 0958", "079460958"),
        ("555-0123", "5550123"),
        ("12345", None),
        ("0000000000", None),
        ("unknown", None),
    ],
)
def test_telephones_are_compared_by_their_last_digits(engine: Engine, given: str, wanted: str | None) -> None:
    """The way abroad does not make another telephone; too short or all alike is none."""
    assert _spelled(engine, "phone", given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("de 123-456", "DE123456"), ("ab", None), ("0000", None), ("XXXXXX", None), ("n/a", None), ("unknown", None)],
)
def test_other_keys_are_letters_and_digits(engine: Engine, given: str, wanted: str | None) -> None:
    """Blanks and marks do not count, and fillers are nobody's."""
    assert _spelled(engine, "card", given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("  José-María ", "jose maria"),
        ("O'Brien", "obrien"),
        ("STRAßE", "strasse"),
        ("Łukasz", "lukasz"),
        ("St. John's  Rd.", "st johns rd"),
        ("Иван", "иван"),
        ("李雷", "李雷"),
        ("N/A", None),
        ("unknown", None),
        ("-", None),
        ("   ", None),
    ],
)
def test_words_are_spelled_one_way(engine: Engine, given: str, wanted: str | None) -> None:
    """Accents, marks and case do not make another name; other scripts stay, fillers are nothing."""
    table = ibis.memtable(pa.table({"value": [given]}))
    assert engine.rows(table.select(value=word(table.value)))[0]["value"] == wanted


def _described(engine: Engine, table: pa.Table, addresses: pa.Table | None = None) -> dict[str, Any]:
    roles = roles_of(table.column_names, ())
    expression = descriptions(ibis.memtable(table), None if addresses is None else ibis.memtable(addresses), roles)
    return {row["party_key"]: row for row in engine.rows(expression)}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("1950-03-07", "19500307"),
        ("19500307", "19500307"),
        ("1950-03-07 00:00:00", "19500307"),
        ("7.3.1950", "19500703"),
        ("07/03/1950", "19500703"),
        ("1950", None),
        ("1900-01-01", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_births_are_eight_digits(engine: Engine, given: str, wanted: str | None) -> None:
    """Year first, the other two as written (a swap is no contradiction); a year alone or a filler is no birth."""
    assert _described(engine, customers([told("a", date_of_birth=given)]))["a"]["birth"] == wanted


def test_births_may_be_dates(engine: Engine) -> None:
    """A column of dates gives the same digits as text."""
    table = customers([told("a")]).append_column("given_dob", pa.array([date(1950, 3, 7)]))
    assert _described(engine, table)["a"]["birth"] == "19500307"


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ("Ann Lee", "ann", "lee"),
        ("Lee, Ann", "ann", "lee"),
        ("Ann Mary van Lee", "ann", "lee"),
        ("Madonna", None, "madonna"),
        ("", None, None),
    ],
)
def test_full_names_are_taken_apart(engine: Engine, given: str, first: str | None, last: str | None) -> None:
    """First and last word, or what stands behind and ahead of a comma; a single word is a surname."""
    found = _described(engine, customers([told("a", full_name=given)]))["a"]
    assert (found["first_name"], found["surname"]) == (first, last)


def test_told_names_come_before_full_names(engine: Engine) -> None:
    """The full name fills only what its own column leaves open."""
    rows = [
        told("a", given_name="Anna", surname="", full_name="Ann Lee"),
        told("b", given_name=None, surname="Li", full_name="Bo Lee"),
    ]
    found = _described(engine, customers(rows))
    assert {key: (row["first_name"], row["surname"]) for key, row in found.items()} == {
        "a": ("anna", "lee"),
        "b": ("bo", "li"),
    }


def test_street_numbers_join_the_street(engine: Engine) -> None:
    """A number of its own column stands ahead of the street; without one the street stands alone."""
    rows = [told("a", street="High St", street_number="7"), told("b", street="High St", street_number=None)]
    found = _described(engine, customers(rows))
    assert (found["a"]["street"], found["b"]["street"]) == ("7 high st", "high st")


def _address(key: str, **told: Any) -> dict[str, Any]:
    return {"party_key": key, "source": "crm", "channel": "post"} | told


def test_the_newest_address_fills_what_customers_leave_open(engine: Engine) -> None:
    """An address told without a time gives way to a dated one; columns of customers come first; mail is no place."""
    rows = [told("a", city=None), told("b", city="Rome")]
    addresses = [
        _address("a", city="Oslo", postcode="N 0150", recorded_at=datetime(2020, 1, 1)),
        _address("a", city="Bergen", postcode="N 5003", recorded_at=datetime(2021, 1, 1)),
        _address("a", city="Alta", address="old"),
        _address("b", city="Milan"),
        _address("b", channel="email", address="b@firm.example", city="Paris"),
    ]
    found = _described(engine, customers(rows), arrow(ADDRESSES, addresses))
    assert (found["a"]["city"], found["a"]["postcode"]) == ("bergen", "n5003")
    assert found["b"]["city"] == "rome"


def test_nothing_told_is_nothing_known(engine: Engine) -> None:
    """Without given columns and addresses every description is empty."""
    found = _described(engine, customers([told("a", kind="organization")]))["a"]
    assert found.pop("organization") is True
    assert {name for name, value in found.items() if value is not None} == {"party_key"}


def test_roles_are_told_by_usual_names() -> None:
    """Names of exports find their role, each column one, and the best name first."""
    columns = ["party_key", "given_given_name", "given_surname", "given_zip", "given_postcode", "given_mobile"]
    assert roles_of(columns, ()) == {
        "first_name": "given_given_name",
        "surname": "given_surname",
        "postcode": "given_postcode",
        "phone": "given_mobile",
    }


def test_settings_come_before_usual_names() -> None:
    """A column may be told with or without its prefix, and is not taken for anything else then."""
    columns = ["given_name", "given_surname"]
    assert roles_of(columns, [("surname", "name")]) == {"surname": "given_name"}
    assert roles_of(columns, [("surname", "given_name")]) == {"surname": "given_name"}


def test_every_unknown_column_is_reported() -> None:
    """Two columns that do not exist are two problems, with the near miss."""
    with pytest.raises(SettingsError) as caught:
        roles_of(["given_surname"], [("surname", "given_surnam"), ("city", "nowhere")])
    assert [problem.code for problem in caught.value.problems] == ["COLUMN_UNKNOWN"] * 2
    assert "given_surname" in caught.value.problems[0].next_step


def _keys(engine: Engine, rows: list[dict[str, Any]], wanted: Any = None, **tables: Any) -> set[tuple[str, str, str]]:
    table = customers(rows)
    brought = {name: ibis.memtable(each) for name, each in tables.items()}
    found = told_keys(ibis.memtable(table), roles_of(table.column_names, ()), wanted=wanted, **brought)
    return set() if found is None else {(row["party_key"], row["type"], row["value"]) for row in engine.rows(found)}


def test_keys_come_from_three_tables(engine: Engine) -> None:
    """Given columns, identifiers and addresses tell keys of the same kinds under the same names."""
    identifiers = arrow(
        IDENTIFIERS,
        [
            {"party_key": "b", "source": "web", "type": "E-Mail".lower().replace("-", "_"), "value": "B@x.org"},
            {"party_key": "b", "source": "web", "type": "cookie", "value": "abcdef"},
            {"party_key": "c", "source": "shop", "type": "Loyalty_Card", "value": "77-88-99"},
        ],
    )
    addresses = arrow(ADDRESSES, [_address("c", channel="sms", address="555 0123"), _address("c", address="Street 1")])
    found = _keys(engine, [told("a", email="A@x.org")], identifiers=identifiers, addresses=addresses)
    assert found == {
        ("a", "email", "a@x.org"),
        ("b", "email", "b@x.org"),
        ("c", "card", "778899"),
        ("c", "phone", "5550123"),
    }


def test_settings_choose_the_keys(engine: Engine) -> None:
    """Only the kinds asked for count, weak ones included."""
    rows = [{"party_key": "b", "source": "web", "type": "cookie", "value": "abcdef"}]
    found = _keys(engine, [told("a", email="a@x.org")], ["cookie"], identifiers=arrow(IDENTIFIERS, rows))
    assert found == {("b", "cookie", "ABCDEF")}


def test_no_source_of_keys_is_no_key(engine: Engine) -> None:
    """Customers without any key column, and no further table, tell none."""
    assert _keys(engine, [told("a", city="Rome")]) == set()


def _shared(engine: Engine, rows: list[dict[str, Any]], most: int) -> tuple[set[tuple[str, ...]], int]:
    table = customers(rows)
    roles = roles_of(table.column_names, ())
    told_of = told_keys(ibis.memtable(table), roles)
    assert told_of is not None
    links, too_many = key_links(engine.rows(shared_keys(told_of, ibis.memtable(table), most)), most)
    assert all(each.guard == "key" and each.probability == 1 for each in links)
    return {(each.left, each.right, each.evidence) for each in links}, too_many


def test_pairs_share_a_key(engine: Engine) -> None:
    """Every pair once per kind of key, the smaller party first; who shares nothing is in none."""
    rows = [
        told("c", email="x@y.org", phone="5550123"),
        told("a", email="X@y.org", phone="555-0123"),
        told("b", email="z@y.org", phone=None),
    ]
    assert _shared(engine, rows, 10)[0] == {("a", "c", "same email"), ("a", "c", "same phone")}


def test_a_key_of_too_many_is_no_key(engine: Engine) -> None:
    """At the bound all pairs stand, beyond it none; the group is still counted."""
    rows = [told(f"p{place}", email="one@x.org") for place in range(4)]
    assert len(_shared(engine, rows, 4)[0]) == 6
    assert _shared(engine, rows, 3) == (set(), 1)


def test_persons_and_organizations_share_no_key(engine: Engine) -> None:
    """The mailbox of a firm and its owner's do not make one customer of them; two entries of the firm are."""
    rows = [
        told("a", email="x@y.org"),
        told("account:1", kind="organization", email="x@y.org"),
        told("account:2", kind="organization", email="x@y.org"),
    ]
    assert _shared(engine, rows, 10)[0] == {("account:1", "account:2", "same email")}
