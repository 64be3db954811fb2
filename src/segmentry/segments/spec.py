"""What may be asked of segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from segmentry.terms.artifacts import Spec


@dataclass(frozen=True)
class MembershipSpec(Spec):
    """Membership at an instant.

    Attributes:
        as_of: Instant (UTC) at which definitions are evaluated.
        complete_through: Instant (UTC) through which the sources tell everything.
        timezone: Zone of the workspace's days.
    """

    as_of: datetime
    complete_through: datetime
    timezone: str = "UTC"
