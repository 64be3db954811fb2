"""Puts on record what a study states, tests and finds: assumptions, verdicts, questions, versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.discovery.guide.population import literal_instant
from segmentry.discovery.guide.short_form import ShortForm, question_rows
from segmentry.discovery.guide.statements import Statement, read_statement
from segmentry.discovery.guide.tables import (
    STUDY_ASSUMPTIONS,
    STUDY_MEMBERS,
    STUDY_QUESTIONS,
    STUDY_VERDICTS,
    STUDY_VERSIONS,
)
from segmentry.discovery.guide.testing import StatementTests
from segmentry.engine import Run, arrow_schema
from segmentry.science.assumptions import Measured, Ruled, rule
from segmentry.segments.reader import rows_of
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import Contract

_MEMBER = ("study", "as_of", "customer_id", "segment_id")


def record_assumption(run: Run, study: str, statement: Statement, owner: str | None) -> None:
    """Put an assumption on record; one stated before stays as it was stated first."""
    rows = rows_of(run, "study_assumptions")
    if not any((row["study"], row["statement"]) == (study, statement.text) for row in rows):
        rows.append({"study": study, "statement": statement.text, "owner": owner, "recorded_at": run.started_at})
    put(run, STUDY_ASSUMPTIONS, rows)


def examine_assumptions(run: Run, tests: StatementTests, as_of: datetime) -> list[dict[str, Any]]:
    """Test every assumption of a study together, and put the verdicts on record beside those of before.

    Args:
        run: The run; it must see the assumptions.
        tests: What tests them.
        as_of: Instant (UTC) for which the data hold.

    Returns:
        Rows of the contract `STUDY_VERDICTS` of these tests.
    """
    told = sorted(str(row["statement"]) for row in rows_of(run, "study_assumptions") if row["study"] == tests.study)
    found = [tests.test(read_statement(text)) for text in told]
    shared = {"study": tests.study, "as_of": as_of, "recorded_at": run.started_at, "tests": len(told)}
    fresh = [
        shared | {"statement": text} | _verdict(test, ruled)
        for text, test, ruled in zip(told, found, rule(found), strict=True)
    ]
    put(run, STUDY_VERDICTS, [*rows_of(run, "study_verdicts"), *fresh])
    return fresh


def _verdict(test: Measured | NotEstimable, ruled: Ruled) -> dict[str, Any]:
    row: dict[str, Any] = {"verdict": ruled.verdict, "p_corrected": ruled.p_corrected}
    if isinstance(test, NotEstimable):
        empty = dict.fromkeys(("estimate", "low", "high", "unit", "p", "method", "customers"))
        return row | empty | {"reason": test.reason}
    told = test.estimate
    figures = {"estimate": told.value, "low": told.low, "high": told.high, "unit": told.unit}
    return row | figures | {"p": test.p, "method": test.method, "customers": test.customers, "reason": None}


def keep_version(
    run: Run, study: str, as_of: datetime, segments: Sequence[Mapping[str, Any]], told: Mapping[str, Any]
) -> None:
    """Keep the present segments of a study and who belongs to them, to be held against others.

    Args:
        run: The run; it must see ``segmentation_members``.
        study: Id of the study.
        as_of: Instant (UTC) for which they hold; a version of the same instant is replaced.
        segments: ``segment_id``, ``name``, ``customers``, ``value`` and ``slsw`` of each.
        told: ``verdict`` and ``variables`` of the version.
    """
    shared = {"study": study, "as_of": as_of, "recorded_at": run.started_at}
    shared |= {"verdict": told["verdict"], "variables": json.dumps(list(told["variables"]))}
    others = [row for row in rows_of(run, "study_versions") if (row["study"], row["as_of"]) != (study, as_of)]
    put(run, STUDY_VERSIONS, [*others, *(shared | dict(row) for row in segments)])
    run.publish(STUDY_MEMBERS, _members(run, study, as_of), parents=("segmentation_members",))


def record_questions(run: Run, study: str, as_of: datetime, form: ShortForm) -> None:
    """Put the golden questions of a study on record, in place of those before; none where there are none.

    Args:
        run: The run.
        study: Id of the study.
        as_of: Instant (UTC) for which its segments hold.
        form: The questions.
    """
    others = [row for row in rows_of(run, "study_questions") if row["study"] != study]
    put(run, STUDY_QUESTIONS, [*others, *question_rows(study, as_of, form)])


def _members(run: Run, study: str, as_of: datetime) -> ir.Table:
    """Members of every version kept, those of the present one from what is published."""
    moment = literal_instant(as_of)
    table = run.table("segmentation_members")
    fresh = table.filter(table.segmentation == study).mutate(study=ibis.literal(study), as_of=moment).select(_MEMBER)
    if not run.has("study_members"):
        return fresh
    kept = run.table("study_members")
    kept = kept.mutate(as_of=kept.as_of.cast("timestamp(6)"))
    return kept.filter((kept.study != study) | (kept.as_of != moment)).select(_MEMBER).union(fresh)


def put(run: Run, contract: Contract, rows: Sequence[Mapping[str, Any]]) -> None:
    """Publish rows of a small table."""
    run.publish(contract, pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(contract)))


def forget(run: Run, customers: Sequence[str]) -> int:
    """Take customers out of every version kept; earlier versions of the table have to be pruned at once.

    Args:
        run: The run.
        customers: Ids of customers.

    Returns:
        Rows taken out.
    """
    if not run.has("study_members"):
        return 0
    table = run.table("study_members")
    named = table.customer_id.isin(list(customers))
    gone = int(run.rows(table.aggregate(rows=named.sum()))[0]["rows"] or 0)
    run.publish(STUDY_MEMBERS, table.filter(~named))
    return gone
