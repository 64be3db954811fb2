"""Numbers as people write them become exact decimals or nothing."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from segmentry.engine import Engine
from segmentry.sources import names, values


def _read(engine: Engine, texts: list[str], style: values.NumberStyle) -> list[Decimal | None]:
    table = ibis.memtable(pa.table({"place": range(len(texts)), "text": texts}))
    number = values.read_decimal(table.text, style)
    return engine.arrow(table.select("place", number=number).order_by("place")).column("number").to_pylist()


@pytest.mark.parametrize(
    ("mark", "text", "number"),
    [
        (".", "1234.5", "1234.5"),
        (".", "1,234.5", "1234.5"),
        (".", "12,34.5", None),
        (".", "$1,234", "1234"),
        (".", "(12.5)", "-12.5"),
        (".", "12.5-", "-12.5"),
        (".", "+7", "7"),
        (".", "1e3", "1000"),
        (".", "USD 5", "5"),
        (".", "", None),
        (".", ".", None),
        (".", "1.2.3", None),
        (".", "=1+1", None),
        (".", "99999999999999.9999", "99999999999999.9999"),
        (".", "100000000000000", None),
        (",", "1.234,5", "1234.5"),
        (",", "1234,5", "1234.5"),
        (",", "1.234", "1234"),
        (",", "1.2", None),
        (",", "€ 1.234.567,89", "1234567.89"),
        (",", "1 234,5", "1234.5"),
        (",", "1'234,5", "1234.5"),
    ],
)
def test_numbers_are_read_exactly(mark: str, text: str, number: str | None, engine: Engine) -> None:
    """What fits the style is its decimal value to four places; what does not is null."""
    expected = None if number is None else Decimal(number)
    assert _read(engine, [text], values.NumberStyle(mark, plain=False)) == [expected]


def test_the_decimal_mark_is_told_from_values() -> None:
    """One value that can only be read one way settles it; without any a dot is assumed and said to be so."""
    assert values.number_style(["1.234", "1,5"]).decimal_mark == ","
    assert values.number_style(["1,234", "1.5"]).decimal_mark == "."
    assert values.number_style(["12", "7"]) == values.NumberStyle(".", True, True)
    assert not values.number_style(["1.234"]).certain
    assert values.number_style(["1.234"], ",") == values.NumberStyle(",", False, True)


@pytest.mark.parametrize(
    ("column", "role"),
    [
        ("Kunden-Nr.", "customer"),
        ("CustNo", "customer"),
        ("household_id", "customer"),
        ("Código Cliente", "customer"),
        ("InvoiceNo", "order"),
        ("basket_id", "order"),
        ("Rechnungsnummer", "order"),
        ("N° commande", "order"),
        ("transaction_timestamp", "time"),
        ("Bestelldatum", "time"),
        ("Fecha", "time"),
        ("StockCode", "product"),
        ("Menge", "quantity"),
        ("Prix unitaire", "price"),
        ("sales_value", "amount"),
        ("Umsatz", "amount"),
        ("retail_disc", "discount"),
        ("Währung", "currency"),
        ("Pays", "country"),
    ],
)
def test_columns_are_known_by_name_in_several_languages(column: str, role: str) -> None:
    """The best role of a usual name is the right one."""
    scores = {known: names.name_score(known, column) for known in names.ROLES}
    assert max(scores, key=lambda known: scores[known]) == role
    assert scores[role] > 0.4
