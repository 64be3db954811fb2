"""Which cells of a table of shares are kept back, so that none of them can be told from the sums of the others.

The shares of an area add up to 1, and those of an item, weighted by what areas buy, to its share in what everybody
buys. A cell that is kept back can be told from such sums if, and only if, it is a bridge of the graph whose vertices
are areas and items and whose edges are the cells kept back (Gusfield 1988); everybody is one more area.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Cell = tuple[str, str]
"""Area and item; of everybody the area is `EVERYBODY`."""
EVERYBODY = ""


def kept_back(buyers: Mapping[Cell, int], fewest: int) -> set[Cell]:
    """The cells to keep back: those of few buyers, and others of as few as possible, so that nothing tells the first.

    Args:
        buyers: How many bought, by area and item; an area where few bought a single item must not be among them, for
            its share is 1 whatever is kept back.
        fewest: Buyers below which a cell is kept back.

    Returns:
        Cells of areas, and of `EVERYBODY` where the share of an item in what everybody buys has to go as well.
    """
    costs = dict(buyers)
    for (_, item), count in buyers.items():
        costs[EVERYBODY, item] = costs.get((EVERYBODY, item), 0) + count
    items: dict[str, list[str]] = {}
    areas: dict[str, list[str]] = {}
    for area, item in costs:
        items.setdefault(area, []).append(item)
        areas.setdefault(item, []).append(area)
    hidden = {cell for cell, count in buyers.items() if count < fewest}
    while open_ := bridges(hidden):
        cell = min(open_, key=lambda each: (costs[each], each))
        cheapest: tuple[Cell, ...] = min(_cycles(cell, items, areas), key=lambda cycle: _cost(cycle, hidden, costs))
        hidden |= set(cheapest)
    return hidden


def _cycles(cell: Cell, items: Mapping[str, list[str]], areas: Mapping[str, list[str]]) -> Iterator[tuple[Cell, ...]]:
    """The smallest cycles through a cell: one other item of its area, both of them in one other area."""
    area, item = cell
    for other in items[area]:
        for place in areas[item] if other != item else ():
            if place != area and place in areas[other]:
                yield ((area, other), (place, item), (place, other))


def _cost(cycle: tuple[Cell, ...], hidden: set[Cell], costs: Mapping[Cell, int]) -> tuple[int, tuple[Cell, ...]]:
    """Buyers whose cells would be lost; ties by name, so that the order of rows decides nothing."""
    return sum(costs[cell] for cell in cycle if cell not in hidden), cycle


def bridges(cells: set[Cell]) -> set[Cell]:
    """The cells without which two areas or items would no longer hang together.

    Args:
        cells: Edges between areas and items.
    """
    near: dict[tuple[bool, str], list[tuple[bool, str]]] = {}
    for area, item in sorted(cells):
        near.setdefault((True, area), []).append((False, item))
        near.setdefault((False, item), []).append((True, area))
    found: set[Cell] = set()
    seen: dict[tuple[bool, str], int] = {}
    lowest: dict[tuple[bool, str], int] = {}
    for root, first in near.items():
        if root in seen:
            continue
        seen[root] = lowest[root] = len(seen)
        path = [(root, root, iter(first))]
        while path:
            here, before, rest = path[-1]
            step = next(rest, None)
            if step is None:
                path.pop()
                if path:
                    lowest[before] = min(lowest[before], lowest[here])
                    if lowest[here] > seen[before]:
                        found.add((here[1], before[1]) if here[0] else (before[1], here[1]))
            elif step not in seen:
                seen[step] = lowest[step] = len(seen)
                path.append((step, here, iter(near[step])))
            elif step != before:
                lowest[here] = min(lowest[here], seen[step])
    return found
