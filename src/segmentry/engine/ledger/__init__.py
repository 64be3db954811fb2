"""The ledger's tables, migrations and store."""

from segmentry.engine.ledger.due import MOST_INSTANTS, DueRecord
from segmentry.engine.ledger.store import Ledger, LoadRecord, RunRecord

__all__ = ["MOST_INSTANTS", "DueRecord", "Ledger", "LoadRecord", "RunRecord"]
