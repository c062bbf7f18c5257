"""What the book adds to Sphinx: one short module an idea."""

from . import assets, katex_math, notebook_links, page_html, search, sources, styles, symbols


def setup(app):
    """Register every part with Sphinx."""
    for part in (katex_math, symbols, sources, assets, notebook_links, page_html, search, styles):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
