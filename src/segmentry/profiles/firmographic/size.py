"""Size class of enterprises at the level of their group, after the European Union's definition."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from segmentry.profiles.firmographic.spec import FirmographicSpec
from segmentry.science.firm_size import SIZES, eu_size_class

SETTLING_STAFF = 250
"""Staff from which a firm is large whatever else is unknown."""


def group_sizes(groups: ir.Table, accounts: ir.Table, spec: FirmographicSpec) -> ir.Table:
    """Staff, and turnover and balance in euros, of each group: ``group_id``, ``staff``, ``turnover``, ``balance``.

    Figures of all members are added up (linked enterprises count in full; Recommendation 2003/361/EC, Art. 6), or the
    top's are taken where they are consolidated. They are empty where a member's are, except that staff known of some
    members settles that the group is large.

    Args:
        groups: The published hierarchy.
        accounts: One row for each organization.
        spec: Tells rates and units.
    """
    amounts = accounts.select(
        "employees",
        _id="customer_id",
        _turnover=_euros(accounts, "revenue", spec),
        _balance=_euros(accounts, "balance_total", spec),
    )
    members = groups.left_join(amounts, groups.customer_id == amounts["_id"])
    if spec.consolidated:
        members = members.filter(members.level == 0)
    staff = members.employees.sum()
    known = members.employees.notnull().all() | (staff >= SETTLING_STAFF)
    return members.group_by("group_id").aggregate(
        staff=ibis.ifelse(known, staff, ibis.null("float64")),
        turnover=_whole(members["_turnover"]),
        balance=_whole(members["_balance"]),
    )


def _whole(column: ir.FloatingValue) -> ir.FloatingValue:
    return ibis.ifelse(column.notnull().all(), column.sum(), ibis.null("float64"))


def _euros(accounts: ir.Table, column: str, spec: FirmographicSpec) -> ir.FloatingValue:
    rates = {"EUR": 1.0, **dict(spec.euros_per)}
    currency = accounts.currency if spec.currency is None else accounts.currency.fill_null(spec.currency)
    rate = currency.upper().cases(*rates.items(), else_=ibis.null("float64"))
    amount = accounts[column].cast("float64") * rate
    if spec.amount_units:
        amount = amount * accounts.source.cases(*spec.amount_units, else_=1.0)
    return amount


def size_classes(
    staff: Sequence[float | None], turnover: Sequence[float | None], balance: Sequence[float | None]
) -> list[str | None]:
    """The class of each group in words; None where what is known does not settle it.

    Negative figures are no figures.
    """
    places = eu_size_class(*(_floats(each) for each in (staff, turnover, balance)))
    return [SIZES[place] if place >= 0 else None for place in places.tolist()]


def _floats(values: Sequence[float | None]) -> NDArray[np.float64]:
    array = np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    array[array < 0] = np.nan
    return array
