"""Who the customers are: births, households, education, incomes, languages, names, addresses, and a second file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from segmentry.simulate.columns import numbered
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, joined, texts
from segmentry.simulate.parts.lives import grow_lives
from segmentry.simulate.parts.names import (
    FIRST_NAMES,
    LANGUAGES,
    MAILBOXES,
    SPOKEN,
    STREETS,
    SURNAMES,
    WOMEN,
    misspelt,
)
from segmentry.simulate.places import PLACES
from segmentry.simulate.purchase_process import Floats, Integers

UNKNOWN = 0.08
"""Share of customers of whom any one thing is not told."""
DOUBLED = 0.08
"""Customers who are in the file of loyalty members as well, and as large a share of members who are no customers."""
SAME_MAIL = 0.55
"""Of the doubled, those who gave the same address of mail to both."""
MISSPELT = 0.35
"""Of the doubled, those whose first name or surname is misspelt."""
FAMILY = 0.3
"""Of the members who are no customers, those who live with one and share its surname."""
COMMUTE = 0.2

_FIRST_AGE, _LAST_AGE = (18, 25, 35, 45, 55, 65), (24, 34, 44, 54, 64, 88)
_INCOME = (9_000, 22_000, 45_000, 80_000, 160_000)
_MARITAL = ("single", "married", "partnered", "divorced", "widowed")
_EDUCATION = ("primary", "secondary", "tertiary")
_OCCUPATION = ("employed", "self-employed", "student", "retired", "homemaker", "unemployed")
_SKILL = ("none", "beginner", "intermediate", "advanced", "expert")


@dataclass(frozen=True, slots=True)
class Persons:
    """Who each customer is; arrays of shape (customers,)."""

    birth: Integers
    first: Integers
    surname: Integers
    marital: Integers
    children: Integers
    size: Integers
    education: Integers
    occupation: Integers
    income: Integers
    language: Integers
    skill: Integers
    street: Integers
    house: Integers
    work: Integers
    mailbox: Integers


def grow(ground: Ground) -> Part:
    """The part ``persons``.

    Truth: ``persons`` (everything as it is, told or not), ``identities`` (a row for each record of a customer or
    member, with the number of the person behind it) and ``second_records`` (the members' records of customers, and
    whether the mail is the same) and ``lives`` (moves, weddings, shares of wallet).
    """
    random = ground.random("persons")
    lives = random.spawn(1)[0]
    persons = draw_persons(ground, random)
    everybody = np.arange(len(ground.people))
    mail = _mail(persons, everybody)
    columns, impossible = _columns(ground, persons, mail, random)
    members, truth = _members(ground, persons, random)
    sheets = (Sheet("addresses", "addresses", _addresses(ground, persons, mail, random)), members)
    truth["persons"] = _truth(ground, persons, impossible)
    told, truth["lives"] = grow_lives(ground, lives)
    return Part(sheets, truth, columns | told)


def draw_persons(ground: Ground, random: np.random.Generator) -> Persons:
    """Draw who people are, in keeping with their bands of age and income and their households."""
    people, count = ground.people, len(ground.people)
    youngest, oldest = np.asarray(_FIRST_AGE)[people.age], np.asarray(_LAST_AGE)[people.age]
    age = youngest + random.random(count) * (oldest + 1 - youngest) * 0.999
    end = ground.spec.start.toordinal() - 719_163 + ground.spec.days - 1
    women = np.where(people.gender == 2, random.random(count) < 0.5, people.gender == 0)
    low, high = np.asarray(_INCOME[:-1])[people.income], np.asarray(_INCOME[1:])[people.income]
    countries = np.asarray([country for country, _, _ in PLACES])
    return Persons(
        birth=np.asarray(end - np.floor(age * 365.2425), np.int64) - 2,
        first=np.where(women, random.integers(0, WOMEN, count), random.integers(WOMEN, len(FIRST_NAMES), count)),
        surname=random.integers(0, len(SURNAMES), count),
        **_household(people.household, age, random),
        education=(random.random(count)[:, None] > np.array([0.08, 0.55])).sum(axis=1),
        occupation=_occupation(age, random),
        income=np.asarray(low + random.random(count) * (high - low), np.int64) // 100 * 100,
        language=_language(countries, people.place, random),
        skill=np.clip(np.rint(3.4 - age / 30 + random.standard_normal(count)), 0, 4).astype(np.int64),
        street=random.integers(0, len(STREETS), count),
        house=random.integers(1, 160, count),
        work=_work(countries, people.place, random),
        mailbox=random.integers(0, len(MAILBOXES), count),
    )


def _household(household: Integers, age: Floats, random: np.random.Generator) -> dict[str, Integers]:
    """Singles live alone, couples by two, families have one to three children, shared homes three or four people."""
    count = len(household)
    children = np.where(household == 2, random.integers(1, 4, count), 0)
    size = np.select(
        [household == 0, household == 1, household == 2], [1, 2, children + 2], random.integers(3, 5, count)
    )
    alone = np.where(random.random(count) < np.clip((age - 30) / 70, 0, 0.6), 3, 0)
    alone = np.where((age > 65) & (random.random(count) < 0.5), 4, alone)
    together = np.where(random.random(count) < np.clip((age - 18) / 25, 0.1, 0.85), 1, 2)
    pairs = (household == 1) | (household == 2)
    return {
        "marital": np.where(pairs, together, np.where(household == 0, alone, 0)),
        "children": children,
        "size": size,
    }


def _occupation(age: Floats, random: np.random.Generator) -> Integers:
    working = np.searchsorted(np.cumsum([0.72, 0.14, 0.0, 0.0, 0.08]), random.random(len(age)))
    young = np.where(random.random(len(age)) < 0.6, 2, working)
    return np.where(age >= 67, 3, np.where(age < 24, young, working)).astype(np.int64)


def _language(countries: NDArray[np.str_], place: Integers, random: np.random.Generator) -> Integers:
    usual = np.array([SPOKEN.index(LANGUAGES[country][0]) for country in countries])[place]
    other = np.array([SPOKEN.index(LANGUAGES[country][1]) for country in countries])[place]
    return np.where(random.random(len(place)) < 0.07, other, usual)


def _work(countries: NDArray[np.str_], place: Integers, random: np.random.Generator) -> Integers:
    """Most work where they live, some in another city of their country."""
    found = place.copy()
    for country in np.unique(countries):
        here = np.flatnonzero(countries == country)
        away = np.flatnonzero((countries[place] == country) & (random.random(len(place)) < COMMUTE))
        found[away] = random.choice(here, len(away))
    return found


def _mail(persons: Persons, rows: Integers) -> Any:
    first = texts(persons.first[rows], [name.lower() for name in FIRST_NAMES])
    surname = texts(persons.surname[rows], [name.lower() for name in SURNAMES])
    number = pa.array(rows + 1).cast(pa.string())
    return joined(first, ".", surname, number, "@", texts(persons.mailbox[rows], MAILBOXES))


def _columns(
    ground: Ground, persons: Persons, mail: Any, random: np.random.Generator
) -> tuple[dict[str, Any], NDArray[np.bool_]]:
    """Columns of the file of customers, each with its gaps; some births are spoiled."""
    count = len(ground.people)
    impossible = random.random(count) < ground.spec.dirt_share
    birth = np.where(impossible, persons.birth + 146_097, persons.birth)

    def told(values: Any) -> Any:
        return empty(values, random.random(count) >= UNKNOWN)

    columns = {
        "first_name": texts(persons.first, FIRST_NAMES),
        "surname": texts(persons.surname, SURNAMES),
        "birth_date": told(pa.array(birth.astype(np.int32), pa.int32()).cast(pa.date32())),
        "email": told(mail),
        "marital_status": told(texts(persons.marital, _MARITAL)),
        "children": told(pa.array(persons.children)),
        "household_size": told(pa.array(persons.size)),
        "education": told(texts(persons.education, _EDUCATION)),
        "occupation": told(texts(persons.occupation, _OCCUPATION)),
        "income": told(pa.array(persons.income)),
        "language": told(texts(persons.language, SPOKEN)),
        "work_city": told(texts(persons.work, [city for _, _, city in PLACES])),
        "technological_skill": told(texts(persons.skill, _SKILL)),
    }
    return columns, impossible


def _street(persons: Persons, rows: Integers) -> Any:
    return joined(pa.array(persons.house[rows]).cast(pa.string()), " ", texts(persons.street[rows], STREETS))


def _postcode(ground: Ground, persons: Persons, rows: Integers) -> Any:
    number = ground.people.place[rows] * 1_000 + persons.street[rows] * 17 + persons.surname[rows] % 7
    return numbered("", np.asarray(10_000 + number, np.int64), 5)


def _addresses(ground: Ground, persons: Persons, mail: Any, random: np.random.Generator) -> Any:
    """A home by post, an address of mail and, of commuters, a place of work."""
    everybody = np.arange(len(ground.people))
    commuters = np.flatnonzero(persons.work != ground.people.place)
    rows = np.concatenate([everybody, everybody, commuters])
    kind = np.repeat([0, 1, 2], [len(everybody), len(everybody), len(commuters)])
    place = np.where(kind == 2, persons.work[rows], ground.people.place[rows])
    home = _street(persons, rows)
    cities = [city for _, _, city in PLACES]
    written = pc.if_else(pa.array(kind == 1), mail.take(pa.array(rows)), joined(home, ", ", texts(place, cities)))
    postal = kind != 1
    columns = {
        "CustomerNo": ground.customers(rows),
        "Channel": texts(kind, ("post", "email", "post")),
        "Address": written,
        "Valid": pa.array(random.random(len(rows)) > 0.03),
        "Role": texts(kind, ("home", "home", "work")),
        "Street": empty(home, kind == 0),
        "City": empty(texts(place, cities), postal),
        "Postcode": empty(_postcode(ground, persons, rows), kind == 0),
        "Country": empty(texts(place, [country for country, _, _ in PLACES]), postal),
        "UpdatedAt": ground.moments(ground.people.acquired[rows]),
    }
    keep = pa.array((kind != 1) | (random.random(len(rows)) > 0.1))
    return pa.table(columns).filter(keep)


def _members(ground: Ground, persons: Persons, random: np.random.Generator) -> tuple[Sheet, dict[str, Any]]:
    """The file of loyalty members: some are customers under other numbers, misspelt, some are nobody else."""
    count = len(ground.people)
    known = ground.chosen(DOUBLED, 200_000, random)
    rows = np.concatenate([known, random.integers(0, count, len(known))])
    customer = np.arange(len(rows)) < len(known)
    same_mail = customer & (random.random(len(rows)) < SAME_MAIL)
    slip = (random.random(len(rows)) < MISSPELT) & customer
    # some of the members who are no customers live with one, under its surname; the others have nothing in common
    family = ~customer & (random.random(len(rows)) < FAMILY)
    homes = np.where(customer | family, rows, random.integers(0, count, len(rows)))
    first = np.where(
        customer, persons.first[rows], (persons.first[rows] + random.integers(1, 60, len(rows))) % len(FIRST_NAMES)
    )
    surname = np.where(customer | family, persons.surname[rows], random.integers(0, len(SURNAMES), len(rows)))
    turned = slip & (random.random(len(rows)) < 0.5)
    birth = np.where(customer, persons.birth[rows], persons.birth[rows] - random.integers(400, 9_000, len(rows)))
    mail = joined("m", pa.array(np.arange(len(rows))).cast(pa.string()), "@", texts(persons.mailbox[rows], MAILBOXES))
    mail = pc.if_else(pa.array(same_mail), _mail(persons, rows), empty(mail, ~customer))
    order = random.permutation(len(rows))
    numbers = np.empty(len(rows), np.int64)
    numbers[order] = np.arange(1, len(rows) + 1)
    data = pa.table(
        {
            "MemberId": numbered("M", numbers, 7),
            "CustomerSince": ground.moments(ground.people.acquired[rows]),
            "FirstName": _written(FIRST_NAMES, first, slip & ~turned, random),
            "Surname": _written(SURNAMES, surname, turned, random),
            "BirthDate": pa.array(birth.astype(np.int32), pa.int32()).cast(pa.date32()),
            "Email": mail,
            "Street": _street(persons, homes),
            "Postcode": _postcode(ground, persons, homes),
            "City": texts(ground.people.place[homes], [city for _, _, city in PLACES]),
            "Country": texts(ground.people.place[homes], [country for country, _, _ in PLACES]),
        }
    ).take(pa.array(order))
    person = np.where(customer, ground.people.number[rows], 10_000_000 + numbers)
    everybody = numbered("C", ground.people.number, 8)
    identities = {
        "record": pa.concat_arrays([everybody, numbered("M", numbers, 7)]),
        "person": pa.array(np.concatenate([ground.people.number, person])),
    }
    second = {
        "record": numbered("M", numbers[customer], 7),
        "customer": ground.customers(rows[customer]),
        "same_mail": pa.array(same_mail[customer]),
        "misspelt": pa.array(slip[customer]),
    }
    sheet = Sheet("loyalty_members", "customers", data)
    return sheet, {"identities": pa.table(identities), "second_records": pa.table(second)}


def _written(names: tuple[str, ...], positions: Integers, slips: NDArray[np.bool_], random: np.random.Generator) -> Any:
    """Names as written, some with a slip of one of eight kinds."""
    kinds = 8
    choices = [*names, *(misspelt(name, kind) for kind in range(kinds) for name in names)]
    kind = random.integers(0, kinds, len(positions))
    return texts(positions + np.where(slips, (kind + 1) * len(names), 0), choices)


def _truth(ground: Ground, persons: Persons, impossible: NDArray[np.bool_]) -> Any:
    everybody = np.arange(len(ground.people))
    return pa.table(
        {
            "record": ground.customers(everybody),
            "birth_date": pa.array(persons.birth.astype(np.int32), pa.int32()).cast(pa.date32()),
            "birth_spoiled": pa.array(impossible),
            "marital_status": texts(persons.marital, _MARITAL),
            "children": pa.array(persons.children),
            "household_size": pa.array(persons.size),
            "education": texts(persons.education, _EDUCATION),
            "income": pa.array(persons.income),
            "language": texts(persons.language, SPOKEN),
            "skill": pa.array(persons.skill),
            "country": texts(ground.people.place, [country for country, _, _ in PLACES]),
            "city": texts(ground.people.place, [city for _, _, city in PLACES]),
            "work_city": texts(persons.work, [city for _, _, city in PLACES]),
        }
    )
