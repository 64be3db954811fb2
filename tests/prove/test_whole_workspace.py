"""The whole company in a workspace: every trait has data, truth comes back, a second refresh changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rooms.simulate.companies import SPEC, Known, loaded

pytestmark = pytest.mark.prove

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "traits.md"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """The company, loaded and refreshed as its owner would, at a margin rate that makes value CLV."""
    with loaded(SPEC, tmp_path_factory.mktemp("whole"), margin_rate=0.4) as found:
        found.workspace.refresh()
        yield found


def documented() -> set[str]:
    """Names of the traits in the reference."""
    lines = REFERENCE.read_text(encoding="utf8").splitlines()
    return {line.split("`")[1] for line in lines if line.startswith("| `")}


def figures(known: Known) -> dict[str, dict[str, list[str]]]:
    """Every trait of every customer, by table."""
    tables = sorted({row["table_name"] for row in known.rows("trait_catalog")})
    read = {name: known.engine.arrow(known.engine.table(name).order_by("customer_id")).to_pydict() for name in tables}
    return {name: {key: list(map(told, values)) for key, values in columns.items()} for name, columns in read.items()}


def told(value: Any) -> str:
    """A value as text, numbers to nine digits: sums of numbers depend on their order."""
    return f"{value:.9g}" if isinstance(value, float) else repr(value)


def test_every_trait_of_the_reference_has_data(known: Known) -> None:
    """Nothing that a module can tell stays empty in the simulated company."""
    told: set[str] = set()
    for row in known.rows("trait_catalog"):
        column = known.engine.table(row["table_name"])[row["trait"]]
        if known.engine.rows(column.as_table().aggregate(known=column.count()))[0]["known"]:
            told.add(row["trait"])
    assert sorted(documented() - told) == []


def test_what_customers_spend_elsewhere_comes_back(known: Known) -> None:
    """The share of wallet is the planted one wherever the customer told of the category, and unknown elsewhere."""
    pairs = known.pairs("lives", "wallet_share", "loyalty_traits", "share_of_wallet")
    told = [row for row in known.truth("lives") if row["told"]]
    assert len(told) * 0.9 < len(pairs) <= len(told)
    near = [abs(true - found) < 0.02 for true, found in pairs]
    assert sum(near) > 0.9 * len(near)


def test_stacks_of_organizations_come_back(known: Known) -> None:
    """An organization has at least the technologies planted for it; its people bring theirs."""
    traits = known.by("company_technographic_traits")
    planted = {f"account:{row['account']}": row["technologies"] for row in known.truth("company_stacks")}
    sizes = {id_: traits[id_]["company_stack_size"] for id_ in planted if id_ in traits}
    assert len(sizes) > 0.5 * len(planted)
    assert all(size >= planted[id_] for id_, size in sizes.items())


def test_a_second_refresh_of_the_same_data_changes_nothing(known: Known) -> None:
    """No module leans on what another one published in the refresh before."""
    before = figures(known)
    known.workspace.refresh()
    after = figures(known)
    assert before.keys() == after.keys()
    changed = {
        f"{name}.{column}": sum(one != other for one, other in zip(values, after[name][column], strict=True))
        for name, columns in before.items()
        for column, values in columns.items()
        if values != after[name][column]
    }
    assert changed == {}
