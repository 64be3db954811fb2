"""What each basis adds: three points with intervals for each, the verdict beside the name."""

from __future__ import annotations

from typing import Any

from segmentry.charts import Notes, bases_picture, notes_of


def told(value: float, reach: float = 0.01) -> dict[str, Any]:
    return {"estimate": value, "low": value - reach, "high": value + reach, "unit": "share of variance"}


def basis(name: str, alone: float, share: float, beyond: float, verdict: str) -> dict[str, Any]:
    """A basis as the study tells it."""
    return {"name": name, "alone": told(alone), "share": told(share), "beyond": told(beyond), "verdict": verdict}


FOUND: dict[str, Any] = {
    "as_of": "2026-01-01T05:00:00Z",
    "measure": "next_spend",
    "scale": "logarithm",
    "explained": told(0.4, 0.02),
    "bases": [basis("demographic", 0.04, 0.02, -0.0002, "adds_nothing"), basis("behavioral", 0.43, 0.4, 0.37, "adds")],
}


def notes(found: dict[str, Any] = FOUND, locale: str = "en_US") -> Notes:
    said = notes_of(bases_picture(found, locale, "America/New_York"))
    assert said is not None
    return said


def test_three_figures_with_their_intervals() -> None:
    """Alone, fair share and beyond all others, each from low to high."""
    alone, share, beyond = bases_picture(FOUND, "en_US").data
    assert [each.name for each in (alone, share, beyond)] == ["Alone", "Fair share", "Beyond all others"]
    assert list(beyond.x) == [-0.0002, 0.37]
    assert [round(each, 6) for each in share.error_x.array] == [0.01, 0.01]
    assert [round(each, 6) for each in alone.error_x.arrayminus] == [0.01, 0.01]


def test_points_of_a_basis_stand_on_its_line_and_never_on_each_other() -> None:
    """Three heights around the place of each basis, the first basis above."""
    figure = bases_picture(FOUND, "en_US")
    heights = [list(each.y) for each in figure.data]
    assert [round(sum(each) / 3) for each in zip(*heights, strict=True)] == [0, 1]
    assert len({each[0] for each in heights}) == 3
    first, last = figure.layout.yaxis.range
    assert first > last


def test_the_verdict_stands_beside_the_name() -> None:
    """Words, not underscores."""
    texts = bases_picture(FOUND, "en_US").layout.yaxis.ticktext
    assert texts == ("demographic<br><i>adds nothing</i>", "behavioral<br><i>adds</i>")


def test_zero_is_marked() -> None:
    """Whether an interval holds zero is the question."""
    assert [each.x0 for each in bases_picture(FOUND, "en_US").layout.shapes] == [0]


def test_notes_tell_unit_as_of_and_the_answer() -> None:
    """As of midnight in the workspace's zone; the whole with its interval; who adds."""
    said = notes()
    assert "Jan 1, 2026" in said.basis
    assert "(America/New_York)" in said.basis
    assert said.description == "All together explain 40.0% (38.0% to 42.0%). Beyond the others add: behavioral."
    assert "next spend (logarithm)" in said.caption


def test_the_table_is_in_the_locale_and_knows_no_negative_zero() -> None:
    """A hundredth of a percent below nothing is 0.0, not -0.0."""
    row = notes(locale="de_DE").rows[0]
    assert row[0] == "demographic"
    assert row[1] == "4,0\xa0% (3,0\xa0% to 5,0\xa0%)"
    assert row[3].startswith("0,0\xa0%")


def test_where_nothing_surely_adds_it_is_said() -> None:
    """No basis is praised for want of another."""
    assert "No basis surely adds beyond the others." in notes(FOUND | {"bases": FOUND["bases"][:1]}).description


def test_a_figure_that_cannot_be_told_is_left_out_of_the_picture_and_told_in_the_table() -> None:
    """The other two points stay."""
    broken = FOUND["bases"][1] | {"share": {"not_estimable": "too few customers"}}
    found = FOUND | {"bases": [broken]}
    assert [len(each.x) for each in bases_picture(found, "en_US").data] == [1, 0, 1]
    assert notes(found).rows[0][2] == "too few customers"
