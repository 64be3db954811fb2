"""Who of a segment can be reached: consent in force and an address that works."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from segmentry.discovery.reach import reached
from segmentry.discovery.tables import SEGMENTATION_MEMBERS
from segmentry.engine import Engine, arrow_schema
from segmentry.profiles.tables import IDENTITY
from segmentry.terms.canonical import ADDRESSES, CONSENTS
from tests.rooms.shops import arrow

AS_OF = datetime(2026, 3, 1)
PEOPLE = tuple(f"c{place}" for place in range(4))


def word(who: str, given: bool, days: int = 10, **told: Any) -> dict[str, Any]:
    """A word on consent so many days before the as-of."""
    recorded = AS_OF - timedelta(days=days)
    return {"party_key": who, "source": "crm", "purpose": "marketing", "given": given, "recorded_at": recorded} | told


def address(who: str, usable: bool | None = None) -> dict[str, Any]:
    return {"party_key": who, "source": "crm", "channel": "email", "address": f"{who}@example.com", "usable": usable}


def shares(engine: Engine, consents: Any = None, addresses: Any = None, merged: bool = False) -> list[float]:
    """Share reached of segment one (c0 to c3) and of one without members."""
    with engine.run("refresh", AS_OF) as run:
        rows = [{"segmentation": "s", "customer_id": each, "segment_id": "one"} for each in PEOPLE]
        run.publish(SEGMENTATION_MEMBERS, pa.Table.from_pylist(rows, schema=arrow_schema(SEGMENTATION_MEMBERS)))
        keys = {each: each for each in PEOPLE} | ({"other": "c0"} if merged else {})
        known = [{"party_key": key, "customer_id": who, "recorded_at": AS_OF} for key, who in keys.items()]
        run.publish(IDENTITY, arrow(IDENTITY, known))
        if consents is not None:
            run.publish(CONSENTS, arrow(CONSENTS, consents))
        if addresses is not None:
            run.publish(ADDRESSES, arrow(ADDRESSES, addresses))
        return list(reached(run, "s", ["one", "nobody"], AS_OF))


def test_the_latest_word_counts_and_only_those_before_the_instant(engine: Engine) -> None:
    """c0 agreed, c1 took it back, c2 agrees tomorrow, c3 never spoke: one of four."""
    words = [word("c0", True), word("c1", True, 20), word("c1", False, 5), word("c2", True, -1)]
    one, nobody = shares(engine, words)
    assert one == 0.25
    assert np.isnan(nobody)


def test_an_address_that_bounces_is_none(engine: Engine) -> None:
    """One of which nothing bad is known works; without consents loaded, addresses alone decide."""
    assert shares(engine, None, [address("c0"), address("c1", usable=False), address("c2", usable=True)])[0] == 0.5


def test_consent_and_address_must_both_be_there(engine: Engine) -> None:
    """Three agreed and three have an address, but only two have both."""
    words = [word(each, True) for each in ("c0", "c1", "c2")]
    assert shares(engine, words, [address(each) for each in ("c1", "c2", "c3")])[0] == 0.5


def test_words_of_a_merged_party_are_the_customers(engine: Engine) -> None:
    """Consent told of one record, address of the other: one customer who can be reached."""
    assert shares(engine, [word("other", True)], [address("c0")], merged=True)[0] == 0.25


@pytest.mark.parametrize("told", [(None, None)])
def test_where_nothing_is_loaded_nothing_is_claimed(engine: Engine, told: tuple[None, None]) -> None:
    """Neither zero nor one."""
    assert np.isnan(shares(engine, *told)).all()
