"""The alternative as most people use it: lifetimes on a row per customer."""

from __future__ import annotations

from population import MONTHLY_DISCOUNT, MONTHS, customers, log_likelihood

from measuring import Report

report = Report()
with report.timed("import"):
    import lifetimes
    import pandas as pd
    from lifetimes import BetaGeoFitter, GammaGammaFitter

frequency, recency, age, spend = map(pd.Series, customers())
repeat = frequency > 0
with report.timed("fit_purchases"):
    purchases = BetaGeoFitter(penalizer_coef=0.0).fit(frequency, recency, age)
with report.timed("fit_spend"):
    value = GammaGammaFitter(penalizer_coef=0.0).fit(frequency[repeat], spend[repeat])
with report.timed("clv_12_months"):
    clv = value.customer_lifetime_value(
        purchases, frequency, recency, age, spend, time=MONTHS, discount_rate=MONTHLY_DISCOUNT, freq="W"
    )
report.note(
    version=lifetimes.__version__,
    parameters={name: float(number) for name, number in purchases.params_.items()},
    log_likelihood=log_likelihood(purchases, len(frequency), frequency.sum()),
    clv_total=float(clv.sum()),
)
report.print()
