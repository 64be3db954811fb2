"""Conditions on the course of behavior: sequences and the verbs of the life cycle."""

from __future__ import annotations

from dataclasses import dataclass

from segmentry.segments.tree.base import Condition, Node
from segmentry.segments.tree.measures import Facts
from segmentry.segments.tree.time import Span, Window


@dataclass(frozen=True, slots=True)
class Step(Node):
    """One later step of a sequence; gaps are elapsed time, so a day is 24 hours here and months are refused.

    Attributes:
        facts: The fact that must follow, strictly later than the step before; it carries no window of its own.
        within: Longest gap since the step before; None for any.
        after: Shortest gap since the step before; None for any.
        without: Facts none of which may lie strictly between; None for any.
    """

    facts: Facts
    within: Span | None = None
    after: Span | None = None
    without: Facts | None = None


@dataclass(frozen=True, slots=True)
class Sequence(Condition):
    """Facts that followed one another.

    Attributes:
        first: The fact it begins with.
        steps: What follows, in order; may be empty only where ``never`` is given.
        never: Facts that must not follow the last step, within ``never_within``; that span must have passed.
        never_within: How long after the last step; given together with ``never``.
        window: When all steps lie; None for ever.
    """

    first: Facts
    steps: tuple[Step, ...]
    never: Facts | None = None
    never_within: Span | None = None
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class FirstTime(Condition):
    """The first such fact ever lies in the window of ``facts``.

    Attributes:
        facts: Which facts; the window says when the first must lie, and must be given.
    """

    facts: Facts


@dataclass(frozen=True, slots=True)
class Regularly(Condition):
    """Facts in at least ``hits`` of the last ``periods`` periods, laid end to end back from the as-of.

    Attributes:
        facts: Which facts; without a window of their own.
        hits: In how many periods at least.
        periods: Of how many.
        span: Length of one period.
    """

    facts: Facts
    hits: int
    periods: int
    span: Span


@dataclass(frozen=True, slots=True)
class Stopped(Condition):
    """No such fact in the last ``silence``, but at least one in the span ``active`` before it.

    Attributes:
        facts: Which facts; without a window of their own.
        silence: How long nothing came.
        active: How far back before the silence something came; None for ever.
    """

    facts: Facts
    silence: Span
    active: Span | None = None


@dataclass(frozen=True, slots=True)
class Restarted(Condition):
    """A fact in the last ``recent``, none in the span ``silence`` before it, and at least one before that.

    Attributes:
        facts: Which facts; without a window of their own.
        recent: How far back the new start lies at most.
        silence: How long nothing had come.
    """

    facts: Facts
    recent: Span
    silence: Span
