"""Typing rules as definitions: what science found, written in the language that people read."""

from __future__ import annotations

from collections.abc import Mapping

from segmentry.science.cut_trees import Conjunction, Threshold
from segmentry.science.typing_rules import SegmentRule, TypingRules
from segmentry.segments.tree import And, Compare, Condition, Definition, Or, Trait


def rule_condition(rule: SegmentRule) -> Condition | None:
    """The rule of one segment as a condition; None where the rules never name the segment.

    A conjunction without thresholds is true of everybody whose first variable is known, and is refused with None too:
    a rule for everybody tells nothing.
    """
    parts = [_conjunction(each) for each in rule.conjunctions if each]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _conjunction(conjunction: Conjunction) -> Condition:
    parts = tuple(_comparison(threshold) for threshold in conjunction)
    return parts[0] if len(parts) == 1 else And(parts)


def _comparison(threshold: Threshold) -> Condition:
    return Compare(Trait(threshold.variable), ">" if threshold.above else "<=", threshold.cut)


def rule_definitions(
    rules: TypingRules, ids: Mapping[int, str], names: Mapping[int, str], timezone: str = "UTC"
) -> tuple[Definition, ...]:
    """A definition for each segment the rules name; its members are those whom the rules give the segment.

    Args:
        rules: What science found; its variables are names of traits.
        ids: Id of the definition of each label.
        names: Name of the segment of each label.
        timezone: Zone of the definitions.

    Returns:
        Definitions in the order of the rules; segments the rules never name are left out.
    """
    found = [(rule, rule_condition(rule)) for rule in rules.rules]
    return tuple(
        Definition(
            id=ids[rule.label],
            name=names[rule.label],
            where=condition,
            timezone=timezone,
            description=agreement_text(rule),
        )
        for rule, condition in found
        if condition is not None
    )


def agreement_text(rule: SegmentRule) -> str:
    """How far the rule and the segment agree, measured on customers the rule was not made from."""
    if not isinstance(rule.precision_out, float) or not isinstance(rule.recall_out, float):
        return "A readable approximation; how well it does on other customers could not be measured."
    return (
        f"A readable approximation: of those it names, {rule.precision_out:.0%} belong to the segment; "
        f"it names {rule.recall_out:.0%} of the segment (customers not used to make the rule)."
    )
