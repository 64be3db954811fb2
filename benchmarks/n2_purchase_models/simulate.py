"""One million customers of a BG/NBD world at day grain, made with numpy alone, favoring no contestant."""

from __future__ import annotations

import sys

import numpy as np

CUSTOMERS, DAYS = 1_000_000, 546


def main(path: str, customers: int = CUSTOMERS) -> None:
    """Write frequency, recency and age (weeks) and mean repeat spend to ``path``."""
    random = np.random.default_rng(20)
    age = random.integers(1, DAYS + 1, customers)
    rate = random.gamma(0.243, 1 / (4.414 * 7), customers)
    departs = random.geometric(np.maximum(random.beta(0.793, 2.426, customers), 1e-12))
    arrivals = random.poisson(rate * age)
    frequency = np.minimum(arrivals, departs)
    after = np.where(arrivals < departs, 1, arrivals - frequency + 1)
    place = random.beta(np.maximum(frequency, 1e-9), after)
    recency = np.where(frequency > 0, np.clip(np.ceil(place * age), 1, age), 0)
    frequency = np.minimum(frequency, recency)
    amounts = random.gamma(np.maximum(6.25 * frequency, 1), 1 / random.gamma(3.74, 1 / 15.44, customers))
    spend = np.where(frequency > 0, amounts / np.maximum(frequency, 1), 0.0)
    np.savez(path, frequency=frequency.astype(float), recency=recency / 7, age=age / 7, spend=spend)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
