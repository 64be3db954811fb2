"""A study of choices through real files: loaded, refreshed, and told of one customer, without any order."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import segmentry as sg
from segmentry.terms.errors import SettingsError
from tests.rooms.profiles.choosing import offers


def write_study(path: Path, people: int = 80) -> None:
    """A conjoint export: a row for each alternative, attributes in columns, none without attributes."""
    rows, _ = offers(people=people, tasks=8)
    with path.open("w", newline="", encoding="utf8") as file:
        written = csv.writer(file)
        written.writerow(["Respondent", "Task", "Alternative", "Brand", "Price per box", "Organic", "Chosen", "Date"])
        for row in rows:
            names = ("party_key", "task_id", "alternative_id", "given_brand", "given_price", "given_organic")
            written.writerow(
                [*(row[name] for name in names), int(row["chosen"]), f"{row['answered_at']:%Y-%m-%d %H:%M}"]
            )


def test_a_study_becomes_traits_of_a_customer(tmp_path: Path) -> None:
    """Load and refresh are enough; the price is declared by the name that its column has in the file."""
    write_study(tmp_path / "snacks.csv")
    with sg.init(tmp_path / "shop", modules={"needs": {"choices": {"price": "Price per box"}}}) as workspace:
        report = workspace.load(tmp_path / "snacks.csv").as_dict()["loads"][0]
        assert (report["table"], report["quarantined"]) == ("choices", {})
        workspace.refresh()
        shown = workspace.customer("customer:p000").as_dict()
        traits = {row["trait"]: row for row in shown["traits"]}
        weights = [traits[f"importance_of_{name}"]["value"] for name in ("brand", "price_per_box", "organic")]
        assert sum(weights) == pytest.approx(1.0)
        assert traits["choice_class"]["basis"] == "needs"
        assert traits["choice_class"]["origin"] == "predicted"
        assert traits["chose_at"]["value"].startswith("2024-05-01")
        parts = workspace.engine.rows(workspace.engine.table("choice_parts"))
        assert any(row["pay"] for row in parts)


def test_a_key_that_means_nothing_is_told(tmp_path: Path) -> None:
    """In the file of settings, before anything is computed."""
    sg.init(tmp_path / "shop").close()
    settings = tmp_path / "shop" / "segmentry.toml"
    settings.write_text(settings.read_text(encoding="utf8") + '\n[needs.choices]\ncolour = "red"\n', encoding="utf8")
    with pytest.raises(SettingsError, match="colour"), sg.open(tmp_path / "shop") as workspace:
        workspace.refresh()
