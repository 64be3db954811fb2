"""Yes and no as files write them."""

from __future__ import annotations

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from segmentry.sources import values

YES = (
    *("true", "yes", "y", "1", "t", "1.0", "x", "✓", "✔", "on", "ja", "wahr", "oui", "vrai", "si", "sí", "vero", "sim"),
    *("tak", "ano", "kyllä", "evet", "да", "はい", "是", "真"),
)
"""Words for yes, in lower case."""
NO = (
    *("false", "no", "n", "0", "f", "0.0", "off", "nein", "falsch", "nee", "nej", "non", "faux", "falso", "não", "nao"),
    *("nie", "ne", "ei", "hayır", "нет", "いいえ", "否", "假"),
)
"""Words for no, in lower case."""


def read_yes_no(raw: ir.Value, *, marked: bool = False) -> ir.BooleanValue:
    """A column as yes and no; empty where it says neither.

    Args:
        raw: Cells as they stand in the file.
        marked: Whether an empty cell is a no where every other cell of the column is a yes, as in columns of marks.
    """
    if raw.type().is_boolean():
        yes, no = raw, ~raw
    else:
        word = raw.cast(dt.string).lower().strip()
        yes, no = word.isin(YES), word.isin(NO)
    yes, no = yes.fill_null(False), no.fill_null(False)
    if marked:
        blank, every = values.is_wanting(raw).fill_null(True), ibis.window()
        only_yes = (yes | blank).all().over(every) & yes.any().over(every)
        no = no | (blank & only_yes)
    return ibis.cases((yes, ibis.literal(True)), (no, ibis.literal(False)), else_=ibis.null(dt.boolean))
