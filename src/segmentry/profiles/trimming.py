"""Words without the blanks around them, alike on every engine."""

from __future__ import annotations

import ibis.expr.types as ir


def trimmed(words: ir.StringValue) -> ir.StringValue:
    """``words`` without blanks at either end.

    Not ``strip``: Ibis tells Spark to trim the characters of an escape it does not know, so that a word loses a ``v``
    or an ``f`` at its ends.
    """
    return words.re_replace(r"^\s+|\s+$", "")
