"""Buyer, payer and user of one and the same purchase: value is the payer's, satisfaction the user's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import day, in_one_currency, keyed_as
from segmentry.profiles.history import money_sum
from segmentry.profiles.kinds.spec import KindsSpec
from segmentry.terms.errors import Problem, SettingsError, near_miss

USER_COLUMNS = ("given_recipient", "given_gift_recipient", "given_end_user", "given_user", "given_ship_to_customer")
"""Columns of order lines that usually tell who uses what was bought."""
PAYER_COLUMNS = ("given_payer", "given_payer_id", "given_bill_to_customer", "given_billing_customer", "given_paid_by")
"""Columns of order lines that usually tell who pays."""


def role_columns(columns: Collection[str], spec: KindsSpec) -> tuple[str | None, str | None]:
    """The columns of order lines that tell user and payer; None where none does.

    Raises:
        SettingsError: declared columns do not exist; all of them at once.
    """
    problems: list[Problem] = []
    found = []
    for name, declared, usual in (
        ("user_column", spec.user_column, USER_COLUMNS),
        ("payer_column", spec.payer_column, PAYER_COLUMNS),
    ):
        options = usual if declared is None else (declared, f"given_{declared}")
        found.append(next((option for option in options if option in columns), None))
        if declared is not None and found[-1] is None:
            hint = near_miss(declared, list(columns)) or "Name a column of the order lines."
            problems.append(Problem("COLUMN_UNKNOWN", "There is no such column", f"[kinds], {name}", declared, hint))
    if problems:
        raise SettingsError(problems)
    return found[0], found[1]


def order_roles(
    lines: ir.Table, identity: ir.Table | None, user: str | None, payer: str | None, last_day: date
) -> ir.Table:
    """Orders in the shape of the table `PURCHASE_ROLES`, one row for each order, payer and user.

    Ids stand in the numbers of the buyer's source; where a cell is empty the buyer is meant. Where a person orders for
    an organization the person is the buyer, and the organization pays and uses.

    Args:
        lines: The canonical order lines.
        identity: The identity table; None while every party is a customer of its own.
        user: Column that tells who uses it, or None.
        payer: Column that tells who pays, or None.
        last_day: The last local day that counts.
    """
    rows = lines.filter(lines.ordered_on <= day(last_day))
    buyer = ibis.coalesce(rows.contact_key, rows.party_key) if "contact_key" in rows.columns else rows.party_key
    rows = rows.mutate(_buyer=buyer, _payer=_party(rows, payer), _user=_party(rows, user))
    for column, name in (("_buyer", "buyer_id"), ("_payer", "payer_id"), ("_user", "user_id")):
        rows = keyed_as(rows, column, identity, name)
    return (
        rows.group_by("source", "currency", "buyer_id", "payer_id", "user_id", purchase_id=rows.order_id)
        .aggregate(began_on=rows.ordered_on.min(), amount=money_sum(rows.amount))
        .mutate(purchase=ibis.literal("order"))
    )


def _party(rows: ir.Table, column: str | None) -> ir.StringValue:
    if column is None:
        return rows.party_key
    told = rows[column].cast("string").strip().nullif("")
    space = rows.party_key.re_extract("^([^:]*:)", 1)
    return ibis.coalesce(space + told, rows.party_key)


def role_traits(roles: ir.Table) -> ir.Table:
    """For whom each customer pays, and who pays for it; one row for each payer of others and each such user.

    Args:
        roles: The table `PURCHASE_ROLES`.
    """
    others = roles.filter(roles.payer_id != roles.user_id)
    paid = others.group_by(customer_id="payer_id").aggregate(
        paid_for_others=in_one_currency(others.amount, others.currency), users_paid_for=others.user_id.nunique()
    )
    used = others.group_by(_user="user_id").aggregate(other_payers=others.payer_id.nunique())
    joined = paid.outer_join(used, paid.customer_id == used["_user"])
    return joined.select(
        "paid_for_others",
        customer_id=ibis.coalesce(joined.customer_id, joined["_user"]),
        users_paid_for=joined.users_paid_for.fill_null(0),
        other_payers=joined.other_payers.fill_null(0),
    )
