"""The pure marketing science: estimators and statistics, a library of its own right.

Duty: answer one question per file from arrays, as frozen results. Inputs: numpy arrays; outputs: arrays and small
frozen values. It knows no table, no database, no clock. Names are fetched on first use: importing costs nothing.
"""

from __future__ import annotations

from segmentry.terms.lazily import fetching

_CONTENTS: dict[str, tuple[str, ...]] = {
    "assumptions": ("Measured", "Ruled", "go_together", "mean_beyond", "means_differ", "rule", "share_beyond"),
    "bases": ("BasesAdded", "BasisGain", "what_bases_add"),
    "choice_worths": ("follows_nothing", "importances", "part_worth", "willingness_to_pay"),
    "choices": ("ChoiceClasses", "choice_classes", "choose_classes", "placed_in_classes"),
    "conversion": ("Conversion", "Leak", "leaks", "learn_conversion"),
    "languages": ("told_language",),
    "loyalty": ("DoubleJeopardy", "double_jeopardy", "repeat_rate", "share_of_requirements", "share_of_wallet"),
    "sentiment": ("sentiment",),
    "themes": ("Theme", "Themes", "find_themes"),
    "purchases": (
        "BetaGeometric",
        "BetaGeometricBetaBinomial",
        "ModifiedBetaGeometric",
        "ParetoNBD",
        "PurchaseModel",
        "SimulatedHistories",
    ),
    "spend": ("GammaGamma", "spend_frequency_correlation"),
    "retention": (
        "ShiftedBetaGeometric",
        "churn_rate",
        "half_life",
        "margin_multiple",
        "retention_rate",
    ),
    "concentration": ("WhaleCurve", "customer_equity", "gini", "lorenz", "top_share", "whale_curve"),
    "intervals": ("CustomerValues", "GroupIntervals", "discount_rate_per_unit", "total_interval", "value_interval"),
    "cut_trees": ("Threshold",),
    "outcomes": ("Outcomes", "single_outcomes"),
    "diffusion": ("Bass", "adopter_classes", "fit_bass"),
    "drivers": ("Driver", "Drivers", "find_drivers", "shapley_shares"),
    "effects": ("Effect", "holm", "marker_variables", "metric_effect", "nominal_effect", "overlap_coefficient"),
    "exploration": ("Exploration", "Solution", "explore"),
    "factors": ("Factors", "ParallelAnalysis", "factor_analysis", "parallel_analysis", "varimax"),
    "findings": ("Check",),
    "firm_size": ("eu_size_class",),
    "gaps": (
        "Gap",
        "GapSearch",
        "UnderservedSegment",
        "find_gaps",
        "judge_underserved",
        "opportunity_band",
        "opportunity_score",
        "top_box",
    ),
    "growth": ("GrowthIntervals", "GrowthSplit", "Trend", "growth_intervals", "share_trend", "split_growth"),
    "guard": ("break_even_lift", "detectable_lift"),
    "attribute_kinds": ("Kano", "kano", "kano_from_counts"),
    "influence": ("EngagementValue", "engagement_value"),
    "kmeans": ("StableKMeans",),
    "leads": ("Calibration", "LeadGrid", "calibration", "interest", "lead_grid"),
    "plane": (
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
    ),
    "preparation": ("FittedPreparation", "Preparation", "VariablePlan"),
    "priority": ("Bound", "Measure", "Priority", "Reversal", "Score", "prioritize"),
    "satisfaction": ("ces", "csat", "nps", "wilson"),
    "scales": (
        "AnswerStyle",
        "Reliability",
        "answer_style",
        "centered_on_person",
        "reliability",
        "reverse_keyed",
        "scale_scores",
    ),
    "stability": (
        "GlobalStability",
        "adjusted_rand",
        "global_stability",
        "prediction_strength",
        "slsa",
        "slsw",
        "stability_band",
    ),
    "structure": ("StructureVerdict", "gorge", "silhouette"),
    "typing_rules": ("SegmentRule", "TypingRules", "typing_rules"),
    "transitions": ("Transition", "match_centers", "match_segments"),
    "mixture_exploration": ("explore_mixture",),
    "mixtures": ("BernoulliMixture", "GaussianMixture", "LatentClass", "MixedMixture"),
    "model_checks": (
        "ModelChoice",
        "choose_model",
        "contractual_pattern",
        "enough_data",
        "frequency_fit",
        "left_truncation",
        "mixed_cohorts",
        "zero_repeaters",
    ),
    "tracking": ("Tracking", "holdout_tracking"),
    "scoring": ("independent_scores", "nested_scores", "quantile_cuts", "tercile_bands"),
    "seasons": ("SeasonalIndices", "seasonal_indices"),
}
_HOME = {name: module for module, names in _CONTENTS.items() for name in names}

__all__ = sorted(_HOME)  # noqa: PLE0605
__getattr__ = fetching(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
