"""Sequences and standing as sets of customers: joins of instants, bounded by elapsed time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.leaf_expressions import Place
from segmentry.segments.statistics import Statistics
from segmentry.segments.tree import Facts, Sequence, Span
from segmentry.segments.tree.checks import hours
from segmentry.segments.windows import NOW, Interval


def sequence_customers(sequence: Sequence, statistics: Statistics, place: Place) -> ir.Table:
    """``customer_id`` of everybody for whom the steps followed one another."""
    window = place.rules(sequence.window)
    # What must not come between or after lies after a step, and so after the window began.
    after = [Interval(window[0].start if window else None, NOW)]
    reached = _times(sequence.first, window, statistics, place)
    for step in sequence.steps:
        later = _times(step.facts, window, statistics, place).rename(later="instant")
        pairs = reached.inner_join(
            later,
            [
                reached.customer_id == later.customer_id,
                reached.instant < later.later,
                *([] if step.within is None else [later.later <= _plus(reached.instant, step.within)]),
                *([] if step.after is None else [later.later >= _plus(reached.instant, step.after)]),
            ],
        ).select("customer_id", "instant", "later")
        if step.without is not None:
            pairs = _without(pairs, _times(step.without, after, statistics, place))
        reached = pairs.select("customer_id", instant="later").distinct()
    if sequence.never is not None and sequence.never_within is not None:
        unwanted = _times(sequence.never, after, statistics, place)
        return _never(reached, unwanted, sequence.never_within, place).select("customer_id")
    return reached.select("customer_id")


def _times(facts: Facts, window: Iterable[Interval], statistics: Statistics, place: Place) -> ir.Table:
    """The distinct instants of facts in a window: ``customer_id`` and ``instant``."""
    table = statistics.table(facts)
    rows = table.filter(statistics.row_filter(facts, place, tuple(window)))
    return rows.select("customer_id", instant=rows[FACT_TABLES[facts.kind].time]).distinct()


def _without(pairs: ir.Table, excluded: ir.Table) -> ir.Table:
    """Pairs of instants with nothing excluded strictly between."""
    between = excluded.rename(other_id="customer_id", other="instant")
    broken = pairs.inner_join(
        between,
        [pairs.customer_id == between.other_id, between.other > pairs.instant, between.other < pairs.later],
    ).select("customer_id", "instant", "later")
    return pairs.anti_join(broken, ["customer_id", "instant", "later"])


def _never(reached: ir.Table, unwanted: ir.Table, gap: Span, place: Place) -> ir.Table:
    """Instants whose gap has passed without anything unwanted in it, the end of the gap included."""
    whole = place.beside(reached)
    passed = whole.filter(_plus(whole.instant, gap) < place.now(whole)).select("customer_id", "instant")
    after = unwanted.rename(other_id="customer_id", other="instant")
    followed = passed.inner_join(
        after,
        [
            passed.customer_id == after.other_id,
            after.other > passed.instant,
            after.other <= _plus(passed.instant, gap),
        ],
    ).select("customer_id", "instant")
    return passed.anti_join(followed, ["customer_id", "instant"])


def _plus(instant: Any, gap: Span) -> Any:
    return instant + ibis.interval(hours=hours(gap))
