"""What may be asked of a study of choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from segmentry.profiles.settings import Declared, Settings
from segmentry.terms.artifacts import Spec


@dataclass(frozen=True)
class ChoicesSpec(Spec):
    """A study in which people chose among alternatives, or named the best and the worst of a set.

    Attributes:
        survey_id: The study; empty for the one that most people answered.
        price: The attribute that is a price, against which others are weighed; empty for none.
        attributes: Columns that are attributes; empty for all that differ between the alternatives of a task.
        categories: Attributes whose numbers are mere names, such as brand 1, 2, 3.
        bases: Attributes with the level that others are held against; the first one in order where none is told.
        most: Most classes that are tried.
    """

    survey_id: str = ""
    price: str = ""
    attributes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    most: int = 5

    @classmethod
    def from_table(cls, settings: Settings) -> Self:
        """The spec out of ``[needs.choices]``.

        Args:
            settings: The table; what is wrong is put down there.
        """
        found = cls(
            settings.text("survey"),
            settings.text("price"),
            settings.texts("attributes"),
            settings.texts("categories"),
            settings.take("bases", (), Declared("texts by name")),
            int(settings.number("most", 5, 1, 8)),
        )
        if found.price and found.price in found.categories:
            settings.wrong("price", found.price, "A price is a number, not a name", "Leave it out of categories.")
        strangers = [
            each
            for each in (found.price, *found.categories, *(name for name, _ in found.bases))
            if each and found.attributes and each not in found.attributes
        ]
        if strangers:
            step = "Name them under attributes, or leave attributes out."
            settings.wrong("attributes", ", ".join(strangers), "These are no attributes of the study", step)
        settings.done()
        return found
