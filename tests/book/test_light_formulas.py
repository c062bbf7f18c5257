"""Formulas with fewer elements: what is kept of what KaTeX writes."""

import re
import sys
from html import unescape
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "book" / "_ext"))

from lth_book import katex_math, light_formulas  # noqa: E402


def elements(html: str) -> int:
    return len(re.findall(r"<[a-zA-Z]", html))


@pytest.mark.parametrize(
    ("tex", "display"),
    [
        (r"\eta", False),
        ("x^2", False),
        ("a < b", False),
        ("f'(x)", False),
        (r'\begin{aligned}a &= \text{"b"} \\ &= c\end{aligned}', True),
    ],
)
def test_a_formula_keeps_its_tex(tex, display):
    html = katex_math.render(tex, display)
    assert unescape(re.search(r'data-tex="([^"]*)"', html)[1]) == tex
    assert "annotation" not in html and "semantics" not in html


@pytest.mark.parametrize(
    ("tex", "sign"), [("K", "K"), (r"\eta", "η"), ("0.9", "0.9"), ("10{,}000", "10,000")]
)
def test_a_single_sign_is_text_for_eye_and_ear(tex, sign):
    html = katex_math.render(tex, False)
    assert re.sub(r"<[^>]*>", "", html) == sign
    assert "aria-hidden" not in html and elements(html) == 2


@pytest.mark.parametrize(
    ("tex", "most"), [("x^2", 10), ("w_{ij}", 12), (r"\frac12", 12), ("a_i^2 + b", 20)]
)
def test_scripts_and_fractions_have_few_elements(tex, most):
    """KaTeX writes 22, 29, 36 and 39 of them."""
    assert elements(katex_math.render(tex, False)) <= most


@pytest.mark.parametrize("tex", ["K", "x^2", "x + y", "a = b = c"])
def test_punctuation_stays_on_the_line_of_the_last_part(tex):
    html = light_formulas.with_trail(katex_math.render(tex, False), ",")
    assert html.count("<span") == html.count("</span>")
    last = html.rpartition('class="katex-base')[2] if "katex-base" in html else html
    assert '<span class="lth-trail">,</span>' in last
    assert re.sub(r"(?s)<math.*</math>|<[^>]*>", "", html).endswith(",")
