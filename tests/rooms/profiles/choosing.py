"""Studies of choices as rows, with planted tastes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from segmentry.engine import Engine
from segmentry.terms.canonical import CHOICES, CUSTOMERS
from segmentry.terms.tables import Column, ColumnType
from tests.rooms.shops import arrow, party

BRANDS = ("Alpha", "Beta", "Gamma")
PRICES = ("2.5", "3", "3.5", "4")
ASKED_AT = datetime(2024, 5, 1, 10)
TASTES = (
    {"Beta": 1.2, "Gamma": -0.4, "price": -0.4, "organic": 1.6, "none": -2.5},
    {"Beta": -0.3, "Gamma": 0.2, "price": -1.9, "organic": 0.2, "none": -7.5},
)
"""Utilities of two classes: of brands beyond Alpha, of one unit of price, of organic, and of taking none."""

Row = dict[str, Any]


def offers(
    tastes: Sequence[Mapping[str, float]] = TASTES,
    people: int = 120,
    tasks: int = 8,
    *,
    seed: int = 0,
    with_none: bool = True,
) -> tuple[list[Row], list[int]]:
    """Rows of people who choose among three offers, and none where asked; and the class of each."""
    random = np.random.default_rng(seed)
    classes = random.integers(0, len(tastes), people)
    rows = []
    for person, own in enumerate(classes):
        taste = tastes[own]
        for task in range(tasks):
            offered = [(random.choice(BRANDS), random.choice(PRICES), random.integers(2)) for _ in range(3)]
            utility = [
                taste.get(brand, 0.0) + taste["price"] * float(price) + taste["organic"] * organic
                for brand, price, organic in offered
            ]
            utility += [taste["none"]] * with_none
            best = int(np.argmax(np.array(utility) + random.gumbel(size=len(utility))))
            told = [{"brand": str(b), "price": str(p), "organic": ("no", "yes")[o]} for b, p, o in offered]
            rows += task_of(f"p{person:03}", task, [*told, *([{}] * with_none)], best)
    return rows, classes.tolist()


def task_of(who: str, task: int, alternatives: Sequence[Mapping[str, str]], best: int, **more: Any) -> list[Row]:
    """One task as rows; an alternative without attributes is called none."""
    return [
        {
            "source": "panel",
            "survey_id": "snacks",
            "party_key": who,
            "task_id": f"{task:02}",
            "alternative_id": str(place) if told else "none",
            "chosen": place == best,
            "worst": None,
            "answered_at": ASKED_AT + timedelta(minutes=task),
            **{f"given_{name}": told.get(name) for name in ("brand", "price", "organic")},
            **more,
        }
        for place, told in enumerate(alternatives)
    ]


def sets(scores: Mapping[str, float], people: int, tasks: int = 6, seed: int = 0) -> list[Row]:
    """Rows of people who name the best and the worst of four items, by the same scores for everybody."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(people):
        for task in range(tasks):
            items = random.choice(list(scores), 4, replace=False)
            utility = np.array([scores[each] for each in items])
            best = int(np.argmax(utility + random.gumbel(size=4)))
            worst = int(np.argmax(np.where(np.arange(4) == best, -np.inf, -utility + random.gumbel(size=4))))
            for place, row in enumerate(task_of(f"p{person:03}", task, [{"brand": "x"}] * 4, best)):
                named = {name: value for name, value in row.items() if not name.startswith("given_")}
                rows.append(named | {"alternative_id": str(items[place]), "worst": place == worst})
    return rows


def keyed(rows: Sequence[Row]) -> list[Row]:
    """The same with the customer beside the party, as the engine hands them on."""
    return [row | {"customer_id": row["party_key"]} for row in rows]


def publish(engine: Engine, rows: Sequence[Row]) -> None:
    """Publish choices and everybody who chose."""
    given = [name for name in (rows[0] if rows else {}) if name.startswith("given_")]
    contract = CHOICES.with_columns([Column(name, ColumnType.TEXT, "An attribute.") for name in given])
    with engine.run("load") as run:
        run.publish(CHOICES, arrow(contract, list(rows)))
        run.publish(
            CUSTOMERS, arrow(CUSTOMERS, [party(key) for key in dict.fromkeys(row["party_key"] for row in rows)])
        )
