"""The command line: every verb of the workspace, with progress on long work and ``--json`` everywhere."""

from __future__ import annotations

import gc
import sys

YOUNG_AND_OLD = (50_000, 20, 50)
"""Expressions are made of many small objects that die young: looking for garbage less often saves a tenth of time."""


def main() -> None:
    """Run the command line; the exit code is 0, 2 for a mistake that is explained, 130 when interrupted."""
    from segmentry.interfaces.cli.application import run_command

    gc.set_threshold(*YOUNG_AND_OLD)
    sys.exit(run_command(sys.argv[1:]))
