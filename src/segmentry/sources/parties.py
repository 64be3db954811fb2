"""Who the parties are and of which kinds, told by every table that names them.

A party may be of several kinds at once and over time: a contact who buys, a lead who became a buyer. Tables that merely
mention somebody (an event, an answer, a consent) tell of a prospect, as long as nothing else tells more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import Engine, Run
from segmentry.sources import orders, times
from segmentry.sources.generic_load import canonical_rows
from segmentry.sources.organizations import ORGANIZATIONS
from segmentry.sources.shapes import united
from segmentry.terms.canonical import CUSTOMERS, PARTY_KINDS
from segmentry.terms.clock import utc_to_local
from segmentry.terms.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Teller:
    """A column that tells of parties.

    Attributes:
        table: Canonical table.
        key: Column with the party key.
        kind: What those named there are to the business.
        since: Column with the first fact, if any.
        until: Column that says when it ended, if any.
        among: Namespace of those it tells of; None for all whom it names.
    """

    table: str
    key: str
    kind: Kind
    since: str | None = None
    until: str | None = None
    among: str | None = None


TELLERS = (
    Teller("accounts", "account_key", Kind.ORGANIZATION, "known_since"),
    Teller("account_contacts", "account_key", Kind.ORGANIZATION, "started_on"),
    Teller("account_contacts", "party_key", Kind.CONTACT, "started_on", "ended_on"),
    Teller("subscriptions", "party_key", Kind.ORGANIZATION, "started_on", among=ORGANIZATIONS),
    Teller("subscriptions", "party_key", Kind.BUYER, "started_on"),
    Teller("subscriptions", "user_key", Kind.END_USER, "started_on", "ended_on"),
    Teller("opportunities", "account_key", Kind.ORGANIZATION, "opened_on"),
    Teller("opportunities", "contact_key", Kind.CONTACT, "opened_on"),
    Teller("contributions", "party_key", Kind.ORGANIZATION, "contributed_at", among=ORGANIZATIONS),
    Teller("leads", "party_key", Kind.ORGANIZATION, "created_at", among=ORGANIZATIONS),
    Teller("contributions", "party_key", Kind.CONTRIBUTOR, "contributed_at"),
    Teller("usage", "party_key", Kind.END_USER, "period_start"),
    Teller("leads", "party_key", Kind.PROSPECT, "created_at", "closed_at"),
)
"""Tables that say what somebody is to the business, the strongest word first."""

MENTIONS = (
    Teller("events", "party_key", Kind.PROSPECT, "occurred_at"),
    Teller("survey_responses", "party_key", Kind.PROSPECT, "answered_at"),
    Teller("choices", "party_key", Kind.PROSPECT, "answered_at"),
    Teller("feedback", "party_key", Kind.PROSPECT, "given_at"),
    Teller("service_contacts", "party_key", Kind.PROSPECT, "contacted_at"),
    Teller("touches", "party_key", Kind.PROSPECT, "touched_at"),
    Teller("referrals", "party_key", Kind.PROSPECT, "referred_at"),
    Teller("referrals", "referrer_key", Kind.PROSPECT, "referred_at"),
    Teller("consents", "party_key", Kind.PROSPECT, "recorded_at"),
    Teller("identifiers", "party_key", Kind.PROSPECT, "recorded_at"),
    Teller("addresses", "party_key", Kind.PROSPECT, "recorded_at"),
    Teller("technologies", "party_key", Kind.PROSPECT, "first_seen_on"),
)
"""Tables that merely mention somebody."""

_LATER = {"opportunities": "closed_on"}
"""Columns with later facts about a party than that it is known."""

TELLING = {each.table for each in (*TELLERS, *MENTIONS)}
"""Tables after whose loading the parties are told anew."""


def publish_parties(run: Run, timezone: str) -> None:
    """Publish ``customers``, one row for each party that any table names, and ``party_kinds``.

    What a file of customers says of a party comes before what its orders say, and both before mere mentions. A party is
    known since the earliest fact about it; its leading kind is what its own description, else the strongest table says.

    Args:
        run: The run.
        timezone: Zone in which what is told of a day begins.
    """
    described, parents = _described(run)
    named = [_named(run, each, timezone) for each in (*TELLERS, *MENTIONS) if run.has(each.table)]
    parents += tuple(dict.fromkeys(each.table for each in (*TELLERS, *MENTIONS) if run.has(each.table)))
    if not named:
        run.publish(CUSTOMERS, described, parents=parents)
        _publish_kinds(run, timezone)
        return
    whole = _union(named)
    parties = whole.group_by("party_key").aggregate(
        source=whole.source.min(),
        strongest=whole.strength.min(),
        known_since=whole.since.min(),
        country=whole.country.max(),
    )
    kinds = [each.kind.value for each in (*TELLERS, *MENTIONS)]
    word = ibis.cases(*((parties.strongest == place, kind) for place, kind in enumerate(kinds)), else_="prospect")
    mentioned = parties.select("party_key", "source", "known_since", "country", kind=word)
    run.publish(CUSTOMERS, mentioned if described is None else _with_mentions(described, mentioned), parents=parents)
    _publish_kinds(run, timezone)


def last_day_told(engine: Engine, timezone: str) -> date | None:
    """The latest local day of which any table tells of a party; None where no table tells when.

    Args:
        engine: The engine.
        timezone: Zone in which instants become days; what is told as a day stays that day.
    """
    dated = [each for each in (*TELLERS, *MENTIONS) if each.since is not None and engine.has(each.table)]
    found: list[date | None] = []
    for teller in dated:
        table = engine.table(teller.table)
        columns = [name for name in (teller.since, teller.until, _LATER.get(teller.table)) if name is not None]
        latest = engine.rows(table.aggregate(**{name: table[name].max() for name in columns}))[0].values()
        found += [utc_to_local(each, timezone).date() if isinstance(each, datetime) else each for each in latest]
    return max((each for each in found if each is not None), default=None)


def _described(run: Run) -> tuple[ir.Table | None, tuple[str, ...]]:
    """The parties that files of customers and orders describe."""
    told = canonical_rows(run.table("loaded_customers"), CUSTOMERS) if run.has("loaded_customers") else None
    parents = () if told is None else ("loaded_customers",)
    if not run.has("order_lines"):
        return told, parents
    lines = run.table("order_lines")
    constant = orders.constant_columns(lines)
    kept = tuple(name for name, is_so in run.rows(constant)[0].items() if is_so) if constant is not None else ()
    bought = orders.customers_of(lines, kept)
    return bought if told is None else _joined(bought, told), ("order_lines", *parents)


def _joined(bought: ir.Table, told: ir.Table) -> ir.Table:
    names = dict.fromkeys([*told.columns, *bought.columns])
    left = told.rename({f"told_{name}": name for name in told.columns})
    both = left.outer_join(bought, left.told_party_key == bought.party_key)
    columns: dict[str, ir.Value] = {}
    for name in names:
        options = [both[f"told_{name}"]] if name in told.columns else []
        options += [both[name]] if name in bought.columns else []
        if len(options) == 2 and options[0].type().copy(nullable=True) != options[1].type().copy(nullable=True):
            options = [option.cast(dt.string) for option in options]
        columns[name] = ibis.coalesce(*options)
    columns["known_since"] = _earlier(both.told_known_since, both.known_since)
    return both.select(**columns)


def _with_mentions(described: ir.Table, mentioned: ir.Table) -> ir.Table:
    """Described parties, known since the earliest mention, and those that are only mentioned."""
    other = mentioned.select(other_key="party_key", other_since="known_since")
    described = described.view()  # it may be a join itself, whose columns another join could not tell apart
    both = described.left_join(other, described.party_key == other.other_key)
    earlier = both.mutate(known_since=_earlier(both.known_since, both.other_since)).select(*described.columns)
    return united([earlier, mentioned.anti_join(described, "party_key")])


def _earlier(first: ir.Value, second: ir.Value) -> ir.Value:
    return ibis.coalesce(ibis.least(first, second), first, second)


def _told_of(run: Run, teller: Teller) -> ir.Table:
    """The rows that tell of somebody."""
    table = run.table(teller.table)
    key = table[teller.key]
    return table.filter(key.notnull() if teller.among is None else key.startswith(f"{teller.among}:"))


def _named(run: Run, teller: Teller, timezone: str) -> ir.Table:
    known = _told_of(run, teller)
    place = (*TELLERS, *MENTIONS).index(teller)
    return known.select(
        party_key=known[teller.key],
        source=known.source if "source" in known.columns else ibis.literal(teller.table),
        strength=_is_named_organization(known, teller).ifelse(0, ibis.literal(place, type="int64")),
        country=known.country if "country" in known.columns else ibis.null(dt.string),
        since=_instant(run, known, teller.since, timezone),
    )


def _is_named_organization(table: ir.Table, teller: Teller) -> ir.BooleanValue:
    """Whether who is merely mentioned is an organization by its number; what a strong word tells stands."""
    mentioned = teller in MENTIONS or teller.table == "usage"
    return table[teller.key].startswith(f"{ORGANIZATIONS}:") if mentioned else ibis.literal(False)


def _instant(run: Run, table: ir.Table, column: str | None, timezone: str, *, ends: bool = False) -> ir.Value:
    """A column as instants; what is told of a day begins with it in the zone, or ends with it."""
    if column is None:
        return ibis.null("timestamp(6)")
    told = table[column]
    if not told.type().is_date():
        return told.cast("timestamp(6)")
    span = run.rows(table.aggregate(first=told.min().cast("timestamp(6)"), last=told.max().cast("timestamp(6)")))[0]
    if span["first"] is None:
        return ibis.null("timestamp(6)")
    midnight = told.cast("timestamp(6)") + ibis.interval(days=int(ends))
    return times.local_to_utc(midnight, timezone, span["first"], span["last"] + timedelta(days=int(ends)))


def _own_kinds(run: Run) -> Iterator[ir.Table]:
    """Kinds that descriptions and orders tell."""
    if run.has("loaded_customers"):
        told = canonical_rows(run.table("loaded_customers"), CUSTOMERS)
        yield _kind_rows(told, "party_key", told.kind, told.known_since, None, "customers")
    if run.has("order_lines"):
        lines = run.table("order_lines")
        first = lines.group_by("party_key").aggregate(since=lines.ordered_at.min())
        yield _kind_rows(first, "party_key", ibis.literal(Kind.BUYER.value), first.since, None, "orders")
        paying = lines.filter(lines.party_key.startswith(f"{ORGANIZATIONS}:"))
        if run.rows(paying.select("party_key").limit(1)):
            began = paying.group_by("party_key").aggregate(since=paying.ordered_at.min())
            yield _kind_rows(began, "party_key", ibis.literal(Kind.ORGANIZATION.value), began.since, None, "orders")


def _all_kinds(run: Run, timezone: str) -> list[ir.Table]:
    """Every word on kinds; mere mentions only of those of whom nothing else is told."""
    strong = [*_own_kinds(run), *(_kinds_of(run, each, timezone) for each in TELLERS if run.has(each.table))]
    weak = [_kinds_of(run, each, timezone) for each in MENTIONS if run.has(each.table)]
    if not strong or not weak:
        return strong or weak
    return [*strong, _union(weak).anti_join(_union(strong), "party_key")]


def _union(tables: list[ir.Table]) -> ir.Table:
    return tables[0].union(*tables[1:]) if len(tables) > 1 else tables[0]


def _kinds_of(run: Run, teller: Teller, timezone: str) -> ir.Table:
    known = _told_of(run, teller)
    organization = _is_named_organization(known, teller)
    kind = organization.ifelse(Kind.ORGANIZATION.value, ibis.literal(teller.kind.value))
    since = _instant(run, known, teller.since, timezone)
    until = None if teller.until is None else _instant(run, known, teller.until, timezone, ends=True)
    return _kind_rows(known, teller.key, kind, since, until, teller.table)


def _kind_rows(
    table: ir.Table, key: str, kind: ir.Value, since: ir.Value, until: ir.Value | None, evidence: str
) -> ir.Table:
    end = ibis.null("timestamp(6)") if until is None else until
    return table.select(
        party_key=table[key], kind=kind, since=since.cast("timestamp(6)"), until=end, evidence=ibis.literal(evidence)
    )


def _publish_kinds(run: Run, timezone: str) -> None:
    """One row for each party and kind: since the first word, until the last one has ended."""
    rows = _union(_all_kinds(run, timezone))
    open_ = rows.until.isnull().any()
    kinds = rows.group_by("party_key", "kind").aggregate(
        since=rows.since.min(), last=rows.until.max(), open=open_, evidence=rows.evidence.max()
    )
    until = ibis.ifelse(kinds.open, ibis.null("timestamp(6)"), kinds["last"])
    run.publish(PARTY_KINDS, kinds.mutate(until=until).select(*PARTY_KINDS.names), parents=("customers",))
