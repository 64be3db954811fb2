"""Leads of whom surveys, places, stacks and organizations are told, with traps: much is told only after the sale."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import ibis
import numpy as np

from segmentry.engine import Engine
from segmentry.profiles import (
    run,
    run_demographic,
    run_firmographic,
    run_geographic,
    run_leads,
    run_needs,
    run_psychographic,
    run_technographic,
)
from segmentry.profiles.accounts.spec import AccountSpec
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.demographic.spec import DemographicSpec
from segmentry.profiles.firmographic.spec import FirmographicSpec
from segmentry.profiles.geographic.spec import GeographicSpec
from segmentry.profiles.leads import LeadSpec
from segmentry.profiles.needs.spec import NeedsSpec
from segmentry.profiles.psychographic.spec import PsychographicSpec
from segmentry.profiles.tables import IDENTITY
from segmentry.profiles.technographic.spec import TechnographicSpec
from segmentry.segments import run_lead_rules
from segmentry.terms.canonical import (
    ACCOUNT_CONTACTS,
    ACCOUNTS,
    CUSTOMERS,
    EVENTS,
    LEADS,
    ORDER_LINES,
    ORDERS,
    PARTY_KINDS,
    SERVICE_CONTACTS,
    SURVEY_RESPONSES,
    TECHNOLOGIES,
    TOUCHES,
)
from segmentry.terms.tables import Contract
from tests.rooms.profiles.account_worlds import publish_accounts
from tests.rooms.profiles.lead_worlds import AS_OF, WHEN, event, lead
from tests.rooms.shops import arrow, line, order, party

COUNTRIES = ("Germany", "France", "Japan", "Brazil")
TABLES: dict[str, Contract] = {
    "leads": LEADS,
    "events": EVENTS,
    "customers": CUSTOMERS,
    "survey_responses": SURVEY_RESPONSES,
    "technologies": TECHNOLOGIES,
    "accounts": ACCOUNTS,
    "account_contacts": ACCOUNT_CONTACTS,
    "party_kinds": PARTY_KINDS,
    "orders": ORDERS,
    "order_lines": ORDER_LINES,
    "service_contacts": SERVICE_CONTACTS,
    "touches": TOUCHES,
}
SURVEYS: dict[str, Any] = {
    "scales": {"openness": {"items": ["o1", "o2", "o3", "o4"], "reversed": ["o4"], "facet": "personality"}},
    "answers": {"hobby": {"question": "hobby"}, "religion": {"question": "religion"}},
}
NEEDS: dict[str, Any] = {"needs": {"speed": {"importance": "i_speed", "satisfaction": "s_speed"}}}
Tables = dict[str, list[dict[str, Any]]]


def world(size: int, seed: int = 0, effect: float = 1.0) -> Tables:
    """Leads that convert more the more open they are, in Germany, and with Salesforce in their stack.

    Traps, each told of nearly all that were won, and after that: a second questionnaire with the highest answers, a
    technology, a role at an organization, an income. Beside them lies noise: the importance of speed, a hobby, what
    organizations are, what leads did.

    Args:
        size: Number of leads.
        seed: Start of the random numbers.
        effect: How much all that matters; nothing of it at 0.
    """
    random = np.random.default_rng(seed)
    found: Tables = {name: [] for name in TABLES}
    firms = [f"account:f{place}" for place in range(40)]
    found["accounts"] = [_firm(firm, random) for firm in firms]
    for place in range(size):
        name, age = f"l{place:05}", float(random.uniform(0, 700))
        open_, country, stack = random.normal(), int(random.integers(4)), random.random() < 0.4
        odds = -0.8 + effect * (1.1 * open_ + 1.3 * (country == 0) + 1.4 * stack)
        won = bool(random.random() < 1 / (1 + np.exp(-odds)))
        days_open = 15 + float(random.uniform(0, 60))
        settled = days_open < age
        told: dict[str, Any] = {"lead_source": "web form", "stage": "new"}
        if settled:
            closed = AS_OF - timedelta(days=age - days_open)
            told |= {"converted": won, "closed_at": closed, "stage": "won" if won else "lost"}
        found["leads"].append(lead(name, age, **told))
        sold = settled and won
        found["customers"].append(_person(name, country, random, sold))
        created = AS_OF - timedelta(days=age)
        found["events"] += [event(name, age - float(day)) for day in random.uniform(0, 13, random.poisson(1))]
        if random.random() < 0.8:
            found["survey_responses"] += _answers(name, open_, created + timedelta(days=1), random)
        if random.random() < 0.9:
            seen = created - timedelta(days=30)
            found["technologies"].append(_technology(name, "salesforce" if stack else "excel", seen))
        if random.random() < 0.5:
            firm = firms[int(random.integers(len(firms)))]
            found["account_contacts"].append(_role(name, firm, created - timedelta(days=9)))
        if sold and random.random() < 0.95:
            after = created + timedelta(days=days_open)
            found["survey_responses"] += _answers(name, 9.0, after, random)
            found["technologies"].append(_technology(name, "our product", after))
            found["account_contacts"].append(_role(name, firms[place % 40], after))
    organizations = [party(firm, kind="organization", given_birth_year=None, given_income=None) for firm in firms]
    found["customers"] += organizations
    found["party_kinds"] = [
        {"party_key": row["party_key"], "kind": row["kind"], "evidence": "told"} for row in found["customers"]
    ]
    found["events"] = [row for row in found["events"] if row["occurred_at"] <= AS_OF]
    return found


def with_facts(tables: Tables) -> Tables:
    """The same with orders, contacts with service and offers before and after the instants of some leads."""
    more: Tables = {"orders": [], "order_lines": [], "service_contacts": [], "touches": []}
    for place, row in enumerate(tables["leads"][:60]):
        for days in (-20, 3, 40):
            at, key = row["created_at"] + timedelta(days=days), row["party_key"]
            number, own = f"{place}|{days}", {"source": "shop", "party_key": key}
            more["orders"].append(order(key, at.date(), 10 + place, ordered_at=at))
            more["order_lines"].append(line(key, at.date(), 10 + place, ordered_at=at))
            more["service_contacts"].append(own | {"contact_id": number, "contacted_at": at})
            offered = {"campaign_id": number, "touched_at": at, "arm": "treated", "responded": place % 3 == 0}
            more["touches"].append(own | offered)
    return tables | more


def publish(engine: Engine, tables: Tables) -> None:
    """Publish the tables of a world."""
    with engine.run("load") as loaded:
        for name, told in tables.items():
            if told:
                loaded.publish(TABLES[name], arrow(TABLES[name], told))


def refreshed(engine: Engine, *, merged: bool = False, **settings: Any) -> TraitCatalog:
    """All modules that tell of leads, then leads themselves and their rules, as one refresh.

    Args:
        engine: Sees the tables of a world.
        merged: Whether every party is a customer under another id.
        settings: As they stand in ``[leads]``.
    """
    surveys = PsychographicSpec.from_settings(SURVEYS, **WHEN)
    needs = NeedsSpec.from_settings(NEEDS, **WHEN)
    with engine.run("refresh", AS_OF) as refresh:
        if merged:
            told = refresh.table("customers")
            now = ibis.literal(AS_OF, type="timestamp(6)")
            ids = told.select("party_key", customer_id=ibis.literal("one:") + told.party_key)
            refresh.publish(IDENTITY, ids.mutate(valid_from=ibis.null("timestamp(6)"), recorded_at=now))
        catalog = run.refresh_parties(refresh, resolved=merged)
        run_demographic.publish(refresh, DemographicSpec.from_settings({}, **WHEN), catalog)
        run_geographic.publish(refresh, GeographicSpec.from_settings({}, **WHEN), catalog)
        run_psychographic.publish(refresh, surveys, catalog)
        run_needs.publish(refresh, needs, catalog)
        run_technographic.publish(refresh, TechnographicSpec.from_settings({}, **WHEN), catalog)
        publish_accounts(refresh, AccountSpec.from_settings({}, **WHEN), catalog)
        run_firmographic.publish(refresh, FirmographicSpec.from_settings({}, **WHEN), catalog)
        spec = LeadSpec.from_settings(settings, **WHEN)
        run_leads.publish(refresh, spec, catalog, surveys, needs)
        run_lead_rules.publish(refresh, spec, catalog)
    return catalog


def _person(name: str, country: int, random: np.random.Generator, sold: bool) -> dict[str, Any]:
    income = 1000.0 * int(random.integers(1, 9)) if random.random() < (0.9 if sold else 0.1) else None
    year = int(random.integers(1950, 2000))
    told = {"country": COUNTRIES[country], "given_birth_year": year, "given_income": income}
    return party(f"customer:{name}", kind="prospect", **told)


def _answers(name: str, open_: float, at: datetime, random: np.random.Generator) -> list[dict[str, Any]]:
    latent = {f"o{item}": open_ * (-1 if item == 4 else 1) for item in range(1, 5)}
    latent |= {"i_speed": float(random.normal()), "s_speed": float(random.normal())}
    points = {name: int(np.clip(round(3 + value + 0.7 * random.normal()), 1, 5)) for name, value in latent.items()}
    words = {"hobby": ("sport", "music")[int(random.integers(2))], "religion": ("a", "b")[int(random.integers(2))]}
    given: dict[str, Any] = {**points, **words}
    return [
        {"source": "panel", "survey_id": "s", "response_id": f"{name}|{at:%Y%m%d}", "party_key": f"customer:{name}"}
        | {"question": question, "answer": str(value), "score": float(value) if isinstance(value, int) else None}
        | {"answered_at": at}
        for question, value in given.items()
    ]


def _technology(name: str, technology: str, seen: datetime) -> dict[str, Any]:
    told = {"party_key": f"customer:{name}", "source": "scan", "technology": technology, "category": "software"}
    return told | {"first_seen_on": seen.date(), "last_seen_on": seen.date(), "evidence": "scan"}


def _role(name: str, firm: str, since: datetime) -> dict[str, Any]:
    return {"account_key": firm, "party_key": f"customer:{name}", "source": "crm", "role": "buyer"} | {
        "started_on": since.date()
    }


def _firm(key: str, random: np.random.Generator) -> dict[str, Any]:
    told = {"account_key": key, "source": "crm", "name": f"{key} inc", "industry": ("retail", "mining")[len(key) % 2]}
    return told | {"employees": float(random.integers(5, 900)), "ownership": "public", "founded_year": 1990}
