"""Benchmark N3: profiles and RFM scores from 50 million order lines, against DuckDB with SQL written by hand.

Run it by ``python -m benchmarks N3`` or ``python -m benchmarks.n3_profiles.run [--lines 50000000] [--repeats 1]``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.contest import (
    DATA,
    Run,
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
LINES, LINES_PER_CUSTOMER, SEED = 50_000_000, 30, 11
MEMORY_LIMIT = "4GB"
LAST_DAY, AS_OF = "2024-12-15", "2024-12-16"
NOTE = (
    "Both start from one Parquet file of order lines and end with orders, customers, purchase histories, monthly "
    "sales, behavioral traits and RFM scores in a database file, under a memory limit of 4 GB. Ours also writes "
    "identities and given traits. Every column of the five tables is compared, row by row."
)


def parquet(lines: int) -> Path:
    """The order lines, written once."""
    from segmentry.simulate import write_order_lines

    path = DATA / f"order_lines_{lines}.parquet"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        write_order_lines(unfinished, max(lines // LINES_PER_CUSTOMER, 1), lines, SEED)
        unfinished.rename(path)
    return path


def contestant(script: str, data: Path, target: Path) -> Callable[[], Run]:
    """One run of one contestant into a fresh database; the last one is kept for the comparison."""

    def start() -> Run:
        for old in sorted(target.rglob("*"), reverse=True) if target.is_dir() else [target]:
            old.rmdir() if old.is_dir() else old.unlink(missing_ok=True)
        if target.is_dir():
            target.rmdir()
        command = [sys.executable, "-W", "ignore", HERE / script, data, target, MEMORY_LIMIT, LAST_DAY, AS_OF]
        return run_process(command, source=True)

    return start


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the lines, let both run, compare, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--repeats", type=int, default=1, help="a turn takes half an hour at 50 million lines")
    asked = parser.parse_args(arguments)
    data = parquet(asked.lines)
    with tempfile.TemporaryDirectory(dir=DATA) as place:
        theirs, ours = Path(place) / "theirs.duckdb", Path(place) / "ours"
        contestants = {
            "DuckDB by hand": contestant("run_duckdb.py", data, theirs),
            "segmentry": contestant("run_segmentry.py", data, ours),
        }
        runs = take_turns(contestants, asked.repeats)
        compared = run_process([sys.executable, HERE / "compare.py", theirs, ours / "warehouse.duckdb"])
    write(runs, compared, asked.lines)


def write(runs: dict[str, list[Run]], compared: Run, lines: int) -> None:
    """Judge and write what was measured."""
    theirs, own = runs["DuckDB by hand"], runs["segmentry"]
    agreement = compared.get("agreement", {})
    apart = max((each["difference"] for each in agreement.values()), default=None)
    verdicts = [
        at_most(
            "from lines to tables, time over DuckDB by hand",
            1.3,
            ratio(middle(own, "tables"), middle(theirs, "tables")),
        ),
        at_most("peak memory of the whole process", 4_096, peak(own), " MB"),
        at_most("largest difference of any value in five tables", 1e-9, apart),
    ]
    if "failed" in compared:
        print(compared["failed"])
    their_steps = [step for step in theirs[0].get("seconds", {}) if step not in {"tables", "whole", "processor"}]
    page = [
        *runs_table(runs, ("tables", "whole", "processor")),
        "",
        "By step:",
        "",
        *runs_table({"DuckDB by hand": theirs}, their_steps),
        "",
        *runs_table({"segmentry": own}, ("orders", "customers", "profiles", "rfm_scores")),
        "",
        *table(
            ["table", "rows", "columns compared", "column furthest apart", "relative difference"],
            [
                [name, f"{each['rows']:,}", each["columns"], each["worst"], f"{each['difference']:.1e}"]
                for name, each in agreement.items()
            ],
        ),
    ]
    setting = f"{lines:,} order lines of {lines // LINES_PER_CUSTOMER:,} customers. {NOTE}"
    write_results(HERE, "N3: profiles from order lines", setting, runs, verdicts, page=page)


if __name__ == "__main__":
    main()
