"""Publishes what studies of choices tell: classes of tastes, part-worths, and what somebody would pay."""

from __future__ import annotations

import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import Trait
from segmentry.profiles.history import keyed
from segmentry.profiles.needs import choice_rows
from segmentry.profiles.needs.choice_designs import Attribute, Study, study_of
from segmentry.profiles.needs.choice_rows import Rows, fault_rows
from segmentry.profiles.needs.choice_spec import ChoicesSpec
from segmentry.profiles.needs.spec import NeedsSpec
from segmentry.profiles.needs.studies import answered_studies, latest_choices, study_rows
from segmentry.profiles.needs.tables import (
    CHOICE_CLASSES,
    CHOICE_CRITERIA,
    CHOICE_FAULTS,
    CHOICE_PARTS,
    CHOICE_STUDIES,
)
from segmentry.profiles.needs.tastes import Tastes, find_tastes
from segmentry.profiles.needs.traits import CHOICE_CLASS, CHOICES, CHOSE_AT, choice_traits, importance_of
from segmentry.profiles.psychographic import items
from segmentry.profiles.run import identity_or_none
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import Contract

_PARENTS = (CHOICES, "identity")
Told = tuple[list[ir.Table], list[Trait]]
"""Tables keyed by customer, and the traits that stand there."""


def publish_choices(run: Run, spec: NeedsSpec) -> Told:
    """Publish the study of choices; nothing where there is none.

    Args:
        run: The run; it must see ``identity``.
        spec: The study, and the as-of.

    Returns:
        The traits that it tells, with their table; none where there is one class, or nothing can be told.
    """
    if not run.has(CHOICES):
        return [], []
    latest = latest_choices(keyed(run.table(CHOICES), identity_or_none(run)), spec.as_of)
    asked = spec.choices or ChoicesSpec()
    survey = _survey(run, latest, asked.survey_id)
    if not survey:
        return [], []
    study = study_of(survey, run.arrow(study_rows(latest, survey)).to_pylist(), asked)
    found = _found(study, asked.most)
    if isinstance(found, NotEstimable):
        _put(run, spec, {CHOICE_STUDIES: [choice_rows.study_row(study, found)], CHOICE_FAULTS: fault_rows(study)})
        return [], []
    names = choice_rows.class_names(found)
    _put(
        run,
        spec,
        {
            CHOICE_STUDIES: [choice_rows.study_row(study, found)],
            CHOICE_FAULTS: fault_rows(study),
            CHOICE_CRITERIA: choice_rows.criteria_rows(found),
            CHOICE_CLASSES: choice_rows.class_rows(found, names),
            CHOICE_PARTS: choice_rows.part_rows(found, names, asked),
        },
    )
    if len(names) < 2:
        return [], []
    attributes = [each.name for _, each in _minded(found)]
    table = run.engine.warehouse.bring(_trait_table(found, names))
    return [table], list(choice_traits(survey, len(names), attributes))


def _found(study: Study, most: int) -> Tastes | NotEstimable:
    """The tastes; not those that would tell a special category."""
    left_out = [name for name, _ in study.followers]
    special = items.special_among([study.survey_id, *(each.name for each in study.attributes), *left_out])
    if special:
        return NotEstimable(f"it would tell a special category ({', '.join(special)}), which stays locked")
    return find_tastes(study, most)


def _put(run: Run, spec: NeedsSpec, rows: dict[Contract, Rows]) -> None:
    """Publish all tables of studies; those without a word are empty, so that none tells of an earlier study."""
    for contract in (CHOICE_STUDIES, CHOICE_FAULTS, CHOICE_CRITERIA, CHOICE_CLASSES, CHOICE_PARTS):
        filled = pa.Table.from_pylist(rows.get(contract, []), schema=arrow_schema(contract))
        run.publish(contract, filled, spec=spec, parents=_PARENTS)


def _survey(run: Run, latest: ir.Table, asked: str) -> str:
    """The study asked for, else the one that most people answered; empty where there is none."""
    counted = run.rows(answered_studies(latest))
    ranked = sorted((-int(row["respondents"]), str(row["survey_id"])) for row in counted)
    known = [survey for _, survey in ranked]
    if asked:
        return asked if asked in known else ""
    return known[0] if known else ""


def _trait_table(found: Tastes, names: tuple[str, ...]) -> pa.Table:
    """Class, certainty, moment and importance of each attribute of every respondent."""
    posterior, study = found.classes.posterior, found.study
    columns = {
        "customer_id": pa.array(study.customers, pa.string()),
        CHOICE_CLASS: pa.array([names[each] for each in posterior.argmax(axis=1)], pa.string()),
        f"{CHOICE_CLASS}_certainty": pa.array(posterior.max(axis=1), pa.float64()),
        CHOSE_AT: pa.array(study.answered, pa.timestamp("us")),
    }
    importance = found.importance
    for at, each in _minded(found):
        columns[importance_of(each.name)] = pa.array(importance[:, at], pa.float64(), from_pandas=True)
    return pa.table(columns)


def _minded(found: Tastes) -> list[tuple[int, Attribute]]:
    """The attributes that some class minds, with their places; the importance of others is not told from 0."""
    return [(at, each) for at, each in enumerate(found.weighed) if found.minded[:, at].any()]
