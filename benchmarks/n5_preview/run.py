"""Benchmark N5: the count of a new definition before it is saved, over 1 million customers and 20 million events.

Run it by ``python -m benchmarks N5`` or ``python -m benchmarks.n5_preview.run [--questions 120] [--repeats 3]``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contest import Run, at_most, run_process, runs_table, table, take_turns, write_results
from benchmarks.n4_segments.run import CUSTOMERS, EVENTS, MEMORY_LIMIT, company

HERE = Path(__file__).parent
QUESTIONS, SEED, WANTED = 120, 5, 0.3
SHARES = (50, 75, 90, 95, 99)
NOTE = (
    "Each definition is read from text, checked, planned and counted over the whole base, exactly, one after the other "
    "in one warm process; none of them was asked before. A definition's time is its median over the repeats."
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Ask, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args(arguments)
    data = company(asked.customers, asked.events)
    command = [sys.executable, "-W", "ignore", HERE / "run_segmentry.py", data, MEMORY_LIMIT]
    command += [str(asked.questions), str(SEED)]
    runs = take_turns({"segmentry": lambda: run_process(command, source=True)}, asked.repeats)
    write(runs, f"{asked.customers:,} customers, {asked.events:,} events, {asked.questions} definitions.")


def middles(runs: Sequence[Run], figure: str) -> dict[str, float]:
    """The median of a figure of each definition."""
    good = [run[figure] for run in runs if figure in run]
    return {text: statistics.median(each[text] for each in good) for text in good[0]} if good else {}


def _shares(values: Sequence[float]) -> list[float]:
    """The values below which the shares lie."""
    ordered = sorted(values)
    return [ordered[min(len(ordered) * share // 100, len(ordered) - 1)] for share in SHARES] if ordered else []


def write(runs: dict[str, list[Run]], size: str) -> None:
    """Judge and write what was measured."""
    times = middles(runs["segmentry"], "took")
    ordered, told = sorted(times.values()), _shares(list(times.values()))
    parts = {"wall": told}
    parts |= {name: _shares(list(middles(runs["segmentry"], name).values())) for name in ("planned", "used")}
    slow = sorted(times.items(), key=lambda each: -each[1])[:10]
    page = [
        *runs_table(runs, ("whole", "processor")),
        "",
        *table(["seconds", *(f"{share} % within" for share in SHARES)], [[name, *row] for name, row in parts.items()]),
        "",
        "`planned` is the part before the engine is asked; `used` is processor time of both cores.",
        "",
        "The slowest:",
        "",
        *table(["definition", "s"], slow),
    ]
    within = sum(each <= WANTED for each in ordered) / len(ordered) * 100 if ordered else None
    verdicts = [
        at_most("95 % of new definitions counted within", WANTED, told[SHARES.index(95)] if told else None, " s"),
        at_most(f"definitions that take more than {WANTED} s", 5, None if within is None else 100 - within, " %"),
    ]
    write_results(HERE, "N5: the count of a new definition", f"{size} {NOTE}", runs, verdicts, page=page)


if __name__ == "__main__":
    main()
