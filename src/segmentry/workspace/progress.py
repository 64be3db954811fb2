"""What a door may watch while long work runs: the step, and how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float], None]
"""Called with the name of the step and the share of the whole job that is done, from 0 to 1."""


def silent(_step: str, _share: float) -> None:
    """Progress that nobody watches."""


class Stopwatch:
    """Seconds by step, in the order in which steps were first entered."""

    def __init__(self, progress: Progress = silent) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress

    @contextmanager
    def step(self, name: str, share: float) -> Iterator[None]:
        """Time a step and tell that it begins; ``share`` of the whole job is done by then."""
        self.progress(name, share)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 3)
