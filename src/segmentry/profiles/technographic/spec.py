"""What may be asked of the technographic basis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

_DECLARED = {
    "use_days": Declared("whole number", 7, 730),
    "adopters": Declared("whole number", 2, 1_000_000),
    "adoption_of": Declared("text"),
    "skill": Declared("text"),
    "skill_words": Declared("texts"),
}


@dataclass(frozen=True)
class TechnographicSpec(Spec):
    """What parties work with, at an instant.

    Attributes:
        as_of: Instant (UTC) for which the statements hold.
        last_day: The last local day that counts.
        currency: ISO code of all amounts; unused here.
        use_days: Days up to the as-of over which use of the internet is measured.
        adopters: Parties that must have adopted a technology before their times say who was early.
        adoption_of: The technology whose adoption makes the classes; all of them together where none is named.
        skill: Column of customers that tells technological skill; the first usual one where none is named.
        skill_words: Words for skill, the lowest first, where it is told in words.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    use_days: int = 90
    adopters: int = 20
    adoption_of: str | None = None
    skill: str | None = None
    skill_words: tuple[str, ...] = ("none", "beginner", "intermediate", "advanced", "expert")

    @classmethod
    def from_settings(
        cls, given: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> TechnographicSpec:
        """The spec that section ``[technographic]`` of the settings asks for.

        Raises:
            SettingsError: with every setting that is unknown or wrong.
        """
        return cls(as_of, last_day, currency, **read_declared("technographic", given, _DECLARED))
