"""What may be asked of a load: a file, what its columns mean, how to read it and which rules to apply."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from segmentry.terms.artifacts import Spec, fingerprint


@dataclass(frozen=True)
class Rules(Spec):
    """The rules by which lines are left out; each is reported with what it took away.

    Attributes:
        merge_overlapping_exports: Of a line told by several files or parts, the larger count of equal lines stays.
        exclude_repeated: Leave out repeats of a line inside one file; kept and flagged by default.
        exclude_cancelled: Leave out lines whose status says that the order was called off or never paid.
        exclude_adjustments: Leave out bookkeeping entries such as bad debt.
        exclude_fees: Leave out postage, bank charges, vouchers, manual and test entries: only goods are used.
        exclude_zero_price: Leave out lines without any amount (gifts, samples, stock corrections).
        exclude_without_customer: Leave out lines that name no customer.
    """

    merge_overlapping_exports: bool = True
    exclude_repeated: bool = False
    exclude_cancelled: bool = True
    exclude_adjustments: bool = True
    exclude_fees: bool = True
    exclude_zero_price: bool = True
    exclude_without_customer: bool = True


@dataclass(frozen=True)
class LoadSpec(Spec):
    """One file to load.

    Attributes:
        path: The file.
        source: Name of the source that tells it.
        table: Canonical table it fills; None to recognize it.
        mapping: Pairs of role and column that override what is recognized.
        format: csv, fixed, spaces, parquet or excel; None to recognize it.
        encoding: Such as utf-8 or cp1252; None to recognize it.
        delimiter: One character; None to recognize it.
        quote: One character, or empty for none; None for the double quote.
        decimal_mark: ``.`` or ``,``; None to recognize it.
        date_format: strptime format of the dates, such as ``%d/%m/%Y``; None to recognize it.
        sheet: Sheet of a workbook; None for all sheets of the first one's shape.
        columns: Fixed-width columns as (name, first character, last character), characters counted from 1.
        header: Line that holds the names, counted from 1; 0 for none; None to recognize it.
        timezone: IANA zone of the clocks that wrote the times.
        currency: ISO 4217 code of the amounts where no column tells it.
        parties: Namespace of the customer numbers; sources with the same one share their customers.
        rules: The rules by which lines are left out.
        now: Latest instant (UTC) a fact may have; None for the start of the run.
    """

    path: str | Path
    source: str = "orders"
    table: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    decimal_mark: str | None = None
    date_format: str | None = None
    sheet: str | None = None
    columns: tuple[tuple[str, int, int], ...] = ()
    header: int | None = None
    timezone: str = "UTC"
    currency: str | None = None
    parties: str = "customer"
    rules: Rules = field(default_factory=Rules)
    now: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """The question as a JSON-ready mapping."""
        return {**super().as_dict(), "path": str(self.path)}

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits of all that decides what the same bytes become: not the folder, not the clock."""
        return fingerprint({key: value for key, value in self.as_dict().items() if key not in ("path", "now")})
