"""A PostgreSQL server of its own for a test, where the programs of one are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """The folder with ``initdb`` and ``pg_ctl``; None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


@contextmanager
def server() -> Iterator[str]:
    """A fresh server on loopback; yields the address of its database, with the password as a variable."""
    folder = Path(tempfile.mkdtemp(prefix="segmentry-postgres-"))
    home = programs()
    if home is None:
        raise RuntimeError("PostgreSQL is not installed")
    try:
        folder.chmod(0o777)
        (folder / "password").write_text("secret of the test", encoding="utf8")
        data, port = folder / "data", _free_port()
        _run([home / "initdb", "-D", data, "-U", "shop", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}"])
        options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
        _run([home / "pg_ctl", "-D", data, "-o", options, "-w", "-l", folder / "log", "start"])
        try:
            yield f"postgresql+psycopg://shop:${{SHOP_PASSWORD}}@127.0.0.1:{port}/postgres"
        finally:
            _run([home / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


PASSWORD = "secret of the test"
"""The password of the server's only user."""


def _run(command: Sequence[object]) -> None:
    """Run a program of PostgreSQL, as the user postgres where we are root: it refuses root."""
    words = [str(each) for each in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    subprocess.run(words, check=True, capture_output=True, timeout=120, cwd="/")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
