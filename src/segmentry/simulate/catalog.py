"""Products: names, categories, list prices, unit costs, and how likely each segment is to put one on a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.simulate.columns import decimals, numbered, same, table_of, words
from segmentry.simulate.latent_segments import CATEGORIES, LatentSegment
from segmentry.simulate.purchase_process import Floats, Integers
from segmentry.simulate.spec import CompanySpec
from segmentry.terms.canonical import PRODUCTS

_TYPICAL_PRICE = (14.0, 11.0, 16.0, 4.5, 9.0, 8.0, 13.0, 7.0)
_NOUNS = (
    ("mirror", "picture frame", "vase", "wall clock", "lantern"),
    ("mixing bowl", "cake tin", "mug", "storage jar", "apron"),
    ("plant pot", "bird feeder", "watering can", "garden chair", "trowel"),
    ("notebook", "pencil set", "card pack", "sticker sheet", "calendar"),
    ("wooden train", "puzzle", "doll", "building blocks", "spinning top"),
    ("gift bag", "photo album", "keepsake box", "jewelry tray", "music box"),
    ("cushion", "tea towel", "throw", "table runner", "doormat"),
    ("pillar candle", "tea light set", "scented candle", "candle holder", "diffuser"),
)
_LOOKS = (
    "white", "blue", "red", "green", "ivory", "striped", "floral", "spotted", "vintage", "rustic", "copper", "oak",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalog:
    """The products.

    Attributes:
        names: Name of each product.
        category: Position in `CATEGORIES`; shape (products,).
        price: List price in cents; shape (products,).
        cost: Unit cost in cents; shape (products,).
        popularity: Share of a product within its category; shape (products,).
    """

    names: tuple[str, ...]
    category: Integers
    price: Integers
    cost: Integers
    popularity: Floats

    def shares(self, segment: LatentSegment) -> Floats:
        """Probability of each product on a line of ``segment``; shape (products,)."""
        present = np.bincount(self.category, minlength=len(CATEGORIES)) > 0
        weight = np.asarray(segment.affinity) * present
        return np.asarray(self.popularity * (weight / weight.sum())[self.category])

    def mean_price(self, segment: LatentSegment) -> float:
        """Expected list price of a unit, in currency."""
        return float(self.shares(segment) @ self.price) / 100

    def mean_cost(self, segment: LatentSegment) -> float:
        """Expected cost of a unit, in currency."""
        return float(self.shares(segment) @ self.cost) / 100

    def draw(self, segment: LatentSegment, count: int, random: np.random.Generator) -> NDArray[np.int64]:
        """Positions of ``count`` products on lines of ``segment``."""
        steps = np.cumsum(self.shares(segment))
        found = np.searchsorted(steps, random.random(count) * steps[-1], "right")
        return np.asarray(np.minimum(found, len(steps) - 1), np.int64)


def make_catalog(spec: CompanySpec, random: np.random.Generator) -> Catalog:
    """Draw ``spec.products`` products: lognormal prices around their category's, costs at 36 to 60 % of them."""
    count = spec.products
    category = np.arange(count) % len(CATEGORIES)
    typical = np.asarray(_TYPICAL_PRICE)[category]
    raw = typical * random.lognormal(0.0, 0.55, count)
    price = np.maximum(np.round(raw * 2) * 50 - 5, 45).astype(np.int64)
    cost = np.maximum(np.round(price * random.uniform(0.36, 0.60, count)), 1).astype(np.int64)
    popularity: Floats = np.asarray(1.0 / (1.0 + np.arange(count) // len(CATEGORIES)) ** 0.7, float)
    popularity = popularity / np.bincount(category, popularity)[category]
    return Catalog(tuple(_name(number) for number in range(count)), category, price, cost, popularity)


def product_ids(positions: NDArray[np.int64]) -> Any:
    """Product ids such as ``P00042`` for positions in the catalog, as Arrow text."""
    return numbered("P", positions, 5)


def stock_codes(catalog: Catalog) -> Sequence[str]:
    """The id of every product, in catalog order."""
    return [str(code) for code in product_ids(np.arange(len(catalog.names))).to_pylist()]


def products_table(spec: CompanySpec, catalog: Catalog) -> Any:
    """The canonical table ``products`` with the list price as a further column."""
    count = len(catalog.names)
    return table_of(
        PRODUCTS,
        {
            "source": same(spec.source, count),
            "product_id": product_ids(np.arange(count)),
            "name": words(np.arange(count), catalog.names).dictionary_decode(),
            "category": words(catalog.category, CATEGORIES),
            "unit_cost": decimals(catalog.cost * 100),
            "currency": same(spec.currency, count),
            "list_price": decimals(catalog.price * 100),
        },
    )


def _name(number: int) -> str:
    category, within = number % len(CATEGORIES), number // len(CATEGORIES)
    nouns = _NOUNS[category]
    noun, look, series = within % len(nouns), within // len(nouns) % len(_LOOKS), within // (len(nouns) * len(_LOOKS))
    name = f"{_LOOKS[(look + noun * 5) % len(_LOOKS)]} {nouns[noun]}"
    return (f"{name} no. {series + 1}" if series else name).capitalize()
