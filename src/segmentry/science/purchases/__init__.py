"""Models of repeat purchases with unseen departure.

Duty: fit (x, t_x, T) histories by maximum likelihood, forecast each customer, say how sure.
Inputs: arrays; outputs: arrays.
"""

from __future__ import annotations

from segmentry.science.purchases.beta_geometric import BetaGeometric, ModifiedBetaGeometric
from segmentry.science.purchases.beta_geometric_beta_binomial import BetaGeometricBetaBinomial
from segmentry.science.purchases.model import PurchaseModel, SimulatedHistories
from segmentry.science.purchases.pareto_nbd import ParetoNBD

__all__ = [
    "BetaGeometric",
    "BetaGeometricBetaBinomial",
    "ModifiedBetaGeometric",
    "ParetoNBD",
    "PurchaseModel",
    "SimulatedHistories",
]
