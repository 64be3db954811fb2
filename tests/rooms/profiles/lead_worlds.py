"""Leads whose conversion follows from what they are and do, or from nothing, as canonical tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from segmentry.engine import Engine
from segmentry.profiles import run as profiles
from segmentry.profiles import run_leads
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.leads import LeadSpec
from segmentry.segments import run_lead_rules
from segmentry.terms.canonical import ACCOUNTS, CUSTOMERS, EVENTS, LEADS
from tests.rooms.shops import arrow, party

AS_OF, LAST = datetime(2024, 6, 1), date(2024, 5, 31)
WHEN: dict[str, Any] = {"as_of": AS_OF, "last_day": LAST}
INDUSTRIES = ("retail", "medical", "finance", "software")
FIRMS = 60
TITLES = ("Marketing Director", "IT Manager", "Clerk")

ROUTES = [
    {"to": "retail desk", "when": {"column": "industry", "is": ["Retail"]}},
    {"to": "chiefs", "when": [{"column": "title_level", "is": ["director"]}, {"column": "employees", "at_least": 300}]},
]
QUALIFIED = [
    {"stage": "mql", "when": {"column": "fit_grade", "is": ["A", "B"]}},
    {"stage": "sql", "when": [{"column": "fit_grade", "is": ["A"]}, {"column": "interest_grade", "at_most": 1}]},
]


def lead(name: str, days: float, **told: Any) -> dict[str, Any]:
    """A lead that came so many days before the as-of."""
    created = AS_OF - timedelta(days=days)
    return {"source": "crm", "lead_id": name, "party_key": f"customer:{name}", "created_at": created} | told


def event(name: str, days: float, what: str = "view") -> dict[str, Any]:
    """Something a lead did so many days before the as-of."""
    return {
        "source": "web",
        "event_id": f"{name}|{days}|{what}",
        "party_key": f"customer:{name}",
        "occurred_at": AS_OF - timedelta(days=days),
        "event": what,
    }


def publish(engine: Engine, leads: list[dict[str, Any]], events: Any = (), accounts: Any = ()) -> None:
    """Publish leads, what they did, their organizations, and everybody as a party."""
    with engine.run("load") as run:
        run.publish(LEADS, arrow(LEADS, leads))
        if events:
            run.publish(EVENTS, arrow(EVENTS, list(events)))
        if accounts:
            run.publish(ACCOUNTS, arrow(ACCOUNTS, list(accounts)))
        run.publish(
            CUSTOMERS,
            arrow(
                CUSTOMERS,
                [party(key, kind="prospect") for key in dict.fromkeys(row["party_key"] for row in leads)],
            ),
        )


def refreshed(engine: Engine, **settings: Any) -> TraitCatalog:
    """Identity, leads and their rules as one refresh, with settings as they stand in ``[leads]``."""
    catalog = TraitCatalog()
    with engine.run("refresh", AS_OF) as run:
        profiles.publish_identity(run)
        spec = LeadSpec.from_settings(settings, **WHEN)
        run_leads.publish(run, spec, catalog)
        run_lead_rules.publish(run, spec, catalog)
    return catalog


def rows(engine: Engine, name: str) -> list[dict[str, Any]]:
    """The rows of a published table."""
    return engine.rows(engine.table(name))


def accounts() -> list[dict[str, Any]]:
    """Sixty organizations of each industry."""
    told = ((name, 100.0 * place, firm) for place, name in enumerate(INDUSTRIES, 1) for firm in range(FIRMS))
    return [
        {"account_key": f"account:{name}{firm}", "source": "crm", "name": f"{name.title()} {firm} Inc"}
        | {"industry": name, "employees": staff}
        for name, staff, firm in told
    ]


def world(size: int, seed: int = 0, effect: float = 1.0) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Leads and events: retail and directors convert more, and so does who did much before; with no effect, nobody.

    Args:
        size: Number of leads.
        seed: Start of the random numbers.
        effect: How much it matters.
    """
    random = np.random.default_rng(seed)
    leads, events = [], []
    for place in range(size):
        name, age = f"l{place:05}", float(random.uniform(0, 700))
        industry, title = random.integers(4), random.integers(3)
        active = int(random.poisson(2))
        events += [event(name, age - float(days)) for days in random.uniform(0, 13, active)]
        odds = -1.0 + effect * (1.2 * (industry == 0) + 0.8 * (title == 0) + 0.5 * (active - 2))
        closed = age - 15 - float(random.uniform(0, 60))
        told: dict[str, Any] = {
            "company": f"{INDUSTRIES[industry]} {place % FIRMS} inc",
            "title": TITLES[title],
            "lead_source": "web form",
        }
        if closed > 0:
            won = bool(random.random() < 1 / (1 + np.exp(-odds)))
            told |= {"converted": won, "closed_at": AS_OF - timedelta(days=closed), "stage": "won" if won else "lost"}
        else:
            told |= {"stage": "new"}
        leads.append(lead(name, age, **told))
    return leads, [each for each in events if each["occurred_at"] <= AS_OF]
