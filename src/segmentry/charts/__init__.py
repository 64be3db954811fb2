"""Plotly figures from published tables."""
def pictures(read, has, locale): return {}
