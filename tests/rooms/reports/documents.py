"""Documents of the main job, as small as they may be and as full as they can be."""

from __future__ import annotations

from typing import Any

REFUSED = {"not_estimable": "no cost is known: set margin_rate, or load lines with their cost"}


def estimate(value: float, spread: float = 0.1, kind: str = "mean") -> dict[str, Any]:
    """An estimate with an interval of ``spread`` on both sides."""
    low, high = value * (1 - spread), value * (1 + spread)
    return {"estimate": value, "low": low, "high": high, "unit": "GBP", "level": 0.95, "interval": kind}


def segment(name: str, place: int, **changes: Any) -> dict[str, Any]:
    """One segment with its value and both intervals."""
    worth = 54_321.0 / (1 + place)
    entry = {
        "id": f"s{place}",
        "name": name,
        "rule": f"The rule of {name}.",
        "description": f"What {name} did.",
        "customers": 400 - place,
        "orders": 900,
        "revenue": 100_000.0 / (1 + place),
        "share": 0.5,
        "expected_active": 321.4,
        "value": estimate(worth) | {"measure": "expected_discounted_revenue", "horizon_months": 12},
        "outcome": estimate(worth, 0.3, "prediction"),
        "value_share": 0.62,
        "cost_to_serve": {"not_estimable": "no activities with their cost rates are loaded"},
        "contribution": REFUSED,
        "priority": {"not_estimable": "priorities are not part of this version of segmentry"},
    }
    return entry | changes


def file_report(name: str = "orders.csv", **changes: Any) -> dict[str, Any]:
    """What one file became: 1,000 rows read, 900 used, 80 left out, 20 put aside."""
    report = {
        "load_id": "L1",
        "file": name,
        "table": "order_lines",
        "source": "orders",
        "rows_read": 1000,
        "rows_used": 900,
        "customers": 410,
        "already_loaded": False,
        "replaces": None,
        "excluded": {"fees": {"rows": 80, "amount": "123.45"}},
        "quarantined": {"date_not_readable": 20},
        "rules": [
            {
                "name": "fees",
                "description": "postage and charges: no goods",
                "rows_before": 980,
                "rows_after": 900,
                "customers_before": 415,
                "customers_after": 410,
                "amount": "123.45",
            }
        ],
        "recognized": [
            {
                "role": "customer",
                "column": "Customer ID",
                "confidence": 0.99,
                "reason": "its name is usual for this",
                "alternatives": [],
            }
        ],
        "kept": {"Shelf": "given_shelf"},
        "period": ["2023-01-01", "2024-03-20"],
        "currencies": {"GBP": "120000.00"},
        "quality": [
            {
                "dimension": "completeness",
                "column": "Customer ID",
                "share": 0.02,
                "text": "20 of 1,000 rows are empty",
                "costs": "these rows cannot be given to anybody",
            }
        ],
    }
    return report | changes


def check(name: str, status: str, text: str, suggestion: str = "") -> dict[str, Any]:
    """One check of the model."""
    return {"name": name, "status": status, "statistic": 1.0, "text": text, "suggestion": suggestion}


def clv(**changes: Any) -> dict[str, Any]:
    """How value was found: revenue, because no margin is known."""
    found = {
        "measure": "expected_discounted_revenue",
        "unit": "revenue",
        "currency": "GBP",
        "margin": REFUSED,
        "kept_share": 0.958,
        "model": "BG/NBD",
        "reasons": ["BG/NBD has the highest log-likelihood, -85554.0."],
        "time_unit": "weeks",
        "parameters": {"r": 0.66917, "alpha": 9.12405},
        "standard_errors": {"r": 0.01604, "alpha": 0.27968},
        "log_likelihood": -85554.0,
        "spend": {"model": "Gamma-Gamma", "parameters": {"p": 2.21438}, "standard_errors": {"p": 0.11142}},
        "horizon_months": 12,
        "annual_discount": 0.1,
        "level": 0.95,
        "total": {"mean": estimate(98_765.0), "outcome": estimate(98_765.0, 0.3, "prediction")},
        "checks": [
            check("enough_data", "passed", "300 of 410 customers bought again."),
            check("left_truncation", "warned", "26% of customers come early.", "leave out the first months"),
            check("mixed_cohorts", "failed", "11 cohorts repeat otherwise.", "fit by cohort"),
            check("convergence", "passed", "The likelihood was maximized."),
            check("convergence", "passed", "The likelihood was maximized."),
        ],
        "tracking": {
            "calibration_weeks": 40,
            "holdout_weeks": 13,
            "cumulative_error": 0.07481,
            "incremental_error": 0.19956,
            "total_error": -0.0196,
        },
    }
    return found | changes


def document(**changes: Any) -> dict[str, Any]:
    """The whole document of a base without costs."""
    told = {
        "source": {
            "rows_read": 1000,
            "rows_used": 900,
            "excluded": {"fees": 80},
            "quarantined": {"date_not_readable": 20},
            "files": [file_report()],
        },
        "period": {"first": "2023-01-01", "last": "2024-03-20"},
        "as_of": "2024-03-21T00:00:00Z",
        "timezone": "UTC",
        "currency": "GBP",
        "customers": {"known": 415, "buyers": 410, "repeat_buyers": 300},
        "orders": 1234,
        "revenue": {"net": "120000.0000", "unit": "GBP", "exact": True},
        "concentration": {
            "top_10_percent": {"share": 0.632, "customers_share": 0.1},
            "top_20_percent": {"share": 0.767, "customers_share": 0.2},
            "gini": 0.736,
            "whale_curve": REFUSED,
        },
        "clv": clv(),
        "cost_to_serve": {"not_estimable": "no activities with their cost rates are loaded"},
        "customer_equity": REFUSED,
        "acquisition": {"not_estimable": "no marketing costs are loaded"},
        "season": {"not_estimable": "Seasons need 24 months or more, and there are 14."},
        "segmentation": {"method": "rfm", "k": 2, "verdict": "constructive", "reason": "laid down by rules"},
        "segments": [segment("Champions", 0), segment("Hibernating", 1)],
        "further_segmentations": {"lifecycle": [segment("Regular", 2)], "value_tier": [segment("Top value", 3)]},
    }
    return told | changes


def costed() -> dict[str, Any]:
    """The same base with costs known: CLV, equity, cost-to-serve, profit, acquisition."""
    found = clv(measure="clv", unit="margin", margin={"rate": 0.4, "source": "setting margin_rate"})
    served = {"allocated": 7926.0, "unused": 2383.0, "ratio_to_revenue": 0.066, "unit": "GBP", "activities": []}
    whale = {"total": 48_000.0, "peak": 1.03, "peak_at": 0.8, "unprofitable_customers": 81, "lost_on_them": 1731.0}
    entries = [segment("Champions", 0, cost_to_serve=4424.0, contribution=39_575.0)]
    return document(
        clv=found,
        cost_to_serve=served,
        customer_equity={"current_customers": estimate(98_765.0), "horizon_months": 12},
        concentration=document()["concentration"] | {"whale_curve": whale},
        acquisition={"spent": 5000.0, "new_customers": 100, "per_new_customer": 50.0, "unit": "GBP"},
        segments=entries,
    )
