"""Probabilistic linkage (Fellegi & Sunter 1969) by Splink: how likely is it that two descriptions are one person?

Agreement by chance (u) is counted on all pairs of a fixed sample, agreement of one person's records (m) is learned by
expectation maximization on pairs that share a block, and frequent values count for less (term frequencies).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

from segmentry.profiles.identity.blocking import Block, LinkageError
from segmentry.profiles.identity.clusters import Link
from segmentry.profiles.identity.contradictions import Description
from segmentry.profiles.identity.descriptions import DESCRIBED
from segmentry.terms.errors import Problem
from segmentry.terms.numbers import NotEstimable

EVIDENCE = "linkage"
LEAST_PARTIES = 50
"""With fewer parties there is too little to learn from."""

_LEAST_FIELDS, _LEAST_TOLD, _LEAST_PAIRS = 3, 0.05, 10
_SAMPLE = 1_000
SURE = (
    "first_name+surname+birth",
    "first_name+surname+street",
    "surname+birth+postcode",
    "first_name+surname+postcode",
    "first_name+surname+city",
)
"""Who shares one of these is taken for one person when the share of true pairs is guessed."""

_RECALL = 0.7
"""Share of true pairs that share one of them; the outcome depends little on it."""

_LEVELS: dict[str, tuple[str, tuple[float, ...], bool]] = {
    "first_name": ("JaroWinkler", (0.92, 0.8), True),
    "surname": ("JaroWinkler", (0.92, 0.8), True),
    "birth": ("DamerauLevenshtein", (1, 2), False),
    "street": ("JaroWinkler", (0.95, 0.85), False),
    "city": ("JaroWinkler", (0.95, 0.85), True),
    "postcode": ("DamerauLevenshtein", (1, 2), True),
    "region": ("Exact", (), False),
}
"""How each field is compared: distance, its thresholds, and whether frequent values count for less."""


def told_fields(people: pa.Table) -> list[str]:
    """The fields of which enough is told to compare them: known of 5 % of the parties and not the same for all."""
    least = people.num_rows * _LEAST_TOLD
    return [
        name
        for name in DESCRIBED
        if people.num_rows - people[name].null_count >= max(least, 1) and len(people[name].drop_null().unique()) > 1
    ]


def unlinkable(people: pa.Table, fields: Sequence[str]) -> NotEstimable | None:
    """Why nothing can be learned from these descriptions; None if it can."""
    if people.num_rows < LEAST_PARTIES:
        return NotEstimable(f"{people.num_rows} persons are too few to learn from; {LEAST_PARTIES} are needed")
    if len(fields) < _LEAST_FIELDS or not {"first_name", "surname"} & set(fields):
        told = ", ".join(fields) or "nothing"
        return NotEstimable(f"a name and two more of {', '.join(DESCRIBED)} must be told; told is {told}")
    return None


def link(
    people: pa.Table, fields: Sequence[str], rules: Sequence[Block], true_share: float, least: float, connection: Any
) -> list[Link]:
    """Pairs of parties that are one person with a probability of at least ``least``.

    Args:
        people: Descriptions, one row per party.
        fields: Fields to compare, as `told_fields` gives them.
        rules: Blocking rules whose pairs are compared.
        true_share: Share of true pairs among all, as `share_of_true_pairs` guesses it.
        least: Smallest probability that is reported.
        connection: A DuckDB connection whose current schema may be filled and forgotten, or ``:memory:``.

    Raises:
        LinkageError: the extra is not installed.
    """
    rules = [block for block in rules if block.pairs]
    if not rules:
        return []
    with _quiet():
        predicted = _predicted(people.sort_by("party_key"), fields, rules, true_share, least, connection)
    pairs = zip(*(predicted[name].to_pylist() for name in predicted.column_names), strict=True)
    found = [
        Link(min(left, right), max(left, right), round(share, 6), EVIDENCE, "linkage") for left, right, share in pairs
    ]
    return sorted(found, key=lambda each: (each.left, each.right))


def described(people: pa.Table, parties: Collection[str]) -> dict[str, Description]:
    """Birth and first name of ``parties``.

    Args:
        people: Descriptions, one row per party.
        parties: Party keys.
    """
    columns = (people[name].to_pylist() for name in ("party_key", "birth", "first_name"))
    return {
        party: {"birth": birth, "first_name": name}
        for party, birth, name in zip(*columns, strict=True)
        if party in parties
    }


def _predicted(
    people: pa.Table, fields: Sequence[str], rules: Sequence[Block], true_share: float, least: float, connection: Any
) -> pa.Table:
    splink = _splink()
    api = splink.DuckDBAPI(connection=connection)
    model = _chance_agreement(splink, api, people, fields, rules, true_share)
    linker = splink.Linker(api.register(people), model, log_level=None)
    for block in _teachers(rules, fields):
        linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(*block.fields))
    answer = linker.inference.predict(threshold_match_probability=least)
    columns = "party_key_l, party_key_r, match_probability"
    return api.duckdb_con.sql(f"SELECT {columns} FROM {answer.physical_name}").to_arrow_table()


def _chance_agreement(
    splink: Any, api: Any, people: pa.Table, fields: Sequence[str], rules: Sequence[Block], true_share: float
) -> dict[str, Any]:
    """The model with what agrees by chance, counted on all pairs of a sample that is the same at every run."""
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="party_key",
        comparisons=[_comparison(name) for name in fields],
        blocking_rules_to_generate_predictions=[splink.block_on(*block.fields) for block in rules],
        probability_two_random_records_match=true_share,
        retain_matching_columns=False,
    )
    sample = api.register(people.take(_sample(people["party_key"].to_pylist())))
    linker = splink.Linker(sample, settings, log_level=None)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_SAMPLE * _SAMPLE, min_count_per_level=None, num_chunks=1
    )
    model: dict[str, Any] = linker.misc.save_model_to_json()
    return model


def _sample(parties: Sequence[str]) -> list[int]:
    """Places of the sample: the smallest by SHA-256 of their key."""
    ranked = sorted(range(len(parties)), key=lambda place: hashlib.sha256(parties[place].encode()).digest())
    return sorted(ranked[:_SAMPLE])


def share_of_true_pairs(sure: Sequence[Block], parties: int) -> float:
    """Share of true pairs among all: those that agree where strangers hardly do, by a guess of how many do not.

    Args:
        sure: What the rules of `SURE` let through.
        parties: Number of persons.
    """
    pairs = max((block.pairs for block in sure), default=0)
    every = parties * (parties - 1) / 2
    return float(min(max(pairs / _RECALL, 1) / every, 0.5))


def _teachers(rules: Sequence[Block], fields: Sequence[str]) -> list[Block]:
    """Blocks to learn from, the smallest first, until every field was left out of one at least."""
    usable = sorted((block for block in rules if block.pairs >= _LEAST_PAIRS), key=lambda block: block.pairs)
    chosen: list[Block] = []
    open_fields = set(fields)
    for block in usable:
        if open_fields - set(block.fields):
            chosen.append(block)
            open_fields &= set(block.fields)
    return chosen


def _comparison(name: str) -> Any:
    from splink import comparison_library

    distance, thresholds, by_frequency = _LEVELS[name]
    if distance == "Exact":
        made = comparison_library.ExactMatch(name)
    else:
        made = getattr(comparison_library, f"{distance}AtThresholds")(name, list(thresholds))
    return made.configure(term_frequency_adjustments=True) if by_frequency else made


def _splink() -> Any:
    try:
        import splink
    except ImportError as error:
        raise LinkageError(
            Problem(
                "EXTRA_MISSING",
                "Probabilistic linkage needs the extra identity",
                "[identity] method",
                "probabilistic",
                'Install it with: pip install "segmentry[identity]", or let method be exact.',
            )
        ) from error
    return splink


@contextmanager
def _quiet() -> Iterator[None]:
    """What Splink says of its training is not for people; what matters is in the report."""
    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
