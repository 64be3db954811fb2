"""What may be asked of identity, what a person may rule, and what is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from segmentry.profiles.identity.roles import BLOCKING, FIELDS, KEYS
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem, SettingsError, near_miss, shorten
from segmentry.terms.numbers import NotEstimable

Method = Literal["none", "exact", "probabilistic"]
RulingKind = Literal["merge", "keep_apart", "unmerge"]

_METHODS = ("none", "exact", "probabilistic")
_SECTION = "[identity]"


@dataclass(frozen=True)
class IdentitySpec(Spec):
    """How parties are brought together.

    Attributes:
        method: ``none`` (only what people ruled), ``exact`` (shared keys as well) or ``probabilistic`` (both, and
            linkage on names, births and places).
        keys: Kinds of identifiers that are keys; None for all but cookies, devices and network addresses.
        columns: Columns of customers by the role they have, over the usual names: (role, column).
        blocking: Fields that candidates for linkage must share, joined by ``+``; pairs that share none are not looked
            at.
        merge_from: Probability from which a link merges.
        review_from: Probability from which a link is put before people.
        most_parties_per_key: An identifier of more parties is no key.
        most_parties: No customer is made of more parties by links.
        most_pairs: No more pairs are compared.
    """

    method: Method = "exact"
    keys: tuple[str, ...] | None = None
    columns: tuple[tuple[str, str], ...] = ()
    blocking: tuple[str, ...] = BLOCKING
    merge_from: float = 0.95
    review_from: float = 0.5
    most_parties_per_key: int = 10
    most_parties: int = 50
    most_pairs: int = 20_000_000

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any], where: str = _SECTION) -> IdentitySpec:
        """The question that the section ``[identity]`` of the settings asks.

        Raises:
            SettingsError: with every mistake in the section.
        """
        problems = [problem for name, value in settings.items() if (problem := _wrong(name, value, where)) is not None]
        if problems:
            raise SettingsError(problems)
        spec = cls(**{name: _read(name, value) for name, value in settings.items()})
        if spec.review_from > spec.merge_from:
            given = f"review_from {spec.review_from}, merge_from {spec.merge_from}"
            next_step = "Let review_from be at most merge_from."
            raise SettingsError(
                Problem("SETTING_INVALID", "Links would merge before anybody reviews them", where, given, next_step)
            )
        return spec


@dataclass(frozen=True, slots=True)
class Ruling:
    """A person's word on who is one customer.

    Attributes:
        kind: ``merge`` two, ``keep_apart`` two, or ``unmerge`` one.
        customers: Customer ids, aliases or party keys: two, or one to be unmerged.
        because: The reason; may not be empty.
    """

    kind: RulingKind
    customers: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class IdentityReport:
    """What one resolution found.

    Attributes:
        method: As asked.
        parties: Parties known.
        customers: Customers they are.
        links: Accepted links by evidence.
        review: Pairs put before people.
        merged: Parties that came to another customer, or to one that was there.
        unmerged: Parties that left a customer.
        shared_identifiers: Identifiers of too many parties to be a key.
        overruled: Older rulings that newer ones contradict.
        pairs: Pairs that linkage would compare, by blocking rule; empty where it was not asked for.
        linkage: What linkage found, or why there was none.
        expected_precision: Share of accepted links by linkage that are right, by the model's own estimate: their mean
            probability. None where linkage joined nobody.
    """

    method: Method
    parties: int
    customers: int
    links: dict[str, int]
    review: int
    merged: int
    unmerged: int
    shared_identifiers: int
    overruled: int
    pairs: dict[str, int]
    linkage: NotEstimable | None = None
    expected_precision: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The report as a JSON-ready mapping."""
        told = asdict(self)
        told["linkage"] = None if self.linkage is None else self.linkage.as_dict()
        return told


def _read(name: str, value: Any) -> Any:
    """A setting as the question keeps it: frozen."""
    if name in ("keys", "blocking"):
        return tuple(value)
    return tuple(sorted(value.items())) if name == "columns" else value


def _wrong(name: str, value: Any, where: str) -> Problem | None:
    """The mistake in one setting, if there is one."""
    rule = _RULES.get(name)
    if rule is None:
        hint = near_miss(name, _RULES) or f"Known are {', '.join(_RULES)}."
        return Problem("SETTING_UNKNOWN", "There is no such setting", where, name, hint)
    what, test = rule
    if test(value):
        return None
    return Problem(
        "SETTING_INVALID", f"{name} must be {what}", where, shorten(str(value)), "Correct it, or leave it out."
    )


def _is_texts(value: Any, known: Any) -> bool:
    return (
        isinstance(value, list | tuple) and bool(value) and all(isinstance(word, str) and known(word) for word in value)
    )


def _is_columns(value: Any) -> bool:
    roles = (*FIELDS, *KEYS)
    return isinstance(value, Mapping) and all(role in roles and isinstance(name, str) for role, name in value.items())


def _is_block(rule: str) -> bool:
    return all(field in FIELDS for field in rule.split("+"))


def _is_share(value: Any) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and 0 < value <= 1


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 2


_RULES: dict[str, tuple[str, Any]] = {
    "method": (f"one of {', '.join(_METHODS)}", lambda value: value in _METHODS),
    "keys": ("a list of kinds of identifiers", lambda value: _is_texts(value, str.strip)),
    "columns": (f"a table of columns by role; roles are {', '.join((*FIELDS, *KEYS))}", _is_columns),
    "blocking": (
        f"a list of fields joined by +; fields are {', '.join(FIELDS)}",
        lambda value: _is_texts(value, _is_block),
    ),
    "merge_from": ("a probability", _is_share),
    "review_from": ("a probability", _is_share),
    "most_parties_per_key": ("a whole number from 2", _is_count),
    "most_parties": ("a whole number from 2", _is_count),
    "most_pairs": ("a whole number from 2", _is_count),
}
