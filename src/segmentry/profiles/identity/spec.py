"""What may be asked of identity, what a person may rule, and what is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from segmentry.profiles.identity.roles import BLOCKING, FIELDS, KEYS
from segmentry.profiles.settings import Declared, read_declared
from segmentry.terms.artifacts import Spec
from segmentry.terms.errors import Problem, SettingsError
from segmentry.terms.numbers import NotEstimable

Method = Literal["none", "exact", "probabilistic"]
RulingKind = Literal["merge", "keep_apart", "unmerge"]

_METHODS = ("none", "exact", "probabilistic")
_COUNT = Declared("whole number", 2, 10**12)
_SHARE = Declared("number", 1e-6, 1.0, ask="a probability above 0")
_DECLARED = {
    "method": Declared("text", known=_METHODS),
    "keys": Declared("texts", least=1, ask="a list of kinds of identifiers"),
    "columns": Declared("texts by name", known=(*FIELDS, *KEYS), ask="a table of columns by role"),
    "blocking": Declared(
        "texts",
        least=1,
        test=lambda rule: all(field in FIELDS for field in rule.split("+")),
        ask=f"a list of fields joined by +; fields are {', '.join(FIELDS)}",
    ),
    "merge_from": _SHARE,
    "review_from": _SHARE,
    "most_parties_per_key": _COUNT,
    "most_parties": _COUNT,
    "most_pairs": _COUNT,
}


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
    def from_settings(cls, settings: Mapping[str, Any]) -> IdentitySpec:
        """The question that the section ``[identity]`` of the settings asks.

        Raises:
            SettingsError: with every mistake in the section.
        """
        spec = cls(**read_declared("identity", settings, _DECLARED))
        if spec.review_from > spec.merge_from:
            given = f"review_from {spec.review_from}, merge_from {spec.merge_from}"
            next_step = "Let review_from be at most merge_from."
            raise SettingsError(
                Problem(
                    "SETTING_WRONG", "Links would merge before anybody reviews them", "[identity]", given, next_step
                )
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
        alike: Pairs of organizations alike by name or web domain, or why none were looked for.
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
    alike: int | NotEstimable = 0

    def as_dict(self) -> dict[str, Any]:
        """The report as a JSON-ready mapping."""
        told = asdict(self)
        told["linkage"] = None if self.linkage is None else self.linkage.as_dict()
        told["alike"] = self.alike.as_dict() if isinstance(self.alike, NotEstimable) else self.alike
        return told
