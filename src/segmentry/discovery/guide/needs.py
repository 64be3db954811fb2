"""Which data an objective needs: one stated table, with the reason, the way to collect them and what a gap costs."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from types import MappingProxyType

from segmentry.terms.vocabulary import Basis, Objective

_A, _R, _G, _W, _D, _S = (
    Objective.ACQUIRE,
    Objective.RETAIN,
    Objective.GROW,
    Objective.WIN_BACK,
    Objective.DEVELOP_PRODUCT,
    Objective.IMPROVE_SERVICE,
)
_ALL = frozenset(Objective)
_NOBODY: frozenset[Objective] = frozenset()


@dataclass(frozen=True, slots=True)
class DataNeed:
    """One kind of data.

    Attributes:
        table: Canonical table.
        bases: Bases of segmentation it feeds.
        tells: What it tells.
        gap: What the study cannot say without it.
        method: How it is usually collected.
        renew_after_days: Age from which it should be renewed.
        key: Column that names the customer; empty where it names none.
        time: Column that dates a row; empty where there is none.
        needed_for: Objectives that cannot do without.
        useful_for: Objectives that gain by it.
    """

    table: str
    bases: tuple[Basis, ...]
    tells: str
    gap: str
    method: str
    renew_after_days: int
    key: str
    time: str
    needed_for: Set[Objective]
    useful_for: Set[Objective]

    def strength(self, objective: Objective) -> str | None:
        """``needed``, ``useful`` or None for an objective."""
        return "needed" if objective in self.needed_for else "useful" if objective in self.useful_for else None


NEEDS: tuple[DataNeed, ...] = (
    DataNeed(
        "orders", (Basis.BEHAVIORAL,), "Who buys what, when and for how much.",
        "No value, no user status, no growth: segments cannot be ranked by money.",
        "Export from the shop or the till, every night.", 30, "party_key", "ordered_at", {_R, _G, _W},
        _ALL - {_R, _G, _W},
    ),
    DataNeed(
        "products", (Basis.BEHAVIORAL, Basis.NEEDS), "Categories and unit costs of what is bought.",
        "No margin (value is revenue, not CLV) and no market segmentation by product line.",
        "Export from the product catalog, every week.", 90, "", "", {_D}, {_R, _G},
    ),
    DataNeed(
        "customers", (Basis.DEMOGRAPHIC, Basis.GEOGRAPHIC), "What sources tell of people: age, household, place.",
        "Segments can be described by behavior only, so media cannot be chosen for them.",
        "Ask at registration; keep the form short.", 365, "party_key", "known_since", {_A}, _ALL - {_A},
    ),
    DataNeed(
        "consents", (), "Who may be contacted, for what and on which channel.",
        "Reach of every segment stays unproven, and nobody may be contacted.",
        "Ask at registration and in the preference center; keep every word with its date.", 365, "party_key",
        "recorded_at", {_A, _G, _W}, _ALL - {_A, _G, _W},
    ),
    DataNeed(
        "survey_responses", (Basis.PSYCHOGRAPHIC, Basis.NEEDS),
        "Needs with importance and satisfaction, attitudes, personality.",
        "Why people buy stays unknown: no needs, no opportunity scores, no drivers.",
        "Survey a random sample; 70 answers for each variable that shall make segments.", 365, "party_key",
        "answered_at", {_D}, _ALL - {_D},
    ),
    DataNeed(
        "feedback", (Basis.NEEDS,), "Ratings, reviews and remarks.",
        "Satisfaction and its reasons stay unknown per segment.",
        "Ask after every purchase and every service contact; one question and a free text.", 90, "party_key",
        "given_at", {_S}, {_R, _W, _D},
    ),
    DataNeed(
        "service_contacts", (Basis.BEHAVIORAL,), "Who needed help, how long they waited, what it took.",
        "Cost to serve and causes of churn in service stay unknown.",
        "Export from the help desk, every night.", 30, "party_key", "contacted_at", {_S}, {_R, _W},
    ),
    DataNeed(
        "activities", (), "What an activity of sales and service costs.",
        "Cost to serve cannot be told, so a segment that loses money may look good.",
        "Interview the heads of service and sales once a year: minutes and cost rate of each activity.", 365, "", "",
        {_S}, {_G, _R},
    ),
    DataNeed(
        "events", (Basis.BEHAVIORAL, Basis.TECHNOGRAPHIC), "What is looked at, searched for and clicked.",
        "Interest before a purchase stays unseen.",
        "Measure on web and app with consent; send the raw events.", 30, "party_key", "occurred_at", _NOBODY, _ALL,
    ),
    DataNeed(
        "usage", (Basis.BEHAVIORAL,), "How much of the product is used.",
        "Light and heavy users cannot be told apart between purchases.",
        "Export from the product's meters, every night.", 30, "party_key", "period_start", _NOBODY, {_R, _G, _D, _S},
    ),
    DataNeed(
        "touches", (Basis.BEHAVIORAL,), "Who got which campaign, who was held out, and who answered.",
        "Whether segments answer differently stays unproven: none is actionable.",
        "Export from the campaign tool; hold a tenth out at random.", 30, "party_key", "touched_at", _NOBODY,
        {_A, _R, _G, _W},
    ),
    DataNeed(
        "marketing_costs", (), "What was spent on which campaign, channel and area.",
        "Cost to acquire cannot be told, so neither can the return on it.",
        "Export from bookkeeping and ad platforms, every month.", 31, "", "period_start", {_A}, {_G, _W},
    ),
    DataNeed(
        "leads", (Basis.BEHAVIORAL,), "Prospects with source, stage and outcome.",
        "Conversion by source and kind of prospect stays unknown.",
        "Export from the CRM, every night.", 30, "party_key", "created_at", {_A}, _NOBODY,
    ),
    DataNeed(
        "referrals", (Basis.BEHAVIORAL,), "Who brought whom.",
        "Influence is not counted in what a customer is worth.",
        "Ask new customers who sent them; issue personal codes.", 90, "party_key", "referred_at", _NOBODY, {_A, _R},
    ),
    DataNeed(
        "contributions", (Basis.BEHAVIORAL,), "Content, ideas and support that customers give.",
        "Contributors count for what they buy only.",
        "Export from community and review tools.", 90, "party_key", "contributed_at", _NOBODY, {_D, _S},
    ),
    DataNeed(
        "accounts", (Basis.FIRMOGRAPHIC,), "Organizations that buy: industry, size, structure.",
        "Business customers cannot be told apart by what they are.",
        "Export from the CRM; add industry codes and size from a register.", 365, "account_key", "known_since",
        _NOBODY, {_A, _G, _D},
    ),
    DataNeed(
        "account_contacts", (Basis.FIRMOGRAPHIC,), "Who decides, uses and pays in an organization.",
        "Roles of the buying center stay unknown, so messages reach the wrong people.",
        "Sales notes the role of every contact at each opportunity.", 180, "party_key", "started_on", _NOBODY,
        {_A, _G, _R},
    ),
    DataNeed(
        "subscriptions", (Basis.BEHAVIORAL,), "Contracts with term, renewal and value.",
        "Risk at renewal cannot be told.",
        "Export from billing, every night.", 30, "party_key", "started_on", _NOBODY, {_R, _G, _W},
    ),
    DataNeed(
        "opportunities", (Basis.BEHAVIORAL,), "Chances of a sale with stage, buy class and outcome.",
        "Buying stage and buy class of accounts stay unknown.",
        "Export from the CRM, every night.", 30, "account_key", "opened_on", _NOBODY, {_A, _G},
    ),
    DataNeed(
        "technologies", (Basis.TECHNOGRAPHIC,), "Devices, software and stacks with the day they were seen.",
        "Medium and message cannot be fitted to what people use.",
        "Take it from events, app telemetry and sales notes.", 180, "party_key", "last_seen_on", _NOBODY, {_A, _D, _S},
    ),
    DataNeed(
        "market_series", (Basis.GEOGRAPHIC,), "Size and growth of the market, and of competitors.",
        "Growth of a segment cannot be held against its market, nor demand nobody serves be seen.",
        "Buy or collect official series, every quarter.", 92, "", "period_start", _NOBODY, {_A, _G, _D},
    ),
    DataNeed(
        "calendar", (Basis.GEOGRAPHIC,), "Regional events and holidays.",
        "A regional peak looks like a habit of people.",
        "Copy official calendars, once a year.", 365, "", "started_on", _NOBODY, {_G, _R},
    ),
)  # fmt: skip
"""Every kind of data and the objectives that call for it."""

BASES_FOR: MappingProxyType[Objective, tuple[tuple[Basis, str], ...]] = MappingProxyType(
    {
        _A: (
            (Basis.DEMOGRAPHIC, "Who does not buy yet shows no behavior: media are bought by age and place."),
            (Basis.GEOGRAPHIC, "Where people like our customers live is known of those who are none."),
            (Basis.FIRMOGRAPHIC, "Businesses are found by industry and size."),
            (Basis.TECHNOGRAPHIC, "What people use says where and how to reach them."),
            (Basis.NEEDS, "The message that wins is about the need, not about us."),
        ),
        _R: (
            (Basis.BEHAVIORAL, "Who leaves shows it in rhythm, use and complaints first."),
            (Basis.NEEDS, "Dissatisfaction with what matters is the reason to leave."),
            (Basis.PSYCHOGRAPHIC, "Loyalty as an attitude is not loyalty as a habit."),
        ),
        _G: (
            (Basis.BEHAVIORAL, "What and how much people buy says what they may buy next."),
            (Basis.NEEDS, "Unmet needs are room to grow."),
            (Basis.FIRMOGRAPHIC, "Size bounds what an organization can buy."),
            (Basis.DEMOGRAPHIC, "Life cycle moves what is bought."),
        ),
        _W: (
            (Basis.BEHAVIORAL, "What they bought and how they left says what may bring them back."),
            (Basis.NEEDS, "The reason to leave has to be gone first."),
        ),
        _D: (
            (Basis.NEEDS, "A product answers needs that matter and are badly served (Ulwick 2002)."),
            (Basis.PSYCHOGRAPHIC, "Values and lifestyle say how a product should feel."),
            (Basis.TECHNOGRAPHIC, "What people use says what they can use."),
            (Basis.BEHAVIORAL, "Use shows which features carry."),
        ),
        _S: (
            (Basis.NEEDS, "Service is judged against what was expected."),
            (Basis.BEHAVIORAL, "Contacts and waiting times say where it hurts."),
            (Basis.TECHNOGRAPHIC, "Channel and skill say how help should come."),
        ),
    }
)
"""Bases to segment by for each objective, the best first, with the reason (gravity of the decision: Yankelovich & Meer
2006; observable bases where nothing else is known yet: Wedel & Kamakura 2000)."""


def needs_of(objective: Objective) -> tuple[tuple[DataNeed, str], ...]:
    """The data an objective calls for, those it cannot do without first."""
    asked = [(need, need.strength(objective)) for need in NEEDS]
    told = [(need, strength) for need, strength in asked if strength is not None]
    return tuple(sorted(told, key=lambda pair: pair[1] != "needed"))
