"""Random well-formed trees of every kind of node, for property tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from segmentry.segments.tree import (
    CALENDAR_UNITS,
    FACT_KINDS,
    FUNCTIONS,
    HOWS,
    OPERATORS,
    UNITS,
    Aggregate,
    AllContacts,
    And,
    AtAccount,
    Between,
    Bucket,
    Calendar,
    Compare,
    Condition,
    Consents,
    Contacts,
    Count,
    Dates,
    Distance,
    Facts,
    FirstTime,
    InSegment,
    Known,
    Match,
    Measure,
    Moved,
    Not,
    OneOf,
    Or,
    Percentile,
    Pick,
    Rank,
    Reachable,
    Regularly,
    Restarted,
    Rolling,
    Season,
    Sequence,
    Span,
    Step,
    Stopped,
    Trait,
    Value,
    Window,
    Within,
)

_LETTERS = st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00")
texts = st.text(_LETTERS, max_size=8)
names = st.one_of(
    st.sampled_from(["spend", "orders", "country", "order", "and", "Last", "days since", "a`b", "not", "month", "in"]),
    st.text(_LETTERS, min_size=1, max_size=6),
)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12)
days = st.dates(min_value=date(1, 1, 1), max_value=date(9999, 12, 31))
whole = st.integers(1, 400)


def _one_type(minimum: int) -> st.SearchStrategy[tuple[Value, ...]]:
    kinds: list[st.SearchStrategy[Value]] = [numbers, texts, days, st.booleans()]
    return st.one_of([st.lists(kind, min_size=minimum, max_size=max(minimum, 4)).map(tuple) for kind in kinds])


values: st.SearchStrategy[Value] = st.one_of(numbers, texts, days, st.booleans())
spans = st.builds(Span, whole, st.sampled_from(UNITS))
gaps = st.builds(Span, whole, st.sampled_from(["hour", "day", "week"]))


def _both(span: Span) -> Window:
    return Rolling(Span(span.count + 1, span.unit), span)


windows: st.SearchStrategy[Window] = st.one_of(
    spans.map(lambda span: Rolling(start=span)),
    spans.map(lambda span: Rolling(end=span)),
    spans.map(_both),
    st.lists(days, min_size=2, max_size=2).map(lambda ends: Dates(min(ends), max(ends))),
    days.map(lambda day: Dates(first=day)),
    days.map(lambda day: Dates(last=day)),
    st.builds(Calendar, st.sampled_from(CALENDAR_UNITS), st.integers(0, 20)),
    st.builds(Season, st.integers(1, 12), st.integers(1, 12)),
)


def _opaque(strategy: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """The same strategy under a short description, so that deep ones can be described at all."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Condition:
        return draw(strategy)

    return drawn()


def comparisons(measures: st.SearchStrategy[Measure]) -> st.SearchStrategy[Condition]:
    """Conditions on measures that may stand anywhere, filters on facts included."""
    return st.one_of(
        st.builds(Compare, measures, st.sampled_from(OPERATORS), values),
        st.builds(
            lambda measure, ends: Between(measure, min(ends), max(ends)),  # type: ignore[type-var]
            measures,
            _one_type(2).filter(lambda ends: len(ends) >= 2),
        ),
        st.builds(OneOf, measures, _one_type(1), st.booleans()),
        st.builds(Match, measures, st.sampled_from(HOWS), texts.filter(bool)),
        st.builds(Known, measures, st.booleans()),
        st.builds(Within, measures, windows),
    )


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return st.one_of(several.map(And), several.map(Or), parts.map(Not))


traits = st.builds(Trait, names)
filters = _opaque(st.recursive(_opaque(comparisons(traits)), _joined, max_leaves=4))


def facts(window: st.SearchStrategy[Window | None] = st.none()) -> st.SearchStrategy[Facts]:  # noqa: B008
    """Facts of every kind; only events have names."""
    where = st.none() | filters
    unnamed = st.builds(Facts, st.sampled_from(FACT_KINDS), st.none(), where, window)
    return unnamed | st.builds(Facts, st.just("event"), texts, where, window)


dated = facts(st.none() | windows)
steps = st.builds(Step, facts(), st.none() | gaps, st.none(), st.none() | facts())


def _sequences() -> st.SearchStrategy[Condition]:
    several = st.lists(steps, min_size=1, max_size=3).map(tuple)
    plain = st.builds(Sequence, facts(), several, window=st.none() | windows)
    ended = st.builds(
        Sequence, facts(), st.lists(steps, max_size=2).map(tuple), facts(), gaps, window=st.none() | windows
    )
    return plain | ended


def measures(conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Measure]:
    """Every kind of measure."""
    return st.one_of(
        traits,
        st.builds(Count, dated),
        st.builds(Aggregate, st.sampled_from(FUNCTIONS), names, dated),
        st.builds(Pick, st.sampled_from(["first", "last"]), names, dated),
        st.builds(
            Distance,
            st.decimals(-90, 90, places=4),
            st.decimals(-180, 180, places=4),
        ),
        st.builds(Contacts, st.none() | texts, st.none() | conditions),
    )


def leaves(conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Every kind of leaf; ``conditions`` stand inside those that hold conditions."""
    measured = measures(conditions)
    top = st.builds(Rank, measured, st.sampled_from(["top", "bottom"]), whole.map(Decimal), st.just(value=False))
    return st.one_of(
        comparisons(measured),
        top,
        st.builds(Rank, measured, st.just("top"), st.decimals("0.01", 100, places=2), st.just(value=True)),
        st.builds(
            lambda measure, low: Percentile(measure, Decimal(low), Decimal(low + 5)), measured, st.integers(0, 95)
        ),
        st.builds(FirstTime, facts(windows)),
        st.builds(lambda each, hits, span: Regularly(each, hits, hits + 2, span), facts(), st.integers(1, 50), spans),
        st.builds(Stopped, facts(), spans, st.none() | spans),
        st.builds(Restarted, facts(), spans, spans),
        _sequences(),
        st.builds(InSegment, texts, st.none() | days),
        st.builds(Moved, texts, st.sampled_from(["entered", "left"]), windows),
        st.builds(Consents, texts),
        st.builds(Reachable, texts, st.none() | texts),
        st.builds(lambda low, salt: Bucket(low, low + 3, low + 9, salt), whole, texts),
        st.builds(AllContacts, conditions, st.none() | texts),
        st.builds(AtAccount, conditions, st.none() | texts),
    )


def _of_depth(depth: int) -> st.SearchStrategy[Condition]:
    if depth == 0:
        return _opaque(comparisons(traits))
    inner = _of_depth(depth - 1)
    return _opaque(st.one_of(_opaque(leaves(inner)), _joined(inner), inner))


conditions: st.SearchStrategy[Condition] = _of_depth(6)
"""Random conditions of every kind, up to six levels deep."""
