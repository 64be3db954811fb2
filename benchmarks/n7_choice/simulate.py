"""One million customers in six unequal segments of ten variables, made with numpy alone, favoring no contestant."""

from __future__ import annotations

import sys

import numpy as np

CUSTOMERS, VARIABLES = 1_000_000, 10
SHARES = (0.30, 0.25, 0.18, 0.13, 0.09, 0.05)


def main(path: str, customers: int = CUSTOMERS) -> None:
    """Write rows (float32) and true segments to ``path``."""
    random = np.random.default_rng(7)
    centers = random.normal(0, 1.5, (len(SHARES), VARIABLES))
    truth = random.choice(len(SHARES), customers, p=SHARES)
    rows = centers[truth] + random.normal(size=(customers, VARIABLES))
    np.savez(path, rows=rows.astype(np.float32), truth=truth.astype(np.int8))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
