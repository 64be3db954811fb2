"""Age, ownership, structure and seat of organizations, and words that are not understood."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

OWNERSHIPS = {
    "publicly_owned": ("publicly owned", "public", "public company", "listed", "publicly traded", "stock exchange"),
    "privately_owned": ("privately owned", "private", "private company", "privately held", "family owned", "family"),
    "government_agency": ("government agency", "government", "public sector", "state owned", "state", "municipal"),
    "non_profit": ("non profit", "nonprofit", "not for profit", "charity", "ngo", "foundation", "association"),
}
"""Who owns an organization, with the words for it."""
STRUCTURES = {
    "start_up": ("start up", "startup"),
    "subsidiary": ("subsidiary", "affiliate", "daughter"),
    "group": ("group", "holding", "parent", "headquarters", "hq", "conglomerate"),
    "branch": ("branch", "site", "office"),
    "franchise": ("franchise", "franchisee"),
    "cooperative": ("cooperative", "co operative"),
    "single": ("single", "independent", "stand alone", "standalone", "single site"),
}
"""How an organization is built, with the words for it."""

FOUNDED_WRONG, NEGATIVE = "impossible year of founding", "negative figure"
UNKNOWN_OWNERSHIP, UNKNOWN_STRUCTURE = "unknown ownership", "unknown structure"
EARLIEST_YEAR = 500
"""The oldest firms at work date from the sixth century."""


def firm_traits(accounts: ir.Table, groups: ir.Table, last_day: date) -> ir.Table:
    """Age, ownership, structure and seat, one row for each organization.

    A structure that is not told follows from the group: who has a parent is a subsidiary, who has none but others
    below it a group; of anybody else nothing is said.

    Args:
        accounts: One row for each organization.
        groups: The published hierarchy.
        last_day: The last local day that counts.
    """
    below = groups.filter(groups.parent_id.notnull()).select(_parent="parent_id").distinct()
    place = groups.select("parent_id", _id="customer_id")
    joined = accounts.left_join(place, accounts.customer_id == place["_id"])
    joined = joined.left_join(below, joined.customer_id == below["_parent"])
    from_group = ibis.cases(
        (joined.parent_id.notnull(), "subsidiary"), (joined["_parent"].notnull(), "group"), else_=ibis.null("string")
    )
    year = joined.founded_year
    believable = (year >= EARLIEST_YEAR) & (year <= last_day.year)
    return joined.select(
        "customer_id",
        company_age_years=ibis.ifelse(believable, last_day.year - year, ibis.null("int64")),
        ownership=_word(joined.ownership, OWNERSHIPS),
        structure=ibis.coalesce(_word(joined.structure, STRUCTURES), from_group),
        sites=ibis.ifelse(joined.sites >= 0, joined.sites, ibis.null("int64")),
        employees=ibis.ifelse(joined.employees >= 0, joined.employees, ibis.null("float64")),
        yearly_revenue=joined.revenue,
        seat_country=joined.country,
        seat_city=joined.city,
    )


def firm_findings(accounts: ir.Table, last_day: date) -> ir.Table:
    """What cannot be so, or is not understood: rows of the contract `FIRMOGRAPHIC_FINDINGS`."""
    year = accounts.founded_year
    wrong = (year < EARLIEST_YEAR) | (year > last_day.year)
    negative = (accounts.employees < 0) | (accounts.sites < 0) | (accounts.balance_total < 0)
    parts = [
        _finding(accounts.filter(wrong.fill_null(False)), "founded_year", FOUNDED_WRONG, "the age is unknown"),
        _finding(accounts.filter(negative.fill_null(False)), "employees", NEGATIVE, "the figure is not counted"),
        _unread(accounts, "ownership", OWNERSHIPS, UNKNOWN_OWNERSHIP),
        _unread(accounts, "structure", STRUCTURES, UNKNOWN_STRUCTURE),
    ]
    return parts[0].union(*parts[1:])


def _plain(word: ir.StringValue) -> ir.StringValue:
    return word.lower().strip().replace("-", " ").replace("_", " ")


def _word(told: ir.StringValue, known: dict[str, tuple[str, ...]]) -> ir.StringValue:
    plain = _plain(told)
    return ibis.cases(*((plain.isin(words), name) for name, words in known.items()), else_=ibis.null("string"))


def _unread(accounts: ir.Table, column: str, known: dict[str, tuple[str, ...]], finding: str) -> ir.Table:
    odd = accounts.filter(accounts[column].notnull() & _word(accounts[column], known).isnull())
    counted = odd.group_by(given=odd[column]).aggregate(rows=odd.count())
    return counted.select(
        "given",
        "rows",
        customer_id=ibis.null("string"),
        finding=ibis.literal(finding),
        decision=ibis.literal("it counts as unknown"),
    ).select("finding", "customer_id", "given", "rows", "decision")


def _finding(rows: ir.Table, column: str, finding: str, decision: str) -> ir.Table:
    given = rows[column].cast("string") if column == "founded_year" else rows.customer_id
    counted = rows.group_by("customer_id", given=given).aggregate(rows=rows.count())
    return counted.select(
        "customer_id", "given", "rows", finding=ibis.literal(finding), decision=ibis.literal(decision)
    ).select("finding", "customer_id", "given", "rows", "decision")
