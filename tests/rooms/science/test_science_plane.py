"""Planes: ranked pairs, principal components, discriminants, correspondence, similarity; their invariances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentry.science.plane import (
    AttributePair,
    CorrespondenceMap,
    Moments,
    Plane,
    SimilarityMap,
    correspondence_analysis,
    discriminant_plane,
    pairs_from_moments,
    principal_plane,
    rank_attribute_pairs,
    similarity_map,
)
from segmentry.science.plane.axes import name_axis, orientation, point_quality
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable

Columns = dict[str, np.ndarray]


def blobs(seed: int = 0, size: int = 60) -> tuple[Columns, np.ndarray]:
    """Three segments apart in spend and silence, not in age; orders go with spend."""
    chance = np.random.default_rng(seed)
    labels = np.repeat([0, 1, 2], size)
    spend = np.array([0.0, 4.0, 8.0])[labels] + chance.normal(size=3 * size)
    silence = np.array([0.0, 5.0, 0.0])[labels] + chance.normal(size=3 * size)
    orders = spend * 2 + chance.normal(scale=0.2, size=3 * size)
    return {"spend": spend, "silence": silence, "orders": orders, "age": chance.normal(size=3 * size)}, labels


def ranked(columns: Columns, labels: Any) -> tuple[AttributePair, ...]:
    found = rank_attribute_pairs(columns, labels)
    assert not isinstance(found, NotEstimable)
    return found


def discriminants(columns: Columns, labels: Any) -> Plane:
    found = discriminant_plane(Moments.of(columns, labels))
    assert isinstance(found, Plane)
    return found


# ---- moments


def test_moments_from_sums_equal_moments_from_rows() -> None:
    """A database that adds up x - shift and its products gives what the rows give."""
    columns, labels = blobs()
    direct = Moments.of(columns, labels)
    values = np.column_stack(list(columns.values())) - 3.0
    parts = [values[labels == segment] for segment in (0, 1, 2)]
    built = Moments.from_sums(
        list(columns),
        [0, 1, 2],
        [len(part) for part in parts],
        [part.sum(axis=0) for part in parts],
        [np.triu(part.T @ part) for part in parts],
        [3.0] * 4,
    )
    assert built.means == pytest.approx(direct.means)
    assert built.scatter == pytest.approx(direct.scatter, abs=1e-8)


def test_total_scatter_is_within_plus_between() -> None:
    """The split of variance is exact: the total equals the scatter of all rows around their mean."""
    columns, labels = blobs()
    values = np.column_stack(list(columns.values()))
    apart = values - values.mean(axis=0)
    assert Moments.of(columns, labels).total == pytest.approx(apart.T @ apart)


def test_moments_name_what_is_constant() -> None:
    """A column of one value is found, at any level of the value."""
    columns, labels = blobs()
    assert Moments.of({**columns, "flat": np.full(180, 1e6)}, labels).constant == ("flat",)


def test_moments_select_in_the_order_asked() -> None:
    """Selected attributes come with their own means."""
    columns, labels = blobs()
    chosen = Moments.of(columns, labels).select(["age", "spend"])
    assert chosen.names == ("age", "spend")
    assert chosen.center == pytest.approx([columns["age"].mean(), columns["spend"].mean()])


def test_moments_report_all_mistakes_at_once() -> None:
    """A text, an infinite value and labels of another length come back in one error."""
    with pytest.raises(EstimationError) as told:
        Moments.of({"a": [1.0, np.inf], "b": [1.0, 2.0]}, [0, 1, 2])
    assert {problem.code for problem in told.value.problems} == {"VALUE_NOT_FINITE", "LENGTH_MISMATCH"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"counts": [1.0, 2.0]}, "SHAPE_WRONG"),
        ({"sums": [[np.nan, 0.0]]}, "VALUE_NOT_FINITE"),
        ({"counts": [0.0]}, "VALUE_NOT_POSITIVE"),
    ],
)
def test_sums_that_do_not_fit_are_refused(changed: dict[str, Any], code: str) -> None:
    """Shapes, missing values and empty segments are told by name."""
    told = {"names": ["a", "b"], "segments": ["s"], "counts": [3.0], "sums": [[0.0, 0.0]], "products": [np.eye(2)]}
    with pytest.raises(EstimationError) as error:
        Moments.from_sums(**(told | changed))  # type: ignore[arg-type]
    assert error.value.code == code


# ---- pairs


def test_the_pair_that_separates_is_first() -> None:
    """Spend and silence tell three segments apart in both directions of the plane; orders only repeat spend."""
    first = ranked(*blobs())[0]
    assert {first.first, first.second} <= {"spend", "silence", "orders"}
    assert "silence" in {first.first, first.second}


def test_a_pair_that_says_the_same_twice_is_marked_and_not_first() -> None:
    """One good attribute beside its own copy fills one direction only."""
    pairs = ranked(*blobs())
    copies = next(pair for pair in pairs if {pair.first, pair.second} == {"spend", "orders"})
    assert copies.redundant
    assert copies.separation < pairs[0].separation


def test_every_pair_is_ranked_once() -> None:
    """Four attributes make six pairs, from high to low."""
    pairs = ranked(*blobs())
    assert len({frozenset((pair.first, pair.second)) for pair in pairs}) == 6
    assert [pair.separation for pair in pairs] == sorted((pair.separation for pair in pairs), reverse=True)


def test_separation_is_the_mean_squared_canonical_correlation() -> None:
    """Pillai's trace over its largest value, against a plain matrix inversion."""
    columns, labels = blobs()
    moments = Moments.of(columns, labels)
    for pair in ranked(columns, labels):
        chosen = moments.select([pair.first, pair.second])
        trace = np.trace(np.linalg.solve(chosen.total, chosen.between))
        wilks = np.linalg.det(chosen.within) / np.linalg.det(chosen.total)
        assert pair.separation == pytest.approx(trace / 2, abs=1e-9)
        assert pair.wilks == pytest.approx(wilks, abs=1e-9)


def test_two_segments_can_be_fully_separated() -> None:
    """With two segments one direction is all there is: the measure still reaches 1."""
    labels = np.repeat([0, 1], 50)
    chance = np.random.default_rng(0)
    columns = {"a": labels * 1e3 + chance.normal(size=100), "b": chance.normal(size=100)}
    assert ranked(columns, labels)[0].separation == pytest.approx(1.0, abs=1e-4)


def test_identical_attributes_do_not_break_the_ranking() -> None:
    """An exact copy counts as one attribute."""
    columns, labels = blobs()
    pairs = ranked({"spend": columns["spend"], "copy": columns["spend"].copy(), "age": columns["age"]}, labels)
    copies = next(pair for pair in pairs if "age" not in {pair.first, pair.second})
    assert copies.separation == pytest.approx(copies.separation_first / 2)
    assert (copies.first, copies.second) == ("copy", "spend")


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), scale=st.floats(1e-3, 1e3), shift=st.floats(-1e3, 1e3))
def test_ranking_does_not_depend_on_rows_labels_columns_or_units(seed: int, scale: float, shift: float) -> None:
    """Shuffled rows, renamed segments, another order of columns and other units give the same ranking."""
    columns, labels = blobs(seed, 20)
    order = np.random.default_rng(seed).permutation(labels.size)
    other = {name: columns[name][order] * scale + shift for name in reversed(columns)}
    names = np.array(["z", "m", "a"])[labels[order]]
    one, two = ranked(columns, labels), ranked(other, names)
    assert [(pair.first, pair.second) for pair in one] == [(pair.first, pair.second) for pair in two]
    assert [pair.separation for pair in one] == pytest.approx([pair.separation for pair in two], abs=1e-6)


def test_one_segment_cannot_be_told_apart() -> None:
    """The answer is a reason, not a ranking of zeros."""
    columns, labels = blobs()
    found = rank_attribute_pairs(columns, np.zeros_like(labels))
    assert isinstance(found, NotEstimable)
    assert "one segment" in found.reason


def test_constant_attributes_and_too_few_are_refused_together() -> None:
    """Both constant columns are named."""
    with pytest.raises(EstimationError) as told:
        rank_attribute_pairs({"a": [1.0, 1.0], "b": [2.0, 2.0]}, [0, 1])
    assert [problem.given for problem in told.value.problems] == ["a", "b"]
    with pytest.raises(EstimationError, match="At least 2"):
        rank_attribute_pairs({"a": [1.0, 2.0]}, [0, 1])


def test_many_attributes_are_ranked_from_moments() -> None:
    """Forty attributes of a million customers: 780 pairs out of sums alone, all between 0 and 1."""
    chance = np.random.default_rng(0)
    means = chance.normal(size=(5, 40))
    scatter = np.array([np.eye(40) * 200_000] * 5)
    moments = Moments(tuple(f"a{place}" for place in range(40)), tuple(range(5)), np.full(5, 2e5), means, scatter)
    pairs = pairs_from_moments(moments)
    assert not isinstance(pairs, NotEstimable)
    assert len(pairs) == 780
    assert all(0 <= pair.separation <= 1 and 0 <= pair.wilks <= 1 for pair in pairs)


# ---- axes


def test_an_axis_is_named_by_its_strongest_loadings() -> None:
    """Words of attributes are taken in order of strength, the low end's words where the loading is negative."""
    axis = name_axis(
        {"spend": 0.9, "silence": -0.8, "age": 0.1}, 0.5, {"silence": ("longer silence", "shorter silence")}
    )
    assert axis.name == "more spend, shorter silence"
    assert axis.opposite == "less spend, longer silence"


def test_an_axis_takes_three_names_at_most() -> None:
    """Equally strong attributes come in alphabetical order."""
    assert name_axis(dict.fromkeys("dcba", 0.7), 0.5).name == "more a, more b, more c"


def test_the_strongest_loading_points_up() -> None:
    """Of equally strong ones the first in the alphabet decides, whatever the order of columns."""
    loadings = np.array([[0.2, 0.7], [-0.9, -0.7]])
    assert orientation(loadings, ["a", "b"]).tolist() == [-1.0, 1.0]
    assert orientation(loadings[::-1], ["b", "a"]).tolist() == [-1.0, 1.0]


def test_quality_is_the_share_of_the_distance_shown() -> None:
    """A point off the plane is shown badly, one at the center exactly."""
    full = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 2.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    assert point_quality(full).tolist() == pytest.approx([1.0, 0.0, 0.5, 1.0])


# ---- principal components


def test_components_share_out_all_variance() -> None:
    """Shares sum to 1 and fall; loadings of an attribute over all components square to at most 1."""
    plane = principal_plane(Moments.of(blobs()[0]))
    assert sum(plane.shares) == pytest.approx(1.0)
    assert list(plane.shares) == sorted(plane.shares, reverse=True)
    assert plane.variance_kept == pytest.approx(plane.shares[0] + plane.shares[1])
    for name in plane.names:
        assert sum(axis.loadings[name] ** 2 for axis in plane.axes) <= 1 + 1e-12


def test_loadings_are_correlations_with_the_axes() -> None:
    """What an axis is named after is what goes with it."""
    columns, _ = blobs()
    plane = principal_plane(Moments.of(columns))
    placed = plane.place(columns).coordinates
    for place, axis in enumerate(plane.axes):
        for name, loading in axis.loadings.items():
            assert np.corrcoef(columns[name], placed[:, place])[0, 1] == pytest.approx(loading, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_components_do_not_depend_on_rows_columns_or_units(seed: int) -> None:
    """Shuffled rows, other column order and other units give the same coordinates, signs included."""
    columns, _ = blobs(seed, 20)
    order = np.random.default_rng(seed).permutation(60)
    one = principal_plane(Moments.of(columns)).place(columns)
    other = {name: columns[name][order] * 100 + 7 for name in reversed(columns)}
    two = principal_plane(Moments.of(other)).place(other)
    assert two.coordinates == pytest.approx(one.coordinates[order], abs=1e-6)
    assert two.cos2 == pytest.approx(one.cos2[order], abs=1e-6)


def test_two_attributes_are_shown_without_loss() -> None:
    """A plane of two attributes keeps everything."""
    columns, _ = blobs()
    plane = principal_plane(Moments.of({name: columns[name] for name in ("spend", "silence")}))
    assert plane.variance_kept == pytest.approx(1.0)
    assert plane.place(columns).cos2 == pytest.approx(np.ones(180))


def test_a_plane_that_could_lie_in_any_way_says_so() -> None:
    """Three attributes that are alike in variance and unrelated have no first plane."""
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
    plane = principal_plane(Moments.of(dict(zip("abc", corners.T, strict=True))))
    assert plane.rotation_free
    assert not principal_plane(Moments.of(blobs()[0])).rotation_free


def test_places_need_every_attribute_of_the_plane() -> None:
    """All missing ones are named, with the near miss."""
    columns, _ = blobs()
    plane = principal_plane(Moments.of(columns))
    with pytest.raises(EstimationError) as told:
        plane.place({"spent": columns["spend"], "age": columns["age"]})
    assert [problem.given for problem in told.value.problems] == ["spend", "silence", "orders"]
    assert "spent" in told.value.problems[0].next_step


# ---- discriminants


def test_discriminants_see_what_components_miss() -> None:
    """A large spread that separates nothing is the first component, and no part of the discriminant axes."""
    columns, labels = blobs()
    chance = np.random.default_rng(5)
    noise = chance.normal(size=180)
    columns = {
        "silence": columns["silence"],
        "spend": columns["spend"],
        "n1": noise,
        "n2": noise + chance.normal(scale=0.1, size=180),
        "n3": noise + chance.normal(scale=0.1, size=180),
    }
    assert (
        max(principal_plane(Moments.of(columns)).axes[0].loadings.items(), key=lambda item: abs(item[1]))[0][0] == "n"
    )
    for axis in discriminants(columns, labels).axes:
        assert max(axis.loadings.items(), key=lambda item: abs(item[1]))[0] in {"spend", "silence"}


def test_scores_have_unit_spread_inside_segments() -> None:
    """Coordinates count pooled standard deviations inside segments, with no correlation."""
    columns, labels = blobs()
    placed = discriminants(columns, labels).place(columns).coordinates
    apart = placed - np.array([placed[labels == segment].mean(axis=0) for segment in (0, 1, 2)])[labels]
    assert apart.T @ apart / (180 - 3) == pytest.approx(np.eye(2), abs=1e-9)


def test_three_segments_lie_in_the_plane_of_two_discriminants() -> None:
    """Their centers differ along two lines, so that the plane keeps all of it."""
    columns, labels = blobs()
    plane = discriminants(columns, labels)
    moments = Moments.of(columns, labels)
    centers = plane.place(dict(zip(moments.names, moments.means.T, strict=True)))
    assert plane.variance_kept == pytest.approx(1.0)
    assert centers.cos2 == pytest.approx(np.ones(3), abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_discriminants_do_not_depend_on_rows_labels_or_units(seed: int) -> None:
    """Shuffled rows, renamed segments and other units give the same coordinates."""
    columns, labels = blobs(seed, 20)
    order = np.random.default_rng(seed).permutation(60)
    other = {name: columns[name][order] * 0.01 - 3 for name in columns}
    one = discriminants(columns, labels).place(columns).coordinates
    two = discriminants(other, np.array(["q", "b", "x"])[labels[order]]).place(other).coordinates
    assert two == pytest.approx(one[order], abs=1e-5)


def test_a_copy_of_an_attribute_does_not_break_discriminants() -> None:
    """Collinear attributes leave the plane as it was."""
    columns, labels = blobs()
    doubled = {**columns, "copy": columns["spend"] * 3}
    one, two = discriminants(columns, labels), discriminants(doubled, labels)
    assert two.shares[:2] == pytest.approx(one.shares[:2], abs=1e-8)


@pytest.mark.parametrize(
    ("columns", "labels", "words"),
    [
        ({"a": [0.0, 1.0, 5.0, 6.0], "b": [0.0, 1.0, 1.0, 0.0]}, [0, 0, 1, 1], "fewer than three"),
        ({"a": [0.0, 1.0, 5.0], "b": [0.0, 1.0, 1.0]}, [0, 1, 2], "no segment has two"),
        ({"a": [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], "b": [0.0, 1.0, 1.0, 0.0, 3.0, 1.0]}, [0, 0, 1, 1, 2, 2], "a does not"),
        ({"a": [0.0, 1.0] * 3, "b": [0.0, 1.0] * 3}, [0, 0, 1, 1, 2, 2], "say the same"),
        ({"a": [0.0, 1.0, 0.0] * 3, "b": [0.0, 1.0, 3.0] * 3}, [0, 0, 0, 1, 1, 1, 2, 2, 2], "do not differ"),
    ],
)
def test_discriminants_refuse_with_a_reason(columns: Any, labels: list[int], words: str) -> None:
    """Two segments, one member each, attributes that define segments, copies, and no difference at all."""
    found = discriminant_plane(Moments.of(columns, labels))
    assert isinstance(found, NotEstimable)
    assert words in found.reason


# ---- correspondence


def test_symmetric_maps_forbid_reading_rows_against_columns() -> None:
    """Only the two asymmetric scalings allow it."""
    table = [[10, 2, 1], [3, 8, 2], [1, 4, 9]]
    allowed = {}
    for scaling in ("row_principal", "column_principal", "symmetric"):
        found = correspondence_analysis(table, scaling)  # type: ignore[arg-type]
        assert isinstance(found, CorrespondenceMap)
        allowed[scaling] = found.row_to_column_distances
    assert allowed == {"row_principal": True, "column_principal": True, "symmetric": False}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(1, 50), min_size=3, max_size=3), min_size=3, max_size=5), st.integers(0, 99))
def test_correspondence_follows_rows_and_columns(table: list[list[int]], seed: int) -> None:
    """Total inertia is chi-squared over n; transposing swaps rows and columns; shuffled rows keep their quality."""
    counts = np.array(table, dtype=float)
    found = correspondence_analysis(counts)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    chi = ((counts - expected) ** 2 / expected).sum() / counts.sum()
    if isinstance(found, NotEstimable):
        assert chi == pytest.approx(0.0, abs=1e-12)
        return
    assert found.total_inertia == pytest.approx(chi)
    turned = correspondence_analysis(counts.T)
    order = np.random.default_rng(seed).permutation(len(counts))
    shuffled = correspondence_analysis(counts[order])
    assert isinstance(turned, CorrespondenceMap)
    assert isinstance(shuffled, CorrespondenceMap)
    assert turned.inertias == pytest.approx(found.inertias, abs=1e-9)
    assert shuffled.inertias == pytest.approx(found.inertias, abs=1e-9)
    assert found.row_masses @ found.rows == pytest.approx(np.zeros(found.rows.shape[1]), abs=1e-9)


def test_correspondence_keeps_its_orientation_when_rows_are_shuffled() -> None:
    """The map of a reordered table is the same map."""
    table = np.array([[20, 5, 1], [4, 18, 3], [2, 6, 30], [9, 9, 9]])
    one, two = correspondence_analysis(table), correspondence_analysis(table[[2, 0, 3, 1]])
    assert isinstance(one, CorrespondenceMap)
    assert isinstance(two, CorrespondenceMap)
    assert two.rows == pytest.approx(one.rows[[2, 0, 3, 1]], abs=1e-9)


def test_independent_rows_and_columns_make_no_map() -> None:
    """Proportional rows carry no association."""
    found = correspondence_analysis([[1, 2, 3], [2, 4, 6]])
    assert isinstance(found, NotEstimable)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ([[1, 2]], "SHAPE_WRONG"),
        ("counts", "SHAPE_WRONG"),
        ([[1, -2], [3, 4]], "VALUE_NEGATIVE"),
        ([[1, np.nan], [3, 4]], "VALUE_NEGATIVE"),
        ([[0, 0], [3, 4]], "MASS_MISSING"),
    ],
)
def test_wrong_tables_are_refused(table: Any, code: str) -> None:
    """Shape, negative and missing counts, empty rows."""
    with pytest.raises(EstimationError) as told:
        correspondence_analysis(table)
    assert told.value.code == code


def test_an_unknown_scaling_and_an_empty_column_are_told_together() -> None:
    """All mistakes come at once."""
    with pytest.raises(EstimationError) as told:
        correspondence_analysis([[1, 0], [2, 0]], "both")  # type: ignore[arg-type]
    assert {problem.code for problem in told.value.problems} == {"SCALING_UNKNOWN", "MASS_MISSING"}


# ---- similarity


def test_distances_that_fit_no_plane_say_how_much_is_lost() -> None:
    """Four points all one apart need three dimensions: two keep two thirds."""
    found = similarity_map("abcd", 1.0 - np.eye(4))
    assert isinstance(found, SimilarityMap)
    assert found.variance_kept == pytest.approx(2 / 3)
    assert found.rotation_free
    assert found.not_euclidean == pytest.approx(0.0, abs=1e-9)


def test_distances_that_break_the_triangle_are_told() -> None:
    """A detour shorter than the way leaves negative eigenvalues."""
    apart = np.array([[0, 1, 1, 9], [1, 0, 1, 1], [1, 1, 0, 1], [9, 1, 1, 0]], dtype=float)
    found = similarity_map("abcd", apart)
    assert isinstance(found, SimilarityMap)
    assert found.not_euclidean > 0.1


def test_points_on_a_line_make_no_plane() -> None:
    """The answer is a reason."""
    places = np.arange(4.0)
    assert isinstance(similarity_map("abcd", np.abs(places[:, None] - places)), NotEstimable)


@pytest.mark.parametrize(
    ("apart", "code"),
    [
        (np.ones((2, 2)), "SHAPE_WRONG"),
        (-np.ones((3, 3)), "VALUE_NEGATIVE"),
        (np.arange(9.0).reshape(3, 3), "NOT_SYMMETRIC"),
        (np.ones((3, 3)), "DIAGONAL_NOT_ZERO"),
    ],
)
def test_wrong_distances_are_refused(apart: np.ndarray, code: str) -> None:
    """Shape, sign, symmetry and diagonal."""
    with pytest.raises(EstimationError) as told:
        similarity_map("abc", apart)
    assert told.value.code == code


# ---- further facts


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), cut=st.integers(1, 179))
def test_sums_add_up_over_parts_of_a_base(seed: int, cut: int) -> None:
    """Two halves of a base, added up as a database would, give the moments of the whole."""
    columns, labels = blobs(seed)
    values = np.column_stack(list(columns.values()))
    order = np.random.default_rng(seed).permutation(180)
    sums, products, counts = np.zeros((3, 4)), np.zeros((3, 4, 4)), np.zeros(3)
    for part in (order[:cut], order[cut:]):
        for row in part:
            sums[labels[row]] += values[row]
            products[labels[row]] += np.outer(values[row], values[row])
            counts[labels[row]] += 1
    built = Moments.from_sums(list(columns), [0, 1, 2], counts, sums, products)
    assert built.total == pytest.approx(Moments.of(columns, labels).total, rel=1e-8, abs=1e-6)


def test_a_shift_keeps_precision_far_from_zero() -> None:
    """Dates as numbers of days vary little beside their level: with a shift nothing is lost."""
    chance = np.random.default_rng(0)
    values = 1e9 + chance.normal(size=(500, 2))
    apart = values - 1e9
    built = Moments.from_sums(["a", "b"], [0], [500.0], [apart.sum(axis=0)], [apart.T @ apart], [1e9, 1e9])
    direct = Moments.of({"a": values[:, 0], "b": values[:, 1]})
    assert built.total == pytest.approx(direct.total, rel=1e-6)
    assert built.constant == ()
    assert direct.constant == ()


def test_rounding_is_not_taken_for_variation() -> None:
    """Sums of a constant, taken far from zero and without a shift, still make a constant."""
    total = np.zeros((1, 2))
    squares = np.zeros((1, 2, 2))
    for row in np.column_stack([np.full(1000, 1234.56789), np.arange(1000.0)]):
        total[0] += row
        squares[0] += np.outer(row, row)
    assert Moments.from_sums(["flat", "free"], [0], [1000.0], total, squares).constant == ("flat",)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000))
def test_quality_is_a_share(seed: int) -> None:
    """On every plane each cos2 lies from 0 to 1, and coordinates of the center are 0."""
    columns, labels = blobs(seed, 15)
    moments = Moments.of(columns, labels)
    for plane in (principal_plane(moments), discriminants(columns, labels)):
        placed = plane.place(columns)
        assert ((placed.cos2 >= 0) & (placed.cos2 <= 1 + 1e-12)).all()
        center = plane.place({name: [float(values.mean())] for name, values in columns.items()})
        assert center.coordinates == pytest.approx(np.zeros((1, 2)), abs=1e-9)


def test_discriminants_separate_at_least_as_well_as_any_pair() -> None:
    """The share of variance between segments on the first axis beats that of every single attribute."""
    columns, labels = blobs()
    placed = discriminants(columns, labels).place(columns).coordinates[:, 0]
    alone = Moments.of({**columns, "axis": placed}, labels)
    shares = np.diag(alone.between) / np.diag(alone.total)
    assert shares[-1] >= shares[:-1].max()


def test_a_pair_separates_no_worse_than_its_parts() -> None:
    """Pillai's trace of two is at least the eta squared of the better one."""
    for pair in ranked(*blobs()):
        assert 2 * pair.separation >= pair.separation_first - 1e-12
        assert pair.separation_first >= pair.separation_second


def test_shuffled_labels_separate_nothing() -> None:
    """In a null world the best pair stays near what chance gives: (g - 1) / n for each direction."""
    columns, labels = blobs()
    best = ranked(columns, np.random.default_rng(1).permutation(labels))[0]
    assert best.separation < 0.06


def test_masses_of_a_correspondence_map_sum_to_one() -> None:
    """Principal coordinates weighted by masses give the inertias, on rows as on columns."""
    found = correspondence_analysis([[10, 2, 1], [3, 8, 2], [1, 4, 9], [5, 5, 5]])
    assert isinstance(found, CorrespondenceMap)
    assert found.row_masses.sum() == found.column_masses.sum() == pytest.approx(1.0)
    assert found.row_masses @ found.rows**2 == pytest.approx(found.inertias)
    assert found.column_masses @ found.columns**2 == pytest.approx(found.inertias)
    assert found.variance_kept == pytest.approx(1.0)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_similarity_maps_follow_their_points(seed: int) -> None:
    """Shuffled names give the same distances; stretched distances stretch the map."""
    chance = np.random.default_rng(seed)
    points = chance.normal(size=(6, 3))
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    order = chance.permutation(6)
    one = similarity_map("abcdef", apart)
    two = similarity_map([("abcdef")[place] for place in order], 10 * apart[np.ix_(order, order)])
    assert isinstance(one, SimilarityMap)
    assert isinstance(two, SimilarityMap)
    assert np.abs(two.coordinates) == pytest.approx(10 * np.abs(one.coordinates[order]), rel=1e-4, abs=1e-4)
    assert two.cos2 == pytest.approx(one.cos2[order], abs=1e-6)
