"""Adopter classes by the time of adoption, among those who adopted (Rogers 1962); nobody else is in any class."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import days_since
from segmentry.profiles.history import days_between
from segmentry.profiles.technographic.spec import TechnographicSpec
from segmentry.science.diffusion import ADOPTERS


def adoption_table(stack: ir.Table, last_day: date) -> ir.Table:
    """Rows of the contract `TECHNOLOGY_ADOPTION`.

    Args:
        stack: The table of `stack.in_use`.
        last_day: The last local day that counts.
    """
    launched = _timed(stack)
    return launched.group_by("technology").aggregate(
        category=launched.category.max(),
        users=launched.count(),
        dated=launched.first_seen_on.count(),
        first_adopted_on=launched.first_seen_on.min(),
        last_adopted_on=launched.first_seen_on.max(),
        mean_days=launched.days.mean(),
        deviation_days=launched.days.std(how="pop"),
        median_seen_days=days_since(last_day, launched.last_seen_on).cast("float64").quantile(0.5),
    )


def adopter_classes(stack: ir.Table, spec: TechnographicSpec) -> ir.Table:
    """How early each party adopts: ``customer_id``, ``adoption_delay`` and ``adopter_class``.

    The delay of an adoption is its time in standard deviations from the mean of the technology's adopters. With one
    technology declared the classes are cut by it, which is Rogers' definition; else by the mean delay over all
    technologies with enough adopters, put into standard deviations again. Technologies all of whose adopters came at
    once say nothing. The shares of the classes are by construction.

    Args:
        stack: The table of `stack.in_use`.
        spec: Tells the technology, if one is declared, and how many adopters it needs.
    """
    timed = _timed(stack).filter(lambda table: table.first_seen_on.notnull())
    if spec.adoption_of is not None:
        timed = timed.filter(timed.technology.lower() == spec.adoption_of.lower())
    everybody = ibis.window(group_by=timed.technology)
    judged = timed.mutate(
        _mean=timed.days.mean().over(everybody),
        _deviation=timed.days.std(how="pop").over(everybody),
        _adopters=timed.days.count().over(everybody),
    )
    judged = judged.filter((judged["_adopters"] >= spec.adopters) & (judged["_deviation"] > 0))
    delays = judged.mutate(_delay=(judged.days - judged["_mean"]) / judged["_deviation"])
    own = delays.group_by("customer_id").aggregate(_delay=delays["_delay"].mean())
    whole = own.aggregate(_middle=own["_delay"].mean(), _spread=own["_delay"].std(how="pop"))
    scaled = own.cross_join(whole)
    delay = (scaled["_delay"] - scaled["_middle"]) / scaled["_spread"].nullif(0.0)
    classed = scaled.select("customer_id", adoption_delay=delay)
    return classed.mutate(
        adopter_class=ibis.cases(
            (classed.adoption_delay.isnull(), ibis.null("string")),
            *(
                (classed.adoption_delay < cut, name)
                for cut, name in zip((-2.0, -1.0, 0.0, 1.0), ADOPTERS, strict=False)
            ),
            else_=ADOPTERS[-1],
        )
    )


def _timed(stack: ir.Table) -> ir.Table:
    """Each adoption with ``days`` from the first adoption of its technology."""
    launch = stack.first_seen_on.min().over(ibis.window(group_by=stack.technology))
    dated = stack.mutate(_launch=launch)
    return dated.mutate(days=days_between(dated.first_seen_on, dated["_launch"]).cast("float64")).drop("_launch")
