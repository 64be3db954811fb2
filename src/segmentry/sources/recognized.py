"""What one column of a file was taken for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recognized:
    """What one column was taken for.

    Attributes:
        role: What it means.
        column: Name of the column.
        place: Its place in the file, from 0.
        confidence: From 0 to 1; 1 where it was told.
        reason: Why, in words.
        alternatives: Other columns that could have it, the likeliest first.
    """

    role: str
    column: str
    place: int
    confidence: float
    reason: str
    alternatives: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """The finding as a JSON-ready mapping."""
        return {
            "role": self.role,
            "column": self.column,
            "confidence": round(self.confidence, 2),
            "reason": self.reason,
            "alternatives": list(self.alternatives),
        }
