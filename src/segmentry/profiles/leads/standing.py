"""Leads as they stand at the as-of: stage, outcome, who and what organization they are, and interest that decays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import day, instant
from segmentry.profiles.accounts.people import contact_traits
from segmentry.profiles.leads.spec import STAGES, LeadSpec
from segmentry.profiles.picking import first_rows

SETTLED_BEFORE = "settled before it came"
NO_DATE = "settled without a date"
UNKNOWN_STAGE = "stage not understood"
_UNDATED = "a lost one did not convert within the horizon; a converted one does not teach a chance"
_WORDS = {
    "lead": ("lead", "new", "open", "raw", "inquiry", "enquiry", "prospect", "contacted", "nurturing"),
    "mql": ("mql", "marketing qualified", "marketing qualified lead", "marketing accepted"),
    "sal": ("sal", "sales accepted", "sales accepted lead", "accepted", "working"),
    "sql": ("sql", "sales qualified", "sales qualified lead", "qualified", "opportunity"),
    "won": ("won", "customer", "closed won", "converted", "client"),
    "lost": ("lost", "closed lost", "disqualified", "rejected", "unqualified", "dead", "junk"),
}


def standing(leads: ir.Table, accounts: ir.Table | None, spec: LeadSpec) -> ir.Table:
    """One row for each lead known at the as-of.

    What was settled later was open then. A lead that was settled before it came keeps its stage and has no outcome.

    Args:
        leads: Leads with ``customer_id``.
        accounts: As `organizations.companies` tells; None where no organizations are told.
        spec: Tells the as-of and the words for stages.

    Returns:
        The leads with ``lead_key``, ``step`` (place of the stage, null for lost or unknown), ``stage``, ``outcome`` (1,
        0 or null), ``closed``, ``lead_age_days``, ``title_level``, ``title_function`` and what the organization is.
    """
    now = instant(spec.as_of)
    known = leads.filter((leads.created_at <= now).fill_null(True))
    word = known.stage.lower().strip().replace("_", " ").replace("-", " ")
    cases = [*spec.stage_words, *((each, stage) for stage, words in _WORDS.items() for each in words)]
    stage = word.cases(*dict(cases).items(), else_=ibis.null("string"))
    over = (known.closed_at <= now).fill_null(True)
    told = ibis.coalesce(known.converted, ibis.cases((stage == "won", True), (stage == "lost", False), else_=None))
    possible = (known.closed_at >= known.created_at).fill_null(True)
    settled = over & told.notnull()
    outcome = ibis.ifelse(settled & possible, told.cast("int64"), ibis.null("int64"))
    # a stage that is told of later is not known yet; what it was before is not told either
    moved = (known.stage_at <= now).fill_null(True)
    ended = stage.isin(("won", "lost"))
    named = ibis.cases(
        (settled & told, "won"),
        (settled & ~told, "lost"),
        (moved & ~ended.fill_null(False), stage),
        else_=ibis.null("string"),
    )
    rows = known.mutate(
        lead_key=known.source + ibis.literal("|") + known.lead_id,
        stage=named,
        outcome=outcome,
        closed=ibis.ifelse(settled, known.closed_at, ibis.null("timestamp(6)")),
        impossible=settled & ~possible,
        strange=stage.isnull() & known.stage.notnull(),
        age=day(spec.last_day).delta(known.created_at.cast("date"), unit="day").cast("int64"),
    )
    rows = rows.mutate(lead_age_days=ibis.ifelse(rows.age < 0, 0, rows.age)).drop("age")
    rows = rows.mutate(step=rows.stage.cases(*((name, place) for place, name in enumerate(STAGES)), else_=None))
    return _with_organization(_with_title(rows), accounts)


def _with_title(rows: ir.Table) -> ir.Table:
    """Level and function of the title, as contacts of organizations have them."""
    alone = rows.select(
        "title",
        customer_id="lead_key",
        account_id=rows.lead_key,
        role=ibis.null("string"),
        silent=ibis.literal(False),
    )
    titles = contact_traits(alone).select("title_level", "title_function", title_key="customer_id")
    return rows.left_join(titles, rows.lead_key == titles.title_key).drop("title_key")


_OF_ORGANIZATION = {
    "industry": "string",
    "employees": "float64",
    "country": "string",
    "account_id": "string",
    "organization_since": "timestamp(6)",
}
TOLD_OF_IT = ("industry", "employees", "country")
"""What a lead may tell of its organization, too."""


def _with_organization(rows: ir.Table, accounts: ir.Table | None) -> ir.Table:
    """What the organization is; where accounts do not tell it, what the lead told of it."""
    if accounts is None:
        nothing = {name: ibis.null(kind) for name, kind in _OF_ORGANIZATION.items() if name not in TOLD_OF_IT}
        return rows.mutate(**nothing, **{name: told_by_lead(rows, name) for name in TOLD_OF_IT})
    company = rows.company.lower().strip()
    whole = rows.left_join(accounts, company == accounts.company_name).drop("company_name")
    return whole.mutate(**{name: ibis.coalesce(whole[name], told_by_lead(whole, name)) for name in TOLD_OF_IT})


def told_by_lead(rows: ir.Table, name: str) -> ir.Value:
    """What leads told themselves of their organization, in the column of their source; empty where there is none.

    Args:
        rows: Leads as sources tell them.
        name: One of `TOLD_OF_IT`.
    """
    kind = _OF_ORGANIZATION[name]
    if f"given_{name}" not in rows.columns:
        return ibis.null(kind)
    column = rows[f"given_{name}"]
    return column.try_cast(kind) if column.type().is_string() and kind != "string" else column.cast(kind)


def whose(rows: ir.Table) -> ir.StringValue:
    """To whom leads belong together: the organization, known by its account or by name, else the customer.

    Args:
        rows: The table of `standing`.
    """
    name = ibis.literal("named ") + rows.company.lower().strip().nullif("")
    return ibis.coalesce(rows.account_id, name, rows.customer_id)


def interest(leads: ir.Table, events: ir.Table, spec: LeadSpec) -> ir.Table:
    """``lead_key`` and ``interest``: the sum of weight x 2^(-age / half-life) over events up to ``until``.

    Args:
        leads: ``lead_key``, ``customer_id`` and ``until``.
        events: Keyed events.
        spec: Weights and the half-life.

    Returns:
        One row for each lead; 0 where it did nothing.
    """
    name = events.event.lower().strip()
    weight: ir.Value = ibis.literal(spec.other_events, type="float64")
    for word, points in spec.event_weights:
        weight = ibis.ifelse(name == word, ibis.literal(points, type="float64"), weight)
    done = events.select(who="customer_id", at=events.occurred_at.cast("timestamp(6)"), weight=weight)
    joined = leads.inner_join(done, [leads.customer_id == done.who, done["at"] <= leads.until])
    left = (
        joined.weight
        * (days_between_moments(joined.until, joined["at"]) * (-math.log(2.0) / spec.half_life_days)).exp()
    )
    summed = joined.mutate(left=left).group_by("lead_key").aggregate(interest=ibis._.left.sum())
    whole = leads.select("lead_key").left_join(summed, "lead_key").drop("lead_key_right")
    return whole.mutate(interest=whole.interest.fill_null(0.0))


def newest_open(rows: ir.Table) -> ir.Table:
    """One lead of each customer: the newest open one, else the newest.

    Args:
        rows: ``customer_id``, ``lead_key``, ``outcome`` and ``created_at``.
    """
    order = [
        rows.outcome.isnull().desc(), rows.created_at.isnull().asc(), rows.created_at.desc(), rows.lead_key.asc(),
    ]  # fmt: skip
    return first_rows(rows, "customer_id", order)


def days_between_moments(later: ir.TimestampValue, earlier: ir.TimestampValue) -> ir.FloatingValue:
    """Days with their parts from one moment to another; parts of a second, which engines round apart, are cut off."""
    seconds = later.truncate("s").epoch_seconds() - earlier.truncate("s").epoch_seconds()
    return seconds.cast("float64") / 86_400.0


def observed(rows: ir.Table, spec: LeadSpec) -> ir.Table:
    """Leads with ``until``, the instant up to which things count for their chance: some days after they came.

    Args:
        rows: The table of `standing`.
        spec: Tells how many days.
    """
    created = rows.created_at.cast("timestamp(6)")
    seconds = int(timedelta(days=spec.observed_days).total_seconds())
    later = created + ibis.interval(seconds=seconds)
    dated = rows.filter(rows.created_at.notnull())
    return dated.mutate(until=ibis.least(later, instant(spec.as_of)))


def reached(rows: ir.Table, times: Mapping[str, str], spec: LeadSpec) -> ir.Table:
    """One row with the number of leads known to have come at least to each stage.

    Args:
        rows: The table of `standing`.
        times: Columns that tell when a stage was reached, by stage.
        spec: Tells the as-of.
    """
    counts = {}
    for place, stage in enumerate(STAGES):
        there = (rows.step >= place).fill_null(False)
        for later in STAGES[place:]:
            if later in times:
                there = there | (moment(rows[times[later]]) <= instant(spec.as_of)).fill_null(False)
        counts[stage] = rows.count() if stage == "lead" else there.cast("int64").sum()
    return rows.aggregate(**counts)


def moment(column: ir.Value) -> ir.TimestampValue:
    """A column that tells a moment, as one; empty where its words are none."""
    return column.try_cast("timestamp(6)") if column.type().is_string() else column.cast("timestamp(6)")


def findings(rows: ir.Table) -> ir.Table:
    """Rows of the contract `LEAD_FINDINGS`, without the number of leads being told twice."""
    parts = [
        _finding(rows.filter(rows.impossible.fill_null(False)), SETTLED_BEFORE, "its outcome does not count"),
        _finding(rows.filter(rows.outcome.notnull() & rows.closed_at.isnull()), NO_DATE, _UNDATED),
        _finding(rows.filter(rows.strange), UNKNOWN_STAGE, "its stage is not known"),
    ]
    return parts[0].union(*parts[1:])


def _finding(rows: ir.Table, finding: str, decision: str) -> ir.Table:
    counted = rows.aggregate(leads=rows.count(), example=rows.lead_id.min())
    return counted.filter(counted.leads > 0).select(
        "leads", "example", finding=ibis.literal(finding), decision=ibis.literal(decision)
    )
