"""Age, its bands, and the generation, from a day or year of birth or a told age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from segmentry.profiles.catalog import Trait
from segmentry.terms.tables import ColumnType
from segmentry.terms.vocabulary import Basis, DataClass, Generation, Specificity

OLDEST = 120
"""An age above this was not meant."""

FIRST_YEARS = {
    Generation.SILENT: 1928,
    Generation.BOOMER: 1946,
    Generation.GENERATION_X: 1965,
    Generation.MILLENNIAL: 1981,
    Generation.GENERATION_Z: 1997,
    Generation.GENERATION_ALPHA: 2013,
}
"""First years of birth of each generation (Dimock 2019); who was born before is of the greatest generation."""


def _trait(name: str, kind: ColumnType, description: str, unit: str = "", renew: int | None = 365) -> Trait:
    return Trait(
        name,
        Basis.DEMOGRAPHIC,
        kind,
        description,
        unit,
        source="customers",
        renew_after_days=renew,
        specificity=Specificity.GENERAL,
        data_class=DataClass.QUASI_IDENTIFIER,
    )


AGE_TRAITS = (
    _trait("age", ColumnType.INTEGER, "Completed years at the as-of, or as told where no birth is.", "years"),
    _trait("age_band", ColumnType.TEXT, "Band of ages, closed below and open above; a band as told stays as it is."),
    _trait("generation", ColumnType.TEXT, "Generation by year of birth (Dimock 2019).", renew=None),
)
"""The traits made here."""


def age_columns(
    birth: ir.Value, year: ir.Value, low: ir.Value, high: ir.Value, last_day: date, bands: Sequence[int]
) -> dict[str, ir.Value]:
    """Age in completed years, band and generation.

    Args:
        birth: Day of birth.
        year: Year of birth, where no day is told.
        low: Lower bound of the told age.
        high: Upper bound; equal to ``low`` where a single age is told.
        last_day: The last local day that counts.
        bands: Ages at which bands begin.
    """
    months = (last_day.year - birth.year()) * 12 + (last_day.month - birth.month())
    before = (birth.month() == last_day.month) & (birth.day() > last_day.day)
    born = ((months - before.cast("int64")) / 12).floor().cast("int64")
    of_year = ibis.literal(last_day.year) - year
    told = ibis.ifelse(low == high, low.cast("int64"), ibis.null("int64"))
    age = ibis.coalesce(_possible(born), _possible(of_year), _possible(told))
    exact = ibis.coalesce(birth.year().cast("int64"), year.cast("int64"), last_day.year - _possible(told))
    possible = (exact <= last_day.year) & (exact >= last_day.year - OLDEST)
    return {
        "age": age,
        "age_band": ibis.coalesce(_band(age, bands), _told_band(low, high)),
        "generation": _generation(ibis.ifelse(possible, exact, ibis.null("int64"))),
    }


def _possible(age: ir.Value) -> ir.Value:
    return ibis.ifelse((age >= 0) & (age <= OLDEST), age, ibis.null("int64")).cast("int64")


def _band(age: ir.Value, bands: Sequence[int]) -> ir.Value:
    names = [f"under {bands[0]}", *(f"{low} to {high - 1}" for low, high in pairwise(bands))]
    cases = [(age < edge, name) for edge, name in zip(bands, names, strict=True)]
    return ibis.ifelse(age.isnull(), ibis.null("string"), ibis.cases(*cases, else_=f"{bands[-1]} and over"))


def _told_band(low: ir.Value, high: ir.Value) -> ir.Value:
    words = low.cast("int64").cast("string")
    known = (low < high) & (low >= 0) & (low <= OLDEST)
    text = ibis.ifelse(high > OLDEST, words + " and over", words + " to " + high.cast("int64").cast("string"))
    return ibis.ifelse(known, text, ibis.null("string"))


def _generation(year: ir.Value) -> ir.Value:
    cases = [(year >= first, name.value) for name, first in reversed(FIRST_YEARS.items())]
    known = ibis.cases(*cases, else_=Generation.GREATEST.value)
    return ibis.ifelse(year.isnull(), ibis.null("string"), known)
