"""The company's files as it would export them: native column names, local times, and a counted amount of dirt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from segmentry.simulate.company import Company
from segmentry.simulate.dirt import Dirt, add_dirt
from segmentry.simulate.truth import Truth
from segmentry.terms.canonical import CANONICAL

_BATCH = 500_000

ORDER_NAMES = {
    "order_id": "InvoiceNo",
    "product_id": "StockCode",
    "product_name": "Description",
    "category": "Category",
    "quantity": "Quantity",
    "unit_price": "UnitPrice",
    "discount": "Discount",
    "currency": "Currency",
    "channel": "Channel",
    "country": "Country",
}
"""Canonical column of each native column of ``orders`` that is only renamed."""

NATIVE_NAMES: dict[str, tuple[str, dict[str, str]]] = {
    "customers": (
        "customers",
        {
            "party_key": "CustomerNo", "known_since": "CustomerSince", "country": "Country", "region": "Region",
            "city": "City", "age_band": "AgeBand", "gender": "Gender", "household": "Household",
            "income_level": "IncomeLevel", "customer_type": "ClientType", "acquired_by": "AcquiredBy",
        },
    ),
    "products": (
        "products",
        {
            "product_id": "StockCode", "name": "Description", "category": "Category", "unit_cost": "CostPrice",
            "list_price": "ListPrice", "currency": "Currency",
        },
    ),
    "service_contacts": (
        "service_tickets",
        {
            "contact_id": "TicketNo", "party_key": "CustomerNo", "contacted_at": "OpenedAt", "channel": "Channel",
            "topic": "Topic", "handling_minutes": "HandlingMinutes", "waiting_minutes": "WaitingMinutes",
        },
    ),
    "activities": (
        "activities",
        {
            "activity": "Activity", "driver": "Driver", "minutes": "Minutes", "cost_rate": "CostPerMinute",
            "capacity_minutes": "CapacityMinutes", "currency": "Currency",
        },
    ),
    "marketing_costs": (
        "marketing_costs",
        {
            "campaign_id": "CampaignNo", "channel": "Channel", "area": "Area", "period_start": "From",
            "period_end": "To", "purpose": "Purpose", "amount": "Amount", "currency": "Currency",
        },
    ),
    "campaigns": (
        "campaigns",
        {
            "campaign_id": "CampaignNo", "name": "Campaign", "channel": "Channel", "objective": "Objective",
            "started_on": "From", "ended_on": "To",
        },
    ),
    "touches": (
        "campaign_contacts",
        {
            "campaign_id": "CampaignNo", "party_key": "CustomerNo", "touched_at": "SentAt", "arm": "Group",
            "channel": "Channel", "responded": "Ordered", "cost": "Cost", "currency": "Currency",
        },
    ),
}  # fmt: skip
"""File and native column names of every canonical table but the order lines."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        files: Path of each file by its stem (``orders``, ``customers``, ``service_tickets``, …), those of parts as
            their sheets are called.
        rows: Rows of data in each file.
        dirt: What was added to ``orders`` on top of the company's own lines.
    """

    files: dict[str, Path]
    rows: dict[str, int]
    dirt: Dirt


def write_exports(
    company: Company,
    folder: Path | str,
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002
) -> Exported:
    """Write the company's files into ``folder`` and its truth into ``folder/truth``.

    ``orders`` holds one row for each line: UnitPrice as charged, Discount as the amount already taken off the line,
    CostPrice for one unit, InvoiceDate as the local wall clock shows it, returns as negative quantities on invoices
    that begin with R, guests without CustomerNo. Spoiled rows are added, never put in the place of good ones, so that
    the good ones still add up to the truth.

    Args:
        company: From `simulate`.
        folder: Made if it is missing.
        format: ``csv`` (UTF-8, comma) or ``parquet`` (impossible dates are empty there).
    """
    place = Path(folder)
    (place / "truth").mkdir(parents=True, exist_ok=True)
    files, rows = {}, {}
    for stem, table in _tables(company):
        files[stem] = place / f"{stem}.{format}"
        rows[stem] = table.num_rows
        _write([table], files[stem], format)
    files["orders"] = place / f"orders.{format}"
    clean = native_orders(company)
    parts, dirt = add_dirt(clean, company.spec, _BATCH)
    _write(_as_format(parts, format), files["orders"], format)
    rows["orders"] = dirt.rows
    exported = Exported(files, rows, dirt)
    write_truth(company.truth, place / "truth", {"summary": company.summary, "dirt": asdict(dirt), "rows": rows})
    return exported


def write_truth(truth: Truth, folder: Path | str, further: dict[str, Any] | None = None) -> None:
    """Write ``truth.json`` (specification, segments, campaigns, constants, ``further``) and the customers' rows."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    pq.write_table(truth.customers, place / "truth.parquet")
    pq.write_table(truth.season, place / "season.parquet")
    for name, table in truth.parts.items():
        pq.write_table(_plain(table), place / f"{name}.parquet")
    content = {
        "simulated": True,
        "spec": asdict(truth.spec),
        "segments": truth.segments.to_pylist(),
        "campaigns": truth.campaigns.to_pylist(),
        "constants": truth.constants,
        **(further or {}),
    }
    text = json.dumps(content, indent=2, default=str, allow_nan=True).replace("NaN", "null")
    (place / "truth.json").write_text(text + "\n", encoding="utf8")


def native_orders(company: Company) -> Any:
    """The order lines under their native names, before any dirt; InvoiceDate still a timestamp."""
    lines = company.tables["order_lines"]
    columns: dict[str, Any] = {
        "CustomerNo": _native_number(lines["party_key"]),
        "InvoiceDate": _local(lines["ordered_at"], company),
        "CostPrice": _number(pc.divide(lines["cost"].cast(pa.float64()), lines["quantity"].cast(pa.float64()))),
    }
    for canonical, native in ORDER_NAMES.items():
        values = lines[canonical]
        columns[native] = _number(values) if pa.types.is_decimal(values.type) else values
    columns["Quantity"] = columns["Quantity"].cast(pa.int64())
    order = (
        "CustomerNo", "InvoiceNo", "InvoiceDate", "StockCode", "Description", "Category", "Quantity", "UnitPrice",
        "Discount", "CostPrice", "Currency", "Channel", "Country",
    )  # fmt: skip
    return pa.table({name: columns[name] for name in order})


def _tables(company: Company) -> Iterator[tuple[str, Any]]:
    """File and rows of everything but the order lines; sheets of one stem stand behind one another."""
    sheets: dict[str, list[Any]] = {}
    for sheet in company.sheets:
        sheets.setdefault(sheet.stem, []).append(_plain(sheet.data))
    for name, (stem, names) in NATIVE_NAMES.items():
        told = {column for sheet in sheets.get(stem, ()) for column in sheet.column_names}
        table = _plain(_native(company, name, names | _further(company.tables[name].column_names, name, told)))
        yield stem, _behind([table, *sheets.pop(stem, ())])
    for stem, parts in sheets.items():
        yield stem, _behind(parts)


def _behind(tables: list[Any]) -> Any:
    return pa.concat_tables(tables, promote_options="permissive") if len(tables) > 1 else tables[0]


def _further(columns: list[str], name: str, told: set[str]) -> dict[str, str]:
    """Columns that parts added, and usual ones that further rows of the file tell, under names of their own."""
    known = {*CANONICAL[name].names, *NATIVE_NAMES[name][1]}
    return {
        column: _camel(column)
        for column in columns
        if column not in known or _camel(column) in told - set(NATIVE_NAMES[name][1].values())
    }


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _native(company: Company, name: str, names: dict[str, str]) -> Any:
    table = company.tables[name]
    columns = {}
    for canonical, native in names.items():
        values = table[canonical]
        if canonical == "party_key":
            values = _native_number(values)
        elif pa.types.is_timestamp(values.type):
            values = _local(values, company)
        elif pa.types.is_decimal(values.type):
            values = _number(values)
        columns[native] = values
    return pa.table(columns)


def _number(values: Any) -> Any:
    """Decimals as the nearest floating-point numbers, which print with their four places and no more."""
    return pa.array(np.rint(values.cast(pa.float64()).to_numpy() * 10_000) / 10_000)


def _native_number(party_key: Any) -> Any:
    """The native half of a party key."""
    start = len(party_key[0].as_py().split(":")[0]) + 1 if len(party_key) else 0
    return pc.utf8_slice_codeunits(party_key, start)


def _local(instants: Any, company: Company) -> Any:
    """Wall-clock seconds of UTC instants in the company's zone, by the offset in force on each day."""
    from segmentry.simulate.world import make_world

    world = make_world(company.spec)
    # zones change by night, when nothing happens here: each day's offset holds from four in the morning on
    seconds = instants.cast(pa.int64()).to_numpy() // 1_000_000
    mornings = (
        (np.arange(len(world.offsets)) + (company.spec.start.toordinal() - 719_163)) * 86_400 - world.offsets + 14_400
    )
    day = np.clip(np.searchsorted(mornings, seconds, "right") - 1, 0, len(mornings) - 1)
    return pa.array(seconds + world.offsets[day], pa.timestamp("s"))


def _as_format(parts: Any, format: str) -> Any:  # noqa: A002
    """Parquet keeps real timestamps (an impossible date is empty); text says what the company's program printed."""
    for table, broken in parts:
        if format == "parquet":
            yield table.set_column(2, "InvoiceDate", pc.if_else(broken, pa.scalar(None, pa.timestamp("s")), table[2]))
        else:
            text = pc.strftime(table["InvoiceDate"], "%Y-%m-%d %H:%M:%S")
            yield table.set_column(2, "InvoiceDate", pc.if_else(broken, "2024-02-31 25:61:00", text))


def _write(parts: Any, path: Path, format: str) -> None:  # noqa: A002
    import pyarrow.csv

    writer = None
    for table in parts:
        if writer is None:
            schema = _plain(table).schema
            if format == "csv":
                options = pyarrow.csv.WriteOptions(quoting_style="needed")
                writer = pyarrow.csv.CSVWriter(path, schema, write_options=options)
            else:
                writer = pq.ParquetWriter(path, schema)
        writer.write_table(_plain(table))
    if writer is not None:
        writer.close()


def _plain(table: Any) -> Any:
    """The table with dictionary-encoded text decoded, as files of other programs hold it."""
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in table.itercolumns()
    ]
    return pa.table(columns, names=table.column_names)
