"""Orders, products and customers out of accepted lines: one group-by each."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.engine import MONEY
from segmentry.sources.organizations import ORGANIZATIONS
from segmentry.sources.tables import GIVEN
from segmentry.terms.vocabulary import Kind


def kind_of(party_key: ir.StringValue, person: Kind) -> ir.StringValue:
    """What a party is: an organization by its number, else ``person``."""
    return party_key.startswith(f"{ORGANIZATIONS}:").ifelse(Kind.ORGANIZATION.value, person.value)


def used_lines(loaded: ir.Table) -> ir.Table:
    """The lines that are used, without the columns that say why others are not."""
    return loaded.filter(loaded.excluded_by.isnull()).drop("part", "order_given", "own_rule", "excluded_by", "reason")


def orders_of(lines: ir.Table) -> ir.Table:
    """One row for each order, return note or cancellation of a party: what it is worth by its own lines."""
    sales = lines.line_kind == "sale"
    grouped = lines.group_by("source", "order_id", "party_key", "currency").aggregate(
        ordered_at=lines.ordered_at.min(),
        ordered_on=lines.ordered_on.min(),
        lines=lines.count(),
        products=lines.product_id.nunique(),
        units=lines.quantity.sum(),
        amount=lines.amount.sum(),
        returned=(-lines.amount).sum(where=lines.amount < 0),
        discount=lines.discount.sum(),
        cost=lines.cost.sum(),
        channel=lines.channel.min(),
        country=lines.country.min(),
        sold=sales.sum(),
    )
    nothing = ibis.literal(0).cast(MONEY)
    return grouped.mutate(
        returned=ibis.coalesce(grouped.returned.cast(MONEY), nothing),
        placed=(grouped.amount > 0) & (grouped.sold > 0),
    ).drop("sold")


def products_of(lines: ir.Table) -> ir.Table:
    """One row for each product under its most frequent description; of equal ones the first in the alphabet."""
    sold = lines.filter(lines.product_id.notnull())
    spelled = sold.group_by("source", "product_id", "product_name", "category").aggregate(
        times=sold.count(),
        cost=sold.cost.sum(),
        units=sold.quantity.sum(where=sold.cost.notnull()),
    )
    window = ibis.window(
        group_by=["source", "product_id"],
        order_by=[ibis.desc("times"), spelled.product_name.asc(), spelled.category.asc()],
    )
    first = spelled.mutate(place=ibis.row_number().over(window))
    totals = spelled.group_by("source", "product_id").aggregate(cost=spelled.cost.sum(), units=spelled.units.sum())
    named = first.filter(first.place == 0).select("source", "product_id", name="product_name", category="category")
    joined = named.inner_join(totals, ["source", "product_id"])
    share = (joined.cost.cast(dt.float64) / joined.units.cast(dt.float64).nullif(0)).cast(MONEY)
    return joined.select("source", "product_id", "name", "category", unit_cost=share)


def customers_of(lines: ir.Table, constant: tuple[str, ...]) -> ir.Table:
    """One row for each party: known since its first line, living where its latest order says.

    Args:
        lines: Lines that are used.
        constant: Given columns that never change within a party.
    """
    latest = ibis.struct({"at": lines.ordered_at, "order": lines.order_id, "country": lines.country})
    grouped = lines.group_by("party_key").aggregate(
        source=lines.source.min(),
        known_since=lines.ordered_at.min(),
        latest=latest.max(where=lines.country.notnull()),
        **{name: lines[name].max() for name in constant},
    )
    return grouped.select(
        "party_key",
        "source",
        kind_of(grouped.party_key, Kind.BUYER).name("kind"),
        "known_since",
        grouped.latest["country"].name("country"),
        *constant,
    )


def constant_columns(lines: ir.Table) -> ir.Table | None:
    """One row that says of each given column whether it has one value per party at most; None without any."""
    names = [name for name in lines.columns if name.startswith(GIVEN)]
    if not names:
        return None
    ends = {f"{end}_{name}": getattr(lines[name], end)() for name in names for end in ("min", "max")}
    grouped = lines.group_by("party_key").aggregate(**ends)
    return grouped.aggregate(
        **{name: (grouped[f"min_{name}"] != grouped[f"max_{name}"]).fill_null(False).sum() == 0 for name in names}
    )
