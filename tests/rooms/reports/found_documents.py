"""Documents of the main job where segments were found in the data."""

from __future__ import annotations

from typing import Any

from tests.rooms.reports.documents import document, segment

CRITERIA = ("global_stability", "slsw", "prediction_strength", "silhouette", "aic", "bic", "icl")
NAMES = ("Frequent customers", "New customers")
FOUND = "purchase"


def study(**changes: Any) -> dict[str, Any]:
    """A study on record."""
    told = {
        "id": FOUND,
        "objective": "win_back",
        "outcome": "More value from the customers we have.",
        "decision": "Which customers to treat differently.",
        "knock_outs": [{"measure": "size", "at_least": 0.02}, {"measure": "value", "at_most": 500.0}],
        "recorded_at": "2024-03-01T08:00:00Z",
    }
    return told | changes


def criteria(k: int, value: float, chosen_by: list[str]) -> dict[str, Any]:
    """One number of segments by every criterion."""
    told = dict.fromkeys(CRITERIA, value) | {"objective": 1.0, "share_of_best": 0.42, "smallest_segment": 55}
    return told | {"k": k, "chosen_by": chosen_by}


def segmentation(**changes: Any) -> dict[str, Any]:
    """What was found: two segments, a constructive verdict, criteria that do not agree."""
    told = {
        "method": "k-means",
        "name": FOUND,
        "k": 2,
        "why": "2 segments: the largest number among the most stable ones.",
        "verdict": "constructive",
        "reason": "The segments are a useful cut: stability 0.89, where one cloud gives 0.67",
        "figures": {
            "stability": 0.89,
            "null_stability": 0.67,
            "border_share": 0.23,
            "null_border_share": 0.24,
            "null_worlds": 10,
        },
        "global_stability": {
            "median": 0.89,
            "lower_quartile": 0.86,
            "upper_quartile": 0.92,
            "measure": "adjusted Rand",
        },
        "criteria": [criteria(2, 0.91, ["global_stability"]), criteria(3, 0.52, ["bic", "silhouette"])],
        "disagreements": {"recommended": 2, "global_stability": 2, "bic": 3, "silhouette": 3},
        "preparation": [{"name": "tenure_days", "transform": "none"}, {"name": "purchase_days", "transform": "log"}],
        "left_out": {"given_shelf": "constant"},
        "customers": 410,
        "extracted_from": 400,
        "stability_from": 390,
        "starts": 100,
        "pairs": 100,
        "random_state": 0,
        "sample_advice": "Enough customers: 410, where 140 are advised.",
        "typing": {"agreement": 0.866, "baseline": 0.51},
        "segments_kept": 1,
        "manageable_segments": 8,
    }
    return told | changes


def growth_of(share: float, **changes: Any) -> dict[str, Any]:
    """Growth of one segment with its interval."""
    told = {"estimate": share, "low": share - 0.1, "high": share + 0.1, "unit": "share of the earlier revenue"}
    more = {"level": 0.95, "interval": "mean", "before": 1000.0, "after": 1000.0 * (1 + share), "parts": {}}
    return told | more | changes


def priority(place: int, **changes: Any) -> dict[str, Any]:
    """A clear order: the first place first."""
    told = {
        "knocked_out": False,
        "reasons": "",
        "attractiveness": 0.9 - 0.4 * place,
        "strength": 0.8,
        "score": 0.85,
        "cell": "high/high",
        "stance": "invest",
        "rank": place + 1,
        "probability_first": 0.97 if place == 0 else 0.03,
        "rank_low": place + 1,
        "rank_high": place + 1,
        "tie_group": place + 1,
        "rank_stands": place == 0,
    }
    return told | changes


def line(part: str, text: str, *, draft: bool = False, evidence: bool = True) -> dict[str, Any]:
    """A line of a strategy with two figures behind it, or none."""
    figures = [
        {"figure": "value_share", "value": 0.5665, "table": "segment_value", "column": "value_share", "unit": "share"},
        {"figure": "value_per_member", "value": 216.6, "table": "segment_value", "column": "value", "unit": "GBP"}
        | {"base": 52.58},
    ]
    return {"part": part, "text": text, "draft": draft, "evidence": figures if evidence else []}


def strategy(name: str) -> dict[str, Any]:
    """A strategy with a draft, a move and something not to do."""
    return {
        "objective": "retain",
        "headline": f"Keep what works for {name}.",
        "service_tier": "self_service",
        "review_on": "2025-03-21",
        "engagement_plan": [{"on": "2024-04-20", "step": "Write messages."}, {"on": "2024-05-20", "step": "Start."}],
        "lines": [
            line("objective", "Keep them buying."),
            line("value_proposition", "Ask them first.", draft=True, evidence=False),
            line("move_change", "Lapsing: make one good offer."),
            line("not_to_do", "No steady mailing."),
        ],
    }


def found_segment(place: int, **changes: Any) -> dict[str, Any]:
    """One of the segments found."""
    name = NAMES[place] if place < len(NAMES) else f"Segment {place}"
    rule = "either (purchase days is above 5, and tenure days is above 90), or (purchase days is above 9)"
    entry = segment(
        name,
        place,
        id=f"{FOUND}_{place + 1}",
        rule=rule,
        description=f"What {name} did",
        slsw=0.94 - 0.24 * place,
        growth=growth_of(0.2 - 0.5 * place),
        priority=priority(place),
        strategy=strategy(name),
    )
    return entry | changes


def the_map(**changes: Any) -> dict[str, Any]:
    """The plain map with two pairs of attributes, and no gap that could be claimed."""
    told = {
        "method": "plain",
        "axes": ["more purchase days", "longer with us"],
        "variance_kept": 1.0,
        "gaps": {"not_estimable": "no ideal points are known: no source tells ideal_tenure_days"},
        "segments": [],
        "pairs": [
            {"rank": 1, "first": "purchase_days", "second": "tenure_days", "separation": 0.66, "separation_first": 0.65}
            | {"separation_second": 0.6, "redundant": False},
            {"rank": 2, "first": "spend", "second": "purchase_days", "separation": 0.6, "separation_first": 0.59}
            | {"separation_second": 0.58, "redundant": True},
        ],
    }
    return told | changes


def base_growth(**changes: Any) -> dict[str, Any]:
    """Growth of the whole base."""
    base = {
        "revenue_before": 245_540.0,
        "revenue_after": 330_308.0,
        "growth": 0.345,
        "growth_low": 0.16,
        "growth_high": 0.62,
    }
    return {"base": base, "by_construction": {FOUND: 0.66}, "mind": "Members are those of today"} | changes


def found(**changes: Any) -> dict[str, Any]:
    """The whole document where two segments were found."""
    plain = document()
    told = {
        "study": study(),
        "segmentation": segmentation(),
        "segments": [found_segment(0), found_segment(1)],
        "further_segmentations": {"rfm": plain["segments"], **plain["further_segmentations"]},
        "map": the_map(),
        "growth": base_growth(),
    }
    return plain | told | changes


def refused(reason: str) -> dict[str, str]:
    """A refusal."""
    return {"not_estimable": reason}


def nothing_estimable() -> dict[str, Any]:
    """Segments were found, and nothing else about them could be told."""
    names = ("value", "outcome", "expected_active", "growth", "slsw", "priority", "strategy")
    unknown = {name: refused(f"{name} cannot be told, for a reason of its own") for name in names}
    return found(
        segmentation=segmentation(
            global_stability=refused("stability cannot be told"),
            criteria=refused("criteria cannot be told"),
            disagreements={},
            figures={},
            typing=refused("typing cannot be told"),
        ),
        segments=[found_segment(0, **unknown, value_share=None, share=None)],
        map=refused("no map was drawn"),
        growth=refused("the history is too short to compare two periods"),
    )


__all__ = ["found", "found_segment", "nothing_estimable", "refused"]
