"""Finding the segmentation of one study: sample, extract, identify, type everybody, prove, publish."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.discovery import naming, quality, solutions
from segmentry.discovery.assignment import assigned
from segmentry.discovery.base import buyers_with_traits, require_usable
from segmentry.discovery.extraction import Extraction, extract, study_variables
from segmentry.discovery.mixing import assigned_by_mixture, extract_mixture
from segmentry.discovery.profiling import Profile, descriptor_rows, other_words, profile, profile_rows
from segmentry.discovery.reach import reached
from segmentry.discovery.registry import Identified, identify
from segmentry.discovery.spec import DiscoverSpec
from segmentry.discovery.tables import (
    SEGMENT_DESCRIPTORS,
    SEGMENT_GATE,
    SEGMENT_GORGE,
    SEGMENT_GUARD,
    SEGMENT_PROFILES,
    SEGMENT_REGISTRY,
    SEGMENT_SOLUTIONS,
    SEGMENT_STABILITY,
    SEGMENT_TYPING,
    SEGMENTATION_MODELS,
)
from segmentry.discovery.typing import Typing, learn_typing
from segmentry.discovery.variables import DESCRIPTORS, Variable
from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import TRAIT_TABLES
from segmentry.profiles.picking import even_sample
from segmentry.science.inputs import FloatArray, IntArray
from segmentry.terms.numbers import NotEstimable, as_json
from segmentry.terms.study import Study
from segmentry.terms.tables import Contract
from segmentry.terms.vocabulary import DataClass

Sizes = dict[tuple[str, str], dict[str, Any]]

_DESCRIBING = (
    "given_traits",
    "demographic_traits",
    "geographic_traits",
    "technographic_traits",
    "firmographic_traits",
    "company_technographic_traits",
)
"""Tables whose traits may describe segments: what can be seen of people and organizations before they buy."""
_TOLD = "psychographic_traits"
"""Single answers of surveys, which are texts there, may describe as well: gender, age, where somebody lives."""
_WORTH = ("clv", "expected_discounted_revenue", "spend")


@dataclass(frozen=True)
class Found:
    """A segmentation found for a study.

    Attributes:
        spec: What was asked.
        study: The study.
        extraction: The solution and all others looked at.
        identified: Lasting ids and names.
        members: ``customer_id`` and ``segment_id`` of everybody, as an expression.
        sample: The customers that segments were extracted from, with their traits.
        profile: Typical values.
        typing: Readable rules.
        buyers: Customers in the base.
    """

    spec: DiscoverSpec
    study: Study
    extraction: Extraction
    identified: Identified
    members: ir.Table
    sample: pa.Table
    profile: Profile
    typing: Typing | NotEstimable
    buyers: int


def find(run: Run, spec: DiscoverSpec) -> Found | NotEstimable:
    """Find segments for a study; nothing is published yet.

    Raises:
        StudyError: the study asks for traits that do not exist or are no numbers.
    """
    study = Study.from_content({name: value for name, value in spec.study.items() if name != "recorded_at"})
    base, described = _base(run)
    variables = study_variables(study)
    mixing = study.method == "mixture"
    require_usable(base, [variable.name for variable in variables], numbers_only=not mixing)
    if not run.has("purchase_history"):
        base = base.filter(ibis.or_(*(base[each.name].notnull() for each in variables)))
    buyers = run.rows(base.aggregate(rows=base.count()))[0]["rows"]
    sample = _sample(run, base, [each.name for each in variables], described, buyers, spec)
    before = sum(bool(row["alive"]) for row in _registry(run, study.id)) or None
    if mixing:
        extraction = extract_mixture(_columns(sample, variables), worth(sample), study, spec, before)
    else:
        columns = {variable.name: numbers(sample, variable.name) for variable in variables}
        extraction = extract(columns, worth(sample), study, spec, before)
    if isinstance(extraction, NotEstimable):
        return extraction
    typical = profile(extraction.values, extraction.points, extraction.labels, extraction.solution.k)
    identified = _identify(run, study.id, extraction, typical, sample, spec)
    if extraction.mixture is None:
        members = assigned(base, extraction.preparation, extraction.centers, identified.ids)
    else:
        members = assigned_by_mixture(base, extraction.preparation, extraction.mixture, identified.ids)
    typing = learn_typing(study.id, extraction, identified, spec.random_state)
    return Found(spec, study, extraction, identified, members, sample, typical, typing, buyers)


def publish(run: Run, found: Found, sizes: Sizes) -> list[dict[str, Any]]:
    """Publish the proof of a segmentation; returns its rows of the contract `SEGMENTATION_SEGMENTS`.

    Args:
        run: The run; it must see ``segmentation_members``.
        found: The answer of `find`.
        sizes: Exact facts per segmentation and segment.
    """
    name, ids = found.study.id, found.identified.ids
    facts = _facts(found, sizes, reached(run, name, ids, found.spec.as_of))
    descriptors = _descriptors(found)
    money = solutions.value_between(found.extraction.exploration, worth(found.sample))
    _put(run, found, SEGMENT_SOLUTIONS, solutions.solution_rows(name, found.extraction.exploration, money))
    _put(run, found, SEGMENT_STABILITY, solutions.stability_rows(name, found.extraction.exploration))
    _put(run, found, SEGMENT_GORGE, solutions.gorge_rows(name, ids, found.extraction))
    _put(run, found, SEGMENT_PROFILES, profile_rows(name, ids, found.extraction.variables, found.profile))
    _put(run, found, SEGMENT_DESCRIPTORS, descriptors)
    _put(run, found, SEGMENT_TYPING, [] if isinstance(found.typing, NotEstimable) else found.typing.rows)
    _put(run, found, SEGMENT_GATE, quality.gate_rows(name, ids, facts, descriptors, found.study))
    guard = quality.guard_rows(name, ids, facts, found.extraction.centers, found.study)
    _put(run, found, SEGMENT_GUARD, guard)
    _put(run, found, SEGMENT_REGISTRY, _with_others(run, found))
    _put(run, found, SEGMENTATION_MODELS, [_model_row(found, guard, money)])
    return _segment_rows(found, facts)


def publish_nothing(run: Run, spec: DiscoverSpec, reason: NotEstimable) -> None:
    """Publish why no segments were found, so that nobody reads those of an earlier fit as if they held."""
    summary = json.dumps(as_json({"segmentation": reason}))
    row = {"segmentation": spec.study["id"], "document": "{}", "summary": summary}
    contracts = (
        SEGMENT_SOLUTIONS, SEGMENT_STABILITY, SEGMENT_GORGE, SEGMENT_PROFILES, SEGMENT_DESCRIPTORS, SEGMENT_TYPING,
        SEGMENT_GATE, SEGMENT_GUARD,
    )  # fmt: skip
    for contract in contracts:
        run.publish(contract, pa.Table.from_pylist([], schema=arrow_schema(contract)), spec=spec)
    table = pa.Table.from_pylist([row], schema=arrow_schema(SEGMENTATION_MODELS))
    run.publish(SEGMENTATION_MODELS, table, spec=spec)


def numbers(sample: pa.Table, name: str) -> FloatArray:
    """A column of the sample as numbers, NaN for unknown; shape (n,)."""
    column = sample[name].combine_chunks()
    if pa.types.is_decimal(column.type) or pa.types.is_boolean(column.type) or pa.types.is_integer(column.type):
        column = column.cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def worth(sample: pa.Table) -> FloatArray:
    """What each customer of the sample is worth: the first of CLV, expected revenue, past spend that is known."""
    for name in _WORTH:
        if name in sample.column_names and sample[name].null_count < sample.num_rows:
            return numbers(sample, name)
    return np.full(sample.num_rows, np.nan)


def _base(run: Run) -> tuple[ir.Table, list[str]]:
    """Buyers with all their traits but special categories, and the names of those that may describe segments.

    Where nothing was ordered, everybody is the base.
    """
    told = {name: _unlocked(run, name) for name in TRAIT_TABLES if run.has(name)}
    value = [run.table("customer_value")] if run.has("customer_value") else []
    ordered = run.has("purchase_history")
    known = run.table("purchase_history") if ordered else run.table("identity").select("customer_id").distinct()
    base = buyers_with_traits(known, [*value, *told.values()])
    describing = [name for each in _DESCRIBING if each in told for name in told[each].columns]
    if _TOLD in told:
        describing += [name for name, kind in told[_TOLD].schema().items() if kind.is_string()]
    described = [name for name in (*DESCRIPTORS, *describing) if name in base.columns and name != "customer_id"]
    return base, list(dict.fromkeys(described))


def _unlocked(run: Run, name: str) -> ir.Table:
    """A table of traits without special categories, which stay locked."""
    columns = run.artifact(name).contract["columns"]
    locked = {column["name"] for column in columns if column["data_class"] == DataClass.SPECIAL.value}
    table = run.table(name)
    return table.drop(*(each for each in table.columns if each in locked))


def _sample(
    run: Run, base: ir.Table, names: Sequence[str], described: Sequence[str], buyers: int, spec: DiscoverSpec
) -> pa.Table:
    others = ("clv", "expected_discounted_revenue", "spend", "p_alive", "purchase_days", "days_since_last", "revenue")
    wanted = list(
        dict.fromkeys(["customer_id", *names, *(each for each in others if each in base.columns), *described])
    )
    chosen = base.select(*wanted)
    return run.arrow(even_sample(chosen, buyers, spec.extraction_sample).order_by("customer_id"))


def _columns(sample: pa.Table, variables: Sequence[Variable]) -> dict[str, FloatArray | list[str | None]]:
    """The study's variables: numbers as arrays, names as lists."""
    told: dict[str, FloatArray | list[str | None]] = {}
    for variable in variables:
        kind = sample.schema.field(variable.name).type
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        told[variable.name] = sample[variable.name].to_pylist() if text else numbers(sample, variable.name)
    return told


def _identify(
    run: Run, segmentation: str, extraction: Extraction, typical: Profile, sample: pa.Table, spec: DiscoverSpec
) -> Identified:
    fresh = naming.names(extraction.variables, typical.differences, typical.markers)
    restored = extraction.preparation.restore(extraction.centers)
    names = [variable.name for variable in extraction.variables]
    centers = [dict(zip(names, map(float, center), strict=True)) for center in restored]
    earlier = _registry(run, segmentation)
    alive = [row["segment_id"] for row in earlier if row["alive"]]
    shared = _shared(run, segmentation, alive, sample, extraction.labels, extraction.solution.k) if alive else None
    distances = _old_centers(earlier, names, extraction)
    return identify(segmentation, fresh, centers, earlier, shared, distances, spec.as_of)


def _registry(run: Run, segmentation: str) -> list[dict[str, Any]]:
    if not run.has("segment_registry"):
        return []
    table = run.table("segment_registry")
    mine = table.filter(table.segmentation == segmentation)
    rows = run.rows(mine.order_by("segment_id"))
    return sorted(rows, key=lambda row: int(row["segment_id"].rsplit("_", 1)[1]))


def _shared(
    run: Run, segmentation: str, alive: Sequence[str], sample: pa.Table, labels: IntArray, number: int
) -> FloatArray:
    """Customers of the sample by their segment at the last fit and now, shape (old, new)."""
    members = run.table("segmentation_members")
    before = members.filter(members.segmentation == segmentation).select("customer_id", before="segment_id")
    now = ibis.memtable(pa.table({"customer_id": sample["customer_id"], "now": pa.array(labels, pa.int64())}))
    joined = before.inner_join(now, "customer_id")
    counts = np.zeros((len(alive), number))
    for row in run.rows(joined.group_by("before", "now").aggregate(rows=joined.count())):
        if row["before"] in alive:
            counts[list(alive).index(row["before"]), row["now"]] = row["rows"]
    return counts


def _old_centers(
    earlier: Sequence[dict[str, Any]], names: Sequence[str], extraction: Extraction
) -> tuple[FloatArray, FloatArray] | None:
    """Old and new centers in the scale of the new fit; None where the variables were others."""
    old = [json.loads(row["center"]) for row in earlier if row["alive"]]
    if not old or any(set(center) != set(names) for center in old):
        return None
    columns = {name: np.array([center[name] for center in old], dtype=np.float64) for name in names}
    return extraction.preparation.transform(columns), extraction.centers


def _facts(found: Found, sizes: Sizes, reach: FloatArray) -> quality.SegmentFacts:
    number, labels = found.extraction.solution.k, found.extraction.labels
    ids, sample = found.identified.ids, found.sample
    counts = [sizes.get((found.study.id, segment), {}).get("customers", 0) for segment in ids]
    value = worth(sample)
    spend = numbers(sample, "spend") if "spend" in sample.column_names else np.full(sample.num_rows, np.nan)
    matters = [
        name for name in ("p_alive", "revenue", "purchase_days", "days_since_last") if name in sample.column_names
    ]
    columns = np.column_stack([value, *(numbers(sample, name) for name in matters)])
    agreement = np.full(number, np.nan) if isinstance(found.typing, NotEstimable) else found.typing.agreement
    return quality.SegmentFacts(
        np.array(counts, dtype=np.int64),
        _means(value, labels, number),
        _relative_spread(spend, labels, number),
        np.asarray(found.extraction.solution.slsw, dtype=np.float64)[found.extraction.order],
        agreement,
        reach,
        quality.gaps_in_what_matters(columns, labels, number),
    )


def _means(values: FloatArray, labels: IntArray, number: int) -> FloatArray:
    from segmentry.science.effects import group_moments

    return group_moments(values[:, None], labels, number)[1][:, 0]


def _relative_spread(values: FloatArray, labels: IntArray, number: int) -> FloatArray:
    from segmentry.science.effects import group_moments

    _, means, deviations = group_moments(values[:, None], labels, number)
    spread = np.divide(deviations[:, 0], means[:, 0], out=np.full(number, np.nan), where=means[:, 0] > 0)
    return np.asarray(spread, dtype=np.float64)


def _descriptors(found: Found) -> list[dict[str, Any]]:
    used = {variable.source or variable.name for variable in found.extraction.variables}
    skipped = {"customer_id", *used, "clv", "expected_discounted_revenue", "spend", "p_alive", "revenue"}
    skipped |= {"purchase_days", "days_since_last"}
    columns: dict[str, FloatArray] = {}
    texts: dict[str, list[str | None]] = {}
    for name in found.sample.column_names:
        kind = found.sample.schema.field(name).type
        if name in skipped:
            continue
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            texts[name] = found.sample[name].to_pylist()
        elif pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
            columns[name] = numbers(found.sample, name)
    circular = other_words(columns, found.extraction.values)
    columns = {name: values for name, values in columns.items() if name not in circular}
    return descriptor_rows(found.study.id, columns, texts, found.extraction.labels)


def _segment_rows(found: Found, facts: quality.SegmentFacts) -> list[dict[str, Any]]:
    rules = {} if isinstance(found.typing, NotEstimable) else found.typing.words
    levels = np.array([bool(variable.source) for variable in found.extraction.variables])
    rows = []
    for place, segment in enumerate(found.identified.ids):
        description = naming.describe(
            found.extraction.variables,
            np.where(levels, found.profile.means[place], found.profile.medians[place]),
            np.where(levels, found.profile.base_means, found.profile.base_medians),
            int(facts.customers[place]),
            float(facts.shares[place]),
            found.spec.unit,
        )
        rows.append(
            {
                "segmentation": found.study.id,
                "segment_id": segment,
                "name": found.identified.names[place],
                "rule": rules.get(segment, "Nearest to the segment's center."),
                "description": description,
                "position": place,
                "customers": int(facts.customers[place]),
            }
        )
    return rows


def _model_row(found: Found, guard: list[dict[str, Any]], money: dict[int, float | None]) -> dict[str, Any]:
    extraction = found.extraction
    model = {
        "variables": [variable.name for variable in extraction.variables],
        "preparation": extraction.preparation.as_dict(),
        "centers": extraction.centers.tolist(),
        "mixture": None if extraction.mixture is None else extraction.mixture.as_dict(),
        "ids": list(found.identified.ids),
    }
    summary = solutions.summary(
        found.study, extraction, found.typing, found.buyers, found.sample.num_rows, guard, money
    )
    return {
        "segmentation": found.study.id,
        "document": json.dumps(model),
        "summary": json.dumps(as_json(summary)),
    }


def _with_others(run: Run, found: Found) -> list[dict[str, Any]]:
    """The registry with the rows of other studies kept: ids are never forgotten, so never reused."""
    kept: list[dict[str, Any]] = []
    if run.has("segment_registry"):
        table = run.table("segment_registry")
        kept = run.rows(table.filter(table.segmentation != found.study.id))
    return kept + found.identified.rows


def _put(run: Run, found: Found, contract: Contract, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows, schema=arrow_schema(contract))
    run.publish(contract, table, spec=found.spec, parents=("segmentation_members",))
