"""Who is who: parties of all sources brought together to customers, with a reason for each, and taken apart again.

Duty: find the parties that are one customer by exact keys and by probabilistic linkage, let people have the last word,
and keep every customer's id over runs and arriving records.
Inputs: `customers`, and where present `identifiers` and `addresses`; what people ruled (`identity_rulings`).
Outputs: `identity`, its history, aliases, decisions, clusters with their quality, and links that people should look at.
"""

from segmentry.profiles.identity.spec import IdentityReport, IdentitySpec, Ruling
from segmentry.profiles.identity.tables import (
    IDENTITY_ALIASES,
    IDENTITY_CLUSTERS,
    IDENTITY_DECISIONS,
    IDENTITY_HISTORY,
    IDENTITY_REVIEW,
    IDENTITY_RULINGS,
)

__all__ = [
    "IDENTITY_ALIASES",
    "IDENTITY_CLUSTERS",
    "IDENTITY_DECISIONS",
    "IDENTITY_HISTORY",
    "IDENTITY_REVIEW",
    "IDENTITY_RULINGS",
    "IdentityReport",
    "IdentitySpec",
    "Ruling",
]
