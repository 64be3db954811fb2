"""What may be asked of maps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from segmentry.terms.artifacts import Spec

Method = Literal["plain", "principal", "discriminant", "correspondence", "perceived"]


@dataclass(frozen=True)
class Offer(Spec):
    """An offer that customers can choose, ours or a competitor's.

    Attributes:
        name: Its name.
        position: Pairs of attribute and value, in the attribute's own unit.
        strength: How surely it serves whoever is near, above 0 up to 1.
    """

    name: str
    position: tuple[tuple[str, float], ...]
    strength: float = 1.0


@dataclass(frozen=True)
class MapSpec(Spec):
    """A map of the segments of one segmentation.

    Attributes:
        as_of: Instant (UTC) for which it holds.
        segmentation: Name of the segmentation.
        attributes: Traits to draw from; empty to let the map choose. With ``plain``, two of them are the axes.
        method: ``plain`` (two attributes, the pair that separates best), ``principal``, ``discriminant``,
            ``correspondence`` (segments by the levels of a name, such as country), or ``perceived`` (how often
            customers buy against the value they perceive, where a trait tells it).
        points: Most customers drawn as points.
        unit: Currency of the amounts.
        offers: All offers that customers can choose; without them, and traits named ``ideal_`` and the attribute,
            no gaps can be told.
        chosen: Whether it is drawn beside the usual map of its kind, under a name of its own.
    """

    as_of: datetime
    segmentation: str
    attributes: tuple[str, ...] = ()
    method: Method = "plain"
    points: int = 2000
    unit: str = "currency units"
    offers: tuple[Offer, ...] = ()
    chosen: bool = False

    @property
    def name(self) -> str:
        """Name of the map, unique within a workspace; one of chosen attributes never stands in for the usual one."""
        return f"{self.segmentation}/{self.method}{'_chosen' if self.chosen else ''}"
