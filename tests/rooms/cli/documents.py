"""Answers of a workspace as plain objects, as the printers get them."""

from __future__ import annotations

from typing import Any

from segmentry.charts import Writer
from segmentry.reports import Pen
from segmentry.workspace import DocumentResult

PEN = Pen(Writer("en_GB", "GBP"), "Europe/London")
GERMAN = Pen(Writer("de_DE", "EUR"), "Europe/Berlin")
AS_OF = "2026-01-01T00:00:00Z"


def answer(document: dict[str, Any]) -> DocumentResult:
    return DocumentResult("An answer", document)


FEEDBACK: dict[str, Any] = {
    "as_of": AS_OF,
    "feedback_scores": [
        {
            "measure": measure, "dimension": dimension, "value": value, "period": period, "scale_low": low_point,
            "scale_high": high_point, "answers": 1487, "score": score, "low": low, "high": high, "unit": unit,
            "reason": reason,
        }
        for measure, dimension, value, period, low_point, high_point, score, low, high, unit, reason in (
            ("csat", "age_band", "up to 34", "all", 1.0, 5.0, 0.5, 0.4, 0.6, "share", None),
            ("csat", "everybody", "everybody", "all", 1.0, 5.0, 0.406, 0.363, 0.45, "share", None),
            ("csat", "everybody", "everybody", "2025-11", 1.0, 5.0, 0.1, 0.0, 0.2, "share", None),
            ("nps", "everybody", "everybody", "all", 0.0, 10.0, -60.6, -66.0, -55.2, "points", None),
            ("ces", "everybody", "everybody", "all", 1.0, 7.0, None, None, None, None, "One answer."),
        )
    ],
    "feedback_themes": [
        {
            "theme": "late, parcel", "terms": "late, parcel, damaged", "texts": 95, "share": 0.108, "sentiment": -0.6,
            "stability": 0.9, "stable": True, "reason": "one theme",
        }
    ],
    "feedback_theme_links": [
        {
            "theme": "late, parcel", "dimension": "department", "value": "[bold]Toys[/bold]", "texts": 50,
            "share": 0.4, "low": 0.3, "high": 0.5, "others": 0.1, "claimed": claimed,
        }
        for claimed in (True, False)
    ],
    "feedback_languages": [
        {"language": "de", "texts": 47, "share": 0.04, "read": False},
        {"language": "(unknown)", "texts": 5, "share": 0.01, "read": False},
        {"language": "en", "texts": 900, "share": 0.95, "read": True},
    ],
    "open_remarks": [
        {
            "source": "crm", "feedback_id": f"r{place}", "kind": "remark", "topic": None, "customer_id": None,
            "age_days": place, "overdue": place > 14,
        }
        for place in range(25)
    ],
}  # fmt: skip

REVIEW: dict[str, Any] = {
    "as_of": AS_OF,
    "parties": 5396,
    "customers": 5240,
    "doubtful": 1,
    "review": [
        {
            "left_party": "crm:1", "right_party": "shop:7", "probability": 0.99999, "evidence": "same e-mail",
            "doubt": "another day of birth",
        }
    ],
}  # fmt: skip

VIEW: dict[str, Any] = {
    "customer_id": "account:7",
    "as_of": AS_OF,
    "parties": [{"party_key": "account:7", "source": "crm", "known_since": "2023-02-04T00:00:00Z"}],
    "kinds": [{"kind": "internal_customer", "since": "2023-02-04", "until": None, "evidence": None}],
    "roles": [
        {"party_key": "crm:3", "role": None, "account_key": "account:7", "started_on": "2024-01-01", "ended_on": None},
        {
            "party_key": "crm:4", "role": "decider", "account_key": "account:7", "started_on": "2023-01-01",
            "ended_on": "2023-06-29",
        },
    ],
    "account": {
        "parent": "account:1", "group": "account:1", "subsidiaries": ["account:9"],
        "coverage": [{"role": "decider", "state": "silent", "contacts": 1, "last_sign_at": "2025-01-02T10:00:00Z"}],
    },
    "value": {
        "measure": "clv", "estimate": 142.28, "unit": "GBP", "horizon_months": 12, "value_tier": "high",
        "revenue": "1114.78", "interval": {"not_estimable": "single customers have none"},
        "outcome": {"not_estimable": "single customers have none"},
    },
    "traits": [
        {"basis": "firmographic", "trait": name, "value": value, "unit": unit, "origin": "computed", "source": "crm"}
        for name, value, unit in (
            ("win_rate", 0.5926, "share"), ("yearly_revenue", 82080.0, "currency"), ("group_top", True, ""),
            ("sites", 1, "sites"),
        )
    ],
    "memberships": [],
    "consents": [{"purpose": "marketing", "channel": None, "given": False, "recorded_at": "2023-10-07T00:00:00Z"}],
    "timeline": [
        {
            "at": "2025-12-21T08:00:00Z", "what": "order", "order_id": "2025-12-21", "amount": 99.0, "returned": None,
            "currency": "GBP",
        }
    ],
}  # fmt: skip
