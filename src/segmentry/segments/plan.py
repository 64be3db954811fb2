"""What applying the files would change, told before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis

from segmentry.segments.dependencies import closure, fallen, without
from segmentry.segments.differences import moved
from segmentry.segments.published import Published
from segmentry.segments.tree import Definition
from segmentry.segments.versions import decides_alike, row_of
from segmentry.terms.errors import Problem
from segmentry.terms.numbers import as_json


def plan(
    published: Published, definitions: Sequence[Definition], unread: Mapping[str, Sequence[Problem]]
) -> dict[str, Any]:
    """Every definition with what becomes of it.

    Args:
        published: What is published.
        definitions: The definitions of the files.
        unread: Problems by id of files that cannot be read.

    Returns:
        ``actions``, each ``create``, ``change`` (a new version), ``rename`` (words only), ``follow`` (a segment it
        leans on changes), ``remove``, ``keep`` (nothing changes) or ``refuse`` (with its problems), with who enters
        and leaves; and ``changes``, their number without those kept.
    """
    belonging = published.belonging()
    kept = [each.definition for id_, each in published.record.items() if id_ in unread]
    wrong = {**belonging.problems([*definitions, *kept]), **{id_: list(each) for id_, each in unread.items()}}
    wrong = fallen(wrong, [*definitions, *kept])
    good = without(definitions, wrong)
    members = ibis.memtable(belonging.members(good).select(["segment_id", "customer_id"]))
    words = {each.id: _word(published, each) for each in good}
    changing = {id_ for id_, word in words.items() if word in ("create", "change")}
    actions = []
    for definition in good:
        word = words[definition.id]
        if word in ("keep", "rename") and changing & closure([definition.id], good):
            word = "follow"
        told = {} if word in ("keep", "rename") else moved(published, definition.id, members)
        actions.append(_action(published, definition.id, definition.name, word, told))
    for id_, problems in wrong.items():
        told = {"problems": [each.as_dict() for each in problems]}
        actions.append(_action(published, id_, _name(published, definitions, id_), "refuse", told))
    for id_ in set(published.record) - {each.id for each in definitions} - set(unread):
        gone = moved(published, id_, members.limit(0))
        actions.append(_action(published, id_, published.record[id_].definition.name, "remove", gone))
    actions.sort(key=lambda each: str(each["id"]))
    return {
        "actions": actions,
        "changes": sum(each["action"] != "keep" for each in actions),
        "as_of": as_json(published.as_of),
    }


def _word(published: Published, definition: Definition) -> str:
    known = published.record.get(definition.id)
    if known is None:
        return "create"
    old, new = row_of(known.definition), row_of(definition)
    if not decides_alike(old, new):
        return "change"
    return "keep" if old == new else "rename"


def _name(published: Published, definitions: Sequence[Definition], id_: str) -> str:
    given = next((each.name for each in definitions if each.id == id_), None)
    known = published.record.get(id_)
    return given or (known.definition.name if known else id_)


def _action(published: Published, id_: str, name: str, word: str, told: Mapping[str, Any]) -> dict[str, Any]:
    known = published.record.get(id_)
    return {"id": id_, "name": name, "action": word, "version": 0 if known is None else known.version, **told}
