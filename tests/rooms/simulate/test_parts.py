"""The parts of a company: what all of them promise, its persons, and the files."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rooms.simulate.companies import SPEC, sheet

from segmentry.simulate import (
    PARTS,
    Company,
    CompanySpec,
    Exported,
    module_settings,
    simulate,
    workspace_settings,
    write_exports,
)
from segmentry.simulate.parts.names import FIRST_NAMES, SURNAMES, WOMEN, misspelt
from segmentry.terms.canonical import CANONICAL


def test_a_company_has_no_parts_unless_asked(whole: Company) -> None:
    """Parts add files and truth and change nothing of the base tables but columns of the customers."""
    bare = simulate(replace(SPEC, parts=()))
    assert (bare.sheets, bare.truth.parts) == ((), {})
    for name, table in bare.tables.items():
        assert whole.tables[name].select(table.column_names).equals(table), name
    assert set(whole.tables["customers"].column_names) - set(bare.tables["customers"].column_names) >= {
        "first_name", "birth_date", "email", "income", "work_city",
    }  # fmt: skip
    assert module_settings(bare.spec) == {}
    assert workspace_settings(bare.spec)["sources"] == ()


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_the_same_whichever_others_are_grown(whole: Company, part: str) -> None:
    """Each part has draws of its own: alone it gives the same files and the same truth."""
    alone = simulate(replace(SPEC, parts=(part,)))
    theirs = {(each.stem, each.data.num_rows, tuple(each.data.column_names)): each.data for each in whole.sheets}
    assert alone.sheets
    for each in alone.sheets:
        assert theirs[(each.stem, each.data.num_rows, tuple(each.data.column_names))].equals(each.data)
    assert alone.truth.parts
    assert all(whole.truth.parts[name].equals(table) for name, table in alone.truth.parts.items())


def test_every_sheet_fills_a_canonical_table(whole: Company) -> None:
    """Files have rows and native names, and together they fill every canonical table that sources fill."""
    assert all(each.data.num_rows and each.table in CANONICAL for each in whole.sheets)
    filled = {each.table for each in whole.sheets} | set(whole.tables)
    assert filled == set(CANONICAL) - {"orders", "quarantine", "party_kinds"}
    assert not any(name in CANONICAL[each.table].names for each in whole.sheets for name in each.data.column_names
                   if "_" in name)  # fmt: skip


def test_people_named_in_files_are_customers_or_numbered_apart(whole: Company) -> None:
    """Numbers that begin with C are customers of the company; members, leads, contacts, departments begin otherwise."""
    own = set(pc.utf8_slice_codeunits(whole.tables["customers"]["party_key"], 5).to_pylist())
    for each in whole.sheets:
        for name in ("CustomerNo", "UserId", "ReferrerId", "ContactId", "PersonId", "MemberId"):
            if name in each.data.column_names:
                told = set(each.data[name].to_pylist())
                assert {number for number in told if number.startswith("C")} <= own
                assert {number[0] for number in told} <= set("CMLPD")


def test_times_lie_inside_the_history(whole: Company) -> None:
    """Nothing was seen before the first day or after the last one."""
    first, last = np.datetime64(SPEC.start), np.datetime64(SPEC.start) + SPEC.days
    for each in whole.sheets:
        for name in each.data.column_names:
            if pa.types.is_timestamp(each.data.schema.field(name).type):
                moments = each.data[name].drop_null().to_numpy()
                assert (moments >= first).all(), (each.stem, name)
                assert (moments < last).all(), (each.stem, name)


def test_customers_come_before_what_they_did(whole: Company) -> None:
    """Nobody is seen, rates, answers or subscribes before it was acquired."""
    arrived = dict(zip(pc.utf8_slice_codeunits(whole.tables["customers"]["party_key"], 5).to_pylist(),
                       whole.tables["customers"]["known_since"].to_pylist(), strict=True))  # fmt: skip
    for stem, column in (("personality_survey", "SubmittedAt"), ("feedback", "SubmittedAt")):
        table = sheet(whole, stem)
        late = zip(table["CustomerNo"].to_pylist(), table[column].to_pylist(), strict=True)
        assert all(moment.date() >= arrived[number].date() for number, moment in late if number in arrived)


def test_births_agree_with_bands_of_age(whole: Company) -> None:
    """A birth puts its customer into the band that is told of it, at the end of the history."""
    bands = whole.tables["customers"]["age_band"].to_pylist()
    end = np.datetime64(SPEC.start) + SPEC.days - 1
    births = np.array(whole.truth.parts["persons"]["birth_date"].to_pylist(), "datetime64[D]")
    ages = (end - births).astype(int) / 365.2425
    for band, age in zip(bands, ages, strict=True):
        low, _, high = band.partition("-")
        assert float(low.rstrip("+")) - 0.01 <= age < (float(high) + 1.02 if high else 90.0)


def test_households_agree_with_their_people(whole: Company) -> None:
    """Singles live alone, families have children, couples have none; incomes lie in their level."""
    kinds = whole.tables["customers"]["household"].to_pylist()
    for kind, row in zip(kinds, whole.truth.parts["persons"].to_pylist(), strict=True):
        assert (row["children"] > 0) == (kind == "family with children")
        assert (row["household_size"] == 1) == (kind == "single")
        assert row["marital_status"] in ("married", "partnered") or kind in ("single", "shared home")
        assert 9_000 <= row["income"] < 160_000


def test_each_thing_is_untold_of_some(whole: Company) -> None:
    """About 8 % of each column are empty, names never: real files have gaps."""
    customers = whole.tables["customers"]
    for name in ("birth_date", "email", "marital_status", "income", "language", "work_city"):
        assert customers[name].null_count / SPEC.customers == pytest.approx(0.08, abs=0.025)
    assert customers["first_name"].null_count == 0


def test_doubled_records_are_known_in_the_truth(whole: Company) -> None:
    """Every member's record has a person; half are customers, some with the same mail and some misspelt."""
    members, second = sheet(whole, "loyalty_members"), whole.truth.parts["second_records"].to_pylist()
    person = {row["record"]: row["person"] for row in whole.truth.parts["identities"].to_pylist()}
    assert len(person) == SPEC.customers + members.num_rows
    assert len(second) == members.num_rows // 2
    assert all(person[row["record"]] == person[row["customer"]] for row in second)
    assert max(Counter(person.values()).values()) == 2
    assert 0.4 < np.mean([row["same_mail"] for row in second]) < 0.7
    assert any(row["misspelt"] for row in second)


def test_mail_is_shared_exactly_where_the_truth_says(whole: Company) -> None:
    """A member has the mail of a customer only where both are one person and gave the same."""
    customers = whole.tables["customers"]
    addresses = sheet(whole, "addresses").filter(pc.equal(sheet(whole, "addresses")["Channel"], "email"))
    theirs = {*customers["email"].drop_null().to_pylist(), *addresses["Address"].to_pylist()}
    members = {row["MemberId"]: row["Email"] for row in sheet(whole, "loyalty_members").to_pylist()}
    same = {row["record"] for row in whole.truth.parts["second_records"].to_pylist() if row["same_mail"]}
    shared = {member for member, mail in members.items() if mail in theirs}
    assert shared <= same
    assert len(shared) > 0.85 * len(same)


@pytest.mark.parametrize(("name", "kind", "written"), [("Becker", 1, "Beckre"), ("Anna", 2, "Ana"), ("Max", 0, "Msx")])
def test_slips_of_the_pen(name: str, kind: int, written: str) -> None:
    """A slip is a usual one where the name allows it; golden cases by hand."""
    assert misspelt(name, kind) == written


@given(st.sampled_from((*FIRST_NAMES, *SURNAMES)), st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_a_slip_changes_a_name_a_little(name: str, kind: int) -> None:
    """Misspelt names are others, begin alike and are at most one letter shorter or longer."""
    wrong = misspelt(name, kind)
    assert wrong != name
    assert wrong[0] == name[0]
    assert abs(len(wrong) - len(name)) <= 1


def test_names_are_distinct() -> None:
    """No name stands twice in the lists, and the women's come first."""
    assert len(set(FIRST_NAMES)) == len(FIRST_NAMES) > WOMEN
    assert len(set(SURNAMES)) == len(SURNAMES)


def test_sheets_of_one_stem_stand_in_one_file(whole: Company, tmp_path: Any) -> None:
    """Departments follow the customers, their cases the tickets, visits of leads and contacts the events."""
    exported: Exported = write_exports(whole, tmp_path, "parquet")
    rows: Counter[str] = Counter()
    for each in whole.sheets:
        rows[each.stem] += each.data.num_rows
    assert exported.rows["customers"] == SPEC.customers + 6
    assert exported.rows["service_tickets"] == whole.tables["service_contacts"].num_rows + rows["service_tickets"]
    assert exported.rows["web_and_app_events"] == rows["web_and_app_events"]
    assert set(exported.files) >= set(rows)
    kinds = Counter(pa.parquet.read_table(exported.files["customers"])["Kind"].to_pylist())
    assert kinds == {"buyer": SPEC.customers, "internal": 6}
    assert {path.stem for path in (tmp_path / "truth").glob("*.parquet")} >= set(whole.truth.parts)


def test_settings_name_questions_that_are_asked(whole: Company) -> None:
    """Every question that the settings declare stands in a file of the survey they name."""
    asked = {each.stem: set(each.data.column_names) for each in whole.sheets if each.table == "survey_responses"}
    asked["needs_survey"] = set(sheet(whole, "needs_survey")["QuestionCode"].to_pylist())
    told = module_settings(SPEC)
    for scale in told["surveys"]["scales"].values():
        assert set(scale["items"]) <= asked[scale["survey"]]
        assert set(scale["reversed"]) <= set(scale["items"])
    for need in told["needs"]["needs"].values():
        assert {need["importance"], need["satisfaction"]} <= asked[need["survey"]]
    for pair in told["needs"]["kano"].values():
        assert {pair["functional"], pair["dysfunctional"]} <= asked[pair["survey"]]
    for benefits in told["needs"]["benefits"].values():
        assert set(benefits["questions"]) <= asked[benefits["survey"]]


@pytest.mark.parametrize("customers", [1, 2, 9])
def test_the_smallest_companies_have_every_part(customers: int) -> None:
    """One customer is enough for every part to be grown and written."""
    small = simulate(CompanySpec(customers=customers, days=30, holdout_days=0, parts=PARTS))
    assert {each.table for each in small.sheets} >= {"accounts", "leads", "survey_responses"}


def test_parts_take_seconds_for_many_customers() -> None:
    """Twenty thousand customers get all their parts in some seconds: everything is drawn at once."""
    spec = CompanySpec(customers=20_000, days=200, holdout_days=0)
    begin = time.perf_counter()
    simulate(spec)
    middle = time.perf_counter()
    simulate(replace(spec, parts=PARTS))
    assert time.perf_counter() - middle < 8 * (middle - begin) + 4
