"""Starter packs: well-known segments as definitions that work on any workspace with orders."""

from __future__ import annotations

from importlib.resources import files

from segmentry.segments.errors import DefinitionError
from segmentry.segments.files import read_text
from segmentry.segments.tree import Definition
from segmentry.terms.errors import Problem, near_miss, shorten

PACKS: dict[str, str] = {
    "rfm-classics": "Champions, loyal, promising, at risk and lost, by recency, frequency and money.",
    "lifecycle": "New, active, cooling and sleeping customers.",
    "lapsing": "Good customers who have gone silent, and those who came back.",
    "high-return": "Customers who send much back.",
    "discount-hunters": "Customers who buy at a discount.",
    "one-and-done": "Customers who bought once and never again.",
    "seasonal": "Customers who buy at certain times of the year.",
}
"""What packs there are, and what is in them."""


def pack(name: str, timezone: str = "UTC") -> tuple[Definition, ...]:
    """The definitions of a pack, in order of id.

    Args:
        name: One of `PACKS`.
        timezone: Zone of the definitions.

    Raises:
        DefinitionError: there is no such pack.
    """
    if name not in PACKS:
        hint = near_miss(name, PACKS) or f"The packs are: {', '.join(PACKS)}."
        raise DefinitionError(Problem("PACK_UNKNOWN", "There is no such pack", "pack", shorten(name), hint))
    folder = files(__name__).joinpath(name.replace("-", "_"))
    found = []
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            stem = file.name.removesuffix(".yaml")
            found.append(read_text(file.read_text(encoding="utf8"), stem, file.name, timezone).definition)
    return tuple(found)
