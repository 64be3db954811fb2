"""What every part stands on: the world, its people, the draws of each part, and how ids and times are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from segmentry.simulate.columns import numbered, words
from segmentry.simulate.people import People
from segmentry.simulate.purchase_process import Floats, Integers
from segmentry.simulate.spec import PARTS, CompanySpec
from segmentry.simulate.world import World


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one file, as another program exports them; sheets of one stem stand in one file.

    Attributes:
        stem: Name of the file without its ending.
        table: Canonical table it fills.
        data: Columns under their native names; times as the company's own clock shows them.
    """

    stem: str
    table: str
    data: Any


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the company adds.

    Attributes:
        sheets: Its files.
        truth: Its truth as Arrow tables by name.
        columns: Further columns of the file of customers, in the order of the customers.
    """

    sheets: tuple[Sheet, ...] = ()
    truth: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """The company as its parts see it.

    Attributes:
        world: What all customers share.
        people: All customers.
        unhappy: Dissatisfaction of each, 0 to 1; shape (customers,).
        tables: The base tables, by canonical name.
    """

    world: World
    people: People
    unhappy: Floats
    tables: dict[str, Any]

    @property
    def spec(self) -> CompanySpec:
        """What was asked."""
        return self.world.spec

    @property
    def end_year(self) -> int:
        """Year of the last day of the history."""
        return int((np.datetime64(self.spec.start) + self.spec.days - 1).astype("datetime64[Y]").astype(int)) + 1970

    def random(self, part: str) -> np.random.Generator:
        """The draws of one part, which do not depend on which others are grown."""
        return np.random.default_rng([self.spec.seed, 3, PARTS.index(part)])

    def customers(self, positions: Integers) -> Any:
        """Native numbers of customers, such as ``C00000042``."""
        return numbered("C", self.people.number[positions], 8)

    def chosen(self, share: float, most: int, random: np.random.Generator) -> Integers:
        """Positions of some customers, ascending: a share of all, and no more than ``most``."""
        count = max(min(round(share * len(self.people)), most), 1)
        return np.sort(random.permutation(len(self.people))[:count]).astype(np.int64)

    def late(self, positions: Integers, random: np.random.Generator, span: float = 400.0) -> Floats:
        """Days between the arrival of each of these customers and the end, not earlier than ``span`` before it."""
        first = np.maximum(self.people.acquired[positions], self.spec.days - span)
        return np.asarray(first + random.random(len(positions)) * (self.spec.days - 0.02 - first))

    def moments(self, day: ArrayLike) -> Any:
        """Times in days as wall-clock seconds of the company; what lies outside the history is moved to its ends."""
        local, _ = self.world.moments(np.clip(np.asarray(day, float), 0.0, self.spec.days - 1e-3))
        return pa.array(local, pa.timestamp("s"))

    def dates(self, day: ArrayLike, known: ArrayLike | None = None) -> Any:
        """Whole days as dates; empty where ``known`` is false."""
        epoch = self.spec.start.toordinal() - 719_163
        whole = np.floor(np.asarray(day, float)).astype(np.int64).astype(np.int32) + np.int32(epoch)
        return pa.array(whole, pa.int32(), mask=None if known is None else ~np.asarray(known, bool)).cast(pa.date32())


def texts(positions: ArrayLike, choices: Sequence[str], known: ArrayLike | None = None) -> Any:
    """The word at each position as text; empty where ``known`` is false."""
    found = words(np.asarray(positions, np.int64), choices).dictionary_decode()
    return found if known is None else empty(found, known)


def empty(values: Any, known: ArrayLike) -> Any:
    """The values, empty where ``known`` is false."""
    import pyarrow.compute as pc

    return pc.if_else(pa.array(np.asarray(known, bool)), values, pa.scalar(None, values.type))


def joined(*parts: Any) -> Any:
    """Texts put together row by row; plain words stand in every row."""
    import pyarrow.compute as pc

    decoded = [part.cast(pa.string()) if isinstance(part, pa.Array) else part for part in parts]
    return pc.binary_join_element_wise(*decoded, "")


def points(latent: Floats, low: int, high: int) -> NDArray[np.int64]:
    """Latent values rounded to the points of a scale."""
    return np.clip(np.rint(latent), low, high).astype(np.int64)


def logistic(values: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return np.asarray(1.0 / (1.0 + np.exp(-values)))
