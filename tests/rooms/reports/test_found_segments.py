"""The sections on found segments: verdict, proof, maps, worth, strategy, gate; ties as ties, drafts as drafts."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go
import pytest

from segmentry.charts import LIGHT
from segmentry.charts.theme import SEGMENTS
from segmentry.reports import render
from segmentry.reports.discovered import MEANINGS, stability_band
from segmentry.reports.told import refusals
from segmentry.reports.unknown import unlock
from tests.rooms.charts.published import gallery, published
from tests.rooms.reports.documents import document
from tests.rooms.reports.found_documents import (
    base_growth,
    found,
    found_segment,
    nothing_estimable,
    priority,
    refused,
    segmentation,
    strategy,
    study,
    the_map,
)
from tests.rooms.reports.pages import Page, read

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&"
NEW = ["found", "real", "map", "worth", "strategy", "proof"]


def page_of(told: dict[str, Any], figures: dict[str, go.Figure] | None = None) -> Page:
    return read(render(told, figures or {}, "en_US", title="Shop"))


def ids(page: Page) -> list[str]:
    return [each.attributes["id"] for each in page.named("section") if "id" in each.attributes]


@pytest.fixture(scope="module")
def figures() -> dict[str, go.Figure]:
    return {name: picture() for name, picture in gallery(published()).items()}


@pytest.fixture(scope="module")
def html(figures: dict[str, go.Figure]) -> str:
    return render(found(), figures, "en_US", title="Shop")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return read(html)


def test_found_segments_come_before_those_by_rules(page: Page) -> None:
    """Six sections on what was found, then RFM, lifecycle and value tiers."""
    assert ids(page) == ["read", "glance", "customers", *NEW, "segments", "value", "costs", "unknown", "method"]
    assert page.faults == []


def test_every_picture_has_its_place(figures: dict[str, go.Figure], page: Page) -> None:
    """All pictures are shown, none of them in a section for the rest."""
    plots = {each.attributes["data-figure"] for each in page.elements if "data-figure" in each.attributes}
    assert plots == set(figures)
    assert "Further pictures" not in page.text


def test_the_page_with_all_pictures_stays_small(html: str) -> None:
    """Under 8 MB, Plotly once."""
    assert len(html.encode()) < 8_000_000
    assert len(re.findall(r"plotly\.js v\d", html)) == 1


def test_rfm_stands_behind_with_its_own_segments(page: Page) -> None:
    """Where segments were found, RFM comes from the further segmentations, once."""
    after = page.text[page.text.index("Segments by rules 2 segments.") :]
    assert "Recency, frequency and monetary value (RFM)" in after
    assert after.index("Champions") < after.index("Lifecycle")
    assert page.text.count("The rule of Champions.") == 1


def test_the_study_is_told_with_its_day(page: Page) -> None:
    """Decision, objective, knock-outs, and that it was recorded before extraction."""
    assert "The study asks: Which customers to treat differently. Objective: win back." in page.text
    assert "It was recorded on Mar 1, 2024, before anything was extracted." in page.text
    assert "unless size is at least 2%, value is at most 500" in page.text


def test_a_study_that_is_not_on_record_says_so() -> None:
    """Without the instant of recording nobody can tell whether criteria came after results."""
    text = page_of(found(study=study(recorded_at=None))).text
    assert "It is not on record, so that nobody can tell whether it was changed afterwards." in text
    assert "It was recorded on" not in text


@pytest.mark.parametrize("verdict", sorted(MEANINGS))
def test_each_verdict_is_put_in_plain_words(verdict: str) -> None:
    """What the verdict means for the reader, the reason, and why this number of segments."""
    text = page_of(found(segmentation=segmentation(verdict=verdict))).text
    title, meaning = MEANINGS[verdict]
    assert title in text
    assert meaning in text
    assert "where one cloud gives 0.67." in text
    assert "the largest number among the most stable ones." in text


def test_a_constructive_verdict_is_loud_and_others_are_calm() -> None:
    """A cut that is no finding must not be overlooked."""

    def classes(verdict: str) -> list[str]:
        told = found(segmentation=segmentation(verdict=verdict))
        return [each.attributes["class"] for each in page_of(told).named("aside")]

    assert classes("constructive").count("notice care") == classes("natural").count("notice care") + 1


def test_the_opening_says_what_was_found() -> None:
    """Number and verdict stand in the first paragraph, not only inside."""
    assert "2 segments were found in the data: a useful cut and not a discovery." in page_of(found()).text
    assert "segments were found in the data:" not in page_of(document()).text


def test_each_segment_has_a_card_in_its_hue(html: str, page: Page) -> None:
    """Name, sentence, size, value with interval, stability with band, growth with interval, rule folded."""
    cards = [each for each in page.named("article") if each.attributes["class"] == "portrait"]
    assert [each.attributes["style"] for each in cards] == [f"border-left-color:var(--{hue})" for hue in SEGMENTS[:2]]
    assert set(SEGMENTS) <= set(LIGHT)
    assert "What Frequent customers did." in page.text
    assert "estimated; 95% interval £48,889 to £59,753; the next 12 months" in page.text.replace("\u00a0", " ")
    assert "0.94 found again mean Jaccard in bootstrap samples: highly stable" in _swapped(page.text)
    assert "95% interval 10% to 30%; follows from how the segment was made" in page.text.replace("\u00a0", " ")
    assert "either purchase days is above 5, and tenure days is above 90" in page.text
    assert "or purchase days is above 9" in page.text


def _swapped(text: str) -> str:
    """Labels of a card stand before its figure on the page; put behind it as a reader sees them."""
    return re.sub(r"found again (\d\.\d\d) ", r"\1 found again ", text)


@pytest.mark.parametrize(
    ("mean", "band"),
    [(0.59, "unstable"), (0.6, "doubtful"), (0.75, "stable"), (0.85, "highly stable"), (1.0, "highly stable")],
)
def test_bands_begin_where_hennig_puts_them(mean: float, band: str) -> None:
    """Hennig (2007): below 0.60 unstable, to 0.75 doubtful, to 0.85 stable, above highly stable."""
    assert stability_band(mean) == band


def test_growth_is_no_news_only_where_it_follows_from_the_rule() -> None:
    """Another segmentation's construction says nothing about this one."""
    text = page_of(found(growth=base_growth(by_construction={"rfm": 0.7}))).text
    assert "follows from how the segment was made" not in text


def test_every_criterion_shows_its_own_choice(page: Page) -> None:
    """The table by number of segments marks what each criterion would choose, and the words name the quarrel."""
    assert "The criteria do not agree on the number: 2 is a choice" in page.text
    assert "What each would choose by itself: 2: Found again; 3: BIC, Silhouette width." in page.text
    assert "2 (chosen) 0.91 ● 0.91" in page.text.replace("\u00a0", " ")
    assert "3 0.52 0.52 0.52 0.52 ● 1 1 ● 1 42% 55" in page.text.replace("\u00a0", " ")


def test_criteria_that_agree_are_no_quarrel() -> None:
    """One number for all: said in a sentence, without a box."""
    text = page_of(found(segmentation=segmentation(disagreements={"recommended": 2, "bic": 2}))).text
    assert "All criteria choose the same number of segments. 2: BIC." in text
    assert "do not agree" not in text


def test_the_world_without_segments_is_told(page: Page) -> None:
    """What the same procedure finds where there is nothing to find."""
    assert "10 such bases were simulated" in page.text
    assert "reaches a stability of 0.67; here it reaches 0.89." in page.text
    assert "on a border: 23% here, 24% there." in page.text


def test_how_it_was_computed_can_be_opened(page: Page) -> None:
    """Variables with their transformation, what was left out, starts, pairs and seed."""
    assert "tenure days, purchase days (log)" in page.text
    assert "given_shelf: constant" in page.text
    assert "Bootstrap pairs 100 Seed 0" in page.text


def test_an_empty_place_is_no_gap(page: Page) -> None:
    """Why no gap can be claimed, and the pairs of attributes behind the map."""
    assert "No gap can be claimed No ideal points are known: no source tells ideal_tenure_days." in page.text
    assert "1. purchase days by tenure days 66% 65% 60% no" in page.text
    assert "2. spend by purchase days 60% 59% 58% yes" in page.text


def test_growth_of_the_base_and_of_segments(page: Page) -> None:
    """Amounts exact, growth with its interval, what to mind."""
    text = page.text.replace("\u00a0", " ")
    assert "grew from £245,540 to £330,308, by 34% (interval 16% to 62%)" in text or "by 35% (interval" in text
    assert "Members are those of today." in text
    assert "Frequent customers £1,000 £1,200 20% 10% to 30%" in text
    assert "New customers £1,000 £700 -30% -40% to -20%" in text


def test_a_base_that_shrinks_fell() -> None:
    """The sign is in the word."""
    base = base_growth()["base"] | {"growth": -0.014}
    assert "fell from £245,540" in page_of(found(growth=base_growth(base=base))).text


def test_a_clear_first_is_named_with_its_probability(page: Page) -> None:
    """And whether it stays first when a weight moves."""
    assert "“Frequent customers” comes first, with a probability of 97%." in page.text
    assert "It stays first when any weight of the study moves by 20 %." in page.text
    assert "Frequent customers 1 97% high/high invest no no" in page.text


def test_ties_are_ties() -> None:
    """Segments of the first tie group share the first place; nobody is called the winner."""
    tied = {"tie_group": 1, "rank_low": 1, "rank_high": 2}
    segments = [found_segment(place, priority=priority(place, **tied)) for place in (0, 1)]
    text = page_of(found(segments=segments)).text
    assert "No segment is clearly the first" in text
    assert "“Frequent customers” and “New customers” cannot be told apart" in text
    assert "comes first" not in text.replace("Which comes first", "")
    assert "1 (between 1 and 2)" in text


def test_a_knocked_out_segment_is_not_the_first() -> None:
    """It stands in the table with the reason, and the next one is the first."""
    out = priority(0, knocked_out=True, reasons="size 0.01, at least 0.02 asked", rank=None, tie_group=None)
    text = page_of(found(segments=[found_segment(0, priority=out), found_segment(1)])).text
    assert "“New customers” comes first" in text
    assert "Size 0.01, at least 0.02 asked." in text


def test_strategies_show_figures_drafts_and_what_not_to_do(page: Page) -> None:
    """Headline, grouped lines, drafts marked, evidence under each line, what not to do, dated plan."""
    text = page.text.replace("\u00a0", " ")
    assert "Keep what works for Frequent customers." in text
    assert "Objective: retain; service: self-service; priority: 1; review on Mar 21, 2025." in text
    assert "Change Lapsing: make one good offer." in text
    assert "Draft Ask them first." in text
    assert text.count("Draft ") == 2
    assert "Value share: 57% – segment_value.value_share" in text
    assert "Value per member: 217 GBP (base: 52.6 GBP) – segment_value.value" in text
    assert "What not to do No steady mailing." in text
    assert "Apr 20, 2024 Write messages." in text


def test_only_lines_with_figures_can_be_opened(page: Page) -> None:
    """A draft has nothing behind it to open."""
    plans = [each for each in page.named("article") if each.attributes["class"] == "portrait plan"]
    assert len(plans) == 2
    assert page.text.count("Figures behind it") == 2 * 3


def test_gate_and_guard_are_shown(page: Page) -> None:
    """The matrix of six criteria, the lifts, and how many segments should stand apart."""
    proof = page.text[page.text.index("A segment that was found is not yet a segment that pays.") :]
    assert "What each segment can show for itself" in proof
    assert "Of 2 segments, 1 should stand apart" in proof
    assert "the team can manage 8" in proof
    assert "Does treating it apart pay, and could a test show it?" in proof


def test_where_nothing_was_found_the_page_says_why(figures: dict[str, go.Figure]) -> None:
    """Rules stand in: the reason first, no section on proof, priority and strategy of the rules."""
    rules = {
        "name": "rfm",
        "method": "rfm",
        "k": 2,
        "verdict": "constructive",
        "reason": "No segments were found: too few",
    }
    told = found(segmentation=rules, segments=[found_segment(0)], further_segmentations={})
    page = page_of(told)
    assert "No segments were found in the data No segments were found: too few." in page.text
    assert ids(page) == [
        "read", "glance", "customers", "found", "map", "worth", "strategy", "segments", "value", "costs", "unknown",
        "method",
    ]  # fmt: skip
    assert "Constructive: a useful cut" not in page.text
    assert "comes first" in page.text


def test_nothing_estimable_still_makes_a_page() -> None:
    """Every refusal becomes a sentence; no number is made up, and each reason is told."""
    told = nothing_estimable()
    page = page_of(told)
    assert page.faults == []
    assert ids(page)[3:9] == NEW
    text = page.text.lower()
    for reason in {reason for _, reason in refusals(told)} - {"priorities are not part of this version of segmentry"}:
        assert reason.lower() in text
    assert "There is no map" in page.text
    assert "Growth is not known" in page.text
    assert "There is no order of priority" in page.text
    assert "There is no strategy" in page.text
    assert "No criteria for the number of segments" in page.text


def test_a_sparse_segmentation_makes_a_page() -> None:
    """A name alone is enough; what is missing is left out or said to be unknown."""
    page = page_of(document(segmentation={"name": "purchase"}, segments=[]))
    assert page.faults == []
    assert "Are they real?" in page.text


@pytest.mark.parametrize(
    "told",
    [
        found(segments=[found_segment(0, name=HOSTILE, description=HOSTILE, rule=HOSTILE, strategy=strategy(HOSTILE))]),
        found(study=study(decision=HOSTILE, outcome=HOSTILE, objective=HOSTILE, knock_outs=[{"measure": HOSTILE}])),
        found(segmentation=segmentation(verdict=HOSTILE, reason=HOSTILE, why=HOSTILE, left_out={HOSTILE: HOSTILE})),
        found(map=the_map(gaps=refused(HOSTILE), pairs=[{"first": HOSTILE, "second": HOSTILE}])),
        found(growth=base_growth(mind=HOSTILE)),
        found(segments=[found_segment(0, priority=priority(0, cell=HOSTILE, knocked_out=True, reasons=HOSTILE))]),
    ],
    ids=["segments", "study", "segmentation", "map", "growth", "priority"],
)
def test_texts_from_the_data_stay_texts(told: dict[str, Any]) -> None:
    """Markup in names, rules and reasons is shown, never run."""
    page = page_of(told)
    assert page.faults == []
    assert not page.named("img")
    assert len(page.named("script")) == 4
    assert not [each for each in page.elements if any(name.startswith("on") for name in each.attributes)]
    assert "<img src=x onerror=alert(1)>" in page.text


def test_hostile_names_in_pictures_stay_texts() -> None:
    """Pictures of hostile segments bring their own data element each, and nothing else."""
    tables = published(found=(HOSTILE, "B", "C"))
    drawn = {name: picture() for name, picture in gallery(tables).items()}
    page = page_of(found(), drawn)
    assert page.faults == []
    assert len(page.named("script")) == 4 + len(drawn)
    assert not page.named("img")


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("no ideal points are known: no source tells ideal_tenure_days", "short survey"),
        ("the history is too short to compare two periods", "longer history"),
        ("too few members bought to tell growth with an interval", "Wait"),
        ("there was no revenue in the earlier period to grow from", "too little before"),
    ],
)
def test_new_refusals_say_what_would_help(reason: str, advice: str) -> None:
    """Each kind of refusal on segments comes with its key."""
    assert advice in unlock(reason)


def test_a_strategy_of_other_segmentations_is_not_missed() -> None:
    """Strategies are written for the segmentation in question; that others have none is no gap."""
    reason = "no strategy was worked out for this segmentation"
    plain = document()["segments"]
    told = found(further_segmentations={"rfm": [entry | {"strategy": refused(reason)} for entry in plain]})
    assert reason not in page_of(told).text.lower()


def test_german_readers_get_their_marks() -> None:
    """Shares and means follow the locale in the new sections too."""
    text = read(render(found(), {}, "de_DE", title="Shop")).text.replace("\u00a0", " ")
    assert "0,94" in text
    assert "01.03.2024" in text
    assert "97 %" in text
