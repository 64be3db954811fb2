"""The alternative: the notebook people write for this job, as a script. It holds a fraction of the report.

Cleans the lines, scores RFM by quintiles, fits BG/NBD and Gamma-Gamma, values 12 months, clusters for k = 2 to 8.
"""

from __future__ import annotations

import sys

from measuring import Report

report = Report()
with report.timed("import"):
    import lifetimes
    import pandas as pd
    import sklearn
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

with report.timed("read"):
    lines = pd.read_csv(sys.argv[1], dtype={"Invoice": str, "StockCode": str}, parse_dates=["InvoiceDate"])

with report.timed("clean"):
    lines = lines.dropna(subset=["Customer ID"])
    lines = lines[~lines["Invoice"].str.startswith("C")]
    lines = lines[(lines["Quantity"] > 0) & (lines["Price"] > 0)].drop_duplicates()
    lines["Amount"] = lines["Quantity"] * lines["Price"]

with report.timed("rfm"):
    now = lines["InvoiceDate"].max() + pd.Timedelta(days=1)
    rfm = lines.groupby("Customer ID").agg(
        recency=("InvoiceDate", lambda days: (now - days.max()).days),
        frequency=("Invoice", "nunique"),
        monetary=("Amount", "sum"),
    )
    rfm["R"] = pd.qcut(rfm["recency"].rank(method="first"), 5, labels=[5, 4, 3, 2, 1])
    rfm["F"] = pd.qcut(rfm["frequency"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
    rfm["M"] = pd.qcut(rfm["monetary"].rank(method="first"), 5, labels=[1, 2, 3, 4, 5])
    rfm["RFM"] = rfm["R"].astype(str) + rfm["F"].astype(str) + rfm["M"].astype(str)

with report.timed("value"):
    summary = summary_data_from_transaction_data(
        lines, "Customer ID", "InvoiceDate", monetary_value_col="Amount", freq="D"
    )
    purchases = BetaGeoFitter(penalizer_coef=0.001).fit(summary["frequency"], summary["recency"], summary["T"])
    repeat = summary[(summary["frequency"] > 0) & (summary["monetary_value"] > 0)]
    spend = GammaGammaFitter(penalizer_coef=0.001).fit(repeat["frequency"], repeat["monetary_value"])
    clv = spend.customer_lifetime_value(
        purchases,
        repeat["frequency"],
        repeat["recency"],
        repeat["T"],
        repeat["monetary_value"],
        time=12,
        discount_rate=0.01,
        freq="D",
    )

with report.timed("clusters"):
    scaled = StandardScaler().fit_transform(rfm[["recency", "frequency", "monetary"]])
    inertia = {k: KMeans(k, n_init=10, random_state=0).fit(scaled).inertia_ for k in range(2, 9)}

report.note(
    version=f"pandas {pd.__version__}, lifetimes {lifetimes.__version__}, scikit-learn {sklearn.__version__}",
    customers=len(rfm),
    clv_total=float(clv.sum()),
    inertia=inertia,
)
report.print()
