"""Conditions on a customer's standing: other segments, consent, chance, and the account behind the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from segmentry.segments.tree.base import Condition
from segmentry.segments.tree.time import Window


@dataclass(frozen=True, slots=True)
class InSegment(Condition):
    """A member of another segment, now or on a day.

    Attributes:
        segment: Id or name of the segment.
        on: Local day at whose end membership is asked for; None for the as-of itself.
    """

    segment: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Moved(Condition):
    """Entered or left another segment in a window.

    Attributes:
        segment: Id or name of the segment.
        change: ``entered`` or ``left``.
        window: When.
    """

    segment: str
    change: Literal["entered", "left"]
    window: Window


@dataclass(frozen=True, slots=True)
class Consents(Condition):
    """The latest word of the customer on a purpose is yes.

    Attributes:
        purpose: The purpose, such as ``marketing``.
    """

    purpose: str


@dataclass(frozen=True, slots=True)
class Reachable(Condition):
    """There is a usable address for a channel and, where a purpose is named, consent for it.

    Attributes:
        channel: The channel, such as ``email``.
        purpose: The purpose; None for the address alone.
    """

    channel: str
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Bucket(Condition):
    """In a share drawn by chance that stays the same: by the hash of salt and oldest party key.

    Attributes:
        first: First bucket, from 1 on.
        last: Last bucket, included.
        of: Number of buckets.
        salt: Keeps one draw apart from another.
    """

    first: int
    last: int
    of: int
    salt: str


@dataclass(frozen=True, slots=True)
class AllContacts(Condition):
    """Every contact of the account fulfils a condition; false without contacts.

    Attributes:
        where: Condition on the contact.
        role: Role in the buying center; None for any.
    """

    where: Condition
    role: str | None = None


@dataclass(frozen=True, slots=True)
class AtAccount(Condition):
    """The customer is a contact of an account that fulfils a condition.

    Attributes:
        where: Condition on the account.
        role: Role the customer has there; None for any.
    """

    where: Condition
    role: str | None = None
