"""Equal lines: repeats inside one part are flagged, lines told by several parts count once.

Lines are compared by a hash first; only the few that share one are then compared in full.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from segmentry.sources.lines import CONTENT, bare_key, content_hash, hash_of


def line_keys(lines: ir.Table) -> ir.Table:
    """The columns by which lines are compared: where they stand, their order and the hash of their content."""
    lines = lines.mutate(party_key=bare_key(lines.party_key))
    order = ibis.ifelse(lines.order_given, lines.order_id, lines.party_key + "@" + lines.ordered_on.cast("string"))
    return lines.filter(lines.reason.isnull()).select(
        "load_id",
        "line_number",
        "source",
        part=ibis.coalesce(lines.part, ibis.literal("")),
        order_key=hash_of(order),
        content=content_hash(lines),
    )


def suspects(keys: ir.Table, *, parts: bool) -> ir.Table:
    """Keys of lines that may be repeated in their part, or whose order stands in several parts."""
    inside = ["load_id", "content"] + ["part"] * parts
    repeated = keys.group_by(*inside).having(keys.count() > 1).aggregate().select("load_id", "content")
    found = keys.semi_join(repeated, ["load_id", "content"]).select("load_id", "line_number")
    if not parts:
        return found
    shared = (
        keys.group_by("source", "order_key")
        .having((keys.part.min() != keys.part.max()) | (keys.load_id.min() != keys.load_id.max()))
        .aggregate()
        .select("source", "order_key")
    )
    return found.union(keys.semi_join(shared, ["source", "order_key"]).select("load_id", "line_number"), distinct=True)


def marks_of(candidates: ir.Table) -> ir.Table:
    """For each suspected line that is so: ``repeated`` in its part, ``overlap`` with an earlier part.

    Of a line told by several parts the larger count stays: the n-th equal line of one part is the same as the n-th of
    another (`occurrence`), and the first part that has it keeps it.
    """
    order = ibis.ifelse(candidates.order_given, candidates.order_id, ibis.literal(""))
    table = candidates.mutate(order_content=order, party_key=bare_key(candidates.party_key))
    content = [*CONTENT, "order_content", "source"]
    inside = ibis.window(group_by=["load_id", "part", *content], order_by="line_number")
    counted = table.mutate(
        occurrence=ibis.row_number().over(inside),
        alike=table.count().over(ibis.window(group_by=["load_id", "part", *content])),
    )
    across = ibis.window(group_by=[*content, "occurrence"], order_by=["load_id", "part", "line_number"])
    placed = counted.mutate(place=ibis.row_number().over(across))
    marked = placed.select(
        "load_id",
        "line_number",
        repeated=placed.alike > 1,
        repeat=placed.occurrence > 0,
        overlap=placed.place > 0,
    )
    return marked.filter(marked.repeated | marked.overlap)
