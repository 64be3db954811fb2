"""The ledger's tables, migrations and store."""

from segmentry.engine.ledger.store import Ledger, LoadRecord, RunRecord

__all__ = ["Ledger", "LoadRecord", "RunRecord"]
