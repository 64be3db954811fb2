"""Writes the generated reference pages; a test fails while one of them is not what this script writes.

Run it with ``python docs/reference/write.py`` after changing a setting, a command or a contract.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NOTE = "<!-- Written by docs/reference/write.py. Do not edit. -->\n"


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A Markdown table."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def settings() -> str:
    """Every setting with its default and meaning."""
    from segmentry.workspace.settings import FILE_NAME, SETTINGS

    page = f"# Settings\n\n{NOTE}\nThe file `{FILE_NAME}` in a workspace. What is not said keeps its default.\n"
    for section in dict.fromkeys(setting.section for setting in SETTINGS):
        rows = [
            (f"`{each.name}`", "none" if each.default is None else f"`{each.default}`", each.meaning)
            for each in SETTINGS
            if each.section == section
        ]
        page += f"\n## [{section}]\n\n{table(('setting', 'default', 'meaning'), rows)}"
    page += "\n## [rules]\n\nSwitches of the [rules](rules.md) by name, `true` or `false`.\n"
    page += "\nThe sections below are read by modules of profiles; each of them may be left out.\n"
    return page + "".join(_section(name, spec) for name, spec in _specs())


def _specs() -> list[tuple[str, type]]:
    """The specs that sections of modules are read into, by section."""
    from segmentry.profiles.identity.spec import IdentitySpec
    from segmentry.workspace.profiling import MODULES

    found = {each.section: each.read.__self__ for each in MODULES}
    return [("identity", IdentitySpec), *found.items()]


_OF_THE_WORKSPACE = ("as_of", "last_day", "currency", "timezone")
"""Fields of specs that no section tells."""


def _section(name: str, spec: type) -> str:
    """A section of the settings out of the fields of its spec and what its docstring says of them."""
    meanings: dict[str, str] = {}
    last = ""
    for line in inspect.getdoc(spec).partition("Attributes:\n")[2].splitlines():
        if line.startswith("    ") and not line.startswith("     ") and ":" in line:
            last, _, meaning = line.strip().partition(": ")
            meanings[last] = meaning
        elif line.strip() and last:
            meanings[last] += f" {line.strip()}"
    asked = [each for each in dataclasses.fields(spec) if each.name not in _OF_THE_WORKSPACE]
    rows = [(f"`{each.name}`", _default(each), meanings.get(each.name, "")) for each in asked]
    return f"\n## [{name}]\n\n{table(('setting', 'default', 'meaning'), rows)}"


def _default(field: Any) -> str:
    told = field.default_factory() if field.default is dataclasses.MISSING else field.default
    return "none" if told is None or told in ((), {}, "") else f"`{told}`"


def commands() -> str:
    """Every command with its arguments and options."""
    import typer

    from segmentry.interfaces.cli.application import application

    group: Any = typer.main.get_command(application)
    page = f"# Commands\n\n{NOTE}\nExit code 0, 2 for a mistake that is explained, 130 when interrupted.\n"
    for name, command in sorted(group.commands.items()):
        page += _command(name, command)
        for inner, sub in sorted(getattr(command, "commands", {}).items()):
            page += _command(f"{name} {inner}", sub)
    return page


def _command(name: str, command: Any) -> str:
    rows = []
    for parameter in command.params:
        shown = parameter.opts[0] if parameter.param_type_name == "option" else parameter.name.upper()
        rows.append((f"`{shown}`", (getattr(parameter, "help", "") or "").strip()))
    meanings = f"\n{table(('argument', 'meaning'), rows)}" if rows else ""
    return f"\n## segmentry {name}\n\n{command.help}\n{meanings}"


def contracts() -> str:
    """Every contract with its grain, key and columns."""
    from segmentry.discovery import tables as discovery
    from segmentry.discovery.guide import tables as guide
    from segmentry.maps import tables as maps
    from segmentry.profiles import tables as profiles
    from segmentry.segments import tables as segments
    from segmentry.segments.leading import tables as leading
    from segmentry.sources import tables as sources
    from segmentry.strategy import tables as strategy
    from segmentry.terms import canonical
    from segmentry.terms.tables import Contract
    from segmentry.value import growth_tables, priority_tables
    from segmentry.value import tables as value

    page = f"# Tables\n\n{NOTE}"
    for title, module in (
        ("Canonical tables", canonical),
        ("Published by sources", sources),
        ("Published by profiles", profiles),
        *((f"Published by profiles: {name}", module) for name, module in _modules_of_profiles("tables")),
        ("Published by segments", segments),
        ("Published by segments: rules of leads", leading),
        ("Published by discovery", discovery),
        ("Published by discovery: guide", guide),
        ("Published by value", value),
        ("Published by value: growth", growth_tables),
        ("Published by value: priority", priority_tables),
        ("Published by maps", maps),
        ("Published by strategy", strategy),
    ):
        own = {each.name: each for each in vars(module).values() if isinstance(each, Contract)}
        if module is not canonical:
            own = {name: each for name, each in own.items() if name not in canonical.CANONICAL}
        page += f"\n## {title}\n"
        for contract in own.values():
            page += _contract(contract)
    return page


def _modules_of_profiles(name: str) -> list[tuple[str, Any]]:
    """The modules of profiles that hold a file of a name, by the word of their room."""
    from segmentry import profiles

    found = []
    for package in pkgutil.iter_modules(profiles.__path__, "segmentry.profiles."):
        if package.ispkg and importlib.util.find_spec(f"{package.name}.{name}") is not None:
            word = package.name.rsplit(".", 1)[1]
            found.append((word, importlib.import_module(f"{package.name}.{name}")))
    return found


def _contract(contract: Any) -> str:
    state = "" if contract.final else " Provisional."
    rows = [
        (f"`{each.name}`", each.type.value, each.unit, each.data_class.value, each.description)
        for each in contract.columns
    ]
    further = "Further columns may follow.\n" if contract.open else ""
    key = ", ".join(f"`{name}`" for name in contract.key) or "none"
    head = ("column", "type", "unit", "data class", "meaning")
    return f"\n### {contract.name}\n\nGrain: {contract.grain}. Key: {key}.{state}\n\n{table(head, rows)}{further}"


def traits() -> str:
    """Every trait of the catalog."""
    from segmentry.profiles import demographic
    from segmentry.profiles.behavioral import TRAITS
    from segmentry.profiles.catalog import Trait
    from segmentry.segments.leading.tables import RULE_TRAITS
    from segmentry.value.traits import TRAITS as VALUE_TRAITS

    found = {each.name: each for each in (*TRAITS, *VALUE_TRAITS, *demographic.TRAITS, *RULE_TRAITS)}
    for _, module in _modules_of_profiles("traits"):
        for value in vars(module).values():
            told = value if isinstance(value, tuple) else (value,)
            found |= {each.name: each for each in told if isinstance(each, Trait)}
    rows = [
        (f"`{each.name}`", each.basis, each.origin, each.type.value, each.unit, each.source, each.description)
        for each in sorted(found.values(), key=lambda each: (str(each.basis), each.name))
    ]
    head = ("trait", "basis", "origin", "type", "unit", "made from", "meaning")
    told = "Given traits are added from the columns that sources tell, those of scales and needs from surveys."
    return f"# Traits\n\n{NOTE}\n{told}\n\n{table(head, rows)}"


PAGES = {"settings.md": settings, "commands.md": commands, "tables.md": contracts, "traits.md": traits}
"""File name to the function that writes it."""


if __name__ == "__main__":
    for name, write in PAGES.items():
        (FOLDER / name).write_text(write(), encoding="utf8")
