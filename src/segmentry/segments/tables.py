"""What segments publishes: definitions by version, members, their changes, counts and decisions made by hand."""

from __future__ import annotations

from typing import Literal

from segmentry.terms.tables import Column, ColumnType, Contract
from segmentry.terms.vocabulary import DataClass

_TEXT, _INTEGER, _TIMESTAMP = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.TIMESTAMP
_SEGMENT_ID = Column("segment_id", _TEXT, "Id of the segment: the stem of its file.", required=True)
_CUSTOMER_ID = Column("customer_id", _TEXT, "The customer or account.", "", DataClass.PERSONAL, required=True)
_RECORDED_AT = Column("recorded_at", _TIMESTAMP, "When it was put on record.", "UTC", required=True)
_VERSION = Column("version", _INTEGER, "Version of the definition, from 1 on; rises when members may change.")

Change = Literal["entered", "left", "corrected"]
Reason = Literal["behavior", "arrival", "clock", "definition", "identity", "late data", "consent", "manual"]
REASONS: dict[Reason, str] = {
    "behavior": "the customer did something",
    "arrival": "the customer was not known before",
    "clock": "time passed, and the customer did nothing",
    "definition": "the definition changed",
    "identity": "customers were merged",
    "late data": "what is known of the past changed",
    "consent": "the customer agreed, or took it back",
    "manual": "somebody decided it by hand",
}
"""Why a customer entered or left, in words."""

SEGMENT_DEFINITIONS = Contract(
    "segment_definitions",
    "one version of one definition",
    ("segment_id", "version"),
    (
        _SEGMENT_ID,
        Column("version", _INTEGER, _VERSION.description, required=True),
        Column("name", _TEXT, "Name for people.", required=True),
        Column("of", _TEXT, "customers or accounts.", required=True),
        Column("text", _TEXT, "Who belongs, in the text notation.", required=True),
        Column("tree", _TEXT, "Who belongs, as JSON.", required=True),
        Column("timezone", _TEXT, "Zone in which its days and windows are read.", required=True),
        Column("kinds", _TEXT, "Kinds of parties of its universe, joined by commas.", required=True),
        Column("objective", _TEXT, "What the segment is for."),
        Column("description", _TEXT, "Free words."),
        _RECORDED_AT,
        Column("retired_at", _TIMESTAMP, "When it was replaced or taken out; empty while in force.", "UTC"),
    ),
)

SEGMENT_MEMBERS = Contract(
    "segment_members",
    "one member of one segment at the instant its count names",
    ("segment_id", "customer_id"),
    (
        _SEGMENT_ID,
        _CUSTOMER_ID,
        Column("since", _TIMESTAMP, "When the customer entered last, as known now.", "UTC", required=True),
        Column("origin", _TEXT, "rule, or manual where somebody added the customer.", required=True),
    ),
)

SEGMENT_CHANGES = Contract(
    "segment_changes",
    "one statement about one customer and one segment; never altered, only followed by others",
    ("segment_id", "customer_id", "effective_at", "recorded_at"),
    (
        _SEGMENT_ID,
        _CUSTOMER_ID,
        Column("effective_at", _TIMESTAMP, "From when it holds.", "UTC", required=True),
        _RECORDED_AT,
        Column("change", _TEXT, "entered, left, or corrected: what was said of this instant is struck.", required=True),
        Column("reason", _TEXT, f"Why: {', '.join(REASONS)}.", required=True),
        Column("definition_version", _INTEGER, "Version of the definition that was evaluated.", required=True),
        Column("watermark", _INTEGER, "Loads of data that were known.", "loads", required=True),
    ),
)

SEGMENT_EVALUATIONS = Contract(
    "segment_evaluations",
    "one evaluation of one segment, whether or not anybody moved",
    ("segment_id", "recorded_at"),
    (
        _SEGMENT_ID,
        Column("version", _INTEGER, _VERSION.description),
        Column("as_of", _TIMESTAMP, "Instant of evaluation.", "UTC", required=True),
        _RECORDED_AT,
        Column("watermark", _INTEGER, "Loads of data that were known.", "loads", required=True),
        Column("members", _INTEGER, "Members found; exact.", "customers"),
        Column("error", _TEXT, "Why it could not be evaluated, as JSON; empty where it could."),
        Column("attempts", _INTEGER, "Looks it took: a second one, alone, where the database failed.", "looks"),
    ),
)

SEGMENT_COUNTS = Contract(
    "segment_counts",
    "one segment",
    ("segment_id",),
    (
        _SEGMENT_ID,
        Column("members", _INTEGER, "Rows of segment_members; exact.", "customers", required=True),
        Column("as_of", _TIMESTAMP, "Instant at which they are members; empty if never evaluated.", "UTC"),
        Column("complete_through", _TIMESTAMP, "Through when the sources told everything.", "UTC", required=True),
        _VERSION,
        Column("state", _TEXT, "fresh, stale (last good members kept) or failed (never evaluated).", required=True),
        Column("error", _TEXT, "Why it is not fresh, as JSON."),
    ),
)

SEGMENT_MANUAL = Contract(
    "segment_manual",
    "one decision made by hand about one customer and one segment",
    ("segment_id", "customer_id", "recorded_at"),
    (
        _SEGMENT_ID,
        _CUSTOMER_ID,
        Column("decision", _TEXT, "added, removed, or cleared: the rule decides again.", required=True),
        Column("because", _TEXT, "Why, in the words of who decided."),
        _RECORDED_AT,
    ),
)

SEGMENT_DUE = Contract(
    "segment_due",
    "one customer who has to be looked at again though nothing happens, or everybody at once",
    ("kind", "customer_id"),
    (
        Column("customer_id", _TEXT, "The customer; empty where everybody is meant.", "", DataClass.PERSONAL),
        Column(
            "due_at", _TIMESTAMP, "The first instant at which membership may change; never late.", "UTC", required=True
        ),
        Column("kind", _TEXT, "customer, or population where segments depend on what everybody does.", required=True),
    ),
)
