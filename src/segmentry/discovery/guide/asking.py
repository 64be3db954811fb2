"""Questions about what is loaded and published, as every part of the study needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from segmentry.discovery.guide.advice import Candidate
from segmentry.discovery.guide.needs import NEEDS
from segmentry.discovery.guide.population import Spread, catalog, everybody, literal_instant, spreads
from segmentry.discovery.guide.stock import Stock, stock_of
from segmentry.profiles.catalog import TRAIT_TABLES
from segmentry.profiles.history import keyed
from segmentry.profiles.picking import first_rows
from segmentry.segments.reader import Reader
from segmentry.segments.universe import identity_of

_LOCKED = Spread(0.0, varies=False)
OTHER_LINES = "other lines"
"""Rare lines of business, counted together."""


def stocks(reader: Reader, as_of: datetime) -> tuple[int, dict[str, Stock]]:
    """Customers known, and what is there of every kind of data that a study may need."""
    if not reader.has("identity"):
        return 0, {}
    identity, found = identity_of(reader), {}
    for need in NEEDS:
        if reader.has(need.table):
            row = reader.rows(stock_of(reader.table(need.table), need, identity, as_of))[0]
            found[need.table] = Stock(int(row["rows"]), row.get("customers"), row.get("last"), int(row["telling"]))
    customers = everybody(reader)
    return int(reader.rows(customers.aggregate(rows=customers.count()))[0]["rows"]), found


def candidates(reader: Reader) -> tuple[int, list[Candidate]]:
    """Customers in the base, and the traits that `segmentry.discovery.finding.find` takes."""
    known = {name: row for name, row in catalog(reader).items() if row["table_name"] in TRAIT_TABLES}
    customers, shown = spreads(reader, known)
    found = []
    for name, row in known.items():
        seen = shown.get(name, _LOCKED)
        told = (row["basis"], row["type"], seen.known, row["data_class"], row["origin"])
        found.append(Candidate(name, *told, varies=seen.varies))
    return customers, found


def crossed_versions(
    reader: Reader, before: tuple[str, datetime], after: tuple[str, datetime]
) -> dict[tuple[str, str], int]:
    """Customers in both versions by their two segments.

    Args:
        reader: Sees ``study_members``.
        before: Study and as-of of the one version.
        after: Study and as-of of the other.
    """
    table = reader.table("study_members")
    one, other = (
        table.filter((table.study == study) & (table.as_of.cast("timestamp(6)") == literal_instant(moment)))
        for study, moment in (before, after)
    )
    joined = one.select("customer_id", one="segment_id").inner_join(
        other.select("customer_id", other="segment_id"), "customer_id"
    )
    rows = reader.rows(joined.group_by("one", "other").aggregate(customers=joined.count()))
    return {(row["one"], row["other"]): int(row["customers"]) for row in rows}


def lines_of_business(reader: Reader, segmentation: str, most: int = 12) -> list[dict[str, Any]]:
    """Customers by segment and the line of business (category of products) they spend most on.

    Args:
        reader: Sees orders and memberships; where sources tell no categories there are no lines.
        segmentation: Name of the segmentation.
        most: Lines told apart; rarer ones count together.
    """
    if not (reader.has("segmentation_members") and reader.has("order_lines")):
        return []
    lines = keyed(reader.table("order_lines"), identity_of(reader))
    sold = lines.filter((lines.line_kind == "sale") & lines.category.notnull())
    spent = sold.group_by("customer_id", line=sold.category).aggregate(amount=sold.amount.sum())
    main = first_rows(spent, "customer_id", [spent.amount.desc(), spent.line.asc()]).select("customer_id", "line")
    members = reader.table("segmentation_members")
    mine = members.filter(members.segmentation == segmentation).select("customer_id", "segment_id")
    joined = mine.inner_join(main, "customer_id")
    return _rare_together(reader.rows(joined.group_by("segment_id", "line").aggregate(customers=joined.count())), most)


def _rare_together(rows: Sequence[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    totals: dict[str, int] = {}
    for row in rows:
        totals[str(row["line"])] = totals.get(str(row["line"]), 0) + int(row["customers"])
    kept = sorted(totals, key=lambda line: (-totals[line], line))[:most]
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (str(row["segment_id"]), str(row["line"]) if row["line"] in kept else OTHER_LINES)
        found[key] = found.get(key, 0) + int(row["customers"])
    return [{"segment_id": one, "line": line, "customers": count} for (one, line), count in sorted(found.items())]


def answers(reader: Reader, segmentation: str, as_of: datetime) -> list[dict[str, Any]]:
    """Campaign contacts of each segment: customers contacted, and those of them who answered.

    Args:
        reader: Sees ``touches`` and memberships.
        segmentation: Name of the segmentation.
        as_of: Instant (UTC); later contacts do not count.
    """
    if not (reader.has("segmentation_members") and reader.has("touches")):
        return []
    touches = keyed(reader.table("touches"), identity_of(reader))
    known = touches.filter(
        (touches.arm == "treated")
        & touches.responded.notnull()
        & (touches.touched_at.cast("timestamp(6)") < literal_instant(as_of))
    )
    each = known.group_by("customer_id").aggregate(answered=known.responded.any())
    members = reader.table("segmentation_members")
    joined = members.filter(members.segmentation == segmentation).inner_join(each, "customer_id")
    counted = joined.group_by("segment_id").aggregate(
        contacted=joined.count(), answered=joined.answered.cast("int64").sum()
    )
    return reader.rows(counted.order_by("segment_id"))
