"""Purchase histories as sufficient statistics: checked, and folded to distinct rows with counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.science.inputs import FloatArray, Inputs, not_estimable

FEWEST_CUSTOMERS = 10
FEWEST_REPEATERS = 2
SAMPLE_FOR_GRID = 4096
LARGEST_GRID = 1 << 22
SMALLEST_TO_FOLD = 2000


@dataclass(frozen=True, slots=True)
class Histories:
    """Distinct purchase histories.

    Attributes:
        frequency: Repeat purchases x, shape (m,).
        recency_age: Time from the first to the last purchase t_x, shape (m,).
        age: Time from the first purchase to the end of observation T, shape (m,).
        weights: Customers with that history, shape (m,).
    """

    frequency: FloatArray
    recency_age: FloatArray
    age: FloatArray
    weights: FloatArray

    @property
    def customers(self) -> float:
        """Customers in all."""
        return float(self.weights.sum())

    def sample(self, size: int) -> Histories:
        """About ``size`` rows, evenly spaced in the stored order; the same rows each time."""
        if self.frequency.size <= size:
            return self
        rows = np.linspace(0, self.frequency.size - 1, size).astype(np.int64)
        return Histories(self.frequency[rows], self.recency_age[rows], self.age[rows], self.weights[rows])


def read_histories(
    where: str, frequency: ArrayLike, recency_age: ArrayLike, age: ArrayLike, weights: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray | None]:
    """The three columns and the weights as checked arrays of shape (n,).

    Raises:
        EstimationError: With every mistake found: lengths, missing, infinite or negative values, fractions in counts,
            a last purchase after the end of observation, repeats without a time of the last one, or the reverse.
    """
    columns = {"frequency": frequency, "recency_age": recency_age, "age": age}
    inputs = Inputs(where, columns if weights is None else columns | {"weights": weights})
    inputs.require_not_negative("frequency", "recency_age", "age")
    inputs.require_whole("frequency")
    if weights is not None:
        inputs.require_positive("weights")
    _check_order(inputs)
    inputs.raise_problems()
    return inputs["frequency"], inputs["recency_age"], inputs["age"], None if weights is None else inputs["weights"]


def _check_order(inputs: Inputs) -> None:
    frequency, recency_age, age = inputs["frequency"], inputs["recency_age"], inputs["age"]
    if not frequency.size == recency_age.size == age.size:
        return
    inputs.require(
        "recency_age",
        ~(recency_age > age * (1 + 1e-9)),
        "RECENCY_AFTER_AGE",
        "The last purchase lies after the end of observation.",
        "Measure both from the first purchase: recency_age to the last one, age to the end.",
    )
    inputs.require(
        "recency_age",
        ~((frequency > 0) & (recency_age <= 0)),
        "RECENCY_MISSING",
        "Repeat purchases are given without a time of the last one.",
        "Count several purchases of one day once; frequency counts later days only.",
    )
    inputs.require(
        "recency_age",
        ~((frequency == 0) & (recency_age > 0)),
        "RECENCY_WITHOUT_PURCHASE",
        "A time of the last repeat purchase is given where there was none.",
        "recency_age runs from the first purchase and is 0 without repeats; it is not the days since last.",
    )


def fold(frequency: FloatArray, recency_age: FloatArray, age: FloatArray, weights: FloatArray | None) -> Histories:
    """Distinct rows with their counts; left as they are where counts are given or times have no common grain."""
    if weights is None and frequency.size >= SMALLEST_TO_FOLD:
        folded = _fold_on_grid(frequency, recency_age, age)
        if folded is not None:
            return folded
    return Histories(frequency, recency_age, age, np.ones(frequency.size) if weights is None else weights)


def grid_step(*columns: FloatArray) -> float | None:
    """The grain of time values, such as 1/7 for days told in weeks; ``None`` where there is none.

    Guessed as the smallest distance between values of a sample, then confirmed on all values.
    """
    parts = [column[:: max(1, column.size // SAMPLE_FOR_GRID)] for column in columns]
    distances = np.diff(np.unique(np.concatenate([*parts, np.zeros(1)])))
    largest = max(float(column.max()) for column in columns)
    distances = distances[distances > 1e-9 * largest]
    if largest <= 0 or not distances.size:
        return None
    steps = np.rint(largest / float(distances.min()))
    return largest / float(steps) if steps < LARGEST_GRID else None


def grid_codes(values: FloatArray, step: float) -> NDArray[np.int64] | None:
    """Values as whole multiples of ``step``, or ``None`` where they are not."""
    multiples = values / step
    codes = np.rint(multiples)
    np.subtract(multiples, codes, out=multiples)
    np.abs(multiples, out=multiples)
    return codes.astype(np.int64) if float(multiples.max()) < 1e-6 else None


def _fold_on_grid(frequency: FloatArray, recency_age: FloatArray, age: FloatArray) -> Histories | None:
    step = grid_step(recency_age, age)
    if step is None:
        return None
    steps, most = round(float(age.max()) / step) + 1, float(frequency.max()) + 1
    if float(steps) ** 2 * most > 2.0**62:
        return None
    key = grid_codes(recency_age, step)
    if key is None:
        return None
    key += frequency.astype(np.int64) * steps
    codes = grid_codes(age, step)
    if codes is None:
        return None
    key *= steps
    key += codes
    del codes
    keys, counts = _distinct(key)
    rest, ages = np.divmod(keys, steps)
    frequencies, recencies = np.divmod(rest, steps)
    return Histories(frequencies.astype(np.float64), recencies * step, ages * step, counts.astype(np.float64))


def _distinct(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    keys.sort()
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[starts], np.diff(np.append(starts, keys.size))


def refuse_if_hopeless(where: str, histories: Histories) -> None:
    """Raise ``EstimationError`` (code ``NOT_ESTIMABLE``) where no purchase model can learn anything."""
    repeaters = float(histories.weights[histories.frequency > 0].sum())
    customers = histories.customers
    if float(histories.age.max()) <= 0:
        reason = "Nobody has been observed for any time after a first purchase."
        raise not_estimable(where, reason, f"{customers:.0f} customers, all of age 0", "Give a longer history.")
    if customers < FEWEST_CUSTOMERS:
        reason = f"Fewer than {FEWEST_CUSTOMERS} customers cannot show how customers differ."
        raise not_estimable(where, reason, f"{customers:.0f} customers", "Give more customers.")
    if repeaters < FEWEST_REPEATERS:
        reason = "Almost nobody bought again, so neither rates nor departures can be learned."
        raise not_estimable(where, reason, f"{repeaters:.0f} repeat customers", "Give a longer history.")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct (count, time) pairs of many rows, and where each row finds its own.

    Attributes:
        counts: Distinct counts, shape (k,).
        times: Distinct times beside them, shape (k,).
        position: Row to pair, shape (n,).
    """

    counts: FloatArray
    times: FloatArray
    position: NDArray[np.intp]


def pair_up(counts: FloatArray, times: FloatArray) -> Pairs:
    """Distinct pairs of whole ``counts`` and ``times``, both of shape (n,)."""
    dense = _pair_up_on_grid(counts, times) if counts.size >= SMALLEST_TO_FOLD else None
    if dense is not None:
        return dense
    rows = np.stack([counts, times], axis=1)
    distinct, position = np.unique(rows, axis=0, return_inverse=True)
    return Pairs(distinct[:, 0].copy(), distinct[:, 1].copy(), np.asarray(position, dtype=np.intp).ravel())


def _pair_up_on_grid(counts: FloatArray, times: FloatArray) -> Pairs | None:
    step = grid_step(times)
    codes = None if step is None else grid_codes(times, step)
    if step is None or codes is None:
        return None
    steps = int(codes.max()) + 1
    size = steps * (int(counts.max()) + 1)
    if size > max(4 * counts.size, 1 << 20):
        return None
    codes += counts.astype(np.int64) * steps
    used = np.zeros(size, dtype=bool)
    used[codes] = True
    keys = np.flatnonzero(used)
    order = np.cumsum(used, dtype=np.int64)
    order -= 1
    distinct_counts, distinct_times = np.divmod(keys, steps)
    return Pairs(distinct_counts.astype(np.float64), distinct_times * step, order[codes])
