"""Benchmark N7: how many segments, of a million customers and ten variables; six are planted.

Run it by ``python -m benchmarks N7`` or
``python -m benchmarks.n7_choice.run [--repeats 3] [--customers 1000000]``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.contest import (
    DATA,
    Run,
    Verdict,
    at_least,
    at_most,
    middle,
    ratio,
    run_process,
    runs_table,
    table,
    take_turns,
    write_results,
)

HERE = Path(__file__).parent
OURS, RIVAL = "segmentry", "scikit_learn_sampled"
NAMES = ("scikit_learn", RIVAL, OURS)
TRUE_SEGMENTS = 6
NOTE = (
    "scikit-learn's fits are chosen between by silhouette on 10,000 rows. Ours are 100 starts each, refined on a "
    "larger sample and on all rows, with 100 bootstrap pairs on 2,500 rows, prediction strength, silhouette, "
    "information criteria and null worlds by k; its seconds hold all of that."
)


def contestant(name: str, data: Path) -> Callable[[], Run]:
    """One run of one contestant in a fresh process; all of it from memory to a chosen k is ``choice``."""

    def start() -> Run:
        figures = run_process([sys.executable, "-W", "ignore", HERE / f"run_{name}.py", data], source=True)
        seconds = figures.get("seconds")
        if seconds:
            seconds["choice"] = seconds.get("import", 0) + seconds.get("fit", 0) + seconds["choose"]
        return figures

    return start


def worst_objective(runs: dict[str, list[Run]], rival: str) -> float | None:
    """Our objective over the rival's at the k where that is worst for us."""
    own, other = (next((run["objective"] for run in runs[name] if "objective" in run), None) for name in (OURS, rival))
    return max(own[k] / other[k] for k in own) if own and other else None


def judge(runs: dict[str, list[Run]]) -> list[Verdict]:
    """Each goal with what was reached."""
    own = next((run for run in runs[OURS] if "chosen" in run), {})
    return [
        at_most("objective against scikit-learn's defaults, worst k", 1.0001, worst_objective(runs, "scikit_learn")),
        at_most("objective against 10 restarts on a sample, worst k", 1.0001, worst_objective(runs, RIVAL)),
        at_most(
            "time to a chosen k against 10 restarts on a sample",
            1.0,
            ratio(middle(runs[OURS], "choice"), middle(runs[RIVAL], "choice")),
            " of its time",
        ),
        at_most(
            "time to a chosen k against its fits alone",
            1.0,
            ratio(middle(runs[OURS], "choice"), middle(runs[RIVAL], "fit")),
            " of its time",
        ),
        Verdict(
            "true number of segments", str(TRUE_SEGMENTS), str(own.get("chosen")), own.get("chosen") == TRUE_SEGMENTS
        ),
        at_least("agreement with the true segments, adjusted Rand", 0.9, own.get("agreement")),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, let everybody run, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--customers", type=int, default=1_000_000)
    asked = parser.parse_args(arguments)
    DATA.mkdir(exist_ok=True)
    data = DATA / "n7_customers.npz"
    run_process([sys.executable, HERE / "simulate.py", data, str(asked.customers)])
    runs = take_turns({name: contestant(name, data) for name in NAMES}, asked.repeats)
    rows = [
        [name, *(run[0].get("objective", {}).get(str(k)) for k in range(2, 11)), run[0].get("chosen")]
        for name, run in runs.items()
    ]
    page = [
        *runs_table(runs, ["fit", "choose", "choice"]),
        "",
        "Sums of squared distances by k, and the k chosen:",
        "",
        *table(["contestant", *map(str, range(2, 11)), "chosen"], rows),
        "",
        NOTE,
    ]
    setting = f"{asked.customers:,} customers, 10 variables (float32), six unequal planted segments; k = 2 to 10."
    write_results(HERE, "N7: how many segments", setting, runs, judge(runs), page=page)


if __name__ == "__main__":
    main()
