"""What may be asked of the kinds of customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

_DECLARED = {
    "renewal_days": Declared("whole number", 1, 730),
    "usage_days": Declared("whole number", 7, 730),
    "usage_drop": Declared("number", 0.01, 1.0),
    "usage_metric": Declared("text"),
    "satisfaction_days": Declared("whole number", 7, 3650),
    "satisfaction_low": Declared("number", 0.0, 1.0),
    "waiting_target": Declared("number", 0.0, 1e6),
    "handling_target": Declared("number", 0.0, 1e6),
    "user_column": Declared("text"),
    "payer_column": Declared("text"),
    "contribution_share": Declared("number", 0.0, 1.0),
    "referral_credit": Declared("number", 0.0, 1.0),
}


@dataclass(frozen=True)
class KindsSpec(Spec):
    """Kinds of customers at an instant.

    Attributes:
        as_of: Instant (UTC) for which the statements hold.
        last_day: The last local day that counts.
        currency: ISO code of amounts that name none.
        renewal_days: A contract that ends within so many days is due for renewal.
        usage_days: Days over which usage is compared with as many days before.
        usage_drop: Fall of usage, as a share, that counts as falling.
        usage_metric: What is metered that counts; the metric told of most payers where none is named.
        satisfaction_days: Days up to the as-of from which ratings count.
        satisfaction_low: Mean satisfaction of users, 0 to 1, below which it is low.
        waiting_target: Minutes an internal customer should wait at most; no service level without it.
        handling_target: Minutes that handling a case should take at most.
        user_column: Column of order lines that tells who uses what was bought.
        payer_column: Column of order lines that tells who pays.
        contribution_share: Share of the revenue a contribution caused that counts as its value.
        referral_credit: Share of the value of a referred customer that goes to who brought it.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    renewal_days: int = 90
    usage_days: int = 90
    usage_drop: float = 0.2
    usage_metric: str | None = None
    satisfaction_days: int = 365
    satisfaction_low: float = 0.5
    waiting_target: float | None = None
    handling_target: float | None = None
    user_column: str | None = None
    payer_column: str | None = None
    contribution_share: float = 1.0
    referral_credit: float = 1.0

    @classmethod
    def from_settings(
        cls, given: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> KindsSpec:
        """The spec that section ``[kinds]`` of the settings asks for.

        Raises:
            SettingsError: with every setting that is unknown or wrong.
        """
        return cls(as_of, last_day, currency, **read_declared("kinds", given, _DECLARED))
