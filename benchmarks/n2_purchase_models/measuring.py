"""What every contestant does alike: read the data, take times, print one JSON object. Needs numpy only."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

MONTHS, MONTHLY_DISCOUNT, WEEKS_PER_MONTH = 12, 0.01, 4.345


class Report:
    """Times, figures and peak memory of one contestant's process."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {"seconds": {}}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Take the wall time of a block under ``name``."""
        started = time.perf_counter()
        yield
        self.figures["seconds"][name] = round(time.perf_counter() - started, 4)

    def note(self, **figures: Any) -> None:
        """Keep figures to compare: log-likelihoods, parameters, totals, versions."""
        self.figures.update(figures)

    def print(self) -> None:
        """Write the figures with the peak memory of the process in MB as the last line."""
        self.figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
        print(json.dumps(self.figures))


def customers() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Frequency, recency, age in weeks and mean repeat spend, from the file named on the command line."""
    with np.load(sys.argv[1]) as data:
        return data["frequency"], data["recency"], data["age"], data["spend"]


def log_likelihood(fitter: Any, size: float, purchases: float) -> float:
    """The log-likelihood of a fitter of lifetimes, brought back from the scaled time in which it is kept."""
    return float(-fitter._negative_log_likelihood_ * size + purchases * np.log(fitter._scale))
