"""What organizations work with: a stack that grows with their staff, each technology with the day it was first seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.simulate.columns import numbered
from segmentry.simulate.parts.ground import Ground, texts
from segmentry.simulate.purchase_process import Floats

STACK = {
    "spreadsheets": ("office", 0.9),
    "bookkeeping": ("finance", 0.7),
    "customer database": ("sales", 0.45),
    "mail campaigns": ("marketing", 0.35),
    "resource planning": ("operations", 0.25),
    "data warehouse": ("analytics", 0.15),
}
"""Technologies of organizations: category and share of those with a hundred people that have them."""
BY_STAFF = 0.6
"""Log odds of having each of them for e times the staff."""


def company_stacks(ground: Ground, staff: Floats, random: np.random.Generator) -> tuple[Any, Any]:
    """Rows of the file ``company_technologies``, and the truth ``company_stacks``: how many each organization has.

    Args:
        ground: The company.
        staff: People of each organization, in the order of their numbers; shape (organizations,).
        random: Draws of its own.
    """
    shares = np.array([share for _, share in STACK.values()])
    odds = np.log(shares / (1.0 - shares)) + BY_STAFF * np.log(staff / 100.0)[:, None]
    has = random.random((len(staff), len(STACK))) < 1.0 / (1.0 + np.exp(-odds))
    firm, technology = np.nonzero(has)
    first = ground.spec.days - 1.0 - random.exponential(600.0, len(firm))
    last = np.maximum(first, ground.spec.days - 1.0 - random.exponential(45.0, len(firm)))
    rows = {
        "AccountId": numbered("F", firm + 1, 6),
        "Technology": texts(technology, list(STACK)),
        "Category": texts(technology, [category for category, _ in STACK.values()]),
        "FirstSeen": ground.dates(first),
        "LastSeen": ground.dates(last),
        "Evidence": texts(random.integers(0, 3, len(firm)), ("job advertisement", "website", "survey")),
    }
    everybody = np.arange(len(staff))
    truth = {"account": numbered("F", everybody + 1, 6), "technologies": pa.array(has.sum(axis=1))}
    return pa.table(rows), pa.table(truth)
