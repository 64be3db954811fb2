"""Grows the parts a company has, in the order of `PARTS`."""

from __future__ import annotations

import importlib
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.simulate.parts.ground import Ground, Part
from segmentry.simulate.people import People
from segmentry.simulate.spec import PARTS
from segmentry.simulate.world import World


def grow_parts(world: World, people: list[People], tables: dict[str, Any], truth: Any) -> dict[str, Part]:
    """The parts that the specification asks for, by name.

    Args:
        world: What all customers share.
        people: The customers, block by block.
        tables: The base tables.
        truth: `Truth.customers`.
    """
    asked = [name for name in PARTS if name in world.spec.parts]
    if not asked:
        return {}
    whole = People(*(np.concatenate([getattr(part, each.name) for part in people]) for each in fields(People)))
    ground = Ground(world, whole, truth["dissatisfaction"].to_numpy(), tables)
    return {name: importlib.import_module(f"segmentry.simulate.parts.{name}").grow(ground) for name in asked}


def with_columns(customers: Any, parts: dict[str, Part]) -> Any:
    """The table of customers with the further columns of all parts behind its own."""
    for part in parts.values():
        for name, values in part.columns.items():
            customers = customers.append_column(name, pa.chunked_array([values]))
    return customers
