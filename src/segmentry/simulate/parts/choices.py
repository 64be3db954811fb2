"""What customers choose among offers that were made up for them: a conjoint study with planted classes of tastes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.simulate.columns import same
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, texts
from segmentry.simulate.purchase_process import Floats

STUDY = "gift_choices"
ASKED, MOST_ASKED = 0.25, 1_500
TASKS, OFFERS = 12, 3
"""Tasks of a respondent, and offers in each beside that of taking none."""

MATERIALS = ("paper", "wood", "metal")
PRICES = (6.0, 9.0, 12.0, 15.0)
DELIVERY = (1, 3, 5)

TASTES: dict[str, dict[str, float]] = {
    "careful": {"wood": 0.2, "metal": -0.2, "price": -0.45, "delivery_days": -0.05, "recycled": 0.3, "none": -5.5},
    "choosy": {"wood": 1.8, "metal": 0.6, "price": -0.08, "delivery_days": -0.05, "recycled": 1.6, "none": -0.3},
    "hurried": {"wood": 0.1, "metal": 0.5, "price": -0.12, "delivery_days": -0.90, "recycled": 0.0, "none": -4.0},
}
"""Planted utilities by class: of a material beyond paper, of one unit of price, of a day of waiting, of recycled, and
of taking none of the offers."""


def grow(ground: Ground) -> Part:
    """The part ``choices``.

    Truth: ``choice_classes`` (class of each respondent) and ``choice_tastes`` (utility of each attribute by class).
    Latent segments prefer one class each, half of their members at random; at ``survey_strength`` 0 everybody draws
    lots.
    """
    random = ground.random("choices")
    rows = ground.chosen(ASKED, MOST_ASKED, random)
    usual = ground.people.segment[rows] % len(TASTES)
    own = np.where(random.random(len(rows)) < 0.5, usual, random.integers(0, len(TASTES), len(rows)))
    whole = (len(rows), TASKS, OFFERS)
    offers = {
        "material": random.integers(0, len(MATERIALS), whole),
        "price": random.integers(0, len(PRICES), whole),
        "delivery_days": random.integers(0, len(DELIVERY), whole),
        "recycled": random.integers(0, 2, whole),
    }
    strength = ground.spec.survey_strength
    utility = strength * _utilities(offers, own) + random.gumbel(size=(*whole[:2], OFFERS + 1))
    picked = utility.argmax(axis=2)
    shape = utility.shape
    respondent, task, place = (each.ravel() for each in np.indices(shape))
    real = place < OFFERS
    columns = {name: np.concatenate([each, np.zeros((*whole[:2], 1), np.int64)], axis=2).ravel() for name, each in
               offers.items()}  # fmt: skip
    data: dict[str, Any] = {
        "Study": same(STUDY, place.size),
        "CustomerNo": ground.customers(rows[respondent]),
        "TaskNo": pa.array(task + 1),
        "Alternative": texts(place, [*(f"offer {number}" for number in range(1, OFFERS + 1)), "none"]),
        "Material": texts(columns["material"], MATERIALS, real),
        "Price": empty(pa.array(np.array(PRICES)[columns["price"]]), real),
        "DeliveryDays": empty(pa.array(np.array(DELIVERY)[columns["delivery_days"]]), real),
        "Recycled": texts(columns["recycled"], ("no", "yes"), real),
        "Chosen": pa.array((place == picked[respondent, task]).astype(np.int64)),
        "SubmittedAt": ground.moments(ground.late(rows, random)[respondent]),
    }
    tastes = [
        {"class": name, "attribute": attribute, "utility": strength * each}
        for name, taste in TASTES.items()
        for attribute, each in taste.items()
    ]
    truth = {
        "choice_classes": pa.table({"record": ground.customers(rows), "choice_class": texts(own, list(TASTES))}),
        "choice_tastes": pa.Table.from_pylist(tastes),
    }
    return Part((Sheet(STUDY, "choices", pa.table(data)),), truth)


def _utilities(offers: dict[str, Any], own: Any) -> Floats:
    """Utility of each offer and, last, of none to each respondent."""
    by_class = {name: np.array([taste[name] for taste in TASTES.values()])[own] for name in TASTES["careful"]}
    wide = {name: each[:, None, None] for name, each in by_class.items()}
    told = (
        (offers["material"] == 1) * wide["wood"]
        + (offers["material"] == 2) * wide["metal"]
        + np.array(PRICES)[offers["price"]] * wide["price"]
        + np.array(DELIVERY)[offers["delivery_days"]] * wide["delivery_days"]
        + offers["recycled"] * wide["recycled"]
    )
    none = np.broadcast_to(wide["none"], (*told.shape[:2], 1))
    return np.asarray(np.concatenate([told, none], axis=2), dtype=np.float64)
