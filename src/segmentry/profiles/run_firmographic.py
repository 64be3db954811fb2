"""Publishes the firmographic basis."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run
from segmentry.profiles.accounts.hierarchy import described
from segmentry.profiles.accounts.spelled import meant
from segmentry.profiles.behavioral import join_all
from segmentry.profiles.catalog import Trait, TraitCatalog
from segmentry.profiles.firmographic.firm import firm_findings, firm_traits
from segmentry.profiles.firmographic.industry import read_industry
from segmentry.profiles.firmographic.performance import history_columns, performance
from segmentry.profiles.firmographic.size import group_sizes, size_classes
from segmentry.profiles.firmographic.spec import FirmographicSpec
from segmentry.profiles.firmographic.tables import FIRMOGRAPHIC_FINDINGS, FIRMOGRAPHIC_TRAITS
from segmentry.profiles.firmographic.traits import PERFORMANCE_TRAITS, TRAITS
from segmentry.profiles.given import given_trait
from segmentry.profiles.run import identity_or_none
from segmentry.terms.tables import Column

_CODED = ("industry_code", "industry_scheme", "industry_sector", "industry_division")
_CODES = pa.schema(
    [(name, pa.string()) for name in ("told_code", "told_scheme", "code", "scheme", "sector", "division", "finding")]
)


def publish(run: Run, spec: FirmographicSpec, catalog: TraitCatalog) -> None:
    """Publish what organizations are as of ``spec.as_of``; nothing where no source describes any.

    Args:
        run: The run; identity and accounts must be published.
        spec: The instant, and what the workspace declares.
        catalog: Gets the traits published here.
    """
    if not run.has("accounts") or not run.has("account_hierarchy"):
        return
    told = run.table("accounts")
    known = (told.known_since <= ibis.literal(spec.as_of, type="timestamp(6)")) | told.known_since.isnull()
    spelt = meant(told.filter(known), "industry", run.table("spelling_repairs"), "accounts.industry")
    accounts = described(spelt, identity_or_none(run))
    groups = run.table("account_hierarchy")
    codes = _codes(run, accounts, spec)
    coded = _coded(accounts, codes, spec)
    parts = [coded, _sizes(run, groups, accounts, spec), firm_traits(accounts, groups, spec.last_day)]
    traits = list(TRAITS)
    grown = performance(accounts, history_columns(accounts.columns, spec.last_day.year), spec)
    if grown is not None:
        parts.append(grown)
        traits += PERFORMANCE_TRAITS
    given = _given(accounts, catalog)
    traits += given
    parts.append(accounts.select("customer_id", *(trait.name for trait in given)))
    whole = join_all(accounts.select("customer_id"), parts)
    contract = FIRMOGRAPHIC_TRAITS.with_columns(_column(trait) for trait in traits)
    chosen = whole.select("customer_id", *(trait.name for trait in traits))
    run.publish(contract, chosen, spec=spec, parents=("accounts", "account_hierarchy"))
    run.publish(FIRMOGRAPHIC_FINDINGS, _findings(accounts, codes, spec), spec=spec, parents=("accounts",))
    catalog.register("firmographic_traits", *traits)


def _codes(run: Run, accounts: ir.Table, spec: FirmographicSpec) -> ir.Table:
    """Each distinct pair of code and scheme as it is understood."""
    rows = []
    for row in run.rows(
        accounts.filter(accounts.industry_code.notnull()).select("industry_code", "industry_scheme").distinct()
    ):
        found = read_industry(row["industry_code"], row["industry_scheme"] or spec.industry_scheme)
        rows.append(
            {
                "told_code": row["industry_code"],
                "told_scheme": row["industry_scheme"] or "",
                "code": found.code,
                "scheme": found.scheme,
                "sector": found.sector,
                "division": found.division,
                "finding": found.finding,
            }
        )
    return run.engine.warehouse.bring(pa.Table.from_pylist(rows, schema=_CODES))


def _coded(accounts: ir.Table, codes: ir.Table, spec: FirmographicSpec) -> ir.Table:
    joined = _with_codes(accounts, codes)
    return joined.select(
        "customer_id",
        "industry",
        industry_code=joined.code,
        industry_scheme=joined.scheme,
        industry_sector=joined.sector,
        industry_division=joined.division,
    )


def _with_codes(accounts: ir.Table, codes: ir.Table) -> ir.Table:
    own = accounts.select("customer_id", "industry", "industry_code", _scheme=accounts.industry_scheme.fill_null(""))
    return own.left_join(codes, [own.industry_code == codes.told_code, own["_scheme"] == codes.told_scheme])


def _sizes(run: Run, groups: ir.Table, accounts: ir.Table, spec: FirmographicSpec) -> ir.Table:
    """Size class of each organization: that of its group."""
    sized = run.arrow(group_sizes(groups, accounts, spec))
    columns = [sized.column(name).to_pylist() for name in ("staff", "turnover", "balance")]
    classes = pa.array(size_classes(*columns), pa.string())
    table = run.engine.warehouse.bring(pa.table({"group_id": sized.column("group_id"), "size_class": classes}))
    return groups.select("customer_id", "group_id").inner_join(table, "group_id").select("customer_id", "size_class")


def _given(accounts: ir.Table, catalog: TraitCatalog) -> list[Trait]:
    """Columns that no contract names, as given traits under the name the source gave them."""
    names = [name for name in accounts.columns if name.startswith("given_") and name not in catalog]
    return [given_trait(name, accounts[name].type()) for name in names]


def _findings(accounts: ir.Table, codes: ir.Table, spec: FirmographicSpec) -> ir.Table:
    odd = _with_codes(accounts, codes)
    odd = odd.filter(odd.finding.notnull())
    given = odd.industry_code + ibis.ifelse(odd["_scheme"] == "", "", ibis.literal(" of ") + odd["_scheme"])
    counted = odd.group_by("finding", given=given).aggregate(rows=odd.count())
    told = counted.select(
        "finding",
        "given",
        "rows",
        customer_id=ibis.null("string"),
        decision=ibis.literal("the code is kept, and not rolled up"),
    )
    found = firm_findings(accounts, spec.last_day)
    return found.union(told.select(*found.columns))


def _column(trait: Trait) -> Column:
    return Column(trait.name, trait.type, trait.description, trait.unit, trait.data_class)
