"""Names and one-sentence descriptions of found segments, from the variables that mark them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from segmentry.discovery.variables import Variable
from segmentry.science.inputs import FloatArray, IntArray

_WORDS_OF_A_NAME = 2

TELLING_SHARE = 0.05
"""A level is told of in a description where its share lies that far from the base's."""


def names(variables: Sequence[Variable], differences: FloatArray, markers: NDArray[np.bool_]) -> tuple[str, ...]:
    """One name per segment: its strongest markers as adjectives; more of them where two names would be equal.

    Args:
        variables: The variables that made the segments.
        differences: Standardized differences from the base, shape (segments, variables).
        markers: Which variables mark which segment, shape (segments, variables).
    """
    found: list[str] = []
    for place in range(differences.shape[0]):
        order = _telling(variables, differences[place])
        words = [_adjective(variables[each], differences[place, each]) for each in order]
        marked = int(markers[place, order].sum())
        name = _joined(words[: min(_WORDS_OF_A_NAME, marked)])
        length = max(min(_WORDS_OF_A_NAME, marked), 0)
        while name in found and length < len(words):
            length += 1
            name = _joined(words[:length])
        found.append(name if name not in found else _another(name, found))
    return tuple(found)


def _another(name: str, found: Sequence[str]) -> str:
    """A name of its own for a segment whose words are another's: a letter, since a number would read as a count."""
    return next(each for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ" * 3 if (each := f"{name}, group {letter}") not in found)


def _telling(variables: Sequence[Variable], differences: FloatArray) -> IntArray:
    """Places of the variables, the strongest first; a level that members do not show tells less than one they do."""
    order = np.argsort(-np.abs(differences), kind="stable")
    shown = [each for each in order if not variables[each].source or differences[each] > 0]
    return np.array(shown or order, dtype=np.int64)


def _adjective(variable: Variable, difference: float) -> str:
    return variable.words[int(difference > 0)]


def _joined(words: Sequence[str]) -> str:
    if not words:
        return "Average customers"
    text = ", ".join(words)
    return f"{text[0].upper()}{text[1:]} customers"


def describe(
    variables: Sequence[Variable], typical: FloatArray, base: FloatArray, customers: int, share: float, unit: str
) -> str:
    """One sentence: how many they are and what is typical of them, the base's figure in brackets.

    Args:
        variables: The variables that made the segments.
        typical: Medians of the members, or their share where a variable says yes or no to a level; shape (variables,).
        base: The same of the base, shape (variables,).
        customers: Number of members.
        share: Their share of the base.
        unit: Currency of the amounts.
    """
    clauses = [
        _clause(variable, value, usual, unit)
        for variable, value, usual in zip(variables, typical, base, strict=True)
        if not variable.source or abs(value - usual) >= TELLING_SHARE
    ]
    told = "medians and shares" if any(variable.source for variable in variables) else "medians"
    return f"{customers:,} customers ({share:.0%} of the base): {', '.join(clauses)} ({told}; the base's in brackets)."


def _clause(variable: Variable, value: float, usual: float, unit: str) -> str:
    if variable.source:
        return f"{variable.level} ({variable.source.replace('_', ' ')}) {value:.0%} [{usual:.0%}]"
    told = f"{_number(value)} [{_number(usual)}]"
    if variable.phrase:
        return variable.phrase.format(value=told, unit=unit)
    return f"{variable.name.replace('_', ' ')} {told}"


def _number(value: float) -> str:
    if not np.isfinite(value):
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"
