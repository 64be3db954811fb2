"""scikit-learn as it is used by default: ``KMeans(k)`` on all rows for k = 2..10, k chosen by silhouette."""

from __future__ import annotations

import sys

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from measuring import Report

KS, SAMPLE = range(2, 11), 10_000

report = Report()
data = np.load(sys.argv[1])
rows, truth = data["rows"], data["truth"]
some = np.random.default_rng(0).choice(len(rows), SAMPLE, replace=False)
with report.timed("fit"):
    fits = {k: KMeans(k, random_state=0).fit(rows) for k in KS}
with report.timed("choose"):
    widths = {k: float(silhouette_score(rows[some], fit.labels_[some])) for k, fit in fits.items()}
chosen = max(widths, key=lambda k: widths[k])
report.note(
    version=sklearn.__version__,
    objective={k: float(fit.inertia_) for k, fit in fits.items()},
    chosen=chosen,
    agreement=float(adjusted_rand_score(truth, fits[chosen].labels_)),
)
report.print()
