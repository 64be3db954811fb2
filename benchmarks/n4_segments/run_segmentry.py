"""Ours: definitions read from text, evaluated at once over the same tables, written as members and what changed.

``run_segmentry.py company before target memory_limit [definitions]``
"""

from __future__ import annotations

import sys
from pathlib import Path

from measuring import Report
from n4_segments.definitions import AS_OF, asked, inputs
from segmentry.engine import Engine, EngineSettings
from segmentry.segments.compiler import evaluate, member_rows
from segmentry.segments.membership import moves

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
report.note(version="working copy", definitions=len(definitions))
report.print()
