"""At least a hundred ``kill -9`` over every phase of a load and a refresh: the state before or after, never between."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from segmentry.workspace import Workspace

KILLS = 120
PHASES = ("stage", "publish", "write", "commit", "prune", "forget", "drop")
VOLATILE = {"recorded_at", "load_id"}
CHILD = Path(__file__).with_name("crash_child.py")


def write_orders(path: Path, seed: int, customers: int) -> None:
    """A small export of orders."""
    chance = random.Random(seed)
    lines = ["CustomerNo,InvoiceNo,InvoiceDate,StockCode,Quantity,UnitPrice"]
    eager = [chance.gammavariate(0.5, 1.0) for _ in range(customers)]
    for order in range(customers * 4):
        day = date(2022, 1, 1) + timedelta(days=chance.randrange(700))
        customer = chance.choices(range(customers), eager)[0]
        for _ in range(chance.randint(1, 3)):
            product = chance.randrange(40)
            bought = f"P{product},{chance.randint(1, 6)},{product + 0.5}"
            lines.append(f"{seed}{customer:04d},{seed}{order:05d},{day},{bought}")
    path.write_text("\n".join(lines) + "\n", encoding="utf8")


def settled(value: Any) -> Any:
    """``value`` with numbers to six digits: threads add floating-point numbers in any order."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [settled(item) for item in value]
    if isinstance(value, str) and value.startswith("{"):
        return settled(json.loads(value))
    return value


def checksum(folder: Path) -> str:
    """What a reader can see of the workspace: every current table with all its rows, and the loads in force."""
    digest = hashlib.sha256()
    with Workspace.open(folder) as workspace:
        engine = workspace.engine
        known = {artifact.physical_name for artifact in engine.ledger.versions()}
        assert engine.warehouse.names() == known, "tables that no run committed were left behind"
        for name in sorted(engine.current()):
            table = engine.table(name)
            columns = sorted(set(table.columns) - VOLATILE)
            rows = sorted(repr(settled(row)) for row in engine.arrow(table.select(columns)).to_pylist())
            digest.update(f"{name} {columns} {rows}".encode())
        digest.update(repr([(load.file_name, load.content_hash) for load in engine.loads()]).encode())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workspace before the load, after it, and after the refresh."""
    root = tmp_path_factory.mktemp("crash")
    write_orders(root / "first.csv", 1, 60)
    write_orders(root / "second.csv", 2, 60)
    with Workspace.init(root / "before", keep_versions=1) as workspace:
        workspace.load(root / "first.csv")
        workspace.refresh()
    shutil.copytree(root / "before", root / "loaded")
    with Workspace.open(root / "loaded") as workspace:
        workspace.load(root / "second.csv")
    shutil.copytree(root / "loaded", root / "refreshed")
    with Workspace.open(root / "refreshed") as workspace:
        workspace.refresh()
    return {"root": root} | {name: root / name for name in ("before", "loaded", "refreshed")}


def kill_at(folder: Path, operation: str, source: Path, phase: str, nth: int, delay: float) -> str:
    """Run the operation and kill it ``delay`` seconds into the ``nth`` beginning of ``phase``; what it said last."""
    command = [sys.executable, str(CHILD), str(folder), operation, str(source)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert child.stdout is not None
    seen, last = 0, "nothing"
    for line in child.stdout:
        last = line.strip()
        seen += last == phase
        if seen == nth:
            time.sleep(delay)
            os.kill(child.pid, signal.SIGKILL)
            break
    child.wait()
    child.stdout.close()
    return last


@pytest.mark.prove
@pytest.mark.parametrize(
    ("operation", "start", "end"), [("load", "before", "loaded"), ("refresh", "loaded", "refreshed")]
)
def test_a_killed_operation_leaves_the_state_before_or_after(
    states: dict[str, Path], tmp_path: Path, operation: str, start: str, end: str
) -> None:
    """Whatever moment the process dies, readers find one whole state, and the work can be done again."""
    allowed = {checksum(states[start]): "before", checksum(states[end]): "after"}
    assert len(allowed) == 2
    chance = random.Random(operation)
    outcomes: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for number in range(KILLS // 2):
        folder = tmp_path / f"{number}"
        shutil.copytree(states[start], folder)
        phase = PHASES[number % len(PHASES)]
        nth = 1 if phase in {"stage", "commit", "prune", "forget"} else chance.randint(1, 4)
        delay = chance.choice([0, 0.002, 0.01, 0.04])
        last = kill_at(folder, operation, states["root"] / "second.csv", phase, nth, delay)
        reached[phase] += last == phase
        found = checksum(folder)
        assert found in allowed, f"killed in {phase} {nth}: neither the state before nor the state after"
        outcomes[allowed[found]] += 1
        shutil.rmtree(folder)
    sys.stdout.write(f"{operation}: {dict(outcomes)}, phases reached {dict(reached)}\n")
    assert min(outcomes["before"], outcomes["after"]) >= 5
    assert all(reached[phase] for phase in PHASES)


@pytest.mark.prove
def test_a_killed_load_can_be_done_again(states: dict[str, Path], tmp_path: Path) -> None:
    """After a kill before the commit, the same load brings the workspace to the state after it."""
    folder = tmp_path / "again"
    shutil.copytree(states["before"], folder)
    kill_at(folder, "load", states["root"] / "second.csv", "commit", 1, 0)
    with Workspace.open(folder) as workspace:
        workspace.load(states["root"] / "second.csv")
    assert checksum(folder) == checksum(states["loaded"])
