"""Which bases, variables and method to use, and why: by the objective, the data at hand and the size of the sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from segmentry.discovery.guide.needs import BASES_FOR
from segmentry.discovery.variables import PURCHASE_BEHAVIOR
from segmentry.terms.study import Study
from segmentry.terms.vocabulary import Basis, DataClass

ROWS_PER_VARIABLE = 70
"""Dolnicar, Grün, Leisch & Schmidt (2014)."""

ROWS_PER_CENTER = 10
"""Rows for each variable and segment (Qiu & Joe 2009)."""

FEWEST = 30
"""Customers below which only rules are advised."""

WELL_KNOWN, MOSTLY_KNOWN = 0.95, 0.5
MOST_VARIABLES = 12
"""More variables than these are hard to name a segment by."""

RARE = "Not what the objective calls for first."
UNCALLED = "Not what the objective calls for first; the data tell it all the same."

_USUAL = tuple(each.name for each in PURCHASE_BEHAVIOR)
_NUMBERS = {"number", "integer", "decimal"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trait that could make segments.

    Attributes:
        name: Name of the trait.
        basis: Its basis; None where nobody assigned one.
        kind: Type of its column.
        known: Share of the base of whom it is known.
        data_class: How it must be protected.
        origin: Given, computed or predicted.
        varies: Whether two of the base differ in it.
    """

    name: str
    basis: str | None
    kind: str
    known: float
    data_class: str
    origin: str
    varies: bool = True

    @property
    def usable(self) -> bool:
        """Whether segments may be made of it: mostly known, of several values, no date, guess or special category."""
        kinds = _NUMBERS | {"boolean", "text"}
        open_to_use = self.data_class != DataClass.SPECIAL.value and self.origin != "predicted"
        return open_to_use and self.kind in kinds and self.known >= MOSTLY_KNOWN and self.varies


def recommend(
    study: Study, candidates: Sequence[Candidate], customers: int, scales: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Bases, variables, method and what the sample allows, each with its reason.

    Args:
        study: Objective, and what it asks for already.
        candidates: Traits at hand.
        customers: Customers in the base.
        scales: Rows of the contract ``survey_scales``.
    """
    bases = _bases(study, candidates)
    room = max(min(customers // ROWS_PER_VARIABLE, MOST_VARIABLES), 2)
    chosen = _variables([entry["basis"] for entry in bases if entry["state"] == "at hand"], candidates, room)
    names = study.variables or tuple(each.name for each in chosen)
    used = [each for each in candidates if each.name in names]
    return {
        "objective": study.objective.value,
        "customers": customers,
        "bases": bases,
        "variables": [{"trait": each.name, "basis": each.basis, "known": each.known} for each in chosen],
        "asked": list(study.variables),
        "method": _method(used, customers),
        "sample": sample(customers, len(names), study),
        "not_offered": _not_offered(candidates, scales),
    }


def _bases(study: Study, candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    entries = []
    for basis, reason in _ranked(study, candidates):
        known = [each for each in candidates if each.basis == basis.value]
        usable = [each for each in known if each.usable]
        state = "at hand" if usable else "too little known" if known else "no data"
        told = f"{reason} {_too_rare(known)}" if state == "too little known" else reason
        entry = {"basis": basis.value, "reason": told, "state": state, "traits": len(known), "usable": len(usable)}
        entries.append(entry)
    return entries


def _too_rare(known: Sequence[Candidate]) -> str:
    share = max(each.known for each in known)
    if share >= MOSTLY_KNOWN:
        barred = "dates, predictions, special categories and what is the same of everybody do not"
        return f"None of its traits may make segments: {barred}."
    return f"Its best known trait is known of {share:.0%} of the customers; {MOSTLY_KNOWN:.0%} are needed."


def _ranked(study: Study, candidates: Sequence[Candidate]) -> list[tuple[Basis, str]]:
    """Bases the objective calls for, the best first, and after them those of which anything is known all the same."""
    called = list(BASES_FOR[study.objective])
    others = [basis for basis in Basis if basis not in {each for each, _ in called}]
    there = [each for each in candidates if each.known > 0]
    usable = {each.basis for each in there if each.usable}
    known = [basis for basis in others if basis.value in {each.basis for each in there}]
    return called + [(basis, UNCALLED if basis.value in usable else RARE) for basis in known]


def _variables(bases: Sequence[str], candidates: Sequence[Candidate], room: int) -> list[Candidate]:
    """The usual measures of behavior and the best known traits of other bases, basis by basis in turn."""
    waiting = [_of_basis(basis, candidates) for basis in bases]
    chosen: list[Candidate] = []
    while len(chosen) < room and any(waiting):
        for queue in waiting:
            if queue and len(chosen) < room:
                chosen.append(queue.pop(0))
    return chosen


def _of_basis(basis: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    usable = [each for each in candidates if each.basis == basis and each.usable]
    if basis == Basis.BEHAVIORAL.value and any(each.name in _USUAL for each in usable):
        return [each for name in _USUAL for each in usable if each.name == name]
    return sorted(usable, key=lambda each: (each.kind == "text", -round(each.known, 2)))


def _method(used: Sequence[Candidate], customers: int) -> dict[str, str]:
    if customers < FEWEST:
        return {"method": "rules", "reason": f"{customers} customers show no structure that could be told from chance."}
    if not used:
        return {"method": "rules", "reason": "No trait that could make segments is known of enough customers."}
    named = [each.name for each in used if each.kind == "text"]
    binary = [each.name for each in used if each.kind == "boolean"]
    gaps = [each.name for each in used if each.known < WELL_KNOWN]
    if named or binary or gaps:
        parts = [f"names ({', '.join(named)})"] if named else []
        parts += [f"yes or no ({', '.join(binary)})"] if binary else []
        parts += [f"gaps ({', '.join(gaps)})"] if gaps else []
        reason = f"Distances between numbers cannot take {', '.join(parts)}; a mixture can."
        return {"method": "mixture", "reason": reason}
    return {"method": "k_means", "reason": "All variables are numbers known of nearly everybody: distances serve."}


def sample(customers: int, variables: int, study: Study) -> dict[str, Any]:
    """What the sample allows, rule by rule, with the verdict of each; without variables no rule applies.

    Args:
        customers: Customers in the base.
        variables: Variables that shall make segments.
        study: Range of numbers of segments.
    """
    rules = [
        ("70 for each variable (Dolnicar et al. 2014)", ROWS_PER_VARIABLE * variables),
        (
            f"10 for each variable and segment, {study.most} segments (Qiu & Joe 2009)",
            ROWS_PER_CENTER * variables * study.most,
        ),
    ]
    if variables <= 20:
        rules.append(("latent classes of yes or no: 5 x 2^variables (Formann 1984)", 5 * 2**variables))
    largest = customers // (ROWS_PER_CENTER * variables) if variables else 0
    return {
        "variables": variables,
        "rules": [_rule(rule, needed if variables else None, customers) for rule, needed in rules],
        "most_segments": min(largest, study.most),
    }


def _rule(rule: str, needed: int | None, customers: int) -> dict[str, Any]:
    return {"rule": rule, "needed": needed, "met": None if needed is None else customers >= needed}


def _not_offered(candidates: Sequence[Candidate], scales: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    locked = [
        {"trait": each.name, "reason": "a special category (GDPR Art. 9): it never makes segments"}
        for each in candidates
        if each.data_class == DataClass.SPECIAL.value
    ]
    doubtful = [{"trait": row["scale"], "reason": row["reason"]} for row in scales if not row["offered"]]
    rare = [
        {"trait": each.name, "reason": f"known of {each.known:.0%} only"}
        for each in candidates
        if each.data_class != DataClass.SPECIAL.value and 0 < each.known < MOSTLY_KNOWN
    ]
    same = [
        {"trait": each.name, "reason": "the same of everybody of whom it is known"}
        for each in candidates
        if each.data_class != DataClass.SPECIAL.value and each.known >= MOSTLY_KNOWN and not each.varies
    ]
    return [*locked, *doubtful, *rare, *same]
