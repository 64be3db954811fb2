import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from segmentry.simulate import Company, Exported, write_exports

NATIVE = [
    "CustomerNo", "InvoiceNo", "InvoiceDate", "StockCode", "Description", "Category", "Quantity", "UnitPrice",
    "Discount", "CostPrice", "Currency", "Channel", "Country",
]  # fmt: skip
FILES = {
    "orders", "customers", "products", "service_tickets", "activities", "marketing_costs", "campaigns",
    "campaign_contacts",
}  # fmt: skip


@pytest.fixture(scope="module")
def exported(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return write_exports(company, tmp_path_factory.mktemp("csv"))


@pytest.fixture(scope="module")
def orders(exported: Exported) -> Any:
    text = pyarrow.csv.ConvertOptions(
        column_types={"InvoiceDate": pa.string(), "UnitPrice": pa.string()}, strings_can_be_null=True
    )
    return pyarrow.csv.read_csv(exported.files["orders"], convert_options=text)


def cents(table: Any) -> int:
    rows = zip(table["Quantity"].to_pylist(), table["UnitPrice"].to_pylist(), strict=True)
    return int(sum(quantity * Decimal(price) * 100 for quantity, price in rows))


def test_files_carry_native_names(exported: Exported, orders: Any) -> None:
    """Every file is there under its native name, and orders has its native columns in order."""
    assert set(exported.files) == FILES
    assert orders.column_names == NATIVE
    assert all(path.exists() for path in exported.files.values())


def test_every_row_of_orders_is_accounted_for(exported: Exported, orders: Any) -> None:
    """Rows read are good, guest, repeated, impossible or blank, and nothing else."""
    dirt = exported.dirt
    kinds = (dirt.good_rows, dirt.guest_rows, dirt.repeated_rows, dirt.impossible_dates, dirt.blank_prices)
    assert orders.num_rows == dirt.rows == sum(kinds)
    assert min(kinds) > 0


def test_dirt_is_counted_as_it_stands_in_the_file(exported: Exported, orders: Any) -> None:
    """Counting in the file finds the guests, impossible dates, blank prices and repeats that were planted."""
    dirt = exported.dirt
    assert orders["CustomerNo"].null_count == dirt.guest_rows
    assert orders["UnitPrice"].null_count == dirt.blank_prices
    assert pc.sum(pc.equal(orders["InvoiceDate"], "2024-02-31 25:61:00")).as_py() == dirt.impossible_dates
    guests = orders.filter(pc.is_null(orders["CustomerNo"]))
    assert len(guests["InvoiceNo"].unique()) == dirt.guest_orders
    assert cents(guests) == dirt.guest_amount
    previous, repeats = None, 0
    for row in orders.to_pylist():
        repeats += row == previous
        previous = row
    # equal neighbors also happen by themselves, when a basket draws the same line twice
    assert dirt.repeated_rows <= repeats <= dirt.repeated_rows + 0.004 * dirt.good_rows


def test_good_rows_add_up_to_the_company(company: Company, exported: Exported, orders: Any) -> None:
    """What remains after the dirt is taken out equals the company's net revenue to the cent."""
    assert exported.dirt.good_amount == int(Decimal(company.summary["net_revenue"]) * 100)
    usable = orders.filter(
        pc.and_(
            pc.and_(pc.is_valid(orders["CustomerNo"]), pc.is_valid(orders["UnitPrice"])),
            pc.not_equal(orders["InvoiceDate"], "2024-02-31 25:61:00"),
        )
    )
    assert cents(usable) == exported.dirt.good_amount + exported.dirt.repeated_amount
    assert usable.num_rows == exported.dirt.good_rows + exported.dirt.repeated_rows


def test_dates_are_local_wall_clocks(company: Company, orders: Any) -> None:
    """The date part of InvoiceDate is the company's local day, in summer as in winter."""
    lines = company.tables["order_lines"]
    days = dict(zip(lines["order_id"].to_pylist(), lines["ordered_on"].to_pylist(), strict=True))
    own = [row for row in orders.select(["InvoiceNo", "InvoiceDate"]).to_pylist() if row["InvoiceNo"] in days]
    assert len(own) > 10_000
    assert all(row["InvoiceDate"][:10] == days[row["InvoiceNo"]].isoformat() for row in own)


def test_cost_price_is_for_one_unit(company: Company, orders: Any) -> None:
    """CostPrice times quantity is the canonical cost of the lines."""
    mine = orders.filter(pc.match_substring_regex(orders["InvoiceNo"], "^[SR]"))
    total = sum(
        q * round(c * 100) for q, c in zip(mine["Quantity"].to_pylist(), mine["CostPrice"].to_pylist(), strict=True)
    )
    assert total / 100 == pytest.approx(float(company.summary["cost_of_goods"]), rel=0.01)


def test_amounts_print_with_two_places(orders: Any) -> None:
    """Prices look like prices: no tail of floating-point digits in the file."""
    for column in ("UnitPrice", "Discount", "CostPrice"):
        printed = {str(value) for value in orders[column].unique().to_pylist() if value is not None}
        assert max(len(text.partition(".")[2]) for text in printed) <= 2


def test_truth_stands_in_a_folder_of_its_own(company: Company, exported: Exported) -> None:
    """truth.json is labeled simulated and repeats the counts; truth.parquet has every customer."""
    place = exported.files["orders"].parent / "truth"
    told = json.loads((place / "truth.json").read_text(encoding="utf8"))
    assert told["simulated"] is True
    assert told["dirt"]["rows"] == exported.rows["orders"]
    assert told["spec"]["customers"] == company.spec.customers
    assert pq.read_table(place / "truth.parquet").num_rows == company.spec.customers
    assert not [name for name in exported.files if "truth" in name]


def test_parquet_holds_the_same_rows(company: Company, exported: Exported, tmp_path: Path) -> None:
    """As Parquet the same rows and the same dirt come out, dates as timestamps, impossible ones empty."""
    second = write_exports(company, tmp_path, "parquet")
    table = pq.read_table(second.files["orders"])
    assert second.dirt == exported.dirt
    assert table.num_rows == exported.rows["orders"]
    assert table["InvoiceDate"].null_count == second.dirt.impossible_dates
    assert pa.types.is_timestamp(table.schema.field("InvoiceDate").type)
    assert not any(pa.types.is_dictionary(field.type) for field in table.schema)
