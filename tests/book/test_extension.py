"""What the book adds to Sphinx: formulas, symbols, links to notebooks, pages made from code."""

import importlib.util
import re
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import katex_math, mathml, notebook_links, page_html, symbols  # noqa: E402

URL = "https://github.com/someone/the-book"


def test_a_formula_is_there_for_the_eye_and_for_the_ear():
    html = katex_math.render(r"|s \cdot x - z| \le \eta", False)
    assert 'class="katex-html" aria-hidden="true"' in html
    assert "<math" in html and "<mo>≤</mo>" in html


@pytest.mark.parametrize(
    ("tex", "line"),
    [
        (r"2^{10} = 1024", "2^10 = 1024"),
        (r"\max_{S \subseteq [n]} x", "max_(S \u2286 [n]) x"),
        (r"W_{\max}", "W_max"),
        (r"\lVert W \rVert_{\min}^2", "\u2225W\u2225_min^2"),
        (r"\frac{1}{m + 1}", "1/(m+1)"),
        (r"\sqrt{r K}", "\u221arK"),
        (r"f'(\hat x)", "f\u2032(x^)"),
    ],
)
def test_a_formula_reads_in_a_line_of_text(tex, line):
    assert f'data-text="{line}"' in katex_math.render(tex, False)


@pytest.mark.parametrize("tex", [r"W_{\max}", r"x^{\sup}", r"\frac{\min}{\max}", r"\sqrt[\dim]{x}"])
def test_a_name_is_one_child_wherever_it_stands(tex):
    math = katex_math._MATH.search(katex_math.render(tex, False))[0]
    assert mathml.line(math, tex)


def test_mathml_with_a_child_too_many_is_named():
    with pytest.raises(ValueError, match="<msub> has 3 children, not 2, in: x_y"):
        mathml.line("<math><msub><mi>x</mi><mi>y</mi><mo>z</mo></msub></math>", "x_y")


def test_names_that_say_other_than_the_text_go():
    hidden = '<summary aria-label="Toggle hidden content">\n<p class="collapsed admonition-title">Show</p>'
    assert page_html.finish(hidden).startswith(
        '<summary>\n<span class="collapsed admonition-title">Show</span>'
    )
    button = '<button class="btn search-button-field x" title="Search" aria-label="Search" data-x>'
    assert page_html.finish(button).startswith('<button class="btn search-button-field x" data-x>')


def test_only_long_formulas_break():
    assert katex_math.is_short(katex_math.render(r"0 < \alpha \le \frac1\beta", False))
    assert not katex_math.is_short(katex_math.render(r"f(x) \le f(y) + g(y)(x - y) + h(x)", False))


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{aligned}a &= b \\ &\le c\end{aligned}",
        r"\begin{cases}1 & x > 0\\0 & \text{otherwise}\end{cases}",
        r"\Pr\bigl[\min_{S} |z - \sum_{i \in S} x_i| \le \eta\bigr] \ge 1 - \delta",
    ],
)
def test_the_books_kinds_of_formulas_render(tex):
    assert "<math" in katex_math.render(tex, True)


def test_macros_are_known_everywhere():
    assert "mathbb" in katex_math.render(r"\R", False, '{"\\\\R": "\\\\mathbb{R}"}')


def test_a_formula_that_katex_rejects_is_named():
    with pytest.raises(
        ValueError, match=r"Undefined control sequence: \\nonsense.* in: \\nonsense x"
    ):
        katex_math.render(r"\nonsense x", False)


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"n", ["n"]),
        (r"\eta", [r"\eta"]),
        (r"x_7", ["x_i"]),
        (r"\sum_{i=1}^{n} x_i", ["n", "x_i"]),
        (r"v_{t+1} > 1 - \eta", ["v_t", r"\eta"]),
        (r"v_j + v_{kj} + v_0", ["v_j", "v_t"]),
        (r"\text{no symbol of n or z}", []),
        (r"\min", []),
    ],
)
def test_a_formula_knows_its_symbols(tex, expected):
    assert sorted(symbols.used(tex)) == sorted(expected)


def test_a_chapter_may_have_meanings_of_its_own():
    assert symbols.table()[r"\eta", ""][1].startswith("tolerance")
    assert symbols.table("book/3-weight-pruning") == symbols.table()
    own = symbols.table("book/5-teacher-student")
    assert (
        own[r"\eta", ""][1].startswith("step")
        and own[r"\sigma", ""] == symbols.table()[r"\sigma", ""]
    )
    assert symbols.used(r"\eta x_n + x_i", "book/5-teacher-student") == [r"\eta", "x_n", "n"]


@pytest.mark.parametrize("page", ["", "book/5-teacher-student"])
def test_every_symbol_of_the_table_has_a_meaning(page):
    entries = symbols.table(page).values()
    assert len(entries) >= 15
    for symbol, meaning in entries:
        assert "<math" in katex_math.render(symbol, False)
        assert len(meaning) > 4


def test_without_an_address_nothing_points_anywhere():
    assert notebook_links.links("book/1-x", "") == [("Download notebook", "../notebooks/1-x.ipynb")]
    assert "http" not in notebook_links.first_cell("")


def test_a_page_says_which_chapter_it_is():
    assert notebook_links.chapter_number("book/6-pgd-edge-popup") == "6"


def test_with_an_address_colab_opens_the_published_copy():
    assert notebook_links.links("book/1-x", URL)[1] == (
        "Open in Colab",
        "https://colab.research.google.com/github/someone/the-book/blob/gh-pages/notebooks/1-x.ipynb",
    )
    assert f"git clone -q --depth 1 {URL} lth-book" in notebook_links.first_cell(URL)
    assert notebook_links.error_report(URL, "Sums & sets").startswith(
        f"{URL}/issues/new?title=Error%20on"
    )


@pytest.mark.parametrize("url", ["", URL])
def test_a_copy_to_download_is_a_valid_notebook(url):
    original = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A chapter")])
    copy = notebook_links.with_first_cell(original, url)
    nbformat.validate(nbformat.from_dict(copy))
    assert len(copy["cells"]) == 2 and len(original["cells"]) == 1
    assert "[book]" in copy["cells"][0]["source"]
    original.cells.append(nbformat.v4.new_code_cell("import torch"))
    assert "[book,torch]" in notebook_links.with_first_cell(original, url)["cells"][0]["source"]


def test_only_printed_sentences_break_on_a_phone():
    output = '<div class="output stream highlight-myst-ansi notranslate"><div class="highlight"><pre>{}</pre>'
    sentence = output.format("<span></span>same mask:  True\n  and the same error: True")
    columns = output.format("<span></span>n    bound   measured\n10       3          6")
    once = page_html.finish(sentence)
    assert "notranslate lth-sentences" in once and page_html.finish(once) == once
    assert "lth-sentences" not in page_html.finish(columns)


def test_fonts_of_formulas_are_read_before_the_text():
    page = '<head></head><body><span class="katex">x</span></body>'
    once = page_html.finish(page)
    assert 0 < once.index("document.fonts.load") < once.index("</head>")
    assert page_html.finish(once) == once
    assert "fonts" not in page_html.finish(page.replace("katex", "other"))


def _maker():
    spec = importlib.util.spec_from_file_location("maker", ROOT / "tools" / "make_notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(_maker().PAGES))
def test_pages_made_from_code_are_fresh(name, monkeypatch):
    monkeypatch.setenv("LTH_EXPLORE", "static")
    stored = (ROOT / "book" / name).read_text(encoding="utf-8")
    made = _maker().PAGES[name]()
    if name.endswith(".html"):  # the last digits of a drawing differ between machines
        stored, made = (re.sub(r"(?s)<svg.*?</svg>", "", text) for text in (stored, made))
    assert stored == made, "run `make notebooks`"
