"""Loads or refreshes a workspace and says on standard output when each phase begins; run and killed by test_crash."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from segmentry.engine import Engine, Ledger, Run
from segmentry.engine.warehouse import DuckWarehouse
from segmentry.workspace import Workspace


def announce(phase: str, owner: type, name: str) -> None:
    """Let ``owner.name`` say that its phase begins, then do its work."""
    original: Callable[..., Any] = getattr(owner, name)

    def announcing(*arguments: Any, **options: Any) -> Any:
        sys.stdout.write(phase + "\n")
        sys.stdout.flush()
        return original(*arguments, **options)

    setattr(owner, name, announcing)


def main() -> None:
    """Announce every phase of the operation asked for."""
    folder, operation, source = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    with Workspace.open(folder) as workspace:
        announce("stage", Run, "__init__")
        announce("publish", Run, "publish")
        announce("write", DuckWarehouse, "write")
        announce("commit", Ledger, "commit")
        announce("prune", Engine, "prune")
        announce("forget", Ledger, "forget")
        announce("drop", DuckWarehouse, "drop")
        if operation == "load":
            workspace.load(source)
        else:
            workspace.refresh()
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
