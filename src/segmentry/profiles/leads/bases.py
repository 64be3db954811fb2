"""What each of the seven bases adds to the chance of conversion: skill with it, less skill without it."""

from __future__ import annotations

from typing import Any

import numpy as np

from segmentry.profiles.leads.chances import Learned, columns_of
from segmentry.profiles.leads.scoring import sentence
from segmentry.science.clustered import chance_above, mean_gain, quantile
from segmentry.science.conversion import Conversion
from segmentry.science.effects import holm
from segmentry.science.inputs import FloatArray
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.vocabulary import Basis

_CLAIM = 0.05


def basis_rows(learned: Learned) -> list[dict[str, Any]]:
    """Rows of `LEAD_BASES`, one for each basis.

    The model is learned once more without the features of a basis, of the same leads, and both are judged on the same
    latest leads. What a basis adds is the difference of their Brier skills, which a normal interval of the mean
    difference of squared errors goes with; p, one-sided, is corrected for all bases (Holm). A basis that says what
    others say as well adds nothing, and nothing is claimed of a model that claims nothing.

    Args:
        learned: The model of all bases.
    """
    rows = [_row(learned, basis) for basis in Basis]
    known = [row for row in rows if "chance" in row]
    for row, chance in zip(known, holm([row["chance"] for row in known]) if known else (), strict=True):
        better = isinstance(learned.found, Conversion) and learned.found.better
        row |= {"chance": float(chance), "claimed": bool(better and chance < _CLAIM)}
    return rows


def _row(learned: Learned, basis: Basis) -> dict[str, Any]:
    own = [each for each in learned.features if each.offer.basis is basis]
    used = [each for each in own if each.reason is None]
    row = {"basis": basis.value, "offered": len(own), "used": len(used), "claimed": False}
    if isinstance(learned.found, NotEstimable):
        return row | {"reason": sentence(learned.found)}
    if not used:
        return row | {"reason": "Nothing of it could be learned from."}
    gained = _gained(learned, learned.found, basis)
    return row | ({"reason": sentence(gained)} if isinstance(gained, NotEstimable) else gained)


def _gained(learned: Learned, found: Conversion, basis: Basis) -> dict[str, float] | NotEstimable:
    """What squared errors lose by the basis, as a share of those of the base rate."""
    taught, size = learned.taught, learned.taught.outcome.size
    judged = taught.teaching & (taught.observed_at >= found.judged_from)
    came = taught.outcome[judged]
    names, matrix = columns_of([each for each in learned.features if each.offer.basis is not basis], size)
    without: FloatArray = np.full(came.size, found.base)
    if names:
        other = taught.model(matrix, names)
        if isinstance(other, NotEstimable):
            return other
        without = other.chances(matrix[judged])
    gained = (without - came) ** 2 - (found.chances(learned.matrix[judged]) - came) ** 2
    plain = float(((found.base - came) ** 2).mean())
    groups = None if taught.groups is None else taught.groups[judged]
    mean, error, freedom = mean_gain(gained, groups)
    low, high = ((mean + side * quantile(freedom) * error) / plain for side in (-1, 1))
    chance = chance_above(mean, error, freedom)
    return {"adds": mean / plain, "low": low, "high": high, "chance": chance}
