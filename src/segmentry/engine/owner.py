"""One process owns a workspace at a time; everybody else is told who it is and since when."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from segmentry.terms.errors import Problem, WorkspaceError

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(1_000_000)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Ownership:
    """The right to write a workspace: a lock of the operating system, which ends with the process that holds it."""

    def __init__(self, folder: Path, purpose: str) -> None:
        self.path = folder / "owner.lock"
        self.purpose = purpose
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock; `WorkspaceError` names the holder if somebody else has it."""
        try:
            file = self.path.open("a+", encoding="utf8")
        except OSError as error:
            raise WorkspaceError(_unwritable(self.path.parent, error)) from error
        try:
            _lock(file)
        except OSError:
            file.seek(0)
            holder = file.read()
            file.close()
            raise WorkspaceError(_held(self.path.parent, holder)) from None
        file.seek(0)
        file.truncate()
        since = datetime.now(UTC).isoformat(timespec="seconds")
        json.dump({"process": os.getpid(), "purpose": self.purpose, "since": since}, file)
        file.flush()
        self._file = file

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
            self._file.close()
            self._file = None


def _unwritable(folder: Path, error: OSError) -> Problem:
    next_step = "Ask for the right to write there, or copy the folder to a place of your own."
    return Problem("WORKSPACE_UNWRITABLE", "The workspace cannot be written", str(folder), str(error), next_step)


def _held(folder: Path, holder: str) -> Problem:
    try:
        told = json.loads(holder)
        given = f"process {told['process']} ({told['purpose']}) since {told['since']}"
    except (ValueError, KeyError, TypeError):
        given = "a process that is just opening it"
    return Problem(
        "WORKSPACE_HELD",
        "The workspace is in use by another process",
        str(folder),
        given,
        "Wait until it has ended, or end it, and try again.",
    )
