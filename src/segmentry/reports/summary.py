"""The page in short: one paragraph in plain words, every claim taken from the document."""

from __future__ import annotations

from typing import Any

from segmentry.charts.writer import as_date
from segmentry.reports.told import Told, is_estimate


def in_short(told: Told) -> list[str]:
    """The sentences of the opening paragraph."""
    told_of = (_base(told), _few(told), _future(told), _found(told), _segment(told), _care(told))
    return [each for each in told_of if each]


def _base(told: Told) -> str:
    write = told.write
    first, last = (as_date(told.get(f"period.{end}")) for end in ("first", "last"))
    buyers, again = told.get("customers.buyers"), told.get("customers.repeat_buyers")
    if not isinstance(buyers, int) or not buyers:
        return "No customer placed an order that counts."
    people, orders = told.counted(buyers, "customer"), told.counted(told.get("orders") or 0, "order")
    text = (
        f"From {write.day(first)} to {write.day(last)}, {people} placed {orders} "
        f"worth {_brief(told, told.get('revenue.net'))}, net of returns."
    )
    if isinstance(again, int):
        text += f" {told.share(again / buyers)} of them bought on more than one day."
    return text


def _few(told: Told) -> str:
    share = told.get("concentration.top_10_percent.share")
    if not isinstance(share, float):
        return ""
    return f"The best {told.share(0.1)} of customers brought {told.share(share)} of net revenue."


def _future(told: Told) -> str:
    mean, outcome = told.get("clv.total.mean"), told.get("clv.total.outcome")
    if not is_estimate(mean):
        reason = told.reason("clv") or told.reason("clv.total") or told.reason("clv.total.mean")
        return f"What customers will bring cannot be estimated: {reason}" if reason else ""
    what = "margin" if told.get("clv.measure") == "clv" else "revenue"
    text = (
        f"Over {told.horizon}, these customers are expected to bring {_brief(told, mean['estimate'])} of {what}, "
        f"where later money counts for less. "
    )
    if is_estimate(outcome):
        text += (
            f"If the model holds, what comes in, discounted, should lie between {_brief(told, outcome['low'])} "
            f"and {_brief(told, outcome['high'])}, {told.level(outcome)} of the time."
        )
    else:
        text += (
            f"The {told.level(mean)} interval of that expectation runs from {_brief(told, mean['low'])} "
            f"to {_brief(told, mean['high'])}."
        )
    if what == "margin":
        text += " Cost-to-serve is not taken off."
    if what == "revenue":
        text += " That is revenue and not profit, because no margin is known."
    return text


def _brief(told: Told, amount: Any) -> str:
    return told.write.short_money(float(amount)) + ("" if told.write.currency else f" {told.unit}")


_VERDICTS = {
    "natural": "groups that are there without us",
    "reproducible": "a cut that comes back in new samples, though no gap runs between the groups",
    "constructive": "a useful cut and not a discovery",
}
"""What a verdict means, in a few words."""


def _found(told: Told) -> str:
    """How many segments were found, and what they are."""
    if told.found is None:
        return ""
    count = told.counted(len(told.get("segments") or []), "segment")
    meaning = _VERDICTS.get(str(told.get("segmentation.verdict")))
    return f"{count} were found in the data: {meaning}." if meaning else f"{count} were found in the data."


def _segment(told: Told) -> str:
    valued = [each for each in told.get("segments") or [] if is_estimate(each.get("value"))]
    if not valued:
        return ""
    best = max(valued, key=lambda each: float(each["value"]["estimate"]))
    buyers = told.get("customers.buyers") or 0
    part = f" ({told.share(best['customers'] / buyers)} of all)" if buyers else ""
    return (
        f"The segment “{best['name']}”, {told.counted(best['customers'], 'customer')}{part}, "
        f"holds {told.share(best.get('value_share'))} of the expected value."
    )


def _care(told: Told) -> str:
    checks = {(each["name"], each["text"]): each["status"] for each in told.get("clv.checks") or []}
    failed = sum(status == "failed" for status in checks.values())
    warned = sum(status == "warned" for status in checks.values())
    if not failed + warned or told.reason("clv") is not None:
        return ""
    found = [f"{count} {word}" for count, word in ((failed, "failed"), (warned, "warned")) if count]
    return f"Read the estimates with care: of {len(checks)} checks of the model, {' and '.join(found)}; see “Value”."
