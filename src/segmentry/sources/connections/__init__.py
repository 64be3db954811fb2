"""Connections to SQL databases and REST services: what changed is fetched into staging, a snapshot of it is loaded.

In: a `Connection`. Out: one Parquet file for each of its tables, whole or not at all, which is then loaded like any
file. The extra ``connections`` brings what fetches (dlt).
"""

from segmentry.sources.connections.fetching import Fetched, fetch
from segmentry.sources.connections.spec import Connection, Fetch, read_connections

__all__ = ["Connection", "Fetch", "Fetched", "fetch", "read_connections"]
