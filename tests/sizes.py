"""Sizes of files and functions against the house's goals; only a file of more than 600 lines fails."""

from __future__ import annotations

import ast
import statistics
import sys
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "segmentry"
MOST_LINES = 600


def function_lengths(tree: ast.Module) -> list[int]:
    """Lines of every function, its docstring left out."""
    lengths = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            skipped = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            lengths.append((node.end_lineno or 0) - node.lineno + 1 - skipped)
    return lengths


def main() -> int:
    """Print the figures; 1 if a file is too long."""
    texts = {path: path.read_text(encoding="utf8") for path in sorted(SOURCE.rglob("*.py"))}
    lines = {path: text.count("\n") for path, text in texts.items() if path.name != "__init__.py"}
    functions = sorted(length for text in texts.values() for length in function_lengths(ast.parse(text)))
    long_functions = sum(length > 50 for length in functions) / len(functions)
    ordered = sorted(lines.values())
    sys.stdout.write(
        f"files {len(lines)}: median {statistics.median(ordered):.0f} lines (goal 150), "
        f"90 % below {ordered[int(len(ordered) * 0.9)]} (goal 400), longest {ordered[-1]} (limit {MOST_LINES})\n"
        f"functions {len(functions)}: median {statistics.median(functions):.0f} lines (goal 8), "
        f"90 % below {functions[int(len(functions) * 0.9)]} (goal 30), over 50 lines {long_functions:.1%} (goal 2 %)\n"
    )
    too_long = [f"{path.relative_to(SOURCE)} has {count} lines" for path, count in lines.items() if count > MOST_LINES]
    sys.stdout.write("".join(f"{each}\n" for each in too_long))
    return 1 if too_long else 0


if __name__ == "__main__":
    sys.exit(main())
