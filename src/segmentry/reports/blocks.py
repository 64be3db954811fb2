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


Block = Text | Heading | Notice | Grid | Cards | Picture | Definitions


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part of the page."""

    id: str
    title: str
    blocks: list[Block] = field(default_factory=list)
