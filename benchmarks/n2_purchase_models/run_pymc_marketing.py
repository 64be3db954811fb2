"""The Bayesian alternative at its fastest: pymc-marketing, maximum a posteriori, its default priors."""

from __future__ import annotations

from population import MONTHLY_DISCOUNT, MONTHS, customers

from measuring import Report

report = Report()
with report.timed("import"):
    import pandas as pd
    import pymc_marketing
    from pymc_marketing.clv import BetaGeoModel, GammaGammaModel

frequency, recency, age, spend = customers()
data = pd.DataFrame(
    {
        "customer_id": range(len(frequency)),
        "frequency": frequency,
        "recency": recency,
        "T": age,
        "monetary_value": spend,
    }
)
with report.timed("fit_purchases"):
    purchases = BetaGeoModel(data=data[["customer_id", "frequency", "recency", "T"]])
    purchases.fit(method="map", progressbar=False)
with report.timed("fit_spend"):
    repeat = data.loc[data["frequency"] > 0, ["customer_id", "frequency", "monetary_value"]]
    value = GammaGammaModel(data=repeat)
    value.fit(method="map", progressbar=False)
with report.timed("clv_12_months"):
    clv = value.expected_customer_lifetime_value(
        transaction_model=purchases, data=data, future_t=MONTHS, discount_rate=MONTHLY_DISCOUNT, time_unit="W"
    )
names = ("r", "alpha", "a", "b")
report.note(
    version=pymc_marketing.__version__,
    parameters={name: float(purchases.idata.posterior[name].mean()) for name in names},
    clv_total=float(clv.sum()),
)
report.print()
