"""Plotly figures from published tables: one function per picture, used by reports and every door.

Tables are handed in as Arrow; nothing here opens a database. Each figure carries what must be said beside it (title,
caption, a description for those who cannot see it, its figures as a table), which `notes_of` reads back.
"""

from segmentry.charts.bands import lower_edge
from segmentry.charts.bases import bases_picture
from segmentry.charts.feedback import feedback_pictures
from segmentry.charts.gallery import pictures
from segmentry.charts.notes import Notes, notes_of
from segmentry.charts.overlap import overlap_picture
from segmentry.charts.theme import DARK, LIGHT
from segmentry.charts.writer import Writer

__all__ = [
    "DARK",
    "LIGHT",
    "Notes",
    "Writer",
    "bases_picture",
    "feedback_pictures",
    "lower_edge",
    "notes_of",
    "overlap_picture",
    "pictures",
]
