"""Changes in a settings file touch what changed and nothing else."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.terms.study import KnockOut, Study
from segmentry.terms.vocabulary import Objective
from segmentry.workspace import Workspace
from segmentry.workspace.settings import WorkspaceSettings, from_content, read_settings, settings_text
from segmentry.workspace.settings_file import changed_text, write_settings

HAND = '''# Ours.
[workspace]
timezone = "Europe/Berlin"   # where we are

[study]  # see the wiki
decision = "Whom to call."
# most = 5 was too few
variables = [
    "spend",  # money
    "orders",
]

# Who gets which lead.
[[leads.routes]]
to = "inside sales"   # all of them
where = """
[study]
lead_source is known
"""

[surveys.scales.mood]
items = ["a", "b"]
lowest = 1
highest = 5
'''
"""A file as people write it: comments everywhere, values over several lines, a text that looks like a section."""


def read(text: str) -> WorkspaceSettings:
    return from_content(tomllib.loads(text), "file")


def changed(text: str, **values: Any) -> str:
    before = read(text)
    return changed_text(text, before, before.with_values(**values))


def test_only_the_lines_of_what_changed_change() -> None:
    """Comments, spaces, the order of sections and tables of tables stay byte for byte."""
    study = read(HAND).study
    text = changed(HAND, study=replace(study, variables=("spend",), objective=Objective.RETAIN))
    old = 'variables = [\n    "spend",  # money\n    "orders",\n]\n'
    assert text == HAND.replace(old, 'variables = ["spend"]\nobjective = "retain"\n')
    assert changed(text, study=replace(study, variables=("spend",), objective=Objective.RETAIN)) == text


def test_a_documented_block_can_be_added_after_a_change() -> None:
    """Routes stay tables of their own, so that another one may follow."""
    text = changed(HAND, study=replace(read(HAND).study, most=4)) + '\n[[leads.routes]]\nto = "nobody"\n'
    assert [each["to"] for each in read(text).modules["leads"]["routes"]] == ["inside sales", "nobody"]
    fresh = settings_text(WorkspaceSettings(modules=dict(read(HAND).modules)))
    assert "[[leads.routes]]" in fresh
    assert len(read(fresh + '\n[[leads.routes]]\nto = "nobody"\n').modules["leads"]["routes"]) == 2


def test_examples_come_to_life_and_go_back() -> None:
    """In the file that init writes, a setting takes the place of its example, and the example that of the setting."""
    fresh = settings_text(WorkspaceSettings())
    told = changed(fresh, study=Study(decision="x", most=5), margin_rate=0.5, timezone="Europe/Paris")
    pairs = list(zip(fresh.splitlines(), told.splitlines(), strict=False))
    assert ("# most = 8", "most = 5") in [pair for pair in pairs if pair[0] != pair[1]]
    assert 'timezone = "Europe/Paris"' in told
    assert "\nmargin_rate = 0.5\n" in told
    back = changed_text(told, read(told), WorkspaceSettings())
    assert back == fresh


KNOCK_OUTS = (
    "",
    'knock_outs = [{ measure = "size", at_least = 0.1 }]\n',
    '[[study.knock_outs]]\nmeasure = "size"\nat_least = 0.1\n\n[[study.knock_outs]]\nmeasure = "value"\nat_least = 5\n',
)


def test_tables_replace_tables() -> None:
    """Knock-outs written inline or as tables are replaced whole, and what follows them stays."""
    for told in KNOCK_OUTS:
        text = f'[study]\ndecision = "x"\n{told}\n# Margins.\n[value]\nmargin_rate = 0.4\n'
        new = Study(decision="x", knock_outs=(KnockOut("size", 0.2),))
        assert read(changed(text, study=new)).study.knock_outs == new.knock_outs
        assert changed(text, study=new).endswith("\n# Margins.\n[value]\nmargin_rate = 0.4\n")


@pytest.mark.parametrize(
    "text", ['study = { decision = "x" }\n', 'study.decision = "x"\n', "[study]\ndecision = \n", ""]
)
def test_what_cannot_be_changed_in_place_is_written_anew(text: str) -> None:
    """Inline and dotted sections, and a file that cannot be read, still take the change."""
    before = WorkspaceSettings(study=Study(decision="x"))
    after = replace(before, study=Study(decision="y", most=4), margin_rate=0.25)
    told = read(changed_text(text, before, after))
    assert (told.study, told.margin_rate) == (after.study, 0.25)


def test_what_was_edited_meanwhile_stays(tmp_path: Path) -> None:
    """A margin that a person wrote while the workspace was open is kept, and line ends are those of the file."""
    path = tmp_path / "segmentry.toml"
    before = read(HAND)
    edited = HAND.replace("[study]  #", "[value]\nmargin_rate = 0.4\n\n[study]  #").replace("\n", "\r\n")
    path.write_bytes(edited.encode())
    write_settings(tmp_path, before, replace(before, study=replace(before.study, most=4)))
    written = path.read_bytes().decode()
    assert read_settings(tmp_path).margin_rate == 0.4
    assert written.replace("most = 4\r\n", "") == edited
    assert [each.name for each in tmp_path.iterdir()] == ["segmentry.toml"]


@settings(max_examples=40, deadline=None)
@given(
    decision=st.text(max_size=12), most=st.integers(2, 12), margin=st.floats(0, 1), rule=st.booleans(),
    name=st.text(max_size=8), answers=st.lists(st.text(max_size=5), max_size=3),
)  # fmt: skip
def test_any_change_is_read_back(
    decision: str, most: int, margin: float, rule: bool, name: str, answers: list[str]
) -> None:
    """Whatever is configured on a file by hand is in force when it is opened again."""
    before = read(HAND)
    after = before.with_values(
        study=replace(before.study, decision=f"x{decision}", most=most), margin_rate=margin,
        rules={"exclude_fees": rule}, sources=({"path": "orders.csv", "mapping": {"customer": name}},),
        modules={"surveys": {"answers": dict.fromkeys(answers, 1)}, "leads": {"routes": [{"to": name}]}},
    )  # fmt: skip
    text = changed_text(HAND, before, after)
    assert read(text) == after
    assert text.startswith("# Ours.\n")


def test_a_workspace_keeps_its_comments(tmp_path: Path) -> None:
    """`Workspace.configure` writes the study into the file and leaves the rest alone."""
    with Workspace.init(tmp_path / "w") as workspace:
        path = workspace.folder / "segmentry.toml"
        path.write_text(path.read_text(encoding="utf8") + "\n# Ask Ada before changing this.\n", encoding="utf8")
        workspace.configure(study=Study(decision="Whom to call."))
        assert path.read_text(encoding="utf8").endswith("\n# Ask Ada before changing this.\n")
        assert read_settings(workspace.folder) == workspace.settings
