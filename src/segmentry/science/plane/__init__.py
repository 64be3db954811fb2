"""Planes on which customers and segments can be drawn: the best pair of attributes, PCA, LDA, CA, MDS.

Duty: put points of many attributes on two axes that have names in words, and say how much the picture keeps, of
everything and of each point. Inputs: arrays, or sums that a database added up. Outputs: frozen planes that place any
further point.
"""

from segmentry.science.plane.axes import Axis, Placement, Plane
from segmentry.science.plane.correspondence import CorrespondenceMap, correspondence_analysis
from segmentry.science.plane.discriminant import discriminant_plane
from segmentry.science.plane.moments import Moments
from segmentry.science.plane.pairs import AttributePair, pairs_from_moments, rank_attribute_pairs
from segmentry.science.plane.principal import principal_plane
from segmentry.science.plane.similarity import SimilarityMap, similarity_map

__all__ = [
    "AttributePair",
    "Axis",
    "CorrespondenceMap",
    "Moments",
    "Placement",
    "Plane",
    "SimilarityMap",
    "correspondence_analysis",
    "discriminant_plane",
    "pairs_from_moments",
    "principal_plane",
    "rank_attribute_pairs",
    "similarity_map",
]
