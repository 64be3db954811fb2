"""A definition: the tree that says who belongs, with its names and its zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmentry.segments.tree.base import Condition
from segmentry.terms.vocabulary import Kind, Objective

Subject = Literal["customers", "accounts"]
SUBJECTS: tuple[Subject, ...] = ("customers", "accounts")


@dataclass(frozen=True, slots=True)
class Definition:
    """A named group and who belongs to it.

    Attributes:
        id: The stem of its file; never changes.
        name: Name for people.
        where: Who belongs.
        of: Whether members are customers or accounts.
        timezone: IANA zone in which its days and windows are read.
        objective: What the segment is for; None if not said.
        kinds: Kinds of parties its universe is made of.
        description: Free words.
    """

    id: str
    name: str
    where: Condition
    of: Subject = "customers"
    timezone: str = "UTC"
    objective: Objective | None = None
    kinds: tuple[Kind, ...] = (Kind.BUYER,)
    description: str = ""
