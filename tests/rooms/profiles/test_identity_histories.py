"""What a merge and an un-merge do to the histories, traits and consents of those merged."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles.history import keyed
from segmentry.profiles.run_rulings import merge, unmerge
from segmentry.profiles.spec import ProfileSpec
from segmentry.terms.canonical import CONSENTS
from tests.rooms.profiles.identity_cases import customers, resolved, rows_of, told
from tests.rooms.shops import AS_OF, LAST, arrow, by_customer, line, publish_shop

D = date(2021, 3, 1)
SPEC = ProfileSpec(AS_OF, LAST, "EUR")


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """Two parties with orders and consents of their own, and a third."""
    lines = [line("a", D + timedelta(30 * month), 20) for month in range(4)]
    lines += [line("b", D + timedelta(30 * month + 7), 35, product_id="p2") for month in range(3)]
    lines.append(line("c", D, 5))
    consents = [
        {
            "party_key": key,
            "source": "crm",
            "purpose": "marketing",
            "given": given,
            "recorded_at": datetime(2021, 1, day),
        }
        for key, given, day in (("a", True, 1), ("b", False, 2))
    ]
    with engine.run("load") as run:
        publish_shop(run, lines)
        run.publish(CONSENTS, arrow(CONSENTS, consents))
    return engine


def _traits(engine: Engine) -> dict[str, dict[str, Any]]:
    with engine.run("refresh", AS_OF) as run:
        profiles.refresh(run, SPEC)
    return by_customer(rows_of(engine, "behavioral_traits"))


def _consents(engine: Engine) -> set[tuple[str, bool]]:
    table = keyed(engine.table("consents"), engine.table("identity"))
    return {(row["customer_id"], row["given"]) for row in engine.rows(table)}


def test_a_merge_adds_up_both_histories(shop: Engine) -> None:
    """Orders and spend of the one customer are those of both parties, and nobody else's own facts change."""
    resolved(shop)
    before = _traits(shop)
    resolved(shop, ruling=lambda run: merge(run, "a", "b", "one person with two cards"))
    merged = _traits(shop)
    assert merged.keys() == {"a", "c"}
    assert merged["a"]["orders"] == before["a"]["orders"] + before["b"]["orders"] == 7
    assert merged["a"]["spend"] == before["a"]["spend"] + before["b"]["spend"]
    for name in ("orders", "spend"):
        assert merged["c"][name] == before["c"][name]
    assert _consents(shop) == {("a", True), ("a", False)}


def test_an_unmerge_restores_both_histories(shop: Engine) -> None:
    """Every trait of both is to the cell what it was before the merge; so are consents, under the ids of before."""
    resolved(shop)
    traits, consents = _traits(shop), _consents(shop)
    resolved(shop, ruling=lambda run: merge(run, "a", "b", "one person with two cards"))
    assert _traits(shop) != traits
    resolved(shop, ruling=lambda run: unmerge(run, "b", "mother and daughter"))
    assert _traits(shop) == traits
    assert _consents(shop) == consents == {("a", True), ("b", False)}


def test_a_profile_refresh_keeps_what_was_resolved(shop: Engine) -> None:
    """The plain identity of profiles, run after a resolution, changes nothing of it."""
    with shop.run("load") as run:
        run.publish(profiles.CUSTOMERS, customers([told(key, email="one@x.org") for key in "abc"]))
    resolved(shop)
    found = sorted(rows_of(shop, "identity"), key=str)
    assert {row["customer_id"] for row in found} == {"a"}
    _traits(shop)
    assert sorted(rows_of(shop, "identity"), key=str) == found
