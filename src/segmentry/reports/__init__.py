"""Pages to hand round: one self-contained HTML file from the document of the main job and its pictures."""

from segmentry.reports.customer_view import render_customer
from segmentry.reports.page import render

__all__ = ["render", "render_customer"]
