"""Who is who in the buying center: role words brought into seven roles, persons and organizations keyed.

The five roles of Webster & Wind 1972 (user, influencer, buyer, decider, gatekeeper), with initiator (Bonoma) and
approver (Kotler). One person may hold several roles, at several organizations, at different times.
"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from segmentry.profiles.accounts.keys import keyed_as
from segmentry.profiles.accounts.spelling import fold, one_slip

ROLES = ("initiator", "user", "influencer", "decider", "buyer", "approver", "gatekeeper")
"""The roles of a buying center."""

_WORDS = {
    "initiator": "initiator requester requestor originator",
    "user": "user enduser poweruser keyuser operator",
    "influencer": "influencer champion advocate advisor adviser recommender evaluator technicalbuyer",
    "decider": "decider decisionmaker decision economicbuyer economicdecisionmaker sponsor executivesponsor owner",
    "buyer": "buyer procurement purchasing purchaser purchasingagent buyerprocurement buying",
    "approver": "approver approval legal finance budgetholder signatory",
    "gatekeeper": "gatekeeper assistant secretary administrator blocker",
}
_BY_WORD = {word: role for role, words in _WORDS.items() for word in words.split()}

ENDED_BEFORE, OWN_CONTACT = "role ended before it began", "organization is its own contact"
BOTH, UNKNOWN_ROLE, MENDED_ROLE = "role both ended and lasting", "unknown role", "role misspelt"
_NOT_COUNTED = "the row is not counted"


def role_of(word: str | None) -> str | None:
    """The role that a word means, one slip of the pen allowed; None for any other word."""
    key = fold(word or "")
    if key in _BY_WORD:
        return _BY_WORD[key]
    near = {role for known, role in _BY_WORD.items() if len(known) > 4 and one_slip(key, known)}
    return near.pop() if len(near) == 1 else None


def role_words(told: Iterable[str | None]) -> list[dict[str, str | None]]:
    """``word``, its ``role`` and the ``finding`` for each word: none where it is a usual one."""
    rows = []
    for word in sorted({each for each in told if each}):
        role = role_of(word)
        mended = role is not None and fold(word) not in _BY_WORD
        rows.append({"word": word, "role": role, "finding": _word_finding(role, mended=mended)})
    return rows


def _word_finding(role: str | None, *, mended: bool) -> str | None:
    if role is None:
        return UNKNOWN_ROLE
    return MENDED_ROLE if mended else None


def keyed_contacts(contacts: ir.Table, identity: ir.Table | None, words: ir.Table) -> ir.Table:
    """Rows of the contract `ACCOUNT_CONTACTS_KEYED`.

    Rows that ended before they began, and organizations that are their own contacts, do not count. A role told
    without an end and with one from the same day on is taken to last; the doubt stands among the findings. A person of
    whom one row tells a role and another none at the same organization is known by the former.

    Args:
        contacts: The canonical table.
        identity: The identity table; None while every party is a customer of its own.
        words: Rows of `role_words`.
    """
    rows = _keyed(contacts, identity)
    good = rows.filter(~_ended_before(rows), rows.account_id != rows.customer_id)
    roles = good.left_join(words, good.told == words.word)
    spells = roles.group_by("account_id", "customer_id", "role", since=roles.started_on).aggregate(
        lasting=roles.ended_on.isnull().any(), ended=roles.ended_on.max(), title=roles.title.max()
    )
    known = spells.mutate(
        until=ibis.ifelse(spells.lasting, ibis.null("date"), spells.ended),
        _known=spells.role.notnull().any().over(ibis.window(group_by=[spells.account_id, spells.customer_id])),
    )
    kept = known.filter(known.role.notnull() | ~known["_known"])
    return kept.select("account_id", "customer_id", "role", "since", "until", "title")


def contact_findings(contacts: ir.Table, identity: ir.Table | None, words: ir.Table) -> ir.Table:
    """What is wrong with roles as told: rows of the contract `ACCOUNT_FINDINGS`; see `keyed_contacts`."""
    rows = _keyed(contacts, identity)
    ended = _finding(rows.filter(_ended_before(rows)), ENDED_BEFORE, _NOT_COUNTED)
    own = _finding(rows.filter(rows.account_id == rows.customer_id), OWN_CONTACT, _NOT_COUNTED)
    spell = rows.group_by("account_id", "customer_id", "told", "started_on").aggregate(
        lasting=rows.ended_on.isnull().any(), ended=rows.ended_on.notnull().any()
    )
    both = _finding(spell.filter(spell.lasting & spell.ended), BOTH, "it is taken to last")
    odd = rows.inner_join(words.filter(words.finding.notnull()), rows.told == words.word)
    odd = odd.group_by("finding", given=odd.told, role=odd.role).aggregate(rows=odd.count())
    told = odd.select(
        "finding",
        "given",
        "rows",
        customer_id=ibis.null("string"),
        decision=(ibis.literal("read as ") + odd.role).fill_null("the role counts as unknown"),
    )
    return ended.union(own, both, told.select(*ended.columns))


def _keyed(contacts: ir.Table, identity: ir.Table | None) -> ir.Table:
    persons = keyed_as(contacts, "party_key", identity, "customer_id")
    whole = keyed_as(persons, "account_key", identity, "account_id")
    return whole.select("account_id", "customer_id", "started_on", "ended_on", "title", told=whole.role)


def _ended_before(rows: ir.Table) -> ir.BooleanValue:
    return (rows.ended_on < rows.started_on).fill_null(False)


def _finding(rows: ir.Table, finding: str, decision: str) -> ir.Table:
    given = rows.account_id + ibis.ifelse(rows.told.isnull(), "", ibis.literal(" as ") + rows.told)
    counted = rows.group_by("customer_id", given=given).aggregate(rows=rows.count())
    return counted.select(
        "customer_id", "given", "rows", finding=ibis.literal(finding), decision=ibis.literal(decision)
    )
