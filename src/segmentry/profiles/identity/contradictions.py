"""What contradicts that two parties are one person: another day of birth, another first name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

Description = Mapping[str, str | None]
"""``birth`` (eight digits, year first) and ``first_name`` of a party, each None where it is not told."""

ANOTHER_BIRTH, ANOTHER_NAME = "another day of birth", "another first name"
FAMILY = "one house, but another first name or day of birth"


def contradiction(left: Description, right: Description) -> str | None:
    """What speaks against one person behind both descriptions, in words; None if nothing does."""
    if _differ_in_birth(left.get("birth"), right.get("birth")):
        return ANOTHER_BIRTH
    if _differ_in_name(left.get("first_name"), right.get("first_name")):
        return ANOTHER_NAME
    return None


def family(left: Sequence[Description], right: Sequence[Description]) -> str | None:
    """Whether two groups look like two members of one family: much alike, but nobody the same by name or birth.

    An error in one of both is outweighed by agreement in the other; where one differs and the other does not agree, or
    is not told, the groups are two people of one surname and address until somebody says otherwise.
    """
    pairs = list(product(left, right))
    if any(contradiction(one, other) for one, other in pairs) and not any(_agree(one, other) for one, other in pairs):
        return FAMILY
    return None


def _agree(left: Description, right: Description) -> bool:
    """Whether first name or birth are told on both sides and do not differ."""
    births, names = (left.get("birth"), right.get("birth")), (left.get("first_name"), right.get("first_name"))
    same_birth = None not in births and not _differ_in_birth(*births)
    return same_birth or (None not in names and not _differ_in_name(*names))


def _differ_in_birth(left: str | None, right: str | None) -> bool:
    """More than two of the eight digits differ, and day and month are not merely swapped."""
    if left is None or right is None:
        return False
    swapped = right[:4] + right[6:] + right[4:6]
    return left != swapped and sum(one != other for one, other in zip(left, right, strict=True)) > 2


def _differ_in_name(left: str | None, right: str | None) -> bool:
    """Neither the same, nor short for the other, nor one slip of the pen away; of several names the first counts."""
    if left is None or right is None:
        return False
    one, other = left.replace(" ", ""), right.replace(" ", "")
    return not (one.startswith(other) or other.startswith(one) or _one_slip(one, other))


def _one_slip(left: str, right: str) -> bool:
    """Whether one letter more, less, changed, or two neighbors swapped make one text the other."""
    if abs(len(left) - len(right)) > 1:
        return False
    start = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    if start is None:
        return True
    one, other = left[start:], right[start:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]
