"""Themes: planted ones come back, words dealt out at random claim nothing, and no order of texts matters."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from segmentry.science.stability import adjusted_rand
from segmentry.science.themes import FEWEST_TEXTS, STABLE, Themes, find_themes
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

SUBJECTS = ("delivery", "fabric", "price", "staff")
_LETTERS = np.array(list("bcdfghklmnprst"))


def words(seed: int, count: int) -> list[str]:
    """Words nobody uses, so that no stop word is among them."""
    random = np.random.default_rng(seed)
    return ["".join(random.choice(_LETTERS, 7)) for _ in range(count)]


def planted(texts: int = 300, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Texts of four subjects with words of their own among common ones, and the subject of each."""
    random = np.random.default_rng(seed)
    own, common = [words(place + 1, 15) for place in range(4)], words(99, 60)
    truth = random.integers(0, 4, texts)
    told = [" ".join([*random.choice(own[each], 6), *random.choice(common, 5), SUBJECTS[each]]) for each in truth]
    return told, truth


def noise(texts: int, seed: int) -> list[str]:
    """Texts whose words, some frequent and most rare, have nothing to do with each other."""
    random = np.random.default_rng(seed)
    known = words(7, 150)
    chances = 1 / np.arange(1, len(known) + 1)
    return [" ".join(random.choice(known, 10, p=chances / chances.sum())) for _ in range(texts)]


@cache
def found() -> Themes:
    """Themes of the planted texts."""
    answer = find_themes(planted()[0], candidates=(3, 4, 6))
    assert isinstance(answer, Themes)
    return answer


def test_planted_themes_come_back() -> None:
    """Four of them, stable, each with its subject among the words that mark it, and the right texts."""
    answer = found()
    assert (len(answer.themes), answer.stable) == (4, True)
    assert answer.stability >= STABLE
    assert answer.explained > answer.chance
    assert {word for theme in answer.themes for word in theme.terms} >= set(SUBJECTS)
    assert adjusted_rand(answer.main, planted()[1]) > 0.95


def test_shares_fall_and_add_up() -> None:
    """The most frequent theme comes first; shares are those of the main themes; weights of a text add up to 1."""
    answer = found()
    shares = [each.share for each in answer.themes]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1.0)
    assert shares == pytest.approx(np.bincount(answer.main, minlength=4) / answer.main.size)
    assert np.allclose(answer.weights.sum(axis=1), 1.0)


def test_the_order_of_texts_changes_nothing() -> None:
    """Shuffled texts have the same themes, each text its own."""
    texts, _ = planted()
    order = np.random.default_rng(3).permutation(len(texts))
    answer = find_themes([texts[place] for place in order], candidates=(3, 4, 6))
    assert isinstance(answer, Themes)
    assert answer.themes == found().themes
    assert (answer.main == found().main[order]).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_words_dealt_out_at_random_claim_nothing(seed: int) -> None:
    """Frequent words make components that come back all the same; they explain no more than chance does."""
    answer = find_themes(noise(250, seed), candidates=(3, 5), seeds=2)
    assert isinstance(answer, Themes)
    assert not answer.stable
    assert answer.reason.startswith("Not ")


def test_silent_words_mark_no_theme() -> None:
    """The name of a shop can be told to say nothing."""
    texts = [f"{text} acmeshop" for text in planted(150)[0]]
    answer = find_themes(texts, candidates=(4,), seeds=2, stop_words=("AcmeShop", "delivery"))
    assert isinstance(answer, Themes)
    assert not {"acmeshop", "delivery"} & {word for theme in answer.themes for word in theme.terms}


@pytest.mark.parametrize(
    "texts",
    [[], [""] * 100, ["the and of"] * 100, ["unique"] * (FEWEST_TEXTS - 1), [f"w{place}" for place in range(80)]],
)
def test_too_little_to_tell_is_not_estimable(texts: list[str]) -> None:
    """No texts, empty ones, nothing but stop words, too few of them, and no word that two texts share."""
    assert isinstance(find_themes(texts), NotEstimable)


def test_a_text_without_known_words_has_no_theme() -> None:
    """It is not put anywhere, and does not count in the shares."""
    answer = find_themes([*planted()[0], "", "zzz"], candidates=(4,), seeds=2)
    assert isinstance(answer, Themes)
    assert answer.main[-2:].tolist() == [-1, -1]
    assert answer.weights[-2:].sum() == 0
    assert sum(each.share for each in answer.themes) == pytest.approx(1.0)


def test_words_of_a_few_texts_are_never_shown() -> None:
    """A word that stands in fewer than five texts could tell who wrote it."""
    texts = [f"{text} maria" if place < 4 else text for place, text in enumerate(planted()[0])]
    answer = find_themes(texts, candidates=(4,), seeds=2)
    assert isinstance(answer, Themes)
    assert "maria" not in {word for theme in answer.themes for word in theme.terms}


def test_all_mistakes_are_told() -> None:
    """One theme is none, and one start tells no stability."""
    with pytest.raises(EstimationError) as caught:
        find_themes(["a"], candidates=(1,), seeds=1)
    assert len(caught.value.problems) == 2
