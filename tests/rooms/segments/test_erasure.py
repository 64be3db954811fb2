"""Erasure: no version names the erased, counts stay exact, and the next refresh does not bring them back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from segmentry.engine import Engine
from segmentry.segments.belonging import Belonging
from segmentry.segments.run_erasure import NAMING, erase
from tests.rooms.segments.shops import Shop, definition
from tests.rooms.shops import line

TODAY = date(2021, 12, 31)
BUYERS = definition("buyers", "any order")
LATELY = definition("lately", "any order in last 30 days")


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """Three buyers, refreshed twice, so that earlier versions are kept."""
    shop = Shop(engine)
    shop.load(*(line(who, TODAY - timedelta(days)) for who, days in (("a", 3), ("b", 40), ("c", 200))))
    shop.refresh(TODAY, [BUYERS, LATELY], manual=[("lately", "c", "added"), ("lately", "a", "removed")])
    shop.load(line("b", TODAY - timedelta(1)))
    shop.refresh(TODAY, [BUYERS, LATELY])
    return shop


def erased(shop: Shop, *customers: str) -> dict[str, int]:
    as_of = shop.published().as_of
    with shop.engine.run("erasure", as_of) as run:
        found = erase(run, customers)
    shop.engine.prune(at_once={contract.name for contract in NAMING})
    return found


def everything(engine: Engine) -> str:
    """Every row of every version of every table of membership that is still in the warehouse."""
    names = [each for each in engine.warehouse.names() if each.startswith("segment_")]
    return "\n".join(str(engine.rows(engine.warehouse.table(each))) for each in sorted(names))


def test_no_kept_version_names_the_erased(shop: Shop) -> None:
    """Statements, members, decisions and due instants of every version are rewritten; others are untouched."""
    assert "'customer_id': 'c'" in everything(shop.engine)
    gone = erased(shop, "c")
    assert gone["segment_changes"] >= 2
    assert gone["segment_manual"] == 1
    assert "'c'" not in everything(shop.engine)
    assert shop.members("buyers") == {"a", "b"}
    assert shop.members("lately") == {"b"}


def test_the_tombstone_names_nobody(shop: Shop) -> None:
    """A salted hash and an instant; a second erasure of the same customer adds nothing."""
    erased(shop, "c")
    erased(shop, "c", "b")
    rows = shop.engine.rows(shop.engine.table("segment_erasures"))
    assert len(rows) == 2
    assert len({row["salt"] for row in rows}) == 1
    assert all(len(row["digest"]) == 64 and row["digest"] not in ("c", "b") for row in rows)


def test_counts_stay_exact(shop: Shop) -> None:
    """What is counted is what is there."""
    erased(shop, "b")
    counts = {row["segment_id"]: row["members"] for row in shop.published().counts()}
    assert counts == {"buyers": len(shop.members("buyers")), "lately": len(shop.members("lately"))}


def test_a_refresh_does_not_bring_them_back(shop: Shop) -> None:
    """Their orders are still there, yet they are of no universe; nobody is said to have left."""
    erased(shop, "b")
    shop.refresh(TODAY, [BUYERS, LATELY])
    assert shop.members("buyers") == {"a", "c"}
    assert "'b'" not in everything(shop.engine)
    published = shop.published()
    found = Belonging(shop.engine, published.as_of).members([BUYERS]).to_pylist()
    assert {row["customer_id"] for row in found} == {"a", "c"}


def test_erasing_everybody_leaves_empty_segments(shop: Shop) -> None:
    """Nothing breaks where nobody is left."""
    erased(shop, "a", "b", "c")
    shop.refresh(TODAY, [BUYERS, LATELY])
    assert shop.members("buyers") == set()
    assert [row["members"] for row in shop.published().counts()] == [0, 0]
