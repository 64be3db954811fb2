"""Which number of segments to recommend, and the verdict on the structure behind it: stability first, then size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from segmentry.science.inputs import FloatArray
from segmentry.science.structure import StructureVerdict, VerdictName

TOLERANCE = 0.05
TOLERANCE_WEAKEST = (0.15, 0.08)
SMALLEST_SHARE = 0.02
WEAK, UNSTABLE = 0.75, 0.60
COMES_BACK = 0.80
LEAST_GAIN = 0.05
SURE, VERY_SURE = 2.5, 4.0
THINNER, APART = 0.8, 0.6
FAR_BELOW = 0.25
"""Share of the thinnest border of all null worlds below which a border is surely thinner, however they differ."""


@dataclass(frozen=True)
class Evidence:
    """What decides about one number of segments.

    Attributes:
        k: Segments.
        stability: Median adjusted Rand index over the bootstrap pairs.
        weakest: Lowest segment level stability within the solution.
        smallest: Share of the smallest segment in the base.
        border: Share of rows on a border.
        worst_border: The same in the segment where it is largest.
        null_stability: Median adjusted Rand index in each null world.
        null_border: Share on a border in each null world.
    """

    k: int
    stability: float
    weakest: float
    smallest: float
    border: float
    worst_border: float
    null_stability: FloatArray
    null_border: FloatArray

    def gains(self, sure: float) -> bool:
        """Whether stability is beyond what null worlds reach and differ by."""
        mean, spread = _center_and_spread(self.null_stability, 0.01)
        beyond = max(LEAST_GAIN, sure * spread)
        return self.stability - mean > beyond and self.stability > float(self.null_stability.max())

    def thins(self, ratio: float, sure: float) -> bool:
        """Whether fewer rows than in null worlds stand on a border: below ``ratio`` of their mean, and surely so."""
        mean, spread = _center_and_spread(self.null_border, 0.002)
        surely = mean - sure * spread
        if surely <= 0:
            # Null worlds cut in different places differ so much that no border could be thin enough by their spread.
            surely = FAR_BELOW * float(self.null_border.min())
        return self.border < ratio * mean and self.border <= max(surely, 0.0)

    @property
    def verdict(self) -> VerdictName:
        """The verdict on this number of segments alone."""
        comes_back = self.stability >= COMES_BACK and self.weakest >= UNSTABLE
        apart = self.worst_border < THINNER * float(self.null_border.mean())
        if comes_back and apart and self.thins(APART, VERY_SURE):
            return "natural"
        shown = self.gains(SURE) and self.thins(1.0, SURE)
        return "reproducible" if shown or (comes_back and self.thins(THINNER, VERY_SURE)) else "constructive"


def _center_and_spread(values: FloatArray, least: float) -> tuple[float, float]:
    return float(values.mean()), max(float(values.std(ddof=1)), least)


def recommend(evidence: Sequence[Evidence]) -> tuple[int, str, StructureVerdict]:
    """The number of segments to take, why, and the verdict.

    The best verdict goes first; among its numbers those within 0.05 of the most stable one whose smallest segment holds
    2 % of the base; among these those whose weakest segment is stable (0.75) and within 0.15 of the best weakest one
    (0.08 where segments are natural), or at least not unstable (0.60); of these the largest number. The adjusted Rand
    index hardly sees a small segment that is cut by chance; its own stability does.

    Args:
        evidence: One for each k, smallest first.

    Returns:
        k, a sentence, and the verdict with its figures.
    """
    ranks = ("natural", "reproducible", "constructive")
    verdict = min((each.verdict for each in evidence), key=ranks.index)
    of_kind = [each for each in evidence if each.verdict == verdict]
    most = max(each.stability for each in of_kind)
    near = [each for each in of_kind if each.stability >= most - TOLERANCE and each.smallest >= SMALLEST_SHARE]
    bar = max((each.weakest for each in near), default=1.0) - TOLERANCE_WEAKEST[verdict == "natural"]
    sound = [each for each in near if each.weakest >= max(WEAK, bar)]
    sound = sound or [each for each in near if each.weakest >= UNSTABLE]
    chosen = sound[-1] if sound else max(of_kind, key=lambda each: each.stability)
    why = _why(chosen, near, bool(sound), most)
    return chosen.k, why, StructureVerdict(verdict, _reason(chosen, verdict), _figures(chosen))


def _why(chosen: Evidence, near: Sequence[Evidence], sound: bool, most: float) -> str:
    others = ", ".join(str(each.k) for each in near if each.k != chosen.k)
    rivals = f" As stable within {TOLERANCE}: {others} segments." if others else ""
    rule = (
        "the largest number among the most stable ones whose segments all come back and hold 2 % of customers"
        if sound
        else "the most stable number, though its weakest segment is unstable or very small"
    )
    figures = f"median adjusted Rand {chosen.stability:.2f}, best {most:.2f}; weakest segment {chosen.weakest:.2f}"
    return f"{chosen.k} segments: {rule} ({figures}).{rivals}"


def _reason(chosen: Evidence, verdict: VerdictName) -> str:
    cloud = f"one cloud of the same size, margins and covariance gives {chosen.null_stability.mean():.2f}"
    border = f"{chosen.border:.0%} of customers stand on a border, {chosen.null_border.mean():.0%} in one cloud"
    stable = f"stability {chosen.stability:.2f}, where {cloud}"
    return {
        "natural": f"Segments stand apart: {border}; {stable}.",
        "reproducible": f"Segments come back, without clear gaps between them: {stable}; {border}.",
        "constructive": f"The segments are a useful cut, not a finding: {stable}; {border}.",
    }[verdict]


def _figures(chosen: Evidence) -> dict[str, float]:
    return {
        "k": chosen.k,
        "stability": chosen.stability,
        "null_stability": float(chosen.null_stability.mean()),
        "null_stability_highest": float(chosen.null_stability.max()),
        "border_share": chosen.border,
        "null_border_share": float(chosen.null_border.mean()),
        "null_border_share_lowest": float(chosen.null_border.min()),
        "weakest_segment": chosen.weakest,
        "null_worlds": int(np.size(chosen.null_stability)),
    }
