"""The ledger's versions, one file each, in order."""
