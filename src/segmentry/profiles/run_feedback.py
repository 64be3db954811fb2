"""Publishes what customers say: scores, texts, themes, and remarks that wait for an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from segmentry.engine import Run
from segmentry.engine.types import arrow_schema
from segmentry.profiles.accounts.keys import keyed_as
from segmentry.profiles.behavioral import join_all
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.feedback import ratings, reading, tables, traits
from segmentry.profiles.feedback.groups import Grouping, groupings
from segmentry.profiles.feedback.known import rating_traits, record_traits, text_traits
from segmentry.profiles.feedback.ratings import Asked
from segmentry.profiles.feedback.remarks import open_rows, remarks, unanswered
from segmentry.profiles.feedback.spec import FeedbackSpec
from segmentry.profiles.run import identity_or_none
from segmentry.terms.errors import Problem, SettingsError
from segmentry.terms.tables import Column, Contract

Rows = Sequence[Mapping[str, Any]]
Part = tuple[ir.Table, Sequence[Trait]]
_TOLD = ["source", "feedback_id", "customer_id", "given_at"]


def publish(run: Run, spec: FeedbackSpec, catalog: TraitCatalog) -> None:
    """Publish scores, texts, themes, open remarks and traits; nothing where no feedback and no rating is told.

    Args:
        run: The run; identity and the traits named in ``by`` must be published.
        spec: The instant, and what the workspace declares.
        catalog: Gets the traits published here.
    """
    feedback, rated = _feedback(run, spec), _rated(run, spec)
    parts: list[Part] = []
    groups = groupings(run, spec.by, catalog, feedback) if feedback is not None or rated is not None else []
    if rated is not None:
        _publish_scores(run, spec, rated, groups)
        parts.append((rating_traits(rated, spec), traits.RATING_TRAITS))
    if feedback is not None:
        waiting = unanswered(feedback, _answers(run), spec)
        _publish_open(run, tables.OPEN_REMARKS, waiting, None, spec)
        parts.append((record_traits(feedback, waiting, spec), traits.RECORD_TRAITS))
        if _publish_texts(run, spec, feedback, groups):
            own = ratings.from_customers(feedback).select("source", "feedback_id")
            read = run.table("feedback_read").semi_join(own, ["source", "feedback_id"])
            parts.append((text_traits(read, spec), traits.TEXT_TRAITS))
    if parts:
        _publish_traits(run, spec, catalog, parts)


def publish_segments(run: Run, spec: FeedbackSpec) -> None:
    """Publish scores and open remarks by segment; nothing where there are no segments, or nothing was said.

    Args:
        run: The run; whatever segments are to count must be published.
        spec: As for `publish`.
    """
    members, feedback = _members(run), _feedback(run, spec)
    if members is not None and run.has("feedback_ratings"):
        rated = run.table("feedback_ratings")
        cells = run.rows(ratings.counted(rated, _months(run, rated, spec), members, "customer_id"))
        _put(run, spec, tables.SEGMENT_SCORES, ratings.score_rows(cells, spec.csat_top))
    if feedback is not None:
        own = run.table("segment_members").select("customer_id", "segment_id") if run.has("segment_members") else None
        _publish_open(run, tables.SEGMENT_REMARKS, unanswered(feedback, _answers(run), spec), own, spec)


def answer(run: Run, source: str, feedback_id: str, text: str, by: str, at: datetime) -> None:
    """Record the answer to a remark; an answer that was given before gives way to it.

    Args:
        run: A run of its own.
        source: Source of the remark.
        feedback_id: Number of the remark in its source.
        text: The answer.
        by: Who answers.
        at: When (UTC).

    Raises:
        SettingsError: no such remark, no words, nobody who answers, all at once.
    """
    problems = [
        Problem("ANSWER_EMPTY", f"The answer has no {what}", "answer to a remark", "", f"Tell the {what}.")
        for what, told in (("words", text), ("name of who answers", by))
        if not told.strip()
    ]
    found: Rows = []
    if run.has("feedback"):
        told = remarks(run.table("feedback"))
        found = run.rows(told.filter((told.source == source) & (told.feedback_id == feedback_id)).select("feedback_id"))
    if not found:
        step = "The remarks that wait are in the table open_remarks."
        problems.append(
            Problem("REMARK_UNKNOWN", "There is no such remark", "answer to a remark", f"{source}, {feedback_id}", step)
        )
    if problems:
        raise SettingsError(problems)
    row = {"source": source, "feedback_id": feedback_id, "answered_at": at, "answered_by": by, "answer": text}
    before = _answers(run)
    earlier = [] if before is None else run.rows(before)
    others = [each for each in earlier if (each["source"], each["feedback_id"]) != (source, feedback_id)]
    run.publish(tables.REMARK_ANSWERS, _arrow(tables.REMARK_ANSWERS, [*others, row]))


def _feedback(run: Run, spec: FeedbackSpec) -> ir.Table | None:
    """Known feedback with the customer behind it, empty where nobody is told; None where there is none."""
    if not run.has("feedback"):
        return None
    whole = keyed_as(run.table("feedback"), "party_key", _identity(run), "customer_id")
    known = ratings.known(whole, spec)
    return known if run.rows(known.limit(1)) else None


def _rated(run: Run, spec: FeedbackSpec) -> ir.Table | None:
    """Publish usable ratings of customers from feedback and surveys; None where there are none."""
    parts = []
    feedback = _feedback(run, spec)
    if feedback is not None:
        parts.append(ratings.rated_feedback(feedback, spec))
    asked = _asked(run, spec)
    if asked and run.has("survey_responses"):
        responses = keyed_as(run.table("survey_responses"), "party_key", _identity(run), "customer_id")
        parts.append(ratings.rated_answers(responses, spec, asked).select(*tables.FEEDBACK_RATINGS.names))
    if not parts:
        return None
    first = parts[0].select(*tables.FEEDBACK_RATINGS.names)
    whole = ratings.usable(first.union(*parts[1:]) if parts[1:] else first)
    if not run.rows(whole.limit(1)):
        return None
    run.publish(tables.FEEDBACK_RATINGS, whole, spec=spec, parents=_parents(run))
    return run.table("feedback_ratings")


def _asked(run: Run, spec: FeedbackSpec) -> tuple[Asked, ...]:
    """Questions that measure something, by the settings and by surveys that were designed here."""
    asked = {each.question: each for each in ratings.asked_by_settings(spec)}
    if run.has("survey_questions"):
        told = run.table("survey_questions")
        for row in run.rows(told.filter(told.measure.notnull())):
            own = Asked(row["question"], row["measure"], row["scale_low"], row["scale_high"])
            asked.setdefault(row["question"], own)
    return tuple(asked[name] for name in sorted(asked))


def _identity(run: Run) -> ir.Table | None:
    """The identity table; None where nobody is merged, and where all feedback is by nobody in particular."""
    return identity_or_none(run) if run.has("identity") else None


def _answers(run: Run) -> ir.Table | None:
    return run.table("remark_answers") if run.has("remark_answers") else None


def _members(run: Run) -> ir.Table | None:
    """``customer_id``, ``dimension`` and ``value`` of everybody in a found or a defined segment."""
    parts = []
    if run.has("segmentation_members"):
        found = run.table("segmentation_members")
        parts.append(found.select("customer_id", dimension=ibis.literal("segmentation ") + found.segmentation,
                                  value=found.segment_id))  # fmt: skip
    if run.has("segment_members"):
        defined = run.table("segment_members")
        parts.append(defined.select("customer_id", dimension=ibis.literal("segments"), value=defined.segment_id))
    if not parts:
        return None
    return parts[0].union(*parts[1:]) if parts[1:] else parts[0]


def _publish_scores(run: Run, spec: FeedbackSpec, rated: ir.Table, groups: Sequence[Grouping]) -> None:
    months = _months(run, rated, spec)
    cells = run.rows(ratings.counted(rated, months, None, ""))
    for each in groups:
        named = each.table.mutate(dimension=ibis.literal(each.name))
        cells += run.rows(ratings.counted(rated, months, named, each.key))
    _put(run, spec, tables.FEEDBACK_SCORES, ratings.score_rows(cells, spec.csat_top))


def _months(run: Run, rated: ir.Table, spec: FeedbackSpec) -> tuple[ratings.LocalMonth, ...]:
    """The months of the workspace's zone in which anybody rated."""
    return ratings.local_months(run.rows(ratings.months_of_utc(rated)), spec.timezone)


def _publish_open(
    run: Run, contract: Contract, waiting: ir.Table, members: ir.Table | None, spec: FeedbackSpec
) -> None:
    rows = open_rows(waiting, members, spec).select(*contract.names)
    run.publish(contract, rows, spec=spec, parents=("feedback",))


def _publish_texts(run: Run, spec: FeedbackSpec, feedback: ir.Table, groups: Sequence[Grouping]) -> bool:
    """Publish texts, languages, themes and their links; whether there are any texts."""
    whole = feedback.filter(feedback.text.strip() != "")
    number = int(run.rows(whole.aggregate(rows=whole.count()))[0]["rows"])
    if not number:
        return False
    newest = [whole.given_at.isnull().asc(), whole.given_at.desc(), whole.source.asc(), whole.feedback_id.asc()]
    told = whole.order_by(newest).limit(spec.most_texts)
    record = told.source + ibis.literal("|") + told.feedback_id
    own = ratings.from_customers(told).select(
        key_source="source", key_id="feedback_id", from_customer=ibis.literal(True)
    )
    marked = told.mutate(record=record)
    marked = marked.left_join(own, [marked.source == own.key_source, marked.feedback_id == own.key_id])
    scale = [marked[name].cast("float64") for name in ("rating", "scale_low", "scale_high")]
    chosen = marked.select(
        *_TOLD, "record", "text", "language", rating=scale[0],
        scale_low=scale[1].fill_null(float(spec.review_low)), scale_high=scale[2].fill_null(float(spec.review_high)),
        from_customer=marked.from_customer.fill_null(False),
    )  # fmt: skip
    for place, each in enumerate(groups):
        group = each.table.select(**{f"key_{place}": each.key, f"group_{place}": "value"})
        chosen = chosen.left_join(group, chosen[each.key] == group[f"key_{place}"]).drop(f"key_{place}")
    table = run.arrow(chosen.order_by([chosen.given_at.isnull(), chosen.given_at.desc(), "source", "feedback_id"]))
    points = np.column_stack(
        [np.asarray(table[name].to_numpy(), dtype=np.float64) for name in ("rating", "scale_low", "scale_high")]
    )
    by_customers = np.asarray(table["from_customer"].to_pylist(), dtype=bool)
    texts = reading.read_texts(table["text"].to_pylist(), table["language"].to_pylist(), points, by_customers, spec)
    rows = table.select(_TOLD).to_pylist()
    _put(run, spec, tables.FEEDBACK_READ, reading.read_rows(texts, rows))
    _put(run, spec, tables.FEEDBACK_LANGUAGES, reading.language_rows(texts.reads, texts.stars, number - len(rows)))
    _put(run, spec, tables.FEEDBACK_THEMES, reading.theme_rows(texts))
    values = {each.name: table[f"group_{place}"].to_pylist() for place, each in enumerate(groups)}
    links = reading.link_rows(texts, values, _once(rows, texts.main >= 0))
    _put(run, spec, tables.FEEDBACK_THEME_LINKS, links)
    return True


def _once(rows: Rows, themed: np.ndarray[Any, np.dtype[np.bool_]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """The newest text with a theme of each customer, and all of nobody in particular; rows are newest first."""
    seen: set[str] = set()
    kept = np.zeros(len(rows), dtype=bool)
    for place, row in enumerate(rows):
        who = row["customer_id"]
        kept[place] = bool(themed[place]) and (who is None or who not in seen)
        if who is not None and themed[place]:
            seen.add(who)
    return kept


def _publish_traits(run: Run, spec: FeedbackSpec, catalog: TraitCatalog, parts: Sequence[Part]) -> None:
    found = [trait for _, own in parts for trait in own]
    ids = [table.select("customer_id") for table, _ in parts]
    everybody = ibis.union(*ids, distinct=True) if len(ids) > 1 else ids[0].distinct()
    if not run.rows(everybody.limit(1)):
        return
    whole = join_all(everybody, (table.select("customer_id", *(each.name for each in own)) for table, own in parts))
    contract = tables.FEEDBACK_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in found
    )
    run.publish(contract, whole, spec=spec, parents=_parents(run))
    catalog.register("feedback_traits", *found)


def _put(run: Run, spec: FeedbackSpec, contract: Contract, rows: Rows) -> None:
    run.publish(contract, _arrow(contract, rows), spec=spec, parents=_parents(run))


def _parents(run: Run) -> tuple[str, ...]:
    return tuple(name for name in ("identity", "feedback", "survey_responses") if run.has(name))


def _arrow(contract: Contract, rows: Rows) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(contract))
