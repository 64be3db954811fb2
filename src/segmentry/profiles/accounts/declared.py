"""What a workspace declares for a module: read from its section of the settings, all mistakes at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting that a section may hold.

    Attributes:
        kind: ``number``, ``whole number``, ``yes or no``, ``word``, ``words`` or ``numbers by name``.
        low: Smallest number allowed.
        high: Largest number allowed.
    """

    kind: str
    low: float = 0.0
    high: float = float("inf")


def read_declared(section: str, given: Mapping[str, Any], known: Mapping[str, Declared]) -> dict[str, Any]:
    """The settings of a section in the shape a spec takes: lists as tuples, mappings as sorted pairs.

    Args:
        section: Name of the section.
        given: What stands there.
        known: What may stand there.

    Raises:
        SettingsError: with every setting that is unknown or wrong.
    """
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        where = f"[{section}], {name}"
        if name not in known:
            hint = near_miss(name, known) or f"Known are {', '.join(sorted(known))}."
            problems.append(Problem("SETTING_UNKNOWN", "There is no such setting", where, shorten(value), hint))
        elif not _fits(value, known[name]):
            problems.append(
                Problem("SETTING_WRONG", "It is of another shape", where, shorten(value), _ask(known[name]))
            )
        else:
            values[name] = _frozen(value)
    if problems:
        raise SettingsError(problems)
    return values


def _fits(value: Any, rule: Declared) -> bool:
    if rule.kind == "yes or no":
        return isinstance(value, bool)
    if rule.kind == "word":
        return isinstance(value, str) and bool(value.strip())
    if rule.kind == "words":
        return isinstance(value, list | tuple) and all(isinstance(each, str) and each.strip() for each in value)
    if rule.kind == "numbers by name":
        return isinstance(value, Mapping) and all(
            isinstance(name, str) and _is_number(each, rule) for name, each in value.items()
        )
    return _is_number(value, rule) and (rule.kind != "whole number" or isinstance(value, int))


def _is_number(value: Any, rule: Declared) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and rule.low <= value <= rule.high


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted((name, float(each)) for name, each in value.items()))
    return tuple(value) if isinstance(value, list | tuple) else value


def _ask(rule: Declared) -> str:
    numbers = rule.kind in ("number", "whole number", "numbers by name")
    return f"Give {rule.kind}{f' from {rule.low:g} to {rule.high:g}' if numbers else ''}."
