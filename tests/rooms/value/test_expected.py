"""The value of one customer: the engine's interval is the one that science gives for a group of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import ibis
import numpy as np
import pyarrow as pa
import pytest

from segmentry.science import GammaGamma
from segmentry.terms.numbers import NotEstimable
from segmentry.value.expected import SpendParameters, score
from segmentry.value.learning import Histories, Learned, learn_purchases, learn_spend, score_histories
from segmentry.value.margin import Margin
from segmentry.value.segments import intervals, value_customers
from tests.rooms.value.test_learning import CUSTOMERS, NO_GAPS, SPEC, histories_of


@pytest.fixture(scope="module")
def learned() -> Learned:
    """Both models of a world of 600 customers, a fifth of which is kept for sure after returns."""
    rows = histories_of(CUSTOMERS)
    purchases, checks, reasons = learn_purchases(Histories.of(rows), SPEC, NO_GAPS)
    repeat = CUSTOMERS.filter(pa.compute.greater(CUSTOMERS["frequency"], 0))
    spend, _ = learn_spend(repeat.select(["frequency", "repeat_spend"]))
    return Learned(purchases, spend, Margin(1.0, "told"), 0.9, tuple(checks), reasons, rows, 0.02, 0.0)


@pytest.fixture(scope="module")
def connection() -> Iterator[ibis.BaseBackend]:
    """An empty database in memory."""
    found = ibis.duckdb.connect()
    yield found
    found.disconnect()


def scored(learned: Learned, connection: ibis.BaseBackend, level: float = 0.95) -> pa.Table:
    """What the engine says of every customer, in the order of `CUSTOMERS`."""
    assert not isinstance(learned.purchases, NotEstimable)
    assert isinstance(learned.spend, GammaGamma)
    size = CUSTOMERS.num_rows
    money = [100.0] * size
    told = CUSTOMERS.append_column("customer_id", pa.array([f"{place:04d}" for place in range(size)]))
    told = told.append_column("spend", pa.array([90.0] * size)).append_column("placed_amount", pa.array(money))
    spend = SpendParameters.of(learned.spend, learned.kept_share, learned.prior_amount, learned.kept_error)
    histories = score_histories(learned.purchases, learned.rows, SPEC)
    expression = score(ibis.memtable(told), histories, spend, level)
    return connection.to_pyarrow(expression.order_by("customer_id"))


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_the_interval_of_one_is_that_of_a_group_of_one(
    learned: Learned, connection: ibis.BaseBackend, level: float
) -> None:
    """Every customer's ends, worked out in the engine, are those of science to nine digits."""
    alone = np.arange(CUSTOMERS.num_rows, dtype=np.int64)
    wanted = intervals(value_customers(learned, CUSTOMERS, SPEC), alone, replace(SPEC, level=level))
    assert not isinstance(wanted, NotEstimable)
    found = scored(learned, connection, level)
    value, factor = (found[name].to_numpy() for name in ("expected_discounted_revenue", "value_factor"))
    np.testing.assert_allclose(value, wanted[0].estimate, rtol=1e-9)
    np.testing.assert_allclose(value / factor, wanted[0].low, rtol=1e-6)
    np.testing.assert_allclose(value * factor, wanted[0].high, rtol=1e-6)


def test_a_share_that_is_not_known_for_sure_widens_every_interval(
    learned: Learned, connection: ibis.BaseBackend
) -> None:
    """The error of the share kept after returns counts for everybody."""
    narrow = scored(replace(learned, kept_error=0.0), connection)["value_factor"].to_numpy()
    wide = scored(replace(learned, kept_error=0.2), connection)["value_factor"].to_numpy()
    assert (wide > narrow).all()
    np.testing.assert_allclose(np.log(wide) ** 2 - np.log(narrow) ** 2, (1.959963984540054 * 0.2) ** 2, rtol=1e-6)


def test_an_error_beyond_all_bounds_gives_no_interval(learned: Learned, connection: ibis.BaseBackend) -> None:
    """Where the models say next to nothing, no ends are told rather than endless ones."""
    found = scored(replace(learned, kept_error=30.0), connection)
    assert found["value_factor"].null_count == found.num_rows
    assert found["expected_discounted_revenue"].null_count == 0
