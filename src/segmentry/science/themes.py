"""What texts are about: TF-IDF and non-negative matrix factorization, with the number of themes chosen by stability.

Lee & Seung 1999 for the factorization, Salton & Buckley 1988 for the weights. Themes of any text can be computed; they
are claimed only if they come back from other starts and other halves of the texts (matched cosine, as Greene,
O'Callaghan & Cunningham 2014 compare term rankings), and say more of the texts than of texts whose words were dealt out
anew, in which words go together by chance alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segmentry.science.inputs import FloatArray
from segmentry.science.threads import one_blas_thread
from segmentry.terms.errors import EstimationError, Problem, shorten
from segmentry.terms.numbers import NotEstimable

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STABLE = 0.8
"""Mean matched cosine from which themes are called stable."""

_STABLE_EACH = 0.6
"""The least that each single theme must have."""

FEWEST_TEXTS = 50
"""Texts below which no themes are sought."""

LOOKED_AT = 4_000
"""Texts on which the number of themes is chosen; they are fitted on as many as `LEARNED_FROM`, and told of all."""

LEARNED_FROM = 20_000
_TERMS = 1_500
_SHOWN = 8
_LEAST_TEXTS = 5
_SHUFFLES = 4
_BEYOND = 1.05
_DOMINANT = 1e-9


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme.

    Attributes:
        terms: The words that mark it, the strongest first; each stands in at least five texts.
        share: Share of the texts with words whose main theme it is.
        stability: Mean cosine with its counterpart in other starts and halves.
    """

    terms: tuple[str, ...]
    share: float
    stability: float


@dataclass(frozen=True, slots=True)
class Themes:
    """Themes of a set of texts.

    Attributes:
        themes: The themes, the most frequent first.
        main: Place of each text's main theme, -1 where no known word tells one, shape (n,).
        weights: Weight of each theme in each text, rows adding up to 1 or all 0, shape (n, k).
        tried: Number of themes tried with the stability of each.
        stability: Mean matched cosine of those chosen.
        stable: Whether they are stable and beyond chance.
        explained: Share of the squared TF-IDF weights that the themes explain.
        chance: Largest such share in texts whose words were dealt out anew.
        reason: In words, why so many, or why they are not to be relied on.
    """

    themes: tuple[Theme, ...]
    main: NDArray[np.int64]
    weights: FloatArray
    tried: tuple[tuple[int, float], ...]
    stability: float
    stable: bool
    explained: float
    chance: float
    reason: str


def find_themes(
    texts: Sequence[str],
    *,
    candidates: Sequence[int] = (2, 3, 4, 5, 6, 8, 10),
    seeds: int = 4,
    stop_words: Sequence[str] = (),
    random_state: int = 0,
) -> Themes | NotEstimable:
    """Themes of texts of one language; the largest number of themes that is stable.

    Args:
        texts: The texts, length n; several of one person should be joined into one or all but the newest left out.
        candidates: Numbers of themes to try, 2 or more each.
        seeds: Starts, each on its own half of the texts, that are compared pair by pair, 2 or more.
        stop_words: Further words that say nothing, beside the usual English ones.
        random_state: Start of the random numbers.

    Returns:
        The themes, which say themselves whether they are stable; not estimable from too few texts or words.

    Raises:
        EstimationError: no candidates of two or more, fewer than two seeds.
    """
    tried = sorted(set(candidates))
    _check(tried, seeds)
    order = np.argsort(np.asarray(texts, dtype=object).astype(str), kind="stable") if len(texts) else np.zeros(0, int)
    matrix, terms = _weighed([texts[int(place)] for place in order], stop_words)
    filled = np.flatnonzero(np.diff(matrix.indptr) > 0) if matrix is not None else np.zeros(0, dtype=np.int64)
    possible = [k for k in tried if 2 * k <= len(terms)]
    if matrix is None or filled.size < FEWEST_TEXTS or not possible:
        return NotEstimable(
            f"{filled.size} texts with words that at least {_LEAST_TEXTS} of them use; {FEWEST_TEXTS} are needed"
        )
    raw, matrix = matrix, _unit(matrix)
    places = _evenly(filled, LOOKED_AT)
    sample = matrix[places]
    with one_blas_thread():
        stabilities = [(k, _stability(sample, k, seeds, random_state)) for k in possible]
        chosen, whole = _chosen(stabilities)
        learned = matrix[_evenly(filled, LEARNED_FROM)]
        _, parts = _factors(learned, chosen, random_state)
        weights = _placed(matrix, parts)
        explained = _explained(sample, chosen, random_state)
        worlds = (_unit(_dealt(raw[places], random_state + 1 + each)) for each in range(_SHUFFLES))
        chance = max(_explained(world, chosen, random_state) for world in worlds)
    found = _described(weights, parts, terms, whole, order)
    stable = _is_stable(whole) and explained > _BEYOND * chance
    known = tuple((k, float(each.mean())) for k, each in stabilities)
    reason = _reason(whole, explained, chance)
    return Themes(found[0], found[1], found[2], known, float(whole.mean()), bool(stable), explained, chance, reason)


def _check(candidates: Sequence[int], seeds: int) -> None:
    problems = []
    if not candidates or candidates[0] < 2:
        what, step = "Themes are sought in numbers of two or more", "Give numbers such as 3, 5 and 8."
        problems.append(Problem("NUMBER_WRONG", what, "find_themes, candidates", shorten(candidates), step))
    if seeds < 2:
        what, step = "Stability is told by two starts or more", "Give 4."
        problems.append(Problem("NUMBER_WRONG", what, "find_themes, seeds", str(seeds), step))
    if problems:
        raise EstimationError(problems)


def _weighed(texts: Sequence[str], stop_words: Sequence[str]) -> tuple[csr_matrix | None, tuple[str, ...]]:
    """TF-IDF of words that several texts use; None where there are no such words."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    from segmentry.science.languages import words_of

    silent = ENGLISH_STOP_WORDS | {each.lower() for each in stop_words}

    def spoken(text: str) -> list[str]:
        return [word for word in words_of(text) if len(word) > 2 and word not in silent and "'" not in word]

    least = min(_LEAST_TEXTS, max(len(texts), 1))
    most = max(0.7, least / max(len(texts), 1))
    model = TfidfVectorizer(
        analyzer=spoken, min_df=least, max_df=most, max_features=_TERMS, sublinear_tf=True, norm=None
    )
    try:
        matrix = model.fit_transform(texts)
    except ValueError:  # nothing but stop words, or no word that enough texts share
        return None, ()
    return matrix, tuple(model.get_feature_names_out())


def _evenly(places: NDArray[Any], most: int) -> NDArray[Any]:
    return places[:: -(-places.size // most)]


def _factors(matrix: csr_matrix, k: int, seed: int, start: str = "nndsvda") -> tuple[FloatArray, FloatArray]:
    """Weights of themes in texts and of terms in themes, each theme of length 1."""
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(k, init=start, random_state=seed, max_iter=300, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = model.fit_transform(matrix)
    parts = np.asarray(model.components_, dtype=np.float64)
    lengths = np.linalg.norm(parts, axis=1)
    lengths = np.where(lengths > 0, lengths, 1.0)
    return np.asarray(weights * lengths, dtype=np.float64), parts / lengths[:, None]


def _stability(matrix: csr_matrix, k: int, seeds: int, random_state: int) -> FloatArray:
    """Mean cosine of each theme of the whole with its counterpart in each start on a half, shape (k,)."""
    from scipy.optimize import linear_sum_assignment

    _, whole = _factors(matrix, k, random_state)
    cosines = []
    for seed in range(seeds):
        half = np.random.default_rng([random_state, k, seed]).permutation(matrix.shape[0])[: matrix.shape[0] // 2]
        _, parts = _factors(matrix[np.sort(half)], k, random_state + 1 + seed, "nndsvdar")
        alike = whole @ parts.T
        rows, columns = linear_sum_assignment(-alike)
        cosines.append(alike[rows, columns])
    return np.asarray(np.mean(cosines, axis=0))


def _chosen(stabilities: Sequence[tuple[int, FloatArray]]) -> tuple[int, FloatArray]:
    """The largest number whose themes are stable; where none are, the number whose themes are most so."""
    stable = [each for each in stabilities if _is_stable(each[1])]
    return stable[-1] if stable else max(stabilities, key=lambda each: (float(each[1].mean()), -each[0]))


def _placed(matrix: csr_matrix, parts: FloatArray) -> FloatArray:
    """Weights of the themes in every text, by non-negative least squares; rows add up to 1 or are all 0."""
    from sklearn.decomposition import non_negative_factorization

    weights = np.zeros((matrix.shape[0], parts.shape[0]))
    filled = np.flatnonzero(np.diff(matrix.indptr) > 0)
    found, _, _ = non_negative_factorization(
        matrix[filled],
        H=np.ascontiguousarray(parts),
        n_components=parts.shape[0],
        init="custom",
        update_H=False,
        tol=1e-3,
    )
    weights[filled] = found
    totals = weights.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(weights, totals, out=np.zeros_like(weights), where=totals > _DOMINANT))


def _explained(matrix: csr_matrix, k: int, seed: int) -> float:
    """1 - |X - WH|^2 / |X|^2, without filling the matrix."""
    weights, parts = _factors(matrix, k, seed)
    squares = float(matrix.multiply(matrix).sum())
    common = float(np.sum(np.asarray(matrix @ parts.T) * weights))
    told = float(np.sum((weights.T @ weights) * (parts @ parts.T)))
    return 1.0 - (squares - 2.0 * common + told) / squares


def _dealt(matrix: csr_matrix, seed: int) -> csr_matrix:
    """The same words in the same numbers of texts, dealt out anew: long texts get more of them, none gets one twice.

    Drawn without replacement by exponential keys over the length of the text (Efraimidis & Spirakis 2006).
    """
    from scipy.sparse import csc_matrix

    random = np.random.default_rng(seed)
    columns = csc_matrix(matrix)
    lengths = np.maximum(np.diff(matrix.indptr), 0.5)
    owners = np.empty_like(columns.indices)
    for start, end in pairwise(columns.indptr):
        keys = random.exponential(size=lengths.size) / lengths
        owners[start:end] = np.argpartition(keys, min(end - start, keys.size - 1))[: end - start]
        columns.data[start:end] = random.permutation(columns.data[start:end])
    return csc_matrix((columns.data, owners, columns.indptr), shape=matrix.shape).tocsr()


def _unit(matrix: csr_matrix) -> csr_matrix:
    """Rows of length 1, or empty."""
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    brought = matrix.copy()
    brought.data = brought.data * np.repeat(scale, np.diff(brought.indptr))
    return brought


def _described(
    weights: FloatArray, parts: FloatArray, terms: Sequence[str], stability: FloatArray, order: NDArray[Any]
) -> tuple[tuple[Theme, ...], NDArray[np.int64], FloatArray]:
    """Themes by falling share, with main theme and weights of the texts in the order they were given."""
    told = weights.sum(axis=1) > 0
    main = np.where(told, weights.argmax(axis=1), -1)
    shares = np.bincount(main[told], minlength=parts.shape[0]) / max(int(told.sum()), 1)
    falling = np.lexsort((np.arange(shares.size), -shares))
    new_place = np.empty(shares.size + 1, dtype=np.int64)
    new_place[falling], new_place[-1] = np.arange(shares.size), -1
    themes = []
    for place in falling:
        strongest = [
            at for at in np.lexsort((np.arange(parts.shape[1]), -parts[place]))[:_SHOWN] if parts[place, at] > 0
        ]
        themes.append(Theme(tuple(terms[at] for at in strongest), float(shares[place]), float(stability[place])))
    back = np.empty(order.size, dtype=np.int64)
    back[order] = np.arange(order.size)
    return tuple(themes), new_place[main][back], weights[:, falling][back]


def _reason(stability: FloatArray, explained: float, chance: float) -> str:
    k, mean = stability.size, float(stability.mean())
    if explained <= _BEYOND * chance:
        return "Not to be relied on: themes of words dealt out at random explain as much."
    if not _is_stable(stability):
        least = float(stability.min())
        return f"Not stable: {k} themes come back with a cosine of {mean:.2f}, the least of them of {least:.2f}."
    return f"{k} themes: the largest number tried that comes back from other halves of the texts ({mean:.2f})."


def _is_stable(stability: FloatArray) -> bool:
    return bool(stability.mean() >= STABLE and stability.min() >= _STABLE_EACH)
