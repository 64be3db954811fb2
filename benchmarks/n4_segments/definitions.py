"""The definitions of N4: the hundred of definitions.txt, fewer of them, or a hundred more with other windows."""

from __future__ import annotations

import random
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from segmentry.segments.inputs import Inputs
from segmentry.segments.language.reading import parse
from segmentry.segments.layout import fields_of_table
from segmentry.segments.tree import Definition

HERE = Path(__file__).parent
AS_OF = datetime(2024, 6, 1)
_LONGER = {"7": "10", "14": "21", "30": "45", "60": "75", "90": "105", "180": "200", "365": "400"}


def texts() -> dict[str, str]:
    """Text by id, in the order of the file."""
    lines = (HERE / "definitions.txt").read_text().splitlines()[1:]
    return {id_: text for id_, _, text in (line.partition(": ") for line in lines)}


def asked(number: int) -> list[Definition]:
    """So many definitions: a seeded choice of the hundred, all of them, or with as many again over longer windows."""
    known = texts()
    if number > len(known):
        known |= {f"{id_}_longer": _longer(text) for id_, text in list(known.items())[: number - len(known)]}
    chosen = set(random.Random(number).sample(list(known), number))
    needed = {each for id_ in chosen for each in re.findall(r'in segment "(\w+)"', known[id_])}
    return [Definition(id_, id_, parse(text)) for id_, text in known.items() if id_ in chosen | needed]


def _longer(text: str) -> str:
    return re.sub(r"\b(\d+) days", lambda found: f"{_LONGER.get(found.group(1), found.group(1))} days", text)


def inputs(backend: Any) -> Inputs:
    """The company's tables as what definitions are evaluated over."""
    customers, orders, events = (backend.table(name, database="company.main") for name in _TABLES)
    fields = fields_of_table("customers", customers)
    return Inputs(customers, fields, {"customers": customers}, {"orders": orders, "events": events})


_TABLES = ("customers", "orders", "events")
