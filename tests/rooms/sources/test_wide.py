"""Surveys with a column for each question: every answer is a row, every line is counted once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.sources import LoadSpec
from segmentry.sources.run import load
from segmentry.terms.errors import SourceError

WIDE = "respondent_id,customer,submitted_at,Q1,Q2,Why?\n7,ana,2024-05-01,4,never,cheap\n8,,2024-05-02,,often,\n"


def filled(engine: Engine, folder: Path, text: str | bytes, name: str = "panel.csv", **options: Any) -> Any:
    """Load one survey; its report."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with engine.run("load") as run:
        return load(run, [LoadSpec(path, source="panel", table="survey_responses", **options)])[0]


def answers(engine: Engine, *columns: str) -> dict[tuple[str, str], Any]:
    """Answers, or other columns, by response and question."""
    names = columns or ("answer",)
    rows = engine.rows(engine.table("survey_responses"))
    return {(row["response_id"], row["question"]): tuple(row[name] for name in names) for row in rows}


def test_every_question_of_every_respondent_is_a_row(engine: Engine, tmp_path: Path) -> None:
    """Also what was left out; numbers are scores as well, words are not."""
    report = filled(engine, tmp_path, WIDE)
    assert (report.rows_read, report.rows_used, report.excluded, report.quarantined) == (2, 2, {}, {})
    assert answers(engine, "answer", "score") == {
        ("7", "Q1"): ("4", 4.0),
        ("7", "Q2"): ("never", None),
        ("7", "Why?"): ("cheap", None),
        ("8", "Q1"): (None, None),
        ("8", "Q2"): ("often", None),
        ("8", "Why?"): (None, None),
    }


def test_who_is_not_numbered_is_told_by_file_and_number(engine: Engine, tmp_path: Path) -> None:
    """An empty customer is nobody known: its party carries the survey's name, so that it meets no customer's number."""
    filled(engine, tmp_path, WIDE)
    parties = {row["party_key"]: row["kind"] for row in engine.rows(engine.table("customers"))}
    assert parties == {"customer:ana": "prospect", "customer:panel:8": "prospect"}


def test_without_any_number_the_line_is_the_number(engine: Engine, tmp_path: Path) -> None:
    """Two respondents, four questions, nothing else."""
    report = filled(engine, tmp_path, "A,B,C,D\n1,2,3,4\n5,4,3,2\n")
    found = engine.rows(engine.table("survey_responses"))
    assert {row["response_id"] for row in found} == {"panel.csv:1", "panel.csv:2"}
    assert {row["party_key"] for row in found} == {"customer:panel.csv:1", "customer:panel.csv:2"}
    assert {row["survey_id"] for row in found} == {"panel"}
    assert report.rows_used == 2


def test_the_moment_and_the_survey_may_be_columns(engine: Engine, tmp_path: Path) -> None:
    """Two waves in one file stay apart."""
    filled(engine, tmp_path, "id,survey,date,Q1\n1,spring,2024-03-01,5\n1,autumn,2024-09-01,3\n")
    rows = engine.rows(engine.table("survey_responses"))
    assert {(row["survey_id"], str(row["answered_at"])[:10], row["score"]) for row in rows} == {
        ("spring", "2024-03-01", 5.0),
        ("autumn", "2024-09-01", 3.0),
    }


def test_a_date_that_cannot_be_read_puts_the_line_aside_once(engine: Engine, tmp_path: Path) -> None:
    """One line with three answers is one row put aside, told with its own text."""
    text = "id,date,Q1,Q2,Q3\n1,2024-03-01,5,4,3\n2,yesterday,1,1,1\n3,2999-01-01,2,2,2\n"
    report = filled(engine, tmp_path, text)
    assert (report.rows_read, report.rows_used) == (3, 1)
    assert report.quarantined == {"answered_at not readable": 1, "answered_at in the future": 1}
    aside = engine.rows(engine.table("quarantine"))
    assert {(row["line_number"], row["given"]) for row in aside} == {(2, "yesterday"), (3, "2999-01-01")}


def test_of_two_questionnaires_with_one_number_the_later_counts(engine: Engine, tmp_path: Path) -> None:
    """The line before gives way as a whole, and is counted as one."""
    report = filled(engine, tmp_path, "id,Q1,Q2\n1,5,4\n1,2,3\n2,1,1\n")
    assert (report.rows_read, report.rows_used) == (3, 2)
    assert report.excluded["repeated_key"][0] == 1
    assert answers(engine)["1", "Q1"] == ("2",)


def test_a_file_loaded_again_changes_nothing_and_a_corrected_one_replaces(engine: Engine, tmp_path: Path) -> None:
    """As every other file."""
    filled(engine, tmp_path, WIDE)
    assert filled(engine, tmp_path, WIDE).already_loaded
    filled(engine, tmp_path, WIDE.replace("7,ana,2024-05-01,4", "7,ana,2024-05-01,1"))
    assert answers(engine)["7", "Q1"] == ("1",)
    assert len(answers(engine)) == 6


def test_a_long_file_stays_long(engine: Engine, tmp_path: Path) -> None:
    """With a question column nothing is melted; an answer that is a number is a score without a column for it."""
    text = "survey,respondent,customer,question,answer\nnps,1,ana,recommend,9\nnps,1,ana,why,fast\n"
    report = filled(engine, tmp_path, text)
    assert report.rows_read == report.rows_used == 2
    assert answers(engine, "answer", "score") == {("1", "recommend"): ("9", 9.0), ("1", "why"): ("fast", None)}


def test_without_numbers_a_customer_s_answers_of_a_day_are_one_questionnaire(engine: Engine, tmp_path: Path) -> None:
    """A long file of customers, questions and answers: the file names the survey, two days are two waves."""
    text = "customer,date,question,answer\nana,2024-05-01,A,1\nana,2024-05-01,B,2\nana,2024-06-01,A,3\n"
    report = filled(engine, tmp_path, text)
    assert report.rows_used == 3
    assert set(answers(engine, "survey_id", "score").items()) == {
        (("ana:2024-05-01", "A"), ("panel", 1.0)),
        (("ana:2024-05-01", "B"), ("panel", 2.0)),
        (("ana:2024-06-01", "A"), ("panel", 3.0)),
    }


def test_coded_interviews_are_long_files(engine: Engine, tmp_path: Path) -> None:
    """The code is the question, what was noted under it the answer."""
    text = "survey,respondent,customer,code,text\nguide,i1,ana,thrift,always compares\nguide,i1,ana,pride,\n"
    filled(engine, tmp_path, text)
    assert answers(engine) == {("i1", "thrift"): ("always compares",), ("i1", "pride"): (None,)}


def test_the_mapping_says_which_columns_are_questions(engine: Engine, tmp_path: Path) -> None:
    """Named for several columns, question leaves all others out; customer may be any column."""
    text = "who,Age,Q1,Q2\nana,44,1,2\n"
    filled(engine, tmp_path, text, mapping=(("question", "Q1"), ("question", "Q2"), ("customer", "who")))
    rows = engine.rows(engine.table("survey_responses"))
    assert {(row["party_key"], row["question"]) for row in rows} == {("customer:ana", "Q1"), ("customer:ana", "Q2")}


def test_a_code_of_respondents_is_no_question(engine: Engine, tmp_path: Path) -> None:
    """A column named code without any answer beside it does not make the long form."""
    filled(engine, tmp_path, "code,Q1,Q2\nA,1,2\nB,3,4\n")
    assert len(answers(engine)) == 6


def test_every_wrong_mapping_is_told_at_once(engine: Engine, tmp_path: Path) -> None:
    """A missing column for a question, and an unknown role."""
    mapping = (("question", "Q1"), ("question", "Q9"), ("payer", "Q2"))
    with pytest.raises(SourceError) as caught:
        filled(engine, tmp_path, "Q1,Q2\n1,2\n", mapping=mapping)
    assert {each.code for each in caught.value.problems} == {"COLUMN_UNKNOWN", "ROLE_UNKNOWN"}


def test_a_file_of_respondents_without_questions_is_refused(engine: Engine, tmp_path: Path) -> None:
    """Numbers and dates alone are no survey."""
    with pytest.raises(SourceError, match="left to be a question"):
        filled(engine, tmp_path, "respondent_id,date\n1,2024-01-01\n")


def test_hostile_names_of_questions_are_kept(engine: Engine, tmp_path: Path) -> None:
    """Quotes, commas, emptiness, equal names and SQL: each is one question."""
    filled(engine, tmp_path, 'id,"a, ""b""","a; DROP TABLE x",same,same,\n1,1,2,3,4,5\n')
    assert set(answers(engine)) == {
        ("1", name) for name in ('a, "b"', "a; DROP TABLE x", "same", "same (2)", "column_6")
    }


def test_numbers_of_a_spreadsheet_are_read_as_written(engine: Engine, tmp_path: Path) -> None:
    """5.0 is the answer 5, an empty cell none; halves stay halves."""
    path = tmp_path / "panel.parquet"
    pq.write_table(pa.table({"id": [1, 2], "Q1": [5.0, None], "Q2": [2.5, 3.0]}), path)
    filled(engine, tmp_path, path.read_bytes(), "panel.parquet")
    found = answers(engine, "answer", "score")
    assert found["1", "Q1"] == ("5", 5.0)
    assert found["2", "Q1"] == (None, None)
    assert (found["1", "Q2"][1], found["2", "Q2"]) == (2.5, ("3", 3.0))


WORDS = ("nie", "jamais", "nunca", "никогда", "从不", "決して", "ποτέ", "אף פעם", "أبدا", "कभी नहीं", "asla", "việc")


def test_answers_in_twelve_languages_are_kept_letter_by_letter(engine: Engine, tmp_path: Path) -> None:
    """No answer is changed or lost, whatever the script."""
    filled(engine, tmp_path, "id,Q1\n" + "".join(f"{place},{word}\n" for place, word in enumerate(WORDS)))
    assert [answers(engine)[str(place), "Q1"][0] for place in range(len(WORDS))] == list(WORDS)


def test_many_questions_are_told_in_one_line(engine: Engine, tmp_path: Path) -> None:
    """A report does not list a hundred columns."""
    names = [f"Q{place}" for place in range(100)]
    report = filled(engine, tmp_path, ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert [each["column"] for each in report.recognized] == ["100 columns, Q0 to Q99"]
    assert len(answers(engine)) == 100


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(["1", "5", "", "maybe"]), min_size=3, max_size=3), min_size=1, max_size=6))
def test_rows_add_up_whatever_was_answered(tmp_path: Path, table: list[list[str]]) -> None:
    """Lines read are lines used; answers are lines times questions."""
    text = "number,A,B,C\n" + "".join(f"{place}," + ",".join(row) + "\n" for place, row in enumerate(table))
    with Engine.in_memory() as engine:
        report = filled(engine, tmp_path, text)
        assert report.rows_read == report.rows_used == len(table)
        kept = engine.rows(engine.table("survey_responses"))
        asked = {row["question"] for row in kept}
        assert len(kept) == len(table) * len(asked)
        assert sorted(row["answer"] or "" for row in kept if row["question"] in "ABC") == sorted(
            each for row in table for each in row
        )


def test_hundreds_of_questions_keep_their_answers(engine: Engine, tmp_path: Path) -> None:
    """The question of each answer stands beside it, however many there are, and blanks around answers go."""
    head = ",".join(["id", *(f"Q{place}" for place in range(800))])
    rows = [",".join([str(row), *(f" {(row + place) % 5 + 1} " for place in range(800))]) for row in range(3)]
    report = filled(engine, tmp_path, "\n".join([head, *rows, ""]))
    assert report.rows_used == 3
    told = answers(engine, "answer", "score")
    assert len(told) == 2400
    assert told["2", "Q799"] == ("2", 2.0)
