"""Pictures as a page of their own: complete in itself, in both themes, honest where there is nothing to draw."""

from __future__ import annotations

import re

import plotly.graph_objects as go

from segmentry.charts import DARK, LIGHT, bases_picture
from segmentry.reports import render_pictures
from tests.rooms.charts.test_bases_picture import FOUND


def page(figures: dict[str, go.Figure], **changes: object) -> str:
    said = {"title": "What <each> adds", "of": "shop & co", "simulated": False, "nothing": "Nothing was ordered."}
    return render_pictures(figures, "de_DE", **(said | changes))  # type: ignore[arg-type]


DRAWN = page({"bases": bases_picture(FOUND, "de_DE")})


def test_it_needs_nothing_from_elsewhere() -> None:
    """No address, no file: only places inside the page."""
    assert not re.search(r"<(?:script|link|img)[^>]*(?:src|href)=", DRAWN)
    assert DRAWN.count('data-figure="bases"') == 1


def test_it_holds_both_themes() -> None:
    """Every color has its partner on the other ground."""
    assert LIGHT["blue"] in DRAWN
    assert DARK["blue"] in DRAWN
    assert 'data-theme="dark"' in DRAWN


def test_it_says_in_words_and_in_a_table_what_is_drawn() -> None:
    """The answer stands above the picture, the figures below it, in the locale."""
    assert "All together explain 40,0" in DRAWN
    assert "Show the figures as a table" in DRAWN
    assert "Fair share" in DRAWN


def test_names_are_text() -> None:
    """Markup in a title or in the name of a workspace runs nothing."""
    assert "What &lt;each&gt; adds" in DRAWN
    assert "shop &amp; co" in DRAWN


def test_where_nothing_can_be_drawn_the_page_says_so() -> None:
    """No empty page."""
    empty = page({})
    assert "Nothing was ordered." in empty
    assert "Nothing to draw" in empty


def test_simulated_data_are_called_so() -> None:
    """Nobody takes a simulated company for a real one."""
    words = "Simulated data: nobody in this page is real."
    assert words not in DRAWN
    assert words in page({}, simulated=True)
