"""Technologies that were known of a lead, or of its organization, before its own instant."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from segmentry.profiles.leads.features import Offer, Part
from segmentry.terms.vocabulary import Basis

MOST_NAMED = 12
"""Technologies that become features of their own, the most frequent ones."""
FEWEST_NAMED = 20
"""Leads that must use one."""


def technologies_then(leads: ir.Table, technologies: ir.Table) -> ir.Table:
    """``lead_key``, ``technology`` and whether it has a day, each technology once.

    A day tells no hour, so evidence of the very day of the instant does not count.

    Args:
        leads: ``lead_key``, ``customer_id``, ``account_id`` (may be empty) and ``until``.
        technologies: The keyed canonical table.
    """
    own = leads.select("lead_key", "until", who="customer_id")
    theirs = leads.filter(leads.account_id.notnull()).select("lead_key", "until", who="account_id")
    both = own.union(theirs)
    met = both.inner_join(technologies, both.who == technologies.customer_id)
    known = met.filter((met.first_seen_on < met.until.date()).fill_null(True))
    return known.group_by("lead_key", "technology").aggregate(dated=known.first_seen_on.notnull().any())


def frequent(stack: ir.Table) -> ir.Table:
    """``technology`` with its ``leads`` and whether it is ``undated`` for any, the most frequent ones."""
    lacking = ibis.ifelse(stack.dated, 0, 1)
    counted = stack.group_by("technology").aggregate(leads=stack.count(), undated=lacking.sum())
    often = counted.filter(counted.leads >= FEWEST_NAMED)
    return often.order_by(often.leads.desc(), often.technology.asc()).limit(MOST_NAMED)


def stack_part(stack: ir.Table, named: Sequence[tuple[str, bool]]) -> Part:
    """Size of the stack and a feature for each frequent technology; unknown for leads of whom none is known.

    Args:
        stack: As `technologies_then` tells.
        named: Frequent technologies, and whether each is known without a day for any lead.
    """
    columns = {
        f"technology_{place}": (stack.technology == name).cast("float64").max() for place, (name, _) in enumerate(named)
    }
    table = stack.group_by("lead_key").aggregate(stack_size=stack.count(), **columns)
    any_lacks = any(lacks for _, lacks in named)
    size = Offer("stack_size", Basis.TECHNOGRAPHIC, "undated" if any_lacks else "dated")
    uses = (
        Offer(f"uses {name}", Basis.TECHNOGRAPHIC, "undated" if lacks else "dated", column=column)
        for column, (name, lacks) in zip(columns, named, strict=True)
    )
    return Part(table, (*uses, size))
