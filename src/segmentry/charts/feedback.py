"""What customers say as pictures: scores over time with their intervals, and themes by mood."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from segmentry.charts.notes import Notes, finish
from segmentry.charts.theme import LIGHT
from segmentry.charts.writer import Writer, label

Row = Mapping[str, Any]
_NAMES = {"nps": "Recommendation (NPS)", "csat": "Satisfied (CSAT)", "ces": "Effort (CES)", "review": "Good reviews"}
_PRAISE = 0.15
_MOODS = {"praise": "green", "mixed": "gray", "blame": "vermillion", "not told": "part_gray"}
_HIGH = 190


def feedback_pictures(found: Row, locale: str, zone: str = "UTC") -> dict[str, Callable[[], go.Figure]]:
    """The pictures that feedback allows, by name; one without rows is left out.

    Args:
        found: ``feedback_scores``, ``feedback_themes`` and ``as_of``, as the question about feedback answers.
        locale: Language and region in which numbers and months are written.
        zone: IANA time zone in which the as-of is told.
    """
    write = Writer(locale)
    as_of = f"As of {write.moment(found['as_of'], zone)}." if found["as_of"] else ""
    told = [each for each in found["feedback_scores"] if each["score"] is not None]
    months = [each for each in told if each["dimension"] == "everybody" and each["period"] != "all"]
    whole = [each for each in told if each["dimension"] == "everybody" and each["period"] == "all"]
    themes = [each for each in found["feedback_themes"] if each["theme"] and each["stable"]]
    drawn: dict[str, Callable[[], go.Figure]] = {}
    if months:
        drawn["feedback_scores"] = partial(_scores, months, whole, write, as_of)
    if themes:
        drawn["feedback_themes"] = partial(_themes, themes, write, as_of)
    return drawn


def name_of(row: Row) -> str:
    """The measure in words with the scale of its ratings, such as ``Satisfied (CSAT), scale 1 to 5``."""
    return f"{_NAMES.get(row['measure'], row['measure'])}, scale {row['scale_low']:.0f} to {row['scale_high']:.0f}"


def score_of(row: Row, write: Writer) -> str:
    """A score with its unit: points of NPS, a percentage of content customers, points of the scale of effort."""
    if row["score"] is None:
        return "not estimable"
    return write.percent(row["score"]) if row["unit"] == "share" else f"{_points(row, row['score'], write)} points"


def interval_of(row: Row, write: Writer) -> str:
    """The interval of a score in the unit of `score_of`; empty where there is none."""
    if row["low"] is None or row["high"] is None:
        return ""
    if row["unit"] == "share":
        return f"{write.percent(row['low'])} to {write.percent(row['high'])}"
    return f"{_points(row, row['low'], write)} to {_points(row, row['high'], write)}"


def _points(row: Row, value: float, write: Writer) -> str:
    return write.number(value, 0 if row["measure"] == "nps" else 1)


def mood_of(theme: Row) -> str:
    """Whether texts of a theme praise or blame, by their mean sentiment from -1 to 1."""
    mood = theme["sentiment"]
    if mood is None:
        return "not told"
    return "praise" if mood > _PRAISE else "blame" if mood < -_PRAISE else "mixed"


def _scores(months: Sequence[Row], whole: Sequence[Row], write: Writer, as_of: str) -> go.Figure:
    """One panel for each measure and scale: a point with its interval for each month, the score of all time dashed."""
    panels = list(dict.fromkeys(name_of(each) for each in months))
    of_all = {name_of(each): each for each in whole}
    figure = make_subplots(
        rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.24 / len(panels), subplot_titles=panels
    )
    figure.update_annotations(x=0, xanchor="left", font={"size": 13, "color": LIGHT["ink"]})
    for place, name in enumerate(panels, start=1):
        _panel(figure, [each for each in months if name_of(each) == name], of_all.get(name), place, write)
    figure.update_xaxes(tickformat="%b\n%Y")
    figure.update_layout(showlegend=False)
    ordered = sorted(months, key=lambda each: (panels.index(name_of(each)), each["period"]))
    notes = Notes(
        "How content customers are, by month",
        f"Estimated. {as_of}",
        "Points: the newest rating of each customer in the month, with 95 % interval; dashed: over all time. NPS runs "
        "from −100 to 100 points; satisfied and good reviews are shares of customers in the highest points; effort is "
        "a mean on its scale, high where it is easy unless the settings say otherwise. Months with few answers have "
        "wide intervals: look at these before at the line.",
        " ".join(
            f"{name}: {score_of(row, write)} ({interval_of(row, write)}) of {write.number(row['answers'])} answers."
            for name, row in of_all.items()
        ),
        ("Measure", "Month", "Score", "95 % interval", "Answers"),
        tuple(
            (
                name_of(each), write.month(_month(each)), score_of(each, write), interval_of(each, write),
                write.number(each["answers"]),
            )
            for each in ordered
        ),
    )  # fmt: skip
    return finish(figure, notes, write.separators, 110 + _HIGH * len(panels))


def _month(row: Row) -> date:
    return date.fromisoformat(f"{row['period']}-01")


def _panel(figure: go.Figure, rows: Sequence[Row], whole: Row | None, place: int, write: Writer) -> None:
    rows = sorted(rows, key=lambda each: str(each["period"]))
    bars = {
        "type": "data", "symmetric": False, "color": LIGHT["sky"], "thickness": 1.5, "width": 3,
        "array": [each["high"] - each["score"] for each in rows],
        "arrayminus": [each["score"] - each["low"] for each in rows],
    }  # fmt: skip
    figure.add_scatter(
        x=[_month(each) for each in rows],
        y=[each["score"] for each in rows],
        mode="lines+markers",
        line={"color": LIGHT["blue"], "width": 1.5},
        marker={"color": LIGHT["blue"], "size": 7},
        error_y=bars,
        customdata=[(score_of(each, write), interval_of(each, write), write.number(each["answers"])) for each in rows],
        hovertemplate="%{x|%B %Y}: %{customdata[0]}<br>%{customdata[1]}, %{customdata[2]} answers<extra></extra>",
        row=place,
        col=1,
    )
    if whole is not None:
        dashed = {"color": LIGHT["zero"], "dash": "dash", "width": 1.5}
        figure.add_hline(y=whole["score"], line=dashed, row=place, col=1)
    share = rows[0]["unit"] == "share"
    figure.update_yaxes(
        title_text="share" if share else "points", tickformat=".0%" if share else "", row=place, col=1, zeroline=False
    )


def _themes(themes: Sequence[Row], write: Writer, as_of: str) -> go.Figure:
    """A bar for each theme, as long as its share of texts, in the color of its mood, the commonest above."""
    themes = sorted(themes, key=lambda each: (-each["texts"], each["theme"]))
    figure = go.Figure()
    for mood, hue in _MOODS.items():
        rows = [each for each in themes if mood_of(each) == mood]
        figure.add_bar(
            x=[each["share"] for each in rows],
            y=[label(each["theme"]) for each in rows],
            orientation="h",
            name=mood.capitalize(),
            marker={"color": LIGHT[hue]},
            text=[write.percent(each["share"]) for each in rows],
            textposition="outside",
            cliponaxis=False,
            customdata=[(label(each["terms"] or ""), write.number(each["texts"])) for each in rows],
            hovertemplate="%{y}: %{text} of texts<br>%{customdata[1]} texts; %{customdata[0]}<extra>"
            + mood
            + "</extra>",
            visible=bool(rows),
        )
    figure.update_xaxes(title_text="Share of texts with a theme", tickformat=".0%", rangemode="tozero", showgrid=True)
    order = [label(each["theme"]) for each in themes]
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=order[::-1], showgrid=False)
    blame = sum(each["share"] for each in themes if mood_of(each) == "blame")
    notes = Notes(
        "What customers speak of, and in which mood",
        f"Counted, mood estimated. {as_of}",
        "Main theme of each text in English, named by its three strongest words. Mood: mean sentiment of its texts, "
        "from −1 (blame) to 1 (praise); texts in other languages are counted and not read.",
        f"{themes[0]['theme']!r} is the commonest of {write.number(len(themes))} themes; "
        f"themes of blame hold {write.percent(blame)} of texts.",
        ("Theme", "Words", "Share of texts", "Texts", "Mood", "Sentiment (−1 to 1)"),
        tuple(
            (
                each["theme"], each["terms"] or "", write.percent(each["share"]), write.number(each["texts"]),
                mood_of(each), "–" if each["sentiment"] is None else write.number(each["sentiment"], 2),
            )
            for each in themes
        ),
    )  # fmt: skip
    return finish(figure, notes, write.separators, 190 + 34 * len(themes))
