"""Benchmark N4: a hundred definitions over 1 million customers and 20 million events, against DuckDB by hand.

Run it by ``python -m benchmarks N4`` or
``python -m benchmarks.n4_segments.run [--customers 1000000] [--events 20000000] [--repeats 3]``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.contest import (
    DATA,
    Run,
    Verdict,
    at_most,
    middle,
    peak,
    ratio,
    run_process,
    runs_table,
    table,
    take_turns,
    write_results,
)

HERE = Path(__file__).parent
CUSTOMERS, EVENTS, SEED = 1_000_000, 20_000_000, 4
MEMORY_LIMIT = "4GB"
NUMBERS = (10, 50, 100, 200)
THEIRS, OURS = "DuckDB by hand", "segmentry"
WITH_DUE = "segmentry, with the due instants of 35 days"
NOTE = (
    "Both read the same tables in one DuckDB file, laid out in order of event name and time, and end with one truth "
    "for each customer and segment (`segments`), then with members as rows and what changed since the evaluation "
    "before (`changes`), under a memory limit of 4 GB. Ours also reads the definitions from text and plans. Members "
    "and changes are compared row by row. When the clock will next move whom is worked out in a run of its own."
)


def company(customers: int, events: int, *, sort: bool = True) -> Path:
    """The company, written once."""
    from benchmarks.n4_segments.simulate import write

    path = DATA / f"company_{customers}{'' if sort else '_unsorted'}.duckdb"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        write(unfinished, customers, events, SEED, sort=sort)
        unfinished.rename(path)
    return path


def earlier(data: Path, place: Path) -> Path:
    """The members of an evaluation before, written once from a run of the alternative."""
    from benchmarks.n4_segments.simulate import write_before

    path = DATA / data.name.replace("company", "before")
    if not path.exists():
        nothing, first = place / "nothing.duckdb", place / "first.duckdb"
        write_before(nothing, None)
        contestant("run_duckdb.py", data, nothing, first)()
        write_before(path, first)
        first.unlink()
    return path


def contestant(script: str, data: Path, before: Path, target: Path, *further: str) -> Callable[[], Run]:
    """One run of one contestant into a fresh database; the last one is kept for the comparison."""

    def start() -> Run:
        if target.is_dir():
            shutil.rmtree(target)
        target.unlink(missing_ok=True)
        command = [sys.executable, "-W", "ignore", HERE / script, data, before, target, MEMORY_LIMIT, *further]
        return run_process(command, source=True)

    return start


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the company, let both run, compare, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args(arguments)
    data, loose = (company(asked.customers, asked.events, sort=sort) for sort in (True, False))
    with tempfile.TemporaryDirectory(dir=DATA) as place:
        folder = Path(place)
        before = earlier(data, folder)
        theirs, ours, other = folder / "theirs.duckdb", folder / "ours", folder / "other"
        contestants = {
            THEIRS: contestant("run_duckdb.py", data, before, theirs),
            OURS: contestant("run_segmentry.py", data, before, ours),
        }
        runs = take_turns(contestants, asked.repeats)
        compared = run_process([sys.executable, HERE / "compare.py", theirs, ours / "warehouse.duckdb"])
        further = {
            f"segmentry, {number} definitions": contestant("run_segmentry.py", data, before, other, str(number))
            for number in NUMBERS
        }
        further[WITH_DUE] = contestant("run_segmentry.py", data, before, other, "100", "due")
        further["segmentry, facts not in order"] = contestant("run_segmentry.py", loose, before, other)
        further["DuckDB by hand, facts not in order"] = contestant(
            "run_duckdb.py", loose, before, folder / "loose.duckdb"
        )
        runs |= take_turns(further, 1)
    write(runs, compared, asked.customers, asked.events)


def judge(runs: dict[str, list[Run]], compared: Run) -> list[Verdict]:
    """Each goal with what was reached."""
    different = compared.get("different", {})
    costs = [middle(runs[f"segmentry, {number} definitions"], "segments") for number in NUMBERS]
    each = [None if cost is None else cost / number for cost, number in zip(costs, NUMBERS, strict=True)]
    falls = [ratio(later, sooner) for sooner, later in pairwise(each)]
    return [
        at_most("segments, time over DuckDB by hand", 1.5, _over(runs, "segments")),
        at_most("members and changes as rows, time over DuckDB by hand", 1.5, _over(runs, "changes")),
        at_most("both, time over DuckDB by hand", 1.5, _over(runs, "whole")),
        at_most("members that differ", 0, different.get("members")),
        at_most("changes that differ", 0, different.get("changes")),
        at_most(
            "cost of a definition over its cost among fewer (10, 50, 100, 200), worst step",
            1.0,
            max((fall for fall in falls if fall is not None), default=None),
        ),
        at_most("peak memory over DuckDB by hand", 1.5, ratio(peak(runs[OURS]), peak(runs[THEIRS]))),
    ]


def _over(runs: dict[str, list[Run]], step: str) -> float | None:
    return ratio(middle(runs[OURS], step), middle(runs[THEIRS], step))


def write(runs: dict[str, list[Run]], compared: Run, customers: int, events: int) -> None:
    """Judge and write what was measured."""
    if "failed" in compared:
        print(compared["failed"])
    rows = []
    for number in NUMBERS:
        whole = middle(runs[f"segmentry, {number} definitions"], "segments")
        rows.append([number, whole, None if whole is None else whole / number])
    page = [
        *runs_table(runs, ("reading", "planning", "segments", "changes", "due", "whole", "processor")),
        "",
        f"Compared: {compared.get('members', 0):,} members of {compared.get('segments', 0)} segments that have any.",
        "",
        *table(["definitions", "segments, s", "s each"], rows),
    ]
    setting = f"{customers:,} customers, {events // 5:,} orders, {events:,} events, 100 definitions. {NOTE}"
    write_results(HERE, "N4: a hundred definitions", setting, runs, judge(runs, compared), page=page)


if __name__ == "__main__":
    main()
