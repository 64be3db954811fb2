"""Tasks of a study of choices: what a task tells as a whole, and why all of its rows are put aside."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

_TASK = ("survey_id", "party_key", "task_id")


def judged(rows: ir.Table) -> ir.Table:
    """Typed rows of a file of choices, those of contradictory tasks with a ``reason`` and the ``fault``.

    A task has several alternatives, one of which was chosen, and none of which was put aside for a reason of its own.

    Args:
        rows: Rows under the contract `CHOICES` with ``reason`` and ``fault``.
    """
    told = _tasks(rows)
    joined = rows.left_join(told, [rows[name] == told[f"its_{name}"] for name in _TASK])
    contradictions = (
        (joined.refused > 0, "another alternative of the task was put aside", "task_id"),
        (joined.twice > 0, "the task tells an alternative twice, and not alike", "alternative_id"),
        (joined.alternatives < 2, "the task has one alternative only", "task_id"),
        (joined.picked > 1, "more than one alternative of the task was chosen", "chosen"),
        (joined.picked == 0, "no alternative of the task was chosen", "chosen"),
        (joined.disliked > 1, "more than one alternative of the task was the worst", "worst"),
        (joined.torn > 0, "the best of the task is its worst as well", "worst"),
    )
    own, null = joined.reason.notnull(), ibis.null("string")
    reason = ibis.cases((own, joined.reason), *((test, words) for test, words, _ in contradictions), else_=null)
    fault = ibis.cases((own, joined.fault), *((test, name) for test, _, name in contradictions), else_=null)
    return joined.mutate(reason=reason, fault=fault).select(*rows.columns)


def _tasks(rows: ir.Table) -> ir.Table:
    """What each task tells, an alternative that is told twice alike counted once."""
    worst = rows.worst.fill_null(False)
    marked = rows.select(
        *_TASK,
        "alternative_id",
        chosen=rows.chosen.cast("int64"),
        worst=worst.cast("int64"),
        refused=rows.reason.notnull().cast("int64"),
    )
    alternatives = marked.group_by(*_TASK, "alternative_id").aggregate(
        chosen=marked.chosen.max(),
        worst=marked.worst.max(),
        refused=marked.refused.max(),
        twice=((marked.chosen.min() != marked.chosen.max()) | (marked.worst.min() != marked.worst.max())).cast("int64"),
    )
    return alternatives.group_by(**{f"its_{name}": alternatives[name] for name in _TASK}).aggregate(
        alternatives=alternatives.count(),
        picked=alternatives.chosen.sum(),
        disliked=alternatives.worst.sum(),
        torn=(alternatives.chosen * alternatives.worst).sum(),
        twice=alternatives.twice.sum(),
        refused=alternatives.refused.sum(),
    )
