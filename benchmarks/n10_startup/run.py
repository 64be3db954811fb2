"""Benchmark N10: how long the import and the help take, beside a bare interpreter and ``import pandas``.

Run it by ``python -m benchmarks N10`` or ``python -m benchmarks.n10_startup.run [--repeats 10]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.contest import (
    Run,
    at_most,
    interpreter_of,
    middle,
    ratio,
    run_process,
    runs_table,
    take_turns,
    write_results,
)

HERE = Path(__file__).parent
PANDAS = ["pandas"]
NOTE = (
    "Whole processes with warm file caches, so the bare interpreter is part of every figure. pandas stands in an "
    "environment of its own. The third part of N10, the first painted page, waits for the page."
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Let all four start in turn, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10)
    asked = parser.parse_args(arguments)
    program = shutil.which("segmentry", path=str(Path(sys.executable).parent)) or "segmentry"
    commands: dict[str, list[str]] = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import pandas": [str(interpreter_of("n10_pandas", PANDAS)), "-c", "import pandas"],
        "import segmentry": [sys.executable, "-c", "import segmentry"],
        "segmentry --help": [program, "--help"],
    }
    for command in commands.values():
        run_process(command)
    runs = take_turns({name: _starter(command) for name, command in commands.items()}, asked.repeats)
    bare, pandas, imported, helped = (middle(made) for made in runs.values())
    verdicts = [
        at_most("import segmentry", 0.3, imported, " s"),
        at_most("segmentry --help", 0.5, helped, " s"),
        at_most("import segmentry over import pandas", 1.0, ratio(imported, pandas)),
    ]
    page = [
        *runs_table(runs, ("whole", "processor")),
        "",
        f"Over a bare interpreter: the import takes {ratio(imported, bare) or 0:.2g} times as long, "
        f"the help {ratio(helped, bare) or 0:.2g} times.",
    ]
    write_results(HERE, "N10: starting up", NOTE, runs, verdicts, page=page)


def _starter(command: list[str]) -> Callable[[], Run]:
    def start() -> Run:
        return run_process(command)

    return start


if __name__ == "__main__":
    main()
