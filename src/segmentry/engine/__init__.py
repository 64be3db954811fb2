"""The only room that opens a database.

Duty: keep the warehouse (Ibis on DuckDB or Spark) and the ledger (SQLAlchemy on SQLite or PostgreSQL), hand out
tables as Ibis expressions, and publish new versions so that one row in the ledger commits all of them.
Inputs: Ibis expressions or Arrow under a contract. Outputs: artifacts, expressions and Arrow.
"""

from segmentry.engine.engine import Engine
from segmentry.engine.ledger import MOST_INSTANTS, DueRecord, Ledger, LoadRecord, RunRecord
from segmentry.engine.run import Run
from segmentry.engine.settings import EngineSettings
from segmentry.engine.types import MONEY, arrow_schema, conform, data_type

__all__ = [
    "MONEY",
    "MOST_INSTANTS",
    "DueRecord",
    "Engine",
    "EngineSettings",
    "Ledger",
    "LoadRecord",
    "Run",
    "RunRecord",
    "arrow_schema",
    "conform",
    "data_type",
]
