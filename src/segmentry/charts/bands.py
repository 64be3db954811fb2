"""The order of groups as people read them: bands of numbers by their lower edge, names by the alphabet."""

from __future__ import annotations

import math
import re

_NUMBER = r"\d+(?:\.\d+)?"
_BAND = re.compile(rf"(under |below |up to |<\s*)?({_NUMBER})(?:\s*(?:to|-|–)\s*{_NUMBER}| and over|\s*\+)?", re.I)


def lower_edge(group: str) -> tuple[float, str]:
    """A key to sort groups by: the lower edge of a band such as ``18 to 24``, names after all bands.

    Args:
        group: Name of a group; ``under 18`` begins below every other band, ``65 and over`` at 65.
    """
    found = _BAND.fullmatch(group.strip())
    if found is None:
        return math.inf, group
    return (-math.inf if found[1] else float(found[2])), group
