"""Numbers that say what they are: estimates with intervals, and answers that cannot be given."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """An answer that cannot be given, with the reason in plain words; never 0, p = 1 or an empty chart."""

    reason: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"not estimable: {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """``{"not_estimable": reason}``, the shape every door prints."""
        return {"not_estimable": self.reason}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: The point estimate, in ``unit``.
        low: Lower end of the interval.
        high: Upper end of the interval.
        unit: What is counted, such as ``GBP`` or ``orders``.
        level: Coverage the interval is built for, 0.95 by default.
        kind: What the interval covers: ``mean`` (uncertain parameters only) or ``prediction`` (outcomes as well).
    """

    value: float
    low: float
    high: float
    unit: str = ""
    level: float = 0.95
    kind: str = "mean"

    def as_dict(self) -> dict[str, Any]:
        """The estimate as a JSON-ready mapping; values that are not finite become ``not_estimable``."""
        if not all(map(math.isfinite, (self.value, self.low, self.high))):
            return NotEstimable("the estimate or its interval is not finite").as_dict()
        return {
            "estimate": self.value,
            "low": self.low,
            "high": self.high,
            "unit": self.unit,
            "level": self.level,
            "interval": self.kind,
        }


def as_json(value: Any) -> Any:
    """``value`` as the doors print it, at any depth.

    Estimates and refusals become mappings, money becomes a number, instants (UTC) become ISO texts that end in Z, and
    days ISO texts.
    """
    if isinstance(value, Estimate | NotEstimable):
        return value.as_dict()
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return _number_as_json(value) if isinstance(value, Decimal | float) else _time_as_json(value)


def _number_as_json(value: Decimal | float) -> Any:
    number = float(value)
    return number if math.isfinite(number) else NotEstimable("the value is not finite").as_dict()


def _time_as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    return value.isoformat() if isinstance(value, date) else value
