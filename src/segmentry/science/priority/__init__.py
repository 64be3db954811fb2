"""Which segments to serve first: attractiveness by strength, knock-outs, ranks with their uncertainty.

Duty: score segments by weighted criteria and say how sure the order is. Inputs: measures with intervals, weights,
demands. Outputs: scores, cells of the matrix, ranks, ties and reversals.
"""

from segmentry.science.priority.criteria import Bound, Measure
from segmentry.science.priority.matrix import BANDS, SHAKE, Priority, Reversal, Score, prioritize

__all__ = ["BANDS", "SHAKE", "Bound", "Measure", "Priority", "Reversal", "Score", "prioritize"]
