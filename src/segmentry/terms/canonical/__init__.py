"""The canonical tables: the shapes into which every source is brought before anything is computed.

Times are UTC with the source's zone kept beside them, local days sit at the source's own midnight, money is
decimal(18,4) with an ISO 4217 currency, ids are text. Facts carry ``party_key`` (source and native id joined by a
colon); every other column whose name ends in ``_key`` is a party key as well.
"""

from __future__ import annotations

from segmentry.terms.canonical.accounts import (
    ACCOUNT_CONTACTS,
    ACCOUNTS,
    LEADS,
    OPPORTUNITIES,
    SUBSCRIPTIONS,
)
from segmentry.terms.canonical.behavior import (
    EVENTS,
    USAGE,
)
from segmentry.terms.canonical.columns import (
    ACCOUNT_KEY,
    COUNTRY,
    CURRENCY,
    PARTY_KEY,
    SOURCE,
)
from segmentry.terms.canonical.marketing import (
    CALENDAR,
    CAMPAIGNS,
    MARKET_SERIES,
    MARKETING_COSTS,
    TOUCHES,
)
from segmentry.terms.canonical.parties import (
    ADDRESSES,
    CONSENTS,
    CONTRIBUTIONS,
    CUSTOMERS,
    IDENTIFIERS,
    PARTY_KINDS,
    REFERRALS,
    TECHNOLOGIES,
)
from segmentry.terms.canonical.trade import (
    ORDER_LINES,
    ORDERS,
    PRODUCTS,
    QUARANTINE,
)
from segmentry.terms.canonical.voice import (
    ACTIVITIES,
    CHOICES,
    FEEDBACK,
    SERVICE_CONTACTS,
    SURVEY_RESPONSES,
)
from segmentry.terms.tables import Contract

CANONICAL: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        CUSTOMERS,
        PARTY_KINDS,
        IDENTIFIERS,
        ADDRESSES,
        ACCOUNTS,
        ACCOUNT_CONTACTS,
        SUBSCRIPTIONS,
        OPPORTUNITIES,
        LEADS,
        PRODUCTS,
        ORDERS,
        ORDER_LINES,
        QUARANTINE,
        EVENTS,
        USAGE,
        SURVEY_RESPONSES,
        CHOICES,
        FEEDBACK,
        SERVICE_CONTACTS,
        CAMPAIGNS,
        TOUCHES,
        MARKETING_COSTS,
        ACTIVITIES,
        CONSENTS,
        REFERRALS,
        CONTRIBUTIONS,
        TECHNOLOGIES,
        MARKET_SERIES,
        CALENDAR,
    )
}
"""Every canonical table by its logical name."""

__all__ = [
    "ACCOUNTS",
    "ACCOUNT_CONTACTS",
    "ACCOUNT_KEY",
    "ACTIVITIES",
    "ADDRESSES",
    "CALENDAR",
    "CAMPAIGNS",
    "CANONICAL",
    "CHOICES",
    "CONSENTS",
    "CONTRIBUTIONS",
    "COUNTRY",
    "CURRENCY",
    "CUSTOMERS",
    "EVENTS",
    "FEEDBACK",
    "IDENTIFIERS",
    "LEADS",
    "MARKETING_COSTS",
    "MARKET_SERIES",
    "OPPORTUNITIES",
    "ORDERS",
    "ORDER_LINES",
    "PARTY_KEY",
    "PARTY_KINDS",
    "PRODUCTS",
    "QUARANTINE",
    "REFERRALS",
    "SERVICE_CONTACTS",
    "SOURCE",
    "SUBSCRIPTIONS",
    "SURVEY_RESPONSES",
    "TECHNOLOGIES",
    "TOUCHES",
    "USAGE",
]
