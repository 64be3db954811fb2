"""Who belongs, worked out customer by customer and row by row."""

# ruff: noqa: PLR0911  (one return for each kind of node)

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from segmentry.segments import tree
from segmentry.segments.referee.compared import compared, holds
from segmentry.segments.referee.wall_clock import instant_of, lies_in, local_midnight, stepped_back
from segmentry.segments.tree import Condition, Definition, Facts, Measure, Span

Row = Mapping[str, Any]
_TABLES = {
    "order": ("orders", "ordered_at"),
    "return": ("orders", "ordered_at"),
    "transaction": ("orders", "ordered_at"),
    "line": ("order_lines", "ordered_at"),
    "event": ("events", "occurred_at"),
    "service contact": ("service_contacts", "contacted_at"),
    "touch": ("touches", "touched_at"),
}
_IDS = {
    "orders": ("order_id",),
    "order_lines": ("load_id", "line_number"),
    "events": ("event_id",),
    "service_contacts": ("contact_id",),
    "touches": ("campaign_id",),
}


@dataclass(frozen=True)
class World:
    """Everything known: raw rows, each of a customer or an account.

    Attributes:
        parties: The universe: one row for each customer (or account), with ``customer_id`` and traits by name.
        facts: Rows by table: ``orders``, ``order_lines``, ``events``, ``service_contacts``, ``touches``; each with
            ``customer_id``.
        changes: Membership changes: ``segment_id``, ``customer_id``, ``effective_at``, ``change``.
        consents: ``customer_id``, ``purpose``, ``channel`` (None for every one), ``given``, ``recorded_at``.
        addresses: ``customer_id``, ``channel``, ``usable``.
        contacts: ``account_id``, ``customer_id``, ``role``, ``started_on`` and ``ended_on`` (None for always).
        definitions: Other definitions, for ``in segment``.
        others: Parties beyond the universe, at whom conditions on contacts and accounts look as well.
    """

    parties: Sequence[Row]
    facts: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    changes: Sequence[Row] = ()
    consents: Sequence[Row] = ()
    addresses: Sequence[Row] = ()
    contacts: Sequence[Row] = ()
    definitions: Sequence[Definition] = ()
    others: Sequence[Row] = ()


def judge(definition: Definition, world: World, as_of: datetime) -> set[str]:
    """The ids of those who belong at ``as_of`` (UTC, no zone attached)."""
    court = _Court(world, as_of, definition.timezone)
    return {row["customer_id"] for row in world.parties if court.true(definition.where, row)}


class _Court:
    """One definition's questions to a world; ``base`` are those among whom ranks are taken, the universe if None."""

    def __init__(self, world: World, as_of: datetime, zone: str, base: Sequence[Row] | None = None) -> None:
        self.world = world
        self.as_of = as_of
        self.zone = zone
        self.base = world.parties if base is None else base

    def true(self, condition: Condition, row: Row) -> bool:
        """Whether a condition is true of one customer, or of one fact inside a filter."""
        match condition:
            case tree.And(parts):
                return all(self.true(part, row) for part in parts)
            case tree.Or(parts):
                return any(self.true(part, row) for part in parts)
            case tree.Not(part):
                return not self.true(part, row)
            case tree.Known(measure, known):
                return (_value(self.measure(measure, row)) is not None) is known
            case tree.Within(measure, window):
                return self._within(self.measure(measure, row), window)
            case tree.Rank() | tree.Percentile():
                return self._ranked(condition, row)
            case tree.Compare() | tree.Between() | tree.OneOf() | tree.Match():
                value = _value(self.measure(condition.measure, row))
                return value is not None and holds(condition, compared(value, self.zone))
        return self._of_behavior(condition, row)

    def _within(self, value: Any, window: tree.Window) -> bool:
        if value is None:
            return False
        moment = value if isinstance(value, datetime) else local_midnight(value, self.zone)
        return lies_in(moment, window, self.as_of, self.zone)

    def measure(self, measure: Measure, row: Row) -> Any:
        """The value of a measure, None where unknown."""
        match measure:
            case tree.Trait(name):
                return row.get(name)
            case tree.Count(facts):
                return len(self.facts(facts, row))
            case tree.Aggregate(function, name, facts):
                return _aggregate(function, [each.get(name) for each in self.facts(facts, row)])
            case tree.Pick(which, name, facts):
                return self._pick(which, name, facts, row)
            case tree.Distance(latitude, longitude):
                return _distance(row.get("latitude"), row.get("longitude"), float(latitude), float(longitude))
            case tree.Contacts(role, where):
                people, wide = self._people(row["customer_id"], role), self._wide()
                return sum(1 for person in people if where is None or wide.true(where, person))
        raise TypeError(measure)

    def facts(self, facts: Facts, row: Row) -> list[Row]:
        """The facts of one customer that count, by time, the smaller id first."""
        table, time = _TABLES[facts.kind]
        found = [
            each
            for each in self.world.facts.get(table, ())
            if each["customer_id"] == row["customer_id"]
            and _is_kind(facts, each)
            and lies_in(each[time], facts.window, self.as_of, self.zone)
            and (facts.where is None or self.true(facts.where, each))
        ]
        return sorted(found, key=lambda each: (each[time], *(each[name] for name in _IDS[table])))

    def times(self, facts: Facts, row: Row, window: tree.Window | None = None) -> list[datetime]:
        """When the facts of one customer took place."""
        time = _TABLES[facts.kind][1]
        return [each[time] for each in self.facts(replace(facts, window=window), row)]

    def _pick(self, which: str, name: str, facts: Facts, row: Row) -> Any:
        found = self.facts(facts, row)
        if not found:
            return None
        time = _TABLES[facts.kind][1]
        if which == "last":
            found = [each for each in found if each[time] == found[-1][time]]
        return found[0][time] if name == "date" else found[0].get(name)

    def _ranked(self, condition: tree.Rank | tree.Percentile, row: Row) -> bool:
        values = [_value(self.measure(condition.measure, each)) for each in self.base]
        base = sorted((value for value in values if value is not None and value > 0), reverse=True)
        mine = _value(self.measure(condition.measure, row))
        if mine is None or mine <= 0:
            return False
        if isinstance(condition, tree.Percentile):
            base.reverse()
            low, high = (base[max(_rank(each, len(base)), 1) - 1] for each in (condition.low, condition.high))
            return bool(low <= mine <= high)
        place = _rank(condition.amount, len(base)) if condition.percent else int(condition.amount)
        if condition.side == "bottom":
            base.reverse()
        cut = base[min(place, len(base)) - 1]
        return bool(mine >= cut) if condition.side == "top" else bool(mine <= cut)

    def _of_behavior(self, condition: Condition, row: Row) -> bool:
        match condition:
            case tree.FirstTime(facts):
                ever = self.times(facts, row)
                return bool(ever) and lies_in(min(ever), facts.window, self.as_of, self.zone)
            case tree.Regularly(facts, hits, periods, span):
                times = self.times(facts, row)
                return sum(self._any_in(times, span, each) for each in range(periods)) >= hits
            case tree.Stopped(facts, silence, active):
                quiet = stepped_back(self.as_of, silence, self.zone)
                since = datetime.min if active is None else stepped_back(quiet, active, self.zone)
                times = self.times(facts, row)
                before = any(since < each <= quiet or (active is None and each <= quiet) for each in times)
                return before and not any(each > quiet for each in times)
            case tree.Restarted(facts, recent, silence):
                start = stepped_back(self.as_of, recent, self.zone)
                quiet = stepped_back(start, silence, self.zone)
                times = self.times(facts, row)
                again, between = any(each > start for each in times), any(quiet < each <= start for each in times)
                return again and not between and any(each <= quiet for each in times)
            case tree.Sequence():
                return self._sequence(condition, row)
        return self._of_standing(condition, row)

    def _any_in(self, times: Iterable[datetime], span: Span, place: int) -> bool:
        high = stepped_back(self.as_of, span, self.zone, place) if place else self.as_of
        low = stepped_back(self.as_of, span, self.zone, place + 1)
        return any(low < each <= high for each in times)

    def _sequence(self, sequence: tree.Sequence, row: Row) -> bool:
        reached = set(self.times(sequence.first, row, sequence.window))
        for step in sequence.steps:
            excluded = [] if step.without is None else self.times(step.without, row)
            reached = {
                later
                for later in self.times(step.facts, row, sequence.window)
                for earlier in reached
                if earlier < later
                and (step.within is None or later - earlier <= _elapsed(step.within))
                and (step.after is None or later - earlier >= _elapsed(step.after))
                and not any(earlier < each < later for each in excluded)
            }
        if sequence.never is None or sequence.never_within is None:
            return bool(reached)
        gap, unwanted = _elapsed(sequence.never_within), self.times(sequence.never, row)
        return any(
            each + gap <= self.as_of and not any(each < other <= each + gap for other in unwanted) for each in reached
        )

    def _of_standing(self, condition: Condition, row: Row) -> bool:
        me = row["customer_id"]
        match condition:
            case tree.InSegment(segment, None):
                other = self._definition(segment)
                inside = any(each["customer_id"] == me for each in self.world.parties)
                return inside and _Court(self.world, self.as_of, other.timezone).true(other.where, row)
            case tree.InSegment(segment, on):
                end = self._midnight((on or date.min) + timedelta(days=1))
                before = [each for each in self._changes(segment, me) if each["effective_at"] < end]
                return bool(before) and before[-1]["change"] == "entered"
            case tree.Moved(segment, change, window):
                return any(
                    each["change"] == change and lies_in(each["effective_at"], window, self.as_of, self.zone)
                    for each in self._changes(segment, me)
                )
            case tree.Consents(purpose):
                words = self._words(me, purpose)
                return any(
                    self._agrees([word for word in words if word["channel"] == each], each) for each in _on(words)
                )
            case tree.Reachable(channel, purpose):
                mine = [each for each in self.world.addresses if each["customer_id"] == me]
                usable = any(each["channel"] == channel and each["usable"] for each in mine)
                return usable and (purpose is None or self._agrees(self._words(me, purpose), channel))
            case tree.Bucket(first, last, of, salt):
                digest = hashlib.sha256(f"{salt}:{row['party_key']}".encode()).hexdigest()
                return first <= int(digest[:15], 16) * of // 2**60 + 1 <= last
            case tree.AllContacts(where, role):
                people, wide = self._people(me, role), self._wide()
                return bool(people) and all(wide.true(where, person) for person in people)
            case tree.AtAccount(where, role):
                links = [each for each in self.world.contacts if each["customer_id"] == me and self._holds(each, role)]
                ids, wide = {each["account_id"] for each in links}, self._wide()
                return any(wide.true(where, each) for each in wide.base if each["customer_id"] in ids)
        raise TypeError(condition)

    def _people(self, account: str, role: str | None) -> list[Row]:
        links = [each for each in self.world.contacts if each["account_id"] == account and self._holds(each, role)]
        ids = {each["customer_id"] for each in links}
        return [each for each in self._wide().base if each["customer_id"] in ids]

    def _holds(self, link: Row, role: str | None) -> bool:
        """Whether a link is of a role and its days are not all past or still to come."""
        first, last = link.get("started_on"), link.get("ended_on")
        begun = first is None or self._midnight(first) <= self.as_of
        over = last is not None and self._midnight(last + timedelta(days=1)) <= self.as_of
        return (role is None or link["role"] == role) and begun and not over

    def _midnight(self, day: date) -> datetime:
        return instant_of(datetime.combine(day, datetime.min.time()), self.zone)

    def _wide(self) -> _Court:
        """The same court with ranks among all parties: contacts and accounts may lie beyond the universe."""
        return _Court(self.world, self.as_of, self.zone, [*self.world.parties, *self.world.others])

    def _definition(self, word: str) -> Definition:
        return next(each for each in self.world.definitions if word in (each.id, each.name))

    def _changes(self, segment: str, customer: str) -> list[Row]:
        ids = {segment, *(each.id for each in self.world.definitions if each.name == segment)}
        mine = [
            each
            for each in self.world.changes
            if each["segment_id"] in ids and each["customer_id"] == customer and each["effective_at"] <= self.as_of
        ]
        return sorted(mine, key=lambda each: (each["effective_at"], each["change"] == "left"))

    def _words(self, customer: str, purpose: str) -> list[Row]:
        return [
            each
            for each in self.world.consents
            if each["customer_id"] == customer and each["purpose"] == purpose and each["recorded_at"] <= self.as_of
        ]

    def _agrees(self, words: Sequence[Row], channel: str | None) -> bool:
        """Whether the latest word, of those that speak of a channel, is yes."""
        heard = [each for each in words if each["channel"] in (None, channel)]
        last = max((each["recorded_at"] for each in heard), default=None)
        return bool(heard) and all(each["given"] for each in heard if each["recorded_at"] == last)


def _on(words: Sequence[Row]) -> set[str | None]:
    return {each["channel"] for each in words}


def _is_kind(facts: Facts, row: Row) -> bool:
    if facts.kind == "order":
        return bool(row["placed"])
    if facts.kind == "return":
        return bool((row["returned"] or 0) > 0)
    if facts.kind == "touch":
        return bool(row["arm"] == "treated")
    return facts.kind != "event" or facts.name is None or row["event"] == facts.name


def _value(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _aggregate(function: str, values: Sequence[Any]) -> Any:
    known = [value for value in map(_value, values) if value is not None]
    if function == "distinct":
        return len(set(known))
    if function == "sum":
        return sum(known) if known else Decimal(0)
    if not known:
        return None
    return float(sum(known)) / len(known) if function == "average" else {"min": min, "max": max}[function](known)


def _rank(percent: Decimal, size: int) -> int:
    return math.ceil(Fraction(percent) * size / 100)


def _elapsed(span: Span) -> timedelta:
    return timedelta(hours=span.count * {"hour": 1, "day": 24, "week": 168}[span.unit])


def _distance(latitude: Any, longitude: Any, to_latitude: float, to_longitude: float) -> float | None:
    if latitude is None or longitude is None:
        return None
    first, second = math.radians(float(latitude)), math.radians(to_latitude)
    across = math.radians(to_longitude - float(longitude))
    half = math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(half)))
