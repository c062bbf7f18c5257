"""What the book adds to Sphinx: one short module an idea."""

from . import (
    address,
    assets,
    code_links,
    katex_math,
    live_pages,
    notebook_links,
    page_html,
    questions,
    scorecard,
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
    code_links,
    assets,
    notebook_links,
    questions,
)
PARTS += (live_pages, scorecard, address, page_html, search, styles)


def setup(app):
    """Register every part with Sphinx."""
    for part in PARTS:
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
