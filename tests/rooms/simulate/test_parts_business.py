"""Organizations, technologies, leads, relations and the market of a simulated company."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pointbiserialr
from tests.rooms.simulate.companies import SPEC, sheet

from segmentry.simulate import (
    Company,
)
from segmentry.simulate.parts.technology import bass_times


def test_groups_are_trees(whole: Company) -> None:
    """Parents stand before their children, so that no organization belongs to itself."""
    rows = sheet(whole, "accounts").to_pylist()
    assert all(row["ParentAccount"] is None or row["ParentAccount"] < row["AccountId"] for row in rows)
    top = {row["account"]: row["group"] for row in whole.truth.parts["firms"].to_pylist()}
    for row in rows:
        parent = row["ParentAccount"]
        assert top[row["AccountId"]] == (row["AccountId"] if parent is None else top[parent])


def test_staff_grows_as_its_class(whole: Company) -> None:
    """Over three years staff grows by a fifth a year at the fast-growing and falls at the struggling."""
    firms = {row["account"]: row["performance"] for row in whole.truth.parts["firms"].to_pylist()}
    table = sheet(whole, "accounts")
    years = sorted(name for name in table.column_names if name.startswith("employees_"))
    for row in table.to_pylist():
        growth = (row[years[-1]] / row[years[-4]]) ** (1 / 3) - 1
        wanted = {"fast_growing": growth >= 0.2, "struggling": growth <= -0.05, "stable": -0.05 < growth < 0.2}
        assert wanted[firms[row["AccountId"]]]


def test_roles_that_ended_are_not_in_the_truth(whole: Company) -> None:
    """The truth holds exactly the rows of the file that have no end."""
    rows = [row for row in sheet(whole, "account_contacts").to_pylist() if row["EndDate"] is None]
    told = {(row["AccountId"], row["ContactId"], row["Role"]) for row in rows}
    planted = whole.truth.parts["roles"].to_pylist()
    assert told == {(row["account"], row["person"], row["role"]) for row in planted}
    assert any(row["customer"] for row in planted)
    assert any(row["heard"] for row in planted)


@given(st.floats(0.005, 0.1), st.floats(0.0, 0.8), st.lists(st.floats(0.0, 0.99), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_times_of_adoption_turn_the_curve_round(innovation: float, imitation: float, shares: list[float]) -> None:
    """Bass 1969: the share adopted until the time found for a share is that share."""
    times = bass_times(np.array(shares), innovation, imitation)
    decay = np.exp(-(innovation + imitation) * times)
    assert (1 - decay) / (1 + imitation / innovation * decay) == pytest.approx(shares, abs=1e-9)
    assert (np.diff(np.sort(times)) >= 0).all()


def test_leads_convert_at_their_chance(whole: Company) -> None:
    """Conversions of settled leads add up to their chances within three standard errors, and go with them."""
    rows = whole.truth.parts["leads"].to_pylist()
    chance, came = (np.array([row[name] for row in rows], float) for name in ("chance", "converted"))
    assert abs(came.sum() - chance.sum()) < 3 * np.sqrt((chance * (1 - chance)).sum())
    assert pointbiserialr(came, chance).statistic > 0.3


def test_open_leads_tell_no_outcome(whole: Company) -> None:
    """What is not settled has no outcome and no end; what is settled has both, and its events lie before."""
    rows, truth = sheet(whole, "leads").to_pylist(), whole.truth.parts["leads"].to_pylist()
    for row, true in zip(rows, truth, strict=True):
        assert (row["Converted"] is None) == (row["ClosedAt"] is None) == (not true["settled"])
        assert row["Converted"] in (None, true["converted"])
        assert row["LeadStage"] in ("customer", "lost") or not true["settled"]
    closed = {row["PersonId"]: row["ClosedAt"] for row in rows}
    events = next(each.data for each in whole.sheets if each.stem == "web_and_app_events"
                  and "L" in each.data["CustomerNo"][0].as_py())  # fmt: skip
    visits = [(row["EventTime"], closed[row["CustomerNo"]]) for row in events.to_pylist()]
    assert all(end is None or moment <= end for moment, end in visits)


def test_without_strength_all_leads_have_one_chance(null_world: Company) -> None:
    """In the null world the chance is that of the base for every lead, whatever it is and does."""
    chances = set(np.round(null_world.truth.parts["leads"]["chance"].to_numpy(), 12))
    assert chances == {round(1 / (1 + np.exp(1.4)), 12)}


def test_who_refers_was_there_before(whole: Company) -> None:
    """A referrer is an earlier customer; those who came by referral are the referred."""
    arrived = dict(zip(whole.truth.customers["party_key"].to_pylist(), whole.truth.customers["acquired"].to_pylist(),
                       strict=True))  # fmt: skip
    rows = whole.truth.parts["referrals"].to_pylist()
    assert rows
    assert all(arrived[f"shop:{row['referrer']}"] < arrived[f"shop:{row['record']}"] for row in rows)


def test_the_last_word_on_consent_is_the_truth(whole: Company) -> None:
    """Of several words on one purpose the latest is in force."""
    last: dict[tuple[str, str], tuple[Any, bool]] = {}
    for row in sheet(whole, "consents").to_pylist():
        key = (row["CustomerNo"], row["Purpose"])
        last[key] = max(last.get(key, (row["ConsentDate"], row["Consent"])), (row["ConsentDate"], row["Consent"]),
                        key=lambda word: word[0])  # fmt: skip
    planted = {(row["record"], row["purpose"]): row["given"] for row in whole.truth.parts["consents"].to_pylist()}
    differ = [key for key, given_now in planted.items() if last[key][1] != given_now]
    # two words in one second cannot be told apart by time
    assert len(differ) <= 2
    assert 0.5 < np.mean(list(planted.values())) < 0.75


def test_contracts_end_or_renew(whole: Company) -> None:
    """A contract that has ended renews no more; one that runs renews after the last day."""
    end = np.datetime64(SPEC.start) + SPEC.days - 1
    for row in sheet(whole, "subscriptions").to_pylist():
        assert (row["EndDate"] is None) != (row["RenewalDate"] is None)
        assert row["RenewalDate"] is None or np.datetime64(row["RenewalDate"]) >= end
        assert row["StartDate"] <= (row["EndDate"] or row["RenewalDate"])


def test_market_figures_go_beyond_the_end_as_forecasts(whole: Company) -> None:
    """Quarters up to the end are observed, those after it forecast."""
    end = np.datetime64(SPEC.start) + SPEC.days
    for row in sheet(whole, "market_figures").to_pylist():
        assert row["Forecast"] == (np.datetime64(row["PeriodEnd"]) >= end)
