"""Files that should not exist, each in a few lines: how it is made and what must be said of it.

A case is refused (code of the error and what its four parts must hold) or loaded (rows used, excluded, put aside).
"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

HEAD = "order_id,customer_id,order_date,product_id,quantity,price\n"
GOOD = "1,c1,2024-01-05,p1,2,10.00\n2,c2,2024-02-06,p2,1,5.50\n3,c1,2024-03-07,p1,1,10.00\n"
NOW = datetime(2025, 1, 1)


@dataclass(frozen=True)
class Refused:
    """The error's code, and what its parts must hold."""

    code: str
    where: str = ""
    given: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Loaded:
    """Rows used, rows excluded by rule, rows put aside by reason, the amount used, and the lines put aside."""

    used: int
    amount: str
    excluded: dict[str, int] = field(default_factory=dict)
    aside: dict[str, int] = field(default_factory=dict)
    lines: tuple[tuple[int, str], ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


Build = Callable[[Path], Path]


def text(content: str | bytes, name: str = "orders.csv") -> Build:
    """A file with this content."""

    def build(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return build


def rows(*lines: str) -> Build:
    """A well-formed header and good rows, followed by ``lines``."""
    return text(HEAD + GOOD + "".join(f"{line}\n" for line in lines))


def _folder(folder: Path) -> Path:
    (folder / "orders").mkdir()
    return folder / "orders"


def _absent(folder: Path) -> Path:
    (folder / "orders.csv").write_text(HEAD + GOOD)
    return folder / "order.csv"


def _loop(folder: Path) -> Path:
    (folder / "a.csv").symlink_to(folder / "b.csv")
    (folder / "b.csv").symlink_to(folder / "a.csv")
    return folder / "a.csv"


def _long_name(folder: Path) -> Path:
    return folder / ("x" * 300 + ".csv")


def _truncated_parquet(folder: Path) -> Path:
    path = folder / "orders.parquet"
    pq.write_table(pa.table({"customer": ["a"] * 1000}), path)
    path.write_bytes(path.read_bytes()[:-200])
    return path


def _garbled_parquet(folder: Path) -> Path:
    path = folder / "orders.parquet"
    pq.write_table(pa.table({"customer": [str(n) for n in range(5000)]}), path)
    data = bytearray(path.read_bytes())
    data[4:3000] = b"\xff" * 2996
    path.write_bytes(bytes(data))
    return path


def _empty_parquet(folder: Path) -> Path:
    path = folder / "orders.parquet"
    pq.write_table(pa.table({"customer_id": pa.array([], pa.string()), "amount": pa.array([], pa.float64())}), path)
    return path


def _odd_parquet(folder: Path) -> Path:
    """Floats for ids, not-a-number and infinite amounts, and a zone on the times."""
    path = folder / "orders.parquet"
    at = pa.array([datetime(2024, 1, 5, 23, 30)] * 4, pa.timestamp("us", tz="UTC"))
    amounts = pa.array([10.0, float("nan"), float("inf"), 1e308])
    ids = pa.array([12345.0, 2.0, 3.0, 4.0])
    pq.write_table(pa.table({"customer_id": ids, "order_date": at, "amount": amounts}), path)
    return path


def _nested_parquet(folder: Path) -> Path:
    path = folder / "orders.parquet"
    table = pa.table({"customer_id": ["a"], "order_date": ["2024-01-01"], "amount": [1.5], "tags": [["x", "y"]]})
    pq.write_table(table, path)
    return path


def _gzip_bomb(folder: Path) -> Path:
    path = folder / "orders.csv.gz"
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(80):
            file.write(b"0" * (1 << 20))
    return path


def _zip_bomb(folder: Path) -> Path:
    path = folder / "orders.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<a/>")
        with archive.open("xl/sheet1.xml", "w") as member:
            for _ in range(80):
                member.write(b" " * (1 << 20))
    return path


def _zip_of_csv(folder: Path) -> Path:
    path = folder / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", HEAD + GOOD)
    return path


def _truncated_gzip(folder: Path) -> Path:
    path = folder / "orders.csv.gz"
    path.write_bytes(gzip.compress((HEAD + GOOD * 500).encode())[:-40])
    return path


def _truncated_workbook(folder: Path) -> Path:
    path = folder / "orders.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 400)
    return path


def _wide(folder: Path) -> Path:
    path = folder / "orders.csv"
    names = ",".join(f"extra{n}" for n in range(4996))
    path.write_text(f"customer_id,order_date,amount,order_id,{names}\n" + "c1,2024-01-05,3.00,1," + "," * 4995 + "\n")
    return path


def _too_wide(folder: Path) -> Path:
    path = folder / "orders.csv"
    path.write_text(",".join(f"c{n}" for n in range(25_000)) + "\n" + "," * 24_999 + "\n")
    return path


def _huge_cell(folder: Path) -> Path:
    path = folder / "orders.csv"
    path.write_text(HEAD + GOOD + "4,c4,2024-01-05," + "x" * 10_000_000 + ",1,1.00\n5,c5,2024-01-05,p,1,1.00\n")
    return path


def _workbook(folder: Path) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["Customer ID", "Order", "Date", "Amount"])
    sheet.append([12345.0, 1, datetime(2024, 1, 5), 10])
    sheet.append([None, None, None, None])
    sheet.append([12346.0, 2, "never", "ten"])
    book.save(folder / "orders.xlsx")
    return folder / "orders.xlsx"


CASES: dict[str, tuple[Build, Refused | Loaded]] = {
    # what is no file, or cannot be opened
    "missing": (_absent, Refused("SOURCE_MISSING", "order.csv", "order.csv")),
    "directory": (_folder, Refused("SOURCE_DIRECTORY", "orders")),
    "symlink loop": (_loop, Refused("SOURCE_UNREACHABLE", "a.csv")),
    "name too long": (_long_name, Refused("SOURCE_UNREACHABLE", "xxx")),
    "device": (lambda _: Path("/dev/null"), Refused("SOURCE_NOT_A_FILE", "null")),
    # what holds nothing
    "empty": (text(""), Refused("SOURCE_EMPTY", "orders.csv")),
    "blanks only": (text("  \n\n   \n"), Refused("SOURCE_EMPTY", "orders.csv")),
    "mark only": (text(b"\xef\xbb\xbf"), Refused("SOURCE_EMPTY", "orders.csv")),
    "header only": (text(HEAD), Refused("SOURCE_NO_ROWS", "orders.csv", "0 rows")),
    "empty gzip": (text(gzip.compress(b""), "orders.csv.gz"), Refused("SOURCE_EMPTY", "orders.csv.gz")),
    "parquet without rows": (_empty_parquet, Refused("SOURCE_NO_ROWS", "orders.parquet")),
    # what is damaged, absurd or something else
    "truncated parquet": (_truncated_parquet, Refused("SOURCE_UNREADABLE", "orders.parquet")),
    "garbled parquet": (_garbled_parquet, Refused("SOURCE_UNREADABLE", "orders.parquet")),
    "truncated gzip": (_truncated_gzip, Refused("SOURCE_DAMAGED", "orders.csv.gz")),
    "truncated workbook": (_truncated_workbook, Refused("SOURCE_DAMAGED", "orders.xlsx")),
    "gzip bomb": (_gzip_bomb, Refused("SOURCE_BOMB", "orders.csv.gz", "bytes")),
    "zip bomb": (_zip_bomb, Refused("SOURCE_BOMB", "orders.xlsx", "bytes")),
    "zip of a csv": (_zip_of_csv, Refused("SOURCE_NOT_A_TABLE", "orders.zip")),
    "pdf": (text(b"%PDF-1.7\n" + b"x" * 100, "orders.csv"), Refused("SOURCE_NOT_A_TABLE", "orders.csv")),
    "picture": (text(b"\x89PNG\r\n\x1a\n" + b"\x00" * 99), Refused("SOURCE_NOT_A_TABLE", "orders.csv")),
    "binary junk": (text(bytes(range(256)) * 40), Refused("SOURCE_BINARY", "orders.csv", "NUL")),
    "25,000 columns": (_too_wide, Refused("SOURCE_TOO_WIDE", "line 1", "25,000")),
    # options that fit nothing
    "unknown encoding": (rows(), Refused("ENCODING_UNKNOWN", "encoding", "utf-9", {"encoding": "utf-9"})),
    "unknown zone": (rows(), Refused("TIMEZONE_UNKNOWN", "timezone", "Europe/Londn", {"timezone": "Europe/Londn"})),
    "unknown currency": (rows(), Refused("CURRENCY_UNKNOWN", "currency", "EUX", {"currency": "EUX"})),
    "long delimiter": (rows(), Refused("CHARACTER_WRONG", "delimiter", "::", {"delimiter": "::"})),
    "unknown format": (rows(), Refused("FORMAT_UNKNOWN", "format", "csw", {"format": "csw"})),
    "wrong delimiter": (rows(), Refused("TABLE_UNRECOGNIZED", "orders.csv", "order_id", {"delimiter": "|"})),
    "odd date format": (rows(), Refused("DATE_FORMAT_WRONG", "date_format", "dmy", {"date_format": "dmy"})),
    "unknown role": (rows(), Refused("ROLE_UNKNOWN", "--map", "custmer", {"mapping": (("custmer", "price"),)})),
    "unknown column": (
        rows(),
        Refused("COLUMN_UNKNOWN", "--map customer", "custno", {"mapping": (("customer", "custno"),)}),
    ),
    "role given twice": (
        rows(),
        Refused("ROLE_TWICE", "--map", "customer", {"mapping": (("customer", "order_id"), ("customer", "price"))}),
    ),
    "unknown table": (rows(), Refused("TABLE_UNKNOWN", "orders.csv", "custmers", {"table": "custmers"})),
    "backward fixed column": (
        text("a b\n"),
        Refused("COLUMN_RANGE", "column a", "5 to 2", {"columns": (("a", 5, 2),)}),
    ),
    # tables without what is needed
    "no customer": (text("order_id,order_date,amount\n1,2024-01-01,5\n"), Refused("CUSTOMER_UNKNOWN", "", "amount")),
    "no time": (text("customer_id,amount\nc1,5\nc2,6\n"), Refused("TIME_UNKNOWN", "", "customer_id")),
    "no amount": (text("customer_id,order_date\nc1,2024-01-01\n"), Refused("AMOUNT_UNKNOWN", "", "order_date")),
    "blank names": (text(" , , \n1,2024-01-01,5\n"), Refused("TABLE_UNRECOGNIZED", "", "column_1")),
    "no names": (text(GOOD), Refused("TABLE_UNRECOGNIZED", "orders.csv", "column_1")),
    "one column": (text("hello\nworld\nagain\n"), Refused("TABLE_UNRECOGNIZED", "orders.csv", "hello")),
    "every row ragged": (
        text("order_id,customer_id,order_date,amount\n1\n2\n3\n"),
        Refused("SOURCE_RAGGED", "row 1", "1"),
    ),
    # rows that cannot be counted
    "absurd amount": (
        rows("4,c4,2024-01-05,p,1,1e308"),
        Loaded(3, "35.5", aside={"price out of range": 1}, lines=((4, "1e308"),)),
    ),
    "absurd product": (
        rows("4,c4,2024-01-05,p,99999999999999,99999999999999"),
        Loaded(3, "35.5", aside={"amount out of range": 1}),
    ),
    "not a number": (
        rows("4,c4,2024-01-05,p,1,ten"),
        Loaded(3, "35.5", aside={"price not a number": 1}, lines=((4, "ten"),)),
    ),
    "infinite amount": (
        rows("4,c4,2024-01-05,p,1,inf"),
        Loaded(3, "35.5", aside={"price out of range": 1}, lines=((4, "inf"),)),
    ),
    "nan amount": (rows("4,c4,2024-01-05,p,1,NaN"), Loaded(3, "35.5", aside={"no price": 1}, lines=((4, None),))),
    "underscored number": (rows("4,c4,2024-01-05,p,1,1_000"), Loaded(3, "35.5", aside={"price not a number": 1})),
    "hexadecimal number": (rows("4,c4,2024-01-05,p,1,0x10"), Loaded(3, "35.5", aside={"price not a number": 1})),
    "empty amount": (rows("4,c4,2024-01-05,p,1,"), Loaded(3, "35.5", aside={"no price": 1})),
    "empty quantity": (rows("4,c4,2024-01-05,p,,5"), Loaded(3, "35.5", aside={"no quantity": 1})),
    "negative price": (rows("4,c1,2024-01-06,p1,1,-10.00"), Loaded(4, "25.5")),
    "both negative": (
        rows("4,c1,2024-01-06,p1,-1,-10.00"),
        Loaded(3, "35.5", aside={"negative quantity and price": 1}),
    ),
    "return": (rows("C4,c1,2024-01-06,p1,-1,10.00"), Loaded(4, "25.5")),
    "zero price": (rows("4,c1,2024-01-06,p1,1,0"), Loaded(3, "35.5", {"zero_price": 1})),
    "postage": (rows("4,c1,2024-01-06,POST,1,4.00"), Loaded(3, "35.5", {"fees": 1})),
    "no customer in a row": (rows("4,,2024-01-06,p1,1,4.00"), Loaded(3, "35.5", {"without_customer": 1})),
    "bad debt": (rows("A4,c1,2024-01-06,p1,1,-4.00"), Loaded(3, "35.5", {"adjustments": 1})),
    "future date": (
        rows("4,c4,2031-01-05,p,1,1"),
        Loaded(3, "35.5", aside={"date in the future": 1}, lines=((4, "2031-01-05"),)),
    ),
    "date long ago": (rows("4,c4,0001-01-05,p,1,1"), Loaded(3, "35.5", aside={"date before 1900": 1})),
    "impossible date": (
        rows("4,c4,2024-02-30,p,1,1"),
        Loaded(3, "35.5", aside={"date not readable": 1}, lines=((4, "2024-02-30"),)),
    ),
    "infinite date": (rows("4,c4,infinity,p,1,1"), Loaded(3, "35.5", aside={"date not readable": 1})),
    "empty date": (rows("4,c4,,p,1,1"), Loaded(3, "35.5", aside={"no date": 1})),
    "no order number": (rows(",c4,2024-01-05,p,1,1"), Loaded(3, "35.5", aside={"no order number": 1})),
    "dates in four orders": (
        rows("4,c4,31/01/2024,p,1,1", "5,c4,01/31/2024,p,1,2", "6,c4,05 Feb 2024,p,1,4", "7,c4,03/04/2024,p,1,8"),
        Loaded(6, "42.5", aside={"date ambiguous": 1}, lines=((7, "03/04/2024"),)),
    ),
    "days first, shown by one": (
        text("customer,date,amount\na,01/02/2024,1\na,02/03/2024,1\na,13/03/2024,1\n"),
        Loaded(3, "3"),
    ),
    "two digit years": (text("customer;date;amount\na;13.02.24;1,50\na;02.03.24;1,25\n"), Loaded(2, "2.75")),
    "decimal commas": (text("customer;date;amount\na;2024-01-01;1.234,56\nb;2024-01-02;-3,1\n"), Loaded(2, "1231.46")),
    "thousands commas": (
        text('customer,date,amount\na,2024-01-01,"1,234.56"\nb,2024-01-02,"2,000"\n'),
        Loaded(2, "3234.56"),
    ),
    "both decimal marks": (
        text("customer;date;amount\na;2024-01-01;1,50\nb;2024-01-02;2,75\nc;2024-01-02;3.99\n"),
        Loaded(2, "4.25", aside={"amount not a number": 1}, lines=((3, "3.99"),)),
    ),
    "currency signs": (text("customer;date;amount\na;2024-01-01;€ 1,50\nb;2024-01-02;2,75 EUR\n"), Loaded(2, "4.25")),
    "accountant's minus": (
        text("customer,date,amount\na,2024-01-01,10.00\nb,2024-01-02,(2.50)\nb,2024-01-02,1.00-\n"),
        Loaded(3, "6.5"),
    ),
    # rows that are no rows
    "ragged rows": (
        rows("4,c4,2024-01-05", "5,c5,2024-01-05,p,1,1,extra", "6,c6,2024-01-05,p,1,1.00"),
        Loaded(4, "36.5", aside={"too few cells": 1, "too many cells": 1}, lines=((4, "4,c4,2024-01-05"), (5, None))),
    ),
    "unclosed quote": (
        rows('4,c4,2024-01-05,"p,1,1', "5,c5,2024-01-05,p,1,1.00"),
        Loaded(3, "35.5", aside={"quote not closed": 1}),
    ),
    "quoted newline": (
        rows('4,c4,2024-01-05,"p\nq",1,1.00', "5,c5,2024-01-05,p,1,x"),
        Loaded(4, "36.5", aside={"price not a number": 1}, lines=((5, "x"),)),
    ),
    "bad bytes in one row": (
        text(
            (HEAD + GOOD + "4,zoë,2024-01-05,p,1,1.00\n").encode()
            + b"5,c\xff,2024-01-05,p,1,1.00\n"
            + "6,zoë,2024-01-05,p,1,1.00\n".encode()
            + b"7,c7,2024-01-05,p,1,oops\n"
        ),
        Loaded(5, "37.5", aside={"bytes not readable as text": 1, "price not a number": 1}, lines=((7, "oops"),)),
    ),
    "nul bytes in one row": (rows("4,c\x004,2024-01-05,p,1,1.00"), Loaded(4, "36.5")),
    "ten megabyte cell": (_huge_cell, Loaded(4, "36.5", aside={"line too long": 1})),
    "5,000 columns": (_wide, Loaded(1, "3")),
    "blank lines": (text(HEAD + "\n" + GOOD + "\n\n"), Loaded(3, "35.5")),
    "total at the end": (rows("Total,,,,4,25.50"), Loaded(3, "35.5", aside={"no date": 1})),
    "preamble": (text("Report of January\n\n" + HEAD + GOOD), Loaded(3, "35.5")),
    # texts that bite
    "formula kept as text": (rows("4,=cmd|calc,2024-01-05,p,1,1.00"), Loaded(4, "36.5")),
    "double names": (
        text("customer_id,order_date,amount,amount\nc1,2024-01-01,5,7\nc2,2024-01-02,5,7\n"),
        Refused("COLUMN_TWICE", "orders.csv", "amount"),
    ),
    "names that differ in case": (
        text("customer_id,order_date,amount,note,NOTE\nc1,2024-01-01,5,a,b\n"),
        Loaded(1, "5"),
    ),
    "hostile names": (
        text('customer_id,order_date,amount,"x""; DROP TABLE orders; --",line_number,load_id\nc1,2024-01-01,5,a,9,z\n'),
        Loaded(1, "5"),
    ),
    # encodings
    "utf-16": (text((HEAD + GOOD).encode("utf-16")), Loaded(3, "35.5")),
    "utf-16 without mark": (text((HEAD + GOOD).encode("utf-16-le")), Loaded(3, "35.5")),
    "utf-8 with mark": (text(b"\xef\xbb\xbf" + (HEAD + GOOD).encode()), Loaded(3, "35.5")),
    "latin-1": (text((HEAD + GOOD + "4,Müller,2024-01-05,p,1,1.00\n").encode("latin-1")), Loaded(4, "36.5")),
    "old mac line ends": (text((HEAD + GOOD).replace("\n", "\r")), Loaded(3, "35.5")),
    "windows line ends": (text((HEAD + GOOD).replace("\n", "\r\n")), Loaded(3, "35.5")),
    # businesses at the edge
    "one customer": (text("customer,date,amount\na,2024-01-01,1\na,2024-01-02,2\n"), Loaded(2, "3")),
    "one row": (text("customer,date,amount\na,2024-01-01,1\n"), Loaded(1, "1")),
    "one-time buyers": (
        text("customer,date,amount\n" + "".join(f"c{n},2024-01-01,1\n" for n in range(50))),
        Loaded(50, "50"),
    ),
    "an order in two currencies": (
        text("order,customer,date,amount,currency\n1,a,2024-01-01,5,EUR\n1,a,2024-01-01,6,USD\n2,a,2024-01-01,7,EUR\n"),
        Loaded(1, "7", aside={"order in several currencies": 2}, lines=((1, "EUR"), (2, "USD"))),
    ),
    "all rows in the future": (
        text("customer,date,amount\na,2030-01-01,1\n"),
        Loaded(0, "0", aside={"date in the future": 1}),
    ),
    "odd parquet": (_odd_parquet, Loaded(1, "10", aside={"no amount": 1, "amount out of range": 2})),
    "nested parquet": (_nested_parquet, Loaded(1, "1.5")),
    "odd workbook": (
        _workbook,
        Loaded(1, "10", aside={"no date": 1, "date not readable": 1}, lines=((2, None), (3, "never"))),
    ),
}
