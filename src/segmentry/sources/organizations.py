"""Columns that name organizations, told by their names and by whether their numbers are those of known accounts.

A column called account_id means the organization wherever it stands. A word that shops use for their customers as well
(account, account number) means it only where its numbers are those of accounts; so does any of them beside a person.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import ibis.expr.types as ir

from segmentry.engine import Engine
from segmentry.sources.erased import ERASURES, salt_of
from segmentry.sources.names import name_score, plain
from segmentry.sources.recognized import Recognized
from segmentry.sources.sample import ColumnSample

ORGANIZATIONS = "account"
"""Namespace of the numbers of organizations, and the role of a column that tells them."""
BY_ACCOUNTS = frozenset(
    {
        *("identifiers", "addresses", "subscriptions", "leads", "events", "usage", "survey_responses", "feedback"),
        *("service_contacts", "touches", "consents", "contributions", "technologies"),
    }
)
"""Canonical tables, besides orders, whose party may be an organization that a column of its own tells."""

_SURE = """account_id account_key account_uuid organization organization_id organization_key organisation
    organisation_id company_id company_key company_uuid org_id business_account business_account_id corporate_account
    corporate_account_id"""
_UNSURE = """account account_no account_nr account_number account_code account_name company company_no company_number
    company_code company_name organization_name organisation_name org org_name business business_id business_name firm
    firm_id firm_name"""
_KNOWN, _USUAL, _MOST_ASKED = 0.5, 0.75, 200
BY_NAME = "its name is usual for organizations"
BY_NUMBERS = "its numbers are those of accounts"
BY_HABIT = "it was read so before"


def _bare(words: str) -> dict[str, int]:
    return {word.replace("_", ""): place for place, word in enumerate(words.split())}


_RANKS = _bare(f"{_SURE} {_UNSURE}")
_SURE_NAMES = frozenset(_bare(_SURE))


def rank_of_organization(name: str) -> int | None:
    """Place of a column's name among those that may name organizations, the surest first; None where it is not."""
    return _RANKS.get(plain(name).replace("_", ""))


def surely_organization(name: str) -> bool:
    """Whether a column of this name means organizations even where no accounts are known."""
    return plain(name).replace("_", "") in _SURE_NAMES


@dataclass(frozen=True)
class Organizations:
    """The accounts that are known when a file is read.

    Attributes:
        engine: The engine; None where nothing can be looked up.
        keys: Tables with the column ``account_key``: of earlier loads, and of files of the same load.
        settled: Roles in which columns were read before, by their plain names; empty for those merely kept.
    """

    engine: Engine | None = None
    keys: tuple[ir.Table, ...] = ()
    settled: Mapping[str, str] = field(default_factory=dict)

    def share_known(self, texts: Iterable[str]) -> float:
        """Share of the first 200 different texts that are numbers of known or erased accounts, from 0 to 1."""
        asked = list(dict.fromkeys(re.sub(r"\.0+$", "", text.strip()) for text in texts))[:_MOST_ASKED]
        if self.engine is None or not asked:
            return 0.0
        wanted = [f"{ORGANIZATIONS}:{text}" for text in asked]
        known = _erased_among(self.engine, wanted)
        for table in self.keys:
            found = table.filter(table.account_key.isin(wanted)).select("account_key").distinct()
            known |= {row["account_key"] for row in self.engine.rows(found)}
        return len(known) / len(asked)


def _erased_among(engine: Engine, keys: Sequence[str]) -> set[str]:
    """Those of some keys whose bearer was erased."""
    salt = salt_of(engine)
    if salt is None:
        return set()
    digests = {sha256(f"{salt}:{key}".encode()).hexdigest(): key for key in keys}
    erased = engine.table(ERASURES)
    return {digests[row["digest"]] for row in engine.rows(erased.filter(erased.digest.isin(sorted(digests))))}


NOBODY = Organizations()
"""No account is known."""


def organization_column(
    samples: Sequence[ColumnSample], taken: Collection[int], person: bool, known: Organizations
) -> Recognized | None:
    """The column that tells organizations; None where none does.

    Args:
        samples: Columns of the file.
        taken: Places of columns that mean something else already.
        person: Whether another column is known to tell a person.
        known: The accounts that are known.
    """
    free = [sample for sample in samples if sample.place not in taken and sample.values]
    ranked = sorted((rank, sample.place) for sample in free if (rank := rank_of_organization(sample.name)) is not None)
    beside = person or any(tells_person(sample) for sample in free)
    for _, place in ranked:
        sample = samples[place]
        before = known.settled.get(plain(sample.name))
        if before == ORGANIZATIONS:
            return _told(sample, BY_HABIT)
        if before is not None:
            continue
        if known.share_known(sample.values) >= _KNOWN:
            return _told(sample, BY_NUMBERS)
        if surely_organization(sample.name) and not beside:
            return _told(sample, BY_NAME)
    return None


def _told(sample: ColumnSample, reason: str) -> Recognized:
    told = f"{reason}; if it names persons, say --map customer={_quoted(sample.name)}"
    return Recognized(ORGANIZATIONS, sample.name, sample.place, 0.9, told)


def tells_person(sample: ColumnSample) -> bool:
    """Whether a column's name is a usual one of who buys and none of organizations."""
    return rank_of_organization(sample.name) is None and name_score("customer", sample.name) >= _USUAL


def otherwise(column: str, reason: str) -> str:
    """``reason`` why ``column`` names persons; where it might name organizations, with how to say so."""
    if rank_of_organization(column) is None:
        return reason
    return f"{reason}; if it names organizations, say --map {ORGANIZATIONS}={_quoted(column)}"


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w.-]+", name) else f"'{name}'"
