"""Changes in a settings file: only what changed is written, everything else stays byte for byte."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from segmentry.terms.errors import SettingsError
from segmentry.terms.study import Study
from segmentry.workspace.settings import (
    FILE_NAME,
    SETTINGS,
    WorkspaceSettings,
    assignment,
    example_of,
    from_content,
    is_tables,
    settings_text,
    table_lines,
)

_LISTS = ("sources", "connections")
_HEADER = re.compile(r"^\s*\[{1,2}([^\[\]]+)\]{1,2}\s*(#.*)?$")


def write_settings(folder: Path, before: WorkspaceSettings, after: WorkspaceSettings) -> None:
    """Write changed settings to the file of a workspace, whole or not at all.

    Args:
        folder: The workspace.
        before: The settings in force so far.
        after: Those from now on.
    """
    path = folder / FILE_NAME
    text = changed_text(path.read_bytes().decode("utf8"), before, after)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(text.encode("utf8"))
    partial.replace(path)


def changed_text(text: str, before: WorkspaceSettings, after: WorkspaceSettings) -> str:
    """The text of a settings file with what changed; written anew where it cannot be changed in place.

    Args:
        text: The file as it is; what else was changed in it meanwhile stays.
        before: The settings in force so far.
        after: Those from now on.
    """
    names = [each.name for each in fields(after) if getattr(after, each.name) != getattr(before, each.name)]
    try:
        told = from_content(tomllib.loads(text), FILE_NAME)
    except (tomllib.TOMLDecodeError, SettingsError):
        return settings_text(after)
    expected = replace(told, **{name: getattr(after, name) for name in names})
    changed = _changed(text, before, after)
    try:
        same = from_content(tomllib.loads(changed), FILE_NAME) == expected
    except (tomllib.TOMLDecodeError, SettingsError):
        same = False
    return changed if same else settings_text(expected)


def _changed(text: str, before: WorkspaceSettings, after: WorkspaceSettings) -> str:
    old, new = _sections(before), _sections(after)
    end = "\r\n" if text.count("\r\n") == text.count("\n") > 0 else "\n"
    lines = text.removesuffix(end).split(end)
    for section in dict.fromkeys([*old, *new]):
        was, now = old.get(section, {}), new.get(section, {})
        for key in dict.fromkeys([*was, *now]):
            if was.get(key) != now.get(key):
                lines = _set(lines, section, key, now.get(key))
    for name in _LISTS:
        if getattr(before, name) != getattr(after, name):
            lines = [*_without_tables(lines, (name,)), *table_lines((name,), getattr(after, name))]
    return end.join(lines) + end


def _sections(settings: WorkspaceSettings) -> dict[str, dict[str, Any]]:
    """What the file says, by section and key; None where it says nothing."""
    found: dict[str, dict[str, Any]] = {}
    for setting in SETTINGS:
        found.setdefault(setting.section, {})[setting.name] = getattr(settings, setting.name)
    usual = Study().as_dict()
    study = {name: value for name, value in settings.study.as_dict().items() if name != "recorded_at"}
    found["rules"] = dict(settings.rules)
    found["study"] = {name: None if value == usual[name] else value for name, value in study.items()}
    return found | {name: dict(entries) for name, entries in settings.modules.items()}


def _set(lines: list[str], section: str, key: str, value: Any) -> list[str]:
    """The lines with one key of one section set, or taken out where the value is None."""
    lines = _without_tables(lines, (section, key))
    if value is not None and (section,) not in [path for _, path in _headers(lines)]:
        lines = [*lines, "", f"[{section}]"]
    headers = _headers(lines)
    place = next((at for at, path in headers if path == (section,)), None)
    if place is None:
        return lines
    end = next((at for at, _ in headers if at > place), len(lines))
    first, last = _live(lines, key, place + 1, end)
    if is_tables(value):
        lines, told = [*lines[:first], *lines[last:]], _trimmed(lines, place, end) - (last - first)
        return [*lines[:told], *table_lines((section, key), value), *lines[told:]]
    written = example = example_of(section, key)
    if value is not None:
        written = assignment(key, value)
        if first == last and example in lines[place:end]:
            first = lines.index(example, place)
            last = first + 1
        elif first == last:
            first = last = _trimmed(lines, place, end)
    elif first == last:
        return lines
    return [*lines[:first], *([] if written is None else [written]), *lines[last:]]


def _headers(lines: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Where tables begin, each with its dotted name; what stands within a text or a list of several lines is none."""
    found = []
    for place, line in enumerate(lines):
        named = _HEADER.match(line)
        if named and _parses(lines[:place]) and _parses([line]):
            found.append((place, tuple(part.strip().strip("\"'") for part in named[1].split("."))))
    return found


def _without_tables(lines: list[str], path: tuple[str, ...]) -> list[str]:
    """The lines without the tables at a dotted name and below it; sections themselves stay."""
    headers = _headers(lines)
    gone: set[int] = set()
    for (place, name), (end, _) in zip(headers, [*headers[1:], (len(lines), ())], strict=False):
        if name[: len(path)] == path:
            gone |= set(range(place, _trimmed(lines, place, end)))
    return [line for place, line in enumerate(lines) if place not in gone]


def _trimmed(lines: Sequence[str], place: int, end: int) -> int:
    """Where a table ends before blank lines and comments, which belong to the next."""
    while end > place + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _live(lines: Sequence[str], key: str, place: int, end: int) -> tuple[int, int]:
    """The lines that set a key, several where its value takes several; an empty span where none does."""
    named = re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=")
    for first in range(place, end):
        if named.match(lines[first]):
            whole = (last for last in range(first + 1, end + 1) if _parses(lines[first:last]))
            return first, next(whole, first)
    return place, place


def _parses(lines: Sequence[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True
