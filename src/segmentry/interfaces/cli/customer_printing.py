"""One customer, and who is who, as a person reads it in a terminal."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from segmentry.interfaces.cli.printing import Form, line, print_json, print_table

if TYPE_CHECKING:
    from segmentry.reports import Pen
    from segmentry.workspace import DocumentResult

Found = dict[str, Any]
_NEARLY_SURE = 0.995
_CODES = ("order_id", "campaign_id", "currency")


def shown(result: DocumentResult, pen: Pen, form: Form) -> None:
    """The view in a terminal."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"{found['customer_id']}, as of {pen.moment(found['as_of'])}")
    _who(found, pen)
    if found["account"] is not None:
        _account(found["account"], pen)
    _worth(found["value"], pen)
    _traits(found["traits"], pen)
    rows = [
        (each["name"], _words(each["of"]), pen.day(each["since"]), each["because"] or "–")
        for each in found["memberships"]
    ]
    print_table("Belongs to", ("Segment", "Of", "Since", "Because"), rows)
    for each in found["consents"]:
        word, of = "yes" if each["given"] else "NO", each["channel"] or "every channel"
        line(f"  consent to {each['purpose']} ({of}): {word}, {pen.day(each['recorded_at'])}")
    happened = [(pen.day(each["at"]), each["what"], _told(each, pen)) for each in found["timeline"]]
    print_table(f"What happened, the latest {len(happened)} facts", ("When", "What", "Details"), happened)


def _who(found: Found, pen: Pen) -> None:
    for each in found["parties"]:
        line(f"  {each['party_key']} of {each['source']}, known since {pen.day(each['known_since'])}")
    for each in found["kinds"]:
        until = f" until {pen.day(each['until'])}" if each["until"] else ""
        says = f", says {each['evidence']}" if each["evidence"] else ""
        line(f"  {_words(each['kind'])} since {pen.day(each['since'])}{until}{says}")
    for each in found["roles"]:
        word, role = "was" if each["ended_on"] else "is", each["role"] or "in an unknown role"
        until = f" until {pen.day(each['ended_on'])}" if each["ended_on"] else ""
        since = f" since {pen.day(each['started_on'])}" if each["started_on"] and not until else ""
        line(f"  {each['party_key']} {word} {role} at {each['account_key']}{since}{until}")


def _account(account: Found, pen: Pen) -> None:
    """Group, buying center and people of an organization."""
    if account["parent"]:
        line(f"  belongs to {account['parent']}, group of {account['group']}")
    if account["subsidiaries"]:
        line(f"  has the subsidiaries {', '.join(account['subsidiaries'])}")
    rows = [
        (each["role"], each["state"], pen.cell(each["contacts"]), pen.day(each["last_sign_at"]))
        for each in account["coverage"]
    ]
    print_table("Buying center", ("Role", "State", "People", "Last sign"), rows)


def _worth(value: Found, pen: Pen) -> None:
    if "not_estimable" in value:
        line(f"Value not estimable: {value['not_estimable']}")
        return
    measure = "CLV" if value["measure"] == "clv" else "Expected discounted revenue"
    told, unit, interval = value["estimate"], value["unit"] or "currency", value["interval"]
    sure = "not_estimable" not in interval
    if isinstance(told, dict):
        worth = told["not_estimable"]
    else:
        worth = pen.between({"estimate": told, **interval}, unit) if sure else pen.cell(told, unit)
    line(f"{measure} over {value['horizon_months']} months: {worth} (estimated; tier {value['value_tier'] or '–'})")
    if sure:
        line(f"  {pen.write.percent(interval['level'])} interval of the mean of customers with such a history")
    else:
        line(f"  without interval: {interval['not_estimable']}")
    outcome = value["outcome"]
    if "not_estimable" not in outcome:
        level, ends = pen.write.percent(outcome["level"]), (pen.cell(outcome[end], unit) for end in ("low", "high"))
        none = pen.write.percent(outcome["nothing"])
        line(
            f"  this customer will bring {' to '.join(ends)} ({level} interval), nothing at all with a chance of {none}"
        )
    line(f"Net revenue so far: {pen.cell(float(value['revenue'] or 0), unit)} (exact)")


def _traits(traits: list[Found], pen: Pen) -> None:
    for basis, group in groupby(traits, key=lambda each: str(each["basis"] or "not assigned to a basis")):
        rows = [
            (
                each["trait"], pen.cell(each["value"], each["unit"] or ""),
                each["origin"], each["source"] or "–",
            )
            for each in group
        ]  # fmt: skip
        print_table(basis.capitalize(), ("Trait", "Value", "Origin", "Evidence"), rows)


def _told(row: Found, pen: Pen) -> str:
    """What happened in words: an amount with its currency, everything else by name; what is not known is left out."""
    currency = row.get("currency") or "currency"
    parts = []
    for name, value in row.items():
        if name in ("at", "what", "currency") or value is None:
            continue
        unit = currency if name in ("amount", "returned") else ""
        parts.append(f"{_words(name)} {value if name in _CODES else pen.cell(value, unit)}")
    return ", ".join(parts)


def listed(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Ids with who they are and what they are worth."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    rows = [
        (
            each["customer_id"], ", ".join(each["parties"]), _words(", ".join(each["kinds"])) or "–",
            pen.day(each["since"]), pen.day(each["last_seen"]), _listed_value(each, pen, found["unit"]),
        )
        for each in found["listed"]
    ]  # fmt: skip
    shown, everybody = pen.cell(len(rows)), pen.cell(found["customers"], "customers")
    title = f"{shown} of {everybody}, the most valuable first, as of {pen.moment(found['as_of'])}"
    print_table(title, ("Customer", "Parties", "Kinds", "Known since", "Last seen", "Value"), rows)
    if found["measure"]:
        measure = "CLV" if found["measure"] == "clv" else "expected discounted revenue"
        level = pen.write.percent(found["interval"]["level"])
        how = f"estimated, with {level} intervals of the mean of customers with such a history"
        line(f"Value: {measure} over {found['horizon_months']} months, {how}.")
    line("Look at one with segmentry customer show FOLDER CUSTOMER.")


def _listed_value(entry: Found, pen: Pen, unit: str | None) -> str:
    value = entry["value"]
    return "–" if isinstance(value, dict) else pen.between({**entry, "estimate": value}, unit or "")


def reviewed(result: DocumentResult, pen: Pen, form: Form) -> None:
    """How many records make how many customers, and what waits for a person, with how to decide."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    records, customers = pen.cell(found["parties"], "parties"), pen.cell(found["customers"], "customers")
    line(f"{records} make {customers}, as of {pen.moment(found['as_of'])}.")
    linkage = (found.get("report") or {}).get("linkage")
    if linkage:
        line(f"No linkage: {linkage['not_estimable']}.")
    if not found["review"]:
        line("No link waits for a person.")
        return
    rows = [
        (
            each["left_party"], each["right_party"], _likely(each["probability"], pen),
            each["evidence"] or "–", each["doubt"] or "–",
        )
        for each in found["review"]
    ]  # fmt: skip
    title = f"Links that wait for a person: {pen.cell(found['doubtful'])}, the likeliest first"
    print_table(title, ("Record", "Record", "Probability", "For", "Against"), rows)
    line("Decide with segmentry customer merge or keep-apart, each with --because.")


def _likely(probability: float, pen: Pen) -> str:
    """A probability, never as certain as 100 %: then nobody would have to decide."""
    return f"over {pen.write.percent(0.99)}" if probability > _NEARLY_SURE else pen.cell(probability, "probability")


def history(result: DocumentResult, pen: Pen, form: Form) -> None:
    """Every decision about the records of a customer."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"{found['customer_id']}: {', '.join(found['parties'])}")
    for each in found["aliases"]:
        line(f"  was also called {each}")
    for each in found["decisions"]:
        since = f" from {each['from_customer_id']}" if each["from_customer_id"] else ""
        moved = f"{_words(each['decision'])}{since} to {each['customer_id']}"
        line(f"  {pen.day(each['recorded_at'])}  {each['party_key']}: {moved}, {each['because']}")
    for each in found["waiting"]:
        told = f"{_words(each['ruling'])} of {', '.join(each['parties'])}, {each['because']}"
        line(f"  {pen.day(each['recorded_at'])}  ruled, NOT YET IN FORCE (from the next refresh on): {told}")
    if not found["decisions"]:
        line("  No decision is on record that moved one of its records.")


def ruled(result: DocumentResult, folder: object, form: Form) -> None:
    """A ruling, and when it takes effect."""
    found = result.as_dict()
    if form is Form.MACHINES:
        print_json(found)
        return
    line(f"Ruled: {_words(found['ruling'])} {' and '.join(found['customers'])}.")
    line(f"It takes effect with the next refresh: segmentry refresh {folder}")


def _words(text: str) -> str:
    return text.replace("_", " ")
