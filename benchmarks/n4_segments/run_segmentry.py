"""Ours: definitions read from text, evaluated at once over the same tables, written as members and what changed.

``run_segmentry.py company before target memory_limit [definitions [due]]``; with ``due``, when the clock will move whom
as well.
"""

from __future__ import annotations

import sys
from pathlib import Path

from measuring import Report
from n4_segments.definitions import AS_OF, asked, inputs
from segmentry.engine import Engine, EngineSettings
from segmentry.segments.clock.due import due_instants
from segmentry.segments.clock.looks import looks
from segmentry.segments.compiler import evaluate, member_rows
from segmentry.segments.membership import moves
from segmentry.segments.run_clock import HORIZON

company, before, target, memory_limit, *rest = sys.argv[1:]
report = Report()
Path(target).mkdir()
with Engine.open(Path(target), EngineSettings(memory_limit=memory_limit)) as engine:
    warehouse = engine.warehouse
    backend = warehouse.backend()
    for file, name in ((company, "company"), (before, "earlier")):
        backend.con.execute(f"ATTACH '{file}' AS {name} (READ_ONLY)")
    with report.timed("segments"):
        with report.timed("reading"):
            definitions = asked(int(rest[0]) if rest else 100)
        with report.timed("planning"):
            answered = evaluate(definitions, AS_OF, inputs(backend))
        warehouse.write("answered", answered)
    with report.timed("changes"):
        warehouse.write("members", member_rows(definitions, warehouse.table("answered")))
        earlier = backend.table("before", database="earlier.main")
        warehouse.write("changes", moves(earlier, warehouse.table("members")))
    if rest[1:]:
        with report.timed("due"):
            asked_of = looks(definitions, AS_OF + HORIZON)
            due = due_instants(asked_of, inputs(backend), AS_OF, AS_OF + HORIZON)
            warehouse.write("due", due.group_by("customer_id").aggregate(due_at=due.due_at.min()))
        report.note(due_customers=engine.rows(warehouse.table("due").count().as_table())[0].popitem()[1])
report.note(version="working copy", definitions=len(definitions))
report.print()
