"""Benchmark N2: BG/NBD and Gamma-Gamma on a million customers, every contestant in an environment of its own.

    python benchmarks/n2_purchase_models/run.py [--repeats 3] [--customers 1000000] [--without pymc_marketing]

Contestants take turns, so that a busy machine is busy for all. Writes results.json and RESULTS.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parent / ".environments"
OURS = "segmentry"
PACKAGES = {
    "lifetimes": ["lifetimes==0.11.3", "pandas<2", "numpy<2", "setuptools<80"],
    "lifetimes_deduplicated": None,
    "pymc_marketing": ["pymc-marketing"],
    OURS: ["numpy>=2", "scipy>=1.14"],
}
SHARED = {"lifetimes_deduplicated": "lifetimes"}
GOALS = (
    ("fit against lifetimes", "lifetimes", "fit", 25),
    ("fit against pymc-marketing MAP", "pymc_marketing", "fit", 15),
    ("fit against lifetimes, distinct rows", "lifetimes_deduplicated", "fit", 6),
    ("12-month CLV against lifetimes", "lifetimes", "clv_12_months", 100),
)


def environment(name: str) -> Path:
    """The interpreter of a contestant's own environment, made on first use."""
    home = ENVIRONMENTS / f"n2_{SHARED.get(name, name)}"
    interpreter = home / "bin" / "python"
    if not interpreter.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        wanted = PACKAGES[SHARED.get(name, name)] or []
        subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", *wanted], check=True)
    return interpreter


def measure(name: str, data: Path) -> dict[str, Any]:
    """One run of one contestant in a fresh process."""
    command = [str(environment(name)), "-W", "ignore", str(HERE / f"run_{name}.py"), str(data)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""})
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:200] if done.stderr.strip() else "no message"}
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    seconds = figures["seconds"]
    seconds["fit"] = seconds["fit_purchases"] + seconds["fit_spend"]
    return figures


def middle(runs: list[dict[str, Any]], step: str) -> float | None:
    """Median seconds of a step over the runs that did not fail."""
    times = [run["seconds"][step] for run in runs if step in run.get("seconds", {})]
    return statistics.median(times) if times else None


def verdicts(runs: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Each goal with the ratio reached."""
    found = []
    for text, rival, step, goal in GOALS:
        theirs, ours = middle(runs.get(rival, []), step), middle(runs[OURS], step)
        ratio = theirs / ours if theirs and ours else None
        found.append({"goal": text, "wanted": goal, "ratio": ratio, "met": ratio is not None and ratio >= goal})
    peak = max(run["peak_mb"] for run in runs[OURS])
    found.append({"goal": "peak memory, MB", "wanted": 200, "ratio": peak, "met": peak < 200})
    first = next((run for run in runs.get("lifetimes", []) if "log_likelihood" in run), None)
    if first:
        gap = abs(runs[OURS][0]["log_likelihood"] / first["log_likelihood"] - 1)
        found.append({"goal": "log-likelihood, relative difference", "wanted": 1e-5, "ratio": gap, "met": gap <= 1e-5})
    return found


def page(runs: dict[str, list[dict[str, Any]]], judged: list[dict[str, Any]], customers: int) -> str:
    """The results as Markdown."""
    lines = [
        "# N2: purchase models on a million customers",
        "",
        f"{customers:,} simulated customers, day grain, weeks as unit; Python {platform.python_version()}, "
        f"{os.cpu_count()} cores. "
        "Medians of the runs; contestants took turns on a machine that was not idle, so read ratios.",
        "",
        "| contestant | version | BG/NBD fit, s | Gamma-Gamma fit, s | 12-month CLV, s | peak, MB | log-likelihood "
        "| CLV in all |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, made in runs.items():
        good = [run for run in made if "seconds" in run]
        if not good:
            lines.append(f"| {name} | failed: {made[0].get('failed') if made else 'not run'} | | | | | | |")
            continue
        cells = [middle(made, step) for step in ("fit_purchases", "fit_spend", "clv_12_months")]
        times = " | ".join("" if cell is None else f"{cell:.3f}" for cell in cells)
        likelihood, total = good[0].get("log_likelihood"), good[0].get("clv_total")
        lines.append(
            f"| {name} | {good[0]['version']} | {times} | {max(run['peak_mb'] for run in good):.0f} | "
            f"{'' if likelihood is None else f'{likelihood:.2f}'} | {'' if total is None else f'{total:,.0f}'} |"
        )
    lines += ["", "| goal | wanted | reached | met |", "|---|---|---|---|"]
    for row in judged:
        reached = "not measured" if row["ratio"] is None else f"{row['ratio']:.3g}"
        lines.append(f"| {row['goal']} | {row['wanted']} | {reached} | {'yes' if row['met'] else 'no'} |")
    lines += [
        "",
        "CLV is compared like for like: the purchases of each month discounted at its end. pymc-marketing fits "
        "under its default priors, so its total differs a little.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Simulate, let everybody run, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--without", nargs="*", default=[])
    asked = parser.parse_args()
    names = [name for name in PACKAGES if name not in asked.without]
    ENVIRONMENTS.mkdir(exist_ok=True)
    data = ENVIRONMENTS / "n2_customers.npz"
    simulate = [str(environment(OURS)), str(HERE / "simulate.py"), str(data), str(asked.customers)]
    subprocess.run(simulate, check=True)
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in range(asked.repeats):
        for name in names:
            runs[name].append(measure(name, data))
            print(turn + 1, name, json.dumps(runs[name][-1].get("seconds", runs[name][-1])), flush=True)
    judged = verdicts(runs)
    (HERE / "results.json").write_text(json.dumps({"runs": runs, "goals": judged}, indent=1) + "\n")
    (HERE / "RESULTS.md").write_text(page(runs, judged, asked.customers))
    print(page(runs, judged, asked.customers))


if __name__ == "__main__":
    main()
