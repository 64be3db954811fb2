"""Brings a ledger to the version this code knows; refuses one that is newer."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from segmentry.engine.ledger.models import Base
from segmentry.terms.errors import Problem, WorkspaceError

HEAD = "0003"
"""The newest version of the ledger's tables."""


def upgrade(engine: Engine, revision: str = HEAD) -> str | None:
    """Create or upgrade the ledger's tables in one transaction.

    Returns:
        The version found before, or None for a new ledger.

    Raises:
        WorkspaceError: the ledger was written by a newer segmentry.
    """
    with engine.begin() as connection:
        found = current(connection)
        if found is None and revision == HEAD:
            _create(connection)
        elif found is None or found < revision:
            _migrate(connection, revision)
        elif found > HEAD:
            raise WorkspaceError(_too_new(found))
    return found


def current(connection: Connection) -> str | None:
    """The version of the ledger, or None where there is none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _create(connection: Connection) -> None:
    """All tables at once: the same as every migration in turn (a test compares them), without loading Alembic."""
    Base.metadata.create_all(connection)
    connection.execute(
        text(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _migrate(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _too_new(found: str) -> Problem:
    return Problem(
        "WORKSPACE_NEWER",
        "The workspace was written by a newer segmentry",
        "ledger",
        f"version {found}; this segmentry knows up to {HEAD}",
        "Upgrade segmentry and open it again.",
    )
