"""What is probably not meant: read from the tree, and from what is known of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import ibis.expr.types as ir

from segmentry.segments.dependencies import traits_of
from segmentry.segments.explanation import leaves_of
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.writing import format_condition
from segmentry.segments.layout import FACT_TABLES
from segmentry.segments.logic import Cases, redundant
from segmentry.segments.published import Published
from segmentry.segments.reader import rows_of
from segmentry.segments.tree import (
    And,
    Compare,
    Condition,
    Count,
    Definition,
    Facts,
    InSegment,
    Moved,
    OneOf,
    Regularly,
    Rolling,
    Trait,
    walk,
)
from segmentry.segments.universe import EVERYBODY, base_of, parties
from segmentry.segments.windows import bounds, periods_back
from segmentry.terms.errors import near_miss

Severity = Literal["error", "warning", "note"]
OFTEN_UNKNOWN = 0.05
"""Share of unknown values from which != and not in are a trap."""
FEWEST = 30
"""Members below which shares and means say little and single people show."""
MOST_SHARE = 0.9
"""Share of the universe above which a segment tells nobody apart."""
PROTECTED = frozenset(
    (
        "age", "birth", "gender", "sex", "race", "ethnic", "ethnicity", "religion", "faith", "disability", "pregnancy",
        "marital", "orientation", "union", "political", "health", "nationality",
    )
)  # fmt: skip
"""Words for what equality law and GDPR Art. 9 protect."""
PROXIES = frozenset(
    ("postcode", "zip", "zipcode", "postal", "surname", "lastname", "firstname", "forename", "neighborhood", "district")
)
"""Words for what often stands in for it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is probably not meant.

    Attributes:
        code: Stable identifier.
        severity: error (nobody or everybody belongs), warning (probably not meant) or note.
        what: One sentence.
        where: Part of the definition, in the text notation.
        next_step: What to do.
    """

    code: str
    severity: Severity
    what: str
    where: str
    next_step: str

    def as_dict(self) -> dict[str, str]:
        """The finding as a mapping."""
        return asdict(self)


def lint(published: Published, definition: Definition) -> list[Finding]:
    """Everything that is probably not meant, of a definition that can be evaluated.

    Raises:
        DefinitionError: it cannot be evaluated.
    """
    members = published.number(published.evaluate(definition))
    tables = published.belonging().inputs(base_of(definition))
    return [
        *of_tree(definition.where),
        *_of_segments(published, definition),
        *_of_traits(published, tables, definition),
        *_of_history(published, tables, definition),
        *_of_protection(published, definition),
        *_of_size(members, published.number(tables.universe)),
    ]


def of_tree(condition: Condition) -> Iterator[Finding]:
    """What the tree alone gives away: contradiction, tautology, redundant parts, filters on different facts."""
    cases = Cases(leaves_of(condition))
    text = format_condition(condition)
    if not cases.possible:
        what = "There are too many conditions to look for contradictions"
        yield Finding("TOO_RICH", "note", what, _short(text), "Name parts as segments of their own.")
    elif cases.true(condition) == 0:
        yield Finding("CONTRADICTION", "error", "Nobody can ever belong", _short(text), "Take one of the parts out.")
    elif cases.true(condition) == cases.everywhere:
        yield Finding("TAUTOLOGY", "error", "Everybody always belongs", _short(text), "Take it out, or narrow it.")
    else:
        for part in redundant(condition, cases):
            what = "This part changes nothing: the others already say it, or never let it matter"
            yield Finding("REDUNDANT", "warning", what, _short(format_condition(part)), "Leave it out.")
    yield from _same_event(condition)


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"


def _same_event(condition: Condition) -> Iterator[Finding]:
    for node in walk(condition):
        if not isinstance(node, And):
            continue
        seen: dict[Any, list[Condition]] = {}
        for part in node.parts:
            facts = _any_of(part)
            if facts is not None:
                seen.setdefault((facts.kind, facts.name), []).append(part)
        for (kind, _), parts in seen.items():
            if len(parts) > 1:
                text = " and ".join(format_condition(part) for part in parts)
                what = f"Each of these may be met by another {kind}"
                step = f"For one and the same {kind}, write any {kind} where (… and …); else leave it."
                yield Finding("NOT_SAME_EVENT", "warning", what, _short(text), step)


def _any_of(part: Condition) -> Facts | None:
    """The filtered facts of which a condition asks for one at least."""
    if not (isinstance(part, Compare) and isinstance(part.measure, Count) and isinstance(part.value, Decimal)):
        return None
    at_least_one = (part.operator, part.value) in ((">=", Decimal(1)), (">", Decimal(0)))
    return part.measure.facts if at_least_one and part.measure.facts.where is not None else None


def _of_segments(published: Published, definition: Definition) -> Iterator[Finding]:
    """Past members asked of a segment that never was; one that was retired keeps its history."""
    known = {
        word for row in rows_of(published.reader, "segment_definitions") for word in (row["segment_id"], row["name"])
    }
    known |= {word for each in published.with_definition(definition) for word in (each.id, each.name)}
    for node in walk(definition.where):
        if isinstance(node, InSegment | Moved) and node.segment not in known:
            next_step = near_miss(node.segment, known) or "Nobody was ever in it; name another."
            yield Finding("SEGMENT_NEVER", "warning", "There never was such a segment", node.segment, next_step)


def _of_traits(published: Published, tables: Inputs, definition: Definition) -> Iterator[Finding]:
    names = [name for name in traits_of(definition.where) if name in tables.fields]
    if not names:
        return
    whole = published.number(tables.universe)
    for name in names:
        known, different = _known(published, tables, name)
        others = [] if known else list(of_other_kinds(published, tables, definition, name))
        if others:
            yield from others
        elif not known:
            what, step = "Its value is known of nobody", "Load it, or leave the condition out."
            yield Finding("DEAD_FIELD", "warning", what, name, step)
        elif different == 1 and known == whole:
            yield Finding("DEAD_FIELD", "note", "Everybody has the same value", name, "Leave the condition out.")
        share = 1 - known / whole if whole else 0.0
        for leaf in leaves_of(definition.where):
            if known and share >= OFTEN_UNKNOWN and _denies(leaf, name):
                what = f"Unknown of {share:.0%}, who do not count as different"
                step = f"Add: or {name} is unknown; or write not ({name} = …)."
                yield Finding("UNKNOWN_TRAP", "warning", what, _short(format_condition(leaf)), step)


def unknown_here(published: Published, definition: Definition) -> list[Finding]:
    """Traits that a definition asks for and that are known of other kinds of parties only: why nobody belongs."""
    tables = published.belonging().inputs(base_of(definition))
    names = [name for name in traits_of(definition.where) if name in tables.fields]
    unknown = [name for name in names if not _known(published, tables, name)[0]]
    return [each for name in unknown for each in of_other_kinds(published, tables, definition, name)]


def of_other_kinds(published: Published, tables: Inputs, definition: Definition, name: str) -> Iterator[Finding]:
    """Whose values of a trait are known, where none of the kinds asked for has any."""
    base = base_of(definition)
    counts = {
        kind: _known(published, replace(tables, universe=parties(published.reader, (kind,))), name)[0]
        for kind in EVERYBODY
        if kind not in base
    }
    told = sorted((kind for kind, known in counts.items() if known), key=lambda kind: (-counts[kind], kind))
    if told:
        words = " and ".join(f"{each.replace('_', ' ')}s" for each in told)
        step = f"Add kinds: [{', '.join([*base, told[0]])}] to the definition."
        if definition.of == "accounts":
            step = "Ask for customers instead of accounts."
        yield Finding("OTHER_KINDS", "warning", f"Every known value of {name} belongs to {words}", name, step)


def _known(published: Published, tables: Inputs, name: str) -> tuple[int, int]:
    field = tables.fields[name]
    table: ir.Table = tables.traits[field.table].semi_join(tables.universe, "customer_id")
    column = table[field.column]
    if column.type().is_floating():
        column = column.isnan().ifelse(None, column)
    row = published.reader.rows(table.aggregate(known=column.count(), different=column.nunique()))[0]
    return row["known"], row["different"]


def _denies(leaf: Condition, name: str) -> bool:
    denied = (isinstance(leaf, Compare) and leaf.operator == "!=") or (isinstance(leaf, OneOf) and leaf.negated)
    return denied and getattr(leaf, "measure", None) == Trait(name)


def _of_history(published: Published, tables: Inputs, definition: Definition) -> Iterator[Finding]:
    as_of, zone = published.as_of, definition.timezone
    starts: dict[tuple[str, str], datetime | None] = {}
    for node in walk(definition.where):
        if isinstance(node, Facts) and isinstance(node.window, Rolling) and node.window.start is not None:
            spans = bounds(node.window, as_of, zone)
            starts[node.kind, format_of(node)] = spans[0].start if spans else None
        elif isinstance(node, Regularly):
            starts[node.facts.kind, format_condition(node)] = periods_back(as_of, node.span, node.periods, zone)[
                -1
            ].start
    for (kind, text), start in starts.items():
        home = FACT_TABLES[kind]  # type: ignore[index]
        table = tables.facts[home.table]
        first = published.reader.rows(table.aggregate(first=table[home.time].min()))[0]["first"]
        if first is None:
            yield Finding("NO_FACTS", "warning", f"There is no {kind} at all", text, "Load some first.")
        elif start is None or start < first:
            what = f"The window is longer than the history, which begins on {first:%Y-%m-%d}"
            yield Finding("WINDOW_BEYOND_HISTORY", "warning", what, text, "Shorten the window, or load older data.")


def format_of(facts: Facts) -> str:
    """Facts in the text notation, as part of a condition."""
    return _short(format_condition(Compare(Count(facts), ">=", Decimal(1))))


def _of_protection(published: Published, definition: Definition) -> Iterator[Finding]:
    classes = {row["trait"]: row["data_class"] for row in rows_of(published.reader, "trait_catalog")}
    for name in traits_of(definition.where):
        words = set(name.casefold().replace("-", "_").split("_"))
        if classes.get(name) == "special" or words & PROTECTED:
            what, step = "This is, or tells, a protected attribute", "Have a lawful ground, or decide by behavior."
            yield Finding("PROTECTED", "warning", what, name, step)
        elif words & PROXIES:
            what, step = "This often stands in for a protected attribute", "Check whom it leaves out."
            yield Finding("PROXY", "note", what, name, step)


def _of_size(members: int, whole: int) -> Iterator[Finding]:
    where = f"{members:,} of {whole:,}"
    if not members:
        yield Finding("EMPTY", "warning", "Nobody belongs at present", where, "Widen it, or wait for somebody.")
    elif members < FEWEST:
        what = f"Fewer than {FEWEST} members: means say little, and single people show"
        yield Finding("TOO_SMALL", "warning", what, where, "Widen it.")
    elif members > MOST_SHARE * whole:
        what = f"More than {MOST_SHARE:.0%} of everybody belong: it tells nobody apart"
        yield Finding("TOO_MANY", "note", what, where, "Narrow it.")


def summary(findings: Sequence[Finding]) -> dict[str, int]:
    """Findings by severity."""
    return {each: sum(one.severity == each for one in findings) for each in ("error", "warning", "note")}
