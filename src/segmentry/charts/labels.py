"""Where the names of bubbles stand, so that they hide as little as can be, on a phone as on a desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from segmentry.charts.theme import LIGHT

WIDE, HIGH = 240.0, 400.0
"""Room that bubbles have on a small screen, in pixels; more room only pulls them apart."""

_LETTER, _LINE = 6.1, 15.0

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in pixels."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """A bubble to be named.

    Attributes:
        x: Its place on the first axis.
        y: Its place on the second axis.
        across: The same as a share of the width, 0 left and 1 right.
        up: The same as a share of the height, 0 at the bottom.
        diameter: In pixels.
        text: What stands beside it; lines are parted by ``<br>``.
    """

    x: float
    y: float
    across: float
    up: float
    diameter: float
    text: str


def named(bubbles: Sequence[Bubble]) -> list[dict[str, Any]]:
    """An annotation for each bubble: below, above or beside it, the largest bubbles first.

    Args:
        bubbles: In any order.

    Returns:
        Arguments of Plotly's annotations, in the order of the bubbles.
    """
    taken = [_around(each) for each in bubbles]
    found: dict[int, dict[str, Any]] = {}
    for place in sorted(range(len(bubbles)), key=lambda place: -bubbles[place].diameter):
        bubble = bubbles[place]
        others = taken[:place] + taken[place + 1 :]
        right, up = _shift(bubble, others)
        taken.append(_label(bubble, right, up))
        found[place] = {
            "x": bubble.x,
            "y": bubble.y,
            "text": bubble.text,
            "xshift": right,
            "yshift": up,
            "font": {"size": 11.5},
            "bgcolor": LIGHT["ground"],
            "opacity": 0.9,
            "borderpad": 1,
        }
    return [found[place] for place in range(len(bubbles))]


def _size(text: str) -> tuple[float, float]:
    lines = text.replace("<b>", "").replace("</b>", "").split("<br>")
    return _LETTER * max(map(len, lines)), _LINE * len(lines)


def _around(bubble: Bubble) -> Box:
    """The square around a bubble."""
    across, up, radius = bubble.across * WIDE, bubble.up * HIGH, bubble.diameter / 2
    return (across - radius, up - radius, across + radius, up + radius)


def _label(bubble: Bubble, right: float, up: float) -> Box:
    wide, high = _size(bubble.text)
    across, over = bubble.across * WIDE + right, bubble.up * HIGH + up
    return (across - wide / 2, over - high / 2, across + wide / 2, over + high / 2)


def _shift(bubble: Bubble, others: Sequence[Box]) -> tuple[float, float]:
    """Shift of a label in pixels, to the side where it hides the fewest bubbles and labels and stays in the picture."""
    wide, high = _size(bubble.text)
    radius = bubble.diameter / 2
    sides = [
        (across, up)
        for gap in (3.0, 3.0 + high, 3.0 + 2 * high)
        for across, up in (
            (0.0, -(radius + high / 2 + gap)),
            (0.0, radius + high / 2 + gap),
            (-(radius + wide / 2 + gap), 0.0),
            (radius + wide / 2 + gap, 0.0),
            (-wide / 3, -(radius + high / 2 + gap)),
            (wide / 3, -(radius + high / 2 + gap)),
            (-wide / 3, radius + high / 2 + gap),
            (wide / 3, radius + high / 2 + gap),
        )
    ]
    costs = [_hidden(_label(bubble, *side), others) for side in sides]
    return sides[min(range(len(sides)), key=lambda place: (round(costs[place], 3), place))]


def _hidden(box: Box, others: Sequence[Box]) -> float:
    """Area that a label hides, in square pixels; what lies outside of the picture counts more."""
    left, bottom, right, top = box
    outside = max(0.0, -left) + max(0.0, right - WIDE) + max(0.0, -bottom) + max(0.0, top - HIGH)
    over = sum(
        max(0.0, min(right, other[2]) - max(left, other[0])) * max(0.0, min(top, other[3]) - max(bottom, other[1]))
        for other in others
    )
    return over + 20.0 * outside
