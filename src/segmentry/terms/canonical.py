"""The canonical tables: the shapes into which every source is brought before anything is computed.

Times are UTC with the source's zone kept beside them, local days sit at the source's own midnight, money is
decimal(18,4) with an ISO 4217 currency, ids are text. Facts carry ``party_key`` (source and native id joined by a
colon). Contracts marked ``final=False`` may still change.
"""

from __future__ import annotations

from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _DECIMAL = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DECIMAL
_NUMBER, _BOOLEAN, _DATE, _TIMESTAMP = ColumnType.NUMBER, ColumnType.BOOLEAN, ColumnType.DATE, ColumnType.TIMESTAMP

PARTY_KEY = Column(
    "party_key", _TEXT, "Source and native id of the party, as it arrived; immutable.", "", DataClass.PERSONAL, True
)
SOURCE = Column("source", _TEXT, "Name of the source that told it.", required=True)
CURRENCY = Column("currency", _TEXT, "ISO 4217 code of every amount in the row.")
COUNTRY = Column("country", _TEXT, "Country as the source spells it.", "", DataClass.QUASI_IDENTIFIER)

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

CUSTOMERS = Contract(
    "customers",
    "one party as one source describes it",
    ("party_key",),
    (
        PARTY_KEY,
        SOURCE,
        Column("kind", _TEXT, "What the party is to the business.", required=True),
        Column("known_since", _TIMESTAMP, "First fact about the party.", "UTC"),
        COUNTRY,
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

SERVICE_CONTACTS = Contract(
    "service_contacts",
    "one contact of a customer with service",
    ("source", "contact_id"),
    (
        SOURCE,
        Column("contact_id", _TEXT, "Number of the contact.", required=True),
        PARTY_KEY,
        Column("contacted_at", _TIMESTAMP, "When the customer made contact.", "UTC", required=True),
        Column("channel", _TEXT, "Telephone, mail, chat, store."),
        Column("topic", _TEXT, "What it was about."),
        Column("handling_minutes", _NUMBER, "Working time spent.", "minutes"),
        Column("waiting_minutes", _NUMBER, "Time the customer waited.", "minutes"),
    ),
)

ACTIVITIES = Contract(
    "activities",
    "one activity that costs money to serve customers",
    ("activity",),
    (
        Column("activity", _TEXT, "Name, such as order handling or telephone service.", required=True),
        Column("driver", _TEXT, "What sets it off: order, order_line, return, service_contact.", required=True),
        Column("minutes", _NUMBER, "Working minutes for one event of the driver.", "minutes", required=True),
        Column(
            "cost_rate", _DECIMAL, "Cost of one minute at practical capacity.", "currency per minute", required=True
        ),
        Column("capacity_minutes", _NUMBER, "Practical capacity supplied in the period.", "minutes"),
        CURRENCY,
    ),
)

MARKETING_COSTS = Contract(
    "marketing_costs",
    "marketing spend of one campaign, channel, area and period",
    ("source", "campaign_id", "channel", "area", "period_start"),
    (
        SOURCE,
        Column("campaign_id", _TEXT, "Campaign, or empty for standing spend."),
        Column("channel", _TEXT, "Channel.", required=True),
        Column("area", _TEXT, "Area, or empty for everywhere."),
        Column("period_start", _DATE, "First day.", required=True),
        Column("period_end", _DATE, "Last day.", required=True),
        Column("purpose", _TEXT, "acquire or retain."),
        Column("amount", _DECIMAL, "Amount spent.", "currency", required=True),
        CURRENCY,
    ),
)

CAMPAIGNS = Contract(
    "campaigns",
    "one campaign",
    ("source", "campaign_id"),
    (
        SOURCE,
        Column("campaign_id", _TEXT, "Number of the campaign.", required=True),
        Column("name", _TEXT, "Name of the campaign."),
        Column("channel", _TEXT, "Channel."),
        Column("objective", _TEXT, "What it was for."),
        Column("started_on", _DATE, "First day."),
        Column("ended_on", _DATE, "Last day."),
    ),
    final=False,
    open=True,
)

TOUCHES = Contract(
    "touches",
    "one customer's part in a campaign: delivered, or held out",
    ("source", "campaign_id", "party_key", "touched_at"),
    (
        SOURCE,
        Column("campaign_id", _TEXT, "Number of the campaign.", required=True),
        PARTY_KEY,
        Column("touched_at", _TIMESTAMP, "When it was delivered, or would have been.", "UTC", required=True),
        Column("arm", _TEXT, "treated or holdout.", required=True),
        Column("channel", _TEXT, "Channel."),
        Column("responded", _BOOLEAN, "Whether the customer answered."),
        Column("cost", _DECIMAL, "Cost of the contact.", "currency"),
        CURRENCY,
    ),
    final=False,
    open=True,
)

CANONICAL: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        CUSTOMERS,
        PRODUCTS,
        ORDERS,
        ORDER_LINES,
        QUARANTINE,
        SERVICE_CONTACTS,
        ACTIVITIES,
        MARKETING_COSTS,
        CAMPAIGNS,
        TOUCHES,
    )
}
"""Every canonical table by its logical name."""
