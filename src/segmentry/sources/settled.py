"""How columns that may name organizations were read before: a source keeps its reading until people say otherwise.

Otherwise the same orders would be told twice, once of persons and once of organizations, as soon as accounts become
known or are erased between two exports.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from segmentry.engine import LoadRecord
from segmentry.sources.names import plain
from segmentry.sources.organizations import BY_ACCOUNTS, ORGANIZATIONS, Organizations, rank_of_organization
from segmentry.sources.plan import Planned
from segmentry.sources.reading import Reading
from segmentry.sources.recognized import Recognized
from segmentry.sources.report import Finding

_TABLES = {"order_lines", *BY_ACCOUNTS} - {"subscriptions"}
_READ = {ORGANIZATIONS: "organizations", "customer": "persons"}
_KNOWN = 0.5


@dataclass(frozen=True, slots=True)
class Settled:
    """How one file's columns that may name organizations were read.

    Attributes:
        load_id: The load; sorts in order of arrival.
        source: Name of the source.
        table: Canonical table.
        file: Name of the file.
        roles: What each such column was taken for, by its plain name; empty where it was merely kept.
    """

    load_id: str
    source: str
    table: str
    file: str
    roles: dict[str, str] = field(default_factory=dict)


def settled_of(load: LoadRecord) -> Settled:
    """How the columns of an earlier load were read."""
    told = {str(item["column"]): str(item["role"]) for item in load.report["recognized"]}
    kept = dict.fromkeys(load.report["kept"], "")
    return Settled(load.id, load.source, load.contract_name, load.file_name, _unsure({**kept, **told}))


def settled_by(plan: Planned, reading: Reading, table: str) -> Settled:
    """How the columns of a file of this load are read."""
    told = {item.column: item.role for item in reading.recognized}
    kept = {sample.name: "" for sample in reading.unmapped}
    return Settled(plan.load_id, plan.spec.source, table, plan.file.name, _unsure({**kept, **told}))


def _unsure(roles: dict[str, str]) -> dict[str, str]:
    return {plain(name): role for name, role in roles.items() if rank_of_organization(name) is not None}


def settled_for(plan: Planned, table: str, before: Sequence[Settled]) -> dict[str, Settled]:
    """For each column the reading that counts: of the file it replaces, of its table, else of its source, the newest.

    Args:
        plan: The file that is read.
        table: Canonical table it fills.
        before: Earlier readings.
    """
    if table not in _TABLES:
        return {}
    found: dict[str, Settled] = {}
    own = [each for each in before if each.source == plan.spec.source and each.table in _TABLES]
    for each in sorted(own, key=lambda one: (one.load_id == plan.replaces, one.table == table, one.load_id)):
        found |= dict.fromkeys(each.roles, each)
    return found


def told_otherwise(reading: Reading, settled: dict[str, Settled], known: Organizations) -> Iterator[Finding]:
    """Findings on columns whose reading changed, and on those that keep one which today would be another.

    Args:
        reading: The file, its columns recognized.
        settled: How its columns were read before.
        known: The accounts that are known.
    """
    roles = {item.place: item for item in reading.recognized}
    for sample in reading.samples:
        before = settled.get(plain(sample.name))
        if before is None:
            continue
        role, now = before.roles[plain(sample.name)], roles.get(sample.place)
        if (now.role if now else "") != role:
            yield _changed(sample.name, before, role, now)
        elif role != ORGANIZATIONS and known.share_known(sample.values) >= _KNOWN:
            text = f"read as in {before.file} before, though its numbers are now those of accounts"
            costs = f"if it names these accounts, load this file and {before.file} with"
            yield Finding("validity", sample.name, 1.0, text, f"{costs} --map {ORGANIZATIONS}='{sample.name}'")


def _changed(column: str, before: Settled, role: str, now: Recognized | None) -> Finding:
    was, becomes = (_READ.get(each, "a further column") for each in (role, now.role if now else ""))
    text = f"read as {becomes}; in {before.file} it was read as {was}"
    costs = f"what both files tell may count twice; load {before.file} again with the same --map"
    return Finding("validity", column, 1.0, text, costs)
