"""The rules: from facts to objective, service model, marketing mix, moves, and what not to do.

Service tiers follow the customer pyramid (Zeithaml, Rust & Lemon 2001), the mix the seven Ps (Booms & Bitner 1981),
moves the state of the customer: keep, increase or change behavior. A line without evidence is a draft, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from segmentry.strategy.facts import Facts, Figure
from segmentry.terms.vocabulary import Objective, UserStatus

TIERS = ("self_service", "standard", "middle", "high")
"""Service tiers, the least first."""

TIER_EDGES = (0.4, 1.0, 2.0)
"""Share of value over share of customers from which the next tier begins."""

BAND = 0.1
"""Relative distance by which an edge must be passed before a segment changes its tier."""

LEAST_STATUS_SHARE = 0.05
"""A user status held by fewer members gets no move of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a strategy.

    Attributes:
        part: Part of the strategy it belongs to.
        text: What to do, or not.
        evidence: The figures that support it.
        user_status: Whom a move is for; empty for other parts.
    """

    part: str
    text: str
    evidence: tuple[Figure, ...] = ()
    user_status: str = ""

    @property
    def draft(self) -> bool:
        """Whether nothing supports it yet."""
        return not self.evidence


def objective_of(facts: Facts) -> tuple[Objective, tuple[str, ...]]:
    """What is wanted of a segment, and the names of the figures that decide it.

    Most members silent beyond their rhythm: win back. Much coming back as returns: improve service. Worth more than
    their number and still buying: retain. Else: grow.
    """
    if facts.status_share(UserStatus.LAPSED, UserStatus.LAPSING) >= 0.5:
        return Objective.WIN_BACK, ("lapsed_share",)
    if facts.above("return_rate", 2.0) and facts["return_rate"] >= 0.1:
        return Objective.IMPROVE_SERVICE, ("return_rate",)
    if facts.get("value_index", 0.0) >= 1.5 and facts.status_share(UserStatus.REGULAR, UserStatus.REACTIVATED) >= 0.5:
        return Objective.RETAIN, ("value_index", "regular_share")
    return Objective.GROW, ("value_index", "regular_share")


def service_tier(index: float | None, before: str | None) -> str:
    """The tier of a segment whose share of value is ``index`` times its share of customers.

    Args:
        index: Share of value over share of customers; None where value is not known.
        before: Its tier at the last refresh, which it leaves only by passing an edge clearly; None for none.
    """
    if index is None:
        return before or "standard"
    place = sum(index >= edge for edge in TIER_EDGES)
    if before in TIERS and abs(place - TIERS.index(before)) == 1:
        edge = TIER_EDGES[min(place, TIERS.index(before))]
        if abs(index / edge - 1.0) < BAND:
            return before
    return TIERS[place]


def lines(facts: Facts, objective: Objective, tier: str, unit: str) -> tuple[Line, ...]:
    """Every line of the strategy of one segment, in reading order."""
    return (
        *_objective(facts, objective),
        *_proposition(facts),
        *_service(facts, tier, unit),
        *_mix(facts, unit),
        *_moves(facts),
        *_refrain(facts, objective, unit),
    )


_OBJECTIVES = {
    Objective.RETAIN: "Keep them buying: they bring more value than their number, and most are in their rhythm.",
    Objective.GROW: "Bring them to buy more often or more at a time.",
    Objective.WIN_BACK: "Try once to win them back: most have been silent for longer than their rhythm explains.",
    Objective.IMPROVE_SERVICE: "Find out why so much comes back, and mend it before selling more.",
}

_SERVICE = {
    "high": "High touch: a named person, first in every queue, problems called back the same day.",
    "middle": "Middle: quick answers by people, with a call where an order goes wrong.",
    "standard": "Standard: e-mail and chat in usual time; people where a case cannot be closed otherwise.",
    "self_service": "Self-service first: good help pages and tracking; people on request.",
}


def _figures(facts: Facts, *names: str) -> tuple[Figure, ...]:
    return tuple(facts.figures[name] for name in names if name in facts)


def _objective(facts: Facts, objective: Objective) -> Iterator[Line]:
    _, names = objective_of(facts)
    yield Line("objective", _OBJECTIVES[objective], _figures(facts, *names, "value_share", "customer_share"))


def _proposition(facts: Facts) -> Iterator[Line]:
    if "favorite_category" in facts and facts.get("favorite_category_index", 0.0) >= 1.2:
        text = f"More of what they come for: {facts['favorite_category']}, chosen for them and told first."
        yield Line("value_proposition", text, _figures(facts, "favorite_category", "favorite_category_index"))
    if facts.above("mean_basket_products", 1.3):
        text = "One order for everything: sets and matching products, since they fill broad baskets."
        yield Line("value_proposition", text, _figures(facts, "mean_basket_products"))
    text = "What they need is not known from orders: ask them (importance and satisfaction), then write this line."
    yield Line("value_proposition", text)


def _service(facts: Facts, tier: str, unit: str) -> Iterator[Line]:
    yield Line("service_model", _SERVICE[tier], _figures(facts, "value_index", "value_per_member"))
    if "cost_to_serve_ratio" in facts and facts.above("cost_to_serve_ratio", 1.5):
        ratio = facts["cost_to_serve_ratio"]
        text = f"Serving them takes {ratio:.0%} of their revenue: move routine contacts to cheaper channels."
        yield Line("service_model", text, _figures(facts, "cost_to_serve_ratio"))


def _mix(facts: Facts, unit: str) -> Iterator[Line]:
    if "favorite_category" in facts:
        index = facts.get("favorite_category_index", 1.0)
        text = f"Lead with {facts['favorite_category']}: bought here {index:.1f} times as much as in the base."
        yield Line("product", text, _figures(facts, "favorite_category", "favorite_category_index"))
    yield from _price(facts)
    if "main_channel" in facts:
        text = f"Meet them on {facts['main_channel']}, where {facts['main_channel_share']:.0%} of them mostly order."
        yield Line("place", text, _figures(facts, "main_channel", "main_channel_share"))
    yield from _promotion(facts, unit)


def _price(facts: Facts) -> Iterator[Line]:
    if facts.above("discount_share", 1.3) and facts["discount_share"] >= 0.02:
        text = "They answer to discounts: bind every discount to a larger basket or an earlier order."
        yield Line("price", text, _figures(facts, "discount_share"))
    elif facts.below("discount_share", 0.8):
        text = "They buy at full price: give service and first choice instead of discounts."
        yield Line("price", text, _figures(facts, "discount_share"))
    elif facts.above("price_index", 1.03):
        text = "They pay more than others for the same products: do not lower prices for them."
        yield Line("price", text, _figures(facts, "price_index"))


def _promotion(facts: Facts, unit: str) -> Iterator[Line]:
    if facts.above("gift_season_share", 1.25):
        share, usual = facts["gift_season_share"], facts.base("gift_season_share")
        text = (
            f"Speak to them before the gift season: {share:.0%} of their orders fall into November and December, where "
            f"the calendar alone would put {usual:.0%}."
        )
        yield Line("promotion", text, _figures(facts, "gift_season_share"))
    if facts.above("weekend_share", 1.3):
        text = "Send on Friday: they order on weekends more than others do."
        yield Line("promotion", text, _figures(facts, "weekend_share"))
    if "median_gap_days" in facts:
        days = facts["median_gap_days"]
        text = f"Keep their rhythm: a reminder about {days:,.0f} days after an order, the usual time to the next."
        yield Line("promotion", text, _figures(facts, "median_gap_days"))


_MOVES: dict[UserStatus, tuple[str, str]] = {
    UserStatus.FIRST_TIME: ("increase", "bring them to a second order soon after the first, with what goes with it"),
    UserStatus.REGULAR: ("maintain", "thank them, show what is new, and leave their rhythm alone"),
    UserStatus.REACTIVATED: (
        "maintain",
        "find out what brought them back, and do it again before their usual gap ends",
    ),
    UserStatus.LAPSING: ("change", "ask what is wrong, and make one good offer now: this is when it still works"),
    UserStatus.LAPSED: (
        "change",
        "one offer to come back, then silence: away for longer than their rhythm can explain",
    ),
}


def _moves(facts: Facts) -> Iterator[Line]:
    total = sum(facts.statuses.values())
    for status, (kind, text) in _MOVES.items():
        members = facts.statuses.get(status, 0)
        if total and members / total >= LEAST_STATUS_SHARE:
            told = f"{members:,} members, {members / total:.0%}"
            figure = Figure(
                "members_of_status", members, total, "behavioral_traits", f"user_status = {status.value}", "customers"
            )
            yield Line(f"move_{kind}", f"{_plain(status)} ({told}): {text}.", (figure,), status.value)


def _refrain(facts: Facts, objective: Objective, unit: str) -> Iterator[Line]:
    if facts.below("discount_share", 0.8):
        yield Line("not_to_do", "No blanket discounts: they buy without.", _figures(facts, "discount_share"))
    if objective is Objective.WIN_BACK and facts.get("p_alive", 1.0) < 0.5:
        text = f"No steady mailing: only {facts['p_alive']:.0%} of them can be expected to buy at all."
        yield Line("not_to_do", text, _figures(facts, "p_alive"))
    if facts.get("value_per_member", 1.0) < facts.get("contact_cost", 0.0):
        text = f"No paid contact: it costs more than the {facts['value_per_member']:,.2f} {unit} a member will bring."
        yield Line("not_to_do", text, _figures(facts, "value_per_member", "contact_cost"))
    if "guard_verdict" in facts and facts["guard_verdict"] in {"merge", "unproven"}:
        text = f"No campaign of its own without a test: {_lower(facts['guard_text'])}"
        yield Line("not_to_do", text, _figures(facts, "guard_verdict"))
    if "median_gap_days" in facts:
        days = max(round(facts["median_gap_days"] / 2), 1)
        text = f"No more than one message in {days:,} days, half their usual time between purchases, unless they ask."
        yield Line("not_to_do", text, _figures(facts, "median_gap_days"))
    if facts.above("return_rate", 1.5) and facts["return_rate"] >= 0.05:
        text = "No promotion of what comes back most before the reason is known."
        yield Line("not_to_do", text, _figures(facts, "return_rate"))


def headline(facts: Facts, objective: Objective, unit: str, months: int) -> str:
    """The strategy in one sentence."""
    worth = facts.figures["value_per_member"]
    told = "" if worth.value is None else f", each worth about {worth.value:,.0f} {unit} over {months} months"
    return f"{_HEADLINES[objective]} {facts['customers']:,} members{told}."


_HEADLINES = {
    Objective.RETAIN: "Keep what works for these",
    Objective.GROW: "Win one more order from each of these",
    Objective.WIN_BACK: "Try once to win back these",
    Objective.IMPROVE_SERVICE: "Mend what sends goods back from these",
}


def _plain(status: UserStatus) -> str:
    return status.value.replace("_", "-").capitalize()


def _lower(text: Any) -> str:
    words = str(text)
    return words[0].lower() + words[1:]
