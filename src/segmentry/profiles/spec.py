"""What may be asked of profiles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from segmentry.terms.artifacts import Spec


@dataclass(frozen=True)
class ProfileSpec(Spec):
    """Profiles at an instant.

    Attributes:
        as_of: Instant (UTC) for which profiles hold.
        last_day: The last local day that counts, the day before the as-of.
        currency: ISO code of all amounts; None where no source tells one.
        lawful_basis: The ground (GDPR Art. 9) on which special categories may be used; None keeps them locked.
        timezone: IANA time zone in which days and months begin.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    lawful_basis: str | None = None
    timezone: str = "UTC"
