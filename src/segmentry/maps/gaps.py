"""Gaps on a map: ideal points of customers against offers, both brought onto the map's plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmentry.maps.attributes import Attribute
from segmentry.maps.drawing import PlainPlane
from segmentry.maps.spec import MapSpec, Offer
from segmentry.science.gaps import GapSearch, find_gaps
from segmentry.science.plane import Plane
from segmentry.terms.errors import Problem, SettingsError, near_miss
from segmentry.terms.numbers import NotEstimable

IDEAL = "ideal_"
"""What the name of a trait begins with that tells where on an attribute a customer would have an offer."""


def ideal_columns(plane: Plane | PlainPlane, known: Sequence[str]) -> dict[str, str] | NotEstimable:
    """Attribute of the plane to the trait that tells the ideal point on it.

    Args:
        plane: The plane.
        known: Names of all traits.
    """
    lacking = [name for name in plane.names if IDEAL + name not in known]
    if lacking:
        told = ", ".join(IDEAL + name for name in lacking)
        return NotEstimable(f"no ideal points are known: no source tells {told}, which must be asked of customers")
    return {name: IDEAL + name for name in plane.names}


def search_gaps(
    spec: MapSpec,
    plane: Plane | PlainPlane,
    attributes: Sequence[Attribute],
    ideals: Mapping[str, NDArray[np.float64]] | NotEstimable,
) -> GapSearch | NotEstimable:
    """Gaps on the plane, or why none can be told.

    Args:
        spec: The offers.
        plane: The plane.
        attributes: The attributes as drawn.
        ideals: Attribute to ideal values in its own unit, shape (n,) each, all known.

    Raises:
        SettingsError: An offer lacks an attribute of the plane; all at once.
    """
    if isinstance(ideals, NotEstimable):
        return ideals
    if not spec.offers:
        return NotEstimable("no offers are told, so nothing can be said to be missing")
    known = {each.name: each for each in attributes}
    places = _places(spec.offers, plane.names)
    offers = {name: known[name].drawn(places[:, at]) for at, name in enumerate(plane.names)}
    wanted = plane.place({name: known[name].drawn(ideals[name]) for name in plane.names})
    placed = plane.place(offers)
    return find_gaps(
        wanted.coordinates,
        placed.coordinates,
        strengths=[offer.strength for offer in spec.offers],
        quality=wanted.cos2,
        offer_quality=placed.cos2,
    )


def _places(offers: Sequence[Offer], names: Sequence[str]) -> NDArray[np.float64]:
    told = [dict(offer.position) for offer in offers]
    problems = [
        Problem(
            "OFFER_INCOMPLETE", "The map needs this attribute.", f"offer {offer.name}", name, near_miss(name, place)
        )
        for offer, place in zip(offers, told, strict=True)
        for name in names
        if name not in place
    ]
    if problems:
        raise SettingsError(problems)
    return np.array([[place[name] for name in names] for place in told], dtype=np.float64)


def gap_rows(spec: MapSpec, search: GapSearch | NotEstimable) -> list[dict[str, Any]]:
    """Rows of the contract `MAP_GAPS`.

    Args:
        spec: The offers.
        search: What was found.
    """
    if isinstance(search, NotEstimable):
        return []
    return [
        {
            "map": spec.name,
            "place": place,
            "x": gap.x,
            "y": gap.y,
            "claimed": gap.claimed,
            "reason": gap.reason,
            "score": gap.score,
            "demand_mass": gap.demand_mass,
            "missing_supply": gap.missing_supply,
            "predicted_share": gap.predicted_share,
            "nearest_offers": ", ".join(spec.offers[offer].name for offer in gap.nearest_offers),
            "recurrence": gap.recurrence,
            "quality": gap.quality,
        }
        for place, gap in enumerate(search.gaps)
    ]
