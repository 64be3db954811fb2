"""Conditions on traits over a database: two-valued, exact, and the same as plain Python says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segmentry.engine import Engine
from segmentry.segments.batch import Leaves
from segmentry.segments.compiler import flags, members
from segmentry.segments.errors import DefinitionError
from segmentry.segments.fields import Field, Fields
from segmentry.segments.inputs import Inputs
from segmentry.segments.language.reading import parse
from segmentry.segments.tree import (
    And,
    Between,
    Compare,
    Condition,
    Definition,
    Known,
    Match,
    Not,
    OneOf,
    Or,
    Trait,
)
from segmentry.terms.clock import utc_to_local
from segmentry.terms.tables import ColumnType

_TYPES = {
    "country": (ColumnType.TEXT, pa.string()),
    "spend": (ColumnType.DECIMAL, pa.decimal128(18, 4)),
    "rate": (ColumnType.NUMBER, pa.float64()),
    "orders": (ColumnType.INTEGER, pa.int64()),
    "seen_at": (ColumnType.TIMESTAMP, pa.timestamp("us")),
    "born": (ColumnType.DATE, pa.date32()),
    "vip": (ColumnType.BOOLEAN, pa.bool_()),
}
FIELDS = Fields([Field(name, "traits", name, kind) for name, (kind, _) in _TYPES.items()])
ROWS: list[dict[str, Any]] = [
    {"country": "UK", "spend": Decimal("1.2345"), "rate": 1.5, "orders": 1, "born": date(2024, 1, 1), "vip": True},
    {"country": "france", "spend": Decimal("10.0000"), "rate": float("nan"), "orders": 2, "vip": False},
    {"country": "100%_x", "spend": Decimal("-5"), "rate": -0.5, "orders": 0, "born": date(1999, 12, 31)},
    {"country": "", "rate": 0.1, "orders": 10},
    {},
]
_SEEN = [datetime(2024, 3, 31, 0, 30), datetime(2024, 3, 30, 23, 30), datetime(2024, 3, 31, 23, 0), None, None]


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as the traits table, customers named c0 and on."""
    columns = {name: pa.array([row.get(name) for row in rows], kind) for name, (_, kind) in _TYPES.items()}
    return pa.table({"customer_id": [f"c{place}" for place in range(len(rows))], **columns})


DATA = table([{**row, "seen_at": seen} for row, seen in zip(ROWS, _SEEN, strict=True)])


def chosen(text: str | Condition, timezone: str = "UTC", as_of: datetime | None = datetime(2024, 6, 1)) -> str:
    """Numbers of the customers for whom a condition is true, such as ``034``."""
    condition = parse(text) if isinstance(text, str) else text
    traits = ibis.memtable(DATA)
    found = members([Definition("d", "d", condition, timezone=timezone)], traits, {"traits": traits}, FIELDS, as_of)
    rows = ibis.duckdb.connect().to_pyarrow(found).to_pylist()
    return "".join(sorted(row["customer_id"][1:] for row in rows))


@pytest.mark.parametrize(
    ("text", "members_"),
    [
        ('country = "UK"', "0"),
        ('country != "UK"', "123"),
        ('not country = "UK"', "1234"),
        ('country not in ("UK", "x")', "123"),
        ('country = "FRANCE"', ""),
        ('country equals "FRANCE"', "1"),
        ('country contains "%_"', "2"),
        ('country contains "_"', "2"),
        ('country starts with "U"', "0"),
        ('country ends with "CE"', "1"),
        ("country is unknown", "4"),
        ("country is known", "0123"),
        ("not country is known", "4"),
        ("spend > 1.23449999", "01"),
        ("spend >= 1.23451", "1"),
        ("spend < 1.23451", "02"),
        ("spend = 1.23451", ""),
        ("spend != 1.23451", "012"),
        ("spend < 99999999999999999999", "012"),
        ("spend > -99999999999999999999", "012"),
        ("spend != 99999999999999999999", "012"),
        ("spend between -5 and 1.2345", "02"),
        ("rate > 0", "03"),
        ("rate != 0", "023"),
        ("rate = 0.1", "3"),
        ("rate is unknown", "14"),
        ("not rate > 0", "124"),
        ("orders = 1.5", ""),
        ("orders > 0.5", "013"),
        ("orders in (1, 2.5, 10)", "03"),
        ("orders not in (1, 2.5)", "123"),
        ("orders in (0.5)", ""),
        ("orders not in (0.5)", "0123"),
        ("born = 2024-01-01", "0"),
        ("born in (2024-01-01, 1999-12-31)", "02"),
        ("born < 2024-01-01", "2"),
        ("vip = true", "0"),
        ("vip != true", "1"),
        ("vip in (true, false)", "01"),
        ("orders >= 0 and (vip = true or rate < 0)", "02"),
    ],
)
def test_table_of_cases(text: str, members_: str) -> None:
    """Hand-written truth: unknown makes a leaf false, thresholds are exact, only not is set difference."""
    assert chosen(text) == members_


@pytest.mark.parametrize(
    ("text", "timezone", "members_"),
    [
        ("seen_at = 2024-03-31", "UTC", "02"),
        ("seen_at = 2024-03-31", "Europe/London", "0"),
        ("seen_at = 2024-03-31", "Asia/Kathmandu", "01"),
        ("seen_at > 2024-03-30", "America/New_York", "2"),
        ("seen_at <= 2024-03-30", "America/New_York", "01"),
        ("seen_at < 2024-03-31", "UTC", "1"),
        ("seen_at != 2024-03-31", "UTC", "1"),
        ("seen_at in (2024-03-30, 2024-04-01)", "Europe/London", "12"),
        ("seen_at >= 0001-01-01", "Pacific/Apia", "012"),
        ("seen_at <= 9999-12-31", "Pacific/Apia", "012"),
    ],
)
def test_days_are_days_of_the_definitions_zone(text: str, timezone: str, members_: str) -> None:
    """An instant lies on the local day of the definition's zone, summer time included."""
    assert chosen(text, timezone) == members_


def _plain(condition: Condition, row: dict[str, Any]) -> bool:
    """The truth of a condition by plain Python."""
    match condition:
        case And(parts):
            return all(_plain(part, row) for part in parts)
        case Or(parts):
            return any(_plain(part, row) for part in parts)
        case Not(part):
            return not _plain(part, row)
    assert isinstance(condition, Compare | Between | OneOf | Match | Known)
    assert isinstance(condition.measure, Trait)
    value = row[condition.measure.name]
    known = value is not None and value == value  # noqa: PLR0124
    if isinstance(condition, Known):
        return known is condition.known
    return known and _leaf(condition, _comparable(value))


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_to_local(value, "Europe/London").replace(tzinfo=UTC).date()
    return Decimal(repr(value)) if isinstance(value, float) else value


def _leaf(leaf: Compare | Between | OneOf | Match, value: Any) -> bool:
    match leaf:
        case Compare(_, operator, other):
            signs = {"=": value == other, "!=": value != other}
            if operator in signs:
                return signs[operator]
            orders = {"<": value < other, "<=": value <= other, ">": value > other, ">=": value >= other}
            return bool(orders[operator])
        case Between(_, low, high):
            return bool(low <= value <= high)
        case OneOf(_, values, negated):
            return (value in values) is not negated
        case Match(_, how, text):
            folded, wanted = value.lower(), text.lower()
            return {
                "equals": folded == wanted,
                "contains": wanted in folded,
                "starts with": folded.startswith(wanted),
                "ends with": folded.endswith(wanted),
            }[how]
    raise TypeError(leaf)


_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "country": st.sampled_from(["UK", "uk", "France", "", "ö%", "_"]),
    "spend": st.sampled_from([Decimal(text) for text in ("0", "1.2345", "1.23455", "-7", "1E+20", "10")]),
    "rate": st.sampled_from([Decimal(text) for text in ("0", "0.1", "1.5", "-2")]),
    "orders": st.sampled_from([Decimal(text) for text in ("0", "1", "2.5", "3", "-1E+30")]),
    "seen_at": st.sampled_from([date(2024, 3, 30), date(2024, 3, 31), date(2024, 10, 27)]),
    "born": st.sampled_from([date(2000, 2, 29), date(2024, 1, 1)]),
    "vip": st.booleans(),
}
_CELLS: dict[str, st.SearchStrategy[Any]] = {
    "country": _VALUES["country"],
    "spend": st.sampled_from([Decimal(text) for text in ("0", "1.2345", "-7", "10")]),
    "rate": st.sampled_from([0.0, 0.1, 1.5, -2.0, float("nan")]),
    "orders": st.integers(-1, 3),
    "seen_at": st.sampled_from([datetime(2024, 3, 30, 23, 59), datetime(2024, 3, 31, 23), datetime(2024, 10, 27, 1)]),
    "born": _VALUES["born"],
    "vip": st.booleans(),
}


@st.composite
def _random_leaf(draw: st.DrawFn) -> Condition:
    name = draw(st.sampled_from(sorted(_VALUES)))
    value, trait = _VALUES[name], Trait(name)
    ordered = name != "vip"
    kinds = ["compare", "list", "known"] + ["between"] * ordered + ["match"] * (name == "country")
    kind = draw(st.sampled_from(kinds))
    if kind == "compare":
        operator = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="] if ordered else ["=", "!="]))
        return Compare(trait, operator, draw(value))
    if kind == "between":
        low, high = sorted([draw(value), draw(value)])
        return Between(trait, low, high)
    if kind == "list":
        return OneOf(trait, tuple(draw(st.lists(value, min_size=1, max_size=3))), draw(st.booleans()))
    if kind == "match":
        how = draw(st.sampled_from(["equals", "contains", "starts with", "ends with"]))
        return Match(trait, how, draw(st.sampled_from(["u", "UK", "FRAN", "%", "_", "Ö"])))
    return Known(trait, draw(st.booleans()))


_trees = st.recursive(
    _random_leaf(),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)
_rows = st.lists(
    st.fixed_dictionaries({name: st.none() | cell for name, cell in _CELLS.items()}), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_trees, min_size=1, max_size=4), _rows)
def test_database_and_plain_python_agree(trees: list[Condition], rows: list[dict[str, Any]]) -> None:
    """Random trees over random rows: the compiled expression and plain Python name the same customers."""
    definitions = [Definition(f"d{place}", "", tree, timezone="Europe/London") for place, tree in enumerate(trees)]
    traits = ibis.memtable(table(rows))
    found = ibis.duckdb.connect().to_pyarrow(flags(definitions, traits, {"traits": traits}, FIELDS)).to_pylist()
    by_customer = {row["customer_id"]: row for row in found}
    for place, row in enumerate(rows):
        expected = {each.id: _plain(each.where, row) for each in definitions}
        assert {key: value for key, value in by_customer[f"c{place}"].items() if key != "customer_id"} == expected


def test_everything_wrong_is_told_at_once() -> None:
    """Unknown traits with their near miss, and every value of a wrong type."""
    text = 'contry = "x" and spend = "a" and orders contains "x" and vip > true and country > 5'
    text += " and spend is in last 2 days"
    with pytest.raises(DefinitionError) as caught:
        chosen(text)
    codes = [problem.code for problem in caught.value.problems]
    assert codes.count("TRAIT_UNKNOWN") == 1
    assert codes.count("TYPE_MISMATCH") == 5
    assert "'country'" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("any order in last 30 days", "FACTS_UNKNOWN"),
        ("seen_at is in last 30 days", "AS_OF_MISSING"),
        ('consents to "mail"', "TABLE_MISSING"),
        ('random bucket 1 of 2 salted "x"', "TABLE_MISSING"),
        ('in segment "nowhere"', "SEGMENT_UNKNOWN"),
        ("distance to (1, 2) < 3", "TRAIT_UNKNOWN"),
    ],
)
def test_what_is_not_known_is_refused(text: str, code: str) -> None:
    """A leaf on what nobody loaded is refused, never silently true or false."""
    with pytest.raises(DefinitionError) as caught:
        chosen(text, as_of=None)
    assert caught.value.code == code


def test_alike_leaves_are_computed_once() -> None:
    """Two hundred definitions that share a leaf ask for it once; the same words in another zone are another leaf."""
    traits = ibis.table({"customer_id": "string", "seen_at": "timestamp(6)"}, name="traits")
    condition = parse("seen_at > 2024-01-01 and not seen_at > 2024-01-01")
    definitions = [Definition(f"d{place}", "", condition) for place in range(200)]
    far = [*definitions, Definition("far", "", condition, timezone="Asia/Kathmandu")]
    inputs, as_of = Inputs(traits, FIELDS, {"traits": traits}), datetime(2024, 6, 1)
    assert len(Leaves(definitions, inputs, as_of).truths) == 1
    assert len(Leaves(far, inputs, as_of).truths) == 2


@pytest.mark.parametrize("value", ["'; drop table traits; --", '"', "\\", "{{x}}", "%s", "€\u202e", "$1"])
def test_values_are_never_code(value: str) -> None:
    """Whatever a value holds, it is compared and nothing else."""
    assert chosen(Compare(Trait("country"), "=", value)) == ""
    assert chosen(Match(Trait("country"), "contains", value)) == ""
    assert chosen(OneOf(Trait("country"), (value, "UK"), negated=False)) == "0"


def test_names_are_never_code(engine: Engine) -> None:
    """A trait may be named like an attack; it is a column and nothing else."""
    name = 'x"; drop table t; --'
    fields = Fields([Field(name, "traits", name, ColumnType.INTEGER)])
    traits = ibis.memtable(pa.table({"customer_id": ["a", "b"], name: [1, 2]}))
    found = flags([Definition("d", "", Compare(Trait(name), ">", Decimal(1)))], traits, {"traits": traits}, fields)
    rows = ibis.duckdb.connect().to_pyarrow(found).to_pylist()
    assert sorted((row["customer_id"], row["d"]) for row in rows) == [("a", False), ("b", True)]


def test_long_lists_and_many_terms_are_answered() -> None:
    """Ten thousand values and two thousand terms say what a few would; test_hostile.py holds what they cost."""
    values = tuple(f"v{place}" for place in range(10_000))
    assert chosen(OneOf(Trait("country"), (*values, "UK"))) == "0"
    assert chosen(OneOf(Trait("country"), (*values, "UK"), negated=True)) == "123"
    terms = Or(tuple(Compare(Trait("orders"), "=", Decimal(place)) for place in range(2_000)))
    assert chosen(terms) == "0123"


def test_customers_without_a_row_of_traits_are_unknown() -> None:
    """The universe decides who can be a member; whoever has no row has no values."""
    universe = ibis.memtable(pa.table({"customer_id": ["c0", "new"]}))
    found = flags(
        [Definition("yes", "", parse("orders = 1")), Definition("no", "", parse("not orders = 1"))],
        universe,
        {"traits": ibis.memtable(DATA)},
        FIELDS,
    )
    rows = {row["customer_id"]: row for row in ibis.duckdb.connect().to_pyarrow(found).to_pylist()}
    assert {key: (row["yes"], row["no"]) for key, row in rows.items()} == {"c0": (True, False), "new": (False, True)}
