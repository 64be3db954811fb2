"""Texts of feedback: languages counted, sentiment joined with ratings, themes with what they go with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from segmentry.engine import Engine
from tests.rooms.profiles.voices import publish, refreshed, table, voice

OWN = {
    "delivery": "parcel courier package driver shipment tracking doorstep carton postage depot arrived van",
    "fabric": "cotton stitching seam lining texture wool sleeve hem zipper button color knit",
}
COMMON = (
    "yesterday monday tuesday morning evening sister birthday holiday office garden weather summer winter spring "
    "kitchen window table music dinner coffee train school market river mountain village island bridge castle forest"
)


def spoken(count: int = 160, seed: int = 0, link: bool = True) -> list[dict[str, Any]]:
    """English texts of two subjects; the old speak of delivery, or, without a link, everybody of both."""
    random = np.random.default_rng(seed)
    rows = []
    for place in range(count):
        old = place % 2 == 0
        chance = (0.9 if old else 0.1) if link else 0.5
        subject = "delivery" if random.random() < chance else "fabric"
        own, common = (
            random.choice(OWN[subject].split(), 5, replace=False),
            random.choice(COMMON.split(), 4, replace=False),
        )
        text = f"It was about the {subject} and the {' the '.join([*own, *common])}"
        rows.append(voice(place, f"c{place}", 2, text=text, kind="comment", given_group="old" if old else "young"))
    return rows


def test_languages_are_counted_and_only_english_is_read(engine: Engine) -> None:
    """Twelve languages and more: each is named, and has no sentiment unless a rating tells one."""
    from tests.rooms.science.test_sentiment import SPOKEN

    rows = [voice(place, f"c{place}", text=text) for place, text in enumerate(SPOKEN.values())]
    rows[1] |= {"rating": 5.0}
    publish(engine, rows)
    refreshed(engine)
    counted = table(engine, "feedback_languages", "language")
    assert {name: row["texts"] for name, row in counted.items()} == dict.fromkeys(SPOKEN, 1)
    assert [name for name, row in counted.items() if row["read"]] == ["en"]
    read = table(engine, "feedback_read", "language")
    assert read["de"]["sentiment_of_words"] is None
    assert read["de"]["sentiment"] == 1.0
    assert read["fr"]["sentiment"] is None
    assert "fr" in read["fr"]["reason"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=HYPERLINK(1)", "\u202egreat", "a" * 5000, "'; drop table x; --"]
)
def test_hostile_texts_stay_texts(engine: Engine, text: str) -> None:
    """They are read like any other and change nothing; the words are not published again."""
    publish(engine, [voice(1, "ann", text=text), voice(2, "bob", text="Great shirt")])
    refreshed(engine)
    read = table(engine, "feedback_read", "feedback_id")
    assert (len(read), read["f2"]["sentiment"] > 0) == (2, True)
    assert not any(text in str(value) for row in read.values() for value in row.values())


def test_empty_texts_are_no_texts(engine: Engine) -> None:
    """Blank words are not read; where nobody wrote anything there is no table of texts."""
    publish(engine, [voice(1, "ann", text="  "), voice(2, "bob", text=None, rating=4.0)])
    catalog = refreshed(engine)
    assert not engine.has("feedback_read")
    assert "feedback_sentiment" not in catalog


def test_sentiment_of_a_customer_is_recent(engine: Engine) -> None:
    """The mean of recent texts; what was said long ago, and what sales wrote, does not count."""
    rows = [
        voice(1, "ann", 10, text="Great", rating=5.0),
        voice(2, "ann", 20, text="Terrible", rating=1.0),
        voice(3, "ann", 800, text="Awful"),
        voice(4, "ann", 5, text="Awful customer", author="sales"),
        voice(5, "bob", 800, text="Great"),
    ]
    publish(engine, rows)
    refreshed(engine)
    found = table(engine, "feedback_traits", "customer_id")
    read = table(engine, "feedback_read", "feedback_id")
    assert found["ann"]["feedback_sentiment"] == pytest.approx((read["f1"]["sentiment"] + read["f2"]["sentiment"]) / 2)
    assert found["bob"]["feedback_sentiment"] is None


def test_themes_go_with_a_trait(engine: Engine) -> None:
    """Planted: the old speak of delivery. Both themes are stable, the link is claimed, each customer has a theme."""
    publish(engine, spoken())
    refreshed(engine, by=["group"], most_themes=3)
    themes = table(engine, "feedback_themes", "theme")
    assert all(row["stable"] for row in themes.values())
    links = table(engine, "feedback_theme_links", "theme", "value")
    delivery = next(name for name, row in themes.items() if "delivery" in row["terms"])
    assert links[delivery, "old"]["share"] > 0.7
    assert links[delivery, "young"]["share"] < 0.3
    assert links[delivery, "old"]["claimed"]
    assert links[delivery, "old"]["others"] == pytest.approx(links[delivery, "young"]["share"])
    assert sum(row["texts"] for row in themes.values()) == 160
    traits = table(engine, "feedback_traits", "customer_id")
    assert {row["feedback_theme"] for row in traits.values()} == set(themes)


def test_without_a_link_none_is_claimed(engine: Engine) -> None:
    """In five worlds in which age has nothing to do with it, corrected chances claim nothing."""
    for seed in range(5):
        with Engine.in_memory() as other:
            publish(other, spoken(seed=seed, link=False))
            refreshed(other, by=["group"], most_themes=3)
            assert not any(row["claimed"] for row in table(other, "feedback_theme_links", "theme", "value").values())


def test_one_loud_customer_speaks_once(engine: Engine) -> None:
    """Links count the newest text of each customer; two hundred texts of one are one."""
    text = f"It was about the fabric and the {OWN['fabric']}"
    loud = [voice(1000 + place, "loud", 1, text=text, given_group="old") for place in range(60)]
    publish(engine, [*spoken(120), *loud])
    refreshed(engine, by=["group"], most_themes=3)
    links = table(engine, "feedback_theme_links", "theme", "value")
    old = [row for (_, value), row in links.items() if value == "old"]
    assert sum(row["with_theme"] for row in old) == 61


def test_few_texts_have_no_themes_and_say_so(engine: Engine) -> None:
    """One row with the reason, and no theme of anybody."""
    publish(engine, spoken(20))
    refreshed(engine)
    rows = list(table(engine, "feedback_themes", "theme").values())
    assert [row["stable"] for row in rows] == [False]
    assert "are needed" in rows[0]["reason"]
    assert {row["feedback_theme"] for row in table(engine, "feedback_traits", "customer_id").values()} == {None}


def test_the_oldest_of_very_many_texts_are_counted_not_read(engine: Engine) -> None:
    """The newest hundred are read."""
    publish(engine, [voice(place, f"c{place}", place, text="This is great") for place in range(130)])
    refreshed(engine, most_texts=100)
    assert table(engine, "feedback_languages", "language")["(not read)"]["texts"] == 30
    assert set(table(engine, "feedback_read", "feedback_id")) == {f"f{place}" for place in range(100)}
