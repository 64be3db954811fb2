"""Reads a page back as a reader, a browser or a screen reader would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}


@dataclass
class Element:
    """An element met on the page: its name, its attributes, the names of those around it."""

    name: str
    attributes: dict[str, str]
    within: tuple[str, ...]


@dataclass
class Page:
    """A page taken apart.

    Attributes:
        elements: In the order of the page.
        text: What can be read; neither scripts nor styles, spaces made single.
        scripts: Contents of the script elements.
        styles: Contents of the style elements.
        faults: Tags that do not match.
    """

    elements: list[Element] = field(default_factory=list)
    text: str = ""
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def named(self, name: str) -> list[Element]:
        """Elements of one name."""
        return [each for each in self.elements if each.name == name]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.open, self.words = Page(), [], []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.page.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.page.faults.append(tag)

    def handle_data(self, data: str) -> None:
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.page.scripts.append(data)
        elif inside == "style":
            self.page.styles.append(data)
        else:
            self.words.append(data)


def read(html: str) -> Page:
    """The page taken apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.page.faults += reader.open
    reader.page.text = " ".join(" ".join(reader.words).split())
    return reader.page
