"""Three segments found in data, as discovery, maps, growth and priority would publish them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa

from segmentry.discovery.tables import (
    SEGMENT_GATE,
    SEGMENT_GORGE,
    SEGMENT_GUARD,
    SEGMENT_PROFILES,
    SEGMENT_SOLUTIONS,
    SEGMENT_STABILITY,
    SEGMENTATION_MODELS,
)
from segmentry.maps.tables import MAP_AXES, MAP_GAPS, MAP_POINTS, MAP_SEGMENTS, MAP_SUMMARY
from segmentry.terms.tables import Contract
from segmentry.value.growth_tables import SEGMENT_GROWTH
from segmentry.value.priority_tables import PRIORITY_SUMMARY, SEGMENT_PRIORITY
from tests.rooms.charts.rows import table

FOUND = "purchase"
IDS = tuple(f"{FOUND}_{place}" for place in (1, 2, 3))
NAMES = ("Frequent customers", "New customers", "Silent customers")
PLACES = (2, 0, 1)
"""Place of each segment in the chosen solution: segments are listed by worth, solutions are not."""
MEANS = (0.95, 0.8, 0.55)
"""Mean Jaccard of each segment, by its own order: highly stable, stable, unstable."""
PAIRS = 4
Rows = list[dict[str, Any]]
METHODS = ("plain", "principal", "discriminant", "correspondence", "perceived")


def model(**changes: Any) -> Rows:
    """The one model, three segments chosen."""
    told = {"name": FOUND, "k": 3, "verdict": "constructive", "why": "3 segments are stable."} | changes
    return [{"segmentation": FOUND, "document": "{}", "summary": json.dumps(told)}]


def nothing_found() -> Rows:
    """What is published where nothing could be found."""
    return [{"segmentation": FOUND, "document": "{}", "summary": json.dumps({"not_estimable": "too few customers"})}]


def solutions() -> Rows:
    """Criteria of 2, 3 and 4 segments; each criterion chooses another number."""
    values = {
        "global_stability": {2: 0.9, 3: 0.88, 4: 0.6},
        "slsw": {2: 0.92, 3: 0.55, 4: 0.5},
        "prediction_strength": {2: 0.8, 3: 0.85, 4: 0.4},
        "silhouette": {2: 0.3, 3: 0.25, 4: 0.2},
        "bic": {2: 1000.0, 3: 950.0, 4: 900.0},
    }
    own = {"global_stability": 2, "slsw": 2, "prediction_strength": 3, "silhouette": 2, "bic": 4}
    return [
        {"segmentation": FOUND, "k": k, "criterion": name, "value": value, "chosen": own[name] == k}
        | ({"low": value - 0.05, "high": value + 0.05} if name == "global_stability" else {})
        for name, found in values.items()
        for k, value in found.items()
    ]


def stability() -> Rows:
    """Four bootstrap pairs of each solution, and where members came from."""
    rows: Rows = []
    for k in (2, 3, 4):
        shared = {"segmentation": FOUND, "k": k}
        rows += [
            shared | {"measure": "adjusted_rand", "place": -1, "pair": pair, "value": 0.7 + 0.1 * pair}
            for pair in range(PAIRS)
        ]
        means = dict(zip(PLACES, MEANS, strict=True)) if k == 3 else dict.fromkeys(range(k), 0.7)
        rows += [
            shared | {"measure": "slsw", "place": place, "pair": pair, "value": mean + 0.01 * (pair - 1.5)}
            for place, mean in means.items()
            for pair in range(PAIRS)
        ]
        if k > 2:
            rows += [
                shared
                | {
                    "measure": "slsa",
                    "place": place,
                    "pair": -1,
                    "value": 1.0 / (1 + place),
                    "from_place": place % (k - 1),
                }
                for place in range(k)
            ]
    return rows


def gorge() -> Rows:
    """Three bars a segment: 60 far, 10 between, 30 close."""
    return [
        {"segmentation": FOUND, "segment_id": segment, "similarity": edge, "customers": count}
        for segment in IDS
        for edge, count in ((0.0, 60), (0.4, 10), (0.8, 30))
    ]


def profiles() -> Rows:
    """Two variables that made the segments, in the published order, and one that did not."""
    shared = {"mean": 10.0, "median": 8.0, "base_mean": 5.0, "base_median": 4.0}
    return [
        {
            "segmentation": FOUND,
            "segment_id": segment,
            "variable": variable,
            "role": role,
            "position": position,
            "difference": (1.5 - place) * (1 if variable == "purchase_days" else -0.2),
            "marker": variable == "purchase_days",
            **shared,
        }
        for place, segment in enumerate(IDS)
        for variable, role, position in (
            ("tenure_days", "segmentation", 1),
            ("purchase_days", "segmentation", 0),
            ("country_share", "descriptor", 2),
        )
    ]


def gate() -> Rows:
    """Six criteria a segment: one failed, two unproven."""
    verdicts = {
        "measurable": ("passed", 0.8, 0.7),
        "substantial": ("passed", 0.3, 0.02),
        "reachable": ("unproven", None, 0.5),
        "distinct": ("passed", 2.0, 1.0),
        "actionable": ("unproven", None, None),
    }
    rows = [
        {"segmentation": FOUND, "segment_id": segment, "criterion": name, "verdict": verdict, "value": value}
        | {"wanted": wanted, "text": f"Why {name}."}
        for segment in IDS
        for name, (verdict, value, wanted) in verdicts.items()
    ]
    stable = [
        {"segmentation": FOUND, "segment_id": segment, "criterion": "stable", "value": mean, "wanted": 0.75}
        | {"verdict": "passed" if mean >= 0.75 else "failed", "text": f"Found again with {mean}."}
        for segment, mean in zip(IDS, MEANS, strict=True)
    ]
    return rows + stable


def guard() -> Rows:
    """One segment to keep, one that no test could show, one that cannot be told."""
    lifts = ((0.05, 0.2, "keep"), (0.1, 3.5, "unproven"), (None, None, "unproven"))
    return [
        {"segmentation": FOUND, "segment_id": segment, "neighbor": IDS[0], "cost": 100.0}
        | {"break_even_lift": even, "detectable_lift": shown, "verdict": verdict, "text": f"In words: {verdict}."}
        for segment, (even, shown, verdict) in zip(IDS, lifts, strict=True)
    ]


def growth(*, by_construction: bool = False) -> Rows:
    """Growth of the base and of the three segments; the last one had nothing to grow from."""
    shared = {
        "before_first": date(2022, 3, 21),
        "before_last": date(2023, 3, 20),
        "after_first": date(2023, 3, 21),
        "after_last": date(2024, 3, 20),
        "course": "continuing",
        **dict.fromkeys(("customers_before", "customers_after", "orders_before", "orders_after"), 10),
    }
    parts = {
        "base": (300.0, -50.0, 10.0),
        IDS[0]: (200.0, 50.0, 10.0),
        IDS[1]: (-40.0, -100.0, 0.0),
        IDS[2]: (50.0, 0.0, 0.0),
    }
    rows = []
    for segment, (customers, frequency, value) in parts.items():
        change = customers + frequency + value
        before = 0.0 if segment == IDS[2] else 1000.0
        share = change / before if before else None
        rows.append(
            shared
            | {
                "segmentation": "base" if segment == "base" else FOUND,
                "segment_id": "everyone" if segment == "base" else segment,
                "revenue_before": before,
                "revenue_after": before + change,
                "change": change,
                "customers_part": customers,
                "customers_part_low": customers - 20,
                "customers_part_high": customers + 20,
                "frequency_part": frequency,
                "value_part": value,
                "growth": share,
                "growth_low": None if share is None else share - 0.05,
                "growth_high": None if share is None else share + 0.05,
                "by_construction": by_construction and segment != "base",
            }
        )
    return rows


def priority() -> Rows:
    """Two segments that tie, and one that is knocked out."""
    shared = {"segmentation": FOUND, "stance": "invest", "rank_stands": True, "reasons": ""}
    tied = {"rank_low": 1, "rank_high": 2, "tie_group": 1, "knocked_out": False, "cell": "high/high"}
    out = {"knocked_out": True, "reasons": "size 0.01, at least 0.02 asked", "attractiveness": 0.1, "strength": 0.2}
    return [
        shared | tied | {"segment_id": IDS[0], "attractiveness": 0.9, "strength": 0.8, "score": 0.85, "rank": 1}
        | {"probability_first": 0.55},
        shared | tied | {"segment_id": IDS[1], "attractiveness": 0.85, "strength": 0.84, "score": 0.845, "rank": 2}
        | {"probability_first": 0.45},
        shared | out | {"segment_id": IDS[2], "score": 0.15, "cell": "low/low", "stance": "harvest"},
    ]  # fmt: skip


def weights() -> Rows:
    """The weights of the study, one of them not scored."""
    told = {
        "attractiveness": {
            "scored": {"value": 0.6},
            "unscored": {"growth": {"weight": 0.4, "reason": "it is not known"}},
        },
        "strength": {"scored": {"loyalty": 1.0}, "unscored": {}},
    }
    return [{"segmentation": FOUND, "document": json.dumps(told)}]


def map_segments(*, by_construction: bool = False, valued: bool = True) -> Rows:
    """Places of the segments on every map; the second shrinks, the third has no growth."""
    return [
        {
            "map": f"{FOUND}/{method}",
            "segment_id": segment,
            "x": 1.0 + place,
            "y": 2.0 - place,
            "cos2": 0.9 - 0.3 * place,
            "customers": 4,
            "value": 9000.0 / 4**place if valued else None,
            "growth": (0.26, -0.14, None)[place],
            "growth_by_construction": by_construction,
        }
        for method in METHODS
        for place, segment in enumerate(IDS)
    ]


def map_points(count: int = 30) -> Rows:
    """Customers of the sample, evenly over the segments."""
    return [
        {"map": f"{FOUND}/{method}", "customer_id": f"c{place:05}", "segment_id": IDS[place % 3]}
        | {"x": 0.5 + place % 7, "y": place % 5 - 1.0}
        for method in METHODS
        for place in range(count)
    ]


def map_axes() -> Rows:
    """A logarithmic and a linear axis on the plain map; axes of scores on the others."""
    rows: Rows = []
    for method in METHODS:
        for axis, name in (
            ("x", "more purchase days"),
            ("y", "longer with us, broader baskets, more discount, more weekends"),
        ):
            plain = {"attribute": "purchase_days" if axis == "x" else "tenure_days", "unit": "days"}
            ticks = [[0.693, "1"], [1.386, "3"]] if axis == "x" and method == "plain" else []
            rows.append(
                {"map": f"{FOUND}/{method}", "axis": axis, "name": name, "opposite": "less", "scale": "linear"}
                | (plain if method == "plain" else {"unit": "standard deviations"})
                | {"ticks": json.dumps(ticks), "share": 0.6 if axis == "x" else 0.4, "loadings": "{}"}
            )
    return rows


def map_gaps() -> Rows:
    """A gap that may be claimed on the plain map, and one that may not."""
    shared = {"map": f"{FOUND}/plain", "x": 2.5, "y": 1.5, "recurrence": 0.8}
    return [
        shared | {"place": 0, "claimed": True, "reason": ""},
        shared | {"place": 1, "x": 0.0, "claimed": False, "reason": "not found again"},
    ]


def map_summary() -> Rows:
    """What is told of each map."""
    told = {"variance_kept": 0.62, "gaps": {"not_estimable": "no ideal points are known"}}
    return [{"map": f"{FOUND}/{method}", "document": json.dumps(told | {"method": method})} for method in METHODS]


def found_tables(**changes: Rows) -> dict[str, pa.Table]:
    """Every table on found segments; rows by the name of the table replace those above."""
    contracts: dict[str, tuple[Contract, Rows]] = {
        "segmentation_models": (SEGMENTATION_MODELS, model()),
        "segment_solutions": (SEGMENT_SOLUTIONS, solutions()),
        "segment_stability": (SEGMENT_STABILITY, stability()),
        "segment_gorge": (SEGMENT_GORGE, gorge()),
        "segment_profiles": (SEGMENT_PROFILES, profiles()),
        "segment_gate": (SEGMENT_GATE, gate()),
        "segment_guard": (SEGMENT_GUARD, guard()),
        "segment_growth": (SEGMENT_GROWTH, growth()),
        "segment_priority": (SEGMENT_PRIORITY, priority()),
        "priority_summary": (PRIORITY_SUMMARY, weights()),
        "map_points": (MAP_POINTS, map_points()),
        "map_segments": (MAP_SEGMENTS, map_segments()),
        "map_axes": (MAP_AXES, map_axes()),
        "map_gaps": (MAP_GAPS, map_gaps()),
        "map_summary": (MAP_SUMMARY, map_summary()),
    }
    return {name: table(contract, changes.get(name, rows)) for name, (contract, rows) in contracts.items()}
