"""Features of leads as arrays, each looked at before it may teach: whether it knows the outcome, and says anything."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.leads.features import Offer
from segmentry.science.conversion import leaks
from segmentry.science.inputs import FloatArray

MOST_WORDS = 60
"""Different words of a column, above which it names rather than describes."""
FAR_MORE_OFTEN = 0.1
"""Difference of the shares of told values, beyond its interval, from which an undated column was filled in later."""

_LEVELS = 12
_LEAST = 20
_SURELY = 3.2905267314919255
_FEWEST_EACH = 10

Block = list[tuple[str, FloatArray]]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Looked:
    """A feature that was looked at.

    Attributes:
        offer: The feature.
        block: Its columns by name; none where it is left out.
        reason: Why it is left out.
        leaks: Whether it knows the outcome.
        share: Share of the leads that teach of whom it is told, 0 to 1.
    """

    offer: Offer
    block: Block
    reason: str | None = None
    leaks: bool = False
    share: float = 0.0


def looked_at(
    offers: Sequence[Offer], columns: Mapping[str, Sequence[Any]], outcome: FloatArray, teaching: Flags
) -> list[Looked]:
    """Every feature, in the order of their bases as offered, with its columns or the reason why it is left out.

    Args:
        offers: The features.
        columns: Their values, numbers or words, None where not known, each of length n.
        outcome: 1 where a lead converted within the horizon, else 0, shape (n,).
        teaching: Leads that teach, shape (n,).
    """
    found: list[Looked] = []
    for offer in offers:
        if offer.reason is not None:
            found.append(Looked(offer, [], offer.reason))
            continue
        one = _looked(offer, columns[offer.home], outcome, teaching)
        same = None if one.reason else _said_before(one, found, columns, teaching)
        found.append(Looked(offer, [], f"It says no more than {same}.", share=one.share) if same else one)
    return found


def _looked(offer: Offer, values: Sequence[Any], outcome: FloatArray, teaching: Flags) -> Looked:
    there = np.array([each is not None for each in values], dtype=bool) & teaching
    if not there.any():
        return Looked(offer, [], "Nobody told it.")
    share = float(there.sum() / teaching.sum())
    block = _block(offer.name, values, teaching)
    knows = _knows(offer, block, there, outcome, teaching)
    if knows:
        return Looked(offer, [], f"It knows the outcome: {knows}.", leaks=True, share=share)
    whole = offer.known == "undated" or bool((there == teaching).all())
    dull = _dull(block, values, there, whole)
    if dull:
        return Looked(offer, [], dull, share=share)
    filled = [(name, _filled(each, teaching)) for name, each in block] if offer.known == "undated" else block
    return Looked(offer, filled, share=share)


def _block(name: str, values: Sequence[Any], teaching: Flags) -> Block:
    """A column of numbers as it is; of words one column for each of the frequent ones."""
    if is_number(values):
        return [(name, np.array([np.nan if each is None else float(each) for each in values]))]
    words = np.array(["" if each is None else str(each) for each in values], dtype=object)
    levels, counts = np.unique(words[teaching & (words != "")].astype(str), return_counts=True)
    order = [at for at in np.lexsort((levels, -counts))[:_LEVELS] if counts[at] >= _LEAST]
    return [
        (f"{name}={levels[at]}", np.where(words == "", np.nan, (words == levels[at]) * 1.0)) for at in sorted(order)
    ]


def is_number(values: Sequence[Any]) -> bool:
    """Whether the values that are known are numbers, not words."""
    known = [each for each in values if each is not None]
    return bool(known) and all(isinstance(each, int | float) and not isinstance(each, bool) for each in known)


def _knows(offer: Offer, block: Block, there: Flags, outcome: FloatArray, teaching: Flags) -> str | None:
    """How a column knows the outcome; None where it does not."""
    presence = np.where(there, 1.0, np.nan)
    whole = np.column_stack([presence, *(values for _, values in block)])[teaching]
    found = leaks(whole, outcome[teaching], ["whether it is told", *(name for name, _ in block)])
    if found:
        return found[0].reason
    return _filled_later(there[teaching], outcome[teaching]) if offer.known == "undated" else None


def _filled_later(there: Flags, came: FloatArray) -> str | None:
    """Whether an undated value is told far more often of one outcome; 99.9 % interval of the difference of shares."""
    sides = [there[came == 1], there[came == 0]]
    if min(side.size for side in sides) < _FEWEST_EACH:
        return None
    shares = [float(side.mean()) for side in sides]
    error = math.sqrt(sum(share * (1 - share) / side.size for share, side in zip(shares, sides, strict=True)))
    if abs(shares[0] - shares[1]) - _SURELY * error <= FAR_MORE_OFTEN:
        return None
    return (
        f"nobody says when it was told, and it is told of {shares[0]:.0%} of converted leads and {shares[1]:.0%} of "
        "others"
    )


def _dull(block: Block, values: Sequence[Any], there: Flags, whole: bool) -> str | None:
    """Why a column says nothing that can be learned; where ``whole``, being told is nothing to learn from either."""
    different = {values[at] for at in np.flatnonzero(there).tolist()}
    if len(different) == 1 and whole:
        return "It is the same for everybody of whom it is told."
    if not is_number(values) and len(different) > MOST_WORDS:
        return f"It has {len(different):,} different words; {MOST_WORDS} at most describe a lead."
    return None if block else "Its words are all too rare."


def _filled(values: FloatArray, teaching: Flags) -> FloatArray:
    """An undated column without its gaps, so that whether it is told never teaches."""
    known = values[teaching & ~np.isnan(values)]
    return np.where(np.isnan(values), float(known.mean()) if known.size else 0.0, values)


def _said_before(
    one: Looked, others: Sequence[Looked], columns: Mapping[str, Sequence[Any]], teaching: Flags
) -> str | None:
    """An earlier feature of the same basis from which this one follows."""
    values = columns[one.offer.home]
    for other in others:
        if other.reason is not None or other.offer.basis is not one.offer.basis:
            continue
        if _follows(columns[other.offer.home], values, teaching):
            return other.offer.name
    return None


def _follows(first: Sequence[Any], second: Sequence[Any], teaching: Flags) -> bool:
    """Whether each value of the first has one value of the second; numbers only where both are equal."""
    if is_number(first) or is_number(second):
        return all(first[at] == second[at] for at in np.flatnonzero(teaching).tolist())
    meant: dict[Any, Any] = {}
    return all(meant.setdefault(first[at], second[at]) == second[at] for at in np.flatnonzero(teaching).tolist())
