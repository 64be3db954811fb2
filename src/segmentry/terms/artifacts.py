"""What was asked (`Spec`) and what was published (`Artifact`)."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Spec:
    """Base of everything that may be asked of a room: frozen, storable, equal when the questions are equal."""

    def as_dict(self) -> dict[str, Any]:
        """The question as a JSON-ready mapping, with the kind of question under ``spec``."""
        return {"spec": type(self).__name__, **_plain(dataclasses.asdict(self))}

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change whenever the question does."""
        return fingerprint(self.as_dict())


def fingerprint(value: Any) -> str:
    """Sixteen hexadecimal digits of the SHA-256 of ``value`` written as JSON with sorted keys."""
    return hashlib.sha256(json.dumps(_plain(value), sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


@dataclass(frozen=True, slots=True)
class Artifact:
    """One published version of a table, as the ledger remembers it.

    Attributes:
        logical_name: What the table means; stays the same over all versions.
        physical_name: Where this version is; never reused.
        run_id: The run that published it.
        contract: The contract as a mapping (grain, key, columns with units and data classes).
        as_of: Instant (UTC) at which its statements hold; None for raw facts.
        spec_hash: Fingerprint of what was asked.
        parents: Physical names of the tables it was made from.
        rows: Number of rows.
        code_version: Version of segmentry that made it.
        tzdata_version: Version of the zone data in force.
        is_view: Whether it is a view over its parents rather than a table of its own.
    """

    logical_name: str
    physical_name: str
    run_id: str
    contract: dict[str, Any]
    as_of: datetime | None
    spec_hash: str
    parents: tuple[str, ...]
    rows: int
    code_version: str
    tzdata_version: str
    is_view: bool = False
