"""Published figures of maps; each test names its source."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris

from segmentry.science.plane import (
    CorrespondenceMap,
    Moments,
    Plane,
    correspondence_analysis,
    discriminant_plane,
    principal_plane,
    similarity_map,
)
from segmentry.science.plane.correspondence import Scaling
from segmentry.science.plane.similarity import SimilarityMap

SMOKERS = np.array([[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]])
"""Greenacre (1984), staff groups (SM, JM, SE, JE, SC) by smoking (none, light, medium, heavy)."""


def smokers(scaling: Scaling = "symmetric") -> CorrespondenceMap:
    found = correspondence_analysis(SMOKERS, scaling)
    assert isinstance(found, CorrespondenceMap)
    return found


def iris() -> tuple[dict[str, np.ndarray], np.ndarray]:
    data = load_iris()
    return {name: data.data[:, place] for place, name in enumerate(("sl", "sw", "pl", "pw"))}, data.target


def test_inertias_of_the_smokers() -> None:
    """Greenacre, Theory and Applications of Correspondence Analysis: .074759 .010017 .000414, in all .085190."""
    found = smokers()
    assert found.inertias == pytest.approx([0.074759, 0.010017, 0.000414], abs=1e-6)
    assert found.total_inertia == pytest.approx(0.085190, abs=1e-6)
    assert 100 * found.shares == pytest.approx([87.76, 11.76, 0.49], abs=5e-3)


def test_principal_coordinates_of_the_smokers() -> None:
    """R package ca, data smoke: rows .0658 .2590 -.3806 .2330 -.2011, columns -.3933 .0995 .1963 .2938, sign free."""
    found = smokers()
    rows = np.array([0.0658, -0.2590, 0.3806, -0.2330, 0.2011])
    columns = np.array([0.3933, -0.0995, -0.1963, -0.2938])
    sign = np.sign(found.rows[2, 0])
    assert found.rows[:, 0] * sign == pytest.approx(rows, abs=1e-4)
    assert found.columns[:, 0] * sign == pytest.approx(columns, abs=1e-4)


def test_quality_of_the_smokers() -> None:
    """R package ca, summary: quality of the rows in two dimensions 893 991 1000 1000 999 of a thousand."""
    assert 1000 * smokers().row_cos2 == pytest.approx([893, 991, 1000, 1000, 999], abs=1)


def test_principal_rows_are_chi_squared_distances_apart() -> None:
    """Greenacre (2017), chapter 4: in row-principal scaling distances between rows are chi-squared distances."""
    found = smokers("row_principal")
    profiles = SMOKERS / SMOKERS.sum(axis=1, keepdims=True)
    masses = SMOKERS.sum(axis=0) / SMOKERS.sum()
    apart = np.sqrt((((profiles[0] - profiles[4]) ** 2) / masses).sum())
    assert np.linalg.norm(found.rows[0] - found.rows[4]) == pytest.approx(apart)


def test_rows_lie_at_the_mean_of_their_columns() -> None:
    """Greenacre (2017), chapter 3: in row-principal scaling a row is the mean of column corners by its profile."""
    found = smokers("row_principal")
    profiles = SMOKERS / SMOKERS.sum(axis=1, keepdims=True)
    assert profiles @ found.columns == pytest.approx(found.rows)


def test_discriminants_of_iris() -> None:
    """Venables & Ripley, MASS::lda on iris: proportion of trace .9912 and .0088."""
    columns, species = iris()
    found = discriminant_plane(Moments.of(columns, species))
    assert isinstance(found, Plane)
    assert found.shares[:2] == pytest.approx([0.9912, 0.0088], abs=5e-5)


def test_discriminant_scores_of_iris() -> None:
    """MASS::lda on iris: the first flower scores 8.0618 and .3004, signs free."""
    columns, species = iris()
    found = discriminant_plane(Moments.of(columns, species))
    assert isinstance(found, Plane)
    first = np.abs(found.place(columns).coordinates[0])
    assert first == pytest.approx([8.0618, 0.3004], abs=1e-4)


def test_components_of_iris() -> None:
    """R prcomp(iris[, 1:4], scale. = TRUE): proportions .7296 .2285 .0367 .0052."""
    columns, _ = iris()
    assert principal_plane(Moments.of(columns)).shares == pytest.approx([0.7296, 0.2285, 0.0367, 0.0052], abs=5e-5)


def test_components_agree_with_scikit_learn() -> None:
    """Scores equal those of another implementation, but for signs."""
    from sklearn.decomposition import PCA

    columns, _ = iris()
    values = np.column_stack(list(columns.values()))
    theirs = PCA(2).fit_transform((values - values.mean(axis=0)) / values.std(axis=0))
    ours = principal_plane(Moments.of(columns)).place(columns).coordinates
    assert np.abs(ours) == pytest.approx(np.abs(theirs), abs=1e-9)


def test_classical_scaling_returns_the_plane_it_was_measured_on() -> None:
    """Gower (1966): distances of points in a plane are reproduced without loss."""
    points = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0], [5.0, 5.0]])
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    found = similarity_map(["a", "b", "c", "d"], apart)
    assert isinstance(found, SimilarityMap)
    again = np.linalg.norm(found.coordinates[:, None] - found.coordinates, axis=2)
    assert again == pytest.approx(apart, abs=1e-9)
    assert found.variance_kept == pytest.approx(1.0)


def test_discriminants_agree_with_scikit_learn() -> None:
    """Shares and scores of another implementation, signs free."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    columns, species = iris()
    values = np.column_stack(list(columns.values()))
    theirs = LinearDiscriminantAnalysis(solver="eigen").fit(values, species)
    found = discriminant_plane(Moments.of(columns, species))
    assert isinstance(found, Plane)
    assert found.shares[:2] == pytest.approx(theirs.explained_variance_ratio_[:2], abs=1e-9)


def test_eigenvalues_of_iris_discriminants() -> None:
    """Johnson & Wichern's iris: the eigenvalues of W^-1 B are 32.1919 and .2854, so that Pillai's trace is 1.1919."""
    columns, species = iris()
    moments = Moments.of(columns, species)
    roots = np.sort(np.linalg.eigvals(np.linalg.solve(moments.within, moments.between)).real)[::-1]
    assert roots[:2] == pytest.approx([32.1919, 0.2854], abs=1e-4)
    assert np.trace(np.linalg.solve(moments.total, moments.between)) == pytest.approx(1.1919, abs=1e-4)


def test_cities_come_back_from_their_distances() -> None:
    """R cmdscale: eigenvalues of Gower's identity; distances of a 3-4-5 triangle give its plane exactly."""
    found = similarity_map(["a", "b", "c"], [[0, 3, 4], [3, 0, 5], [4, 5, 0]])
    assert isinstance(found, SimilarityMap)
    apart = np.linalg.norm(found.coordinates[:, None] - found.coordinates, axis=2)
    assert apart[1, 2] == pytest.approx(5.0)
    assert found.not_euclidean == pytest.approx(0.0, abs=1e-12)
