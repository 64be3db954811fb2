import time
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from segmentry.simulate import PROCESSES, Company, CompanySpec, shared_tables, simulate, simulate_blocks
from segmentry.simulate.columns import ARROW_TYPES
from segmentry.simulate.company import BLOCK
from segmentry.terms.canonical import CANONICAL
from segmentry.terms.clock import utc_to_local

TABLES = (
    "customers", "products", "order_lines", "service_contacts", "activities", "marketing_costs", "campaigns", "touches",
)  # fmt: skip


def numbers(table: Any, column: str) -> np.ndarray:
    return np.asarray(table[column].cast(pa.float64()).to_numpy())


def sales(company: Company) -> Any:
    lines = company.tables["order_lines"]
    return lines.filter(pc.equal(lines["line_kind"], "sale"))


def orders_of(company: Company) -> Any:
    return sales(company).group_by(["order_id", "party_key"]).aggregate([("ordered_on", "min"), ("amount", "sum")])


@pytest.mark.parametrize("name", TABLES)
def test_tables_keep_their_contracts(company: Company, name: str) -> None:
    """Columns stand in the contract's order with its types, required ones are full, keys are unique."""
    table, contract = company.tables[name], CANONICAL[name]
    assert tuple(table.column_names[: len(contract.names)]) == contract.names
    assert contract.open or len(table.column_names) == len(contract.names)
    for column in contract.columns:
        kind = table.schema.field(column.name).type
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        assert kind == ARROW_TYPES[column.type] or table[column.name].null_count == table.num_rows, column.name
        assert not column.required or table[column.name].null_count == 0, column.name
    assert table.select(contract.key).group_by(list(contract.key)).aggregate([]).num_rows == table.num_rows


def test_no_table_is_empty(company: Company) -> None:
    """Every logical table of the first version has rows."""
    assert set(company.tables) == set(TABLES)
    assert all(table.num_rows for table in company.tables.values())


def test_orders_agree_with_the_truth(company: Company) -> None:
    """The distinct orders of each customer in the tables are the purchases the truth states."""
    counted = orders_of(company).group_by("party_key").aggregate([("order_id", "count")])
    found = dict(zip(counted["party_key"].to_pylist(), counted["order_id_count"].to_pylist(), strict=True))
    truth = company.truth.customers
    assert found == dict(zip(truth["party_key"].to_pylist(), truth["purchases"].to_pylist(), strict=True))
    assert company.summary["orders"] == sum(found.values())


def test_lines_add_up_to_the_cent(company: Company) -> None:
    """Amount is quantity times charged price, and a discount explains the rest up to the list price."""
    lines = company.tables["order_lines"]
    cents = np.rint(numbers(lines, "amount") * 100)
    assert np.array_equal(cents, np.rint(numbers(lines, "quantity") * numbers(lines, "unit_price") * 100))
    products = company.tables["products"]
    listed = dict(zip(products["product_id"].to_pylist(), numbers(products, "list_price"), strict=True))
    sold = sales(company)
    full = np.array([listed[product] for product in sold["product_id"].to_pylist()]) * numbers(sold, "quantity")
    assert np.allclose(numbers(sold, "amount") + numbers(sold, "discount"), full, atol=1e-6)


def test_returns_reverse_a_sale_later_on_their_own_note(company: Company) -> None:
    """A return is negative, stands on an R note, comes days after its order and reverses a line of it."""
    lines = company.tables["order_lines"]
    back = lines.filter(pc.equal(lines["line_kind"], "return")).to_pylist()
    sold = {(row["order_id"][1:], row["product_id"], -row["quantity"]): row for row in sales(company).to_pylist()}
    assert back
    for row in back:
        origin = sold[(row["order_id"][1:], row["product_id"], row["quantity"])]
        assert row["order_id"].startswith("R")
        assert row["amount"] < 0 < origin["amount"]
        assert row["ordered_on"] - origin["ordered_on"] >= timedelta(days=3)
        assert row["party_key"] == origin["party_key"]


def test_days_are_local_days_inside_the_history() -> None:
    """In a zone far from UTC every ordered_on is the local day of ordered_at, and none leaves the history."""
    spec = CompanySpec(customers=1_000, timezone="Pacific/Auckland", days=400, start=date(2022, 3, 1))
    lines = simulate(spec).tables["order_lines"]
    for instant, day in zip(lines["ordered_at"].to_pylist(), lines["ordered_on"].to_pylist(), strict=True):
        assert utc_to_local(instant, "Pacific/Auckland").date() == day
        assert spec.start <= day < spec.start + timedelta(days=spec.days)


@pytest.mark.parametrize("process", PROCESSES)
def test_expected_and_realised_purchases_agree(process: str) -> None:
    """For each process, with seasons and drift, the holdout adds up to its expectation within 3.5 standard errors."""
    spec = CompanySpec(customers=5_000, seed=2, process=process, drift=True)  # type: ignore[arg-type]
    truth = simulate(spec).truth.customers
    realised = numbers(truth, "holdout_purchases")
    for column in ("expected_purchases", "expected_given_history"):
        difference = realised - numbers(truth, column)
        if process != "clumpy" or column == "expected_purchases":
            assert abs(difference.sum() / np.sqrt((difference**2).sum())) < 3.5


def test_spend_and_margin_of_the_truth_are_those_of_the_lines(exact_company: Company) -> None:
    """Orders cost and bring on average what each customer's true means say, within 1.5 %."""
    truth, sold = exact_company.truth.customers, sales(exact_company)
    purchases = numbers(truth, "purchases")
    expected = float(purchases @ numbers(truth, "order_spend"))
    assert numbers(sold, "amount").sum() == pytest.approx(expected, rel=0.015)
    margin = numbers(sold, "amount") - numbers(sold, "cost")
    before = numbers(truth, "order_margin") / (1 - numbers(truth, "return_share"))
    assert margin.sum() == pytest.approx(float(purchases @ before), rel=0.02)


def test_without_seasons_calendar_and_own_clock_agree(exact_company: Company) -> None:
    """With season_strength 0 the truth's ages are calendar days, so the BG/NBD holds in calendar time."""
    truth = exact_company.truth.customers
    assert np.allclose(numbers(truth, "age"), exact_company.spec.days - numbers(truth, "acquired"))
    assert np.allclose(numbers(truth, "horizon"), 364)


def test_planted_season_is_found() -> None:
    """Repeat orders follow the planted index: December over a plain month as planted, and flat where none is."""
    base = CompanySpec(customers=20_000, seed=4, segments=1, season_strength=1.0, products=8)
    for spec in (base, replace(base, season_strength=0.0)):
        grown = simulate(spec)
        days = np.array([day.month for day in orders_of(grown)["ordered_on_min"].to_pylist()])
        season = grown.truth.season
        months = np.array([day.month for day in season["day"].to_pylist()])
        index = numbers(season, "index")
        planted = index[months == 12].mean() / index[months == 10].mean()
        assert (days == 12).sum() / (days == 10).sum() == pytest.approx(planted * 1.03, rel=0.08)
        assert (planted > 1.5) == (spec.season_strength > 0)


def test_null_world_has_equal_segments() -> None:
    """With separation 0 labels mean nothing: means differ by no more than chance; with 1 they differ wildly."""

    def spread(separation: float) -> float:
        truth = simulate(CompanySpec(customers=10_000, separation=separation)).truth.customers
        segment = np.array(truth["segment"].to_pylist())
        spend = numbers(truth, "purchase_rate")
        overall = spend.std()
        return max(
            abs(spend[segment == one].mean() - spend.mean()) / (overall / np.sqrt((segment == one).sum()))
            for one in np.unique(segment)
        )

    assert spread(0.0) < 4
    assert spread(1.0) > 20


def test_one_segment_is_one_cloud() -> None:
    """segments=1 has a single latent segment, which holds everybody."""
    segments = simulate(CompanySpec(customers=1_000, segments=1)).truth.segments
    assert segments["customers"].to_pylist() == [1_000]


def test_more_segments_than_archetypes_are_variants() -> None:
    """Twelve segments have twelve names and shares that add up to 1."""
    segments = simulate(CompanySpec(customers=1_000, segments=12)).truth.segments
    assert len(set(segments["segment"].to_pylist())) == 12
    assert sum(segments["share"].to_pylist()) == pytest.approx(1)


def test_segment_totals_are_sums_of_customers(company: Company) -> None:
    """The truth by segment is the customers' truth added up."""
    customers, segments = company.truth.customers, company.truth.segments
    label = np.array(customers["segment"].to_pylist())
    for row in segments.to_pylist():
        mine = label == row["segment"]
        assert row["customers"] == mine.sum()
        assert row["expected_margin"] == pytest.approx(numbers(customers, "expected_margin")[mine].sum())


def test_lift_of_campaigns_is_the_true_effect() -> None:
    """Treated answer more often than held-out customers by about the true effect; without effect they do not."""
    for effect in (0.10, 0.0):
        touches = simulate(CompanySpec(customers=12_000, seed=9, campaign_effect=effect)).tables["touches"]
        treated = np.array(touches["arm"].to_pylist()) == "treated"
        responded = touches["responded"].to_numpy()
        lift = responded[treated].mean() - responded[~treated].mean()
        error = np.sqrt(0.25 / treated.sum() + 0.25 / (~treated).sum())
        assert lift == pytest.approx(0.85 * effect, abs=0.015 + 2 * error)
        assert treated.mean() == pytest.approx(0.8, abs=0.01)


def test_held_out_contacts_cost_nothing(company: Company) -> None:
    """Only delivered contacts cost money, and their campaigns' costs contain them."""
    touches, costs = company.tables["touches"], company.tables["marketing_costs"]
    held_out = touches.filter(pc.equal(touches["arm"], "holdout"))
    assert numbers(held_out, "cost").sum() == 0
    spent = costs.filter(pc.is_in(costs["campaign_id"], touches["campaign_id"].cast(pa.string()).unique()))
    assert numbers(spent, "amount").sum() > numbers(touches, "cost").sum() > 0


def test_campaign_orders_are_marked_in_the_truth(company: Company) -> None:
    """Orders that campaigns brought are counted by customer and by campaign alike."""
    by_customer = numbers(company.truth.customers, "by_campaign").sum()
    assert by_customer == numbers(company.truth.campaigns, "orders_brought").sum() > 0


def test_some_large_customers_cost_more_than_they_bring(company: Company) -> None:
    """Among the tenth with most spend per order some lose money after the cost of serving them, most do not."""
    truth = company.truth.customers
    left = numbers(truth, "order_margin") - numbers(truth, "order_service_cost")
    large = numbers(truth, "order_spend") >= np.quantile(numbers(truth, "order_spend"), 0.9)
    assert 0.03 < (left[large] < 0).mean() < 0.4


def test_dissatisfied_customers_call_and_wait_more(company: Company) -> None:
    """Contacts per order and waiting both rise with dissatisfaction."""
    truth, contacts = company.truth.customers, company.tables["service_contacts"]
    unhappy = numbers(truth, "dissatisfaction")
    assert np.corrcoef(unhappy, numbers(truth, "contacts_per_order"))[0, 1] > 0.1
    level = dict(zip(truth["party_key"].to_pylist(), unhappy, strict=True))
    caller = np.array([level[party] for party in contacts["party_key"].to_pylist()])
    assert np.corrcoef(caller, numbers(contacts, "waiting_minutes"))[0, 1] > 0.1


def test_capacity_is_partly_unused(company: Company) -> None:
    """Every activity supplies more minutes than were used, by the share its truth states."""
    used = {"order": company.summary["orders"], "order_line": company.summary["sale_lines"]}
    used["return"] = company.summary["return_lines"]
    in_use = {row["driver"]: row["in_use"] for row in company.truth.constants["activities"]}
    for row in company.tables["activities"].to_pylist():
        minutes = used.get(row["driver"], 0) * row["minutes"]
        minutes = minutes or numbers(company.tables["service_contacts"], "handling_minutes").sum()
        assert minutes / row["capacity_minutes"] == pytest.approx(in_use[row["driver"]], rel=1e-3)


def test_drift_changes_one_segment_in_the_last_months() -> None:
    """The drifting segment turns its categories in the last 90 days; in the same company without drift it does not."""
    spec = CompanySpec(customers=6_000, seed=3, drift=True)
    shares = {}
    for drift in (True, False):
        grown = simulate(replace(spec, drift=drift))
        truth = grown.truth.customers
        bargain = truth.filter(pc.equal(truth["segment"].cast(pa.string()), "bargain hunters"))["party_key"]
        mine = sales(grown).filter(pc.is_in(sales(grown)["party_key"], bargain))
        late = mine.filter(pc.greater_equal(mine["ordered_on"], pa.scalar(spec.start + timedelta(days=640))))
        shares[drift] = pc.mean(pc.equal(late["category"].cast(pa.string()), "Kitchen")).as_py()
    assert shares[False] > 0.2
    assert shares[True] < 0.12


def test_demographics_tell_something_about_segments(company: Company) -> None:
    """Buying for a business is far more frequent among resellers than among everybody."""
    kind = np.array(company.tables["customers"]["customer_type"].to_pylist()) == "business"
    reseller = np.array(company.truth.customers["segment"].to_pylist()) == "business resellers"
    assert kind[reseller].mean() > 0.7
    assert kind[~reseller].mean() < 0.1


def test_same_specification_same_company(company: Company) -> None:
    """The same specification gives the same tables and the same truth; another seed gives others."""
    again = simulate(company.spec)
    assert all(again.tables[name].equals(company.tables[name]) for name in TABLES)
    assert again.truth.customers.equals(company.truth.customers)
    other = simulate(replace(company.spec, seed=12))
    assert not other.tables["order_lines"].equals(company.tables["order_lines"])


def test_blocks_are_the_company() -> None:
    """Block by block the same rows come out as at once, and numbers run on over the border of a block."""
    spec = CompanySpec(customers=BLOCK + 500, days=60, holdout_days=0, products=8, process="contractual")
    whole, blocks = simulate(spec), list(simulate_blocks(spec))
    assert len(blocks) == 2
    shared = shared_tables(spec, blocks[0].tally + blocks[1].tally)
    assert all(table.equals(whole.tables[name]) for name, table in shared.items())
    lines = whole.tables["order_lines"]
    assert sum(block.tables["order_lines"].num_rows for block in blocks) == lines.num_rows
    assert np.array_equal(numbers(lines, "line_number"), np.arange(1, lines.num_rows + 1))
    assert len(whole.truth.customers["party_key"].unique()) == spec.customers
    assert orders_of(whole).num_rows == whole.summary["orders"]


@pytest.mark.parametrize("spec", [CompanySpec(customers=1), CompanySpec(customers=3, days=30, holdout_days=0)])
def test_smallest_companies_can_be_grown(spec: CompanySpec) -> None:
    """One customer, or a month of history, still makes every table."""
    tables = simulate(spec).tables
    assert set(tables) == set(TABLES)
    assert len(tables["order_lines"]["party_key"].unique()) == spec.customers


def test_cost_per_customer_stays_flat() -> None:
    """From 10 thousand to 100 thousand customers the time for each customer grows by less than a factor of 2."""

    def seconds(customers: int) -> float:
        spec = CompanySpec(customers=customers, days=200, holdout_days=30, season_strength=0.0)
        started = time.process_time()
        simulate(spec)
        return time.process_time() - started

    small = min(seconds(10_000) for _ in range(3))
    assert seconds(100_000) / 10 < 2 * small
