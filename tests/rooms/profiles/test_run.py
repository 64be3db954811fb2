"""Profiles as published: the universe, the as-of, given traits and the catalog."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles.behavioral import TRAITS
from segmentry.profiles.spec import ProfileSpec
from tests.rooms.shops import AS_OF, LAST, by_customer, line, party, publish_shop

SPEC = ProfileSpec(AS_OF, LAST, "EUR")
D = date(2021, 3, 1)


def lines() -> list[dict[str, Any]]:
    """A regular, a newcomer, one who only returned, and one who came after the as-of."""
    bought = [line("regular", D + timedelta(30 * month), 20, product_id=f"p{month % 2}") for month in range(10)]
    newcomer = line("newcomer", LAST, 5)
    late = line("late", LAST + timedelta(1), 5)
    return [*bought, newcomer, line("returner", D, -5), late]


def profiled(engine: Engine, rows: list[dict[str, Any]], spec: ProfileSpec = SPEC, **given: Any) -> Any:
    parties = [party(key, None, **given) for key in dict.fromkeys(row["party_key"] for row in rows)] if given else None
    with engine.run("load") as run:
        publish_shop(run, rows, parties)
    with engine.run("refresh", spec.as_of) as run:
        catalog = profiles.refresh(run, spec)
        profiles.publish_catalog(run, catalog, spec)
    return by_customer(engine.rows(engine.table("behavioral_traits")))


def test_the_universe_is_everybody_known_at_the_as_of(engine: Engine) -> None:
    """Who never bought is a non-user with unknown traits; who came later is not there yet."""
    found = profiled(engine, lines())
    assert {name: row["user_status"] for name, row in found.items()} == {
        "regular": "regular",
        "newcomer": "first_time",
        "returner": "non_user",
    }
    assert found["returner"]["usage_band"] is None
    assert found["returner"]["spend"] is None


def test_nothing_after_the_last_day_is_known(engine: Engine) -> None:
    """Orders and lines after the as-of change no trait of anybody."""
    before = profiled(engine, [row for row in lines() if row["party_key"] != "late"])
    later = [line("regular", LAST + timedelta(day), 999, product_id="p9") for day in (1, 2, 3)]
    with Engine.in_memory() as other:
        assert profiled(other, [*lines(), *later]) == before


def test_an_as_of_in_the_past_gives_what_stood_then(engine: Engine) -> None:
    """The same lines as of April: a first-time buyer and nobody else."""
    spec = ProfileSpec(datetime(2021, 3, 2), D, "EUR")
    found = profiled(engine, [row for row in lines() if row["party_key"] != "returner"], spec)
    assert found.keys() == {"regular"}
    assert (found["regular"]["orders"], found["regular"]["user_status"]) == (1, "first_time")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_changes_nothing(engine: Engine, seed: int) -> None:
    """Shuffled lines publish the same traits, to the last digit."""
    rows = lines()
    expected = profiled(engine, rows)
    with Engine.in_memory() as other:
        assert profiled(other, random.Random(seed).sample(rows, len(rows))) == expected


def test_products_stand_in_where_no_category_is_told(engine: Engine) -> None:
    """The favorite is a product then; of two of equal amount the last in the alphabet."""
    assert profiled(engine, lines())["regular"]["favorite_category"] == "p1"


def test_what_no_source_tells_is_unknown_not_nothing(engine: Engine) -> None:
    """Without any discount or channel in the orders their traits are empty; told for one order, all have them."""
    untold = profiled(engine, lines())["regular"]
    assert untold["discount_share"] is None
    assert untold["discounted_order_share"] is None
    assert untold["channels_used"] is None
    told = [line("newcomer", LAST, 5, discount=Decimal(1), channel="web"), *lines()]
    found = profiled(engine, told)
    assert found["regular"]["discounted_order_share"] == 0
    assert found["newcomer"]["channels_used"] == 1


def test_given_traits_stand_in_a_table_of_their_own(engine: Engine) -> None:
    """What a source told of a customer is published as told and listed in the catalog with basis and protection."""
    profiled(engine, lines(), country="France", given_age=44, given_religion="none")
    given = by_customer(engine.rows(engine.table("given_traits")))
    assert given["regular"] == {
        "customer_id": "regular",
        "country": "France",
        "given_age": 44,
        "given_religion": "none",
    }
    catalog = {row["trait"]: row for row in engine.rows(engine.table("trait_catalog"))}
    assert catalog["given_religion"]["data_class"] == "special"
    assert (catalog["given_age"]["basis"], catalog["given_age"]["origin"]) == ("demographic", "given")
    assert catalog["country"]["table_name"] == "given_traits"


def test_the_catalog_names_exactly_the_columns_that_are_published(engine: Engine) -> None:
    """No trait without its column and no column without its trait."""
    profiled(engine, lines())
    catalog = engine.rows(engine.table("trait_catalog"))
    columns = set(engine.table("behavioral_traits").columns) - {"customer_id"}
    assert {row["trait"] for row in catalog if row["table_name"] == "behavioral_traits"} == columns
    assert columns == {trait.name for trait in TRAITS}
    assert {row["as_of"] for row in catalog} == {AS_OF}


def test_a_customer_keeps_its_id_over_refreshes(engine: Engine) -> None:
    """The identity decided first stays, with the time it was decided; newcomers are added."""
    profiled(engine, lines())
    first = {row["party_key"]: row for row in engine.rows(engine.table("identity"))}
    profiled(engine, [*lines(), line("another", D, 5)])
    second = {row["party_key"]: row for row in engine.rows(engine.table("identity"))}
    assert {name: second[name] for name in first} == first
    assert second.keys() - first.keys() == {"another"}
