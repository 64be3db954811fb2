"""Febrl's data sets (Christen 2008): generated persons with generated errors, the truth being in ``rec_id``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest

from segmentry.engine import Engine
from segmentry.profiles.identity import IdentityReport, IdentitySpec
from segmentry.profiles.identity.history import identity_as_known
from segmentry.profiles.run_identity import resolve
from segmentry.profiles.run_rulings import unmerge
from segmentry.sources.run import load
from segmentry.sources.spec import LoadSpec

pytestmark = pytest.mark.real

DESCRIBED = IdentitySpec("probabilistic", keys=("email",))
"""Linkage on names, births and places alone: the social security number, which is rarely wrong here, is no key."""

TRUE_PAIRS = {1: 500, 2: 1934, 3: 6538}


def _load(engine: Engine, path: Path) -> None:
    with engine.run("load") as run:
        load(run, [LoadSpec(str(path), table="customers", mapping=(("customer", "rec_id"),))])


def _resolve(engine: Engine, spec: IdentitySpec) -> IdentityReport:
    with engine.run("refresh") as run:
        return resolve(run, spec)


def _person(party: str) -> str:
    return party.split("-dup-", maxsplit=1)[0].removesuffix("-org")


def _who(engine: Engine) -> dict[str, str]:
    return {row["party_key"]: row["customer_id"] for row in engine.rows(engine.table("identity"))}


def _pairs(group_of: dict[str, str]) -> set[tuple[str, str]]:
    groups: dict[str, list[str]] = {}
    for party, group in group_of.items():
        groups.setdefault(group, []).append(party)
    return {pair for parties in groups.values() for pair in combinations(sorted(parties), 2)}


def _judged(engine: Engine, data_set: int) -> tuple[float, float]:
    """Precision and recall over pairs of records that are one customer."""
    who = _who(engine)
    found, true = _pairs(who), _pairs({party: _person(party) for party in who})
    assert len(true) == TRUE_PAIRS[data_set]
    return len(found & true) / len(found), len(found & true) / len(true)


@pytest.mark.parametrize("data_set", [1, 2, 3])
def test_linkage_finds_persons(data_folder: Path, data_set: int) -> None:
    """Without any key: precision 1.000, recall .970, .983 and .978 of pairs; those that look like a family wait."""
    with Engine.in_memory() as engine:
        _load(engine, data_folder / "febrl" / f"dataset{data_set}.csv")
        report = _resolve(engine, DESCRIBED)
        precision, recall = _judged(engine, data_set)
    assert precision >= 0.998
    assert recall >= 0.96
    assert report.links.keys() == {"linkage"}
    assert report.review <= 0.012 * TRUE_PAIRS[data_set] + 10


def test_keys_add_to_linkage(data_folder: Path) -> None:
    """With the social security number as a key: precision 1.000, recall .979 on the third set."""
    with Engine.in_memory() as engine:
        _load(engine, data_folder / "febrl" / "dataset3.csv")
        report = _resolve(engine, IdentitySpec("probabilistic"))
        precision, recall = _judged(engine, 3)
    assert precision >= 0.998
    assert recall >= 0.97
    assert report.links.keys() == {"linkage", "same national id"}


def test_keys_alone_are_precise(data_folder: Path) -> None:
    """No two persons are taken for one by a number alone; what errors in names contradict waits for people."""
    with Engine.in_memory() as engine:
        _load(engine, data_folder / "febrl" / "dataset1.csv")
        report = _resolve(engine, IdentitySpec("exact"))
        precision, recall = _judged(engine, 1)
    assert precision == 1
    assert recall >= 0.68
    assert report.review >= 80


def _halves(path: Path, folder: Path) -> tuple[Path, Path]:
    """Every other record, and all records, as files of the same name."""
    rows = list(csv.reader(path.open(encoding="utf8"), skipinitialspace=True))
    files = []
    for name, kept in (("early", rows[1::2]), ("whole", rows[1:])):
        target = folder / name / path.name
        target.parent.mkdir()
        with target.open("w", encoding="utf8", newline="") as file:
            csv.writer(file).writerows([rows[0], *kept])
        files.append(target)
    return files[0], files[1]


@pytest.fixture(scope="module")
def grown(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterable[tuple[Engine, dict[str, str]]]:
    """The third set of which half the records arrive later, and who was who before they came."""
    early, whole = _halves(data_folder / "febrl" / "dataset3.csv", tmp_path_factory.mktemp("febrl"))
    with Engine.in_memory() as engine:
        _load(engine, early)
        _resolve(engine, DESCRIBED)
        before = _who(engine)
        _load(engine, whole)
        _resolve(engine, DESCRIBED)
        yield engine, before


def test_who_is_together_does_not_depend_on_arrival(grown: tuple[Engine, dict[str, str]], data_folder: Path) -> None:
    """Half the records later: the same customers as if all had come at once."""
    engine, _ = grown
    with Engine.in_memory() as other:
        _load(other, data_folder / "febrl" / "dataset3.csv")
        _resolve(other, DESCRIBED)
        assert _pairs(_who(other)) == _pairs(_who(engine))


def test_ids_are_stable_when_half_arrives_later(grown: tuple[Engine, dict[str, str]]) -> None:
    """Customers keep their id unless they merge, 99 % of persons at least; every change of an id has a reason."""
    engine, before = grown
    after = _who(engine)
    assert len(before) == 2500
    assert len(after) == 5000
    kept = [party for party in before if after[party] == before[party]]
    assert len(kept) >= 0.99 * len(before)
    decided = {
        row["party_key"]: row for row in engine.rows(engine.table("identity_decisions")) if row["from_customer_id"]
    }
    for party in before.keys() - set(kept):
        assert decided[party]["customer_id"] == after[party]
    aliases = {row["alias"]: row["customer_id"] for row in engine.rows(engine.table("identity_aliases"))}
    alive = set(after.values())
    for customer in set(before.values()) - alive:
        assert aliases[customer] in alive


def test_the_past_is_on_record(grown: tuple[Engine, dict[str, str]]) -> None:
    """What was known before the second half came can still be asked for."""
    engine, before = grown
    first = min(row["recorded_at"] for row in engine.rows(engine.table("identity_history")))
    known = engine.rows(identity_as_known(engine.table("identity_history"), first))
    assert {row["party_key"]: row["customer_id"] for row in known} == before


def test_an_unmerge_is_exact(grown: tuple[Engine, dict[str, str]]) -> None:
    """One customer taken apart: its records stand alone, everybody else is as before, in later runs too."""
    engine, _ = grown
    before = _who(engine)
    customer = next(name for name, size in _sizes(before).items() if size == 3)
    with engine.run("refresh") as run:
        unmerge(run, customer, "two generations at one address")
        resolve(run, DESCRIBED)
    after = _who(engine)
    assert {party for party in before if after[party] != before[party]} <= {
        party for party, name in before.items() if name == customer
    }
    assert len({after[party] for party, name in before.items() if name == customer}) >= 2
    _resolve(engine, DESCRIBED)
    assert _who(engine) == after


def _sizes(group_of: dict[str, str]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for group in group_of.values():
        sizes[group] = sizes.get(group, 0) + 1
    return dict(sorted(sizes.items()))
