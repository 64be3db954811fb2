"""Documentation is tested: generated pages are current, every rule and word is told, examples run."""

from __future__ import annotations

import dataclasses
import runpy
from pathlib import Path

import pytest

from segmentry.sources.spec import Rules

ROOT = Path(__file__).parent.parent.parent
REFERENCE = runpy.run_path(str(ROOT / "docs" / "reference" / "write.py"))


@pytest.mark.parametrize("name", sorted(REFERENCE["PAGES"]))
def test_a_generated_page_is_current(name: str) -> None:
    """Run docs/reference/write.py when this fails."""
    assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf8") == REFERENCE["PAGES"][name]()


def test_every_rule_is_documented() -> None:
    """Each rule that can be switched stands on the page of rules."""
    page = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf8")
    assert [each.name for each in dataclasses.fields(Rules) if each.name not in page] == []


def test_links_between_pages_lead_somewhere() -> None:
    """Relative links in Markdown point at files that exist."""
    import re

    broken = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf8"))
        broken += [f"{page.relative_to(ROOT)}: {each}" for each in targets if not (page.parent / each).exists()]
    assert broken == []


def test_the_repository_names_no_machine() -> None:
    """No paths of a machine and no registry hosts stand in what is committed."""
    import subprocess

    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = listing.stdout.split("\n")
    spoken = ("/" + "work/", "/" + "root/", "/" + "tmp/w/")
    found = [
        name
        for name in listed
        if name and (ROOT / name).is_file() and (ROOT / name).suffix in {".py", ".md", ".toml", ".json", ".yaml", ""}
        if any(word in (ROOT / name).read_text(encoding="utf8", errors="replace") for word in spoken)
    ]
    assert found == []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of its own, empty at first."""
    return tmp_path_factory.mktemp("examples")


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.py")), ids=lambda path: path.name)
def test_an_example_runs(path: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples run as they stand, one after the other in one folder: the second finds the company of the first."""
    monkeypatch.chdir(place)
    runpy.run_path(str(path), run_name="__main__")
