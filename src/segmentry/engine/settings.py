"""Settings of the warehouse, each with its default and what it does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How much of the machine the warehouse may use, and how long it remembers.

    Attributes:
        memory_limit: Memory of the process, such as ``4GB``; DuckDB gets 80 % of it before it writes to
            ``temp_directory``. None for 80 % of the machine's.
        threads: Number of threads; None for one per processor.
        temp_directory: Where work that does not fit goes; None for a folder inside the workspace.
        keep_versions: How many versions of each published table stay, the current one included.
    """

    memory_limit: str | None = None
    threads: int | None = None
    temp_directory: str | None = None
    keep_versions: int = 3
