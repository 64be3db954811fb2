"""Every picture there is, in reading order, and which of them the published tables allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import plotly.graph_objects as go

from segmentry.charts import (
    cohorts,
    concentration,
    costs,
    customers,
    fit,
    gorge,
    growth,
    maps,
    origins,
    priority,
    profiles,
    proof,
    rfm,
    sales,
    segments,
    stability,
)
from segmentry.charts.shelf import Has, Read, Shelf


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its stable name, whether the shelf allows it, and how it is drawn."""

    name: str
    ready: Callable[[Shelf], bool]
    draw: Callable[[Shelf], go.Figure]


PICTURES = (
    Picture("monthly_sales", sales.has_months, sales.monthly_sales),
    Picture("seasons", sales.has_seasons, sales.seasons),
    Picture("cohorts", cohorts.has_cohorts, cohorts.cohorts),
    Picture("concentration", concentration.has_revenue_curve, concentration.revenue_curve),
    Picture("found_segments", segments.has_found_value, segments.found_size_and_value),
    Picture("segment_profiles", profiles.has_profiles, profiles.segment_profiles),
    Picture("stability_by_number", stability.has_numbers, stability.by_number),
    Picture("stability_by_segment", stability.has_stability, stability.by_segment),
    Picture("segment_origins", origins.has_origins, origins.origins),
    Picture("gorge", gorge.has_gorge, gorge.gorge),
    *(Picture(f"map_{method}", maps.has_map(method), maps.map_of(method)) for method in maps.METHODS),
    Picture("growth_parts", growth.has_growth, growth.growth_parts),
    Picture("priority_matrix", priority.has_priority, priority.priority_matrix),
    Picture("priority_first", priority.has_first, priority.priority_first),
    Picture("gate", proof.has_gate, proof.gate),
    Picture("guard", proof.has_guard, proof.guard),
    Picture("rfm_grid", rfm.has_grid, rfm.rfm_grid),
    Picture("segments", segments.has_value, segments.size_and_value),
    Picture("value_per_customer", segments.has_value, segments.value_per_customer),
    Picture("lifecycle", segments.has_lifecycle, segments.lifecycle),
    Picture("value_tiers", segments.has_value_tiers, segments.value_tiers),
    Picture("purchase_tracking", fit.has_tracking, fit.purchase_tracking),
    Picture("frequency_fit", fit.has_frequencies, fit.frequency_fit),
    Picture("activity_probability", customers.has_expectations, customers.activity_probability),
    Picture("recency_frequency", customers.has_expectations, customers.recency_frequency),
    Picture("activity_costs", costs.has_activities, costs.activity_costs),
    Picture("whale_curve", concentration.has_contribution_curve, concentration.whale_curve),
)
"""All pictures in the order in which a report shows them."""


def pictures(read: Read, has: Has, locale: str) -> dict[str, Callable[[], go.Figure]]:
    """The pictures that can be drawn from what is published.

    Only tables of few rows are looked at here; a table with a row per customer is read when its picture is drawn.

    Args:
        read: A published table as Arrow, in key order, by its logical name.
        has: Whether a table of that name is published.
        locale: Language and region in which numbers and days are written, such as ``en_GB``.

    Returns:
        Name to a function that draws the figure, in reading order; a picture without rows is left out.
    """
    shelf = Shelf(read, has, locale)
    known = {each.name: partial(each.draw, shelf) for each in PICTURES if each.ready(shelf)}
    return known | maps.others(shelf)
