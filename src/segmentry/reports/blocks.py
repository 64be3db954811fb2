"""What a page is made of: sections of a few kinds of blocks, all plain text until the template writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark set apart: ``care`` where figures must be read with care, ``calm`` where something is not known."""

    kind: ClassVar[str] = "notice"
    title: str
    lines: tuple[str, ...]
    tone: Literal["care", "calm"] = "calm"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes:
        caption: What it shows.
        columns: Heads; one that ends in a tab stands over numbers.
        rows: Cells as text.
        folded: Whether it is opened by the reader only.
        total: Whether the last row is a total.
    """

    kind: ClassVar[str] = "grid"
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    folded: bool = False
    total: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One figure to remember: the value, what it is, and whether it is exact or how sure it is."""

    value: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Cards:
    """Figures side by side."""

    kind: ClassVar[str] = "cards"
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure by its name; nothing is shown where it could not be drawn."""

    kind: ClassVar[str] = "picture"
    name: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """Words and what they mean."""

    kind: ClassVar[str] = "definitions"
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """A segment at a glance.

    Attributes:
        name: Its name.
        hue: Name of its color, the same as in the pictures.
        text: What its members did, in one sentence.
        facts: Its figures, each with its interval or what else must be known.
        folded: Title and lines that are opened by the reader only.
    """

    kind: ClassVar[str] = "portrait"
    name: str
    hue: str
    text: str
    facts: tuple[Card, ...]
    folded: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """A line of a strategy: what to do, whether it is a draft only, the figures behind it."""

    text: str
    draft: bool
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for one segment.

    Attributes:
        name: Name of the segment.
        hue: Name of its color, the same as in the pictures.
        headline: The strategy in one sentence.
        note: Objective, service and place in the order of priority, in few words.
        parts: Title and lines of each part.
        avoid: What not to do.
        steps: Day and step of the engagement plan.
    """

    kind: ClassVar[str] = "plan"
    name: str
    hue: str
    headline: str
    note: str
    parts: tuple[tuple[str, tuple[Advice, ...]], ...]
    avoid: tuple[Advice, ...]
    steps: tuple[tuple[str, str], ...]


Block = Text | Heading | Notice | Grid | Cards | Picture | Definitions | Portrait | Plan


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the page."""

    id: str
    title: str
    blocks: list[Block] = field(default_factory=list)
