"""What each column means, told from its name and its values, with the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from segmentry.sources.countries import country_names, currency_codes
from segmentry.sources.names import ROLES, name_score
from segmentry.sources.organizations import (
    NOBODY,
    ORGANIZATIONS,
    Organizations,
    organization_column,
    otherwise,
    tells_person,
)
from segmentry.sources.recognized import Recognized
from segmentry.sources.sample import ColumnSample
from segmentry.terms.errors import Problem, SourceError, near_miss, shorten

MANY = ("discount",)
"""Roles that several columns may share; their amounts are added."""
_THRESHOLD = 0.42
_VETO = -9.0


class IncompleteOrdersError(SourceError):
    """No column can be taken for something that orders must tell."""


Score = tuple[float, str]


def recognize(
    samples: Sequence[ColumnSample],
    mapping: Sequence[tuple[str, str]],
    where: str,
    organizations: Organizations = NOBODY,
) -> tuple[Recognized, ...]:
    """Give each role of an order line at most one column (discounts may have several).

    Args:
        samples: Columns of the file.
        mapping: Pairs of role and column that people told.
        where: Name of the file.
        organizations: The accounts that are known.

    Raises:
        SourceError: the mapping names unknown roles or columns, or no column can be taken for the customer, the
            time or the amount; every mistake is told at once.
    """
    told = check_mapping(samples, mapping, ROLES, where)
    taken = {place for _, place in told}
    roles_told = {role for role, _ in told}
    found = [Recognized(role, samples[place].name, place, 1.0, "you said so") for role, place in told]
    payer = None
    if ORGANIZATIONS not in roles_told:
        payer = organization_column(samples, taken, "customer" in roles_told, organizations)
    if payer is not None:
        found.append(payer)
        taken.add(payer.place)
    paid = payer is not None or ORGANIZATIONS in roles_told
    ranked = _ranked(samples)
    for score, role, place, reason in ranked:
        if role in roles_told or place in taken or (role in {item.role for item in found} and role not in MANY):
            continue
        if role == "customer" and paid and not tells_person(samples[place]):
            continue
        others = tuple(samples[other].name for _, name, other, _ in ranked if name == role and other != place)
        told_so = otherwise(samples[place].name, reason) if role == "customer" else reason
        found.append(Recognized(role, samples[place].name, place, min(score, 0.99), told_so, others[:3]))
        taken.add(place)
    found = _without_totals(samples, _by_values(samples, found))
    check_single(samples, found, where)
    _check_complete(samples, found, where)
    return tuple(sorted(found, key=lambda item: list(ROLES).index(item.role)))


def check_mapping(
    samples: Sequence[ColumnSample], mapping: Sequence[tuple[str, str]], roles: dict[str, str], where: str
) -> list[tuple[str, int]]:
    """The mapping as pairs of role and place; `SourceError` with every unknown role and column at once."""
    places = {sample.name.casefold(): sample.place for sample in reversed(samples)}
    problems, told = [], []
    for role, column in mapping:
        if role not in roles:
            step = near_miss(role, roles) or f"Known are {', '.join(roles)}."
            problems.append(Problem("ROLE_UNKNOWN", "There is no such role", f"{where}, --map", shorten(role), step))
        place = places.get(column.strip().casefold())
        if place is None:
            names = [sample.name for sample in samples]
            step = near_miss(column, names) or f"The file has {shorten(', '.join(names), 300)}."
            problems.append(
                Problem("COLUMN_UNKNOWN", "There is no such column", f"{where}, --map {role}", shorten(column), step)
            )
        else:
            told.append((role, place))
    single = [role for role, _ in mapping if role not in MANY]
    problems += [
        Problem("ROLE_TWICE", "A role was given to two columns", f"{where}, --map", role, "Give it to one.")
        for role in dict.fromkeys(single)
        if single.count(role) > 1
    ]
    if problems:
        raise SourceError(problems)
    return told


def _ranked(samples: Sequence[ColumnSample]) -> list[tuple[float, str, int, str]]:
    ranked = []
    for sample in samples:
        for role, check in _CHECKS.items():
            named = name_score(role, sample.name)
            if named == 0:
                continue
            value, reason = check(sample)
            score = 0.7 * named + 0.3 * value
            if score >= _THRESHOLD:
                ranked.append((score, role, sample.place, _why(named, reason)))
    return sorted(ranked, key=lambda item: (-item[0], item[2]))


def _why(named: float, reason: str) -> str:
    name = "its name is usual for this" if named > 0.5 else "its name holds a usual word"
    return f"{name}; {reason}"


def _identifier(sample: ColumnSample) -> Score:
    if sample.dates > 0.5 and sample.kind in ("timestamp", "date"):
        return _VETO, "its values are dates"
    if sample.kind == "boolean" or not sample.values:
        return _VETO, "its values cannot be numbers of anything"
    if sample.kind == "number" and sample.whole < 0.9:
        return _VETO, "its values are amounts"
    return (1.0, "its values are short codes") if sample.length <= 40 else (0.2, "its values are long texts")


def _moment(sample: ColumnSample) -> Score:
    if sample.dates >= 0.5:
        return 1.0, f"{sample.dates:.0%} of its values are dates"
    if sample.whole >= 0.9 and _is_epoch(sample):
        return 0.8, "its values are seconds since 1970"
    return _VETO, "its values are no dates"


def _is_epoch(sample: ColumnSample) -> bool:
    return all(value.isdigit() and len(value) in (10, 13) for value in sample.values[:100])


def _number(sample: ColumnSample) -> Score:
    if sample.kind in ("timestamp", "date", "boolean") or sample.numeric < 0.3:
        return _VETO, "its values are no numbers"
    return sample.numeric, f"{sample.numeric:.0%} of its values are numbers"


def _count(sample: ColumnSample) -> Score:
    score, reason = _number(sample)
    return (score, reason) if score < 0 else (0.4 + 0.6 * sample.whole, f"{sample.whole:.0%} are whole numbers")


def _words(sample: ColumnSample) -> Score:
    if sample.kind != "text" or sample.dates > 0.5:
        return _VETO, "its values are no texts"
    return sample.letters, f"{sample.letters:.0%} of its values are words"


def _label(sample: ColumnSample) -> Score:
    if sample.kind in ("timestamp", "date", "number") or not sample.values:
        return _VETO, "its values are no labels"
    return 1.0 - min(sample.distinct, 1.0), f"{len(set(sample.values))} different values repeat"


def _currency(sample: ColumnSample) -> Score:
    known = sum(value.upper() in currency_codes() for value in set(sample.values)) / max(len(set(sample.values)), 1)
    return (1.0, "its values are ISO 4217 codes") if known > 0.5 else (_VETO, "its values are no currency codes")


def _country(sample: ColumnSample) -> Score:
    if sample.kind != "text":
        return _VETO, "its values are no names"
    different = {value.casefold() for value in sample.values}
    known = len(different & country_names()) / max(len(different), 1)
    return (0.5 + 0.5 * known, f"{known:.0%} of its values are countries") if known > 0.3 else (0.0, "few are known")


_CHECKS: dict[str, Callable[[ColumnSample], Score]] = {
    "customer": _identifier,
    "order": _identifier,
    "time": _moment,
    "product": _identifier,
    "product_name": _words,
    "category": _label,
    "quantity": _count,
    "price": _number,
    "amount": _number,
    "discount": _number,
    "cost": _number,
    "unit_cost": _number,
    "currency": _currency,
    "country": _country,
    "channel": _label,
    "status": _label,
    "part": _label,
}


def _by_values(samples: Sequence[ColumnSample], found: list[Recognized]) -> list[Recognized]:
    """Fill what the names left open from values alone: the only date, a column of currencies, a column of countries."""
    have = {item.role for item in found}
    taken = {item.place for item in found}
    free = [sample for sample in samples if sample.place not in taken and sample.values]
    for role, test, reason in (
        ("time", lambda sample: sample.dates > 0.9, "the only column whose values are dates"),
        ("order", _marked, "its values are numbers behind a #"),
        ("currency", lambda sample: _currency(sample)[0] > 0.9, "its values are ISO 4217 codes"),
        ("country", lambda sample: _country(sample)[0] > 0.9, "its values are countries"),
    ):
        fitting = [sample for sample in free if test(sample)]
        if role not in have and len(fitting) == 1:
            found.append(Recognized(role, fitting[0].name, fitting[0].place, 0.6, reason))
            free.remove(fitting[0])
    return found


def _marked(sample: ColumnSample) -> bool:
    return sum(value.startswith("#") and value[1:].isdigit() for value in sample.values) > 0.9 * len(sample.values)


def _without_totals(samples: Sequence[ColumnSample], found: list[Recognized]) -> list[Recognized]:
    """Leave out an amount that only some rows tell where all tell quantity and price: it is the total of the order."""
    places = {item.role: item for item in found}
    amount = places.get("amount")
    if amount is None or amount.confidence == 1 or not {"quantity", "price"} <= places.keys():
        return found
    told = samples[amount.place].filled
    lines = min(samples[places[role].place].filled for role in ("quantity", "price"))
    return [item for item in found if item is not amount] if told < 0.9 * lines else found


def check_single(samples: Sequence[ColumnSample], found: Sequence[Recognized], where: str) -> None:
    """`SourceError` where a recognized column has a namesake, so that nobody can know which of the two is meant."""
    names = {sample.name for sample in samples}
    twice = [item for item in found if item.confidence < 1 and f"{item.column} (2)" in names]
    if twice:
        raise SourceError(
            [
                Problem(
                    "COLUMN_TWICE",
                    f"Two columns have the name that was taken for the {item.role}",
                    where,
                    shorten(item.column),
                    f"Say which: --map {item.role}='{item.column}' or --map {item.role}='{item.column} (2)'.",
                )
                for item in twice
            ]
        )


_NEEDED = {
    "customer": ("CUSTOMER_UNKNOWN", "No column tells who bought"),
    "time": ("TIME_UNKNOWN", "No column tells when it was ordered"),
    "amount": ("AMOUNT_UNKNOWN", "No column tells the amount, nor quantity and price"),
}

_OR = {"customer": f", or --map {ORGANIZATIONS}=COLUMN where organizations buy"}

NEEDED_BY_CODE = {code: role for role, (code, _) in _NEEDED.items()}
"""The role that no column tells, by the code of the problem that says so."""


def _check_complete(samples: Sequence[ColumnSample], found: Sequence[Recognized], where: str) -> None:
    have = {item.role for item in found}
    if "price" in have:
        have.add("amount")
    if ORGANIZATIONS in have:
        have.add("customer")
    names = shorten(", ".join(sample.name for sample in samples), 300)
    problems = [
        Problem(code, what, where, names, f"Say which column it is: --map {role}=COLUMN{_OR.get(role, '')}.")
        for role, (code, what) in _NEEDED.items()
        if role not in have
    ]
    if problems:
        raise IncompleteOrdersError(problems)
