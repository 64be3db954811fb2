"""The command line: every verb of the workspace, with progress on long work and ``--json`` everywhere."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; the exit code is 0, 2 for a mistake that is explained, 130 when interrupted."""
    from segmentry.interfaces.cli.application import run_command

    sys.exit(run_command(sys.argv[1:]))
