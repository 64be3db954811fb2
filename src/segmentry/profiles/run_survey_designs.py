"""Sends designed surveys out and takes their answers back: who was asked, and what each answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.engine.files import LINE
from segmentry.engine.types import arrow_schema
from segmentry.profiles.feedback.designs import Design, question_rows, take_answers, tokens
from segmentry.profiles.feedback.tables import SURVEY_INVITATIONS, SURVEY_QUESTIONS
from segmentry.profiles.history import keyed
from segmentry.profiles.picking import first_rows
from segmentry.profiles.run import identity_or_none
from segmentry.sources.generic_load import canonical_rows, loaded_contract
from segmentry.sources.shapes import united
from segmentry.terms.canonical import SURVEY_RESPONSES
from segmentry.terms.errors import Problem, SettingsError, near_miss
from segmentry.terms.tables import Contract

Rows = list[dict[str, Any]]
Place = tuple[str, str]
"""Segmentation, empty for definitions, and segment."""
PURPOSE = "surveys"
"""Purpose of a consent whose refusal keeps a party from being asked; ``marketing`` is another purpose."""


def invite(run: Run, design: Design, key: bytes, at: datetime, link: str = "{token}") -> Rows:
    """Publish the questions and who is asked; return a row for each respondent to send out.

    One party of each customer is asked once, whoever refused surveys is not, and who was asked before keeps the link.

    Args:
        run: A run of its own; identity must be published, and ``segment_members`` or ``segmentation_members`` where
            segments are named.
        design: The survey.
        key: Secret of the workspace, 16 bytes or more.
        at: When (UTC).
        link: Address of the questionnaire, with ``{token}`` where the token goes.

    Returns:
        ``party_key``, ``segment_id``, ``token`` and ``link``, in order of the party key.

    Raises:
        SettingsError: a segment that is not there or that several segmentations have, a link without a place for the
            token, a short key.
    """
    _check(run, design, link)
    chosen = _respondents(run, design, at)
    asked = run.rows(chosen.order_by("party_key"))
    made = tokens(design.survey_id, [row["party_key"] for row in asked], key)
    invited = [
        {"survey_id": design.survey_id, "token": token, **row, "invited_at": at}
        for token, row in zip(made, asked, strict=True)
    ]
    _append(run, SURVEY_INVITATIONS, invited)
    _append(run, SURVEY_QUESTIONS, question_rows(design))
    return [
        {name: row[name] for name in ("party_key", "segment_id", "token")}
        | {"link": link.replace("{token}", str(row["token"]))}
        for row in invited
    ]


def take(run: Run, design: Design, rows: Sequence[Mapping[str, Any]], load_id: str) -> Rows:
    """Add filled questionnaires to ``survey_responses``; return what could not be taken.

    Args:
        run: A run of its own.
        design: The survey.
        rows: One mapping for each filled questionnaire, as `designs.take_answers` wants them.
        load_id: Id of this load; the same id again puts these answers in place of the earlier ones.
    """
    respondents = {}
    if run.has("survey_invitations"):
        told = run.table("survey_invitations")
        own = run.rows(told.filter(told.survey_id == design.survey_id).select("token", "party_key"))
        respondents = {str(row["token"]): str(row["party_key"]) for row in own}
    taken = take_answers(design, rows, respondents)
    loaded = loaded_contract(SURVEY_RESPONSES)
    numbered = [{"load_id": load_id, LINE: line, **row} for line, row in enumerate(taken.responses, 1)]
    tables = [run.engine.warehouse.bring(pa.Table.from_pylist(numbered, schema=arrow_schema(loaded)))]
    if run.has(loaded.name):
        earlier = run.table(loaded.name)
        tables.insert(0, earlier.filter(earlier.load_id != load_id))
    run.publish(loaded, united(tables))
    run.publish(SURVEY_RESPONSES, canonical_rows(run.table(loaded.name), SURVEY_RESPONSES), parents=(loaded.name,))
    return list(taken.findings)


def _check(run: Run, design: Design, link: str) -> None:
    problems = []
    if "{token}" not in link:
        step = "Write {token} where the token goes."
        problems.append(Problem("LINK_WRONG", "The link has no place for the token", "survey links", link, step))
    known = _askable(run) if design.segments else {}
    for name in design.segments:
        meant = known.get(name, set())
        if not meant:
            step = near_miss(name, set(known)) or "Refresh first; a segment without members cannot be asked."
            problems.append(Problem("SEGMENT_UNKNOWN", "Nobody is in such a segment", "survey, segments", name, step))
        if len(meant) > 1:
            what = "Several segmentations have such a segment"
            step = f"Write one of {', '.join(f'{of}/{id_}' for of, id_ in sorted(meant))}."
            problems.append(Problem("SEGMENT_AMBIGUOUS", what, "survey, segments", name, step))
    if problems:
        raise SettingsError(problems)


def _askable(run: Run) -> dict[str, set[Place]]:
    """What each word of a design may mean: definitions by id; segments found by id, name or segmentation/id."""
    defined, found = run.has("segment_members"), run.has("segmentation_members")
    ids = run.rows(run.table("segment_members").select("segment_id").distinct()) if defined else []
    known: dict[str, set[Place]] = {str(row["segment_id"]): {("", str(row["segment_id"]))} for row in ids}
    if not found:
        return known
    described = run.table("segmentation_segments").select("segmentation", "segment_id", "name")
    members = run.table("segmentation_members").select("segmentation", "segment_id").distinct()
    others: dict[str, set[Place]] = {}
    for row in run.rows(members.inner_join(described, ["segmentation", "segment_id"])):
        of, id_ = str(row["segmentation"]), str(row["segment_id"])
        for word in {id_, str(row["name"]), f"{of}/{id_}"}:
            others.setdefault(word, set()).add((of, id_))
    return others | known


def _inside(run: Run, segments: Sequence[str]) -> ir.Table:
    """``customer_id`` and ``segment_id`` of the members of all segments named."""
    known, ids = _askable(run), dict[str, list[str]]()
    for of, id_ in sorted({place for name in segments for place in known[name]}):
        ids.setdefault(of, []).append(id_)
    parts = []
    for of, wanted in ids.items():
        members = run.table("segmentation_members" if of else "segment_members")
        own = members.filter(members.segmentation == of) if of else members
        parts.append(own.filter(own.segment_id.isin(wanted)).select("customer_id", "segment_id"))
    return united(parts)


def _respondents(run: Run, design: Design, at: datetime) -> ir.Table:
    """``party_key`` and ``segment_id`` of those to ask: the first party of each customer."""
    parties = run.table("identity")
    first = parties.group_by("customer_id").aggregate(party_key=parties.party_key.min())
    first = first.mutate(segment_id=ibis.literal(""))
    if design.segments:
        inside = _inside(run, design.segments)
        places = inside.group_by("customer_id").aggregate(segment_id=inside.segment_id.min())
        first = first.drop("segment_id").inner_join(places, "customer_id")
    if run.has("consents"):
        first = first.anti_join(_refused(run, at), "customer_id")
    return first.select("party_key", "segment_id")


def _refused(run: Run, at: datetime) -> ir.Table:
    """Customers whose newest word on surveys is no."""
    told = keyed(run.table("consents"), identity_or_none(run))
    words = told.filter((told.purpose.lower() == PURPOSE) & (told.recorded_at <= ibis.literal(at, type="timestamp(6)")))
    newest = first_rows(words, "customer_id", [words.recorded_at.desc(), words.given.asc()])
    return newest.filter(~newest.given).select("customer_id")


def _append(run: Run, contract: Contract, rows: Rows) -> None:
    """Publish with what was there; of rows with one key the earlier stays."""
    before = run.rows(run.table(contract.name)) if run.has(contract.name) else []
    kept = {tuple(row[name] for name in contract.key): row for row in [*rows, *before]}
    run.publish(contract, pa.Table.from_pylist(list(kept.values()), schema=arrow_schema(contract)))
