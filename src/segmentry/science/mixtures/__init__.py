"""Mixtures: segments as distributions, with chances of membership instead of borders.

Duty: learn mixtures of Gaussians, Bernoullis, categories and counts, alone or together, from many starts, with missing
answers left out of the likelihood (full information maximum likelihood). Inputs: arrays; outputs: fitted estimators.
"""

from __future__ import annotations

from segmentry.science.mixtures.bernoulli import BernoulliMixture
from segmentry.science.mixtures.gaussian import GaussianMixture
from segmentry.science.mixtures.latent_class import LatentClass
from segmentry.science.mixtures.mixed import MixedMixture

__all__ = ["BernoulliMixture", "GaussianMixture", "LatentClass", "MixedMixture"]
