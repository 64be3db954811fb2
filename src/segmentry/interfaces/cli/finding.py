"""What was found, mapped and planned, as a person reads it in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segmentry.interfaces.cli.printing import Form, estimate, line, print_json, print_table
from segmentry.workspace.results import DocumentResult


def discovered(result: DocumentResult, form: Form) -> None:
    """The verdict, every number of segments, the segments, gate, guard and typing rules."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    study, segmentation = found["study"], found["segmentation"]
    line(f"As of {found['as_of']}")
    line(f"Study {study['id']}: {study['objective'].replace('_', ' ')}. {study['decision']}")
    line(f"  recorded {study['recorded_at']}, before anything was extracted")
    if "not_estimable" in segmentation:
        line(f"No segments were found: {segmentation['not_estimable']}.")
        return
    _verdict(segmentation)
    _by_number(segmentation)
    names = {entry["id"]: entry["name"] for entry in found["segments"]}
    for entry in found["segments"]:
        line(f"\n{entry['name']}  [{entry['id']}]")
        line(f"  {entry['description']}")
        line(f"  {_worth(entry['value'])}; found again {_figure(entry['slsw'], '.2f')} (mean Jaccard)")
        _typed(found["typing"], entry["id"])
        _proved(found, entry["id"], names)


def _worth(value: dict[str, Any]) -> str:
    """Value with measure, horizon, unit and interval."""
    if "not_estimable" in value:
        return f"value not estimable: {value['not_estimable']}"
    measure = "CLV" if value["measure"] == "clv" else "expected discounted revenue"
    interval = f"{value['level']:.0%} interval of the mean"
    return f"{measure} over {value['horizon_months']} months {estimate(value)} {value['unit']} ({interval})"


def _verdict(segmentation: dict[str, Any]) -> None:
    line(f"Verdict: {segmentation['verdict'].upper()}. {segmentation['reason']}")
    line(segmentation["why"])
    for name, reason in segmentation["left_out"].items():
        line(f"  left out: {name} is {reason}")


def _by_number(segmentation: dict[str, Any]) -> None:
    head = (
        "Segments", "Global stability", "Weakest SLSW", "Prediction strength", "Silhouette", "BIC", "Smallest",
        "Value between", "Starts to best",
    )  # fmt: skip
    rows = [
        (
            f"{each['k']}{' *' if each['k'] == segmentation['k'] else ''}",
            _figure(each["global_stability"], ".2f"),
            _figure(each["slsw"], ".2f"),
            _figure(each["prediction_strength"], ".2f"),
            _figure(each["silhouette"], ".2f"),
            _figure(each["bic"], ",.0f"),
            _figure(each["smallest_segment"], ",d"),
            _figure(each["value_between"], ".0%"),
            _figure(each["share_of_best"], ".0%"),
        )
        for each in segmentation["criteria"]
    ]
    print_table("What every number of segments says for itself (* chosen)", head, rows)
    chosen = segmentation["disagreements"]
    line("  by itself each would choose: " + ", ".join(f"{name.replace('_', ' ')} {k}" for name, k in chosen.items()))


def _figure(value: Any, form: str) -> str:
    return "–" if isinstance(value, dict) else format(value, form)


def _typed(rows: list[dict[str, Any]], segment: str) -> None:
    for row in rows:
        if row["segment_id"] == segment:
            told = f"precision {_figure_or_dash(row['precision'])}, recall {_figure_or_dash(row['recall'])}"
            line(f"  typing rule ({told}; on customers it was not learned from):")
            for each in row["definition"].splitlines():
                line(f"    {each}")


def _proved(found: dict[str, Any], segment: str, names: dict[str, str]) -> None:
    for row in found["gate"]:
        if row["segment_id"] == segment:
            line(f"  {row['verdict']:<9} {row['criterion']:<12} {row['text']}")
    for row in found["guard"]:
        if row["segment_id"] == segment:
            line(f"  guard: {row['verdict']} (neighbor: {names.get(row['neighbor'], row['neighbor'])}). {row['text']}")


def mapped(result: DocumentResult, picture: Path | None, form: Form) -> None:
    """Axes, places of the segments, the pairs of attributes that separate best, and gaps."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    if "not_estimable" in found:
        line(f"No map: {found['not_estimable']}.")
        return
    across, up = found["axes"]
    line(f"As of {found['as_of']}. {_title(found)}: across {across}, up {up}")
    rows = [
        (row["segment_id"], f"{row['x']:.3g}", f"{row['y']:.3g}", f"{row['customers']:,}", _figure_or_dash(row["cos2"]))
        for row in found["segments"]
    ]
    print_table("Segments", ("Segment", "Across", "Up", "Customers", "Quality"), rows)
    for row in found["pairs"][:5]:
        line(
            f"  {row['rank']}. {row['first']} by {row['second']}: {row['separation']:.0%} of variance between segments"
        )
    gaps = found["gaps"]
    if isinstance(gaps, dict):
        line(f"Gaps: {gaps['not_estimable']}.")
    if picture is not None:
        line(f"Picture: {picture}")


def _title(found: dict[str, Any]) -> str:
    words = str(found["method"]).replace("_chosen", ", chosen attributes,").capitalize()
    return f"{words} map of {found['segmentation']}"


def _figure_or_dash(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def planned(result: DocumentResult, form: Form) -> None:
    """Objective, mix, moves and what not to do, per segment, with the figures behind every line."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"As of {found['as_of']}")
    for entry in found["segments"]:
        plan = entry["strategy"]
        line(f"\n{entry['name']}  [{entry['id']}]")
        if "not_estimable" in plan:
            line(f"  {plan['not_estimable']}")
            continue
        line(f"  {plan['headline']}")
        _priority(entry["priority"])
        for each in plan["lines"]:
            mark = "draft" if each["draft"] else ""
            line(f"  {each['part'].replace('_', ' '):<18} {each['text']} {mark}".rstrip())
            if each["evidence"]:
                line(f"  {'':<18}   because {'; '.join(_evidence(figure) for figure in each['evidence'])}")
        line(f"  review on {plan['review_on']}")


def _priority(told: dict[str, Any]) -> None:
    if "not_estimable" in told or told["rank"] is None:
        line(f"  priority: {told.get('reasons') or told.get('not_estimable')}")
        return
    line(
        f"  priority {told['rank']} (between {told['rank_low']} and {told['rank_high']}), "
        f"first with probability {told['probability_first']:.0%}; {told['cell']}: {told['stance']}"
    )


def _evidence(figure: dict[str, Any]) -> str:
    base = "" if figure.get("base") is None else f" [base {_plain(figure['base'])}]"
    return f"{figure['figure'].replace('_', ' ')} {_plain(figure['value'])}{base}"


def _plain(value: Any) -> str:
    return f"{value:,.3g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
