"""What was found, mapped and planned, as a person reads it in a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentry.interfaces.cli.printing import Form, estimate, line, print_json, print_table
from segmentry.workspace.results import DocumentResult

if TYPE_CHECKING:
    from segmentry.reports import Pen


def discovered(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The verdict, every number of segments, the segments, gate, guard and typing rules."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    study, segmentation = found["study"], found["segmentation"]
    line(f"As of {pen.moment(found['as_of'])}")
    line(f"Study {study['id']}: {study['objective'].replace('_', ' ')}. {study['decision']}")
    line(f"  recorded {pen.moment(study['recorded_at'])}, before anything was extracted")
    if "not_estimable" in segmentation:
        line(f"No segments were found: {segmentation['not_estimable']}.")
        return
    members = sum(entry["customers"] for entry in found["segments"])
    base = "buyers" if any(entry["orders"] for entry in found["segments"]) else "customers"
    line(f"{pen.cell(members, base)} in {pen.cell(len(found['segments']), 'segments')}")
    _verdict(segmentation)
    _by_number(segmentation, pen)
    names = {entry["id"]: entry["name"] for entry in found["segments"]}
    for entry in found["segments"]:
        line(f"\n{entry['name']}  [{entry['id']}]")
        line(f"  {entry['description']}")
        line(f"  {_worth(entry['value'], pen)}; found again {_figure(entry['slsw'], pen)} (mean Jaccard)")
        _typed(found["typing"], entry["id"], pen)
        _proved(found, entry["id"], names)


def _worth(value: dict[str, Any], pen: Pen) -> str:
    """Value with measure, horizon, unit and interval."""
    if "not_estimable" in value:
        return f"value not estimable: {value['not_estimable']}"
    measure = "CLV" if value["measure"] == "clv" else "expected discounted revenue"
    interval = f"{pen.write.percent(value['level'])} interval of the mean"
    return f"{measure} over {value['horizon_months']} months {estimate(value, pen, value['unit'])} ({interval})"


def _verdict(segmentation: dict[str, Any]) -> None:
    line(f"Verdict: {segmentation['verdict'].upper()}. {segmentation['reason']}")
    line(segmentation["why"])
    for name, reason in segmentation["left_out"].items():
        line(f"  left out: {name} is {reason}")


def _by_number(segmentation: dict[str, Any], pen: Pen) -> None:
    head = (
        "Segments", "Global stability", "Weakest SLSW", "Prediction strength", "Silhouette", "BIC", "Smallest",
        "Value between", "Starts to best",
    )  # fmt: skip
    rows = [
        (
            f"{each['k']}{' *' if each['k'] == segmentation['k'] else ''}",
            _figure(each["global_stability"], pen),
            _figure(each["slsw"], pen),
            _figure(each["prediction_strength"], pen),
            _figure(each["silhouette"], pen),
            _figure(each["bic"], pen, digits=0),
            _figure(each["smallest_segment"], pen, digits=0),
            *(_figure(each[name], pen, share=True) for name in ("value_between", "share_of_best")),
        )
        for each in segmentation["criteria"]
    ]
    print_table("What every number of segments says for itself (* chosen)", head, rows)
    chosen = segmentation["disagreements"]
    line("  by itself each would choose: " + ", ".join(f"{name.replace('_', ' ')} {k}" for name, k in chosen.items()))


def _figure(value: Any, pen: Pen, *, digits: int = 2, share: bool = False) -> str:
    """A number with so many decimals or as a percentage; a dash where there is none."""
    if value is None or isinstance(value, dict):
        return "–"
    return pen.write.percent(value) if share else pen.write.number(value, digits)


def _typed(rows: list[dict[str, Any]], segment: str, pen: Pen) -> None:
    for row in rows:
        if row["segment_id"] == segment:
            told = f"precision {_figure(row['precision'], pen)}, recall {_figure(row['recall'], pen)}"
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


def mapped(result: DocumentResult, names: dict[str, str], picture: Path | None, pen: Pen, form: Form) -> None:
    """Axes, places of the segments, the pairs of attributes that separate best, and gaps."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    if "not_estimable" in found:
        line(f"No map: {found['not_estimable']}.")
        return
    across, up = found["axes"]
    line(f"As of {pen.moment(found['as_of'])}. {_title(found)}: across {across}, up {up}")
    rows = [
        (
            names.get(row["segment_id"], row["segment_id"]), pen.figure(row["x"]), pen.figure(row["y"]),
            pen.cell(row["customers"]), _figure(row["cos2"], pen),
        )
        for row in found["segments"]
    ]  # fmt: skip
    print_table("Segments", ("Segment", str(across).capitalize(), str(up).capitalize(), "Customers", "Quality"), rows)
    for row in found["pairs"][:5]:
        between = pen.write.percent(row["separation"])
        line(f"  {row['rank']}. {row['first']} by {row['second']}: {between} of variance between segments")
    gaps = found["gaps"]
    if isinstance(gaps, dict):
        line(f"Gaps: {gaps['not_estimable']}.")
    if picture is not None:
        line(f"Picture: {picture}")


def _title(found: dict[str, Any]) -> str:
    words = str(found["method"]).replace("_chosen", ", chosen attributes,").capitalize()
    return f"{words} map of {found['segmentation']}"


def planned(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Objective, mix, moves and what not to do, per segment, with the figures behind every line."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"As of {pen.moment(found['as_of'])}")
    for entry in found["segments"]:
        plan = entry["strategy"]
        line(f"\n{entry['name']}  [{entry['id']}]")
        if "not_estimable" in plan:
            line(f"  {plan['not_estimable']}")
            continue
        line(f"  {plan['headline']}")
        _priority(entry["priority"], pen)
        for each in plan["lines"]:
            mark = "draft" if each["draft"] else ""
            line(f"  {each['part'].replace('_', ' '):<18} {each['text']} {mark}".rstrip())
            if each["evidence"]:
                line(f"  {'':<18}   because {'; '.join(_evidence(figure, pen) for figure in each['evidence'])}")
        line(f"  review on {pen.day(plan['review_on'])}")


def _priority(told: dict[str, Any], pen: Pen) -> None:
    if "not_estimable" in told or told["rank"] is None:
        line(f"  priority: {told.get('reasons') or told.get('not_estimable')}")
        return
    line(
        f"  priority {told['rank']} (between {told['rank_low']} and {told['rank_high']}), "
        f"first with probability {pen.write.percent(told['probability_first'])}; {told['cell']}: {told['stance']}"
    )


def _evidence(figure: dict[str, Any], pen: Pen) -> str:
    base = "" if figure.get("base") is None else f" [base {_plain(figure, 'base', pen)}]"
    return f"{figure['figure'].replace('_', ' ')} {_plain(figure, 'value', pen)}{base}"


def _plain(figure: dict[str, Any], place: str, pen: Pen) -> str:
    """A figure; one that is called a share as a percentage."""
    return pen.cell(figure[place], "share" if figure["figure"].endswith("share") else "")
