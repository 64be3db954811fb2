"""What may be asked of the demographic basis: which columns tell what, and where bands of age begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from segmentry.profiles.columns import declared_columns, named_columns, told_column
from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec

NAMES: dict[str, tuple[str, ...]] = {
    "birth_date": ("birth_date", "birthdate", "date_of_birth", "dob", "birthday", "born_on", "birth"),
    "birth_year": ("birth_year", "year_of_birth", "yob", "born", "year_birth"),
    "age": ("age", "age_years", "customer_age", "age_band", "age_group", "age_desc", "age_range"),
    "gender": ("gender", "sex"),
    "income": ("income", "household_income", "annual_income", "yearly_income", "income_band", "income_desc"),
    "education": ("education", "education_level", "degree", "highest_education", "formal_education"),
    "occupation": ("occupation", "job", "profession", "employment", "employment_status"),
    "marital_status": ("marital_status", "marital", "marital_status_code", "civil_status"),
    "household_size": ("household_size", "household_size_desc", "family_size", "persons_in_household"),
    "children": ("children", "kids", "kids_count", "number_of_children", "kid_category_desc", "kids_category"),
    "youngest_child_age": ("youngest_child_age", "age_of_youngest_child", "youngest_child"),
    "language": ("language", "preferred_language", "mother_tongue", "spoken_language", "locale"),
}
"""Names of columns by what they tell, in lower case with underscores."""

AGE_BANDS = (18, 25, 35, 45, 55, 65)
_BANDS = Declared("ascending numbers", 1, 119, ask="a list of ages in ascending order, such as [18, 25, 35]")


@dataclass(frozen=True)
class DemographicSpec(Spec):
    """Demographic traits at an instant.

    Attributes:
        as_of: Instant (UTC) for which traits hold.
        last_day: The last local day that counts, the day before the as-of.
        currency: ISO code of all amounts; None where no source tells one.
        columns: Given columns by what they tell, each a setting such as ``birth_date``; else recognized by their
            usual names.
        age_bands: Ages at which bands begin, ascending; the first band is open below, the last above.
    """

    as_of: datetime
    last_day: date
    currency: str | None = None
    columns: tuple[tuple[str, str], ...] = ()
    age_bands: tuple[int, ...] = AGE_BANDS

    @classmethod
    def from_settings(
        cls, told: Mapping[str, Any], *, as_of: datetime, last_day: date, currency: str | None = None
    ) -> DemographicSpec:
        """The settings of ``[demographic]``: ``age_bands`` and, by what they tell, names of columns.

        Raises:
            SettingsError: with every mistake.
        """
        known = {"age_bands": _BANDS, **declared_columns(NAMES)}
        read = read_declared("demographic", told, known)
        return cls(as_of, last_day, currency, named_columns(read, NAMES), read.get("age_bands", AGE_BANDS))

    def column(self, told: str, columns: tuple[str, ...]) -> str | None:
        """The column of ``columns`` that tells ``told``; None where none does."""
        return told_column(told, dict(self.columns), NAMES, columns)
