"""What may be asked of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

STAGES = (
    "lead",
    "prospecting",
    "discovery",
    "qualification",
    "qualified",
    "engaging",
    "needs analysis",
    "demonstration",
    "proposal",
    "quote",
    "negotiation",
    "contract",
)
"""Usual stages of a sale, the earliest first."""

_DECLARED = {
    "silence_days": Declared("whole number", 1, 3650),
    "stages": Declared("texts"),
    "roll_up": Declared("texts"),
}


@dataclass(frozen=True)
class AccountSpec(Spec):
    """Organizations at an instant.

    Attributes:
        as_of: Instant (UTC) for which the statements hold.
        last_day: The last local day that counts, the day before the as-of.
        currency: ISO code of amounts that name none.
        silence_days: Days without any sign after which a contact, and an account, is silent.
        stages: Stages of a sale, the earliest first.
        roll_up: Traits of contacts to roll up to their account: numbers by their mean, words by the most frequent.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    silence_days: int = 90
    stages: tuple[str, ...] = STAGES
    roll_up: tuple[str, ...] = ()

    @classmethod
    def from_settings(
        cls, given: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> AccountSpec:
        """The spec that section ``[accounts]`` of the settings asks for.

        Raises:
            SettingsError: with every setting that is unknown or wrong.
        """
        return cls(as_of, last_day, currency, **read_declared("accounts", given, _DECLARED))
