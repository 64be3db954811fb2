"""What a load did, in numbers that add up: read = used + excluded by rule + put aside."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from segmentry.terms.errors import ContractError, Problem


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one rule took away: rows and customers before and after it, and the amount (in the file's currency)."""

    name: str
    description: str
    rows_before: int
    rows_after: int
    customers_before: int
    customers_after: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on the quality of the data.

    Attributes:
        dimension: completeness, validity, freshness, duplicates or bias.
        column: Column of the file, or empty.
        share: Share of the rows (or of the amount) it concerns, from 0 to 1.
        text: What was found.
        costs: What it costs the analysis.
    """

    dimension: str
    column: str
    share: float
    text: str
    costs: str


@dataclass(frozen=True)
class LoadReport:
    """What one file became.

    Attributes:
        load_id: Id of the load.
        file: Name of the file.
        table: Canonical table it filled.
        source: Name of the source.
        rows_read: Rows of data in the file.
        rows_used: Rows that are used.
        excluded: Rule name to rows and amount.
        quarantined: Reason to rows.
        rules: What each rule took away, in order.
        recognized: What each column was taken for, as mappings.
        kept: Columns without a role, kept under these names (name in the file to name in the table).
        period: First and last local day of the rows used, as ISO dates; empty where there are none.
        currencies: Currency (or empty) to amount of the rows used.
        customers: Customers among the rows used.
        quality: Findings on the quality of the data.
        already_loaded: Whether the same file was loaded before, so that nothing changed.
        replaces: Id of the load it corrects, if any.
    """

    load_id: str
    file: str
    table: str
    source: str
    rows_read: int
    rows_used: int
    excluded: dict[str, tuple[int, Decimal]]
    quarantined: dict[str, int]
    rules: tuple[RuleEffect, ...]
    recognized: tuple[dict[str, Any], ...]
    kept: dict[str, str]
    period: tuple[str, ...]
    currencies: dict[str, Decimal]
    customers: int
    quality: tuple[Finding, ...]
    already_loaded: bool = False
    replaces: str | None = None

    def check(self) -> None:
        """`ContractError` unless every row that was read is accounted for."""
        told = self.rows_used + sum(rows for rows, _ in self.excluded.values()) + sum(self.quarantined.values())
        if told != self.rows_read:
            raise ContractError(
                Problem(
                    "ROWS_UNACCOUNTED",
                    "The rows of a load do not add up",
                    self.file,
                    f"{self.rows_read} read, {told} accounted for",
                    "This is a fault of segmentry; please report it with the file's layout.",
                )
            )

    def as_dict(self) -> dict[str, Any]:
        """The report as a JSON-ready mapping; amounts are decimal texts."""
        return {
            **{name: getattr(self, name) for name in _SIMPLE},
            "excluded": {rule: {"rows": rows, "amount": str(amount)} for rule, (rows, amount) in self.excluded.items()},
            "quarantined": dict(self.quarantined),
            "rules": [{**dataclasses.asdict(rule), "amount": str(rule.amount)} for rule in self.rules],
            "recognized": [dict(item) for item in self.recognized],
            "kept": dict(self.kept),
            "period": list(self.period),
            "currencies": {currency: str(amount) for currency, amount in self.currencies.items()},
            "quality": [dataclasses.asdict(finding) for finding in self.quality],
        }

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> LoadReport:
        """The report that `as_dict` told."""
        rules = tuple(RuleEffect(**{**rule, "amount": Decimal(rule["amount"])}) for rule in told["rules"])
        return cls(
            **{name: told[name] for name in _SIMPLE},
            excluded={rule: (item["rows"], Decimal(item["amount"])) for rule, item in told["excluded"].items()},
            quarantined=dict(told["quarantined"]),
            rules=rules,
            recognized=tuple(told["recognized"]),
            kept=dict(told["kept"]),
            period=tuple(told["period"]),
            currencies={currency: Decimal(amount) for currency, amount in told["currencies"].items()},
            quality=tuple(Finding(**finding) for finding in told["quality"]),
        )


_SIMPLE = (
    "load_id",
    "file",
    "table",
    "source",
    "rows_read",
    "rows_used",
    "customers",
    "already_loaded",
    "replaces",
)
