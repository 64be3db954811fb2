"""What was read: every row accounted for, the columns and why, and what gaps in the data cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from segmentry.reports.blocks import Block, Grid, Heading, Notice, Section, Text
from segmentry.reports.told import Told, sentence

_UNFOLDED_FILES = 2
_MOST_KEPT = 40


def section(told: Told) -> Section:
    """The section on what was read."""
    source = told.get("source") or {}
    files = [each for each in source.get("files", []) if isinstance(each, Mapping)]
    blocks: list[Block] = [Text(_balance(told, source))]
    folded = len(files) > _UNFOLDED_FILES
    for file in files:
        blocks += _file(told, file, folded)
    blocks += _quality(told, files)
    return Section("read", "What was read", blocks)


def _balance(told: Told, source: Mapping[str, Any]) -> str:
    excluded = sum(source.get("excluded", {}).values())
    aside = sum(source.get("quarantined", {}).values())
    return (
        f"{told.count(source.get('rows_read', 0))} rows read = {told.count(source.get('rows_used', 0))} used + "
        f"{told.count(excluded)} left out by named rules + {told.count(aside)} put aside because "
        "they could not be read. These counts are exact."
    )


def _file(told: Told, file: Mapping[str, Any], folded: bool) -> list[Block]:
    name = str(file.get("file", "a file"))
    blocks: list[Block] = [Heading(name)]
    if file.get("already_loaded"):
        blocks.append(Text("The same file was loaded before; nothing changed."))
    blocks.append(_waterfall(told, file, folded))
    recognized = file.get("recognized") or []
    if recognized:
        rows = tuple(
            (
                str(each["role"]).replace("_", " "),
                str(each["column"]),
                sentence(str(each["reason"])),
                told.share(each.get("confidence")),
            )
            for each in recognized
        )
        columns = ("Taken for", "Column in the file", "Why", "Certainty\t")
        blocks.append(Grid(f"Columns recognized in {name}", columns, rows, folded=True))
    kept = file.get("kept") or {}
    if kept:
        blocks.append(Text(_kept(kept)))
    return blocks


def _kept(kept: Mapping[str, str]) -> str:
    names = [f"“{column}” as {trait}" for column, trait in kept.items()]
    more = len(names) - _MOST_KEPT
    ending = f" and {more} more" if more > 0 else ""
    return f"Columns without a role are kept as given traits: {', '.join(names[:_MOST_KEPT])}{ending}."


def _waterfall(told: Told, file: Mapping[str, Any], folded: bool) -> Grid:
    """Rows and customers step by step, from all that was read to what is used."""
    rules = file.get("rules") or []
    aside = file.get("quarantined") or {}
    rows: list[tuple[str, ...]] = []
    left = int(file.get("rows_read", 0))
    before = told.count(rules[0]["customers_before"]) if rules else ""
    rows.append(("Rows read", "", told.count(left), before, ""))
    for reason, count in aside.items():
        left -= count
        rows.append((f"Put aside: {reason.replace('_', ' ')}", _taken(told, count), told.count(left), "", ""))
    for rule in rules:
        taken = int(rule["rows_before"]) - int(rule["rows_after"])
        left -= taken
        rows.append(
            (
                f"Rule {str(rule['name']).replace('_', ' ')}: {rule['description']}",
                _taken(told, taken),
                told.count(left),
                told.count(rule["customers_after"]),
                told.amount(rule.get("amount")),
            )
        )
    amounts = [told.amount(amount) for amount in (file.get("currencies") or {}).values()]
    rows.append(("Used", "", told.count(file.get("rows_used")), told.count(file.get("customers")), " + ".join(amounts)))
    columns = ("Step", "Rows taken away\t", "Rows left\t", "Customers left\t", f"Net amount ({told.unit})\t")
    return Grid(f"From rows read to rows used: {file.get('file', '')}", columns, tuple(rows), folded, total=True)


def _taken(told: Told, rows: int) -> str:
    return f"−{told.count(rows)}" if rows else "0"


def _quality(told: Told, files: list[Mapping[str, Any]]) -> list[Block]:
    rows = tuple(
        (
            str(each.get("dimension", "")),
            str(each.get("column") or "the whole file"),
            sentence(str(each["text"])),
            told.share(each["share"], 1) if each.get("share") else "",
            sentence(str(each.get("costs", ""))),
        )
        for file in files
        for each in file.get("quality") or []
    )
    if not rows:
        return [Notice("Quality of the data", ("No gap was found that costs the analysis anything.",))] if files else []
    columns = ("Kind", "Column", "What was found", "Share of rows\t", "What it costs the analysis")
    return [Heading("Quality of the data"), Grid("What was found, and what each gap costs", columns, rows)]
