"""A small base of customers as the published tables would show it, under the rooms' own contracts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pyarrow as pa

from segmentry.charts import pictures
from segmentry.discovery.tables import RFM_SCORES, SEGMENTATION_SEGMENTS
from segmentry.profiles.tables import CUSTOMER_DAYS, MONTHLY_SALES, PURCHASE_HISTORY
from segmentry.value.tables import (
    ACTIVITY_COSTS,
    CUSTOMER_VALUE,
    FREQUENCY_FIT,
    PROFIT_CURVE,
    PURCHASE_TRACKING,
    SEGMENT_VALUE,
    VALUE_SUMMARY,
)
from tests.rooms.charts.found_tables import FOUND, IDS, NAMES, Rows, found_tables
from tests.rooms.charts.rows import table

__all__ = ["CUSTOMERS", "Tables", "draw", "gallery", "published", "table"]

LAST_DAY = date(2024, 3, 20)
CUSTOMERS = 12
Tables = dict[str, pa.Table]


def months() -> list[dict[str, Any]]:
    """Seven months, the last one not over."""
    return [
        {
            "month": date(2023 + (8 + place) // 12, (8 + place) % 12 + 1, 1),
            "orders": 20 + place,
            "customers": 10 + place,
            "new_customers": 6 - place,
            "revenue": 1000 + 250 * place,
        }
        for place in range(7)
    ]


def segments(
    names: tuple[str, ...] = ("Champions", "Loyal", "Hibernating"), found: tuple[str, ...] = NAMES
) -> list[dict[str, Any]]:
    """Described segments of the three segmentations by rules, and of the one found in data."""
    described = [("rfm", f"s{place}", name, place) for place, name in enumerate(names)]
    described += [("lifecycle", each.lower(), each, at) for at, each in enumerate(("Regular", "Lapsing", "Lapsed"))]
    described += [("value_tier", each.lower(), each, at) for at, each in enumerate(("Top", "High", "Low"))]
    described += [(FOUND, *pair, at) for at, pair in enumerate(zip(IDS, found, strict=True))]
    return [
        {
            "segmentation": segmentation,
            "segment_id": segment_id,
            "name": name,
            "rule": "A rule.",
            "description": "What they did.",
            "position": position,
            "customers": 4,
        }
        for segmentation, segment_id, name, position in described
    ]


def values(described: list[dict[str, Any]], *, valued: bool = True) -> list[dict[str, Any]]:
    """A value with both intervals for each described segment, the first the most valuable."""
    rows = []
    for row in described:
        worth = 12_000.0 / (1 + row["position"])
        known = {
            "value": worth,
            "value_low": 0.9 * worth,
            "value_high": 1.2 * worth,
            "outcome_low": 0.7 * worth,
            "outcome_high": 1.5 * worth,
        }
        rows.append(
            {
                "segmentation": row["segmentation"],
                "segment_id": row["segment_id"],
                "customers": row["customers"],
                "orders": 20,
                "revenue": 2 * worth,
                "revenue_share": 0.3,
                **(known if valued else {}),
            }
        )
    return rows


def customers() -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Purchase history, value and scores of twelve customers: the first bought most, and most recently."""
    history, value, scores = [], [], []
    for place in range(CUSTOMERS):
        customer_id, days = f"c{place:02}", max(1, 8 - place)
        silent = 10 + 30 * place
        history.append(
            {
                "customer_id": customer_id,
                "first_on": LAST_DAY - timedelta(days=400),
                "last_on": LAST_DAY - timedelta(days=silent),
                "orders": days,
                "purchase_days": days,
                "frequency": days - 1,
                "recency_age": 400 - silent,
                "age": 400,
                "days_since_last": silent,
                "spend": 100.0 * days,
                "placed_amount": 100.0 * days,
                "currency": "GBP",
            }
        )
        value.append(
            {
                "customer_id": customer_id,
                "p_alive": 1.0 if days == 1 else 0.99 - 0.07 * place,
                "expected_purchases": 6.0 / (1 + place),
                "revenue": 100.0 * days,
            }
        )
        scores.append(
            {"customer_id": customer_id, "recency_score": 3 - place // 4, "frequency_score": 3 - place // 4}
            | dict.fromkeys(("monetary_score", "nested_frequency_score", "nested_monetary_score"), 1)
        )
    return history, value, scores


def days() -> list[dict[str, Any]]:
    """Two customers new in Q4 of 2023, one of whom comes back; one new in Q1 of 2024 who only brings goods back."""
    bought = [
        ("a", date(2023, 10, 5), 1),
        ("a", date(2024, 1, 10), 2),
        ("b", date(2023, 11, 5), 1),
        ("c", date(2024, 2, 1), 1),
        ("c", date(2024, 4, 2), 0),
        ("d", date(2024, 4, 9), 1),
    ]
    return [
        {
            "customer_id": customer_id,
            "day": day,
            "orders": orders,
            "placed_amount": 10,
            "net_amount": 10,
        }
        for customer_id, day, orders in bought
    ]


def weeks() -> list[dict[str, Any]]:
    """Eight weeks, the last three held out."""
    return [
        {
            "week_ends": date(2024, 1, 7) + timedelta(days=7 * place),
            "held_out": place >= 5,
            "expected": 10.0,
            "actual": 11.0,
            "expected_cumulative": 10.0 * (place + 1),
            "actual_cumulative": 11.0 * (place + 1),
        }
        for place in range(8)
    ]


def curves() -> list[dict[str, Any]]:
    """A curve of revenue, and one of contribution that peaks above the total."""
    revenue = ((0.0, 0.0), (0.1, 0.4), (0.2, 0.6), (0.5, 0.9), (1.0, 1.0))
    contribution = ((0.0, 0.0), (0.2, 0.8), (0.8, 1.25), (1.0, 1.0))
    return [
        {"measure": measure, "position": position, "customers_share": across, "amount_share": up}
        for measure, points in (("revenue", revenue), ("contribution", contribution))
        for position, (across, up) in enumerate(points)
    ]


def activities() -> list[dict[str, Any]]:
    """Two activities, one without a capacity."""
    return [
        {
            "activity": "order handling",
            "driver": "order",
            "events": 120,
            "minutes_used": 480.0,
            "minutes_supplied": 600.0,
            "allocated": 240.0,
            "unused": 60.0,
        },
        {
            "activity": "returns",
            "driver": "return",
            "events": 10,
            "minutes_used": 100.0,
            "minutes_supplied": None,
            "allocated": 80.0,
            "unused": None,
        },
    ]


def summary(currency: str | None = "GBP", *, valued: bool = True) -> dict[str, Any]:
    """What the summary of value tells the pictures."""
    refused = {"not_estimable": "too few customers bought again"}
    found = {
        "measure": "expected_discounted_revenue",
        "model": "BG/NBD",
        "horizon_months": 12,
        "annual_discount": 0.1,
        "level": 0.95,
        "tracking": {"cumulative_error": 0.08, "incremental_error": 0.2, "total_error": -0.05},
    }
    return {
        "base": {"currency": currency, "period": {"first": "2023-09-04", "last": LAST_DAY.isoformat()}},
        "concentration": {"top_10_percent": {"share": 0.4}, "top_20_percent": {"share": 0.6}},
        "clv": found if valued else refused,
        "season": {"months": 36, "indices": [80.0 + 5 * month for month in range(11)] + [105.0], "peak_month": 11},
    }


def published(
    currency: str | None = "GBP",
    *,
    valued: bool = True,
    names: tuple[str, ...] = ("Champions", "Loyal", "Hibernating"),
    found: tuple[str, ...] = NAMES,
    **changes: Rows,
) -> Tables:
    """Every table a picture may ask for; rows on found segments by the name of their table replace the usual ones."""
    history, value, scores = customers()
    described = segments(names, found)
    document = [{"document": json.dumps(summary(currency, valued=valued))}]
    fit = [{"repeat_purchases": count, "customers": 40.0 - count, "expected": 38.0 - count} for count in range(5)]
    return {
        "monthly_sales": table(MONTHLY_SALES, months()),
        "customer_days": table(CUSTOMER_DAYS, days()),
        "purchase_history": table(PURCHASE_HISTORY, history),
        "customer_value": table(CUSTOMER_VALUE, value),
        "rfm_scores": table(RFM_SCORES, scores),
        "segmentation_segments": table(SEGMENTATION_SEGMENTS, described),
        "segment_value": table(SEGMENT_VALUE, values(described, valued=valued)),
        "value_summary": table(VALUE_SUMMARY, document),
        "purchase_tracking": table(PURCHASE_TRACKING, weeks()),
        "frequency_fit": table(FREQUENCY_FIT, fit),
        "profit_curve": table(PROFIT_CURVE, curves()),
        "activity_costs": table(ACTIVITY_COSTS, activities()),
        **found_tables(**changes),
    }


def gallery(tables: Tables, locale: str = "en_US") -> dict[str, Callable[[], go.Figure]]:
    """The pictures that these tables allow."""
    return pictures(tables.__getitem__, tables.__contains__, locale)


def draw(name: str, tables: Tables | None = None, locale: str = "en_US") -> go.Figure:
    """One picture."""
    return gallery(published() if tables is None else tables, locale)[name]()
