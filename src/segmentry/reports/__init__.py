"""Pages to hand round."""
def render(document, figures, locale, *, title): return "<html></html>"
