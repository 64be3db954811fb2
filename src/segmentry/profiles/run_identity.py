"""Resolves who is who: links from keys and linkage, people's rulings, ids that last, and everything on record."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.engine import Run
from segmentry.profiles.identity import keys as exact
from segmentry.profiles.identity import linkage
from segmentry.profiles.identity.alike import links_of
from segmentry.profiles.identity.blocking import block_sizes, blocks, refuse_explosion, usable_rules
from segmentry.profiles.identity.changes import MERGED, MOVED, UNMERGED, Decision, decisions, new_statements
from segmentry.profiles.identity.clusters import Cluster, Doubt, Link, cluster, expected_precision
from segmentry.profiles.identity.contradictions import Description
from segmentry.profiles.identity.descriptions import descriptions, is_organization
from segmentry.profiles.identity.history import (
    STATED,
    append,
    as_table,
    chosen,
    newest,
    on_file,
    ruled_rows,
    statements,
)
from segmentry.profiles.identity.naming import Statement, aliases, name_customers
from segmentry.profiles.identity.organizations import told_organizations
from segmentry.profiles.identity.roles import roles_of
from segmentry.profiles.identity.rulings import Standing, on_record, standing
from segmentry.profiles.identity.spec import IdentityReport, IdentitySpec
from segmentry.profiles.identity.tables import (
    IDENTITY_ALIASES,
    IDENTITY_CLUSTERS,
    IDENTITY_DECISIONS,
    IDENTITY_HISTORY,
    IDENTITY_REVIEW,
)
from segmentry.profiles.tables import IDENTITY
from segmentry.terms.numbers import NotEstimable
from segmentry.terms.tables import Contract


@dataclass
class _Found:
    """What the links of one resolution are, and what was learned on the way."""

    links: list[Link]
    described: dict[str, Description]
    shared: int = 0
    pairs: dict[str, int] | None = None
    linkage: NotEstimable | None = None
    alike: int | NotEstimable = 0


def resolve(run: Run, spec: IdentitySpec) -> IdentityReport:
    """Publish `identity` with its history, aliases, decisions, clusters and doubts.

    Who is together depends on what the sources tell and people ruled, not on earlier runs; earlier runs decide which
    id a customer bears. What nobody tells any more stays in the history.

    Args:
        run: The run; it must see ``customers``.
        spec: How parties are brought together.

    Raises:
        LinkageError: linkage would compare too many pairs, or its extra is not installed.
        SettingsError: the settings name columns that do not exist.
    """
    found = _links(run, spec)
    ruled = standing(on_record(ruled_rows(run)))
    present = _present(run, {party for pair in (*ruled.together, *ruled.apart) for party in pair})
    clusters, doubts = cluster(
        found.links,
        [pair for pair in ruled.together if present.issuperset(pair)],
        [pair for pair in ruled.apart if present.issuperset(pair)],
        found.described,
        spec.merge_from,
        spec.most_parties,
    )
    named = _publish_names(run, spec, clusters, ruled)
    _publish_rows(run, IDENTITY_REVIEW, [_doubt(each) for each in doubts], spec)
    _publish_clusters(run, spec, clusters, named.names)
    return _report(run, spec, found, clusters, doubts, named.decisions, len(ruled.overruled))


def _optional(run: Run, name: str) -> ir.Table | None:
    return run.table(name) if run.has(name) else None


def _links(run: Run, spec: IdentitySpec) -> _Found:
    """All that speaks for parties being one, as the method asks."""
    found = _Found([], {})
    if spec.method == "none":
        return found
    customers, addresses = run.table("customers"), _optional(run, "addresses")
    roles = roles_of(customers.columns, spec.columns)
    accounts = _optional(run, "accounts")
    told = exact.told_keys(customers, roles, _optional(run, "identifiers"), addresses, spec.keys, accounts)
    if told is not None:
        rows = run.rows(exact.shared_keys(told, customers, spec.most_parties_per_key))
        found.links, found.shared = exact.key_links(rows, spec.most_parties_per_key)
        sharing = customers.semi_join(chosen(run, {row["party_key"] for row in rows}), "party_key")
        people = descriptions(sharing, addresses, roles).select("party_key", "birth", "first_name")
        found.described = {row["party_key"]: row for row in run.rows(people)}
    if accounts is not None:
        alike = links_of(told_organizations(run, accounts))
        found.alike = len(alike) if isinstance(alike, list) else alike
        found.links += alike if isinstance(alike, list) else []
    if spec.method == "probabilistic":
        persons = customers.filter(~is_organization(customers))
        _linked(run, spec, descriptions(persons, addresses, roles), found)
    return found


def _linked(run: Run, spec: IdentitySpec, persons: ir.Table, found: _Found) -> None:
    """Links by linkage, unless too little is told; `LinkageError` where too many pairs would be compared."""
    table = run.arrow(persons.drop("organization", "known_since"))
    fields = linkage.told_fields(table)
    found.linkage = linkage.unlinkable(table, fields)
    rules = usable_rules(spec.blocking, fields)
    if found.linkage is None and not rules:
        found.linkage = NotEstimable("no blocking rule has all of its fields told")
    if found.linkage is not None:
        return
    sure = usable_rules(linkage.SURE, fields)
    counted = blocks(run.rows(block_sizes(run.engine.warehouse.bring(table), dict.fromkeys([*rules, *sure]))))
    compared = [block for block in counted if block.rule in rules]
    refuse_explosion(compared, spec.most_pairs)
    found.pairs = {block.rule: block.pairs for block in compared}
    share = linkage.share_of_true_pairs([block for block in counted if block.rule in sure], table.num_rows)
    with _lent(run) as connection:
        links = linkage.link(table, fields, compared, share, spec.review_from, connection)
    found.links += links
    found.described |= linkage.described(table, {party for link in links for party in (link.left, link.right)})


@contextmanager
def _lent(run: Run) -> Iterator[Any]:
    """A connection of the engine with a schema in memory that is forgotten; other engines let Splink bring its own."""
    warehouse = run.engine.warehouse
    if warehouse.name != "duckdb":
        yield ":memory:"
        return
    room = f"linkage_{secrets.token_hex(4)}"
    connection = warehouse.backend().con.cursor()
    connection.execute(f"ATTACH ':memory:' AS {room}")
    try:
        connection.execute(f"USE {room}")
        yield connection
    finally:
        connection.close()
        warehouse.backend().con.execute(f"DETACH {room}")


def _present(run: Run, parties: Iterable[str]) -> set[str]:
    """Those of ``parties`` that a source still tells of."""
    wanted = sorted(parties)
    if not wanted:
        return set()
    customers = run.table("customers")
    return {
        row["party_key"] for row in run.rows(customers.filter(customers.party_key.isin(wanted)).select("party_key"))
    }


@dataclass
class _Named:
    """Ids of the parties that a resolution had to think about, and what changed."""

    names: dict[str, str]
    decisions: list[Decision]


def _publish_names(run: Run, spec: IdentitySpec, clusters: Sequence[Cluster], ruled: Standing) -> _Named:
    """Give every customer its id and publish identity, history, aliases and decisions."""
    parties = run.table("customers").select("party_key", valid_from="known_since")
    history = on_file(run)
    strange = [] if history is None else statements(run, history.filter(history.party_key != history.customer_id))
    touched = {party for each in clusters for party in each.parties}
    touched |= {each.party for each in strange} | {each.customer for each in strange}
    concerned = chosen(run, touched)
    first_facts = {row["party_key"]: row["valid_from"] for row in run.rows(parties.semi_join(concerned, "party_key"))}
    past = [] if history is None else statements(run, history.semi_join(concerned, "party_key"))
    groups = [list(each.parties) for each in clusters]
    grouped = {party for group in groups for party in group}
    groups += [[party] for party in sorted(first_facts) if party not in grouped]
    names = name_customers(groups, past, first_facts)
    fresh = new_statements(names, past, first_facts, run.started_at)
    decided = decisions(fresh, names, past, clusters, ruled.settled)
    _publish_history(run, spec, history, fresh, parties.anti_join(concerned, "party_key"))
    _publish_rows(run, IDENTITY_ALIASES, [_alias(each) for each in aliases([*past, *fresh])], spec)
    append(run, IDENTITY_DECISIONS, [asdict(each) for each in decided], spec)
    held = newest(run.table("identity_history")).semi_join(parties, "party_key")
    run.publish(IDENTITY, held, spec=spec, parents=("customers", "identity_history"))
    return _Named(names, decided)


def _publish_history(
    run: Run, spec: IdentitySpec, history: ir.Table | None, fresh: Sequence[Statement], untouched: ir.Table
) -> None:
    """The history so far, the new statements, and newcomers who are customers of their own."""
    now = ibis.literal(run.started_at, type="timestamp(6)")
    alone = untouched if history is None else untouched.anti_join(history, "party_key")
    alone = alone.mutate(customer_id=alone.party_key, recorded_at=now).select(*STATED)
    rows = [
        dict(zip(STATED, (each.party, each.customer, each.valid_from, each.recorded_at), strict=True)) for each in fresh
    ]
    told = run.engine.warehouse.bring(as_table(IDENTITY_HISTORY, rows)).select(*STATED)
    every = [told, alone] if history is None else [history, told, alone]
    same = [each.cast(told.schema()) for each in every]
    run.publish(IDENTITY_HISTORY, ibis.union(*same), spec=spec, parents=("customers",))


def _publish_rows(run: Run, contract: Contract, rows: Sequence[Mapping[str, Any]], spec: IdentitySpec) -> None:
    run.publish(contract, as_table(contract, rows), spec=spec, parents=("customers",))


def _alias(alias: Any) -> dict[str, Any]:
    return {"alias": alias.alias, "customer_id": alias.customer, "recorded_at": alias.recorded_at}


def _doubt(doubt: Doubt) -> dict[str, Any]:
    link = doubt.link
    told = {"probability": link.probability, "evidence": link.evidence, "doubt": doubt.why}
    return {"left_party": link.left, "right_party": link.right} | told


def _publish_clusters(run: Run, spec: IdentitySpec, clusters: Sequence[Cluster], names: Mapping[str, str]) -> None:
    rows = [
        {
            "customer_id": names[each.parties[0]],
            "parties": len(each.parties),
            "links": each.links,
            "weakest_link": each.weakest_link,
            "density": each.density,
            "expected_precision": each.expected_precision,
            "evidence": ", ".join(each.evidence),
        }
        for each in clusters
    ]
    _publish_rows(run, IDENTITY_CLUSTERS, rows, spec)


def _report(
    run: Run,
    spec: IdentitySpec,
    found: _Found,
    clusters: Sequence[Cluster],
    doubts: Sequence[Doubt],
    decided: Sequence[Decision],
    overruled: int,
) -> IdentityReport:
    identity = run.table("identity")
    total = run.rows(identity.aggregate(parties=identity.count(), customers=identity.customer_id.nunique()))[0]
    kinds = Counter(each.decision for each in decided)
    return IdentityReport(
        spec.method,
        total["parties"],
        total["customers"],
        dict(sorted(Counter(link.evidence for each in clusters for link in each.inside).items())),
        len(doubts),
        kinds[MERGED] + kinds[MOVED],
        kinds[UNMERGED] + kinds[MOVED],
        found.shared,
        overruled,
        found.pairs or {},
        found.linkage,
        expected_precision(clusters),
        found.alike,
    )
