"""Organizations: groups, industries, staff and revenue over years, people in buying roles, sales, own departments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.simulate.columns import numbered, same
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, joined, texts
from segmentry.simulate.parts.names import SURNAMES
from segmentry.simulate.parts.stacks import company_stacks
from segmentry.simulate.places import PLACES
from segmentry.simulate.purchase_process import Floats, Integers

SHARE, FEWEST, MOST = 0.025, 60, 20_000
IN_GROUPS = 0.3
INDUSTRIES = (
    ("Retail trade", "47.78"),
    ("Accommodation", "55.10"),
    ("Food and beverage service", "56.11"),
    ("Computer programming", "62.10"),
    ("Advertising", "73.11"),
    ("Furniture making", "31.00"),
    ("Education", "85.59"),
    ("Landscape service", "81.30"),
)
"""Industries with their codes in NACE 2.1."""
SCHEME = "NACE 2.1"
PERFORMANCE = {"fast_growing": 0.32, "stable": 0.03, "struggling": -0.14}
_PERFORMANCE_SHARES = (0.15, 0.65, 0.20)
"""Yearly growth of staff of each class of firms."""
YEARS = 5
OWNERSHIPS = ("privately owned", "publicly owned", "government agency", "non-profit")
ROLES = ("initiator", "user", "influencer", "decider", "buyer", "approver", "gatekeeper")
LEFT = 0.1
"""Share of roles that have ended."""
BUYERS = 0.25
"""Share of contacts who are customers of the shop themselves."""
HEARD = 0.5
"""Of the other contacts, those who were seen on the web in the last 60 days; the rest was never seen."""
PRODUCTS = ("Gift service", "Office supply", "Interior plan")
STAGES = ("prospecting", "qualification", "proposal", "negotiation")
BUY_CLASSES = ("new task", "modified rebuy", "straight rebuy")
WIN_RATE = (0.25, 0.45, 0.70)
"""Share of settled opportunities that are won, by buy class."""
MISSPELT = 0.03
DEPARTMENTS = ("Store operations", "Marketing", "Finance", "Logistics", "People", "Purchasing")
CASES = 40
TITLES = ("Managing director", "Buyer", "Head of purchasing", "Office manager", "Assistant", "Project manager")


@dataclass(frozen=True, slots=True)
class Firms:
    """Organizations as arrays of shape (organizations,); ``parent`` is -1 at the top."""

    parent: Integers
    industry: Integers
    performance: Integers
    staff: Floats
    place: Integers
    founded: Integers
    ownership: Integers

    def __len__(self) -> int:
        return len(self.parent)


def grow(ground: Ground) -> Part:
    """The part ``accounts``.

    Truth: ``firms`` (top of the group, sector, performance, staff), ``roles`` (those in force at the end, by
    organization, and whether the person is a customer or was heard of lately), ``sales`` (every opportunity with its
    product as meant and how it stands), ``departments`` (mean waiting and handling of each one's cases, its rating),
    ``company_stacks`` (how many technologies each organization has).
    """
    random = ground.random("accounts")
    aside = random.spawn(1)[0]
    firms = _draw(ground, random)
    people = _people(ground, firms, random)
    contacts, roles = _roles(ground, people, random)
    sales, meant = _sales(ground, firms, random)
    cases, means = _cases(ground, random)
    stacks, sizes = company_stacks(ground, firms.staff, aside)
    sheets = (
        Sheet("accounts", "accounts", _sheet(ground, firms, random)),
        Sheet("account_contacts", "account_contacts", contacts),
        Sheet("opportunities", "opportunities", sales),
        Sheet("company_technologies", "technologies", stacks),
        Sheet("customers", "customers", _departments(ground)),
        Sheet("service_tickets", "service_contacts", cases),
        Sheet("web_and_app_events", "events", _signs(ground, people, random)),
        Sheet("feedback", "feedback", _ratings(ground, random)),
    )
    truth = {
        "firms": _truth(ground, firms),
        "roles": roles,
        "sales": meant,
        "departments": means,
        "company_stacks": sizes,
    }
    return Part(sheets, truth)


def _draw(ground: Ground, random: np.random.Generator) -> Firms:
    count = min(max(int(SHARE * len(ground.people)), FEWEST), MOST)
    # a parent always stands before its children, so that groups are trees
    drawn = (random.random(count) * np.arange(count)).astype(np.int64)
    parent = np.where((random.random(count) < IN_GROUPS) & (np.arange(count) > 0), drawn, -1)
    return Firms(
        parent=parent,
        industry=random.integers(0, len(INDUSTRIES), count),
        performance=random.choice(3, count, p=_PERFORMANCE_SHARES),
        staff=np.round(random.lognormal(3.6, 1.3, count)) + 20,
        place=random.integers(0, len(PLACES), count),
        founded=random.integers(1950, ground.end_year - YEARS - 1, count),
        ownership=random.choice(4, count, p=[0.7, 0.12, 0.08, 0.10]),
    )


def _ids(rows: Integers) -> Any:
    return numbered("F", rows + 1, 6)


@dataclass(frozen=True, slots=True)
class Contacts:
    """People of organizations; arrays of shape (people,).

    Attributes:
        firm: Their organization.
        first: Position of the first of each organization's people; shape (organizations,).
        customer: Position of the customer each of them is, or -1.
        heard: Whether the others were seen on the web lately.
    """

    firm: Integers
    first: Integers
    customer: Integers
    heard: NDArray[np.bool_]

    def ids(self, ground: Ground, rows: Integers) -> Any:
        """Native numbers of people: those of customers, or ``P0000042``."""
        import pyarrow.compute as pc

        customer = self.customer[rows]
        own = ground.customers(np.maximum(customer, 0))
        return pc.if_else(pa.array(customer >= 0), own, numbered("P", rows + 1, 7))


def _people(ground: Ground, firms: Firms, random: np.random.Generator) -> Contacts:
    number = random.integers(2, 7, len(firms))
    firm = np.repeat(np.arange(len(firms)), number)
    count = len(firm)
    taken = random.permutation(len(ground.people))[: int(BUYERS * count)]
    customer = np.full(count, -1)
    customer[np.sort(random.permutation(count)[: len(taken)])] = taken
    first = np.concatenate([[0], np.cumsum(number)[:-1]])
    return Contacts(firm, first, customer, (random.random(count) < HEARD) & (customer < 0))


def _sheet(ground: Ground, firms: Firms, random: np.random.Generator) -> Any:
    """Staff and revenue of five years, growing as each firm's class does."""
    count, rows = len(firms), np.arange(len(firms))
    surname = texts(random.integers(0, len(SURNAMES), count), SURNAMES)
    rate = np.asarray(list(PERFORMANCE.values()))[firms.performance]
    last = ground.end_year - 1
    columns: dict[str, Any] = {
        "AccountId": _ids(rows),
        "AccountName": joined(surname, " & Co ", pa.array(rows + 1).cast(pa.string())),
        "ParentAccount": empty(_ids(np.maximum(firms.parent, 0)), firms.parent >= 0),
        "Industry": texts(firms.industry, [name for name, _ in INDUSTRIES]),
        "NaceCode": texts(firms.industry, [code for _, code in INDUSTRIES]),
        "CodeScheme": same(SCHEME, count),
        "Locations": pa.array(1 + random.poisson(firms.staff / 60.0)),
        "FoundedYear": pa.array(firms.founded),
        "OwnershipType": texts(firms.ownership, OWNERSHIPS),
        "CompanyType": texts(firms.parent >= 0, ("group", "subsidiary")),
        "Country": texts(firms.place, [country for country, _, _ in PLACES]),
        "City": texts(firms.place, [city for _, _, city in PLACES]),
        "Currency": same(ground.spec.currency, count),
    }
    each = random.lognormal(11.6, 0.3, count)
    for year in range(last - YEARS + 1, last + 1):
        columns[f"employees_{year}"] = pa.array(_staff(firms, rate, last - year))
    columns["Employees"] = pa.array(_staff(firms, rate, 0))
    columns["AnnualRevenue"] = pa.array(np.round(_staff(firms, rate, 0) * each, 2))
    columns["TotalAssets"] = pa.array(np.round(_staff(firms, rate, 0) * each * 0.7, 2))
    return pa.table(columns)


def _staff(firms: Firms, rate: Floats, years_before: int) -> Floats:
    return np.round(firms.staff * (1.0 + rate) ** (3 - years_before))


def _roles(ground: Ground, people: Contacts, random: np.random.Generator) -> tuple[Any, Any]:
    """Each role is held by one of an organization's two to six people, or by nobody."""
    firm, role = np.nonzero(random.random((len(people.first), len(ROLES))) < 0.55)
    number = np.bincount(people.firm)[firm]
    person = people.first[firm] + (random.random(len(firm)) * number).astype(np.int64)
    ended = random.random(len(firm)) < LEFT
    begun = ground.spec.days - 100.0 - random.random(len(firm)) * 1_000.0
    ids = people.ids(ground, person)
    data = {
        "AccountId": _ids(firm),
        "ContactId": ids,
        "Role": texts(role, ROLES),
        "JobTitle": texts(person % len(TITLES), TITLES),
        "StartDate": ground.dates(begun),
        "EndDate": ground.dates(begun + 60.0, ended),
    }
    truth = {
        "account": _ids(firm),
        "person": ids,
        "role": texts(role, ROLES),
        "customer": pa.array(people.customer[person] >= 0),
        "heard": pa.array(people.heard[person]),
    }
    return pa.table(data), pa.table(truth).filter(pa.array(~ended))


def _signs(ground: Ground, people: Contacts, random: np.random.Generator) -> Any:
    """Visits of contacts in the last 60 days."""
    heard = np.flatnonzero(people.heard)
    person = np.repeat(heard, random.integers(1, 4, len(heard)))
    count = len(person)
    return pa.table(
        {
            "EventId": numbered("B", np.arange(1, count + 1), 9),
            "CustomerNo": people.ids(ground, person),
            "EventTime": ground.moments(ground.spec.days - 0.1 - 59.0 * random.random(count)),
            "EventName": same("price request", count),
            "Medium": same("web", count),
            "DurationSeconds": pa.array(np.round(random.gamma(2.0, 60.0, count), 1)),
        }
    )


def _sales(ground: Ground, firms: Firms, random: np.random.Generator) -> tuple[Any, Any]:
    number = random.poisson(2.5, len(firms))
    firm = np.repeat(np.arange(len(firms)), number)
    count = len(firm)
    product, buy_class = random.integers(0, len(PRODUCTS), count), random.integers(0, 3, count)
    opened = ground.spec.days * random.random(count)
    closed = opened + 20.0 + random.exponential(60.0, count)
    settled = closed < ground.spec.days - 1
    won = settled & (random.random(count) < np.asarray(WIN_RATE)[buy_class])
    standing = np.where(settled, np.where(won, 1, 2), 0)
    names = [*PRODUCTS, *(name.replace(" ", "") for name in PRODUCTS)]
    written = product + np.where(random.random(count) < MISSPELT, len(PRODUCTS), 0)
    stage = np.where(settled, len(STAGES) + np.where(won, 0, 1), random.integers(0, len(STAGES), count))
    data = {
        "OpportunityId": numbered("O", np.arange(1, count + 1), 7),
        "AccountId": _ids(firm),
        "Product": texts(written, names),
        "DealStage": texts(stage, (*STAGES, "won", "lost")),
        "EngageDate": ground.dates(opened),
        "CloseDate": ground.dates(closed, settled),
        "CloseValue": pa.array(np.round(random.lognormal(8.0, 0.8, count), 2)),
        "Currency": same(ground.spec.currency, count),
        "DealType": texts(buy_class, BUY_CLASSES),
        "SalesAgent": texts(random.integers(0, 8, count), SURNAMES[:8]),
    }
    truth = {
        "opportunity": data["OpportunityId"],
        "account": _ids(firm),
        "product": texts(product, PRODUCTS),
        "standing": texts(standing, ("open", "won", "lost")),
        "buy_class": texts(buy_class, BUY_CLASSES),
    }
    return pa.table(data), pa.table(truth)


def _departments(ground: Ground) -> Any:
    count = len(DEPARTMENTS)
    return pa.table(
        {
            "CustomerNo": numbered("D", np.arange(1, count + 1), 4),
            "Kind": same("internal", count),
            "CustomerSince": ground.moments(np.zeros(count)),
            "Department": pa.array(list(DEPARTMENTS)),
        }
    )


def _cases(ground: Ground, random: np.random.Generator) -> tuple[Any, Any]:
    """Cases that departments bring to their own service: some wait long."""
    department = np.repeat(np.arange(len(DEPARTMENTS)), CASES)
    count = len(department)
    waiting = np.round((4.0 + 3.0 * department) * random.gamma(4.0, 0.25, count), 1)
    handling = np.round((6.0 + department) * random.gamma(6.0, 1 / 6.0, count), 1)
    ids = numbered("D", department + 1, 4)
    data = {
        "TicketNo": numbered("IT", np.arange(1, count + 1), 6),
        "CustomerNo": ids,
        "OpenedAt": ground.moments(ground.spec.days * random.random(count)),
        "Channel": same("mail", count),
        "Topic": same("internal", count),
        "HandlingMinutes": pa.array(handling),
        "WaitingMinutes": pa.array(waiting),
    }
    means = {
        "record": numbered("D", np.arange(1, len(DEPARTMENTS) + 1), 4),
        "waiting": waiting.reshape(-1, CASES).mean(axis=1),
        "handling": handling.reshape(-1, CASES).mean(axis=1),
        "rating": _rating(),
    }
    return pa.table(data), pa.table(means)


def _rating() -> Integers:
    """Departments are the less content the longer they wait."""
    return np.maximum(5 - np.arange(len(DEPARTMENTS)), 1)


def _ratings(ground: Ground, random: np.random.Generator) -> Any:
    count = len(DEPARTMENTS)
    return pa.table(
        {
            "FeedbackId": numbered("FD", np.arange(1, count + 1), 4),
            "CustomerNo": numbered("D", np.arange(1, count + 1), 4),
            "SubmittedAt": ground.moments(ground.spec.days - 30.0 * random.random(count)),
            "Kind": same("csat", count),
            "Author": same("customer", count),
            "Rating": pa.array(_rating()),
            "ScaleMin": pa.array(np.full(count, 1)),
            "ScaleMax": pa.array(np.full(count, 5)),
        }
    )


def _truth(ground: Ground, firms: Firms) -> Any:
    top = np.arange(len(firms))
    for row in range(len(firms)):
        if firms.parent[row] >= 0:
            top[row] = top[firms.parent[row]]
    rate = np.asarray(list(PERFORMANCE.values()))[firms.performance]
    return pa.table(
        {
            "account": _ids(np.arange(len(firms))),
            "group": _ids(top),
            "industry": texts(firms.industry, [name for name, _ in INDUSTRIES]),
            "performance": texts(firms.performance, list(PERFORMANCE)),
            "staff": pa.array(_staff(firms, rate, 0)),
            "country": texts(firms.place, [country for country, _, _ in PLACES]),
        }
    )
