"""Studies of choices as the engine tells them: which answers count at the as-of, and one study row by row."""

from __future__ import annotations

from datetime import datetime

import ibis
import ibis.expr.types as ir

from segmentry.profiles.picking import first_rows
from segmentry.sources.tables import GIVEN


def latest_choices(choices: ir.Table, as_of: datetime) -> ir.Table:
    """Alternatives that stood to choose by the as-of; of a customer's parties that which answered a study last.

    Args:
        choices: Keyed rows of ``choices``.
        as_of: Instant (UTC); what was answered after it does not count.
    """
    known = choices.filter(choices.answered_at.isnull() | (choices.answered_at <= ibis.literal(as_of, "timestamp(6)")))
    keys = ("customer_id", "survey_id", "party_key")
    parties = known.group_by(*keys).aggregate(last=known.answered_at.max())
    newest = first_rows(
        parties, keys[:2], [parties["last"].notnull().desc(), parties["last"].desc(), parties.party_key.asc()]
    )
    return known.semi_join(newest, keys)


def answered_studies(latest: ir.Table) -> ir.Table:
    """Studies with the number of ``respondents`` and when the last one answered.

    Args:
        latest: As `latest_choices` tells.
    """
    return latest.group_by("survey_id").aggregate(
        respondents=latest.customer_id.nunique(), last=latest.answered_at.max()
    )


def study_rows(latest: ir.Table, survey_id: str) -> ir.Table:
    """The rows of one study in an order of their own, attributes as texts under their own names.

    Args:
        latest: As `latest_choices` tells.
        survey_id: The study.
    """
    own = latest.filter(latest.survey_id == survey_id)
    attributes = {name: own[name].cast("string") for name in own.columns if name.startswith(GIVEN)}
    told = own.select("customer_id", "task_id", "alternative_id", "chosen", "worst", "answered_at", **attributes)
    return told.order_by("customer_id", "answered_at", "task_id", "alternative_id")
