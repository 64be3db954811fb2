"""What every contestant does alike inside its own process: take times, print one JSON object. Needs no library."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


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
