"""What customers answer: personality, a hobby, needs with importance and satisfaction, Kano pairs, benefits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.simulate.columns import numbered, same
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, points, texts
from segmentry.simulate.purchase_process import Floats, Integers

ASKED, MOST_ASKED = 0.3, 20_000
SCALES: dict[str, tuple[float, str]] = {
    "openness": (0.75, "O"),
    "orderliness": (0.70, "C"),
    "sociability": (0.80, "E"),
    "friendliness": (0.70, "A"),
    "worry": (0.75, "N"),
}
"""Personality scales: loading of each item on the trait, and the letter of its items."""
ITEMS, TURNED = 6, (2, 5)
"""Items of a scale, and which of them ask the other way round, counted from 1."""
STRAIGHT = 0.03
MISSING = 0.015

NEEDS: dict[str, tuple[float, float, str, float]] = {
    "low_price": (4.3, 3.0, "functional", 0.50),
    "fast_delivery": (4.0, 2.6, "functional", 0.30),
    "lasting_quality": (4.4, 3.9, "functional", 0.20),
    "pleasure_in_giving": (3.5, 3.7, "emotional", 0.0),
    "being_well_advised": (3.0, 2.8, "psychological", 0.0),
    "belonging": (2.3, 3.3, "social", 0.0),
}
"""Needs: middle of importance and of satisfaction, kind, and weight in overall satisfaction."""
_SPREAD = 0.8
MOOD = 1.2
"""How much of a customer's dissatisfaction goes into satisfaction with the needs that weigh."""

KANO: dict[str, tuple[int, int]] = {
    "safe_parcel": (2, 5),
    "free_returns": (1, 5),
    "handwritten_card": (1, 3),
    "dark_mode": (3, 3),
    "order_tracking": (2, 5),
}
"""Attributes with the planted answers if they were there and if they were not: 1 like it to 5 dislike it."""
KANO_ANSWERS = ("I like it", "I expect it", "I am neutral", "I can live with it", "I dislike it")
_KANO_CLEAR = 0.72

BENEFITS = (
    "saves_money",
    "saves_time",
    "looks_good",
    "lasts_long",
    "makes_others_happy",
    "is_fun",
    "is_local",
    "is_new",
)
BENEFIT_CLASSES: dict[str, tuple[int, ...]] = {
    "thrifty": (1, 1, 0, 1, 0, 0, 0, 0),
    "giving": (0, 0, 1, 0, 1, 1, 0, 0),
    "curious": (0, 0, 1, 0, 0, 1, 1, 1),
}
"""Classes of benefits sought, with the benefits each of them names."""
_CLEAR = 0.88
HOBBIES = ("gardening", "cooking", "sports", "reading", "handicraft", "travel")


@dataclass(frozen=True, slots=True)
class Answered:
    """Respondents, when each answered, and their draws."""

    ground: Ground
    rows: Integers
    day: Floats
    random: np.random.Generator

    def head(self) -> dict[str, Any]:
        """Who and when, as every questionnaire begins."""
        return {"CustomerNo": self.ground.customers(self.rows), "SubmittedAt": self.ground.moments(self.day)}


def grow(ground: Ground) -> Part:
    """The part ``surveys``.

    Truth: ``personality`` (latent traits of respondents), ``scales`` (alpha of each scale as planted), ``needs``
    (shares and opportunity of each need, weight in overall satisfaction), ``benefits`` (class of each respondent),
    ``kano`` (category of each attribute), ``hobbies`` and ``straight_liners``.
    """
    random = ground.random("surveys")
    rows = ground.chosen(ASKED, MOST_ASKED, random)
    asked = Answered(ground, rows, ground.late(rows, random), random)
    grown = (_personality(asked), _needs(asked), _kano(asked), _benefits(asked))
    sheets = tuple(sheet for part in grown for sheet in part.sheets)
    return Part(sheets, {name: table for part in grown for name, table in part.truth.items()})


def _personality(asked: Answered) -> Part:
    random, count = asked.random, len(asked.rows)
    latent = random.standard_normal((count, len(SCALES)))
    straight = random.random(count) < STRAIGHT
    hobby = random.integers(0, len(HOBBIES), count)
    columns, scales = asked.head() | {"hobby": texts(hobby, HOBBIES)}, []
    for place, (name, (loading, letter)) in enumerate(SCALES.items()):
        strength = loading * asked.ground.spec.survey_strength
        noise = np.sqrt(1.0 - strength**2) * random.standard_normal((count, ITEMS))
        for item in range(1, ITEMS + 1):
            told = points(3.0 + 1.1 * (strength * latent[:, place] + noise[:, item - 1]), 1, 5)
            told = np.where(straight, 4, 6 - told if item in TURNED else told)
            columns[f"{letter}{item}"] = empty(pa.array(told), random.random(count) >= MISSING)
        scales.append({"scale": name, "loading": strength, "alpha": planted_alpha(strength, ITEMS)})
    records = asked.ground.customers(asked.rows)
    truth = {
        "personality": pa.table({"record": records} | {name: latent[:, at] for at, name in enumerate(SCALES)}),
        "scales": pa.Table.from_pylist(scales),
        "hobbies": pa.table({"record": records, "hobby": texts(hobby, HOBBIES)}),
        "straight_liners": pa.table({"record": records.filter(pa.array(straight))}),
    }
    return Part((Sheet("personality_survey", "survey_responses", pa.table(columns)),), truth)


def planted_alpha(loading: float, items: int) -> float:
    """Cronbach's alpha of so many items that load alike on one trait and are answered on five points.

    The items' correlation is the loading squared times what rounding to points leaves of it; alpha by Spearman-Brown.
    """
    between = loading**2 * _kept_by_rounding()
    return items * between / (1.0 + (items - 1) * between)


@lru_cache(maxsize=1)
def _kept_by_rounding() -> float:
    """Squared correlation of a normal answer and its point on the scale, by integration."""
    grid = np.linspace(-6.0, 6.0, 20_001)
    weight = np.exp(-0.5 * grid**2)
    weight /= weight.sum()
    told = points(3.0 + 1.1 * grid, 1, 5)
    spread = weight @ (told - weight @ told) ** 2
    return float((weight @ (told * grid)) ** 2 / spread)


def _needs(asked: Answered) -> Part:
    """Importance and satisfaction of each need, satisfaction overall, likelihood to recommend: one row per answer."""
    random, count, ground = asked.random, len(asked.rows), asked.ground
    strength = ground.spec.survey_strength
    mood = 0.5 - ground.unhappy[asked.rows]
    answers: dict[str, NDArray[np.int64]] = {}
    overall = np.zeros(count)
    rows = []
    for name, (importance, satisfaction, kind, weight) in NEEDS.items():
        shift = strength * MOOD * mood * (weight > 0)
        important = importance + _SPREAD * random.standard_normal(count)
        content = satisfaction + _SPREAD * random.standard_normal(count) + shift
        answers[f"important_{name}"] = points(important, 1, 5)
        answers[f"satisfied_{name}"] = points(content, 1, 5)
        overall += strength * weight * (content - satisfaction)
        shares = _share_from_four(importance), _share_from_four(satisfaction + shift)
        opportunity = 10 * (shares[0] + max(shares[0] - shares[1], 0.0))
        rows.append({"need": name, "kind": kind, "importance": shares[0], "satisfaction": shares[1],
                     "opportunity": opportunity, "weight": weight * strength})  # fmt: skip
    answers["satisfied_overall"] = points(6.5 + 2.2 * overall + 0.9 * random.standard_normal(count), 1, 10)
    answers["recommend"] = points(7.0 + 2.0 * overall + 1.2 * random.standard_normal(count), 0, 10)
    whole = np.column_stack(list(answers.values()))
    kept = random.random(whole.shape) >= MISSING
    respondent, question = np.nonzero(kept)
    data = {
        "Survey": same("needs_survey", len(respondent)),
        "CustomerNo": ground.customers(asked.rows[respondent]),
        "RespondentId": numbered("N", respondent + 1, 6),
        "QuestionCode": texts(question, list(answers)),
        "Answer": pa.array(whole[kept]),
        "SubmittedAt": ground.moments(asked.day[respondent]),
    }
    return Part((Sheet("needs_survey", "survey_responses", pa.table(data)),), {"needs": pa.Table.from_pylist(rows)})


def _share_from_four(middle: Any) -> float:
    """Expected share of answers of 4 and 5 where answers lie around ``middle``."""
    from scipy.special import ndtr

    return float(np.mean(ndtr((np.asarray(middle, float) - 3.5) / _SPREAD)))


def _kano(asked: Answered) -> Part:
    random, count = asked.random, len(asked.rows)
    columns, rows = asked.head(), []
    for name, planted in KANO.items():
        clear = random.random(count) < _KANO_CLEAR
        for word, answer in zip(("with", "without"), planted, strict=True):
            told = np.where(clear, answer, random.integers(1, 6, count))
            columns[f"{name}_{word}"] = texts(told - 1, KANO_ANSWERS)
        rows.append({"attribute": name, "category": _category(*planted)})
    sheet = Sheet("kano_survey", "survey_responses", pa.table(columns))
    return Part((sheet,), {"kano": pa.Table.from_pylist(rows)})


def _category(present: int, absent: int) -> str:
    """The cell of Kano's table in which the planted pair lies (Berger et al. 1993)."""
    if present == 1:
        return "one_dimensional" if absent == 5 else "attractive"
    return "must_be" if absent == 5 else "indifferent"


def _benefits(asked: Answered) -> Part:
    """Yes or no to each benefit; latent segments prefer one class each, half of them at full strength."""
    random, count, ground = asked.random, len(asked.rows), asked.ground
    usual = ground.people.segment[asked.rows] % len(BENEFIT_CLASSES)
    own = np.where(random.random(count) < 0.5, usual, random.integers(0, len(BENEFIT_CLASSES), count))
    named = np.array(list(BENEFIT_CLASSES.values()))[own]
    chance = 0.5 + (_CLEAR - 0.5) * ground.spec.survey_strength * (2 * named - 1)
    told = (random.random(chance.shape) < chance).astype(np.int64)
    columns = asked.head() | {name: texts(told[:, place], ("no", "yes")) for place, name in enumerate(BENEFITS)}
    truth = {"record": ground.customers(asked.rows), "benefit_class": texts(own, list(BENEFIT_CLASSES))}
    return Part((Sheet("benefits_survey", "survey_responses", pa.table(columns)),), {"benefits": pa.table(truth)})
