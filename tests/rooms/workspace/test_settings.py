"""The settings file: everything wrong with it is told at once, and what is written is read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentry.terms.errors import SettingsError
from segmentry.terms.study import KnockOut, Study
from segmentry.terms.vocabulary import Objective
from segmentry.workspace.settings import SETTINGS, WorkspaceSettings, from_content, read_settings, settings_text


def test_every_mistake_is_told_at_once() -> None:
    """Six mistakes, six problems, each with its place and a next step."""
    content = {
        "workspace": {"timezone": "Europe/Londn", "currency": "euro", "colour": "red"},
        "value": {"margin_rate": 1.5, "horizon_months": "twelve"},
        "rulez": {"exclude_fees": True},
        "rules": {"exclude_fees": "yes"},
    }
    with pytest.raises(SettingsError) as caught:
        from_content(content, "segmentry.toml")
    codes = sorted(problem.code for problem in caught.value.problems)
    assert codes == [
        "CURRENCY_UNKNOWN",
        "SETTING_OUT_OF_RANGE",
        "SETTING_UNKNOWN",
        "SETTING_UNKNOWN",
        "SETTING_WRONG",
        "SETTING_WRONG",
        "TIMEZONE_UNKNOWN",
    ]
    assert all(problem.next_step and problem.where for problem in caught.value.problems)
    assert any("Europe/London" in problem.next_step for problem in caught.value.problems)


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    """A syntax error names the file and what the reader stumbled on."""
    (tmp_path / "segmentry.toml").write_text("[workspace\n", encoding="utf8")
    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path)
    assert caught.value.code == "SETTINGS_UNREADABLE"
    assert "line 1" in caught.value.problems[0].given


@given(
    margin=st.none() | st.floats(0, 1),
    months=st.integers(1, 120),
    currency=st.none() | st.sampled_from(["EUR", "GBP", "JPY"]),
    name=st.text(max_size=20),
    rule=st.booleans(),
)
def test_what_is_written_is_read_back(
    margin: float | None, months: int, currency: str | None, name: str, rule: bool
) -> None:
    """Settings survive the way through their file, hostile text included."""
    import tomllib

    settings = WorkspaceSettings(
        margin_rate=margin,
        horizon_months=months,
        currency=currency,
        rules={"exclude_fees": rule},
        sources=({"path": "orders.csv", "mapping": {"customer": name}},),
    )
    assert from_content(tomllib.loads(settings_text(settings)), "file") == settings


def test_every_setting_has_a_default_that_is_allowed() -> None:
    """The table of settings and the settings themselves agree."""
    settings = WorkspaceSettings()
    for setting in SETTINGS:
        assert getattr(settings, setting.name) == setting.default
        assert setting.meaning.endswith(".")
    assert settings.with_values(**{setting.name: setting.default for setting in SETTINGS}) == settings


def test_a_study_is_written_and_read_back(tmp_path: Path) -> None:
    """The section of the study holds what differs from the usual study, and comes back equal."""
    study = Study(objective=Objective.RETAIN, variables=("spend",), knock_outs=(KnockOut("size", 0.05),), most=4)
    settings = WorkspaceSettings(study=study)
    (tmp_path / "segmentry.toml").write_text(settings_text(settings), encoding="utf8")
    assert read_settings(tmp_path).study == study
    assert read_settings(tmp_path).computing != WorkspaceSettings().computing


def test_mistakes_in_the_study_are_told_with_the_others(tmp_path: Path) -> None:
    """A wrong study and a wrong setting: both at once, each with its place."""
    (tmp_path / "segmentry.toml").write_text(
        '[workspace]\ncurrency = "euro"\n[study]\nobjective = "growth"\ndecisions = "x"\n', encoding="utf8"
    )
    with pytest.raises(SettingsError) as refused:
        read_settings(tmp_path)
    assert {problem.code for problem in refused.value.problems} >= {"CURRENCY_UNKNOWN", "STUDY_WRONG", "STUDY_UNKNOWN"}
