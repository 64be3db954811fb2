"""Typing rules: a short readable approximation of a found segmentation (the model itself assigns customers)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from segmentry.discovery.extraction import Extraction
from segmentry.discovery.registry import Identified
from segmentry.science.inputs import FloatArray
from segmentry.science.typing_rules import SegmentRule, TypingRules, typing_rules
from segmentry.segments.language.notation import to_json
from segmentry.segments.language.writing import format_condition
from segmentry.segments.typing_rule import rule_definitions
from segmentry.segments.words import in_words
from segmentry.terms.errors import EstimationError
from segmentry.terms.numbers import NotEstimable


@dataclass(frozen=True)
class Typing:
    """Readable rules with their agreement.

    Attributes:
        rows: Rows of the contract `SEGMENT_TYPING`.
        words: The rule of each segment in words, by id.
        agreement: F1 of each segment's rule on customers it was not learned from, NaN where unknown.
        rules: What science found.
    """

    rows: list[dict[str, Any]]
    words: dict[str, str]
    agreement: FloatArray
    rules: TypingRules

    def as_dict(self) -> dict[str, Any]:
        """Agreement in and out of sample, against that of naming the largest segment for everybody."""
        return {
            "agreement": self.rules.agreement_out,
            "agreement_in_sample": self.rules.agreement,
            "baseline": self.rules.baseline,
            "conjunctions": self.rules.leaves,
            "customers": self.rules.rows,
            "measured": "cross-validated on customers the rule was not learned from",
        }


def learn_typing(segmentation: str, extraction: Extraction, identified: Identified, seed: int) -> Typing | NotEstimable:
    """Learn short rules for the segments of a solution.

    Args:
        segmentation: Name of the segmentation.
        extraction: The solution.
        identified: Ids and names of the segments.
        seed: Seed of the split into folds.
    """
    if any(variable.source for variable in extraction.variables):
        return NotEstimable("rules over names are not learned; the model assigns customers")
    fill, values = [each.filling for each in extraction.preparation.variables], extraction.values
    columns = {
        variable.name: np.where(np.isnan(values[:, place]), fill[place], values[:, place])
        for place, variable in enumerate(extraction.variables)
    }
    try:
        rules = typing_rules(columns, extraction.labels, random_state=seed)
    except EstimationError as refused:
        return NotEstimable(" ".join(problem.what for problem in refused.problems))
    ids, names = dict(enumerate(identified.ids)), dict(enumerate(identified.names))
    measured = {ids[rule.label]: rule for rule in rules.rules}
    rows, words = [], {}
    for definition in rule_definitions(rules, ids, names):
        rule = measured[definition.id]
        words[definition.id] = in_words(definition.where)
        rows.append(
            {
                "segmentation": segmentation,
                "segment_id": definition.id,
                "definition": format_condition(definition.where),
                "tree": json.dumps(to_json(definition.where)),
                "precision": _known(rule.precision_out),
                "recall": _known(rule.recall_out),
            }
        )
    agreement = np.array([_agreement(measured.get(segment)) for segment in identified.ids])
    return Typing(rows, words, agreement, rules)


def _known(value: float | NotEstimable) -> float | None:
    return None if isinstance(value, NotEstimable) else value


def _agreement(rule: SegmentRule | None) -> float:
    """F1 out of sample: the harmonic mean of precision and recall."""
    if rule is None or isinstance(rule.precision_out, NotEstimable) or isinstance(rule.recall_out, NotEstimable):
        return float("nan")
    total = rule.precision_out + rule.recall_out
    return 2.0 * rule.precision_out * rule.recall_out / total if total else 0.0
