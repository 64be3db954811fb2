"""Colors: readable on both grounds, and apart for those who do not see all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from segmentry.charts import DARK, LIGHT
from segmentry.charts.theme import PARTS, SEGMENTS, STATES

GROUNDS = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)
"""Machado, Oliveira & Fernandes (2009), severity 1, in linear RGB."""


def linear(color: str) -> NDArray[np.float64]:
    parts = np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast ratio after WCAG 2.2."""
    light, dark = sorted((float(linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = matrix @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


@GROUNDS
def test_words_can_be_read(theme: dict[str, str]) -> None:
    """Ink and muted ink stand out 4.5 : 1 from the ground and from tinted boxes (WCAG AA)."""
    for ground in ("ground", "scale_0", "shade"):
        assert contrast(theme["ink"], theme[ground]) >= 4.5
    for ground in ("ground", "scale_0"):
        assert contrast(theme["muted"], theme[ground]) >= 4.5
    assert contrast(theme["blue"], theme["ground"]) >= 4.5, "links"


@GROUNDS
def test_words_can_be_read_on_every_part_and_step(theme: dict[str, str]) -> None:
    """Labels in ink stand on parts of a bar and on cells of a heat map."""
    for name in (*PARTS, *(f"scale_{step}" for step in range(5))):
        assert contrast(theme["ink"], theme[name]) >= 4.5, name


@GROUNDS
def test_lines_and_bars_stand_out(theme: dict[str, str]) -> None:
    """Marks stand out 3 : 1 from the ground (WCAG 1.4.11)."""
    for name in STATES:
        assert contrast(theme[name], theme["ground"]) >= 3.0, name


@GROUNDS
@pytest.mark.parametrize("blindness", [np.eye(3), DEUTERANOPIA, PROTANOPIA], ids=["none", "deuteranopia", "protanopia"])
@pytest.mark.parametrize("names", [STATES, PARTS, SEGMENTS], ids=["states", "parts", "segments"])
def test_hues_stay_apart(theme: dict[str, str], blindness: NDArray[np.float64], names: tuple[str, ...]) -> None:
    """Any two hues differ by 8 or more in CIELAB, also for the red-green blind; about 2 can just be seen."""
    seen = {name: lab(blindness @ linear(theme[name])) for name in names}
    for one, other in combinations(names, 2):
        assert float(np.linalg.norm(seen[one] - seen[other])) >= 8.0, (one, other)


def test_every_color_has_one_partner() -> None:
    """The page exchanges colors by their value, so no two names may share one on the light ground."""
    assert LIGHT.keys() == DARK.keys()
    assert len(set(LIGHT.values())) == len(LIGHT)
