"""Segmentry: 100 starts, full passes, 100 bootstrap pairs, criteria and null worlds for k = 2..10, k and verdict."""

from __future__ import annotations

import sys

import numpy as np

from measuring import Report

report = Report()
data = np.load(sys.argv[1])
rows, truth = data["rows"], data["truth"]
with report.timed("import"):
    from segmentry.science.exploration import explore
    from segmentry.science.stability import adjusted_rand
with report.timed("choose"):
    found = explore(rows, range(2, 11))
report.note(
    version="this working copy",
    objective={each.k: each.objective for each in found.solutions},
    chosen=found.k,
    verdict=found.verdict.verdict,
    agreement=adjusted_rand(truth, found.solution.labels),
    stability={each.k: float(np.median(each.global_stability)) for each in found.solutions},
    weakest={each.k: float(each.slsw.min()) for each in found.solutions},
)
report.print()
