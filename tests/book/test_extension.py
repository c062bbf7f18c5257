"""What the book adds to Sphinx: formulas, symbols, links to notebooks, pages made from code."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import lth_tutorial
from lth_tutorial import chapters
from lth_tutorial.explore import frames
from lth_tutorial.explore.page import PAGE

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import (  # noqa: E402
    copies,
    katex_math,
    mathml,
    notebook_links,
    page_html,
    stored_outputs,
    symbols,
)

URL = "https://github.com/someone/the-book"


def test_a_formula_is_there_for_the_eye_and_for_the_ear():
    html = katex_math.render(r"|s \cdot x - z| \le \eta", False)
    assert 'class="katex-html" aria-hidden="true"' in html
    assert "<math" in html and "<mo>≤</mo>" in html


def test_each_formula_takes_its_own_punctuation_along():
    """Also where the text behind one becomes the same as the text behind another."""
    from docutils import nodes
    from docutils.utils import new_document

    paragraph = nodes.paragraph()
    for tex, after in (("w", "). Let "), (r"\ell", ". Let "), ("n", ", and "), ("m", " be.")):
        paragraph += [nodes.math("", tex), nodes.Text(after)]
    document = new_document("x")
    document += paragraph
    katex_math.KeepPunctuation(document).run()
    read = [n.astext() + n.get("trail", "") if isinstance(n, nodes.math) else n for n in paragraph]
    assert "".join(read) == r"w). Let \ell. Let n, and m be."


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


def test_the_engine_ends_before_python_does():
    """One still open waits now and then for its own thread for ever, and the build never ends."""
    lines = [
        "import atexit, sys, threading",
        "atexit.register(lambda: print(threading.active_count()))",  # called last
        f"sys.path.insert(0, {str(ROOT / 'book' / '_ext')!r})",
        "from lth_book import katex_math",
        "katex_math.render('x', False)",
        "print(threading.active_count())",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.split() == ["2", "1"]


def test_a_formula_that_katex_rejects_is_named():
    with pytest.raises(
        ValueError, match=r"Undefined control sequence: \\nonsense.* in: \\nonsense x"
    ):
        katex_math.render(r"\nonsense x", False)


@pytest.mark.parametrize(
    ("chapter", "tex", "expected"),
    [
        ("1", r"\sum_{i=1}^{n} x_i", {"n": "n", "x_i": "x_i"}),
        ("1", r"v_{t+1} > 1 - \eta^2", {"v_{t+1}": "v_t", r"\eta^2": r"\eta"}),
        ("1", r"x_j + x_7 + v", {"x_j": "x_i"}),
        ("1", r"\text{no symbol of n or z}", {}),
        ("1", r"\min", {}),
        (
            "2",
            r"S_t^\varepsilon \cup S_t",
            {r"S_t^\varepsilon": r"S_t^\varepsilon", r"\varepsilon": r"\varepsilon", "S_t": "S_t"},
        ),
        ("3", r"u_k v_{jk} + u_T", {"u_k": "u", "v_{jk}": "v"}),
        ("3", r"\varepsilon' d'_\ell", {r"\varepsilon'": r"\varepsilon'", r"d'_\ell": r"d'_\ell"}),
        ("3", r"e_\ell + e^{-n}", {r"e_\ell": r"e_\ell", "n": "n"}),
        ("3", r"W_{L-1} W'", {"W_{L-1}": r"W_\ell", "L": "L"}),
        ("5", r"w_j^{*\top} - w_j", {r"w_j^{*\top}": "w_j^*", "w_j": "w_j"}),
        (
            "5",
            r"x_1 + x_n + \varepsilon_1",
            {"x_n": "x_n", "n": "n", r"\varepsilon_1": r"\varepsilon_0"},
        ),
        ("5", r"\lVert x \rVert_F W_{\max}", {"x": "x", r"W_{\max}": r"W_{\max}"}),
    ],
)
def test_a_formula_knows_its_symbols(chapter, tex, expected):
    """And no others: a letter with other scripts is another letter."""
    assert {written: row.symbol for written, row in symbols.used(tex, chapter).items()} == expected


@pytest.mark.parametrize(
    ("chapter", "tex"),
    [("0", "z"), ("1", "m"), ("2", "m"), ("3", "y_i"), ("4", "x_i"), ("5", r"\gamma"), ("", "n")],
)
def test_no_chapter_lends_its_meanings(chapter, tex):
    """Each of these is a symbol of another chapter."""
    assert any(symbols.used(tex, other) for other in "01234567" if other != chapter)
    assert not symbols.used(tex, chapter)


def test_a_chapter_may_have_meanings_of_its_own():
    assert symbols.table("1")[r"\eta", ""].meaning.startswith("tolerance")
    assert symbols.table("5")[r"\eta", ""].meaning.startswith("step")
    assert symbols.table("4")["n", ""] != symbols.table("3")["n", ""]


@pytest.mark.parametrize("chapter", [str(c.number) for c in chapters.CHAPTERS])
def test_every_symbol_of_the_table_has_a_meaning(chapter):
    entries = symbols.table(chapter).values()
    assert len(entries) >= 15
    for symbol, meaning in entries:
        assert 'class="katex"' in katex_math.render(symbol, False)
        assert len(meaning) > 4


def test_two_rows_for_one_spelling_are_named(monkeypatch, tmp_path):
    row = "| $n$, $n_0$ | a number | 1 |\n"
    for text, words in (
        (row + "## Chapter 1\n| $n_0$ | another number | – |\n", "two rows of chapter 1 serve n_0"),
        ("| $n$ | a number | all |\n", r"the row of \$n\$ names no chapters, but 'all'"),
    ):
        (tmp_path / "notation.md").write_text(text, encoding="utf-8")
        monkeypatch.setattr(symbols, "NOTATION", tmp_path / "notation.md")
        symbols.table.cache_clear()
        with pytest.raises(ValueError, match=words):
            symbols.table("1")
    symbols.table.cache_clear()


def test_the_last_word_is_on_a_letter_however_it_is_written():
    own = {("n", ""): symbols.Row("n", "a vector")}
    rows = symbols.used(r"\rho n n^\top", "5", own)
    assert rows["n"] == rows[r"n^\top"] == ("n", "a vector") and len(rows) == 3
    assert symbols.used("n + K", "5", {("n", ""): None}).keys() == {"K"}
    assert not symbols.used("n + K", "5", {("", ""): None})


@pytest.mark.parametrize(
    ("comment", "meanings"),
    [
        ("none", {"": None}),
        ("p = a probability; k none", {"p": ("p", "a probability"), "k": None}),
        (r"x_n = a = b", {"x_n": ("x_n", "a = b")}),
    ],
)
def test_an_author_has_the_last_word_on_a_formula(comment, meanings):
    assert symbols.said(comment) == meanings
    with pytest.raises(ValueError, match="'p' should be 'p = its meaning', 'p none' or 'none'"):
        symbols.said(comment + "; p")


def test_the_four_sources_are_listed_row_by_row():
    """Each table counts its rows; what the book does not have yet is named below it."""
    page = (ROOT / "book" / "sources.md").read_text(encoding="utf-8")
    titles = ("The slides", "Greenbaum's review of Malach et al.", "The page", "The paper")
    total = 0
    for title, least in zip(titles, (24, 15, 7, 46), strict=True):
        part = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        listed = [int(row) for row in re.findall(r"(?m)^\| (\d+) \|", part)]
        left = re.search(r"so not listed: rows? ([\d, ]+)\.", part)
        missing = [int(row) for row in left[1].split(",")] if left else []
        assert sorted(listed + missing) == list(range(1, len(listed + missing) + 1)), title
        assert len(listed + missing) >= least, title
        total += len(listed)
    assert total >= 92


def test_without_an_address_nothing_points_anywhere():
    assert notebook_links.links("book/1-x", "") == [
        ("Download notebook", "../notebooks/1-x.ipynb"),
        ("Download its package", f"../notebooks/{copies.WHEEL}"),
    ]
    assert "http" not in "".join(copies.package("", ROOT))


def test_a_page_says_what_it_is():
    pages = ("book/6-pgd-edge-popup", "book/assigned/assignment-6", "book/tools")
    assert [*map(notebook_links.place_of, pages)] == ["Chapter 6", "Assignment 6", "Appendix"]


def test_with_an_address_colab_opens_the_published_copy():
    assert notebook_links.links("book/1-x", URL)[1] == (
        "Open in Colab",
        "https://colab.research.google.com/github/someone/the-book/blob/gh-pages/notebooks/1-x.ipynb",
    )
    assert re.fullmatch(
        rf"lth-tutorial{{}} @ git\+{URL}@[0-9a-f]{{40}}", copies.package(URL, ROOT)[0]
    )
    assert copies.commit(Path("/")) == f"v{lth_tutorial.__version__}"
    assert notebook_links.error_report(URL, "Sums & sets").startswith(
        f"{URL}/issues/new?title=Error%20on"
    )


@pytest.mark.parametrize("url", ["", URL])
def test_a_copy_to_download_is_a_valid_notebook(url):
    original = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# A chapter")])
    copy = copies.with_first_cell(original, url, ROOT)
    nbformat.validate(nbformat.from_dict(copy))
    assert len(copy["cells"]) == 2 and len(original["cells"]) == 1
    assert "[book]" in copy["cells"][0]["source"]
    original.cells.append(nbformat.v4.new_code_cell("import torch"))
    assert "[book,torch]" in copies.with_first_cell(original, url, ROOT)["cells"][0]["source"]


def test_only_printed_sentences_break_on_a_phone():
    output = '<div class="output stream highlight-myst-ansi notranslate"><div class="highlight"><pre>{}</pre>'
    sentence = output.format("<span></span>same mask:  True\n  and the same error: True")
    columns = output.format("<span></span>n    bound   measured\n10       3          6")
    once = page_html.finish(sentence)
    assert "notranslate lth-sentences" in once and page_html.finish(once) == once
    assert "lth-sentences" not in page_html.finish(columns)


def test_fonts_are_read_before_the_text():
    page = '<head></head><body><span class="katex">x</span></body>'
    once = page_html.finish(page)
    assert 0 < once.index("document.fonts.load") < once.index("</head>")
    assert page_html.finish(once) == once
    assert "KaTeX" in once and "KaTeX" not in page_html.finish(page.replace("katex", "other"))


def test_a_page_shows_its_own_part_of_an_output():
    def output(**data):
        return {"output_type": "display_data", "metadata": {}, "data": data}

    mine = output(**{PAGE: ["<div>", "</div>"], "image/png": "iVBO", "text/plain": "Explorer"})
    words = output(**{PAGE: "", "text/markdown": "A sentence."})
    printed = {"output_type": "stream", "name": "stdout", "text": "1"}
    table = output(**{"text/markdown": "| a |"})
    cells = [{"outputs": [mine, words, printed, table]}, {"source": "text"}]
    kept = stored_outputs.for_pages({"cells": cells})["cells"][0]["outputs"]
    assert kept == [output(**{"text/html": ["<div>", "</div>"]}), printed, table]


def _maker():
    spec = importlib.util.spec_from_file_location("maker", ROOT / "tools" / "make_notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The scorecard is compared where its claims are measured, in tests/test_claims.py.
@pytest.mark.parametrize("name", sorted({*_maker().PAGES} - {"scorecard.md"}))
def test_pages_made_from_code_are_fresh(name, monkeypatch):
    monkeypatch.setenv("LTH_EXPLORE", "static")
    stored = (ROOT / "book" / name).read_text(encoding="utf-8")
    made = _maker().PAGES[name]()
    if name.endswith(".js"):
        stored, made = ([f.says for f in frames.from_script(text)] for text in (stored, made))
    if name.endswith(".html"):  # the last digits of a drawing differ between machines
        stored, made = (re.sub(r"(?s)<svg.*?</svg>", "", text) for text in (stored, made))
    assert stored == made, "run `make notebooks`"
