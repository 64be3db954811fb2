"""The result of one check: what was looked at, how it went, and a sentence that says so."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["passed", "warned", "failed", "not_checked"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of data or of a fitted model.

    Attributes:
        name: Stable name, such as ``spend_against_frequency``.
        status: ``passed``, ``warned`` (read with care), ``failed`` (do not use) or ``not_checked``.
        statistic: The measured number, in the unit the text names; NaN where nothing could be measured.
        text: One or two sentences for people: what was measured, and what follows from it.
        suggestion: Name of a model or remedy that fits better, or an empty text.
    """

    name: str
    status: Status
    statistic: float
    text: str
    suggestion: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The check as a mapping; a statistic that is not finite becomes ``None``."""
        fields = asdict(self)
        if not math.isfinite(self.statistic):
            fields["statistic"] = None
        return fields


def judge(value: float, warn_at: float, fail_at: float = float("inf")) -> Status:
    """``failed`` from ``fail_at`` on, ``warned`` from ``warn_at`` on, else ``passed``; NaN is ``not_checked``."""
    if math.isnan(value):
        return "not_checked"
    if value >= fail_at:
        return "failed"
    return "warned" if value >= warn_at else "passed"
