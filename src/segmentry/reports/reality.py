"""Are the segments real: stability, every criterion by number of segments, gorge plots, and how it was computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.reports.blocks import Block, Grid, Notice, Picture, Section, Text
from segmentry.reports.told import Told, refusal, sentence

_CRITERIA = (
    ("global_stability", "Found again (median)", 2),
    ("slsw", "Weakest segment", 2),
    ("prediction_strength", "Prediction strength", 2),
    ("silhouette", "Silhouette width", 2),
    ("aic", "AIC", 0),
    ("bic", "BIC", 0),
    ("icl", "ICL", 0),
)
_OWN = "●"


def section(told: Told) -> Section | None:
    """The section on proof; None where no segments were found."""
    if told.found is None:
        return None
    blocks: list[Block] = [*_figures(told), Picture("stability_by_number"), *_disagreement(told), *_criteria(told)]
    blocks += [Picture("stability_by_segment"), Picture("segment_origins"), Picture("gorge"), *_computed(told)]
    return Section("real", "Are they real?", blocks)


def _figures(told: Told) -> list[Block]:
    """What was held against a world without segments."""
    found = told.get("segmentation.figures")
    if not isinstance(found, Mapping) or not isinstance(found.get("null_stability"), int | float):
        return []
    write = told.write
    worlds = told.count(found.get("null_worlds"))
    return [
        Text(
            f"The test: would a base without any segments look the same? {worlds} such bases were simulated, each one "
            "cloud with the same size, margins and covariances. There, the same procedure reaches a stability of "
            f"{write.number(float(found['null_stability']), 2)}; here it reaches "
            f"{_two(told, found.get('stability'))}. Customers who stand on a border: "
            f"{told.share(found.get('border_share'))} here, {told.share(found.get('null_border_share'))} there."
        )
    ]


def _two(told: Told, value: Any) -> str:
    return told.write.number(float(value), 2) if isinstance(value, int | float) else "not estimable"


def _disagreement(told: Told) -> list[Block]:
    found = told.get("segmentation.disagreements")
    if not isinstance(found, Mapping) or not found:
        return []
    others = {name: k for name, k in found.items() if name != "recommended"}
    by_number: dict[int, list[str]] = {}
    for name, k in others.items():
        by_number.setdefault(int(k), []).append(_title(name))
    told_numbers = "; ".join(f"{told.count(k)}: {', '.join(names)}" for k, names in sorted(by_number.items()))
    if len(by_number) <= 1:
        return [Text(f"All criteria choose the same number of segments. {told_numbers}.")]
    return [
        Notice(
            f"The criteria do not agree on the number: {told.count(told.get('segmentation.k'))} is a choice",
            (f"What each would choose by itself: {told_numbers}.",),
        )
    ]


def _title(name: str) -> str:
    return next((title for key, title, _ in _CRITERIA if key == name), name.replace("_", " ")).replace(" (median)", "")


def _criteria(told: Told) -> list[Block]:
    found = told.get("segmentation.criteria")
    reason = refusal(found)
    if reason is not None:
        return [Notice("No criteria for the number of segments", (sentence(reason),))]
    if not isinstance(found, list) or not found:
        return []
    chosen = told.get("segmentation.k")
    columns = ("Segments", *(f"{title}\t" for _, title, _ in _CRITERIA), "Starts that reach the best\t", "Smallest\t")
    rows = tuple(_criterion_row(told, each, each.get("k") == chosen) for each in found)
    caption = f"Every number of segments by every criterion; {_OWN} marks a criterion's own choice"
    return [Grid(caption, columns, rows)]


def _criterion_row(told: Told, row: Mapping[str, Any], is_chosen: bool) -> tuple[str, ...]:
    own = row.get("chosen_by") or []
    return (
        f"{told.count(row.get('k'))}{' (chosen)' if is_chosen else ''}",
        *(
            _criterion(told, row.get(name), digits) + (f"\u00a0{_OWN}" if name in own else "")
            for name, _, digits in _CRITERIA
        ),
        told.share(row["share_of_best"]) if isinstance(row.get("share_of_best"), int | float) else "not estimable",
        told.count(row.get("smallest_segment")),
    )


def _criterion(told: Told, value: Any, digits: int) -> str:
    return told.write.number(float(value), digits) if isinstance(value, int | float) else "not estimable"


def _computed(told: Told) -> list[Block]:
    found = told.get("segmentation")
    rows = [
        ("Method", str(found.get("method"))),
        ("Variables", ", ".join(_prepared(each) for each in found.get("preparation") or []) or "not told"),
        ("Left out", "; ".join(f"{name}: {why}" for name, why in (found.get("left_out") or {}).items()) or "nothing"),
        ("Customers", told.count(found.get("customers"))),
        ("Segments made from", f"{told.count(found.get('extracted_from'))} customers"),
        ("Stability from", f"{told.count(found.get('stability_from'))} customers"),
        ("Starts", told.count(found.get("starts"))),
        ("Bootstrap pairs", told.count(found.get("pairs"))),
        ("Seed", told.count(found.get("random_state"))),
        ("Sample size", str(found.get("sample_advice") or "not told")),
    ]  # fmt: skip
    return [Grid("How it was computed", ("What", "How"), tuple(rows), folded=True)]


def _prepared(each: Mapping[str, Any]) -> str:
    name, transform = str(each.get("name")).replace("_", " "), each.get("transform")
    return name if transform in (None, "none") else f"{name} ({transform})"
