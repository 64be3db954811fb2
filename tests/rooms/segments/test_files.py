"""Segments as code: files lose nothing, tell every mistake and refuse what is hostile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from segmentry.segments.errors import DefinitionError
from segmentry.segments.files import read_file, read_folder, read_text, write_file, write_text
from segmentry.segments.language.reading import parse
from segmentry.segments.tree import Condition, Definition, Known, Trait
from segmentry.terms.vocabulary import Kind, Objective
from tests.rooms.segments.trees import conditions

EXAMPLE = """name: Lapsing champions
of: customers
objective: retention
timezone: Europe/London
where: |
  spend in last 365 days is in top 10%
  and no order in last 90 days
  and country in ("United Kingdom", "Ireland")
  and not in segment "Do not contact"
"""


def _codes(text: str, id: str = "x") -> list[str]:  # noqa: A002
    with pytest.raises(DefinitionError) as caught:
        read_text(text, id, "x.yaml")
    return [problem.code for problem in caught.value.problems]


def test_the_design_example() -> None:
    """The example of the design is read; its stem is its id."""
    definition = read_text(EXAMPLE, "lapsing_champions", "lapsing_champions.yaml").definition
    assert definition.id == "lapsing_champions"
    assert definition.objective is Objective.RETAIN
    assert definition.timezone == "Europe/London"
    assert definition.kinds == (Kind.BUYER,)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@example(Known(Trait("spend")), "0\x85", "a\u2028b\u2029", None, [Kind.BUYER])
@given(
    conditions,
    st.text(min_size=1).filter(str.strip),
    st.text(),
    st.sampled_from([None, *Objective]),
    st.lists(st.sampled_from(list(Kind)), min_size=1, unique=True),
)
def test_files_lose_nothing(
    condition: Condition, name: str, description: str, objective: Objective | None, kinds: list[Kind]
) -> None:
    """Any definition is read back from the text written of it, whatever its names hold."""
    definition = Definition("x", name, condition, "accounts", "Asia/Kathmandu", objective, tuple(kinds), description)
    assert read_text(write_text(definition), "x", "x.yaml").definition == definition


def test_all_mistakes_of_a_file_at_once() -> None:
    """A file with seven mistakes tells seven, each with its place."""
    lines = ["name: a", "name: b", "were: x", "of: custmers", "timezone: Europe/Londn", "objective: sell"]
    text = "\n".join([*lines, "kinds: [buyer, bier]", "where: a = = 3"])
    with pytest.raises(DefinitionError) as caught:
        read_text(text, "UPPER", "UPPER.yaml")
    codes = [problem.code for problem in caught.value.problems]
    assert codes == [
        "ID_WRONG", "KEY_TWICE", "KEY_UNKNOWN", "SYNTAX_UNEXPECTED", "WORD_UNKNOWN", "WORD_UNKNOWN", "WORD_UNKNOWN",
        "WORD_UNKNOWN",
    ]  # fmt: skip
    told = str(caught.value)
    for hint in ("'where'", "'customers'", "'Europe/London'", "'buyer'", "where, line 1, column 5"):
        assert hint in told


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [1]\nb: *x",
        "name: !!python/object/apply:os.system [ls]",
        "!!python/object:os.system x",
        "[" * 10_000,
        "- a\n- b",
        "just text",
        "a: {b: c}",
        "name: [[a]]",
        "name: a\n---\nname: b",
        "? [a]\n: b",
        "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]",
    ],
)
def test_hostile_yaml_is_refused(text: str) -> None:
    """Tags, aliases, nesting and second documents are refused before anything is built."""
    assert _codes(text) == ["YAML_REFUSED"]


def test_other_bad_files(tmp_path: Path) -> None:
    """Broken YAML, missing keys, wrong letters and sizes are told, never half read."""
    assert _codes("name: [") == ["YAML_WRONG"]
    assert _codes("") == ["KEY_MISSING", "KEY_MISSING"]
    assert _codes("name: ''\nwhere: a = 1") == ["NAME_EMPTY"]
    assert _codes("name: [a]\nwhere: a = 1") == ["VALUE_IS_LIST"]
    assert _codes("name: a\nkinds: []\nwhere: a = 1") == ["LIST_EMPTY"]
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("name: caf\xe9".encode("latin-1"))
    with pytest.raises(DefinitionError, match="UTF-8"):
        read_file(latin)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * 4_000_001)
    with pytest.raises(DefinitionError, match="too large"):
        read_file(large)


def test_values_stay_texts() -> None:
    """YAML's own types do not creep in: ``no`` stays a name, a date stays a text."""
    definition = read_text("name: no\ndescription: 2024-01-01\nwhere: a = true", "x", "x.yaml").definition
    assert (definition.name, definition.description) == ("no", "2024-01-01")


def test_a_folder_is_read_in_order_and_names_stand_once(tmp_path: Path) -> None:
    """All files are read, mistakes of all files are told together, and a name means one segment."""
    first = Definition("b_first", "First", parse("a = 1"))
    write_file(tmp_path, first)
    write_file(tmp_path, replace(first, id="a_second", name="Second"))
    assert [each.definition.id for each in read_folder(tmp_path)] == ["a_second", "b_first"]
    assert read_folder(tmp_path / "nowhere") == ()
    write_file(tmp_path, replace(first, id="c", name="FIRST"))
    (tmp_path / "d.yaml").write_text("nam: x", encoding="utf8")
    with pytest.raises(DefinitionError) as caught:
        read_folder(tmp_path)
    assert [problem.code for problem in caught.value.problems] == [
        "KEY_UNKNOWN", "KEY_MISSING", "KEY_MISSING", "NAME_TWICE",
    ]  # fmt: skip


def test_ids_cannot_leave_the_folder(tmp_path: Path) -> None:
    """An id with a path in it is refused."""
    with pytest.raises(DefinitionError):
        write_file(tmp_path, Definition("../x", "x", parse("a = 1")))
    assert list(tmp_path.iterdir()) == []
