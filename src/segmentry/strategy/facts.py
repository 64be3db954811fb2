"""What is known of one segment, figure by figure, each with the table and column it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a segment.

    Attributes:
        name: Short name by which rules ask for it.
        value: The figure, or a name such as a category; None where it is not known.
        base: The same of the whole base, where there is such a thing.
        table: Published table it comes from.
        column: Column of that table.
        unit: What is counted.
    """

    name: str
    value: Any
    base: Any = None
    table: str = ""
    column: str = ""
    unit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The figure as evidence under a line."""
        told = {"figure": self.name, "value": self.value, "table": self.table, "column": self.column, "unit": self.unit}
        return told if self.base is None else told | {"base": self.base}


@dataclass(frozen=True)
class Facts:
    """Everything known of one segment.

    Attributes:
        segment_id: Id of the segment.
        name: Its name.
        figures: Figures by name.
        statuses: Members by user status.
    """

    segment_id: str
    name: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    statuses: Mapping[str, int] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.figures and self.figures[name].value is not None

    def __getitem__(self, name: str) -> Any:
        return self.figures[name].value

    def base(self, name: str) -> Any:
        """The figure of the whole base."""
        return self.figures[name].base

    def get(self, name: str, other: float) -> float:
        """The figure, or ``other`` where it is not known."""
        return float(self[name]) if name in self else other

    def status_share(self, *names: str) -> float:
        """Share of members in one of the user statuses; 0 where nobody is known."""
        total = sum(self.statuses.values())
        return sum(self.statuses.get(name, 0) for name in names) / total if total else 0.0

    def above(self, name: str, ratio: float) -> bool:
        """Whether a figure is known and at least ``ratio`` times the base's, which is above 0."""
        return name in self and bool(self.base(name)) and self[name] >= ratio * self.base(name)

    def below(self, name: str, ratio: float) -> bool:
        """Whether a figure is known and at most ``ratio`` times the base's, which is above 0."""
        return name in self and bool(self.base(name)) and self[name] <= ratio * self.base(name)
