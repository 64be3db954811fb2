"""What may be asked of the guided study."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from segmentry.terms.artifacts import Spec


@dataclass(frozen=True)
class GuideSpec(Spec):
    """Questions of a study at an instant.

    Attributes:
        study: Id of the study.
        as_of: Instant (UTC).
        last_day: Last local day that counts.
        measure: The outcome: ``next_spend``, ``retained`` or the name of a trait.
        period_days: Length of the period in which the outcome is measured; 0 for a quarter of the history, 90 at most.
        most_customers: Customers looked at; an even sample where there are more.
        random_state: Seed of every random draw.
    """

    study: str
    as_of: datetime
    last_day: date
    measure: str = "next_spend"
    period_days: int = 0
    most_customers: int = 20_000
    random_state: int = 0
