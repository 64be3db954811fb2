"""What is proved of each segment and what is not: the gate of six criteria, and whether treating it apart can pay."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from segmentry.charts.found import Member, found_name, members, of_found
from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT

CRITERIA = ("measurable", "substantial", "reachable", "distinct", "actionable", "stable")
"""Criteria of quality in the order in which they are asked (Wedel & Kamakura 2000; Kotler)."""

_MARKS = {"passed": "✓", "failed": "✗", "unproven": "?"}
_HUES = {"failed": "part_vermillion", "unproven": "part_gray", "passed": "part_blue"}
_ENDS = (
    ("break_even_lift", "Pays from", "green", "diamond"),
    ("detectable_lift", "A test can show from", "vermillion", "circle"),
)
_HIGHEST = 2.0


def has_gate(shelf: Shelf) -> bool:
    """Whether found segments were held against the criteria of quality."""
    return bool(_gate(shelf))


def has_guard(shelf: Shelf) -> bool:
    """Whether a break-even or a detectable lift is known for any found segment."""
    return any(row[name] is not None for _, row in _guard(shelf) for name, _, _, _ in _ENDS)


def gate(shelf: Shelf) -> go.Figure:
    """Segments by criteria: passed, failed or unproven, by color and by mark."""
    write, rows = shelf.write, _gate(shelf)
    found = [each for each in members(shelf, found_name(shelf) or "") if any(each.id == key[0] for key in rows)]
    codes = {verdict: place for place, verdict in enumerate(_HUES)}
    verdicts = [[_verdict(rows, each, criterion) for criterion in CRITERIA] for each in found]
    scale = [(edge / 3, LIGHT[hue]) for place, hue in enumerate(_HUES.values()) for edge in (place, place + 1)]
    figure = go.Figure()
    figure.add_heatmap(
        x=list(CRITERIA),
        y=[each.lines(20) for each in found],
        z=[[codes.get(verdict, 1) for verdict in line] for line in verdicts],
        zmin=-0.5,
        zmax=2.5,
        text=[[_MARKS.get(verdict, "?") for verdict in line] for line in verdicts],
        customdata=[[_number(shelf, rows.get((each.id, name))) for name in CRITERIA] for each in found],
        texttemplate="%{text}",
        textfont={"size": 15, "color": LIGHT["ink"]},
        colorscale=scale,
        showscale=False,
        xgap=3,
        ygap=3,
        hovertemplate="%{y}: %{x} %{text}<br>%{customdata}<extra></extra>",
    )
    figure.update_xaxes(type="category", side="top", tickangle=-35, title_text="Criterion of quality")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    counts = {verdict: sum(line.count(verdict) for line in verdicts) for verdict in ("passed", "failed", "unproven")}
    told = ", ".join(f"{write.number(count)} {verdict}" for verdict, count in counts.items())
    notes = Notes(
        "What each segment can show for itself",
        shelf.basis("Estimated."),
        "✓ passed, ✗ failed, ? unproven: no figure can decide it yet. The number behind each mark, what it takes and "
        "why stand in the table.",
        f"Of {write.number(len(found) * len(CRITERIA))} answers: {told}.",
        ("Segment", "Criterion", "Verdict", "Number (wanted)", "What was measured, or why nothing could be"),
        tuple(
            (each.name, name, str(row["verdict"]), _number(shelf, row), str(row["text"]))
            for each in found
            for name in CRITERIA
            if (row := rows.get((each.id, name))) is not None
        ),
    )
    return finish(figure, notes, write.separators, 220 + 44 * len(found))


def _verdict(rows: dict[tuple[str, str], dict[str, Any]], each: Member, criterion: str) -> str:
    row = rows.get((each.id, criterion))
    return "unproven" if row is None else str(row["verdict"])


def _number(shelf: Shelf, row: dict[str, Any] | None) -> str:
    if row is None or row["value"] is None:
        return "no number"
    wanted = "" if row["wanted"] is None else f" ({shelf.write.significant(row['wanted'], 2)})"
    return shelf.write.significant(row["value"], 2) + wanted


def guard(shelf: Shelf) -> go.Figure:
    """By segment: the rise of value from which treating it apart pays, and the rise that a test could show."""
    write, pairs = shelf.write, _guard(shelf)
    figure = go.Figure()
    names = [member.lines(20) for member, _ in pairs]
    for (member, row), name in zip(pairs, names, strict=True):
        ends = [min(row[key], _HIGHEST) for key, _, _, _ in _ENDS if row[key] is not None]
        if len(ends) > 1:
            figure.add_scatter(
                x=[100 * end for end in ends],
                y=[name, name],
                mode="lines",
                name=member.short,
                line={"color": LIGHT["zero"], "width": 3},
                hoverinfo="skip",
                showlegend=False,
            )
    for key, title, hue, symbol in _ENDS:
        figure.add_scatter(
            x=[None if row[key] is None else 100 * min(row[key], _HIGHEST) for _, row in pairs],
            y=names,
            mode="markers",
            name=title,
            marker={"color": LIGHT[hue], "symbol": symbol, "size": 13},
            cliponaxis=False,
            customdata=["" if row[key] is None else write.percent(row[key], 1) for _, row in pairs],
            hovertemplate="%{y}: %{customdata}<extra>" + title + "</extra>",
        )
    figure.update_xaxes(title_text="Rise of the segment's value (%)", rangemode="tozero", showgrid=True)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    notes = Notes(
        "Does treating it apart pay, and could a test show it?",
        shelf.basis("Estimated."),
        "Diamond: the rise of the segment's value from which its own treatment pays, at the costs declared in the "
        "study. Circle: the smallest rise that a test with half of the segment as holdout finds (80 % power, "
        "two-sided 5 %). Where the circle lies far to the right, it may pay and nobody could tell. Neither is an "
        "effect that was seen: no interval applies.",
        " ".join(f"{member.name}: {row['verdict']}." for member, row in pairs),
        (
            "Segment",
            "Verdict",
            "Nearest neighbor",
            f"Cost ({write.unit})",
            "Pays from",
            "A test can show from",
            "In words",
        ),
        tuple(_guard_row(shelf, member, row) for member, row in pairs),
    )
    return finish(figure, notes, write.separators, 190 + 44 * len(pairs))


def _guard_row(shelf: Shelf, member: Member, row: dict[str, Any]) -> tuple[str, ...]:
    write = shelf.write
    names = {each.id: each.name for each in members(shelf, found_name(shelf) or "")}
    lifts = ["not estimable" if row[key] is None else write.percent(row[key], 1) for key, _, _, _ in _ENDS]
    cost = "not estimable" if row["cost"] is None else write.amount(row["cost"])
    return (
        member.name,
        str(row["verdict"]),
        names.get(row["neighbor"], str(row["neighbor"])),
        cost,
        *lifts,
        str(row["text"]),
    )


def _gate(shelf: Shelf) -> dict[tuple[str, str], dict[str, Any]]:
    return {(str(row["segment_id"]), str(row["criterion"])): row for row in of_found(shelf, "segment_gate")}


def _guard(shelf: Shelf) -> list[tuple[Member, dict[str, Any]]]:
    rows = {row["segment_id"]: row for row in of_found(shelf, "segment_guard")}
    return [(each, rows[each.id]) for each in members(shelf, found_name(shelf) or "") if each.id in rows]
