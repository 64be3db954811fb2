"""What customers work with, and when they came to it: adoption after Bass 1969, innovators and imitators."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from segmentry.simulate.parts.ground import Ground, Part, Sheet, texts
from segmentry.simulate.purchase_process import Floats

USED = {
    "Android phone": ("device", 0.55),
    "iPhone": ("device", 0.42),
    "tablet": ("device", 0.30),
    "Chrome": ("browser", 0.60),
    "Safari": ("browser", 0.30),
    "Firefox": ("browser", 0.12),
}
"""Technologies without a story: category and share of the customers."""
DIFFUSING: dict[str, tuple[str, float, float, float]] = {
    "smart speaker": ("device", 0.03, 0.38, 0.35),
    "mobile wallet": ("application", 0.01, 0.55, 0.45),
    "augmented reality view": ("application", 0.02, 0.30, 0.20),
}
"""Technologies that spread: category, coefficients p and q of Bass a year, share of the customers in the market."""
YEARS = 12.0
"""Years before the end at which each of them came on the market."""
MOST = 100_000


def grow(ground: Ground) -> Part:
    """The part ``technology``: truth ``diffusion`` (p, q, market, adopters) and ``adoptions`` (day of each)."""
    random = ground.random("technology")
    everybody = ground.chosen(1.0, MOST, random)
    begin = ground.spec.days - YEARS * 365.25
    parts, facts = [], []
    names = [*USED, *DIFFUSING]
    for place, name in enumerate(names):
        if name in USED:
            share = USED[name][1]
            own = everybody[random.random(len(everybody)) < share]
            day = ground.people.acquired[own] - random.exponential(300.0, len(own))
        else:
            _, innovation, imitation, share = DIFFUSING[name]
            market = everybody[random.random(len(everybody)) < share]
            years = bass_times(random.random(len(market)), innovation, imitation)
            adopted = years < YEARS
            own, day = market[adopted], begin + years[adopted] * 365.25
            facts.append({"technology": name, "innovation": innovation, "imitation": imitation,
                          "market": len(market), "adopters": len(own)})  # fmt: skip
        parts.append((own, np.full(len(own), place), day))
    rows, technology, first = (np.concatenate(part) for part in zip(*parts, strict=True))
    first = np.minimum(first, ground.spec.days - 1.0)
    last = np.maximum(first, ground.spec.days - 1.0 - random.exponential(60.0, len(rows)))
    categories = [(USED.get(name) or DIFFUSING[name])[0] for name in names]
    data = {
        "CustomerNo": ground.customers(rows),
        "Technology": texts(technology, names),
        "Category": texts(technology, categories),
        "Version": texts(random.integers(0, 9, len(rows)), [str(number) for number in range(9, 18)]),
        "FirstSeen": ground.dates(first),
        "LastSeen": ground.dates(last),
    }
    spread = technology >= len(USED)
    adoptions = {
        "record": ground.customers(rows[spread]),
        "technology": texts(technology[spread], names),
        "adopted": ground.dates(first[spread]),
    }
    truth = {"diffusion": pa.Table.from_pylist(facts), "adoptions": pa.table(adoptions)}
    return Part((Sheet("technologies", "technologies", pa.table(data)),), truth)


def bass_times(shares: Floats, innovation: float, imitation: float) -> Floats:
    """Years until each share of the market has adopted: F(t) = (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t), turned round.

    Args:
        shares: Uniform draws, 0 to below 1; shape (n,).
        innovation: Coefficient p, above 0.
        imitation: Coefficient q, 0 or more.
    """
    both, odds = innovation + imitation, imitation / innovation
    return np.asarray(np.log((1.0 + odds * shares) / (1.0 - shares)) / both)
