"""A contest: contestants in processes and environments of their own take turns; goals are judged on medians."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".environments"
DATA = HERE / ".data"

Run = dict[str, Any]
"""What one run of one contestant told: ``seconds`` by step, ``peak_mb``, figures; or ``failed`` with the reason."""


@dataclass(frozen=True)
class Verdict:
    """A goal, what was wanted, what was reached, and whether it was met."""

    goal: str
    wanted: str
    reached: str
    met: bool


def interpreter_of(name: str, packages: Sequence[str]) -> Path:
    """The interpreter of a contestant's own environment, made on first use and whenever its packages change."""
    home = ENVIRONMENTS / name
    interpreter, done = home / "bin" / "python", home / "packages.json"
    wanted = json.dumps(list(packages))
    if not done.exists() or done.read_text() != wanted:
        ENVIRONMENTS.mkdir(exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", *packages], check=True)
        done.write_text(wanted)
    return interpreter


def run_process(command: Sequence[str | Path], *, source: bool = False) -> Run:
    """Run a whole process: wall and processor seconds, peak memory in MB, and the JSON object it printed last.

    Args:
        command: Program and arguments.
        source: Let the process see this working copy of segmentry.
    """
    known = [str(HERE), *([str(HERE.parent / "src")] if source else [])]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(known)}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=errors, env=surroundings)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            return {"failed": (errors.read().decode().strip().splitlines() or ["no message"])[-1][:200]}
        told = _last_object(output.read().decode())
    seconds = {"whole": round(wall, 3), "processor": round(usage.ru_utime + usage.ru_stime, 3)}
    return told | {"seconds": told.get("seconds", {}) | seconds, "peak_mb": round(usage.ru_maxrss / 1024, 1)}


def _last_object(text: str) -> Run:
    """The object that is the whole text, or else its last line; nothing where neither is one."""
    lines = text.strip().splitlines()
    for candidate in (text, lines[-1] if lines else ""):
        if candidate.startswith("{"):
            told: Run = json.loads(candidate)
            return told
    return {}


def take_turns(contestants: dict[str, Callable[[], Run]], repeats: int) -> dict[str, list[Run]]:
    """Let contestants run one after the other, again and again, so that a busy machine is busy for all."""
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    for turn in range(repeats):
        for name, contestant in contestants.items():
            runs[name].append(contestant())
            print(turn + 1, name, json.dumps(runs[name][-1].get("seconds", runs[name][-1])), flush=True)
    return runs


def middle(runs: Sequence[Run], step: str = "whole") -> float | None:
    """Median seconds of a step over the runs that did not fail."""
    times = [run["seconds"][step] for run in runs if step in run.get("seconds", {})]
    return statistics.median(times) if times else None


def peak(runs: Sequence[Run]) -> float | None:
    """Highest peak memory in MB over the runs that did not fail."""
    return max((run["peak_mb"] for run in runs if "peak_mb" in run), default=None)


def at_most(goal: str, limit: float, reached: float | None, unit: str = "") -> Verdict:
    """The verdict on a goal that wants a figure of at most ``limit``."""
    text = "not measured" if reached is None else f"{reached:.3g}{unit}"
    return Verdict(goal, f"at most {limit:g}{unit}", text, reached is not None and reached <= limit)


def at_least(goal: str, limit: float, reached: float | None, unit: str = "") -> Verdict:
    """The verdict on a goal that wants a figure of at least ``limit``."""
    text = "not measured" if reached is None else f"{reached:.3g}{unit}"
    return Verdict(goal, f"at least {limit:g}{unit}", text, reached is not None and reached >= limit)


def ratio(one: float | None, other: float | None) -> float | None:
    """``one`` over ``other``; None where either was not measured."""
    return one / other if one is not None and other else None


def circumstances() -> str:
    """Day, interpreter and cores: what a reader needs to read the ratios."""
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}; Python {platform.python_version()}, {os.cpu_count()} cores. "
        "Medians of whole runs; contestants took turns on a machine that was not idle, so read ratios."
    )


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """The lines of a Markdown table; numbers get three decimals and None is left empty."""
    return [_line(head), "|" + "---|" * len(head), *(_line(row) for row in rows)]


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.3f}" if isinstance(value, float) else str(value)


def runs_table(runs: dict[str, list[Run]], steps: Sequence[str]) -> list[str]:
    """A Markdown table of contestants: version, median seconds of each step, peak memory."""
    rows = []
    for name, made in runs.items():
        good = [run for run in made if "seconds" in run]
        told = good[0].get("version", "") if good else f"failed: {made[0].get('failed') if made else 'not run'}"
        most = peak(made)
        rows.append([name, told, *(middle(made, step) for step in steps), None if most is None else f"{most:,.0f}"])
    return table(["contestant", "version", *(f"{step.replace('_', ' ')}, s" for step in steps), "peak, MB"], rows)


def verdict_table(verdicts: Sequence[Verdict]) -> list[str]:
    """A Markdown table of goals."""
    rows = [[each.goal, each.wanted, each.reached, "yes" if each.met else "no"] for each in verdicts]
    return table(["goal", "wanted", "reached", "met"], rows)


def write_results(
    folder: Path,
    title: str,
    setting: str,
    runs: dict[str, list[Run]],
    verdicts: Sequence[Verdict],
    *,
    page: Sequence[str],
) -> None:
    """Write ``results.json`` and ``RESULTS.md`` into a benchmark's folder and print the page.

    Args:
        folder: The benchmark's folder.
        title: Heading of the page.
        setting: What was measured, in one paragraph.
        runs: Every run of every contestant.
        verdicts: The goals, judged.
        page: Further lines of the page, above the goals.
    """
    told = circumstances()
    kept = {"title": title, "circumstances": told, "verdicts": [asdict(each) for each in verdicts], "runs": runs}
    (folder / "results.json").write_text(json.dumps(kept, indent=1) + "\n")
    text = "\n".join([f"# {title}", "", setting, "", told, "", *page, "", *verdict_table(verdicts)]) + "\n"
    (folder / "RESULTS.md").write_text(text)
    print(text)


def kept_verdicts(folder: Path) -> list[Verdict]:
    """The verdicts a benchmark has written; none where it never ran."""
    kept = folder / "results.json"
    if not kept.exists():
        return []
    return [Verdict(**each) for each in json.loads(kept.read_text())["verdicts"]]
