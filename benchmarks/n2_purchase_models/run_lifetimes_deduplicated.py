"""The alternative used with care: lifetimes on distinct (frequency, recency, age) rows with weights."""

from __future__ import annotations

from population import customers, log_likelihood

from measuring import Report

report = Report()
with report.timed("import"):
    import lifetimes
    import pandas as pd
    from lifetimes import BetaGeoFitter, GammaGammaFitter

frequency, recency, age, spend = map(pd.Series, customers())
repeat = frequency > 0
with report.timed("fit_purchases"):
    rows = pd.DataFrame({"frequency": frequency, "recency": recency, "age": age})
    distinct = rows.groupby(["frequency", "recency", "age"], sort=False).size().reset_index(name="weights")
    purchases = BetaGeoFitter(penalizer_coef=0.0).fit(
        distinct["frequency"], distinct["recency"], distinct["age"], weights=distinct["weights"]
    )
with report.timed("fit_spend"):
    value = GammaGammaFitter(penalizer_coef=0.0).fit(frequency[repeat], spend[repeat])
report.note(
    version=lifetimes.__version__,
    parameters={name: float(number) for name, number in purchases.params_.items()},
    log_likelihood=log_likelihood(purchases, distinct["weights"].sum(), frequency.sum()),
    distinct_rows=len(distinct),
)
report.print()
