"""Pages to hand round: one self-contained HTML file from the document of the main job and its pictures."""

from segmentry.reports.customer_view import render_customer
from segmentry.reports.page import render
from segmentry.reports.pen import Pen
from segmentry.reports.picture_page import render_pictures

__all__ = ["Pen", "render", "render_customer", "render_pictures"]
