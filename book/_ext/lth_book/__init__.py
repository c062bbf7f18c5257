"""What the book adds to Sphinx: one short module an idea."""

from . import (
    assets,
    katex_math,
    notebook_links,
    page_html,
    search,
    sources,
    stored_outputs,
    styles,
    symbols,
)

PARTS = (
    katex_math,
    symbols,
    sources,
    stored_outputs,
    assets,
    notebook_links,
    page_html,
    search,
    styles,
)


def setup(app):
    """Register every part with Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
