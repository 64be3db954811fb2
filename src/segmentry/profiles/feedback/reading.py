"""Texts as they are read: language, sentiment and themes of each, and themes held against groups of customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.feedback.spec import FeedbackSpec
from segmentry.science.assumptions import go_together
from segmentry.science.effects import holm, nominal_effect
from segmentry.science.inputs import FloatArray
from segmentry.science.satisfaction import wilson
from segmentry.science.sentiment import Read, agreement, joined, rated, read
from segmentry.science.themes import Themes, find_themes
from segmentry.terms.numbers import Estimate, NotEstimable

UNKNOWN = "(unknown)"
UNREAD = "(not read)"
CLAIM = 0.05
"""Probability, corrected for all cells, below which a group is said to differ."""

_FEWEST = 20
_MOST_GROUPS = 50


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as they were read.

    Attributes:
        reads: Language, words and sentiment of each, length n.
        sentiment: Sentiment of words joined with ratings, NaN where neither tells, shape (n,).
        stars: Ratings brought to -1 to 1, NaN where there is none, shape (n,).
        main: Place of the main theme, -1 for none, shape (n,).
        names: Name of each theme; none where the themes are not to be relied on.
        themes: The themes, or why there are none.
    """

    reads: tuple[Read, ...]
    sentiment: FloatArray
    stars: FloatArray
    main: NDArray[np.int64]
    names: tuple[str, ...]
    themes: Themes | NotEstimable


def read_texts(
    texts: Sequence[str],
    languages: Sequence[str | None],
    ratings: FloatArray,
    of_customers: NDArray[np.bool_],
    spec: FeedbackSpec,
) -> Texts:
    """Every text read, and the themes of those that customers wrote in English.

    Args:
        texts: The texts, length n.
        languages: Language as the source tells it, length n.
        ratings: Rating with the ends of its scale, NaN where there is none, shape (n, 3).
        of_customers: Which were written by customers, shape (n,).
        spec: Numbers of themes to try, and words that say nothing.
    """
    seen: dict[tuple[str, str | None], Read] = {}
    for pair in zip(texts, languages, strict=True):
        if pair not in seen:
            seen[pair] = read(*pair)
    reads = tuple(seen[pair] for pair in zip(texts, languages, strict=True))
    words = np.array([each.sentiment if isinstance(each.sentiment, float) else np.nan for each in reads])
    stars = rated(ratings[:, 0], ratings[:, 1], ratings[:, 2])
    whole = joined(words, stars)
    english = np.flatnonzero(of_customers & np.array([each.language == "en" for each in reads], dtype=bool))
    main = np.full(len(texts), -1, dtype=np.int64)
    found = find_themes(
        [texts[int(place)] for place in english], candidates=spec.theme_counts, stop_words=spec.silent_words
    )
    if isinstance(found, NotEstimable) or not found.stable:
        return Texts(reads, whole, stars, main, (), found)
    main[english] = found.main
    return Texts(reads, whole, stars, main, _names(found), found)


def _names(found: Themes) -> tuple[str, ...]:
    names: list[str] = []
    for each in found.themes:
        name = ", ".join(each.terms[:3])
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return tuple(names)


def read_rows(texts: Texts, told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of `FEEDBACK_READ`.

    Args:
        texts: The texts as they were read.
        told: ``source``, ``feedback_id``, ``customer_id`` and ``given_at`` of each, length n.
    """
    rows = []
    for row, own, whole, main in zip(told, texts.reads, texts.sentiment, texts.main, strict=True):
        refused = isinstance(own.sentiment, NotEstimable)
        rows.append(
            {name: row[name] for name in ("source", "feedback_id", "customer_id", "given_at")}
            | {
                "language": own.language,
                "words": own.words,
                "sentiment_of_words": None if refused else own.sentiment,
                "sentiment": None if np.isnan(whole) else float(whole),
                "theme": texts.names[main] if main >= 0 and texts.names else None,
                "reason": str(own.sentiment.reason) if isinstance(own.sentiment, NotEstimable) else None,
            }
        )
    return rows


def language_rows(reads: Sequence[Read], stars: FloatArray, unread: int) -> list[dict[str, Any]]:
    """Rows of `FEEDBACK_LANGUAGES`.

    Args:
        reads: Texts that were read.
        stars: Their ratings from -1 to 1, NaN where there is none, shape (n,).
        unread: Older texts that were not.
    """
    counts = Counter(each.language or UNKNOWN for each in reads)
    pairs: dict[str, list[tuple[float, float]]] = {}
    for own, points in zip(reads, stars.tolist(), strict=True):
        if isinstance(own.sentiment, float) and not np.isnan(points):
            pairs.setdefault(own.language or UNKNOWN, []).append((own.sentiment, points))
    if unread:
        counts[UNREAD] = unread
    whole = sum(counts.values())
    return [
        {"language": name, "texts": count, "share": count / whole, "read": name == "en"}
        | _agreeing(pairs.get(name, []))
        for name, count in sorted(counts.items())
    ]


def _agreeing(pairs: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """How far sentiment by words goes with the stars beside it, with the interval where there are enough texts."""
    words, stars = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    found = agreement(words, stars) if pairs else NotEstimable("no text has a rating")
    told: dict[str, Any] = {"rated": len(pairs)}
    if isinstance(found, NotEstimable):
        return told
    measured = go_together(words, stars)
    if isinstance(measured, NotEstimable):
        return told | {"agreement": found}
    return told | {"agreement": found, "agreement_low": measured.estimate.low, "agreement_high": measured.estimate.high}


def theme_rows(texts: Texts) -> list[dict[str, Any]]:
    """Rows of `FEEDBACK_THEMES`: themes that lead in a text; those not to be relied on say so and make no trait."""
    found = texts.themes
    if isinstance(found, NotEstimable):
        reason = f"{found.reason[0].upper()}{found.reason[1:]}."
        return [{"theme": "", "texts": 0, "stable": False, "reason": reason}]
    english = [place for place, each in enumerate(texts.reads) if each.language == "en"]
    rows = []
    for place, (name, theme) in enumerate(zip(_names(found), found.themes, strict=True)):
        size = int((found.main == place).sum())
        if not size:
            continue
        own = texts.sentiment[texts.main == place] if found.stable else np.zeros(0)
        own = own[~np.isnan(own)]
        rows.append(
            {
                "theme": name,
                "terms": ", ".join(theme.terms),
                "texts": size,
                "share": theme.share,
                "sentiment": float(own.mean()) if own.size else None,
                "stability": theme.stability,
                "stable": found.stable,
                "reason": f"{found.reason} {len(english)} English texts.",
            }
        )
    return rows


def link_rows(
    texts: Texts, dimensions: Mapping[str, Sequence[str | None]], counted: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Rows of `FEEDBACK_THEME_LINKS`: each theme in each group, against all others, corrected for all cells (Holm).

    Args:
        texts: The texts as they were read.
        dimensions: Value of each dimension for each text, None where it is not known.
        counted: Texts that count: the newest of each customer, so that nobody speaks twice, shape (n,).
    """
    cells = [
        cell
        for name, values in sorted(dimensions.items())
        for cell in _cells(texts, name, np.asarray(values, dtype=object), counted)
    ]
    if not cells:
        return []
    chances = holm([cell["chance"] for cell in cells])
    return [
        cell | {"chance": float(chance), "claimed": bool(chance < CLAIM)}
        for cell, chance in zip(cells, chances, strict=True)
    ]


def _cells(texts: Texts, name: str, values: NDArray[Any], counted: NDArray[np.bool_]) -> list[dict[str, Any]]:
    known = counted & (texts.main >= 0) & np.array([each is not None for each in values], dtype=bool)
    main = texts.main[known]
    groups, codes = np.unique(values[known].astype(str), return_inverse=True)
    table = np.zeros((groups.size, len(texts.names)))
    np.add.at(table, (codes, main), 1)
    large = table.sum(axis=1) >= _FEWEST
    table, groups = table[large], groups[large]
    if not 2 <= groups.size <= _MOST_GROUPS:
        return []
    strength = nominal_effect(table).size
    return [
        _cell(table, (row, column), strength) | {"theme": theme, "dimension": name, "value": str(group)}
        for row, group in enumerate(groups)
        for column, theme in enumerate(texts.names)
        if (texts.main == column).any()
    ]


def _cell(table: FloatArray, place: tuple[int, int], strength: float) -> dict[str, Any]:
    row, column = place
    here, size = float(table[row, column]), float(table[row].sum())
    there, rest = float(table[:, column].sum()) - here, float(table.sum()) - size
    share = wilson(here, size)
    assert isinstance(share, Estimate)
    return {
        "texts": int(size),
        "with_theme": int(here),
        "share": share.value,
        "low": share.low,
        "high": share.high,
        "others": there / rest,
        "chance": nominal_effect([[here, size - here], [there, rest - there]]).p,
        "strength": strength,
    }
