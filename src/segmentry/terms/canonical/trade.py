"""What was sold: lines, orders, products, and rows that could not be accepted."""

from __future__ import annotations

from segmentry.terms.canonical.columns import COUNTRY, CURRENCY, PARTY_KEY, SOURCE
from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _DECIMAL, _BOOLEAN = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.BOOLEAN
_DATE, _TIMESTAMP = ColumnType.DATE, ColumnType.TIMESTAMP

CONTACT_KEY = Column(
    "contact_key", _TEXT, "Party key of the person who ordered for the organization that pays.", "", DataClass.PERSONAL
)
ORDER_LINES = Contract(
    "order_lines",
    "one accepted line of an order, a return or a cancellation",
    ("load_id", "line_number"),
    (
        Column("load_id", _TEXT, "The load that brought the line.", required=True),
        Column("line_number", _INTEGER, "Row of the file, the first row of data being 1.", required=True),
        SOURCE,
        Column("order_id", _TEXT, "Number of the order or of the credit note.", required=True),
        PARTY_KEY,
        CONTACT_KEY,
        Column("ordered_at", _TIMESTAMP, "Instant of the order.", "UTC", required=True),
        Column("ordered_on", _DATE, "Local calendar day of the order in the source's zone.", required=True),
        Column("timezone", _TEXT, "IANA zone of the source.", required=True),
        Column("product_id", _TEXT, "Product as the source numbers it."),
        Column("product_name", _TEXT, "Product as the source describes it."),
        Column("category", _TEXT, "Category of the product, where the source tells it."),
        Column("quantity", _DECIMAL, "Units; negative when they come back.", "units"),
        Column("unit_price", _DECIMAL, "Price of one unit as charged.", "currency"),
        Column("amount", _DECIMAL, "Net amount of the line; negative for returns.", "currency", required=True),
        Column("discount", _DECIMAL, "Discount given on the line, as a positive amount.", "currency"),
        Column("cost", _DECIMAL, "Cost of the goods of the line.", "currency"),
        CURRENCY,
        Column("channel", _TEXT, "Channel of the order."),
        COUNTRY,
        Column("line_kind", _TEXT, "sale or return.", required=True),
        Column("repeated", _BOOLEAN, "An equal line stands in the same file.", required=True),
    ),
    open=True,
)

ORDERS = Contract(
    "orders",
    "one order, return note or cancellation of one party",
    ("order_id", "party_key"),
    (
        SOURCE,
        Column("order_id", _TEXT, "Number of the order.", required=True),
        PARTY_KEY,
        Column("ordered_at", _TIMESTAMP, "Instant of the earliest line.", "UTC", required=True),
        Column("ordered_on", _DATE, "Local calendar day of the earliest line.", required=True),
        CURRENCY,
        Column("lines", _INTEGER, "Number of lines.", "lines", required=True),
        Column("products", _INTEGER, "Number of distinct products.", "products", required=True),
        Column("units", _DECIMAL, "Units bought less units returned.", "units"),
        Column("amount", _DECIMAL, "Net of the order's own lines.", "currency", required=True),
        Column("returned", _DECIMAL, "Amount of its return lines, as a positive amount.", "currency", required=True),
        Column("discount", _DECIMAL, "Discount given, as a positive amount.", "currency"),
        Column("cost", _DECIMAL, "Cost of its goods.", "currency"),
        Column("channel", _TEXT, "Channel of the order."),
        COUNTRY,
        Column("placed", _BOOLEAN, "Counts as an order: positive net of its own lines.", required=True),
    ),
)

PRODUCTS = Contract(
    "products",
    "one product",
    ("source", "product_id"),
    (
        SOURCE,
        Column("product_id", _TEXT, "Product as the source numbers it.", required=True),
        Column("name", _TEXT, "Most frequent description."),
        Column("category", _TEXT, "Category, where told."),
        Column("unit_cost", _DECIMAL, "Cost of one unit, where told.", "currency"),
        CURRENCY,
    ),
    open=True,
)

QUARANTINE = Contract(
    "quarantine",
    "one row of a file that could not be accepted",
    ("load_id", "line_number", "reason"),
    (
        Column("load_id", _TEXT, "The load that met the row.", required=True),
        Column("line_number", _INTEGER, "Row of the file, the first row of data being 1.", required=True),
        Column("reason", _TEXT, "Why it was put aside.", required=True),
        Column("column_name", _TEXT, "Column at fault."),
        Column("given", _TEXT, "What was given there.", "", DataClass.PERSONAL),
    ),
)
