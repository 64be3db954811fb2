"""Surveys with a row for each respondent and a column for each question, turned into a row for each answer.

What names the respondent, the questionnaire, the survey and the moment keeps its meaning; every other column is a
question. Who is not numbered is told by file and line, so that nobody is taken for somebody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine.files import LINE, Staged
from segmentry.sources import generic, values
from segmentry.sources.organizations import NOBODY, ORGANIZATIONS, Organizations
from segmentry.sources.reading import Reading
from segmentry.sources.recognize import check_mapping
from segmentry.sources.recognized import Recognized
from segmentry.sources.sample import ColumnSample
from segmentry.terms.canonical import SURVEY_RESPONSES
from segmentry.terms.errors import Problem, SourceError
from segmentry.terms.tables import Contract

QUESTION = "question"
_MOST_TOLD = 12
_NAMING = ("party_key", "response_id", "survey_id", "answered_at")
_LONG = ("customer", "response_id", "survey_id", "answered_at", QUESTION, "answer", "score", ORGANIZATIONS)
"""Roles of the long form, in the order of its columns."""
_NAMES = Contract(
    SURVEY_RESPONSES.name,
    "one respondent",
    ("response_id",),
    tuple(replace(column, required=False) for column in SURVEY_RESPONSES.columns if column.name in _NAMING),
)

Pairs = Sequence[tuple[str, str]]


def is_wide(samples: Sequence[ColumnSample], contract: Contract, mapping: Pairs) -> bool:
    """Whether a file for ``contract`` is a survey with a column for each question.

    It is where no column tells the question or none tells the answer; one that is named for the question by a mapping
    makes the long form, several make the wide one.
    """
    if contract is not SURVEY_RESPONSES:
        return False
    told = [role for role, _ in mapping]
    if told.count(QUESTION):
        return told.count(QUESTION) > 1
    tells = {role: role in told or _is_named(role, samples) for role in (QUESTION, "answer", "score")}
    return not (tells[QUESTION] and (tells["answer"] or tells["score"]))


def _is_named(role: str, samples: Sequence[ColumnSample]) -> bool:
    column = SURVEY_RESPONSES.column(role)
    return any(generic.rank_of_name(column, sample.name) is not None for sample in samples)


def match_wide(
    samples: Sequence[ColumnSample], mapping: Pairs, where: str, organizations: Organizations = NOBODY
) -> tuple[Recognized, ...]:
    """Columns that name the respondent, by mapping and by name; all others, or those mapped, are questions.

    Raises:
        SourceError: the mapping is wrong, or nothing is left to be a question; every mistake at once.
    """
    problems: list[Problem] = []
    asked: list[int] = []
    roles = {QUESTION: "one question; say it for several columns"}
    for pair in (pair for pair in mapping if pair[0] == QUESTION):
        try:
            asked += [place for _, place in check_mapping(samples, [pair], roles, where)]
        except SourceError as error:
            problems += error.problems
    others = [sample for sample in samples if sample.place not in asked]
    naming = [pair for pair in mapping if pair[0] != QUESTION]
    named = _named(samples, others, naming, where, organizations, problems)
    used = {item.place for item in named}
    rest = [sample for sample in others if sample.place not in used and not _is_blank(sample)]
    questions = [samples[place] for place in dict.fromkeys(asked)] or rest
    if not questions and not problems:
        what, step = "No column with answers is left to be a question", "Load the answers, or map question=COLUMN."
        problems.append(Problem("COLUMN_MISSING", what, where, f"{len(samples)} columns", step))
    if problems:
        raise SourceError(problems)
    reason = "you said so" if asked else "what names nobody is a question"
    return (*named, *(Recognized(QUESTION, each.name, each.place, 0.9, reason) for each in questions))


def _is_blank(sample: ColumnSample) -> bool:
    """Whether a column has neither a name of its own nor answers, such as one after a last delimiter."""
    return not sample.values and sample.name == f"column_{sample.place + 1}"


def _named(
    samples: Sequence[ColumnSample],
    others: Sequence[ColumnSample],
    mapping: Pairs,
    where: str,
    organizations: Organizations,
    problems: list[Problem],
) -> tuple[Recognized, ...]:
    try:
        # What the mapping names may be any column; names alone are looked for only among those not mapped.
        free = [sample if sample in others else replace(sample, name="") for sample in samples]
        return generic.match_columns(free, _NAMES, mapping, where, organizations)
    except SourceError as error:
        problems.extend(error.problems)
        return ()


def told_columns(recognized: Sequence[Recognized]) -> tuple[dict[str, object], ...]:
    """What columns were taken for, as mappings; of more than a dozen questions one line tells."""
    questions = [item for item in recognized if item.role == QUESTION]
    if len(questions) <= _MOST_TOLD:
        return tuple(item.as_dict() for item in recognized)
    whole = replace(questions[0], column=f"{len(questions)} columns, {questions[0].column} to {questions[-1].column}")
    return (*(item.as_dict() for item in recognized if item.role != QUESTION), whole.as_dict())


def long_reading(reading: Reading) -> Reading:
    """The same file with a row for each answer: ``c0`` to ``c7`` are the roles of the long form.

    Args:
        reading: A wide file whose columns are told (`match_wide`) and whose numbers and moments are settled.
    """
    table = reading.staged.table
    survey = PurePath(reading.file.name).stem
    line = ibis.literal(f"{reading.file.name}:") + table[LINE].cast(dt.string)
    response = _or_else(reading, "response_id", line)
    fallback = line if reading.column("response_id") is None else ibis.literal(f"{survey}:") + response
    account = reading.column(ORGANIZATIONS)
    cells = [
        _or_else(reading, "customer", fallback if account is None else ibis.null(dt.string)),
        response,
        _or_else(reading, "survey_id", ibis.literal(survey)),
        _or_null(reading.column("answered_at")),
        ibis.null(dt.string) if account is None else values.read_id(account),
    ]
    names = {f"q{place}": reading.samples[place].name for place in reading.places(QUESTION)}
    wide = table.select(LINE, *_questions(reading), **{f"n{at}": cell for at, cell in enumerate(cells)})
    melted = _melted(wide, names)
    answers = melted.select(
        LINE,
        *(melted[f"n{at}"].name(f"c{at}") for at in range(len(cells) - 1)),
        c4=melted.asked,
        c5=melted.answer,
        c6=values.read_decimal(melted.answer, reading.numbers).cast(dt.float64),
        c7=melted[f"n{len(cells) - 1}"],
    )
    roles = _LONG if account is not None else _LONG[:-1]
    recognized = tuple(Recognized(role, role, place, 1.0, "") for place, role in enumerate(roles))
    staged = Staged(answers, reading.staged.rows, reading.staged.rejected)
    return replace(reading, staged=staged, recognized=recognized)


def _or_else(reading: Reading, role: str, fallback: ir.Value) -> ir.Value:
    column = reading.column(role)
    return fallback if column is None else ibis.coalesce(values.read_id(column), fallback)


def _or_null(column: ir.Value | None) -> ir.Value:
    return ibis.null("timestamp(6)") if column is None else column


def _questions(reading: Reading) -> list[ir.Value]:
    """The questions as texts, not yet trimmed; a number that a spreadsheet wrote as 5.0 is 5."""
    table = reading.staged.table
    columns = {place: table[f"c{place}"] for place in reading.places(QUESTION)}
    return [
        (column if column.type().is_string() else values.read_id(column)).name(f"q{place}")
        for place, column in columns.items()
    ]


def _melted(table: ir.Table, names: Mapping[str, str]) -> ir.Table:
    """A row for each question of each row, with its name and ``answer`` beside what is not a question.

    Args:
        table: Rows with a column for each question.
        names: What the question of each column is called.
    """
    kept = [name for name in table.columns if name not in names]
    pairs = ibis.array([ibis.struct({"asked": name, "answer": table[column]}) for column, name in names.items()])
    unnested = table.select(*kept, pair=pairs.unnest())
    return unnested.select(*kept, asked=unnested.pair.asked, answer=values.read_text(unnested.pair.answer))
