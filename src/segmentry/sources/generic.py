"""Files that fill any other canonical table: columns matched to the contract by name, typed, faults put aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from segmentry.sources import times
from segmentry.sources.names import EXACT, name_score, plain
from segmentry.sources.organizations import (
    BY_ACCOUNTS,
    NOBODY,
    ORGANIZATIONS,
    Organizations,
    organization_column,
    otherwise,
    surely_organization,
    tells_person,
)
from segmentry.sources.recognize import check_mapping, check_single
from segmentry.sources.recognized import Recognized
from segmentry.sources.sample import ColumnSample
from segmentry.sources.table_names import DECISIVE, NUMBER_OF, NUMBERED, PARTIES, TELLTALES, USUAL_NAMES
from segmentry.terms.canonical import (
    ACCOUNT_KEY,
    CANONICAL,
    CHOICES,
    CUSTOMERS,
    ORDER_LINES,
    ORDERS,
    PARTY_KINDS,
    QUARANTINE,
    SUBSCRIPTIONS,
)
from segmentry.terms.errors import Problem, SourceError, near_miss, shorten
from segmentry.terms.tables import Column, Contract

TABLES: dict[str, Contract] = {
    contract.name: contract
    for contract in CANONICAL.values()
    if contract not in (ORDER_LINES, ORDERS, PARTY_KINDS, QUARANTINE)
}
"""The canonical tables that are filled from a file as it stands."""

_SHARED = {
    "party_key": "customer",
    "product_id": "product",
    "category": "category",
    "country": "country",
    "currency": "currency",
    "channel": "channel",
}
"""Columns that files of orders tell as well, under the same names."""
_USUAL, _UNIQUE = 0.75, 0.999
FROM_LOAD = ("source",)
"""Columns that come from the load, not from the file."""
_MADE = ("kind", *NUMBERED)
"""Columns that are made up where the file does not tell them."""
_NAMED_BY_FILE = ("survey_id",)
"""Columns that the name of the file stands in for, once it is said what the file is."""
PAID_BY_ACCOUNTS = (SUBSCRIPTIONS,)
"""Tables whose customer is who pays: an organization wherever a column of its own tells one."""
_ASKED_FOR = BY_ACCOUNTS - {SUBSCRIPTIONS.name}
"""Tables in which a column tells organizations only where `organization_column` finds it does."""
_EMPLOYERS = ("company", "company_name")
"""Names of columns that describe a customer where there is one, and else name who pays."""
_MOST_DIFFERENT = 0.5
_MAPPED = {ORGANIZATIONS: "account_id"}
_LAST = 1000
"""Rank of a name that counts only where there is no other."""


def table_asked_for(table: str | None, where: str) -> Contract | None:
    """The canonical table asked for; None for order lines. `SourceError` for an unknown name."""
    if table in (None, "order_lines", "orders"):
        return None
    if table not in TABLES:
        known = ("order_lines", *TABLES)
        raise SourceError(
            Problem(
                "TABLE_UNKNOWN",
                "There is no such canonical table",
                where,
                shorten(str(table)),
                near_miss(str(table), known) or f"Known are {', '.join(known)}.",
            )
        )
    return TABLES[str(table)]


def as_mapped(samples: Sequence[ColumnSample], mapping: Sequence[tuple[str, str]]) -> tuple[ColumnSample, ...]:
    """The columns, those that people mapped under names that are usual for what they were said to be."""
    told = {column.strip().casefold(): _MAPPED.get(role, role) for role, column in mapping}
    return tuple(replace(sample, name=told.get(sample.name.casefold(), sample.name)) for sample in samples)


_MARKED = 2
"""Decisive names by which a file is of one table and no other."""


def fitting_table(samples: Sequence[ColumnSample]) -> Contract | None:
    """The canonical table that a file's column names and values fit; None for order lines, and where nothing fits.

    Order lines come first: who bought, when, and how much, unless a column says that it is a lead, a subscription or
    an opportunity and none tells what only orders tell. Of the other tables, those count whose required columns are all
    there under a usual name, and which half of the file's columns fit; the one that most columns fit wins. A file of
    customers has one row for each, and nothing of what orders tell. A file that two names mark as leads, subscriptions
    or opportunities is nothing else, though something that it needs be missing.
    """
    if _tells_choices(samples):
        return CHOICES
    ordered = _tells_buyer(samples) and _tells(samples, "time") and _tells(samples, "amount", "price")
    if ordered and _tells(samples, "order", "quantity"):
        return None
    fits: list[tuple[int, str]] = []
    for contract in TABLES.values():
        if contract is CHOICES or (ordered and not _is_decided(samples, contract)):
            continue
        places = places_by_name(samples, contract)
        complete = not lacking(contract, places) and not repeating_key(samples, contract, places)
        telltales = TELLTALES.get(contract.name, "").split()
        complete = complete and (not telltales or any(name in places for name in telltales))
        fitting = _one_each(samples, places) if contract is CUSTOMERS else len(places) * 2 >= len(samples)
        if complete and fitting:
            fits.append((len(places), contract.name))
    marked = [name for name in DECISIVE if _decisive(samples, name) >= _MARKED]
    fits = [each for each in fits if not marked or each[1] in marked]
    return TABLES[max(fits)[1]] if fits else None


def _decisive(samples: Sequence[ColumnSample], name: str) -> int:
    """How many columns bear names that only files for this table use."""
    decisive = {word.replace("_", "") for word in DECISIVE[name].split()}
    return sum(plain(sample.name).replace("_", "") in decisive for sample in samples)


def _tells_choices(samples: Sequence[ColumnSample]) -> bool:
    """Whether columns tell who chose, in which task, and which alternative; what else stands there are attributes."""
    places = places_by_name(samples, CHOICES)
    told = not lacking(CHOICES, {*places, *_NAMED_BY_FILE})
    return told and max(samples[places[name]].distinct for name in ("task_id", "chosen")) < _UNIQUE


def _tells_buyer(samples: Sequence[ColumnSample]) -> bool:
    return _tells(samples, "customer") or any(surely_organization(sample.name) for sample in samples)


def _is_decided(samples: Sequence[ColumnSample], contract: Contract) -> bool:
    """Whether a column has a name that only files for this table use; numbers of rows must then differ."""
    decisive = {word.replace("_", "") for word in DECISIVE.get(contract.name, "").split()}
    numbers = {word.replace("_", "") for word in USUAL_NAMES.get(NUMBER_OF.get(contract.name, ""), "").split()}
    bare = {plain(sample.name).replace("_", ""): sample for sample in samples}
    repeated = any(bare[name].distinct < _UNIQUE for name in bare.keys() & decisive & numbers)
    return bool(bare.keys() & decisive) and not repeated


def columns_told(contract: Contract) -> tuple[Column, ...]:
    """The columns that a file may tell; an organization comes before its customer."""
    payer = (replace(ACCOUNT_KEY, required=False),) if contract.name in BY_ACCOUNTS else ()
    return (*payer, *(column for column in contract.columns if column.name not in FROM_LOAD))


def lacking(contract: Contract, names: Collection[str]) -> tuple[Column, ...]:
    """The columns without which a file that tells the columns of these names cannot fill the table."""
    paid = contract.name in BY_ACCOUNTS and ACCOUNT_KEY.name in names
    return tuple(
        column
        for column in contract.columns
        if column.required
        if column.name not in (*FROM_LOAD, *_MADE, *names) and not (paid and column.name == "party_key")
    )


def repeating_key(samples: Sequence[ColumnSample], contract: Contract, places: Mapping[str, int]) -> str:
    """The file's column that should tell the rows of the table apart, but mostly repeats; empty where there is none."""
    key = [name for name in contract.key if name not in FROM_LOAD]
    if len(key) != 1 or key[0] not in places:
        return ""
    sample = samples[places[key[0]]]
    return sample.name if sample.distinct < _MOST_DIFFERENT else ""


def _tells(samples: Sequence[ColumnSample], *roles: str) -> bool:
    return any(name_score(role, sample.name) >= _USUAL for role in roles for sample in samples)


def places_by_name(samples: Sequence[ColumnSample], contract: Contract) -> dict[str, int]:
    """Columns of the contract with the place of the file's column whose name fits, each column of the file once."""
    places: dict[str, int] = {}
    for column in columns_told(contract):
        ranked = sorted(
            (rank, sample.place)
            for sample in samples
            if sample.place not in places.values() and (rank := _rank(column, sample.name, contract)) is not None
        )
        if ranked:
            places[column.name] = ranked[0][1]
    return places


def _rank(column: Column, name: str, contract: Contract) -> int | None:
    """`rank_of_name`; organizations are found by `organization_column` but for contracts, whatever they are called."""
    if column.name == ACCOUNT_KEY.name and contract.name in BY_ACCOUNTS and contract not in PAID_BY_ACCOUNTS:
        return None
    rank = rank_of_name(column, name)
    if rank is None and column.name == "party_key" and contract.name in BY_ACCOUNTS and surely_organization(name):
        return _LAST
    return rank


def _one_each(samples: Sequence[ColumnSample], places: dict[str, int]) -> bool:
    """Whether each customer has one row, and no column tells what only orders tell."""
    if "party_key" not in places or samples[places["party_key"]].distinct < _UNIQUE:
        return False
    others = [sample for sample in samples if sample.place not in places.values()]
    return not _tells(others, "order", "time", "product", "quantity", "price", "amount")


def match_columns(
    samples: Sequence[ColumnSample],
    contract: Contract,
    mapping: Sequence[tuple[str, str]],
    where: str,
    organizations: Organizations = NOBODY,
) -> tuple[Recognized, ...]:
    """Columns of the file for the columns of the contract, by mapping and by name.

    Args:
        samples: Columns of the file.
        contract: The table it fills.
        mapping: Pairs of role and column that people told.
        where: Name of the file.
        organizations: The accounts that are known.

    Raises:
        SourceError: the mapping is wrong, or a required column is missing; every mistake at once.
    """
    wanted = columns_told(contract)
    roles = {role_of(column): column.description for column in wanted}
    told = check_mapping(samples, [(PARTIES.get(role, role), name) for role, name in mapping], roles, where)
    found = [Recognized(role, samples[place].name, place, 1.0, "you said so") for role, place in told]
    found += _organization(samples, contract, found, organizations)
    for column in wanted:
        role, roles_told = role_of(column), {item.role for item in found}
        if role in roles_told or (column.name == ACCOUNT_KEY.name and contract.name in _ASKED_FOR):
            continue
        taken = {item.place for item in found}
        paid = column.name == "party_key" and ORGANIZATIONS in roles_told and contract.name in _ASKED_FOR
        ranked = sorted(
            (rank, sample.place)
            for sample in samples
            if sample.place not in taken
            and (rank := rank_of_name(column, sample.name)) is not None
            and (not paid or tells_person(sample))
        )
        if ranked:
            place = ranked[0][1]
            usual = "its name is usual for this"
            reason = otherwise(samples[place].name, usual) if column.name == "party_key" else usual
            found.append(Recognized(role, samples[place].name, place, 0.9, reason))
    found = _without_employer(found, contract)
    check_single(samples, found, where)
    names_told = {column.name for column in wanted if role_of(column) in {item.role for item in found}}
    missing = lacking(contract, {*names_told, *_NAMED_BY_FILE})
    if missing:
        names = shorten(", ".join(sample.name for sample in samples), 300)
        raise SourceError(
            [
                Problem(
                    "COLUMN_MISSING",
                    f"No column tells {role_of(column)}: {column.description}",
                    f"{where}, for table {contract.name}",
                    names,
                    f"Say which column it is: --map {role_of(column)}=COLUMN{_or_account(column, contract)}.",
                )
                for column in missing
            ]
        )
    return tuple(found)


def _organization(
    samples: Sequence[ColumnSample], contract: Contract, found: Sequence[Recognized], organizations: Organizations
) -> list[Recognized]:
    """The column that tells organizations, where the table may have one and nobody has said which it is."""
    roles_told = {item.role for item in found}
    if contract.name not in _ASKED_FOR or ORGANIZATIONS in roles_told:
        return []
    own = [column for column in contract.columns if column.name not in ("party_key", *FROM_LOAD)]
    taken = {item.place for item in found} | {
        sample.place for sample in samples if any(rank_of_name(column, sample.name) is not None for column in own)
    }
    payer = organization_column(samples, taken, "customer" in roles_told, organizations)
    return [] if payer is None else [payer]


def _without_employer(found: list[Recognized], contract: Contract) -> list[Recognized]:
    """Leave out a company that merely describes a customer: it does not pay the customer's contracts."""
    if contract not in PAID_BY_ACCOUNTS or "customer" not in {item.role for item in found}:
        return found
    return [
        item
        for item in found
        if item.role != PARTIES[ACCOUNT_KEY.name] or item.confidence == 1 or plain(item.column) not in _EMPLOYERS
    ]


def _or_account(column: Column, contract: Contract) -> str:
    paid = contract.name in BY_ACCOUNTS and column.name == "party_key"
    return ", or --map account=COLUMN where organizations pay" if paid else ""


def role_of(column: Column) -> str:
    """The word by which a mapping names a column of a contract."""
    return PARTIES.get(column.name, column.name)


_BORROWED = ("contact_id",)
"""Columns whose own names mean somebody in most files: a number of another name comes first."""


def rank_of_name(column: Column, name: str) -> int | None:
    """Place of a name among the usual ones for this column; None where it is not among them."""
    bare = plain(name).replace("_", "")
    if bare in (column.name.replace("_", ""), role_of(column)) and column.name not in _BORROWED:
        return 0
    usual = [word.replace("_", "") for word in USUAL_NAMES.get(column.name, "").split()]
    usual += list(EXACT.get(_SHARED.get(column.name, ""), ()))
    return usual.index(bare) + 1 if bare in usual else None


def moment_styles(moments: Mapping[str, Sequence[str]], given: str | None) -> dict[str, times.TimeStyle]:
    """How each column of moments is written; what one leaves open about days and months the others may settle.

    Args:
        moments: Values of each column.
        given: The format that was told, if any.
    """
    styles = {name: times.time_style(texts, given) for name, texts in moments.items()}
    whole = [text for texts in moments.values() for text in texts]
    together = times.time_style(whole, given)
    if not together.certain or together.mixed:
        return styles
    return {name: style if style.certain else times.time_style(whole, given) for name, style in styles.items()}
