"""One customer or account as a page: who it is, its worth, traits by basis, where it belongs, what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from segmentry.charts import DARK, LIGHT, Writer
from segmentry.reports.blocks import Block, Card, Cards, Grid, Notice, Section, Text
from segmentry.reports.embedding import as_script, plotly_locale
from segmentry.reports.page import asset, environment
from segmentry.reports.pen import NOTHING, Pen, day_of

Found = Mapping[str, Any]


def render_customer(view: Found, locale: str, *, currency: str | None, simulated: bool, timezone: str = "UTC") -> str:
    """The one view as one self-contained page; no file and no address besides it is needed.

    Args:
        view: The object of ``segmentry customer show --json``.
        locale: Language and region in which numbers, money and days are written.
        currency: ISO code of the amounts.
        simulated: Whether nobody in it is real.
        timezone: IANA time zone in which instants and their days are told.

    Returns:
        HTML with style and script inside.
    """
    pen = Pen(Writer(locale, currency), timezone)
    when = pen.moment(view["as_of"])
    return (
        environment()
        .get_template("customer.html")
        .render(
            title=view["customer_id"],
            simulated=simulated,
            basis=f"As of {when}. Traits carry their evidence and age; estimates say that they are.",
            sections=[each for each in _sections(view, pen) if each is not None],
            plots={},
            colors={"light": LIGHT, "dark": DARK},
            style=asset("style.css"),
            script=asset("script.js"),
            partners=as_script({LIGHT[name]: DARK[name] for name in LIGHT}),
            names=as_script(plotly_locale(pen.write)),
        )
    )


def _age(trait: Found, as_of: date | None, pen: Pen) -> str:
    """How old a trait is, and whether it should be asked for again."""
    made = day_of(trait["as_of"], pen.zone)
    if made is None or as_of is None:
        return NOTHING
    days = (as_of - made).days
    renew = trait["renew_after_days"]
    due = renew is not None and days > renew
    return f"{days} days: renew" if due else f"{days} days"


def _sections(view: Found, pen: Pen) -> Iterator[Section | None]:
    yield _who(view, pen)
    yield _account(view["account"], pen)
    yield _worth(view["value"], pen)
    yield _traits(view["traits"], day_of(view["as_of"], pen.zone), pen)
    yield _belongs(view["memberships"], pen)
    yield _consents(view["consents"], pen)
    yield _happened(view["timeline"], pen)


def _who(view: Found, pen: Pen) -> Section:
    kinds = tuple(
        (each["kind"].replace("_", " "), pen.day(each["since"]), pen.day(each["until"]), each["evidence"] or "")
        for each in view["kinds"]
    )
    parties = tuple(
        (each["party_key"], each["source"], pen.day(each["known_since"]), each["country"] or NOTHING)
        for each in view["parties"]
    )
    roles = tuple(
        (
            each["party_key"], each["role"] or "unknown", each["title"] or NOTHING, each["account_key"],
            pen.day(each["started_on"]), pen.day(each["ended_on"]),
        )
        for each in view["roles"]
    )  # fmt: skip
    heads = ("Record", "Source", "Known since", "Country")
    blocks: list[Block] = [Grid("Records that are this customer", heads, parties)]
    if kinds:
        blocks.append(Grid("What it is to the business", ("Kind", "Since", "Until", "Evidence"), kinds))
    if roles:
        held = ("Person", "Role", "Title", "Organization", "Since", "Until")
        blocks.append(Grid("Roles in buying", held, roles))
    return Section("who", "Who it is", blocks)


def _account(account: Found | None, pen: Pen) -> Section | None:
    """Group and buying center: who is known in which role, and which roles nobody is known in."""
    if account is None:
        return None
    group = [("Belongs to", account["parent"]), ("Group", account["group"])]
    group += [("Subsidiary", each) for each in account["subsidiaries"]]
    blocks: list[Block] = [Grid("Its group", ("Place", "Organization"), tuple((a, b) for a, b in group if b))]
    states = {"unknown": "nobody known", "silent": "silent for long", "known": "known"}
    coverage = tuple(
        (each["role"], states[each["state"]], pen.cell(each["contacts"]), pen.day(each["last_sign_at"]))
        for each in account["coverage"]
    )
    if coverage:
        blocks.append(Grid("Coverage of the buying center", ("Role", "State", "People\t", "Last sign"), coverage))
    people = tuple(
        (each["customer_id"], each["role"] or "unknown", pen.day(each["since"]), pen.day(each["until"]))
        for each in account["people"]
    )
    if people:
        blocks.append(Grid("Its people", ("Person", "Role", "Since", "Until"), people))
    return Section("account", "Its group and buying center", blocks)


def _worth(value: Found, pen: Pen) -> Section:
    if "not_estimable" in value:
        return Section("worth", "What it is worth", [Notice("Not estimable", (str(value["not_estimable"]),))])
    measure = "Expected lifetime value" if value["measure"] == "clv" else "Expected discounted revenue"
    months = value["horizon_months"]
    cards = [
        _card(value["estimate"], f"{measure} over {months} months", "Estimated", pen),
        _card(value["p_alive"], "Probability of still buying", "Estimated", pen, share=True),
        _card(value["revenue"], "Net revenue so far", "Exact", pen),
        _card(value["contribution"], "Contribution so far", "Exact, where margin and costs are told", pen),
    ]
    tier = f"Value tier: {value['value_tier'] or 'not told'}."
    sure = [_sureness(value["interval"], pen), *_outcome(value["outcome"], pen)]
    return Section("worth", "What it is worth", [Cards(tuple(cards)), Text(tier), *sure])


def _outcome(told: Found, pen: Pen) -> list[Block]:
    """What this customer will bring, and with which chance nothing."""
    if "not_estimable" in told:
        return []
    ends = f"{pen.write.money(float(told['low']))} to {pen.write.money(float(told['high']))}"
    level, none = (pen.write.percent(float(told[name])) for name in ("level", "nothing"))
    return [
        Text(f"What this customer will bring lies within {ends} ({level} interval); nothing with a chance of {none}.")
    ]


def _sureness(told: Found, pen: Pen) -> Block:
    """The interval of the value, or why it has none."""
    if "not_estimable" in told:
        return Notice("How sure this is", (f"{str(told['not_estimable']).capitalize()}.",))
    ends = f"{pen.write.money(float(told['low']))} to {pen.write.money(float(told['high']))}"
    of = "of the mean of customers with such a history"
    return Text(f"{pen.write.percent(float(told['level']))} interval: {ends}, {of}.")


def _card(value: object, label: str, note: str, pen: Pen, *, share: bool = False) -> Card:
    if isinstance(value, Mapping):
        return Card(NOTHING, label, str(value.get("not_estimable", "not told")))
    if value is None:
        return Card(NOTHING, label, "Not told")
    number = float(str(value))
    return Card(pen.write.percent(number) if share else pen.write.money(number), label, note)


def _traits(traits: Sequence[Found], as_of: date | None, pen: Pen) -> Section | None:
    if not traits:
        return None
    blocks: list[Block] = []
    heads = ("Trait", "Value", "Origin", "Evidence", "Age")
    for basis, group in groupby(traits, key=lambda each: str(each["basis"] or "not assigned to a basis")):
        rows = tuple(
            (
                each["trait"].replace("given_", "").replace("_", " "), pen.cell(each["value"], each["unit"] or ""),
                each["origin"], each["source"], _age(each, as_of, pen),
            )
            for each in group
        )  # fmt: skip
        blocks.append(Grid(f"{basis.capitalize()} ({len(rows)})", heads, rows))
    return Section("traits", "What is known of it, by basis", blocks)


def _belongs(memberships: Sequence[Found], pen: Pen) -> Section | None:
    rows = tuple(
        (each["name"], "definition" if each["of"] == "definition" else each["of"].replace("_", " "),
         pen.day(each["since"]), each["because"] or NOTHING)
        for each in memberships
    )  # fmt: skip
    if not rows:
        return None
    heads = ("Segment", "Of", "Since", "Because")
    return Section("belongs", "Where it belongs, and why", [Grid("Segments", heads, rows)])


def _consents(consents: Sequence[Found], pen: Pen) -> Section | None:
    rows = tuple(
        (each["purpose"], each["channel"] or "every channel", "yes" if each["given"] else "no",
         pen.day(each["recorded_at"]), each["lawful_basis"] or NOTHING)
        for each in consents
    )  # fmt: skip
    if not rows:
        return None
    heads = ("Purpose", "Channel", "Given", "Said on", "Lawful basis")
    return Section("consents", "What it agreed to", [Grid("The latest word on each purpose", heads, rows)])


def _happened(timeline: Sequence[Found], pen: Pen) -> Section | None:
    rows = tuple((pen.day(each["at"]), each["what"], _told(each, pen)) for each in timeline)
    if not rows:
        return None
    caption = f"The latest {len(rows)} facts, the newest first"
    return Section("happened", "What happened", [Grid(caption, ("Day", "What", "Details"), rows)])


def _told(row: Found, pen: Pen) -> str:
    names = (name for name in row if name not in ("at", "what"))
    return ", ".join(f"{name.replace('_', ' ')} {pen.cell(row[name])}" for name in names)
