"""Publishes what surveys tell of needs and benefits, and, once segments are known, needs inside segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.needs import pairs
from segmentry.profiles.needs.associations import driver_rows, nothing
from segmentry.profiles.needs.benefits import Benefits, Choices, benefit_classes, choices, class_rows
from segmentry.profiles.needs.spec import BenefitsSpec, DriversSpec, KanoSpec, NeedSpec, NeedsSpec
from segmentry.profiles.needs.tables import BENEFIT_CLASSES, NEED_DRIVERS, NEED_KANO, NEED_SCORES, NEEDS_TRAITS
from segmentry.profiles.needs.traits import TOP_NEED, benefit_traits, need_traits, top_need_trait
from segmentry.profiles.picking import even_sample
from segmentry.profiles.psychographic import answers, items
from segmentry.profiles.run import identity_or_none
from segmentry.science.threads import one_blas_thread
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import Column, ColumnType, Contract

LOOKED_AT = 20_000
"""Customers of a segment from whom drivers are told."""

_PARENTS = ("survey_responses", "identity")
_NUMBERS = {"integer", "number", "decimal", "boolean"}
_SCALE = (1.0, 5.0)
_TENTHS = 10.0
Rows = list[dict[str, Any]]


def publish(run: Run, spec: NeedsSpec, catalog: TraitCatalog) -> None:
    """Publish the traits of needs and the classes of benefits sought; nothing where nothing was asked.

    Args:
        run: The run; it must see ``identity``, and ``survey_responses`` for anything to be published. Straight-liners
            that ``survey_straight_liners`` names are left out.
        spec: Needs and benefits, and the as-of.
        catalog: The traits known so far; those of needs are added.
    """
    if run.has("survey_responses") and (spec.needs or spec.benefits):
        with one_blas_thread():
            _Needs(run, spec).publish_traits(catalog)


def publish_segments(
    run: Run, spec: NeedsSpec, catalog: TraitCatalog, segmentations: Sequence[str] | None = None
) -> None:
    """Publish opportunity, Kano and drivers for everybody and inside every published segment.

    Args:
        run: The run, after discovery; without ``segmentation_members`` everybody is the only segment.
        spec: Needs, Kano pairs and drivers.
        catalog: All traits that may be outcomes and drivers.
        segmentations: Segmentations inside whose segments to look; all where None.
    """
    asked = spec.needs or spec.kano or spec.drivers
    if not asked or not (run.has("survey_responses") or spec.drivers):
        return
    with one_blas_thread():
        _Needs(run, spec).publish_segments(catalog, segmentations)


class _Needs:
    """Answers, and what is made of them."""

    def __init__(self, run: Run, spec: NeedsSpec) -> None:
        self.run = run
        self.spec = spec
        self.answers = self._answers()
        rows = [] if self.answers is None else run.rows(answers.asked(self.answers))
        self.asked = items.questions_asked(rows)
        self.points = None if self.answers is None else answers.pointed(self.answers, self._words())

    def publish_traits(self, catalog: TraitCatalog) -> None:
        """Publish ``needs_traits`` and ``benefit_classes``."""
        tables, traits = self._need_tables()
        found = [self._benefits(each) for each in self.spec.benefits if not items.special_among(each.questions)]
        rows = [row for spec, told, classes in found for row in class_rows(spec, told, classes)]
        for spec, told, classes in found:
            if isinstance(classes, Benefits):
                traits += benefit_traits(spec, len(classes.names))
                tables.append(_class_table(self.run, spec, told, classes))
        if self.spec.benefits:
            self._put(BENEFIT_CLASSES, rows)
        if not traits:
            return
        catalog.register(NEEDS_TRAITS.name, *traits)
        whole = reduce(_outer, tables)
        columns = [Column(each.name, each.type, each.description, each.unit, each.data_class) for each in traits]
        self.run.publish(NEEDS_TRAITS.with_columns(columns), whole, spec=self.spec, parents=_PARENTS)

    def publish_segments(self, catalog: TraitCatalog, segmentations: Sequence[str] | None) -> None:
        """Publish ``need_scores``, ``need_kano`` and ``need_drivers``."""
        members = self._members(segmentations)
        if self.spec.needs:
            self._put(NEED_SCORES, [row for need in self.spec.needs for row in self._need_rows(need, members)])
        if self.spec.kano:
            self._put(NEED_KANO, [row for each in self.spec.kano for row in self._kano_rows(each, members)])
        if self.spec.drivers:
            rows = [row for each in self.spec.drivers for row in self._driver_rows(each, members, catalog)]
            self._put(NEED_DRIVERS, rows)

    def _answers(self) -> ir.Table | None:
        if not self.run.has("survey_responses"):
            return None
        latest = self._latest()
        if self.run.has("survey_straight_liners"):
            latest = latest.anti_join(self.run.table("survey_straight_liners"), ["customer_id", "survey_id"])
        return latest

    def _latest(self) -> ir.Table:
        """The newest questionnaires; as published in this run, where they are."""
        if self.run.has("survey_answers") and self.run.artifact("survey_answers").run_id == self.run.id:
            return self.run.table("survey_answers")
        responses = keyed(self.run.table("survey_responses"), identity_or_none(self.run))
        return answers.latest_answers(responses, self.spec.as_of)

    def _words(self) -> ir.Table | None:
        told: dict[tuple[str, str, str], float] = {}
        declared: tuple[NeedSpec | KanoSpec, ...] = (*self.spec.needs, *self.spec.kano)
        for each in declared:
            survey = self._survey(each)
            for question in _questions(each):
                told |= {(survey, question, word): value for word, value in each.labels}
        rows = [
            {"survey_id": survey, "question": question, "word": word, "value": value}
            for (survey, question, word), value in told.items()
        ]
        return self.run.engine.warehouse.bring(pa.Table.from_pylist(rows)) if rows else None

    def _survey(self, asked: NeedSpec | KanoSpec) -> str:
        return items.survey_of(_questions(asked), asked.survey_id, self.asked)

    def _ratings(self, need: NeedSpec | KanoSpec) -> ir.Table | None:
        """Both answers of everybody who gave one; None where nobody was asked, or for a special category."""
        survey = self._survey(need)
        if self.points is None or not survey or items.special_among([need.name, *_questions(need)]):
            return None
        lowest, highest = (need.lowest, need.highest) if isinstance(need, NeedSpec) else _SCALE
        first, second = (pairs.rating(self.points, survey, each, lowest, highest) for each in _questions(need))
        return pairs.paired(first, second)

    def _need_tables(self) -> tuple[list[ir.Table], list[Trait]]:
        """Ratings of each need as traits, and the need that is least met."""
        tables: list[ir.Table] = []
        traits: list[Trait] = []
        known: list[NeedSpec] = []
        for need in self.spec.needs:
            rated = self._ratings(need)
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
        survey = items.survey_of(spec.questions, spec.survey_id, self.asked)
        asked = [each for each in spec.questions if each in self.asked.get(survey, {})]
        if self.answers is None or not asked:
            return spec, choices([], {}), NotEstimable("nobody was asked these questions")
        own = self.answers.filter(self.answers.survey_id == survey)
        named = [(question, f"q{place}") for place, question in enumerate(asked)]
        table = self.run.arrow(answers.spread_out(own, "question", "answer", named).order_by("customer_id"))
        told = choices(
            table["customer_id"].to_pylist(), {question: table[name].to_pylist() for question, name in named}
        )
        return spec, told, benefit_classes(told, spec)

    def _members(self, segmentations: Sequence[str] | None) -> ir.Table:
        identity = self.run.table("identity").select("customer_id").distinct()
        base = identity.mutate(segmentation=ibis.literal("base"), segment_id=ibis.literal("everybody"))
        if not self.run.has("segmentation_members"):
            return base
        placed = self.run.table("segmentation_members").select(*base.columns)
        return base.union(placed if segmentations is None else placed.filter(placed.segmentation.isin(segmentations)))

    def _need_rows(self, need: NeedSpec, members: ir.Table) -> Rows:
        rated = self._ratings(need)
        if rated is None:
            return [pairs.need_row(need, ("base", "everybody"), [])]
        cut = need.cut
        boxed = rated.mutate(
            first=(rated["first"] >= cut).cast("int64") * cut, second=(rated.second >= cut).cast("int64") * cut
        )
        cells = pairs.by_segment(self.run.rows(pairs.counted(boxed, members)))
        return [pairs.need_row(need, place, own) for place, own in cells.items()]

    def _kano_rows(self, attribute: KanoSpec, members: ir.Table) -> Rows:
        rated = self._ratings(attribute)
        if rated is None:
            return [pairs.kano_row(attribute, ("base", "everybody"), [])]
        whole = rated.filter((rated["first"] == rated["first"].floor()) & (rated.second == rated.second.floor()))
        cells = pairs.by_segment(self.run.rows(pairs.counted(whole, members)))
        return [pairs.kano_row(attribute, place, own) for place, own in cells.items()]

    def _driver_rows(self, spec: DriversSpec, members: ir.Table, catalog: TraitCatalog) -> Rows:
        names = (spec.outcome, *spec.drivers)
        where = {row["trait"]: row for row in catalog.rows(self.spec.as_of)}
        survey = items.survey_of(names, spec.survey_id, self.asked)
        tables = [self._told(name, f"v{place}", survey, where) for place, name in enumerate(names)]
        lacking = [name for name, table in zip(names, tables, strict=True) if table is None]
        if lacking:
            return nothing(spec, f"No question and no number among the traits is called {', '.join(lacking)}.")
        whole = reduce(_inner, [table for table in tables if table is not None])
        told = whole.inner_join(members, "customer_id")
        segments = self.run.rows(told.group_by("segmentation", "segment_id").aggregate(rows=told.count()))
        rows: Rows = []
        for each in sorted(segments, key=lambda row: (row["segmentation"], row["segment_id"])):
            place = (each["segmentation"], each["segment_id"])
            rows += driver_rows(spec, place, self._values(told, place, int(each["rows"]), len(names)))
        return rows

    def _values(self, told: ir.Table, place: tuple[str, str], count: int, columns: int) -> Any:
        """What is known of the members of a segment, evenly by id where there are many."""
        mine = told.filter((told.segmentation == place[0]) & (told.segment_id == place[1]))
        own = even_sample(mine, count, LOOKED_AT)
        table = self.run.arrow(own.select("customer_id", *(f"v{each}" for each in range(columns))))
        return np.column_stack([np.asarray(table[f"v{each}"].to_numpy(), dtype=np.float64) for each in range(columns)])

    def _told(self, name: str, column: str, survey: str, where: Mapping[str, Any]) -> ir.Table | None:
        """A question or a trait as numbers by customer; None where there is none, or where it is locked."""
        if items.special_among([name]):
            return None
        if self.points is not None and name in self.asked.get(survey, {}):
            own = self.points.filter((self.points.survey_id == survey) & (self.points.question == name))
            return own.select("customer_id", **{column: own.point})
        trait = where.get(name)
        if trait is None or trait["type"] not in _NUMBERS or not self.run.has(trait["table_name"]):
            return None
        table = self.run.table(trait["table_name"])
        value = table[name].cast("int64") if trait["type"] == ColumnType.BOOLEAN.value else table[name]
        return table.select("customer_id", **{column: value.cast("float64")})

    def _put(self, contract: Contract, rows: Rows) -> None:
        filled = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
        self.run.publish(contract, filled, spec=self.spec, parents=("identity",))


def _questions(asked: NeedSpec | KanoSpec) -> tuple[str, str]:
    if isinstance(asked, NeedSpec):
        return asked.importance, asked.satisfaction
    return asked.functional, asked.dysfunctional


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


def _inner(left: ir.Table, right: ir.Table) -> ir.Table:
    return left.inner_join(right, "customer_id")
