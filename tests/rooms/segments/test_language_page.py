"""The page people learn the language from says only what the language understands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segmentry.segments.errors import DefinitionError
from segmentry.segments.files import KEYS, read_text
from segmentry.segments.language.reading import parse

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "language.md").read_text(encoding="utf8")


def _rows(heading: str) -> list[str]:
    """The first cells of the table below a heading, one text for each example in them."""
    section = PAGE.split(f" {heading}\n", maxsplit=1)[1].split("\n#", maxsplit=1)[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [found for cell in cells for found in re.findall(r"`([^`]+)`", cell) if "…" not in found]


WHOLE = [*_rows("Courses of behavior"), *_rows("Asking where people stand")]
WINDOWS = _rows("Windows")


@pytest.mark.parametrize("text", [each for each in WHOLE if each not in ("no contact", "at least 2 contacts")])
def test_examples_are_understood(text: str) -> None:
    """Every whole example is read."""
    parse(text)


@pytest.mark.parametrize("text", WINDOWS)
def test_windows_are_understood(text: str) -> None:
    """Every window can follow a fact."""
    parse(f"any order {text}")


def test_the_page_is_not_empty() -> None:
    """The tables above were found at all."""
    assert len(WHOLE) > 12
    assert len(WINDOWS) > 12


def test_the_file_example_is_a_file() -> None:
    """The file on the page is read as it stands, and every key is explained."""
    example = PAGE.split("```yaml\n")[1].split("```")[0]
    assert read_text(example, "lapsing_champions", "lapsing_champions.yaml").definition.name == "Lapsing champions"
    for key in KEYS:
        assert f"| `{key}` |" in PAGE


def test_what_the_page_refuses_is_refused() -> None:
    """Texts without quotes are no values."""
    with pytest.raises(DefinitionError):
        parse("country = France")
