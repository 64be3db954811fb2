"""Chances of a sale: what became of them at the as-of, won and lost by organization and by kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import day, days_since, in_one_currency, keyed_as
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.history import days_between
from segmentry.profiles.picking import first_rows
from segmentry.science.satisfaction import wilson
from segmentry.terms.numbers import NotEstimable

CLOSED_BEFORE = "opportunity closed before it was opened"
UNKNOWN = "(unknown)"
_WON = ("won", "closed won", "closedwon", "win", "signed")
_LOST = ("lost", "closed lost", "closedlost", "abandoned", "disqualified", "no decision")


def standing(opportunities: ir.Table, identity: ir.Table | None, spec: AccountSpec) -> ir.Table:
    """Opportunities known at the as-of, with ``customer_id`` of the organization and their ``standing``.

    The outcome is told apart, or else read from the stage; one settled later was open. One without an organization
    stays, with an empty ``customer_id``. Days to close are empty where it closed before it was opened.

    Args:
        opportunities: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
        spec: Tells the last local day, and the currency of amounts that name none.
    """
    last_day = spec.last_day
    rows = keyed_as(opportunities, "account_key", identity, "customer_id")
    opened, closed = rows.opened_on, rows.closed_on
    known = rows.filter((opened <= day(last_day)) | (opened.isnull() & (closed.isnull() | (closed <= day(last_day)))))
    word = ibis.coalesce(known.outcome, known.stage).lower().strip().replace("-", " ").replace("_", " ")
    settled = known.closed_on.isnull() | (known.closed_on <= day(last_day))
    known = known.mutate(
        standing=ibis.cases((word.isin(_WON) & settled, "won"), (word.isin(_LOST) & settled, "lost"), else_="open"),
        buy_class=_buy_class(known.buy_class),
        currency=known.currency if spec.currency is None else known.currency.fill_null(spec.currency),
    )
    took = days_between(known.closed_on, known.opened_on)
    done = (known.standing != "open") & (took >= 0)
    return known.mutate(days_to_close=ibis.ifelse(done, took, ibis.null("int64")))


def _buy_class(told: ir.StringValue) -> ir.StringValue:
    word = told.lower().strip().replace("-", " ").replace("_", " ")
    return ibis.cases(
        (word.isin(("new task", "new", "new business", "new purchase", "newbusiness")), "new_task"),
        (word.isin(("modified rebuy", "modified", "upgrade", "upsell", "expansion")), "modified_rebuy"),
        (
            word.isin(("straight rebuy", "rebuy", "straight", "renewal", "reorder", "existing business")),
            "straight_rebuy",
        ),
        else_=ibis.null("string"),
    )


def opportunity_findings(known: ir.Table) -> ir.Table:
    """Opportunities that closed before they were opened: rows of the contract `ACCOUNT_FINDINGS`."""
    wrong = known.filter((known.closed_on < known.opened_on).fill_null(False))
    counted = wrong.group_by("customer_id", given=wrong.opportunity_id).aggregate(rows=wrong.count())
    return counted.select(
        "customer_id",
        "given",
        "rows",
        finding=ibis.literal(CLOSED_BEFORE),
        decision=ibis.literal("it counts, but not its days to close"),
    )


def settled_counts(known: ir.Table, spec: AccountSpec) -> ir.Table:
    """Open, won and lost opportunities, amounts and the furthest open stage, one row for each organization.

    Args:
        known: The table of `standing`.
        spec: Tells the order of stages.
    """
    rows = known.filter(known.customer_id.notnull())
    won, lost, still = (rows.standing == word for word in ("won", "lost", "open"))
    word = rows.stage.lower().strip().replace("-", " ").replace("_", " ")
    place = word.cases(*((stage.lower(), number) for number, stage in enumerate(spec.stages)), else_=ibis.null("int64"))
    nothing = ibis.null(rows.amount.type())
    rows = rows.mutate(
        _place=ibis.ifelse(still, place, ibis.null("int64")),
        _open=ibis.ifelse(still, rows.amount, nothing),
        _won=ibis.ifelse(won, rows.amount, nothing),
    )
    counted = rows.group_by("customer_id").aggregate(
        opportunities=rows.count(),
        open_opportunities=still.cast("int64").sum(),
        won_opportunities=won.cast("int64").sum(),
        lost_opportunities=lost.cast("int64").sum(),
        open_amount=in_one_currency(rows["_open"], rows.currency),
        won_amount=in_one_currency(rows["_won"], rows.currency),
        _furthest=rows["_place"].max(),
    )
    stage = counted["_furthest"].cases(*enumerate(spec.stages), else_=ibis.null("string"))
    return counted.mutate(buying_stage=stage).drop("_furthest")


def rated_pair(row: Mapping[str, Any]) -> dict[str, Any]:
    """Counts of won and lost of organizations, with the win rate and its interval.

    Args:
        row: ``won_opportunities`` and ``lost_opportunities``.
    """
    return {**row, **_rate(row["won_opportunities"], row["lost_opportunities"])}


def rated_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the summary with the win rate and its interval; a stage that is itself won or lost has none.

    Args:
        row: A row of `summary`.
    """
    return {**row, **({} if row["dimension"] == "stage" else _rate(row["won"], row["lost"]))}


def _rate(won: int, lost: int) -> dict[str, float]:
    found = wilson(won, won + lost)
    if isinstance(found, NotEstimable):
        return {}
    return {"win_rate": found.value, "win_rate_low": found.low, "win_rate_high": found.high}


def summary(known: ir.Table, industries: ir.Table | None) -> ir.Table:
    """Counts of the contract `OPPORTUNITY_SUMMARY`, without win rates.

    Opportunities without an organization are kept apart under ``account told``, and count under every other kind.

    Args:
        known: The table of `standing`, products spelt as they are meant.
        industries: ``customer_id`` and ``industry``, or None.
    """
    dimensions: dict[str, Callable[[ir.Table], ir.Value]] = {
        "all": lambda table: ibis.literal("all"),
        "account told": lambda table: ibis.ifelse(table.customer_id.notnull(), "yes", "no"),
        "product": lambda table: table.product_id,
        "stage": lambda table: table.stage,
        "buy class": lambda table: table.buy_class,
    }
    rows = known
    if industries is not None:
        labels = industries.select("industry", _account="customer_id")
        rows = known.left_join(labels, known.customer_id == labels["_account"]).drop("_account")
        dimensions["industry"] = lambda table: table.industry
    parts = [_counts(rows, dimension, value(rows)) for dimension, value in dimensions.items()]
    return parts[0].union(*parts[1:])


def _counts(rows: ir.Table, dimension: str, value: ir.Value) -> ir.Table:
    named = rows.mutate(_value=value.cast("string").fill_null(UNKNOWN))
    won = named.standing == "won"
    counted = named.group_by(value=named["_value"]).aggregate(
        opportunities=named.count(),
        open=(named.standing == "open").cast("int64").sum(),
        won=won.cast("int64").sum(),
        lost=(named.standing == "lost").cast("int64").sum(),
        won_amount=in_one_currency(ibis.ifelse(won, named.amount, ibis.null(named.amount.type())), named.currency),
        mean_days_to_close=named.days_to_close.mean(),
    )
    return counted.mutate(dimension=ibis.literal(dimension))


def patterns(known: ir.Table, spec: AccountSpec) -> ir.Table:
    """Buying patterns, one row for each organization that has won or lost an opportunity.

    The buy class is that of the newest opportunity that tells one. Else it follows from what was won before the newest
    one won (Robinson, Faris & Wind 1967, as far as sales tell): nothing before is a new task, the same product a
    straight rebuy, another product a modified rebuy.

    Args:
        known: The table of `standing`, products spelt as they are meant.
        spec: Tells the last local day.
    """
    rows = known.filter(known.customer_id.notnull() & (known.standing != "open"))
    won = rows.filter((rows.standing == "won") & rows.closed_on.notnull())
    base = rows.group_by("customer_id").aggregate(mean_days_to_close=rows.days_to_close.mean())
    deals = won.group_by("customer_id").aggregate(
        first_won_on=won.closed_on.min(),
        last_won_on=won.closed_on.max(),
        mean_deal_amount=in_one_currency(won.amount, won.currency).cast("float64") / won.amount.count().nullif(0),
        products_won=won.product_id.nunique(),
        _days=won.closed_on.nunique(),
    )
    joined = base.left_join(deals, "customer_id").drop("customer_id_right")
    span = days_between(joined.last_won_on, joined.first_won_on).cast("float64")
    joined = joined.mutate(
        mean_days_between_wins=span / (joined["_days"] - 1).nullif(0),
        days_since_won=days_since(spec.last_day, joined.last_won_on),
    ).drop("_days")
    classes = _told_class(known).rename(_told="buy_class")
    inferred = _inferred_class(won)
    whole = joined.left_join(classes, "customer_id").drop("customer_id_right")
    whole = whole.left_join(inferred, "customer_id").drop("customer_id_right")
    return whole.mutate(buy_class=ibis.coalesce(whole["_told"], whole["_inferred"])).drop("_told", "_inferred")


def _told_class(known: ir.Table) -> ir.Table:
    told = known.filter(known.buy_class.notnull() & known.customer_id.notnull())
    return _newest(told, told.opened_on).select("customer_id", "buy_class")


def _inferred_class(won: ir.Table) -> ir.Table:
    newest = _newest(won, won.closed_on)
    before = won.select(_account="customer_id", _product="product_id", _id="opportunity_id")
    pairs = newest.inner_join(
        before, [newest.customer_id == before["_account"], newest.opportunity_id != before["_id"]]
    )
    told = pairs.group_by("customer_id").aggregate(
        _before=pairs.count(),
        _same=(pairs.product_id == pairs["_product"]).fill_null(False).any(),
        _known=pairs["_product"].notnull().all(),
    )
    joined = newest.select("customer_id", "product_id").left_join(told, "customer_id").drop("customer_id_right")
    return joined.select(
        "customer_id",
        _inferred=ibis.cases(
            (joined["_before"].isnull(), "new_task"),
            (joined["_same"], "straight_rebuy"),
            (joined["_known"] & joined.product_id.notnull(), "modified_rebuy"),
            else_=ibis.null("string"),
        ),
    )


def _newest(rows: ir.Table, moment: ir.DateValue) -> ir.Table:
    last = ibis.coalesce(moment, ibis.literal(date(1900, 1, 1)))
    order = [last.desc(), rows.opportunity_id.desc()]
    return first_rows(rows, "customer_id", order)
