"""Small surveys as Arrow tables, and what is published of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np

from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles.catalog import TraitCatalog
from segmentry.terms.canonical import CUSTOMERS, SURVEY_RESPONSES
from tests.rooms.shops import arrow, party

AS_OF, LAST = datetime(2025, 1, 1), date(2024, 12, 31)
WHEN: dict[str, Any] = {"as_of": AS_OF, "last_day": LAST}


def form(who: str, answers: Mapping[str, object], **told: Any) -> list[dict[str, Any]]:
    """One filled questionnaire as rows of survey responses."""
    filled = {"source": "panel", "survey_id": "wave", "response_id": who, "party_key": who, "answered_at": None}
    rows = []
    for question, answer in answers.items():
        number = answer if isinstance(answer, int | float | np.integer) else None
        text = None if answer is None else str(answer)
        rows.append(filled | {"question": question, "answer": text, "score": number} | told)
    return rows


def sheet(values: Any, questions: Sequence[str], prefix: str = "r", **told: Any) -> list[dict[str, Any]]:
    """A table of points, shape (n, k), as questionnaires of ``r000``, ``r001`` and so on; NaN where left out."""
    rows = []
    for place, line in enumerate(np.asarray(values, dtype=float)):
        given = {name: None if np.isnan(each) else float(each) for name, each in zip(questions, line, strict=True)}
        rows += form(f"{prefix}{place:03}", given, **told)
    return rows


def publish(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Publish responses, and everybody who answered."""
    with engine.run("load") as run:
        run.publish(SURVEY_RESPONSES, arrow(SURVEY_RESPONSES, rows))
        keys = dict.fromkeys(row["party_key"] for row in rows)
        run.publish(CUSTOMERS, arrow(CUSTOMERS, [party(key) for key in keys]))


def refreshed(engine: Engine, *steps: Any) -> TraitCatalog:
    """Identity, then each step with the run and the catalog, as one refresh."""
    catalog = TraitCatalog()
    with engine.run("refresh", AS_OF) as run:
        profiles.publish_identity(run)
        for step in steps:
            step(run, catalog)
    return catalog


def table(engine: Engine, name: str, *keys: str) -> dict[Any, dict[str, Any]]:
    """The rows of a published table by one key, or by several."""
    rows = engine.rows(engine.table(name))
    return {row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys): row for row in rows}


def one_factor(rows: int, items: int, seed: int = 0, noise: float = 0.8) -> Any:
    """Answers from 1 to 5 that have one thing in common, shape (rows, items)."""
    random = np.random.default_rng(seed)
    common = random.standard_normal((rows, 1))
    return np.clip(np.round(3 + common + noise * random.standard_normal((rows, items))), 1, 5)
