"""Benchmark N2: BG/NBD and Gamma-Gamma on a million customers, every contestant in an environment of its own.

Run it by ``python -m benchmarks N2`` or
``python -m benchmarks.n2_purchase_models.run [--repeats 3] [--customers 1000000] [--without pymc_marketing]``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.contest import (
    DATA,
    Run,
    Verdict,
    at_least,
    at_most,
    interpreter_of,
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
OURS = "segmentry"
_LIFETIMES = ["lifetimes==0.11.3", "pandas<2", "numpy<2", "setuptools<80"]
PACKAGES = {
    "lifetimes": ("n2_lifetimes", _LIFETIMES),
    "lifetimes_deduplicated": ("n2_lifetimes", _LIFETIMES),
    "pymc_marketing": ("n2_pymc_marketing", ["pymc-marketing"]),
    OURS: ("n2_segmentry", ["numpy>=2", "scipy>=1.14"]),
}
GOALS = (
    ("fit against lifetimes", "lifetimes", "fit", 25),
    ("fit against pymc-marketing MAP", "pymc_marketing", "fit", 15),
    ("fit against lifetimes, distinct rows", "lifetimes_deduplicated", "fit", 6),
    ("12-month CLV against lifetimes", "lifetimes", "clv_12_months", 100),
)
NOTE = (
    "CLV is compared like for like: the purchases of each month discounted at its end. pymc-marketing fits "
    "under its default priors, so its total differs a little."
)


def contestant(name: str, data: Path) -> Callable[[], Run]:
    """One run of one contestant in a fresh process of its own environment."""

    def start() -> Run:
        script = HERE / f"run_{name}.py"
        figures = run_process([interpreter_of(*PACKAGES[name]), "-W", "ignore", script, data], source=name == OURS)
        seconds = figures.get("seconds")
        if seconds:
            seconds["fit"] = seconds["fit_purchases"] + seconds["fit_spend"]
        return figures

    return start


def judge(runs: dict[str, list[Run]]) -> list[Verdict]:
    """Each goal with what was reached."""
    own = runs[OURS]
    found = [
        at_least(text, goal, ratio(middle(runs.get(rival, []), step), middle(own, step)), " times as fast")
        for text, rival, step, goal in GOALS
    ]
    found.append(at_most("peak memory", 200, peak(own), " MB"))
    first = next((run for run in runs.get("lifetimes", []) if "log_likelihood" in run), None)
    if first and "log_likelihood" in own[0]:
        gap = abs(own[0]["log_likelihood"] / first["log_likelihood"] - 1)
        found.append(at_most("log-likelihood, relative difference", 1e-5, gap))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, let everybody run, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--without", nargs="*", default=[])
    asked = parser.parse_args(arguments)
    DATA.mkdir(exist_ok=True)
    data = DATA / "n2_customers.npz"
    run_process([interpreter_of(*PACKAGES[OURS]), HERE / "simulate.py", data, str(asked.customers)])
    names = [name for name in PACKAGES if name not in asked.without]
    runs = take_turns({name: contestant(name, data) for name in names}, asked.repeats)
    write(runs, asked.customers)


def write(runs: dict[str, list[Run]], customers: int) -> None:
    """Judge and write what was measured."""
    agreed = [[name, made[0].get("log_likelihood"), made[0].get("clv_total")] for name, made in runs.items()]
    page = [
        *runs_table(runs, ("fit_purchases", "fit_spend", "clv_12_months")),
        "",
        *table(["contestant", "log-likelihood", "CLV in all"], agreed),
    ]
    setting = f"{customers:,} simulated customers, day grain, weeks as unit. {NOTE}"
    write_results(HERE, "N2: purchase models on a million customers", setting, runs, judge(runs), page=page)


if __name__ == "__main__":
    main()
