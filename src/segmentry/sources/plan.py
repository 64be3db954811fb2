"""What is to be loaded, and what it replaces."""

from __future__ import annotations

from dataclasses import dataclass

from segmentry.sources.opening import OpenedFile
from segmentry.sources.spec import LoadSpec


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that is to be loaded.

    Attributes:
        index: Place of its spec in the call.
        spec: What was asked.
        file: The opened file.
        load_id: Id of the load; sorts in order of arrival.
        replaces: Id of the load it corrects, if any.
    """

    index: int
    spec: LoadSpec
    file: OpenedFile
    load_id: str
    replaces: str | None
