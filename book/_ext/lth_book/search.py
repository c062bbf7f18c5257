"""The search's index has prose: of a formula the line that reads like it, of code and of pictures nothing."""

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
    """A copy of a page with lines of text for its formulas, without code, printed text and pictures."""
    copy = doctree.deepcopy()
    for other in list(copy.findall(lambda n: isinstance(n, nodes.literal_block | nodes.raw))):
        other.parent.remove(other)
    for formula in list(copy.findall(lambda n: isinstance(n, nodes.math | nodes.math_block))):
        line = katex_math.line(formula.astext(), isinstance(formula, nodes.math_block), macros)
        formula.replace_self(nodes.inline("", line + formula.get("trail", "")))
    return copy
