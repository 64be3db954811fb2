"""Organizations that are, or may be, one: keys of their own join, names alike wait for people, both can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine, Run
from segmentry.profiles.identity import IdentityReport, IdentitySpec
from segmentry.profiles.identity.alike import Organization, core_of, jaro_winkler, links_of
from segmentry.profiles.identity.keys import domain_of
from segmentry.profiles.run_rulings import keep_apart, merge, unmerge
from segmentry.simulate.parts import names as simulated
from segmentry.terms.canonical import ACCOUNTS
from segmentry.terms.numbers import NotEstimable
from tests.rooms.profiles.identity_cases import groups, resolved, rows_of, told, who
from tests.rooms.shops import arrow


def firm(key: str, name: str | None, city: str = "", country: str = "", **given: str | None) -> dict[str, Any]:
    """One row of accounts; given columns come without their prefix."""
    told_ = {"account_key": f"account:{key}", "source": "crm", "name": name, "city": city or None}
    return told_ | {"country": country or None} | {f"given_{column}": value for column, value in given.items()}


def resolve(engine: Engine, *firms: dict[str, Any], spec: IdentitySpec | None = None, **options: Any) -> IdentityReport:
    columns = sorted({name for row in firms for name in row if name.startswith("given_")})
    table = arrow(ACCOUNTS, [{name: value for name, value in row.items() if name not in columns} for row in firms])
    for name in columns:
        table = table.append_column(name, pa.array([row.get(name) for row in firms], pa.string()))
    parties = [told(row["account_key"], kind="organization") for row in firms]
    return resolved(engine, parties, spec or IdentitySpec(), accounts=table, **options)


def reviewed(engine: Engine) -> dict[frozenset[str], str]:
    """What waits for people, with what speaks for it."""
    rows = rows_of(engine, "identity_review")
    return {frozenset(row[side][8:] for side in ("left_party", "right_party")): row["evidence"] for row in rows}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Ltd", "ACME Limited"),
        ("Müller & Söhne GmbH", "Mueller Soehne".replace("ue", "u").replace("oe", "o")),
        ("Société Générale S.A.", "Societe Generale"),
        ("Alphabet Inc. (Class A)", "Alphabet Inc. (Class C)"),
        ("The Coca-Cola Company", "Coca Cola Co."),
        ("A.P. Moller", "AP Moller"),
        ("News Corp, Class B", "News Corporation"),
        ("Bell, Alexander Holdings", "Alexander Bell"),
    ],
)
def test_legal_forms_marks_and_order_of_words_tell_nothing(one: str, other: str) -> None:
    """Two spellings of one name have the same core."""
    assert sorted(core_of(one)) == sorted(core_of(other))


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("SAS Institute", "The Institute Inc", None),
        ("Public Storage", "Private Storage Ltd", None),
        ("SA Water", "Water Co", None),
        ("E.ON SE", "On AG", None),
        ("Co-op Group", "OP Group", None),
        ("AG Growth", "Growth Holdings", None),
        ("Air France", "France Air", 0.85),
        ("China Bank", "Bank of China", 0.85),
        ("Müller GmbH", "Mueller AG", 0.94),
        ("Müller GmbH", "Muller AG", 0.94),
        ("Mærsk A/S", "Maersk", 0.94),
        ("GmbH Beispielhaus", "Beispielhaus", 0.94),
        ("Acme Private Limited", "Acme", 0.94),
        ("Muster GmbH & Co. KG", "Muster", 0.94),
        ("Talleres García y Hijos", "Talleres Garcia Hijos S.A. de C.V.", 0.94),
    ],
)
def test_forms_are_taken_from_the_end_alone(one: str, other: str, likeness: float | None) -> None:
    """A word that is a form elsewhere begins a name; another order is less likely the same; umlauts have two ways."""
    links = links_of([Organization("1", one), Organization("2", other)])
    assert not isinstance(links, NotEstimable)
    assert [each.probability for each in links] == ([] if likeness is None else [likeness])
    assert all(("another order" in each.evidence) == (likeness == 0.85) for each in links)


def test_a_name_of_nothing_but_a_form_keeps_it() -> None:
    """Otherwise all such organizations would be alike."""
    assert core_of("The Limited") == ("the", "limited")
    assert core_of("") == ()


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [("martha", "marhta", 0.9611), ("dwayne", "duane", 0.84), ("dixon", "dicksonx", 0.8133)],
)
def test_likeness_is_that_of_winkler(one: str, other: str, likeness: float) -> None:
    """The published examples (Winkler 1990)."""
    assert jaro_winkler(one, other) == pytest.approx(likeness, abs=1e-4)


@given(st.text("abcde ", max_size=9), st.text("abcde ", max_size=9))
@settings(max_examples=60, deadline=None)
def test_likeness_lies_between_nothing_and_the_same(one: str, other: str) -> None:
    """From 0 to 1, and 1 for the same text."""
    assert 0.0 <= jaro_winkler(one, other) <= 1.0
    assert jaro_winkler(one, one) == 1.0


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("https://www.Acme.example/about?x=1", "acme.example"),
        ("office@acme.example", "acme.example"),
        ("http://user@acme.example:8080", "acme.example"),
        ("shop.acme.co.uk", "shop.acme.co.uk"),
        ("ann@gmail.com", None),
        ("https://www.yahoo.co.uk", None),
        ("acme.wordpress.com", None),
        ("linkedin.com/company/acme", None),
        ("no website", None),
        ("", None),
    ],
)
def test_domains_of_everybody_are_nobodys(engine: Engine, written: str, domain: str | None) -> None:
    """A web domain in one spelling; mail providers and social networks are none."""
    table = ibis.memtable(pa.table({"written": [written]}))
    assert engine.rows(table.select(domain=domain_of(table.written)))[0]["domain"] == domain


def test_names_alike_wait_for_people_with_their_reasons(engine: Engine) -> None:
    """Nothing is joined by name; legal form, slip of the pen, domain and place are told."""
    report = resolve(
        engine,
        firm("1", "Acme Ltd", "Rome", "Italy", website="https://acme.example"),
        firm("2", "ACME Limited", "rome", "Italy", website="www.acme.example/x"),
        firm("3", "Greenwood Paper Mills", "Oslo", "Norway"),
        firm("4", "Greenwod Paper Mills AS", "Oslo", "Norway"),
        firm("5", "Nordic Foods", "Bonn", website="x@nordic.example"),
        firm("6", "Southern Foods", "Bern", website="nordic.example"),
        firm("7", None, "Rome"),
    )
    assert (report.customers, report.alike, report.review) == (7, 3, 3)
    found = reviewed(engine)
    assert found == {
        frozenset("12"): "same name: Acme Ltd and ACME Limited; same web domain acme.example; same city rome",
        frozenset("34"): "name alike: Greenwood Paper Mills and Greenwod Paper Mills AS; same city oslo",
        frozenset("56"): "names Nordic Foods and Southern Foods; same web domain nordic.example",
    }
    assert {row["doubt"] for row in rows_of(engine, "identity_review")} == {
        "alike only; two organizations may bear one name"
    }
    assert all(0.5 < row["probability"] < 1 for row in rows_of(engine, "identity_review"))


def test_no_bound_joins_organizations_by_name(engine: Engine) -> None:
    """Not even where people let everything else merge."""
    spec = IdentitySpec(merge_from=1e-6, review_from=1e-6)
    assert resolve(engine, firm("1", "Acme Ltd"), firm("2", "Acme Ltd"), spec=spec).customers == 2
    assert list(reviewed(engine)) == [frozenset("12")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (firm("1", "Plant 12 Oslo"), firm("2", "Plant 21 Oslo")),
        (firm("1", "Tyler Technologies"), firm("2", "Trane Technologies")),
        (firm("1", "Greenwood", country="Italy"), firm("2", "Greenwod", country="Norway")),
        (firm("1", "Acme", vat_number="DE 123"), firm("2", "Acme", vat_number="DE 456")),
        (firm("1", "Acme") | {"parent_key": "account:2"}, firm("2", "Acme Holding")),
        (firm("1", "Ann's Bar", website="ann@gmail.com"), firm("2", "Bob's Grill", website="bob@gmail.com")),
        (firm("1", "ABC"), firm("2", "ABD")),
    ],
)
def test_what_speaks_against_two_names_is_heard(engine: Engine, one: dict[str, Any], other: dict[str, Any]) -> None:
    """Other numbers, words, countries, register numbers, or one belonging to the other: nobody is asked."""
    assert resolve(engine, one, other).alike == 0
    assert reviewed(engine) == {}


def test_keys_of_their_own_join_organizations(engine: Engine) -> None:
    """One tax number in two spellings is one organization; a web domain is one where the settings say so."""
    firms = (
        firm("1", "Acme", vat_number="DE 123 456"),
        firm("2", "Other name", vat_number="de123456"),
        firm("3", "Cole", website="https://cole.example"),
        firm("4", "Cole Trading", website="cole.example"),
        firm("5", "Dorn", website="dorn@gmail.com"),
        firm("6", "Dorn and Sons", website="sons@gmail.com"),
    )
    report = resolve(engine, *firms)
    assert report.links == {"same tax id": 1}
    assert frozenset({"account:1", "account:2"}) in groups(engine)
    spec = IdentitySpec(keys=("tax_id", "domain"))
    assert resolve(engine, *firms, spec=spec).links == {"same domain": 1, "same tax id": 1}
    assert groups(engine) == {
        frozenset({"account:1", "account:2"}),
        frozenset({"account:3", "account:4"}),
        frozenset({"account:5"}),
        frozenset({"account:6"}),
    }


def _ruling(do: Callable[..., None], *names: str) -> Callable[[Run], None]:
    return lambda run: do(run, *names, "checked in the register")


def test_rulings_on_organizations_hold_and_are_undone(engine: Engine) -> None:
    """Merged by people or by key, organizations come apart again under their own ids, and both histories say so."""
    firms = (
        firm("1", "Acme Ltd"),
        firm("2", "Acme"),
        firm("3", "Best", vat_number="X 777"),
        firm("4", "B", vat_number="X777"),
    )
    resolve(engine, *firms)
    resolved(engine, None, IdentitySpec(), _ruling(merge, "account:1", "account:2"))
    assert who(engine)["account:2"] == "account:1"
    assert reviewed(engine) == {}
    resolved(engine, None, IdentitySpec(), _ruling(unmerge, "account:1"))
    resolved(engine, None, IdentitySpec(), _ruling(keep_apart, "account:3", "account:4"))
    assert who(engine) == {f"account:{number}": f"account:{number}" for number in range(1, 5)}
    assert reviewed(engine) == {}
    history: dict[str, list[str]] = {}
    for row in sorted(rows_of(engine, "identity_history"), key=lambda row: row["recorded_at"]):
        history.setdefault(row["party_key"], []).append(row["customer_id"])
    assert history["account:2"] == ["account:2", "account:1", "account:2"]
    assert history["account:1"] == ["account:1"]
    assert history["account:4"] == ["account:3", "account:4"]
    decided = {(row["party_key"], row["decision"]) for row in rows_of(engine, "identity_decisions")}
    assert {("account:2", "merged"), ("account:2", "unmerged"), ("account:4", "unmerged")} <= decided


def test_an_explosion_is_told_and_asks_nobody() -> None:
    """More pairs than are compared: no proposals, and the reason names what is so frequent."""
    alike = [Organization(f"account:{number}", f"Store of Oslo {chr(97 + number % 26)}") for number in range(60)]
    found = links_of(alike, most_pairs=1000)
    assert isinstance(found, NotEstimable)
    assert "more than the 1,000" in found.reason


@given(st.permutations(range(8)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_organizations_does_not_matter(order: list[int]) -> None:
    """The same pairs under the same reasons."""
    names = ("Acme Ltd", "Acme", "Akme", "Best Foods", "Best Food", "Cole", "Dorn", "Greenwood Mill")
    firms = [Organization(f"account:{place}", name, "rome") for place, name in enumerate(names)]
    assert links_of([firms[place] for place in order]) == links_of(firms)


def slipped(random: Random, name: str) -> str:
    """The name as another system might write it: another legal form, marks, case, and often a slip of the pen."""
    place = random.randrange(1, len(name) - 2)
    made = random.choice(
        (
            name[:place] + name[place + 1 :],
            name[:place] + name[place] + name[place:],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
            name,
        )
    )
    return random.choice((f"{made} Ltd", f"{made.upper()} GMBH", f"The {made}, Inc.", f"{made} S.A.", made))


def test_planted_misspellings_are_found() -> None:
    """Of 300 organizations written twice at least 95 % are proposed, and at least 95 % of what is proposed is right."""
    random = Random(7)
    words = ("Paper", "Foods", "Travel", "Systems", "Garden", "Energy", "Design", "Logistics", "Media", "Health")
    names = [f"{random.choice(simulated.SURNAMES)} {random.choice(words)} {random.choice(words)}" for _ in range(300)]
    names = list(dict.fromkeys(names))
    firms = [
        Organization(f"account:{at}", name, None, random.choice(("italy", "norway"))) for at, name in enumerate(names)
    ]
    twins = [replace(each, party=f"{each.party}x", name=slipped(random, each.name)) for each in firms]
    links = links_of([*firms, *twins])
    assert isinstance(links, list)
    right = {(each.left, each.right) for each in links if each.right == f"{each.left}x"}
    precision, recall = len(right) / len(links), len(right) / len(firms)
    assert (precision >= 0.95, recall >= 0.95) == (True, True), (precision, recall)


@pytest.mark.parametrize(
    "names", [("-", "?", "..."), ("Unknown", "unknown"), ("N/A", "n/a", "NA"), ("🏭", "🍎"), ("  ", "-")]
)
def test_what_is_no_name_is_like_nobody(names: tuple[str, ...]) -> None:
    """Marks, pictures and words in place of a name propose nobody, however many there are."""
    many = [Organization(f"account:{place}", name) for place, name in enumerate(names * 300)]
    assert links_of(many) == []


def test_long_names_are_compared_by_their_first_hundred_letters() -> None:
    """A name of ten thousand letters costs no more than one of a hundred."""
    one, other = "Acme Tools " + "x" * 10_000, "Acme Tools " + "x" * 9_000
    (link,) = links_of([Organization("account:1", one), Organization("account:2", other)])
    assert link.evidence.startswith("same name")
    assert len("".join(core_of(one))) <= 100
