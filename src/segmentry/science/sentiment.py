"""How favorable words are: English by a lexicon with negation and intensifiers, joined with ratings that are told.

A sentence's words add up and are brought to -1 to 1 by s / sqrt(s^2 + 15); a negation up to three words before turns a
word to -0.74 of its strength; what follows ``but`` weighs 1.5 and what precedes it 0.5 (Hutto & Gilbert 2014). Words of
another language say nothing to an English lexicon, so such texts are not estimable rather than neutral.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from segmentry.science.inputs import FloatArray, Inputs
from segmentry.science.languages import told_language, words_of
from segmentry.science.sentiment_words import INTENSIFIERS, NEGATIONS, STRENGTHS
from segmentry.terms.errors import EstimationError, Problem
from segmentry.terms.numbers import NotEstimable

_ALPHA = 15.0
_TURNED = -0.74
_REACH = 3
_FEWEST_AGREED = 10
_BEFORE_BUT, _AFTER_BUT = 0.5, 1.5
_BUT = frozenset(("but", "however", "although", "though"))
_SENTENCE = re.compile(r"[.!?;\n]+")
_ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Read:
    """A text as it was read.

    Attributes:
        language: ISO 639 code; None where it is not told.
        words: Number of words.
        sentiment: From -1 (blame) to 1 (praise), or why none can be told.
    """

    language: str | None
    words: int
    sentiment: float | NotEstimable


def read(text: str | None, language: str | None = None) -> Read:
    """Language, length and sentiment of one text.

    Args:
        text: The text as it was written; markup is passed over.
        language: Its language as the source tells it; told by the words where left out.
    """
    if text is None or not text.strip():
        return Read(None, 0, NotEstimable("there are no words"))
    words = words_of(text)
    count = len(words)
    spoken = _declared(language) or told_language(text) or _by_lexicon(words)
    if spoken is None:
        return Read(None, count, NotEstimable("the words do not tell the language"))
    if spoken != _ENGLISH:
        return Read(spoken, count, NotEstimable(f"the lexicon is English and the text is {spoken}"))
    if not count:
        return Read(spoken, 0, NotEstimable("there are no words"))
    return Read(spoken, count, _strength(text))


def sentiment(text: str | None, language: str | None = None) -> float | NotEstimable:
    """Sentiment of one text from -1 to 1; 0 where English words neither praise nor blame.

    Args:
        text: The text.
        language: Its language as the source tells it; told by the words where left out.
    """
    return read(text, language).sentiment


def rated(ratings: ArrayLike, lowest: ArrayLike, highest: ArrayLike) -> FloatArray:
    """Ratings brought to -1 to 1; NaN where none was given, where it leaves its scale, or where there is no scale.

    Args:
        ratings: Shape (n,), NaN where not given.
        lowest: Lowest point of each scale, shape (n,).
        highest: Highest point of each scale, shape (n,).

    Raises:
        EstimationError: unequal lengths.
    """
    values, low, high = (np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (ratings, lowest, highest))
    if not values.shape == low.shape == high.shape:
        given = f"{values.shape}, {low.shape} and {high.shape}"
        raise EstimationError(Problem("LENGTH_MISMATCH", "The lengths differ", "rated", given, "Give one row each."))
    fine = (high > low) & (values >= low) & (values <= high)
    spread = np.where(fine, high - low, 1.0)
    return np.where(fine, 2.0 * (values - low) / spread - 1.0, np.nan)


def joined(words: ArrayLike, ratings: ArrayLike) -> FloatArray:
    """Sentiment by words and by ratings in one: the mean where both are told, else the one that is; NaN for neither.

    Args:
        words: From -1 to 1, NaN where not estimable, shape (n,).
        ratings: From -1 to 1, NaN where not given, shape (n,).
    """
    both = np.vstack([np.asarray(words, dtype=np.float64), np.asarray(ratings, dtype=np.float64)])
    known = ~np.isnan(both)
    count = known.sum(axis=0)
    total = np.where(known, both, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))


def agreement(words: ArrayLike, ratings: ArrayLike) -> float | NotEstimable:
    """Spearman's rank correlation of sentiment by words with ratings, ties sharing their mean rank.

    Args:
        words: Sentiment by words, shape (n,).
        ratings: Ratings, shape (n,).

    Returns:
        From -1 to 1; not estimable from fewer than ten texts, as two always agree or disagree wholly.

    Raises:
        EstimationError: missing values or unequal lengths.
    """
    from segmentry.science.effects import mid_ranks

    inputs = Inputs("agreement", {"words": words, "ratings": ratings})
    inputs.raise_problems()
    if inputs["words"].size < _FEWEST_AGREED:
        return NotEstimable(f"{inputs['words'].size} texts with a rating, {_FEWEST_AGREED} are needed")
    ranks = [mid_ranks(inputs[name]) for name in ("words", "ratings")]
    first, second = (each - each.mean() for each in ranks)
    spread = math.sqrt(float((first**2).sum()) * float((second**2).sum()))
    if not spread > 0:
        return NotEstimable("one of them does not vary")
    return float((first * second).sum()) / spread


def _declared(language: str | None) -> str | None:
    code = (language or "").strip().lower().replace("_", "-").split("-")[0]
    named = {"english": "en", "eng": "en"}
    return named.get(code, code) or None


def _by_lexicon(words: Sequence[str]) -> str | None:
    """English where half of a few words, or more, are words of the lexicon: 'Great fit' has no stop word."""
    known = sum(word in STRENGTHS for word in words)
    return _ENGLISH if words and 2 * known >= len(words) else None


def _strength(text: str) -> float:
    total = sum(_sentence(words_of(part)) for part in _SENTENCE.split(text))
    return total / math.sqrt(total * total + _ALPHA)


def _sentence(words: Sequence[str]) -> float:
    turn = next((place for place, word in enumerate(words) if word in _BUT and place > 0), None)
    total = 0.0
    for place, word in enumerate(words):
        strength = STRENGTHS.get(word)
        if strength is None:
            continue
        before = words[max(0, place - _REACH) : place]
        if before:
            strength *= INTENSIFIERS.get(before[-1], 1.0)
        if any(each in NEGATIONS for each in before):
            strength *= _TURNED
        weight = 1.0 if turn is None else _BEFORE_BUT if place < turn else _AFTER_BUT
        total += weight * strength
    return total
