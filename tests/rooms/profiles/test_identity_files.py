"""Identity through real files and the settings of a workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

import segmentry as sg
from segmentry.profiles.run_rulings import unmerge
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.identity_cases import rows_of, who

FILES = {
    "crm.csv": (
        "customers",
        "customer_id,name,email,dob,city\n1,Ann Lee,ann@x.org,1950-03-07,Rome\n2,Bob Ray,bob@x.org,1980-01-02,Oslo\n"
        '3,"Lee, Anna",,07/03/1950,Rome\n4,Fox,,,\n',
    ),
    "addresses.csv": (
        "addresses",
        "customer,channel,email\n3,email,Ann@X.org\n2,email,ann@x.org\n",
    ),
    "identifiers.csv": (
        "identifiers",
        "customer,type,value\n1,phone,+44 20 79460958\n4,mobile,020 7946 0958\n",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with three files, whose settings ask for exact keys."""
    folder = tmp_path / "shop"
    with sg.init(folder, currency="EUR", timezone="UTC") as workspace:
        for name, (table, text) in FILES.items():
            (tmp_path / name).write_text(text, encoding="utf8")
            workspace.load(tmp_path / name, table=table)
    with (folder / "segmentry.toml").open("a", encoding="utf8") as file:
        file.write('\n[identity]\nmethod = "exact"\n')
    return folder


def test_files_are_resolved_and_rulings_outlive_refreshes(folder: Path) -> None:
    """Mail told by an address and telephones in two spellings make one of three parties; Bob waits for people."""
    together = {"customer:1": "customer:1", "customer:3": "customer:1", "customer:4": "customer:1"}
    apart = {name: name for name in together}
    with sg.open(folder) as workspace:
        workspace.refresh()
        assert who(workspace.engine) == together | {"customer:2": "customer:2"}
        waiting = {(row["left_party"], row["right_party"]) for row in rows_of(workspace.engine, "identity_review")}
        assert waiting == {("customer:1", "customer:2"), ("customer:2", "customer:3")}
        with workspace.engine.run("ruling") as run:
            unmerge(run, "customer:1", "three people of one club")
        for _ in range(2):
            workspace.refresh()
            assert who(workspace.engine) == apart | {"customer:2": "customer:2"}


def test_wrong_settings_are_told_with_their_place(folder: Path) -> None:
    """A method that does not exist is refused before anything is computed."""
    text = (folder / "segmentry.toml").read_text(encoding="utf8")
    (folder / "segmentry.toml").write_text(text.replace('method = "exact"', 'method = "exakt"'), encoding="utf8")
    with (
        pytest.raises(SettingsError, match="This is one of none, exact, probabilistic"),
        sg.open(folder) as opened,
    ):
        opened.refresh()
