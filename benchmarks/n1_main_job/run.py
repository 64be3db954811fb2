"""Benchmark N1: the main job on Online Retail II as CSV, whole process, against the usual notebook.

Run it by ``python -m benchmarks N1`` or ``python -m benchmarks.n1_main_job.run [--repeats 3]``.

SEGMENTRY_DATA must name the folder with ``online_retail/online_retail_II.parquet``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contest import (
    DATA,
    Run,
    at_most,
    interpreter_of,
    middle,
    peak,
    ratio,
    run_process,
    runs_table,
    take_turns,
    write_results,
)

HERE = Path(__file__).parent
NOTEBOOK = ["lifetimes==0.11.3", "pandas<3", "scikit-learn", "setuptools<81"]
OUR_STEPS = ("load", "profiles", "customer value", "segments", "segment value", "map", "strategy", "report")
NOTE = (
    "The notebook reads, cleans, scores RFM, fits BG/NBD and Gamma-Gamma with lifetimes, values 12 months, and runs "
    "scikit-learn's k-means for k = 2 to 8; it draws no pictures, states no intervals and writes no report. "
    "`segmentry run` is the whole command from the CSV to the finished report, in a fresh folder each time. "
    "Its segments are found for k = 2 to 8 with 100 starts, 100 bootstrap pairs and ten null worlds each, and proved, "
    "typed by rules, grown, mapped and given a strategy; the notebook does none of that."
)


def csv_file() -> Path:
    """Online Retail II as one CSV, written once: every column, times as ISO text."""
    import duckdb

    path = DATA / "online_retail_II.csv"
    if not path.exists():
        if "SEGMENTRY_DATA" not in os.environ:
            sys.exit("N1 needs Online Retail II: set SEGMENTRY_DATA to the folder of data sets.")
        source = Path(os.environ["SEGMENTRY_DATA"]) / "online_retail" / "online_retail_II.parquet"
        DATA.mkdir(exist_ok=True)
        duckdb.sql(f"COPY (SELECT * FROM '{source}') TO '{path}' (HEADER, DELIMITER ',')")
    return path


def notebook(data: Path) -> Run:
    """One run of the notebook."""
    return run_process([interpreter_of("n1_notebook", NOTEBOOK), "-W", "ignore", HERE / "run_notebook.py", data])


def ours(data: Path) -> Run:
    """One run of the command in a folder that did not exist before."""
    from segmentry import __version__

    program = shutil.which("segmentry", path=str(Path(sys.executable).parent)) or "segmentry"
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "run", data, "--out", Path(folder) / "shop", "--currency", "GBP", "--json"]
        made = run_process(command, source=True)
    if "failed" in made:
        return made
    return {"version": __version__, "seconds": made["seconds"], "peak_mb": made["peak_mb"]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the data, let both run, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args(arguments)
    data = csv_file()
    runs = take_turns({"notebook": lambda: notebook(data), "segmentry run": lambda: ours(data)}, asked.repeats)
    theirs, own = runs["notebook"], runs["segmentry run"]
    wall = ratio(middle(own), middle(theirs))
    effort = ratio(middle(own, "processor"), middle(theirs, "processor"))
    verdicts = [
        at_most("whole process, wall time over the notebook's", 1.0, wall),
        at_most("the same, our aim", 0.6, wall),
        at_most("processor time over the notebook's", 1.0, effort),
        at_most("peak memory over the notebook's", 1.0, ratio(peak(own), peak(theirs))),
    ]
    megabytes = data.stat().st_size / 1e6
    setting = f"Online Retail II as CSV: {megabytes:.0f} MB, 1.07 million lines. {NOTE}"
    page = [
        *runs_table(runs, ("whole", "processor")),
        "",
        "The notebook by step:",
        "",
        *runs_table({"notebook": theirs}, ("import", "read", "clean", "rfm", "value", "clusters")),
        "",
        "Ours by step, as the command tells it:",
        "",
        *runs_table({"segmentry run": own}, OUR_STEPS),
    ]
    write_results(HERE, "N1: the main job against the usual notebook", setting, runs, verdicts, page=page)


if __name__ == "__main__":
    main()
