"""Publishes who persons are by age, household, income, education and language."""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segmentry.engine import Run, arrow_schema
from segmentry.profiles.catalog import TraitCatalog
from segmentry.profiles.demographic import TRAITS, DemographicSpec
from segmentry.profiles.demographic.ages import age_columns
from segmentry.profiles.demographic.households import household_type, income_level, life_cycle
from segmentry.profiles.demographic.reading import WORDS, Unread, read
from segmentry.profiles.demographic.spec import NAMES
from segmentry.profiles.demographic.tables import DEMOGRAPHIC_TRAITS, DEMOGRAPHIC_UNREAD
from segmentry.profiles.history import keyed
from segmentry.profiles.picking import of_oldest_party
from segmentry.profiles.run import identity_or_none
from segmentry.terms.tables import Column

MOST_VALUES = 50_000
"""Distinct texts of one column that are read; what is told more variedly is no property of a person."""

_NEEDS = {
    "age": ("birth_date", "birth_year", "age"),
    "age_band": ("birth_date", "birth_year", "age"),
    "generation": ("birth_date", "birth_year", "age"),
    "gender": ("gender",),
    "marital_status": ("marital_status",),
    "education_level": ("education",),
    "is_retired": ("occupation",),
    "income_low": ("income",),
    "income_level": ("income",),
    "household_size": ("household_size",),
    "children": ("children",),
    "household_type": ("household_size", "children", "marital_status"),
    "language": ("language",),
}
"""Traits with the columns of which any will do; the others need all that they are made of."""


def publish(run: Run, spec: DemographicSpec, catalog: TraitCatalog) -> None:
    """Publish demographic traits and the told values that could not be read; nothing where nothing is told.

    Args:
        run: The run; it must see ``customers`` and ``identity``.
        spec: Which columns tell what, and the as-of.
        catalog: The traits known so far; those made here are added.
    """
    customers = run.table("customers")
    told = {each: name for each in NAMES if (name := spec.column(each, tuple(customers.columns))) is not None}
    if not told:
        return
    merged = identity_or_none(run)
    people = keyed(customers, merged).select("customer_id", "party_key", "known_since", **told)
    unread: list[Unread] = []
    for what, name in told.items():
        people, wrong = with_read(run, people, what, name, spec.last_day)
        unread += wrong
    if merged is not None:
        people = of_oldest_party(people)
    traits = [trait for trait in TRAITS if _can(trait.name, told)]
    table = _traits(people, spec).select("customer_id", *(trait.name for trait in traits))
    contract = DEMOGRAPHIC_TRAITS.with_columns(
        Column(each.name, each.type, each.description, each.unit, each.data_class) for each in traits
    )
    run.publish(contract, table, spec=spec, parents=("customers", "identity"))
    rows = [_row(each) for each in unread]
    run.publish(DEMOGRAPHIC_UNREAD, pa.Table.from_pylist(rows, schema=arrow_schema(DEMOGRAPHIC_UNREAD)), spec=spec)
    catalog.register("demographic_traits", *traits)


def _can(name: str, told: dict[str, str]) -> bool:
    if name == "family_life_cycle":
        return "marital_status" in told and "children" in told and bool({"birth_date", "birth_year", "age"} & set(told))
    return any(each in told for each in _NEEDS[name])


def with_read(
    run: Run, people: ir.Table, told: str, name: str, last_day: date, *, read_as: str = ""
) -> tuple[ir.Table, list[Unread]]:
    """The people with what one column means, as ``read_TOLD``, or ``TOLD_low`` and ``TOLD_high``.

    Args:
        run: The run.
        people: Has the column ``told``.
        told: The column.
        name: Its name in the source, for what could not be read.
        last_day: The last local day that counts; later dates are not believed.
        read_as: What the column is read as, such as ``birth_date``; what it is called by default.
    """
    what, column = read_as or told, people[told]
    if what == "birth_date" and (column.type().is_date() or column.type().is_timestamp()):
        day = column.cast("date")
        known = (day <= ibis.literal(last_day)).fill_null(False)
        return people.mutate(**{f"read_{told}": ibis.ifelse(known, day, ibis.null("date"))}), []
    if what not in WORDS and what != "birth_date" and column.type().is_numeric():
        value = ibis.ifelse(column >= 0, column.cast("float64"), ibis.null("float64"))
        return people.mutate(**{f"{told}_low": value, f"{told}_high": value}), []
    texts = people.select(text=column.cast("string"))
    counted = texts.filter(texts.text.notnull()).group_by("text").aggregate(customers=ibis._.count())
    rows = run.rows(counted.order_by(counted.customers.desc(), counted.text).limit(MOST_VALUES))
    table, unread = read(what, name, rows, last_day)
    meant = ibis.memtable(table)
    joined = people.left_join(meant, column.cast("string") == meant.text).drop("text")
    names = {f"{told}_{each}": each for each in ("low", "high")} if "low" in table.column_names else {}
    return joined.rename(names or {f"read_{told}": "value"}), unread


_READ = {
    "read_birth_date": "date",
    "birth_year_low": "float64",
    "age_low": "float64",
    "age_high": "float64",
    "read_gender": "string",
    "read_marital_status": "string",
    "read_education": "string",
    "read_occupation": "boolean",
    "read_language": "string",
    "income_low": "float64",
    "household_size_low": "float64",
    "children_low": "float64",
    "youngest_child_age_low": "float64",
}
"""What reading makes, with types; what nobody told is unknown for everybody."""


def _traits(people: ir.Table, spec: DemographicSpec) -> ir.Table:
    told = people.select(
        "customer_id",
        **{name: people[name] if name in people.columns else ibis.null(kind) for name, kind in _READ.items()},
    )
    low, high = told.age_low, told.age_high
    year = told.birth_year_low.cast("int64")
    ages = age_columns(told.read_birth_date, year, low, high, spec.last_day, spec.age_bands)
    children, persons = told.children_low.cast("int64"), told.household_size_low.cast("int64")
    age = ibis.coalesce(ages["age"].cast("float64"), (low + high) / 2)
    married, retired = told.read_marital_status, told.read_occupation
    return told.select(
        "customer_id",
        **ages,
        gender=told.read_gender,
        marital_status=married,
        education_level=told.read_education,
        is_retired=retired,
        income_low=told.income_low,
        income_level=income_level(told.income_low),
        household_size=persons,
        children=children,
        household_type=household_type(married, persons, children),
        family_life_cycle=life_cycle(age, married, children, told.youngest_child_age_low, retired),
        language=told.read_language,
    )


def _row(unread: Unread) -> dict[str, Any]:
    return {
        "told": unread.told,
        "column_name": unread.column,
        "value": unread.value,
        "customers": unread.customers,
        "reason": unread.reason,
    }
