"""All benchmarks, or the named ones: ``python -m benchmarks [N1 N2 N3 N4 …]``; writes RESULTS.md beside this file.

One that cannot run, for want of data, says so and lets the others run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.contest import HERE, kept_verdicts, table

BENCHMARKS = {
    "N1": "n1_main_job",
    "N2": "n2_purchase_models",
    "N3": "n3_profiles",
    "N4": "n4_segments",
    "N5": "n5_preview",
    "N7": "n7_choice",
    "N10": "n10_startup",
}


def main() -> None:
    """Run what was asked for and put the verdicts of every benchmark that ever ran into one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    asked = parser.parse_args().names or list(BENCHMARKS)
    unknown = [name for name in asked if name not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    for name in asked:
        # A process of its own for each: the peak memory told of a child begins with that of its parent.
        subprocess.run([sys.executable, "-m", f"benchmarks.{BENCHMARKS[name]}.run"], check=False)
    rows = [
        [name, each.goal, each.wanted, each.reached, "yes" if each.met else "no"]
        for name, folder in BENCHMARKS.items()
        for each in kept_verdicts(HERE / folder)
    ]
    lines = [
        "# Benchmarks",
        "",
        "Each goal is judged against a named alternative that took turns with us on the same machine; "
        "see the RESULTS.md of each folder for the runs behind a line. "
        "N3 is wanted for 50 million lines; its page says how many were measured.",
        "",
        *table(["", "goal", "wanted", "reached", "met"], rows),
    ]
    text = "\n".join(lines) + "\n"
    (HERE / "RESULTS.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
