"""Publishes needs inside segments: opportunity, kinds of attributes, and what goes with an outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.needs import pairs
from segmentry.profiles.needs.associations import driver_rows, nothing
from segmentry.profiles.needs.spec import DriversSpec, KanoSpec, NeedSpec, NeedsSpec
from segmentry.profiles.needs.tables import NEED_DRIVERS, NEED_KANO, NEED_SCORES
from segmentry.profiles.picking import even_sample
from segmentry.profiles.psychographic import items
from segmentry.profiles.run_need_answers import NeedAnswers
from segmentry.science.threads import one_blas_thread
from segmentry.terms.tables import ColumnType, Contract

LOOKED_AT = 20_000
"""Customers of a segment from whom drivers are told."""

_NUMBERS = {"integer", "number", "decimal", "boolean"}
Rows = list[dict[str, Any]]


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
        _Segments(run, spec).publish(catalog, segmentations)


class _Segments:
    """Answers of the members of segments."""

    def __init__(self, run: Run, spec: NeedsSpec) -> None:
        self.run = run
        self.spec = spec
        self.told = NeedAnswers(run, spec)

    def publish(self, catalog: TraitCatalog, segmentations: Sequence[str] | None) -> None:
        """Publish ``need_scores``, ``need_kano`` and ``need_drivers``."""
        members = self._members(segmentations)
        if self.spec.needs:
            self._put(NEED_SCORES, [row for need in self.spec.needs for row in self._need_rows(need, members)])
        if self.spec.kano:
            self._put(NEED_KANO, [row for each in self.spec.kano for row in self._kano_rows(each, members)])
        if self.spec.drivers:
            rows = [row for each in self.spec.drivers for row in self._driver_rows(each, members, catalog)]
            self._put(NEED_DRIVERS, rows)

    def _members(self, segmentations: Sequence[str] | None) -> ir.Table:
        identity = self.run.table("identity").select("customer_id").distinct()
        base = identity.mutate(segmentation=ibis.literal("base"), segment_id=ibis.literal("everybody"))
        if not self.run.has("segmentation_members"):
            return base
        placed = self.run.table("segmentation_members").select(*base.columns)
        return base.union(placed if segmentations is None else placed.filter(placed.segmentation.isin(segmentations)))

    def _need_rows(self, need: NeedSpec, members: ir.Table) -> Rows:
        rated = self.told.ratings(need)
        if rated is None:
            return [pairs.need_row(need, ("base", "everybody"), [])]
        cut = need.cut
        boxed = rated.mutate(
            first=(rated["first"] >= cut).cast("int64") * cut, second=(rated.second >= cut).cast("int64") * cut
        )
        cells = pairs.by_segment(self.run.rows(pairs.counted(boxed, members)))
        return [pairs.need_row(need, place, own) for place, own in cells.items()]

    def _kano_rows(self, attribute: KanoSpec, members: ir.Table) -> Rows:
        rated = self.told.ratings(attribute)
        if rated is None:
            return [pairs.kano_row(attribute, ("base", "everybody"), [])]
        whole = rated.filter((rated["first"] == rated["first"].floor()) & (rated.second == rated.second.floor()))
        cells = pairs.by_segment(self.run.rows(pairs.counted(whole, members)))
        return [pairs.kano_row(attribute, place, own) for place, own in cells.items()]

    def _driver_rows(self, spec: DriversSpec, members: ir.Table, catalog: TraitCatalog) -> Rows:
        names = (spec.outcome, *spec.drivers)
        where = {row["trait"]: row for row in catalog.rows(self.spec.as_of)}
        survey = items.survey_of(names, spec.survey_id, self.told.asked)
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
        if self.told.points is not None and name in self.told.asked.get(survey, {}):
            own = self.told.points.filter((self.told.points.survey_id == survey) & (self.told.points.question == name))
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


def _inner(left: ir.Table, right: ir.Table) -> ir.Table:
    return left.inner_join(right, "customer_id")
