"""The page in a real browser: every figure is drawn, and a phone needs no sideways scrolling."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from segmentry.reports import render
from tests.rooms.charts.published import gallery, published
from tests.rooms.reports.documents import costed

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")

HARNESS = """<!DOCTYPE html><body style="margin:0"><iframe src="report.html?theme={theme}"
style="width:{width}px;height:900px;border:0"></iframe><p id="answer"></p><script>
window.addEventListener("load", () => setTimeout(() => {{
  const inner = document.querySelector("iframe").contentDocument;
  const root = inner.documentElement;
  const plots = Array.from(inner.querySelectorAll("[data-figure]"));
  document.getElementById("answer").textContent = JSON.stringify({{
    plots: plots.length,
    drawn: plots.filter((plot) => plot.querySelector("svg.main-svg path, svg.main-svg .heatmaplayer image")).length,
    wide: plots.filter((plot) => plot.querySelector("svg").getBoundingClientRect().width > root.clientWidth).length,
    sideways: root.scrollWidth - root.clientWidth,
    ground: inner.defaultView.getComputedStyle(inner.body).backgroundColor,
    ink: inner.defaultView.getComputedStyle(inner.querySelector(".xtick text")).fill,
  }});
}}, 4000));
</script></body>"""


def browse(folder: Path, theme: str, width: int) -> dict[str, object]:
    (folder / "harness.html").write_text(HARNESS.format(theme=theme, width=width), encoding="utf8")
    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--allow-file-access-from-files",
        f"--user-data-dir={folder / 'profile'}",
        "--virtual-time-budget=12000",
        "--window-size=1000,1000",
        "--dump-dom",
        (folder / "harness.html").as_uri(),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r'<p id="answer">(\{.*?\})</p>', shown.stdout)
    assert found is not None, shown.stderr[-2000:]
    return dict(json.loads(found[1]))


@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 960)])
def test_figures_are_drawn_and_fit(tmp_path: Path, theme: str, width: int) -> None:
    """All figures are drawn in the theme asked for, none wider than the page, and the page no wider than the screen."""
    figures = {name: picture() for name, picture in gallery(published()).items()}
    (tmp_path / "report.html").write_text(render(costed(), figures, "en_US", title="Shop"), encoding="utf8")
    found = browse(tmp_path, theme, width)
    assert found["plots"] == found["drawn"] == len(figures)
    assert found["wide"] == 0
    assert found["sideways"] == 0
    dark = theme == "dark"
    assert found["ground"] == ("rgb(22, 27, 33)" if dark else "rgb(253, 253, 254)")
    assert found["ink"] == ("rgb(233, 238, 243)" if dark else "rgb(28, 39, 51)")
