"""Sources: from files as they come to canonical tables.

Duty: recognize what the columns of a file mean, read it whatever its format, encoding and style, apply named rules,
put aside what cannot be read, and say how good the data are. Inputs: files and a `LoadSpec`. Outputs: the canonical
tables (`loaded_lines`, `order_lines`, `orders`, `products`, `customers`, `quarantine` and what other files fill) and a
`LoadReport` in which every row read is accounted for.
"""

from segmentry.sources.report import Finding, LoadReport, RuleEffect
from segmentry.sources.spec import LoadSpec, Rules
from segmentry.sources.tables import LOADED_LINES

__all__ = ["LOADED_LINES", "Finding", "LoadReport", "LoadSpec", "RuleEffect", "Rules"]
