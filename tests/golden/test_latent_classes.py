"""Published figures of latent classes and the textbook survey; each test names its source."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from segmentry.science.kmeans import StableKMeans
from segmentry.science.mixtures import BernoulliMixture, LatentClass
from segmentry.science.stability import adjusted_rand, global_stability

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def carcinoma(data_folder: Path) -> np.ndarray:
    """Seven pathologists on 118 slides, answers 1 and 2 (Agresti 2002, table 13.1)."""
    with (data_folder / "carcinoma" / "carcinoma.csv").open() as file:
        return np.array(list(csv.reader(file))[1:], dtype=float)


@pytest.fixture(scope="module")
def survey(data_folder: Path) -> np.ndarray:
    """Eleven yes-or-no perceptions of 1,453 visitors (Dolnicar, Grün & Leisch 2018)."""
    with (data_folder / "mcdonalds" / "mcdonalds.csv").open() as file:
        rows = list(csv.DictReader(file))
    names = list(rows[0])[:11]
    return np.array([[row[name] == "Yes" for name in names] for row in rows], dtype=float)


@pytest.mark.parametrize(("classes", "log_likelihood"), [(2, -317.2568), (3, -293.705), (4, -289.2858)])
def test_latent_classes_reproduce_h12(carcinoma: np.ndarray, classes: int, log_likelihood: float) -> None:
    """Linzer & Lewis (2011), poLCA: log-likelihoods -317.2568, -293.705, -289.2858 of 2, 3 and 4 classes."""
    fitted = LatentClass(classes).fit(carcinoma)
    assert carcinoma.shape == (118, 7)
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood, abs=0.001)
    assert fitted.converged_


def test_bic_of_carcinoma_is_lowest_at_three_classes(carcinoma: np.ndarray) -> None:
    """BIC chooses three classes (poLCA), by the definition -2 LL + p ln n with p = 7 k + k - 1."""
    fitted = {k: LatentClass(k, n_starts=30).fit(carcinoma) for k in (2, 3, 4, 5)}
    assert [each.parameters_count_ for each in fitted.values()] == [15, 23, 31, 39]
    assert min(fitted, key=lambda k: float(fitted[k].bic_)) == 3  # type: ignore[arg-type]


def test_answers_of_pathologists_are_two_valued(carcinoma: np.ndarray) -> None:
    """As yes or no, the same slides give the same likelihood to the mixture of Bernoullis."""
    fitted = BernoulliMixture(3).fit(carcinoma - 1)
    assert fitted.log_likelihood_ == pytest.approx(-293.705, abs=0.001)


@pytest.mark.parametrize("k", [2, 3, 4, 6])
def test_best_optimum_of_the_survey_is_found_again_by_another_seed(survey: np.ndarray, k: int) -> None:
    """Over 100 starts each, two seeds reach the same best objective and tell the share of starts that do."""
    one = StableKMeans(k, n_starts=100, random_state=1).fit(survey)
    other = StableKMeans(k, n_starts=100, random_state=2).fit(survey)
    assert one.objective_ == pytest.approx(other.objective_, rel=1e-6)
    assert adjusted_rand(one.labels_, other.labels_) > 0.99
    assert 0 <= one.share_of_best_ <= 1


def test_survey_stability_breaks_after_the_stable_solutions(survey: np.ndarray) -> None:
    """Few segments come back nearly alike; by eight the curve of median adjusted Rand indices has broken."""
    medians = {k: global_stability(survey, k, 50).median for k in range(2, 9)}
    assert survey.shape == (1453, 11)
    assert min(medians[2], medians[3]) > 0.9
    assert medians[8] < min(medians[2], medians[3]) - 0.1
