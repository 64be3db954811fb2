"""Names that are misspelt, and circles that are cut: pure rules, on hand-made cases and drawn ones."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.profiles.accounts.forests import circles, cut_circles, tops
from segmentry.profiles.accounts.hierarchy import hierarchy
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.accounts.spelling import FLAGGED, REPAIRED, fold, one_slip, spelling_repairs
from segmentry.profiles.run_accounts import publish_spelling
from tests.rooms.profiles.account_worlds import load, rows
from tests.rooms.shops import AS_OF, LAST

WORDS = st.text(string.ascii_lowercase, min_size=6, max_size=9)


def decided(counts: dict[str, int], **told: tuple[str, ...]) -> dict[tuple[str, str], str]:
    return {(each.given, each.meant): each.decision for each in spelling_repairs("scope", counts, **told)}


def test_the_two_misspellings_of_the_real_pipeline() -> None:
    """A blank too few is repaired to the listed product, a letter too few to the usual word: both told, with counts."""
    found = spelling_repairs("opportunities.product_id", {"GTXPro": 3, "GTX Basic": 9}, listed=("GTX Pro", "GTX Basic"))
    assert [(each.given, each.meant, each.rows, each.meant_rows) for each in found] == [("GTXPro", "GTX Pro", 3, 0)]
    assert decided({"technolgy": 12, "retail": 5}, words=("technology", "retail")) == {
        ("technolgy", "technology"): REPAIRED
    }


def test_one_name_in_several_spellings_becomes_the_most_frequent() -> None:
    """Case, blanks, points and accents; ties go to the first in the alphabet."""
    found = decided({"Café Noir": 5, "cafe-noir": 2, "CAFÉ NOIR": 5, "Tea": 1})
    assert found == {("Café Noir", "CAFÉ NOIR"): REPAIRED, ("cafe-noir", "CAFÉ NOIR"): REPAIRED}


def test_two_names_a_slip_apart_that_may_both_be_meant_are_only_flagged() -> None:
    """Neither is listed: the rarer is flagged with what it may stand for, and nothing is repaired."""
    assert decided({"Boston": 90, "Bolton": 80}) == {("Bolton", "Boston"): FLAGGED}


def test_two_known_names_a_slip_apart_are_both_right() -> None:
    """What is listed is not suspected."""
    assert decided({"Boston": 90, "Bolton": 80}, listed=("Boston", "Bolton")) == {}


def test_a_name_between_two_known_ones_is_flagged() -> None:
    """One slip from both of two known names: whoever wrote it knows which."""
    assert decided({"Borton": 1}, listed=("Boston", "Bolton")) == {("Borton", "Bolton"): FLAGGED}


@pytest.mark.parametrize(
    "pair",
    [
        ("GTX 500", "GTX 600"), ("Plan A1234", "Plan A1235"), ("MG Pro", "MG Pre"), ("C", "C++"), ("C#", "C"),
        ("Basic", "Plus Basic"), ("north region", "south region"),
    ],
)  # fmt: skip
def test_numbers_short_words_and_other_words_are_no_slips(pair: tuple[str, str]) -> None:
    """They tell different things apart."""
    assert decided(dict.fromkeys(pair, 5), listed=(pair[0],)) == {}


def test_names_in_other_scripts_keep_their_marks() -> None:
    """Marks of Latin letters are accents; of others they are letters."""
    assert fold("Zürich") == fold("ZURICH")
    assert fold("がく") != fold("かく")
    assert fold("---") == ""


@given(WORDS, st.integers(0, 8), st.sampled_from(string.ascii_lowercase), st.integers(0, 3))
@settings(max_examples=120, deadline=None)
def test_every_single_slip_is_found_and_repaired(word: str, at: int, letter: str, kind: int) -> None:
    """A letter left out, added, changed, or two swapped, anywhere in a known word, comes back to it."""
    at = min(at, len(word) - 1)
    spoiled = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    )[kind]
    if spoiled == word:
        assert not one_slip(word, spoiled)
        return
    assert one_slip(word, spoiled)
    assert one_slip(spoiled, word)
    assert decided({spoiled: 1}, words=(word,)) == {(spoiled, word): REPAIRED}


@given(st.dictionaries(WORDS, st.integers(1, 9), max_size=8), st.lists(WORDS, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_repair_is_final(counts: dict[str, int], listed: list[str]) -> None:
    """What a name is repaired to is not repaired again, nothing listed is repaired, and no name twice."""
    found = [each for each in spelling_repairs("scope", counts, listed) if each.decision == REPAIRED]
    assert not {each.given for each in found} & {each.meant for each in found}
    assert not {each.given for each in found} & set(listed)
    assert len({each.given for each in found}) == len(found)


LINKS = st.dictionaries(st.integers(0, 12), st.integers(0, 12), max_size=13).map(
    lambda links: {f"m{below:02}": f"m{above:02}" for below, above in links.items()}
)


@given(LINKS)
@settings(max_examples=120, deadline=None)
def test_cutting_circles_leaves_a_forest_and_cuts_no_more(links: dict[str, str]) -> None:
    """As many links are cut as there are circles, one of each, and from everywhere the way up ends at a top."""
    rings = circles(links)
    forest, cut = cut_circles(links, lambda _: 0)
    assert circles(forest) == []
    assert len(cut) == len(rings)
    assert all(sum(member in ring for member in cut) == 1 for ring in rings)
    found = tops(forest, sorted({*links, *links.values()}))
    for member, (top, level) in found.items():
        at = member
        for _ in range(level):
            at = forest[at]
        assert at == top
        assert top not in forest


def test_a_long_chain_needs_no_deep_stack() -> None:
    """Ten thousand levels are one group."""
    chain = {f"m{number:05}": f"m{number + 1:05}" for number in range(10_000)}
    assert tops(chain, ["m00000"])["m00000"] == ("m10000", 10_000)


def test_of_two_parents_one_counts_and_both_are_told() -> None:
    """Two sources disagree: the first in the alphabet counts, whatever the order of rows."""
    for links in ([("a", "y"), ("a", "x")], [("a", "x"), ("a", "y")]):
        found = hierarchy([*links, ("x", None), ("y", None)])
        assert {row["customer_id"]: row["group_id"] for row in found.rows} == {"a": "x", "x": "x", "y": "y"}
        assert [(row["finding"], row["given"], row["decision"]) for row in found.findings] == [
            ("two parents", "x, y", "x counts")
        ]


def test_spelling_is_published_with_counts_and_decisions(engine: Engine) -> None:
    """Products of opportunities against the list of products, industries, stages: each under its own heading."""
    with engine.run("load") as run:
        load(
            run,
            accounts=[
                {"account_key": f"a{place}", "industry": "technolgy" if place else "Retail"} for place in range(4)
            ],
            products=[{"product_id": "GTX Pro"}, {"product_id": "MG"}],
            opportunities=[
                {"account_key": "a1", "stage": stage, "product_id": product}
                for stage, product in (("Negotation", "GTXPro"), ("Won", "GTX Pro"), ("won", "MG"), ("Won", "mg"))
            ],
        )
    with engine.run("refresh", AS_OF) as run:
        publish_spelling(run, AccountSpec(AS_OF, LAST))
    told = {(row["scope"], row["given"]): (row["meant"], row["rows"]) for row in rows(engine, "spelling_repairs")}
    assert told == {
        ("accounts.industry", "technolgy"): ("technology", 3),
        ("opportunities.product_id", "GTXPro"): ("GTX Pro", 1),
        ("opportunities.product_id", "mg"): ("MG", 1),
        ("opportunities.stage", "Negotation"): ("negotiation", 1),
        ("opportunities.stage", "won"): ("Won", 1),
    }
