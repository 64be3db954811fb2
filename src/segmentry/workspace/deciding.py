"""What people decide about single customers: in or out by hand, and erased for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from segmentry.discovery.run_guide import forget
from segmentry.engine import arrow_schema
from segmentry.segments.erasure import names_of
from segmentry.segments.errors import DefinitionError
from segmentry.segments.published import Published
from segmentry.segments.reader import rows_of
from segmentry.segments.run_erasure import KIND, complete, erase, sweep
from segmentry.segments.tables import SEGMENT_MANUAL
from segmentry.terms.errors import Problem, near_miss, shorten
from segmentry.terms.numbers import as_json
from segmentry.workspace.results import DocumentResult
from segmentry.workspace.segment_files import refresh_definitions

if TYPE_CHECKING:
    from segmentry.workspace.workspace import Workspace

_NEAR = 2000


def decide(
    workspace: Workspace, published: Published, segment: str, customer: str, decision: str, because: str
) -> DocumentResult:
    """Put a decision about one customer and one segment on record; see `Definitions.add`."""
    definition = published.find(segment).definition
    _require_known(published, [customer])
    with workspace.engine.run("segments", published.as_of) as run:
        row = {"segment_id": definition.id, "customer_id": customer, "decision": decision, "because": because}
        rows = [*rows_of(run, "segment_manual"), {**row, "recorded_at": run.started_at}]
        run.publish(SEGMENT_MANUAL, pa.Table.from_pylist(rows, schema=arrow_schema(SEGMENT_MANUAL)))
        refresh_definitions(run, workspace)
    return DocumentResult("Decided", row)


def erase_customers(workspace: Workspace, published: Published, customers: Sequence[str]) -> DocumentResult:
    """Take customers out of all that was ever said and loaded; see `Definitions.erase`."""
    asked = list(dict.fromkeys(customers))
    _require_known(published, asked)
    with workspace.engine.run(KIND, published.as_of) as run:
        names = names_of(run, asked)
        gone = erase(run, asked)
        forget(run, names)
        gone |= sweep(run, names)
        run.notes["erased"] = len(asked)
    complete(workspace.engine)
    document = {"customers": len(asked), "rows": gone, "erased_at": as_json(run.started_at)}
    return DocumentResult("Erased", document)


def _require_known(published: Published, customers: Sequence[str]) -> None:
    """`DefinitionError` with every id that is nobody's, and the near miss."""
    identity = published.reader.table("identity")
    rows = published.reader.rows(
        identity.filter(identity.customer_id.isin(list(customers))).select("customer_id").distinct()
    )
    known = {row["customer_id"] for row in rows}
    wrong = [each for each in customers if each not in known]
    if wrong:
        some = published.ids(identity.select("customer_id").distinct(), _NEAR)
        what = "There is no such customer"
        raise DefinitionError(
            Problem("CUSTOMER_UNKNOWN", what, "customer", shorten(each), near_miss(each, some) or "See identity.")
            for each in wrong
        )
