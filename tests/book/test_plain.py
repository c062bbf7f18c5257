"""From MyST to plain Markdown: every form that the chapters use, and an error for every other."""

import sys
from pathlib import Path

import nbformat
import pytest

from lth_tutorial.explore.page import PAGE

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import copies, plain  # noqa: E402

NAMES = plain.Names(
    numbers={"thm-a": "Theorem 3", "ex-a": "Exercise 5", "eq-a": "20", "thm-b": "Theorem 9"},
    links={
        "thm-a": "#The-statement",
        "ex-a": "#Exercises",
        "eq-a": "#A",
        "thm-b": "2-b.ipynb#B",
        "part": "c.ipynb#C",
    },
    citations={"c5-zhang2021": "[Zhang et al., 2021](#References)", "c5-karp": "Karp, 1972"},
    references=["Richard Karp. Reducibility. 1972."],
    macros={r"\R": r"\mathbb{R}", r"\norm": r"\lVert #1 \rVert_{#2}"},
    pages={"notation.md": "Notation"},
)


def markdown(*sources: str) -> list[str]:
    """What becomes of cells of text; "code" stands for a cell of code, which is left out."""
    new = nbformat.v4
    cells = [new.new_code_cell("x") if s == "code" else new.new_markdown_cell(s) for s in sources]
    made = plain.plain_cells(cells, NAMES)
    return [cell["source"] for cell in made if cell["cell_type"] == "markdown"]


FORMS = {
    "text as it is": ("## A *title*\n\n* one\n  two", "## A *title*\n\n* one\n  two"),
    "a statement": (
        ":::{prf:theorem} One $x$\n:label: thm-a\nText.\n\nMore.\n:::",
        "> **Theorem 3** (One $x$)\n>\n> Text.\n>\n> More.",
    ),
    "without title or number": (":::{prf:remark}\nText.\n:::", "> **Remark**\n>\n> Text."),
    "an exercise": (
        ":::{exercise} Try\n:label: ex-a\nText.\n:::\n",
        "> **Exercise 5** (Try)\n>\n> Text.",
    ),
    "a proof": ("A\n\n:::{prf:proof}\nClear.\n:::\nB", "A\n\n> *Proof.* Clear.\n\nB"),
    "an admonition": (":::{admonition} Note\n:class: tip\n* a\n:::", "> **Note**\n>\n> * a"),
    "a hint": (
        ":::{dropdown} Hint\nThink.\n:::",
        "<details>\n<summary>Hint</summary>\n\nThink.\n\n</details>",
    ),
    "one block in another": (
        "::::{dropdown} Hint\n:::{prf:proof}\nClear.\n:::\n::::",
        "<details>\n<summary>Hint</summary>\n\n> *Proof.* Clear.\n\n</details>",
    ),
    "an equation's number": ("$$\nx\n$$ (eq-a)\n\nB", "$$\nx\n\\tag{20}\n$$\n\nB"),
    "a formula in a quote, on one line": (
        ":::{prf:proof}\n$$\na \\\\\nb\n$$ (eq-a)\n\nwith $c\nd$\n:::",
        "> *Proof.* $$ a \\\\ b \\tag{20} $$\n>\n> with $c d$",
    ),
    "a question": (
        ":::{question} Is $1 < 2$?\n- [x] Yes.\n\n  It is.\n- [ ] No,\n  not so.\n\n  It\n  is.\n:::",
        "> **Question.** Is $1 < 2$?\n>\n> * **A** Yes.\n> * **B** No, not so.\n\n"
        "<details>\n<summary>The answers</summary>\n\n"
        "* **A** **Right.** It is.\n* **B** **No.** It is.\n\n</details>",
    ),
    "a question for a number": (
        ":::{question-number} How many?\n:within: 1\n\n- [x] 8\n\n  So many.\n- [ ] 9\n\n  One less.\n:::",
        "> **Question.** How many?\n\n<details>\n<summary>The answers</summary>\n\n"
        "* **8:** **Right.** So many.\n* **9:** **No.** One less.\n\n</details>",
    ),
    "references": (
        "{prf:ref}`thm-a`, {prf:ref}`it <thm-b>`, {eq}`eq-a`, {numref}`ex-a`",
        "[Theorem 3](#The-statement), [it](2-b.ipynb#B), [(20)](#A), [Exercise 5](#Exercises)",
    ),
    "a reference to a section": (
        "as {ref}`that part <part>` says",
        "as [that part](c.ipynb#C) says",
    ),
    "citations": (
        "a {cite}`c5-karp,c5-zhang2021`",
        "a [[Zhang et al., 2021](#References), Karp, 1972]",
    ),
    "the list of references": (
        "```{bibliography}\n:filter: x\n```",
        "* Richard Karp. Reducibility. 1972.",
    ),
    "comments": ("with <!-- symbols: n = it --> $n$\n<!-- given: 1 -->", "with $n$"),
    "what only a page that runs says": (
        "a<!-- live --> Press *Run*.\nAgain.<!-- /live --> <!-- live -->b<!-- still: c --> d",
        "a c d",
    ),
    "a target": ("(here)=\n## A", "## A"),
    "links": (
        "[a](2-b.ipynb), [b](https://x.org), [c](notation.md#x)",
        "[a](2-b.ipynb), [b](https://x.org), c (on the page *Notation* of the book's site)",
    ),
    "code": (
        "`{eq}` and\n```\n:::{x}\n$$\n```\n    {y}`z",
        "`{eq}` and\n```\n:::{x}\n$$\n```\n    {y}`z",
    ),
    "macros": (r"$\R^2 + \Re$ $\norm{x}{2}$", r"${\mathbb{R}}^2 + \Re$ ${\lVert x \rVert_{2}}$"),
}


@pytest.mark.parametrize("form", FORMS)
def test_it_becomes_plain(form):
    source, expected = FORMS[form]
    assert markdown(source) == [expected]


@pytest.mark.parametrize(
    "source",
    [
        ":::{margin}\nx\n:::",
        "{doc}`x`",
        "{eq}`eq-b`",
        "{ref}`part`",
        "{cite}`nobody`",
        ":::{prf:proof}\nno end",
    ],
)
def test_what_has_no_plain_form_is_an_error(source):
    with pytest.raises((ValueError, KeyError)):
        markdown(source)


def test_a_solution_is_folded_in_each_cell_that_it_goes_through():
    start, end = ":::{solution-start} ex-a\n:class: dropdown\n:::", ":::{solution-end}\n:::"
    folded = "<details>\n<summary>Solution{}</summary>\n\n{}\n\n</details>"
    assert markdown(f"A\n\n{start}\n\nB\n\n{end}\n\nC") == [f"A\n\n{folded.format('', 'B')}\n\nC"]
    through = markdown(f"{start}\nA", "code", "B", "code", f"{end}\n\nC")
    assert through == [folded.format("", "A"), folded.format(", continued", "B"), "C"]
    assert markdown(f"A\n{start}", "code", end) == ["A"]


def code(source: str, before: str = "") -> dict:
    cells = [nbformat.v4.new_markdown_cell(before), nbformat.v4.new_code_cell(source)]
    return plain.plain_cells(cells, NAMES)[-1]


@pytest.mark.parametrize(
    ("source", "title"),
    [("n = 3\nguess('a', 'How?', n)", "A guess"), ("assert 1 < 2", "The numbers above, verified")],
)
def test_a_cell_that_gives_an_answer_away_is_folded(source, title):
    cell = code(source)
    assert cell["source"] == f"# @title {title}\n{source}"
    assert cell["metadata"] == {"jupyter": {"source_hidden": True}, "cellView": "form"}


@pytest.mark.parametrize("source", ["explore(draw)", "x = 1\nassert x == 1", "%pip install x", ""])
def test_other_code_is_open(source):
    assert (code(source)["source"], code(source)["metadata"]) == (source, {})


def test_a_solutions_code_is_folded_with_what_it_printed():
    cell = code("x = 1", before=":::{solution-start} ex-a\n:::")
    assert cell["metadata"]["jupyter"] == {"source_hidden": True, "outputs_hidden": True}


def test_a_figure_travels_with_its_cell(tmp_path):
    (tmp_path / "a.png").write_bytes(b"png")
    cell = nbformat.v4.new_markdown_cell("```{figure} a.png\n:alt: A line.\nIt rises.\n```")
    (made,) = plain.plain_cells([cell], plain.Names({}, {}, {}, [], folder=tmp_path))
    assert made["source"] == "![A line.](attachment:a.png)\n\n*It rises.*"
    assert made["attachments"] == {"a.png": {"image/png": "cG5n"}}


def test_a_label_stands_under_the_last_heading_that_jupyter_can_link_to():
    text = "(l-0)=\n# A\n## It's (b), c: d?\n:label: l-1\n### $x$\n$$ (l-2)\n```{bibliography}\n```"
    cells = [nbformat.v4.new_markdown_cell(text)]
    b = "It's-%28b%29,-c:-d?"
    assert plain.headings_of_labels(cells) == {"l-0": "A", "l-1": b, "l-2": b, "bibliography": b}


def test_an_outputs_form_for_a_page_stays_there():
    data = {PAGE: "<div>", "image/png": "aaaa", "text/plain": "x"}
    output = nbformat.v4.new_output("display_data", data)
    assert copies.outside_pages(output)["data"] == {"image/png": "aaaa", "text/plain": "x"}
    printed = nbformat.v4.new_output("stream", text="1")
    assert copies.outside_pages(printed) == printed
