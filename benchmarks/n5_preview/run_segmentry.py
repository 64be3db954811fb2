"""Ours: each definition read from text, checked, planned and counted over the company's tables, one after the other.

``run_segmentry.py company memory_limit number seed``
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import Report
from n4_segments.definitions import AS_OF, inputs
from n5_preview.questions import questions
from segmentry.engine import Engine, EngineSettings
from segmentry.segments.compiler import evaluate
from segmentry.segments.language.reading import parse
from segmentry.segments.tree import Definition

company, memory_limit, number, seed = sys.argv[1:]
report = Report()
with TemporaryDirectory() as place, Engine.open(Path(place), EngineSettings(memory_limit=memory_limit)) as engine:
    backend = engine.warehouse.backend()
    backend.con.execute(f"ATTACH '{company}' AS company (READ_ONLY)")
    tables = inputs(backend)
    took, planned, processor, counts = {}, {}, {}, {}
    for text in ["newsletter = true", *questions(int(number), int(seed))]:
        started, used = time.perf_counter(), time.process_time()
        answered = evaluate([Definition("new", "New", parse(text))], AS_OF, tables)
        members = answered.filter(answered.new)
        planned[text] = time.perf_counter() - started
        counts[text] = engine.rows(members.aggregate(members=members.count()))[0]["members"]
        took[text] = time.perf_counter() - started
        processor[text] = time.process_time() - used
    for each in (took, planned, processor):
        each.pop("newsletter = true", None)
report.note(version="working copy", took=took, planned=planned, used=processor, counts=counts)
report.print()
