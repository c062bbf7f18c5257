"""Formulas with fewer elements look as KaTeX draws them: every sign stands where it stood."""

import sys

import pytest

from .conftest import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import katex_math, light_formulas  # noqa: E402

IN_LINE = r"""x^2 | w_{ij} | a_i^2 + b | e^{-x_i^2/2} | f'(x) | \hat\sigma_K | \bar a | \widetilde W | \eta
\sqrt r | \sqrt{\frac{a_j}{\bar a}} | \frac{\sqrt{17}}{16} | \tfrac{1}{2p} | \lVert W^* \rVert_F^2 | 2^{2^n}
\Theta(\sqrt{r/K}) | x \le y \ne z | \mathcal{M} \odot W | \mathbf{w}^\top x | \int_a^b f | 10{,}000
\underbrace{a + b}_{c} | \overline{ab} | x_{\max} | \lfloor n/2 \rfloor | \binom nk | W_{t+1}^{(k)}
\sum_S y_i | \mathbb{R}^r | -\nabla f"""
DISPLAYED = r"""\sum_{i=1}^n a_i \sigma(w_i \cdot x)
\max_{S \subseteq [n]} \Bigl| \sum_{i \in S} x_i - z \Bigr| | \lim_{n \to \infty} p_n
\begin{pmatrix} \sin t \\ -\cos t \end{pmatrix} | \begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}
\begin{aligned} a &= \frac{b}{c} \\ &\le d^2 \end{aligned} | \left( \frac{\frac12}{\sqrt{K}} \right)^{2}
\left[ \begin{array}{rl} 1 & 2 \\ 3 & 44 \end{array} \right] | \prod_{j \ne i} \frac{x - x_j}{x_i - x_j}"""
# Where each sign, drawing and line is, within its formula.
PLACES = """() => [...document.querySelectorAll(".one")].map((one) => {
    const box = one.getBoundingClientRect();
    const found = [];
    const note = (name, r) => found.push([name, r.left - box.left, r.bottom - box.top, r.width]);
    const walk = (node) => {
        for (const child of node.childNodes) {
            if (child.nodeType === Node.TEXT_NODE) {
                [...child.data].forEach((sign, k) => {
                    if (/[\\s\\u200b]/.test(sign)) return;
                    const range = document.createRange();
                    range.setStart(child, k);
                    range.setEnd(child, k + 1);
                    note(sign, range.getBoundingClientRect());
                });
            } else if (child.localName === "svg") note("drawing", child.getBoundingClientRect());
            else if (!child.classList.contains("katex-mathml")) {
                if (child.matches(".frac-line, .overline-line")) note("line", child.getBoundingClientRect());
                walk(child);
            }
        }
    };
    walk(one);
    return [box.height, found];
})"""


def formulas() -> list[tuple[str, bool]]:
    kinds = ((IN_LINE, False), (DISPLAYED, True))
    return [
        (tex.strip(), d)
        for text, d in kinds
        for line in text.split("\n")
        for tex in line.split(" | ")
    ]


@pytest.fixture(scope="module")
def places(browser, address):
    """Where the signs of each formula are as KaTeX writes it, and as the pages have it."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto(f"{address}/book/notation.html")
    with pytest.MonkeyPatch.context() as patch:
        light = [katex_math.render(*formula) for formula in formulas()]
        patch.setattr(light_formulas, "lighter", lambda html, line: html)
        heavy = [katex_math.render.__wrapped__(*formula) for formula in formulas()]
    found = []
    for written in (heavy, light):
        boxes = "".join(
            f'<div class="one" style="width: 1500px">A{html}B</div>' for html in written
        )
        page.evaluate("(html) => (document.querySelector('article').innerHTML = html)", boxes)
        page.evaluate("document.fonts.ready")
        found.append(page.evaluate(PLACES))
    page.close()
    return found


@pytest.mark.parametrize("k", range(len(formulas())), ids=lambda k: formulas()[k][0][:30])
def test_every_sign_stands_where_katex_puts_it(places, k):
    (high, before), (high_now, now) = places[0][k], places[1][k]
    assert abs(high - high_now) <= 1.01
    assert sorted(name for name, *_ in before) == sorted(name for name, *_ in now)
    left = list(now)
    for name, *place in before:
        away = {
            n: max(abs(a - b) for a, b in zip(place, at, strict=True))
            for n, (sign, *at) in enumerate(left)
            if sign == name
        }
        nearest = min(away, key=away.get)
        assert away[nearest] < 0.5, (name, place, left[nearest])
        del left[nearest]
