"""Ours: the product's own rooms on an engine of its own, from a Parquet file of order lines to scored customers."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

from measuring import Report
from segmentry.discovery.rfm import rfm_scores
from segmentry.discovery.tables import RFM_SCORES
from segmentry.engine import Engine, EngineSettings
from segmentry.profiles import run as profiles
from segmentry.profiles.spec import ProfileSpec
from segmentry.sources.orders import customers_of, orders_of
from segmentry.terms.canonical import CUSTOMERS, ORDER_LINES, ORDERS

file, folder, memory_limit, last_day, as_of = sys.argv[1:]
report = Report()
Path(folder).mkdir()
with (
    report.timed("tables"),
    Engine.open(Path(folder), EngineSettings(memory_limit=memory_limit)) as engine,
    engine.run("benchmark") as run,
):
    engine.warehouse.backend().con.execute(f"CREATE VIEW physical.parquet AS SELECT * FROM '{file}'")
    with report.timed("orders"):
        run.publish(ORDER_LINES, engine.warehouse.table("parquet"), view=True)
        run.publish(ORDERS, orders_of(run.table("order_lines")), parents=("order_lines",))
    with report.timed("customers"):
        run.publish(CUSTOMERS, customers_of(run.table("order_lines"), ()), parents=("order_lines",))
    with report.timed("profiles"):
        profiles.refresh(run, ProfileSpec(datetime.fromisoformat(as_of), date.fromisoformat(last_day), "GBP"))
    with report.timed("rfm_scores"):
        run.publish(RFM_SCORES, rfm_scores(run.table("purchase_history"), 5), parents=("purchase_history",))
report.note(version="working copy")
report.print()
