"""The search's index has the line of text that reads like a formula, where Sphinx would put its TeX."""

from html import escape

from docutils import nodes

from . import katex_math, page_html


def setup(app):
    """Tell Sphinx of it."""
    app.connect("builder-inited", index_lines)


def index_lines(app) -> None:
    """What a page gives to the index, its formulas as lines; the page itself keeps them."""
    if app.builder.format != "html":
        return
    index_page = app.builder.index_page

    def index_with_lines(pagename: str, doctree: nodes.document, title: str) -> None:
        title = escape(page_html.in_lines(title), quote=False)
        index_page(pagename, in_lines(doctree, app.config.katex_macros), title)

    app.builder.index_page = index_with_lines


def in_lines(doctree: nodes.document, macros: dict) -> nodes.document:
    """A copy of a page with lines of text for its formulas."""
    copy = doctree.deepcopy()
    for formula in list(copy.findall(lambda n: isinstance(n, nodes.math | nodes.math_block))):
        line = katex_math.line(formula.astext(), isinstance(formula, nodes.math_block), macros)
        formula.replace_self(nodes.inline("", line + formula.get("trail", "")))
    return copy
