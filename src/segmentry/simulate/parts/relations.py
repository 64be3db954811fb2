"""What passes between customers and the company: referrals, contributions, contracts, consents and identifiers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from segmentry.simulate.columns import numbered, same
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, texts
from segmentry.simulate.people import ACQUISITION_CHANNELS
from segmentry.simulate.purchase_process import Floats, Integers

ORGANIC = 0.35
"""Share of the referred who would have come anyway."""
SAVED = 12.0
CONTRIBUTORS, CONTRIBUTED = 0.03, ("content", "idea", "application", "support")
SUBSCRIBERS, PLANS, PLAN_PRICES = 0.12, ("basic", "plus", "family"), (48.0, 96.0, 144.0)
BY_OTHERS = 0.15
"""Share of contracts that another customer uses than the one who pays."""
PURPOSES = ("marketing", "profiling", "research")
CHANNELS = ("email", "sms", "post")
AGREED, WITHDRAWN = 0.7, 0.12


def grow(ground: Ground) -> Part:
    """The part ``relations``.

    Truth: ``referrals``, ``contracts`` (payer, user, day of renewal) and ``consents`` (the word in force at the end).
    """
    random = ground.random("relations")
    referrals, referred = _referrals(ground, random)
    contracts, held = _contracts(ground, random)
    consents, said = _consents(ground, random)
    sheets = (
        Sheet("referrals", "referrals", referrals),
        Sheet("contributions", "contributions", _contributions(ground, random)),
        Sheet("subscriptions", "subscriptions", contracts),
        Sheet("consents", "consents", consents),
        Sheet("identifiers", "identifiers", _identifiers(ground, random)),
    )
    return Part(sheets, {"referrals": referred, "contracts": held, "consents": said})


def _referrals(ground: Ground, random: np.random.Generator) -> tuple[Any, Any]:
    """Who came by a referral was brought by somebody who was there before."""
    acquired = ground.people.acquired
    came = np.flatnonzero(ground.people.acquired_by == ACQUISITION_CHANNELS.index("referral"))
    order = np.argsort(acquired, kind="stable")
    earlier = np.searchsorted(acquired[order], acquired[came])
    came, earlier = came[earlier > 0], earlier[earlier > 0]
    by = order[(random.random(len(came)) * earlier).astype(np.int64)]
    organic = random.random(len(came)) < ORGANIC
    data = {
        "ReferrerId": ground.customers(by),
        "CustomerNo": ground.customers(came),
        "ReferredAt": ground.moments(acquired[came]),
        "Channel": texts(random.integers(0, 2, len(came)), ("link", "voucher card")),
        "WouldHaveCome": pa.array(organic),
        "SavedCost": pa.array(np.where(organic, 0.0, SAVED)),
        "Currency": same(ground.spec.currency, len(came)),
    }
    truth = {"referrer": ground.customers(by), "record": ground.customers(came), "organic": pa.array(organic)}
    return pa.table(data), pa.table(truth)


def _contributions(ground: Ground, random: np.random.Generator) -> Any:
    rows = np.repeat(ground.chosen(CONTRIBUTORS, 20_000, random), 2)
    accepted = random.random(len(rows)) < 0.6
    return pa.table(
        {
            "ContributionId": numbered("I", np.arange(1, len(rows) + 1), 7),
            "CustomerNo": ground.customers(rows),
            "PostedAt": ground.moments(ground.late(rows, random)),
            "Contribution": texts(random.integers(0, len(CONTRIBUTED), len(rows)), CONTRIBUTED),
            "Accepted": pa.array(accepted),
            "UsersAttracted": pa.array(random.poisson(6.0, len(rows)) * accepted),
            "RevenueCaused": pa.array(np.round(random.gamma(2.0, 40.0, len(rows)) * accepted, 2)),
            "Currency": same(ground.spec.currency, len(rows)),
        }
    )


def _contracts(ground: Ground, random: np.random.Generator) -> tuple[Any, Any]:
    """Contracts of a year that renew until they are ended; some are used by another customer."""
    rows = ground.chosen(SUBSCRIBERS, 50_000, random)
    begun = ground.late(rows, random, 1_000.0)
    age = ground.spec.days - begun
    years = np.floor(age / 365.0) + 1
    ended = (random.random(len(rows)) < 0.2) & (years > 1)
    end = begun + 365.0 * (years - 1)
    renewal = begun + 365.0 * years
    other = (random.random(len(rows)) < BY_OTHERS) & (len(ground.people) > 1)
    user = np.where(
        other, (rows + 1 + random.integers(0, len(ground.people) - 1 or 1, len(rows))) % len(ground.people), rows
    )
    plan = random.integers(0, len(PLANS), len(rows))
    data = {
        "SubscriptionId": numbered("S", np.arange(1, len(rows) + 1), 7),
        "CustomerNo": ground.customers(rows),
        "UserId": ground.customers(user),
        "Plan": texts(plan, PLANS),
        "StartDate": ground.dates(begun),
        "EndDate": ground.dates(end, ended),
        "RenewalDate": ground.dates(renewal, ~ended),
        "TermMonths": pa.array(np.full(len(rows), 12)),
        "Fee": pa.array(np.asarray(PLAN_PRICES)[plan]),
        "Currency": same(ground.spec.currency, len(rows)),
        "Status": texts(ended, ("running", "ended")),
    }
    truth = {
        "record": ground.customers(rows),
        "user": ground.customers(user),
        "running": pa.array(~ended),
        "renews_on": ground.dates(renewal, ~ended),
        "plan": texts(plan, PLANS),
    }
    return pa.table(data), pa.table(truth)


def _consents(ground: Ground, random: np.random.Generator) -> tuple[Any, Any]:
    """A word on each purpose when the customer came, and of some a later withdrawal."""
    everybody = np.arange(len(ground.people))
    rows, purpose = np.repeat(everybody, len(PURPOSES)), np.tile(np.arange(len(PURPOSES)), len(everybody))
    given = random.random(len(rows)) < AGREED
    later = given & (random.random(len(rows)) < WITHDRAWN)
    first = ground.people.acquired[rows]
    parts: tuple[tuple[Integers, Integers, Any, Floats], ...] = (
        (rows, purpose, given, first),
        (rows[later], purpose[later], np.zeros(later.sum(), bool), ground.late(rows[later], random, 200.0)),
    )
    customer, what, word, day = (np.concatenate(part) for part in zip(*parts, strict=True))
    channel = (customer + what) % len(CHANNELS)
    data = {
        "CustomerNo": ground.customers(customer),
        "Purpose": texts(what, PURPOSES),
        "Channel": empty(texts(channel, CHANNELS), what == 0),
        "Consent": pa.array(word),
        "ConsentDate": ground.moments(day),
        "LegalBasis": texts(np.zeros(len(customer), np.int64), ("consent",)),
    }
    truth = {"record": ground.customers(rows), "purpose": texts(purpose, PURPOSES), "given": pa.array(given & ~later)}
    return pa.table(data), pa.table(truth)


def _identifiers(ground: Ground, random: np.random.Generator) -> Any:
    """Cards and telephones of half of the customers."""
    rows = ground.chosen(0.5, 1_000_000, random)
    number = ground.people.number[rows] * 7_919 % 100_000_000
    is_card = random.random(len(rows)) < 0.6
    import pyarrow.compute as pc

    value = pc.if_else(
        pa.array(is_card), numbered("CARD", number, 8), numbered("+44 7", number * 10 % 1_000_000_000, 9)
    )
    return pa.table(
        {
            "CustomerNo": ground.customers(rows),
            "IdentifierType": texts(is_card, ("phone", "card")),
            "Identifier": value,
            "RecordedAt": ground.moments(ground.people.acquired[rows]),
        }
    )
