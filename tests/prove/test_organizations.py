"""A simulated company that also sells to its organizations: one account in all tables, and planted twins are found."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from segmentry.simulate import CompanySpec
from tests.rooms.profiles.test_identity_organizations import slipped
from tests.rooms.simulate.companies import Known, loaded, publish_profiles, sheet

pytestmark = pytest.mark.prove

SPEC = CompanySpec(customers=600, seed=5, days=400, holdout_days=0, parts=("persons", "accounts"))
EVERY = 2
"""Of so many organizations one is written a second time."""


def twins(company: Any) -> tuple[str, dict[str, str]]:
    """A file of organizations that another system writes its own way, and the true number of each."""
    random, lines, truth = Random(3), ["account_id,account_name,industry,city,country"], {}
    for at, row in enumerate(sheet(company, "accounts").to_pylist()[::EVERY], 1):
        words, number = row["AccountName"].rsplit(" ", 1)
        lines.append(f'E{at},"{slipped(random, words)} {number}",{row["Industry"]},{row["City"]},{row["Country"]}')
        truth[f"E{at}"] = row["AccountId"]
    return "\n".join(lines) + "\n", truth


def orders(company: Any) -> tuple[str, dict[str, int]]:
    """Orders by account, and how many each has."""
    random, lines, counts = Random(4), ["account_id,contact_id,order_id,date,amount"], dict[str, int]()
    people = {row["AccountId"]: row["ContactId"] for row in sheet(company, "account_contacts").to_pylist()}
    for row in sheet(company, "accounts").to_pylist():
        counts[row["AccountId"]] = number = random.randrange(0, 5)
        person = people.get(row["AccountId"], "")
        for order in range(number):
            day = f"{SPEC.start.year}-{random.randrange(1, 13):02}-{random.randrange(1, 28):02}"
            lines.append(f"{row['AccountId']},{person},B{row['AccountId']}-{order},{day},{random.randrange(50, 900)}")
    return "\n".join(lines) + "\n", counts


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    folder = tmp_path_factory.mktemp("organizations")
    with loaded(SPEC, folder) as found:
        (folder / "business_orders.csv").write_text(orders(found.company)[0], encoding="utf8")
        (folder / "erp_accounts.csv").write_text(twins(found.company)[0], encoding="utf8")
        found.workspace.load(folder / "business_orders.csv")
        found.workspace.load(folder / "erp_accounts.csv", table="accounts", source="erp")
        publish_profiles(found)
        yield found


def test_orders_of_accounts_meet_their_opportunities_and_people(known: Known) -> None:
    """The organization's own orders are under the number that opportunities, groups and contacts bear."""
    counts = orders(known.company)[1]
    placed = [row["party_key"] for row in known.rows("orders") if row["party_key"].startswith("account:")]
    assert {f"account:{name}": number for name, number in counts.items() if number} == {
        name: placed.count(name) for name in set(placed)
    }
    traits = known.by("account_traits")
    assert sum(row["contacts_orders"] or 0 for row in traits.values()) >= sum(counts.values())
    parents = {row["AccountId"] for row in sheet(known.company, "accounts").to_pylist() if row["ParentAccount"]}
    alone = [name for name in counts if name not in parents and traits[f"account:{name}"]["subsidiaries"] == 0]
    for name in alone:
        assert (traits[f"account:{name}"]["group_orders"] or 0) >= counts[name]


def test_planted_twins_wait_for_people(known: Known) -> None:
    """At least 90 % of organizations written twice are proposed, 95 % of the proposals are right, none is joined."""
    truth = {(f"account:{name}", f"account:{true}") for name, true in twins(known.company)[1].items()}
    found = {(row["left_party"], row["right_party"]) for row in known.rows("identity_review")}
    found = {pair for pair in found if pair[0].startswith("account:")}
    right = found & truth
    assert (len(right) / len(truth) >= 0.9, len(right) / len(found) >= 0.95) == (True, True), (len(right), len(found))
    assert not [
        row
        for row in known.rows("identity")
        if row["party_key"] != row["customer_id"] and "account" in row["party_key"]
    ]
