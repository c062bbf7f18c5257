"""Formulas rendered while the book is built: KaTeX in an embedded JavaScript engine.

A page then needs no mathematics library, nothing moves while it loads, and screen readers get MathML.
"""

import atexit
import json
import re
from functools import cache, lru_cache
from html import unescape
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from . import light_formulas, mathml, symbols

VENDOR = Path(__file__).parent / "vendor"
SHORT = 14  # signs
_SEEN = re.compile(r'class="[^"]*\bkatex-html\b[^>]*>(.*)', re.DOTALL)
_LINE = re.compile(r'data-text="([^"]*)"')
_MATH = re.compile(r"(?s)<math\b.*?</math>")
# The name of a function and the sign that applies it: KaTeX leaves the two apart where they are a subscript,
# in which MathML has room for one.
_NAME_IN_SCRIPT = re.compile(r"(?<!<mrow>)(<mi\b[^>]*>[^<]*</mi><mo>\u2061</mo>)")
_WITHIN_ALIGNED = ("\\\\", "&")
logger = logging.getLogger(__name__)


def setup(app):
    """Sphinx: formulas are rendered by KaTeX when the book is built."""
    app.add_config_value("katex_macros", {}, "env")
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer("katex", (visit_inline, None), (visit_display, None))


class KeepPunctuation(SphinxPostTransform):
    """A formula takes the punctuation behind it along, so that no line begins with a full stop."""

    default_priority = 700

    def run(self, **kwargs) -> None:
        """Move the sign behind each inline formula into it."""
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(descend=False, siblings=True)
            if isinstance(after, nodes.Text) and after[:1] in tuple(".,;:!?)"):
                formula["trail"] = after[0]
                # A text is found by its place: another of the same words is equal to it.
                place = next(k for k, child in enumerate(after.parent) if child is after)
                after.parent[place] = nodes.Text(after[1:])


@lru_cache(maxsize=1)
def _engine() -> MiniRacer:
    engine = MiniRacer()
    # An engine still open while Python ends may wait for its own thread for ever.
    atexit.register(engine.close)
    engine.eval((VENDOR / "katex.min.js").read_text(encoding="utf-8"))
    return engine


@cache
def render(tex: str, display: bool, macros: str = "{}") -> str:
    """The formula as HTML for the eye, MathML for the ear, and a line of text for excerpts (``data-text``).

    Raises:
        ValueError: KaTeX does not understand it; the text says where.
    """
    options = {
        "displayMode": display,
        "output": "htmlAndMathml",
        "throwOnError": True,
        "strict": "error",
        "macros": json.loads(macros),
    }
    try:
        html = _engine().call("katex.renderToString", tex, options)
    except JSEvalException as error:
        reason = str(error).split("ParseError:")[-1].strip().splitlines()[0]
        raise ValueError(f"{reason} in: {tex}") from error
    html = _NAME_IN_SCRIPT.sub(r"<mrow>\1</mrow>", html)
    line = mathml.line(_MATH.search(html)[0], tex)
    return light_formulas.lighter(html, line)


def line(tex: str, display: bool, macros: dict) -> str:
    """The line of text that reads like a formula; its TeX where KaTeX does not understand it."""
    try:
        html = render(as_aligned(tex) if display else tex, display, as_key(macros))
    except ValueError:  # the page's own formula says so, with its place
        return tex
    return unescape(_LINE.search(html)[1])


def as_key(macros: dict) -> str:
    """Macros as one text, by which what was rendered with them is kept."""
    return json.dumps(macros, sort_keys=True)


def as_aligned(tex: str) -> str:
    """A display with line breaks, as KaTeX wants it."""
    tex = tex.strip()
    if any(mark in tex for mark in _WITHIN_ALIGNED) and "\\begin" not in tex:
        return f"\\begin{{aligned}}{tex}\\end{{aligned}}"
    return tex


def _render(self, node, tex: str, display: bool) -> str:
    macros = as_key(self.builder.config.katex_macros)
    try:
        return render(tex, display, macros)
    except ValueError as error:
        logger.warning("KaTeX: %s", error, location=node)
        return self.encode(tex)


def is_short(formula: str) -> bool:
    """Whether a rendered formula is so short that it had better stay on one line."""
    seen = _SEEN.search(formula)[1]
    return len(re.sub(r"<[^>]+>|\s", "", seen)) <= SHORT


def visit_inline(self, node: nodes.math) -> None:
    """Write a formula that stands in a line of text."""
    tex = node.astext()
    attributes = symbols.attributes(self, node, tex, introduces=True)
    formula = _render(self, node, tex, display=False)
    kind = "math lth-short" if is_short(formula) else "math"
    if node.get("trail"):
        formula = light_formulas.with_trail(formula, node["trail"])
    formula = f'<span class="{kind} notranslate nohighlight"{attributes}>{formula}</span>'
    self.body.append(formula)
    raise nodes.SkipNode


def visit_display(self, node: nodes.math_block) -> None:
    """Write a formula that stands by itself, with its number."""
    tex = node.astext().strip() if node["nowrap"] else as_aligned(node.astext())
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    attributes = symbols.attributes(self, node, tex, introduces=False)
    self.body.append(f'<div class="lth-scroll"{attributes}>')
    self.body.append(_render(self, node, tex, display=True) + "</div></div>\n")
    raise nodes.SkipNode
