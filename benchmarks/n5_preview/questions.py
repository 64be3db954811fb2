"""Random new definitions for N5, as somebody at a screen would try them: one to three conditions of every kind."""

from __future__ import annotations

import random

EVENTS = ("cart", "chat", "checkout", "click", "login", "open", "review", "search", "share", "video", "view", "wish")
PAGES = ("bags", "books", "garden", "kitchen", "lamps", "music", "outdoor", "shoes", "sport", "toys")
COUNTRIES = ("Denmark", "France", "Germany", "Ireland", "Italy", "Spain", "Sweden", "United Kingdom")


def _window(chance: random.Random) -> str:
    return chance.choice(("in last 7 days", "in last 14 days", "in last 30 days", "in last 60 days", "in last 90 days"))


def _event(chance: random.Random) -> str:
    number = chance.choice(("any", "no", "at least 2", "at least 3"))
    where = chance.choice(("", "", f' where (page = "{chance.choice(PAGES)}")', ' where (device = "phone")'))
    plural = "s" if number.startswith("at") else ""
    return f'{number} event{plural} "{chance.choice(EVENTS)}"{where} {_window(chance)}'


def _order(chance: random.Random) -> str:
    number = chance.choice(("any", "no", "at least 2", "at least 3"))
    where = chance.choice(("", "", ' where (channel = "web")', f" where (amount > {chance.choice((50, 100, 200))})"))
    span = chance.choice((_window(chance), "in last 365 days", ""))
    return f"{number} order{'s' if number.startswith('at') else ''}{where} {span}".strip()


def _spend(chance: random.Random) -> str:
    span = chance.choice((_window(chance), "in last 365 days", "ever"))
    asked = chance.choice((f"> {chance.choice((50, 100, 250, 500))}", "is in top 10%", "= 0", "between 50 and 200"))
    return f"spend {span} {asked}"


def _trait(chance: random.Random) -> str:
    return chance.choice(
        (
            f'country = "{chance.choice(COUNTRIES)}"',
            f'plan in ("plus", "{chance.choice(("team", "basic"))}")',
            f"age between {chance.randrange(18, 40)} and {chance.randrange(41, 90)}",
            f"points > {chance.randrange(50, 400)}",
            f"balance is in top {chance.randrange(1, 30)}%",
            "newsletter = true",
            "age is unknown",
            f"joined_on is in last {chance.randrange(1, 36)} months",
        )
    )


def _time(chance: random.Random) -> str:
    return chance.choice(
        (
            f"date of last order is before {chance.randrange(30, 300)} days ago",
            f"first order in last {chance.randrange(10, 120)} days",
            f"stopped order in last {chance.randrange(30, 120)} days after any in previous 180 days",
            f"regular order in 2 of last {chance.randrange(2, 6)} months",
            f'sequence (event "cart" then order within {chance.randrange(1, 5)} days) in last 14 days',
            f'sequence (event "checkout" then no order within {chance.randrange(1, 5)} days) in last 30 days',
        )
    )


def questions(number: int, seed: int) -> list[str]:
    """So many different definitions as text."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < number:
        kinds = chance.choices((_event, _order, _spend, _trait, _time), (5, 3, 2, 4, 2), k=chance.choice((1, 2, 2, 3)))
        parts = [kind(chance) for kind in kinds]
        found[chance.choice((" and ", " and ", " or ")).join(parts)] = None
    return list(found)
