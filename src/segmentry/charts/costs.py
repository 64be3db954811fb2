"""Cost-to-serve: what each activity costs, and what stood idle."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from segmentry.charts.notes import Notes, finish
from segmentry.charts.shelf import Shelf
from segmentry.charts.theme import LIGHT
from segmentry.charts.writer import label


def has_activities(shelf: Shelf) -> bool:
    """Whether activities with their costs were published."""
    return bool(shelf.rows("activity_costs"))


def activity_costs(shelf: Shelf) -> go.Figure:
    """Cost charged to customers by activity, with the cost of unused capacity beside it."""
    write = shelf.write
    rows = sorted(shelf.rows("activity_costs"), key=lambda row: float(row["allocated"]))
    names = [label(str(row["activity"])) for row in rows]
    figure = go.Figure()
    for name, column, hue in (
        ("Charged to customers", "allocated", "part_blue"),
        ("Unused capacity", "unused", "part_gray"),
    ):
        amounts = [None if row[column] is None else float(row[column]) for row in rows]
        figure.add_bar(
            y=names,
            x=amounts,
            orientation="h",
            name=name,
            marker={"color": LIGHT[hue]},
            text=["" if not amount else write.short_money(amount) for amount in amounts],
            textposition="auto",
            textangle=0,
            insidetextfont={"color": LIGHT["ink"]},
            hovertemplate="%{y}: %{x:,.0f} " + write.unit + "<extra>" + name + "</extra>",
        )
    figure.update_layout(barmode="relative")
    figure.update_xaxes(title_text=f"Cost to date ({write.unit})", showgrid=True, range=_room(rows))
    figure.update_yaxes(type="category", showgrid=False)
    total = sum(float(row["allocated"]) for row in rows)
    notes = Notes(
        "What serving customers costs, by activity",
        shelf.basis("Computed from events, minutes and cost rates."),
        f"In {write.unit}, to date. Unused capacity is shown but never charged to customers; "
        "where no capacity was told, it is left out.",
        f"{len(rows)} activities cost {write.money(total)} in all; "
        f"the largest is {rows[-1]['activity']} with {write.money(float(rows[-1]['allocated']))}.",
        (
            "Activity",
            "Set off by",
            "Events",
            "Minutes used",
            "Minutes supplied",
            f"Charged ({write.unit})",
            f"Unused ({write.unit})",
        ),
        tuple(_row(row, shelf) for row in reversed(rows)),
    )
    return finish(figure, notes, write.separators, 170 + 42 * len(rows))


def _room(rows: list[dict[str, Any]]) -> list[float]:
    """Ends of the axis with room for labels; below zero where more capacity was used than supplied."""
    idle = [float(row["unused"] or 0.0) for row in rows]
    longest = max(float(row["allocated"]) + max(spare, 0.0) for row, spare in zip(rows, idle, strict=True))
    return [1.2 * min(0.0, *idle), 1.2 * longest or 1.0]


def _row(row: dict[str, Any], shelf: Shelf) -> tuple[str, ...]:
    write = shelf.write
    counts = [row["events"], row["minutes_used"], row["minutes_supplied"], row["allocated"], row["unused"]]
    cells = ("not told" if each is None else write.number(float(each)) for each in counts)
    return (str(row["activity"]), str(row["driver"]).replace("_", " "), *cells)
