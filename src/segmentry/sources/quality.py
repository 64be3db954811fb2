"""How good the data are: what is missing, odd, old or one-sided, and what each gap costs the analysis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from segmentry.sources.accounts import Counts
from segmentry.sources.lines import GIVEN_LIMIT
from segmentry.sources.reading import Reading
from segmentry.sources.report import Finding
from segmentry.sources.times import TimeStyle

_COSTS = {
    "customer": "what these rows tell cannot be given to anybody: customers, frequency and value are too low",
    "account": "these rows are of the persons they name, and of nobody where they name none",
    "order": "rows without a number cannot be put together to orders",
    "time": "rows without a date are put aside",
    "product": "baskets, affinities and categories leave these rows out",
    "product_name": "products are shown by their number only",
    "category": "category traits leave these rows out",
    "quantity": "units are unknown for these rows",
    "price": "price behavior leaves these rows out",
    "amount": "rows without an amount are put aside",
    "discount": "an empty discount counts as none",
    "cost": "the margin of these rows is unknown",
    "unit_cost": "the margin of these rows is unknown",
    "currency": "the amounts of these rows have no known currency",
    "country": "places are unknown for these customers",
    "channel": "channel traits leave these rows out",
    "status": "an empty status counts as placed",
    "part": "rows without a part count as one part",
}
_MISSED = {
    "cost": "value is expected revenue, not lifetime value, until a margin or costs are given",
    "product": "baskets, affinities, categories and price behavior cannot be told",
    "order": "each row, or each moment of a customer, counts as one order",
    "discount": "discount behavior cannot be told",
    "channel": "channel behavior cannot be told",
    "country": "geographic traits cannot be told",
    "currency": "amounts carry no currency until one is named",
}


def findings(reading: Reading, books: Counts, now: datetime) -> tuple[Finding, ...]:
    """All findings on one load: completeness, validity, freshness, duplicates, bias."""
    return (
        *_completeness(reading),
        *_validity(reading, books),
        *_freshness(books, now),
        *_duplicates(reading, books),
        *_bias(books),
    )


def _completeness(reading: Reading) -> Iterator[Finding]:
    rows = max(reading.staged.rows - len(reading.staged.rejected), 1)
    for role, filled in reading.filled.items():
        gap = rows - filled
        if gap > 0:
            text = f"{gap:,} of {rows:,} rows are empty"
            yield Finding("completeness", reading.column_name(role), gap / rows, text, _COSTS[role])
    for role, costs in _MISSED.items():
        told_otherwise = {"currency": bool(reading.spec.currency), "cost": reading.has("unit_cost")}
        if not reading.has(role) and not told_otherwise.get(role, False):
            yield Finding("completeness", "", 1.0, f"no column tells the {role}", costs)


def _validity(reading: Reading, books: Counts) -> Iterator[Finding]:
    rows = max(reading.staged.rows, 1)
    reasons = dict(books.reasons)
    for row in reading.staged.rejected:
        reasons[row.reason] = reasons.get(row.reason, 0) + 1
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        yield Finding("validity", "", count / rows, f"{count:,} rows were put aside: {reason}", "they are not counted")
    yield from unsettled(reading, {reading.column_name("time"): reading.times})
    named = [currency for currency in books.currencies if currency]
    if len(books.currencies) > 1:
        text = f"amounts are in {len(named)} currencies" + (" and some in none" if "" in books.currencies else "")
        yield Finding("validity", reading.column_name("currency"), 1.0, text, "they are never added without rates")


def unsettled(reading: Reading, styles: Mapping[str, TimeStyle], kept: int = GIVEN_LIMIT) -> Iterator[Finding]:
    """What had to be assumed of a file of any kind, and what of it was left out.

    Args:
        reading: The file.
        styles: How the moments of each of its columns are written.
        kept: So many columns without a meaning are kept.
    """
    for column, style in styles.items():
        if not style.certain:
            order = "day" if style.day_formats else "month"
            text = f"nothing shows whether the day or the month comes first; read with the {order} first"
            yield Finding("validity", column, 1.0, text, "if wrong, every date is; name date_format")
    if not reading.numbers.certain:
        text = f"nothing shows which mark is the decimal one; read with {reading.numbers.decimal_mark!r}"
        yield Finding("validity", "", 1.0, text, "if wrong, amounts are a thousandfold; name decimal_mark")
    if len(reading.unmapped) > kept:
        left = len(reading.unmapped) - kept
        text = f"{left:,} further columns without a meaning were left out"
        yield Finding("completeness", "", left / len(reading.samples), text, "map those that matter, or export fewer")
    for remark in reading.file.remarks:
        yield Finding("validity", "", 0.0, remark, "some letters may be wrong; name the encoding")


def _freshness(books: Counts, now: datetime) -> Iterator[Finding]:
    if books.last is None or books.first is None:
        return
    age = (now.date() - books.last).days
    if age > 60:
        text = f"the last row is of {books.last.isoformat()}, {age:,} days ago"
        yield Finding("freshness", "", 0.0, text, "everything is told as of the day after the last row")
    if _days(books.first, books.last) < 180:
        text = f"the file covers {_days(books.first, books.last)} days"
        yield Finding("freshness", "", 0.0, text, "repeat purchase, seasons and value can hardly be told")


def _days(first: date, last: date) -> int:
    return (last - first).days + 1


def _duplicates(reading: Reading, books: Counts) -> Iterator[Finding]:
    rows = max(reading.staged.rows, 1)
    if books.repeated:
        text = f"{books.repeated:,} rows used have an equal row in the same file"
        costs = "kept, as the same thing may be bought twice; turn on exclude_repeated if they are errors"
        yield Finding("duplicates", "", books.repeated / rows, text, costs)
    overlap = books.excluded.get("overlap")
    if overlap:
        text = f"{overlap[0]:,} rows stand in more than one file or part"
        yield Finding("duplicates", reading.column_name("part"), overlap[0] / rows, text, "counted once")


def _bias(books: Counts) -> Iterator[Finding]:
    without = books.excluded.get("without_customer", (0, Decimal(0)))
    total = sum(books.currencies.values(), Decimal(0)) + without[1]
    if without[0] and total > 0 and len(books.currencies) <= 1:
        share = float(without[1] / total)
        text = f"{share:.1%} of the amount cannot be given to a customer"
        yield Finding("bias", "", share, text, "segments speak for known customers only")
    elif without[0]:
        yield Finding("bias", "", 0.0, f"{without[0]:,} rows name no customer", "segments speak for known ones only")
    if books.buyers == 1:
        yield Finding("bias", "", 1.0, "there is only one customer", "nothing can be compared")
