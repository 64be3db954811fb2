"""Publishes what surveys and studies of choices tell of the needs of customers, and of the benefits they seek."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.needs.benefits import Benefits, Choices, benefit_classes, choices, class_rows
from segmentry.profiles.needs.spec import BenefitsSpec, NeedSpec, NeedsSpec
from segmentry.profiles.needs.tables import BENEFIT_CLASSES, NEEDS_TRAITS
from segmentry.profiles.needs.traits import TOP_NEED, benefit_traits, need_traits, top_need_trait
from segmentry.profiles.psychographic import answers, items
from segmentry.profiles.run_choices import publish_choices
from segmentry.profiles.run_need_answers import NeedAnswers
from segmentry.profiles.run_need_segments import publish_segments
from segmentry.science.threads import one_blas_thread
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import Column

_TENTHS = 10.0
Told = tuple[list[ir.Table], list[Trait]]
"""Tables keyed by customer, and the traits that stand there."""

__all__ = ["publish", "publish_segments"]


def publish(run: Run, spec: NeedsSpec, catalog: TraitCatalog) -> None:
    """Publish the traits of needs and the classes of benefits sought; nothing where nothing was asked.

    Args:
        run: The run; it must see ``identity``, and ``survey_responses`` or ``choices`` for anything to be published.
            Straight-liners that ``survey_straight_liners`` names are left out.
        spec: Needs, benefits and the study of choices, and the as-of.
        catalog: The traits known so far; those of needs are added.
    """
    asked = run.has("survey_responses") and (spec.needs or spec.benefits)
    with one_blas_thread():
        tables, traits = _Needs(run, spec).told() if asked else ([], [])
        chosen = publish_choices(run, spec)
    tables, traits = [*tables, *chosen[0]], [*traits, *chosen[1]]
    if not traits:
        return
    catalog.register(NEEDS_TRAITS.name, *traits)
    columns = [Column(each.name, each.type, each.description, each.unit, each.data_class) for each in traits]
    parents = ("identity", *(name for name in ("survey_responses", "choices") if run.has(name)))
    run.publish(NEEDS_TRAITS.with_columns(columns), reduce(_outer, tables), spec=spec, parents=parents)


class _Needs:
    """What surveys tell of needs."""

    def __init__(self, run: Run, spec: NeedsSpec) -> None:
        self.run = run
        self.spec = spec
        self.answered = NeedAnswers(run, spec)

    def told(self) -> Told:
        """Publish ``benefit_classes``; ratings, the need that is least met, and classes as traits."""
        tables, traits = self._need_tables()
        found = [self._benefits(each) for each in self.spec.benefits if not items.special_among(each.questions)]
        rows = [row for spec, told, classes in found for row in class_rows(spec, told, classes)]
        for spec, told, classes in found:
            if isinstance(classes, Benefits):
                traits += benefit_traits(spec, len(classes.names))
                tables.append(_class_table(self.run, spec, told, classes))
        if self.spec.benefits:
            filled = pa.Table.from_pylist(rows, schema=arrow_schema(BENEFIT_CLASSES))
            self.run.publish(BENEFIT_CLASSES, filled, spec=self.spec, parents=("identity",))
        return tables, traits

    def _need_tables(self) -> Told:
        """Ratings of each need as traits, and the need that is least met."""
        tables: list[ir.Table] = []
        traits: list[Trait] = []
        known: list[NeedSpec] = []
        for need in self.spec.needs:
            rated = self.answered.ratings(need)
            if rated is None:
                continue
            names = need_traits(need)
            tables.append(rated.select("customer_id", **{names[0].name: rated["first"], names[1].name: rated.second}))
            traits += names
            known.append(need)
        if len(known) < 2:
            return tables, traits
        whole = reduce(_outer, tables)
        return [whole.mutate(**{TOP_NEED: _most_unmet(whole, known)})], [*traits, top_need_trait()]

    def _benefits(self, spec: BenefitsSpec) -> tuple[BenefitsSpec, Choices, Benefits | NotEstimable]:
        survey = items.survey_of(spec.questions, spec.survey_id, self.answered.asked)
        asked = [each for each in spec.questions if each in self.answered.asked.get(survey, {})]
        if self.answered.answers is None or not asked:
            return spec, choices([], {}), NotEstimable("nobody was asked these questions")
        own = self.answered.answers.filter(self.answered.answers.survey_id == survey)
        named = [(question, f"q{place}") for place, question in enumerate(asked)]
        table = self.run.arrow(answers.spread_out(own, "question", "answer", named).order_by("customer_id"))
        told = choices(
            table["customer_id"].to_pylist(), {question: table[name].to_pylist() for question, name in named}
        )
        return spec, told, benefit_classes(told, spec)


def _most_unmet(whole: ir.Table, needs: Sequence[NeedSpec]) -> ir.StringValue:
    """The need with the largest importance + max(importance - satisfaction, 0), both brought to 10 points."""
    scores = []
    for need in needs:
        scale = _TENTHS / (need.highest - need.lowest)
        importance = (whole[f"{need.name}_importance"] - need.lowest) * scale
        lack = importance - (whole[f"{need.name}_satisfaction"] - need.lowest) * scale
        scores.append(importance + ibis.ifelse(lack > 0, lack, lack * 0.0))
    rated = reduce(lambda left, right: left & right, [score.notnull() for score in scores])
    largest = ibis.greatest(*scores)
    ties = reduce(lambda left, right: left + right, [(each == largest).cast("int64") for each in scores])
    named = [(rated & (each == largest) & (ties == 1), need.name) for need, each in zip(needs, scores, strict=True)]
    return ibis.cases(*named, else_=ibis.null("string"))


def _class_table(run: Run, spec: BenefitsSpec, told: Choices, found: Benefits) -> ir.Table:
    table = {
        "customer_id": pa.array(told.customers, pa.string()),
        spec.name: pa.array([found.names[label] for label in found.labels], pa.string()),
        f"{spec.name}_certainty": pa.array(found.certainty, pa.float64()),
    }
    return run.engine.warehouse.bring(pa.table(table))


def _outer(left: ir.Table, right: ir.Table) -> ir.Table:
    renamed = right.rename(other_id="customer_id")
    joined = left.outer_join(renamed, left.customer_id == renamed.other_id)
    whole = joined.mutate(customer_id=joined.customer_id.fill_null(joined.other_id))
    return whole.drop("other_id")
