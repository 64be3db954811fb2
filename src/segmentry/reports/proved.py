"""What is proved of each segment and what is not: gate and guard."""

from __future__ import annotations

from segmentry.reports.blocks import Block, Definitions, Picture, Section, Text
from segmentry.reports.told import Told

_CRITERIA = (
    ("Measurable", "A short rule finds the members again among customers it was not learned from."),
    ("Substantial", "It holds at least the share of customers that the study asks for."),
    ("Reachable", "Enough of its members may be contacted and have an address."),
    ("Distinct", "It differs in something that did not make it."),
    ("Actionable", "An experiment has shown that it answers differently."),
    ("Stable", "It comes back in bootstrap samples."),
)


def section(told: Told) -> Section | None:
    """The section on gate and guard; None where no segments were found."""
    if told.found is None:
        return None
    blocks: list[Block] = [
        Text(
            "A segment that was found is not yet a segment that pays. Six questions are asked of each; where no figure "
            "can answer, the answer is “unproven” and not “yes”. Then: from which rise of its value would a treatment "
            "of its own pay, and could a test show such a rise at all?"
        ),
        Picture("gate"),
        Definitions(_CRITERIA),
        *_manageable(told),
        Picture("guard"),
    ]
    return Section("proof", "What is proved and what is not", blocks)


def _manageable(told: Told) -> list[Block]:
    kept, k = told.get("segmentation.segments_kept"), told.get("segmentation.k")
    most = told.get("segmentation.manageable_segments")
    if not isinstance(kept, int) or not isinstance(k, int):
        return []
    team = f" The study says that the team can manage {told.count(most)}." if isinstance(most, int) else ""
    return [
        Text(
            f"Of {told.counted(k, 'segment')}, {told.count(kept)} should stand apart by the costs declared in the "
            f"study: a treatment of their own can pay and a test can show it, or they are niches that pay.{team}"
        )
    ]
