"""Ours: a process that imports only segmentry.science, on a row per customer."""

from __future__ import annotations

from population import MONTHLY_DISCOUNT, MONTHS, WEEKS_PER_MONTH, customers

from measuring import Report

report = Report()
with report.timed("import"):
    from segmentry.science import BetaGeometric, GammaGamma, discount_rate_per_unit

frequency, recency, age, spend = customers()
repeat = frequency > 0
with report.timed("fit_purchases"):
    purchases = BetaGeometric().fit(frequency, recency, age)
with report.timed("fit_spend"):
    value = GammaGamma().fit(frequency[repeat], spend[repeat])
weekly = discount_rate_per_unit(MONTHLY_DISCOUNT, WEEKS_PER_MONTH)
with report.timed("clv_12_months"):
    clv = purchases.discounted_expected(MONTHS * WEEKS_PER_MONTH, weekly, step=WEEKS_PER_MONTH)
    clv *= value.expected_spend(frequency, spend)
report.note(
    version="working copy",
    parameters=purchases.parameters_,
    log_likelihood=purchases.log_likelihood_,
    clv_total=float(clv.sum()),
)
report.print()
