"""Which rule holds for each lead: the furthest stage, and the first route."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from segmentry.profiles.leads.conditions import Rule
from segmentry.profiles.leads.spec import STAGES, LeadSpec
from segmentry.segments.leading.texts import text_id

UNMATCHED = "(unmatched)"


def rulings(leads: ir.Table, answers: ir.Table | None, spec: LeadSpec) -> ir.Table:
    """Rows of the contract `LEAD_RULINGS`.

    A rule with conditions on columns judges each lead, one with a text the customer behind it; where a rule has both,
    both must hold.

    Args:
        leads: ``lead_facts`` with the grades of ``lead_standing``.
        answers: ``customer_id`` and a column for each text by its id; None where no rule has one.
        spec: The rules.
    """
    rows = leads
    if answers is not None:
        rows = leads.left_join(answers.rename(answered="customer_id"), leads.customer_id == answers.customer_id)
    holding = {
        section: [_holds(rule, rows, text_id(section, number)) for number, rule in enumerate(rules, 1)]
        for section, rules in (("qualified", spec.qualified), ("routes", spec.routes))
    }
    furthest = sorted(range(len(spec.qualified)), key=lambda at: -STAGES.index(spec.qualified[at].then))
    qualified = _first(spec.qualified, holding["qualified"], furthest)
    route = _first(spec.routes, holding["routes"], range(len(spec.routes)))
    return rows.select(
        "lead_key",
        "customer_id",
        qualified=qualified[0],
        qualified_rule=qualified[1],
        route=route[0],
        route_rule=route[1],
    )


def routing(rulings_: ir.Table, standing: ir.Table) -> ir.Table:
    """Rows of the contract `LEAD_ROUTING`: open leads by who gets them.

    Args:
        rulings_: As `rulings` tells.
        standing: ``lead_standing``.
    """
    still = standing.filter(standing.outcome.isnull()).select("lead_key")
    own = rulings_.semi_join(still, "lead_key")
    return own.group_by(route=own.route.fill_null(UNMATCHED)).aggregate(leads=own.count())


def _holds(rule: Rule, rows: ir.Table, id_: str) -> ir.BooleanValue:
    own = rule.holds(rows)
    return own & rows[id_].fill_null(False) if rule.where else own


def _first(
    rules: Sequence[Rule], holding: Sequence[ir.BooleanValue], order: Sequence[int]
) -> tuple[ir.StringValue, ir.IntegerValue]:
    """What follows from the first rule of an order that holds, and its number."""
    if not rules:
        return ibis.null("string"), ibis.null("int64")
    words = ibis.cases(*((holding[at], rules[at].then) for at in order), else_=ibis.null("string"))
    numbers = ((holding[at], ibis.literal(at + 1, type="int64")) for at in order)
    return words, ibis.cases(*numbers, else_=ibis.null("int64"))
