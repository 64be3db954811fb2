"""Publishes the kinds of customers: payers and users, internal customers, contributors, referrers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.behavioral import join_all
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.history import keyed
from segmentry.profiles.kinds import tables, traits
from segmentry.profiles.kinds.contracts import contract_findings, contract_roles, contract_traits, contracts_known
from segmentry.profiles.kinds.contributors import contribution_traits
from segmentry.profiles.kinds.internal import internal_customers, internal_satisfaction, service_levels
from segmentry.profiles.kinds.purchases import order_roles, role_columns, role_traits
from segmentry.profiles.kinds.referrals import (
    Referrals,
    counted_referrals,
    engagement_rows,
    referral_rows,
    referrals_known,
    with_everybody,
)
from segmentry.profiles.kinds.renewal import renewal_risk
from segmentry.profiles.kinds.spec import KindsSpec
from segmentry.profiles.kinds.users import (
    latest_satisfaction,
    main_metric,
    people_of_payers,
    rated,
    rating_findings,
    users_satisfaction,
    users_usage,
)
from segmentry.profiles.run import identity_or_none
from segmentry.terms.tables import Column, Contract

Parts = list[tuple[ir.Table, Sequence[Trait]]]
_REFERRED = pa.schema(
    [
        ("customer_id", pa.string()),
        ("referrals_made", pa.int64()),
        ("referrals_incremental", pa.int64()),
        ("referred", pa.bool_()),
    ]
)
_ENGAGED = pa.schema(
    [("customer_id", pa.string())]
    + [(name, pa.float64()) for name in ("own_value", "referral_value", "knowledge_value", "engagement_value")]
)


def publish(run: Run, spec: KindsSpec, catalog: TraitCatalog) -> None:
    """Publish what is known of kinds beside the buyer as of ``spec.as_of``; nothing where no table tells any.

    Args:
        run: The run; identity must be published, and accounts where there are contacts of organizations.
        spec: The instant, and what the workspace declares.
        catalog: Gets the traits published here.

    Raises:
        SettingsError: declared columns of order lines do not exist.
    """
    identity = identity_or_none(run)
    findings: list[ir.Table] = []
    latest = _latest(run, identity, spec, findings)
    parts = _payers(run, identity, spec, latest, findings)
    parts += _internal(run, identity, spec, latest)
    if run.has("contributions"):
        given = contribution_traits(keyed(run.table("contributions"), identity), spec)
        parts.append((given, traits.CONTRIBUTION_TRAITS))
    if run.has("referrals"):
        found = _referrals(run, identity, spec)
        brought = run.engine.warehouse.bring(pa.Table.from_pylist(referral_rows(found), schema=_REFERRED))
        parts.append((brought, traits.REFERRAL_TRAITS))
        findings.append(run.engine.warehouse.bring(_arrow(tables.KINDS_FINDINGS, found.findings)))
    if parts:
        _publish(run, spec, catalog, tables.KINDS_TRAITS, parts)
    if findings:
        whole = findings[0].union(*findings[1:]) if len(findings) > 1 else findings[0]
        run.publish(tables.KINDS_FINDINGS, whole, spec=spec)


def publish_engagement(run: Run, spec: KindsSpec, catalog: TraitCatalog) -> None:
    """Publish what customers are worth with referrals and contributions; nothing where neither is told.

    Args:
        run: The run; ``customer_value`` and the kinds must be published.
        spec: Tells shares and credit.
        catalog: Gets the traits published here.
    """
    if not run.has("customer_value") or not (run.has("referrals") or run.has("contributions")):
        return
    value = run.table("customer_value")
    told = run.rows(value.aggregate(clv=value.clv.count()))[0]["clv"]
    column = "clv" if told else "expected_discounted_revenue"
    found = _referrals(run, identity_or_none(run), spec) if run.has("referrals") else Referrals({}, ())
    knowledge = _knowledge(run, spec)
    everybody = {*found.by, *(row["referrer_id"] for row in found.by.values()), *knowledge}
    wanted = run.engine.warehouse.bring(pa.table({"customer_id": pa.array(sorted(everybody), pa.string())}))
    known = run.rows(value.semi_join(wanted, "customer_id").select("customer_id", "clv", "expected_discounted_revenue"))
    rows = engagement_rows({row["customer_id"]: row[column] for row in known}, found, knowledge, spec.referral_credit)
    engaged = run.engine.warehouse.bring(pa.Table.from_pylist(rows, schema=_ENGAGED))
    whole = with_everybody(value, column, engaged)
    _publish(run, spec, catalog, tables.ENGAGEMENT_TRAITS, [(whole, traits.ENGAGEMENT_TRAITS)])


def _latest(run: Run, identity: ir.Table | None, spec: KindsSpec, findings: list[ir.Table]) -> ir.Table | None:
    if not run.has("feedback"):
        return None
    told = run.table("feedback")
    ratings = rated(keyed(told.filter(told.party_key.notnull()), identity))
    findings.append(rating_findings(ratings))
    return latest_satisfaction(ratings, spec)


def _payers(
    run: Run, identity: ir.Table | None, spec: KindsSpec, latest: ir.Table | None, findings: list[ir.Table]
) -> Parts:
    contracts = None
    parts: Parts = []
    if run.has("subscriptions"):
        contracts = contracts_known(run.table("subscriptions"), identity, spec.last_day)
        findings.append(contract_findings(run.table("subscriptions"), identity))
        parts.append((contract_traits(contracts, spec.last_day), traits.CONTRACT_TRAITS))
    parts += _roles(run, identity, spec, contracts)
    contacts = run.table("account_contacts_keyed") if run.has("account_contacts_keyed") else None
    people = people_of_payers(contracts, contacts, spec)
    if people is not None and latest is not None:
        parts.append((users_satisfaction(people, latest), traits.SATISFACTION_TRAITS))
    usage = _usage(run, identity, spec)
    if usage is not None:
        parts.append((users_usage(people, usage, spec), traits.USAGE_TRAITS))
    if contracts is not None:
        parts.append((_risk(parts, spec), traits.RISK_TRAITS))
    return parts


def _risk(parts: Parts, spec: KindsSpec) -> ir.Table:
    """The rule over what is known of payers; parts of it that nobody tells are unknown."""
    payers = parts[0][0]
    told = {trait.name: table for table, each in parts for trait in each}
    tables_ = [
        told[name].select("customer_id", name) for name in ("usage_change", "users_satisfaction") if name in told
    ]
    joined = join_all(payers.select("customer_id", "days_to_renewal"), tables_)
    missing = [name for name in ("usage_change", "users_satisfaction") if name not in told]
    return renewal_risk(joined.mutate(**{name: ibis.null("float64") for name in missing}), spec)


def _roles(run: Run, identity: ir.Table | None, spec: KindsSpec, contracts: ir.Table | None) -> Parts:
    roles = [] if contracts is None else [contract_roles(contracts)]
    if run.has("order_lines"):
        lines = run.table("order_lines")
        user, payer = role_columns(lines.columns, spec)
        if user is not None or payer is not None or _somebody_orders_for_others(run, lines):
            roles.append(order_roles(lines, identity, user, payer, spec.last_day))
    if not roles:
        return []
    whole = roles[0].select(*tables.PURCHASE_ROLES.names)
    whole = whole.union(*(each.select(*tables.PURCHASE_ROLES.names) for each in roles[1:])) if roles[1:] else whole
    run.publish(tables.PURCHASE_ROLES, whole, spec=spec)
    return [(role_traits(run.table("purchase_roles")), traits.ROLE_TRAITS)]


def _somebody_orders_for_others(run: Run, lines: ir.Table) -> bool:
    told = "contact_key" in lines.columns
    return told and bool(run.rows(lines.filter(lines.contact_key.notnull()).select("order_id").limit(1)))


def _usage(run: Run, identity: ir.Table | None, spec: KindsSpec) -> ir.Table | None:
    """Usage of the metric that counts."""
    if not run.has("usage"):
        return None
    usage = keyed(run.table("usage"), identity)
    metrics = {row["metric"]: int(row["parties"]) for row in run.rows(main_metric(usage))}
    if not metrics:
        return None
    metric = spec.usage_metric or min(metrics, key=lambda name: (-metrics[name], name))
    return usage.filter(usage.metric == metric)


def _internal(run: Run, identity: ir.Table | None, spec: KindsSpec, latest: ir.Table | None) -> Parts:
    if not run.has("party_kinds"):
        return []
    internal = internal_customers(keyed(run.table("party_kinds"), identity), spec)
    if not run.rows(internal.aggregate(rows=internal.count()))[0]["rows"]:
        return []
    parts: Parts = []
    if run.has("service_contacts"):
        contacts = keyed(run.table("service_contacts"), identity)
        parts.append((service_levels(internal, contacts, spec), traits.SERVICE_TRAITS))
    if latest is not None:
        parts.append((internal_satisfaction(internal, latest), traits.INTERNAL_SATISFACTION_TRAITS))
    return parts


def _referrals(run: Run, identity: ir.Table | None, spec: KindsSpec) -> Referrals:
    return counted_referrals(run.rows(referrals_known(run.table("referrals"), identity, spec)))


def _knowledge(run: Run, spec: KindsSpec) -> dict[str, float]:
    """Value of accepted contributions by customer."""
    if not run.has("contributions"):
        return {}
    given = contribution_traits(keyed(run.table("contributions"), identity_or_none(run)), spec)
    rows = run.rows(given.filter(given.contribution_revenue > 0).select("customer_id", "contribution_revenue"))
    return {row["customer_id"]: float(row["contribution_revenue"]) * spec.contribution_share for row in rows}


def _publish(run: Run, spec: KindsSpec, catalog: TraitCatalog, contract: Contract, parts: Parts) -> None:
    named = [trait for _, each in parts for trait in each]
    known = [table.select("customer_id") for table, _ in parts]
    base = (known[0].union(*known[1:]) if len(known) > 1 else known[0]).distinct()
    whole = join_all(base, (table.select("customer_id", *(trait.name for trait in each)) for table, each in parts))
    columns = (Column(trait.name, trait.type, trait.description, trait.unit, trait.data_class) for trait in named)
    run.publish(contract.with_columns(columns), whole, spec=spec)
    catalog.register(contract.name, *named)


def _arrow(contract: Contract, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=arrow_schema(contract))
