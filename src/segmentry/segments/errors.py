"""The one error of definitions: everything wrong with one, each mistake at its place."""

from __future__ import annotations

from segmentry.terms.errors import SegmentryError


class DefinitionError(SegmentryError):
    """A definition cannot be read, or asks for what does not exist."""
