"""Languages told by script and stop words, and sentiment of English words; other languages say so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.languages import STOP_WORDS, told_language, words_of
from segmentry.science.sentiment import agreement, joined, rated, read, sentiment
from segmentry.science.sentiment_words import INTENSIFIERS, NEGATIONS, STRENGTHS
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

SPOKEN = {
    "en": "The dress is lovely but it runs small and the fabric is thin",
    "de": "Das Kleid ist sehr schön, aber leider zu klein.",
    "fr": "La robe est très belle mais elle est trop petite pour moi",
    "es": "El vestido es muy bonito pero me queda pequeño",
    "it": "Il vestito è molto bello ma mi sta piccolo",
    "pt": "O vestido é muito bonito mas ficou pequeno",
    "nl": "De jurk is erg mooi maar te klein voor mij",
    "sv": "Klänningen är mycket fin men för liten",
    "no": "Kjolen er veldig fin, men jeg har ikke fått den",
    "pl": "Sukienka jest bardzo ładna, ale za mała",
    "cs": "Šaty jsou velmi hezké, ale malé",
    "fi": "Mekko on kaunis mutta liian pieni",
    "tr": "Elbise çok güzel ama bana küçük",
    "hu": "A ruha nagyon szép, de nem jó nekem",
    "ro": "Rochia este foarte frumoasă, dar nu este pentru mine",
    "ru": "Платье очень красивое, но маленькое",
    "uk": "Ця сукня дуже гарна і її люблю",
    "el": "Το φόρεμα είναι πολύ όμορφο",
    "ar": "فستان جميل جدا",
    "he": "שמלה יפה מאוד",
    "ja": "ワンピースはとても可愛い",
    "ko": "원피스가 정말 예뻐요",
    "zh": "裙子很漂亮",
    "hi": "पोशाक बहुत सुंदर है",
    "th": "ชุดสวยมาก",
}


@pytest.mark.parametrize("language", SPOKEN)
def test_one_sentence_tells_its_language(language: str) -> None:
    """Twenty-five languages, sixteen of them in Latin letters."""
    assert told_language(SPOKEN[language]) == language


@pytest.mark.parametrize("language", [each for each in SPOKEN if each != "en"])
def test_other_languages_are_not_neutral(language: str) -> None:
    """An English lexicon says nothing of them, and names the language in its reason."""
    found = read(SPOKEN[language])
    assert found.language == language
    assert isinstance(found.sentiment, NotEstimable)
    assert language in found.sentiment.reason


@pytest.mark.parametrize("text", ["", "   ", "\n\t", None])
def test_no_words_no_sentiment(text: str | None) -> None:
    """Empty is not neutral."""
    found = read(text)
    assert (found.language, found.words) == (None, 0)
    assert isinstance(found.sentiment, NotEstimable)


@pytest.mark.parametrize(
    "text", ["123 456", "!!!", "😀😀", "<br><br>", "https://shop.example/a", "xyzzy plugh", "Wunderbar"]
)
def test_what_tells_no_language_says_so(text: str) -> None:
    """Numbers, signs, pictures, markup, addresses and a single foreign word."""
    assert isinstance(sentiment(text), NotEstimable)


def test_one_english_word_is_enough() -> None:
    """A word of praise without any stop word is English, by the lexicon."""
    assert sentiment("Great!") == pytest.approx(2.9 / np.sqrt(2.9**2 + 15))
    assert read("Great!").language == "en"


def test_markup_is_passed_over_and_never_runs() -> None:
    """The words between tags count, the tags do not; the text itself is left as it is."""
    assert words_of("<script>alert('x')</script><b>great</b> &amp; cheap") == ["alert", "x", "great", "cheap"]
    assert sentiment("<p class='terrible'>great</p>") == sentiment("great")


def told(text: str) -> float:
    """Sentiment of words that are known to be English."""
    found = sentiment(text, "en")
    assert isinstance(found, float)
    return found


def test_negation_turns_round_and_weakens() -> None:
    """Not good is bad, but less so than good is good; three words in between reach, four do not."""
    assert told("it is not good") == pytest.approx(-0.74 * 1.6 / np.sqrt((0.74 * 1.6) ** 2 + 15))
    assert told("it is not bad") > 0
    assert told("not at all good") < 0
    assert told("not for me my friend good") > 0


def test_intensifiers_strengthen_and_weaken() -> None:
    """Very good lies above good, slightly good below it."""
    assert told("very good") > told("good") > told("slightly good") > 0
    assert told("very bad") < told("bad") < told("somewhat bad") < 0


def test_what_follows_but_weighs_more() -> None:
    """Praise before blame is a complaint; the other way round it is praise."""
    assert told("lovely but terrible") < 0 < told("terrible but lovely")


def test_english_words_without_a_judgment_are_neutral() -> None:
    """0 is an answer: the words are known and say nothing."""
    assert told("I bought this in the store on Monday") == 0.0


def test_the_language_that_the_source_tells_counts_first() -> None:
    """A tag with a region is understood, and an English text tagged French is not read."""
    assert read("great", "en_US").language == "en"
    assert read("great", "English").language == "en"
    assert isinstance(sentiment("this is great", "fr"), NotEstimable)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    """Between -1 and 1, or a reason; the same text twice gives the same."""
    found = read(text)
    assert found == read(text)
    if isinstance(found.sentiment, float):
        assert -1 < found.sentiment < 1
    else:
        assert found.sentiment.reason


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(STRENGTHS)), st.integers(1, 6))
def test_more_praise_is_never_less_favorable(word: str, times: int) -> None:
    """Saying a word once more moves the text further the way of that word."""
    fewer, more = told(". ".join([word] * times)), told(". ".join([word] * (times + 1)))
    assert (more - fewer) * STRENGTHS[word] > 0


def test_the_lists_do_not_contradict_each_other() -> None:
    """No word has two strengths or is a negation as well; strengths lie within the scale; every language has words."""
    assert not set(STRENGTHS) & NEGATIONS
    assert not set(STRENGTHS) & set(INTENSIFIERS)
    assert all(0 < abs(each) <= 4 for each in STRENGTHS.values())
    assert len(STRENGTHS) > 400
    assert len(STOP_WORDS) >= 12
    assert all(len(words) >= 20 for words in STOP_WORDS.values())


def test_ratings_come_to_the_same_range() -> None:
    """1, 3 and 5 of five are -1, 0 and 1; what leaves the scale, or has none, is not known."""
    assert rated([1, 3, 5], [1] * 3, [5] * 3).tolist() == [-1.0, 0.0, 1.0]
    assert np.isnan(rated([0, 6, np.nan, 3], [1, 1, 1, 5], [5, 5, 5, 5])).all()
    with pytest.raises(EstimationError):
        rated([1, 2], [1], [5])


def test_words_and_ratings_join() -> None:
    """The mean of both, else the one that is told, else nothing."""
    found = joined([0.5, np.nan, -0.2, np.nan], [1.0, 0.4, np.nan, np.nan])
    assert found[:3].tolist() == [0.75, 0.4, -0.2]
    assert np.isnan(found[3])


def test_agreement_is_spearmans_rank_correlation() -> None:
    """The same as SciPy's, ties included; nothing where one side never varies."""
    from scipy.stats import spearmanr

    random = np.random.default_rng(1)
    first, second = random.integers(0, 5, 60), random.normal(size=60)
    assert agreement(first, second) == pytest.approx(spearmanr(first, second).statistic)
    assert isinstance(agreement([1, 1, 1], [1, 2, 3]), NotEstimable)
    with pytest.raises(EstimationError):
        agreement([1, np.nan], [1, 2])


def test_two_texts_agree_with_their_ratings_by_construction() -> None:
    """Below ten texts a rank correlation says nothing; from ten on it is told."""
    found = agreement([0.1, 0.3], [2, 3])
    assert isinstance(found, NotEstimable)
    assert "10 are needed" in found.reason
    assert agreement(np.arange(10.0), np.arange(10.0)) == pytest.approx(1.0)
