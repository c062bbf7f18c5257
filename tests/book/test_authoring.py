"""Mistakes of authors are caught, each with a sentence that names the place and the cure."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lth_tutorial.chapters import CHAPTERS, NOTEBOOKS
from lth_tutorial.explore.page import PAGE

from . import authoring, prose_numbers

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
PAGES = sorted(BOOK.glob("*.md"))
CHECKS = {
    "functions": lambda notebook, chapter: authoring.long_functions(notebook, chapter.notebook),
    "width": lambda notebook, chapter: authoring.wide_cells(notebook, chapter.notebook),
    "bars": lambda notebook, chapter: authoring.bars_over_nothing(notebook, chapter.notebook),
    "opening": lambda notebook, chapter: authoring.opening(notebook, chapter.notebook),
    "torch": lambda notebook, chapter: (
        [] if chapter.torch else authoring.torch_in_a_numpy_chapter(notebook, chapter.notebook)
    ),
    "pictures": lambda notebook, chapter: authoring.pictures_without_words(
        authoring.markdown_cells(notebook), chapter.notebook
    ),
    "cites": lambda notebook, chapter: authoring.cites_without_prefix(
        notebook, chapter.notebook, chapter.number
    ),
    "gaps": lambda notebook, chapter: authoring.missing_parts(notebook, chapter.notebook),
    "numbers": lambda notebook, chapter: prose_numbers.faults(notebook, chapter.notebook),
    "truths": lambda notebook, chapter: authoring.bare_truths(notebook, chapter.notebook),
    "owners": lambda notebook, chapter: authoring.numbers_without_an_owner(
        notebook, chapter.notebook
    ),
}


# An appendix opens as it likes, and has no exercises; what is cited there wants a prefix of its own.
OF_CHAPTERS = ("opening", "cites", "gaps")


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("room", NOTEBOOKS, ids=lambda room: room.notebook)
def test_notebook_is_without(room, check):
    if room not in CHAPTERS and check in OF_CHAPTERS:
        return
    notebook = nbformat.read(BOOK / room.notebook, as_version=4)
    faults = list(CHECKS[check](notebook, room))
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pictures_of_a_page_have_words(path):
    text = path.read_text(encoding="utf-8")
    assert list(authoring.pictures_without_words([("text", text)], f"book/{path.name}")) == []


def test_every_page_of_all_chapters_has_the_chapters_of_the_contents():
    pages = {
        f"book/{name}": (BOOK / name).read_text(encoding="utf-8")
        for name in ("index.md", "scorecard.md", "theorem-index.md")
    }
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert list(authoring.unlisted_chapters(contents, pages)) == []


# In no public place that we know.
WITHOUT_AN_ADDRESS = {"greenbaum", "slides2023"}


def test_every_reference_leads_somewhere():
    text = (BOOK / "references.bib").read_text(encoding="utf-8")
    entries = dict(re.findall(r"(?ms)^@\w+\{(\w+),(.*?)^\}", text))
    links = re.compile(r"\b(?:doi|eprint|url) = \{\S+\}")
    assert {key for key, entry in entries.items() if not links.search(entry)} == WITHOUT_AN_ADDRESS


# Planted faults


def notebook_of(*cells) -> nbformat.NotebookNode:
    """A notebook of prose (strings), code (a string in a list) and code with what it printed (a pair)."""
    made = []
    for cell in cells:
        if isinstance(cell, str):
            made.append(new_markdown_cell(cell, id=f"m{len(made)}"))
        else:
            source, *printed = cell
            outputs = [new_output("stream", text=text) for text in printed]
            made.append(new_code_cell(source, id=f"c{len(made)}", outputs=outputs))
    return new_notebook(cells=made)


FUNCTION = "def f(x):\n" + "    x += 1\n" * 23 + "    return x"


@pytest.mark.parametrize(
    "source", [FUNCTION, f"class A:\n    {FUNCTION.replace(chr(10), chr(10) + '    ')}"]
)
def test_a_function_of_25_lines_is_named(source):
    (fault,) = authoring.long_functions(notebook_of([source]), "8-new.ipynb")
    assert fault.startswith("8-new.ipynb, cell c0: f has 25 lines")
    assert fault.endswith("move it into the chapter's room, and call it here")


def test_a_function_of_ten_lines_may_stay():
    ten = "def f(x):\n" + "    x += 1\n" * 8 + "    return x"
    assert list(authoring.long_functions(notebook_of([ten], ["%pip install x"]), "x")) == []


def tagged(notebook, tag: str):
    """The notebook, its cells of code with this tag."""
    for cell in authoring.code_cells(notebook):
        cell.metadata["tags"] = [tag]
    return notebook


def test_a_line_that_the_page_would_cut_off_is_named():
    wide = f"x = {'1' * 69}"
    (fault,) = authoring.wide_cells(notebook_of([wide]), "8-new.ipynb")
    assert fault.startswith("8-new.ipynb, cell c0: a line of 73 characters, and a page shows 72")
    assert list(authoring.wide_cells(notebook_of([wide[:-1]]), "x")) == []
    assert list(authoring.wide_cells(tagged(notebook_of([wide]), "hide-input"), "x")) == []


def test_a_bar_over_nothing_is_named():
    sets_up = notebook_of(["import numpy as np"])
    (fault,) = authoring.bars_over_nothing(tagged(sets_up, "hide-input"), "8-new.ipynb")
    assert fault.startswith("8-new.ipynb, cell c0: sets up and shows nothing")
    assert list(authoring.bars_over_nothing(tagged(sets_up, "remove-input"), "x")) == []
    for fine in (["assert x"], ["f(x)", "0.3"]):
        assert list(authoring.bars_over_nothing(tagged(notebook_of(fine), "hide-input"), "x")) == []


OPENING = (
    "# New\n\nThis is so. Is it?",
    f":::{{dropdown}} {authoring.GOALS} 60 minutes\n* all\n:::",
)


def opened(question: str = OPENING[0], goals: str = OPENING[1], at: int = 2):
    """A chapter's beginning, its picture at a place of one's choice."""
    notebook = notebook_of(question, ["import numpy"], goals)
    notebook.cells[1].metadata["tags"] = ["remove-input"]
    output = new_output("display_data", data={PAGE: "<div></div>"})
    notebook.cells.insert(at, new_code_cell("show()", id="show", outputs=[output]))
    return notebook


@pytest.mark.parametrize(
    "changed, words",
    [
        ({"question": "# New\n\nOne. Two. Three?"}, "the question, in two sentences at most"),
        ({"question": "# New\n\nOne?\n\nMore of it."}, "in two sentences at most and nothing else"),
        ({"goals": "* all"}, "the goals, in a line that opens"),
    ],
)
def test_a_chapter_that_opens_otherwise_is_named(changed, words):
    assert list(authoring.opening(opened(), "x")) == []
    (fault,) = authoring.opening(opened(**changed), "8-new.ipynb")
    assert fault.startswith("8-new.ipynb: ") and words in fault


def test_a_chapter_without_its_picture_first_is_named():
    faults = list(authoring.opening(opened(at=3), "8-new.ipynb"))
    assert "after the question comes a picture" in faults[0]


@pytest.mark.parametrize(
    "source", ["import torch", "import numpy, torch.nn as nn", "def f():\n    from torch import nn"]
)
def test_torch_in_a_numpy_chapter_is_named(source):
    (fault,) = authoring.torch_in_a_numpy_chapter(notebook_of([source]), "8-new.ipynb")
    assert fault.startswith("8-new.ipynb, cell c0: imports torch") and "with numpy" in fault
    assert list(authoring.torch_in_a_numpy_chapter(notebook_of(["import torchless"]), "x")) == []


@pytest.mark.parametrize(
    "text",
    [
        "```{figure} a.png\n:name: fig-a\nIts caption.\n```",
        ":::{figure} a.png\n:alt:\nIts caption.\n:::",
        "````{image} a.png\n````",
        "Look: ![](a.png)",
        'Look: <img src="a.png" alt="">',
    ],
)
def test_a_picture_without_words_is_named(text):
    (fault,) = authoring.pictures_without_words([("cell c4", text)], "8-new.ipynb")
    assert fault.startswith("8-new.ipynb, cell c4: the picture") and "a.png" in fault
    assert "no alternative text: say in a sentence what it shows" in fault


@pytest.mark.parametrize(
    "text",
    [
        "```{figure} a.png\n:name: fig-a\n:alt: A curve that falls.\nIts caption.\n```",
        ":::{image} a.png\n:alt: A curve that falls.\n:::",
        "![A curve that falls.](a.png)",
        '<img src="a.png" alt="A curve that falls.">',
    ],
)
def test_a_picture_with_words_is_not(text):
    assert list(authoring.pictures_without_words([("text", text)], "x")) == []


BIBLIOGRAPHY = "```{bibliography}\n:filter: docname in docnames\n:keyprefix: c8-\n```"


@pytest.mark.parametrize(
    "text, words",
    [
        (f"As {{cite}}`malach2020` says.\n\n{BIBLIOGRAPHY}", "write {cite}`c8-malach2020`"),
        (f"{{cite:t}}`c8-a, c4-malach2020`\n\n{BIBLIOGRAPHY}", "write {cite}`c8-malach2020`"),
        (BIBLIOGRAPHY.replace(":keyprefix: c8-\n", ""), "the line `:keyprefix: c8-`"),
        (BIBLIOGRAPHY.replace("c8", "c4"), "the line `:keyprefix: c8-`"),
    ],
)
def test_a_cite_without_its_prefix_is_named(text, words):
    (fault,) = authoring.cites_without_prefix(notebook_of(text), "8-new.ipynb", 8)
    assert fault.startswith("8-new.ipynb, cell m0: ") and fault.endswith(words)


def test_a_cite_with_its_prefix_is_not():
    good = notebook_of("As {cite}`c8-malach2020` says.", BIBLIOGRAPHY)
    assert list(authoring.cites_without_prefix(good, "x", 8)) == []


def test_a_line_that_prints_no_more_than_true_is_named():
    notebook = notebook_of(["print(1)", "worst error 0.3\n  below 0.5: True\n"])
    (fault,) = authoring.bare_truths(notebook, "8-new.ipynb")
    assert fault.startswith("8-new.ipynb, cell c0: prints 'below 0.5: True': print the number")
    fine = notebook_of("It is so: True", ["f(x)", "True\nworst error: 0.3\n", "is prime: False"])
    assert list(authoring.bare_truths(fine, "x")) == []


@pytest.mark.parametrize("text", ["as Theorem 2 says", "Lemma (1) holds", "lines of Algorithm 1"])
def test_a_number_without_its_owner_is_named(text):
    (fault,) = authoring.numbers_without_an_owner(notebook_of(text), "8-new.ipynb")
    assert fault.startswith("8-new.ipynb, cell m0: '") and "the slides' Algorithm 1" in fault


@pytest.mark.parametrize(
    "text",
    [
        "Zhang et al.'s Theorem 1, the slides' Algorithm 1",
        "Theorem 1 of the authors' poster",
        "Zhang et al.'s Lemma 1 and Theorem 2",
        "see {prf:ref}`thm-c8-1`, and the theorem",
    ],
)
def test_a_number_with_its_owner_is_not(text):
    assert list(authoring.numbers_without_an_owner(notebook_of(text), "x")) == []


def test_a_chapter_that_a_page_lacks_is_named():
    contents = "- file: book/7-old\n- file: book/8-new\n- file: book/scorecard\n"
    pages = {
        "book/index.md": "[Old](7-old.ipynb) [New](8-new.ipynb)",
        "book/scorecard.md": "[Old](7-old.ipynb)",
    }
    (fault,) = authoring.unlisted_chapters(contents, pages)
    assert fault == (
        "book/scorecard.md: has no link to 8-new.ipynb, which _toc.yml has: name it in "
        "lth_tutorial/chapters.py and run `make notebooks`"
    )
    (fault,) = authoring.unlisted_chapters(contents, {"book/index.md": "[Old](7-old.ipynb)"})
    assert fault.endswith("write its line there")


def test_a_claim_that_no_list_holds_is_named(tmp_path):
    room = tmp_path / "lth_tutorial" / "new"
    room.mkdir(parents=True)
    source = 'A = Claim("held", "who")\nB = claims.Claim(key="lost", source="who")\n'
    (room / "tables.py").write_text(source, encoding="utf-8")
    (fault,) = authoring.unlisted_claims(room.parent, {"new": {"held"}})
    assert fault.startswith("lth_tutorial/new/tables.py, line 2: no list holds the claim 'lost'")
    assert "CLAIMS in new/claims.py" in fault


@pytest.mark.parametrize(
    "source",
    [
        '"""A module."""\n\n\ndef public():\n    return 1\n',
        '"""A module."""\n\n\nclass Public:\n    """A class."""\n\n    def method(self):\n        return 1\n',
        '"""A module."""\n\n\nclass Public:\n    pass\n',
    ],
)
@pytest.mark.parametrize(
    "place, found", [("lth_tutorial/new/a.py", True), ("tests/new/test_a.py", False)]
)
def test_the_linter_wants_docstrings_in_the_package(source, place, found):
    command = [sys.executable, "-m", "ruff", "check", "--quiet", "--stdin-filename", place, "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, cwd=ROOT)
    assert ("Missing docstring in public" in done.stdout) == found, done.stdout + done.stderr


EXERCISE = """:::{exercise} A task
:label: ex-NAME
Do it.
:::
:::{solution-start} ex-NAME
:class: dropdown
:::
"""
WHOLE = {
    "figures": [
        f'<div class="lth-explorer" id="f{k}" data-axes=\'[]\' data-csv="x&#10;1">'
        for k in range(6)
    ],
    "guesses": ['<form class="lth-guess" id="g"><input type="range" min="5" max="99"></form>'],
    "exercises": [EXERCISE.replace("NAME", name) for name in "abcde"],
    "questions": [":::{question} Which?\n- [x] This.\n\n  So it is.\n:::"] * 3,
}


def whole_notebook(**changed) -> nbformat.NotebookNode:
    """A chapter with the least that is asked for, but for what is changed."""
    parts = WHOLE | changed
    notebook = notebook_of("# New", *parts["exercises"])
    for html in parts["figures"] + parts["guesses"]:
        output = new_output("display_data", data={PAGE: html})
        notebook.cells.append(
            new_code_cell("show()", id=f"h{len(notebook.cells)}", outputs=[output])
        )
    notebook.cells += notebook_of(*parts["questions"]).cells
    return notebook


def test_the_least_of_a_chapter_is_enough():
    assert list(authoring.missing_parts(whole_notebook(), "x")) == []


@pytest.mark.parametrize(
    "changed, words",
    [
        (
            {"figures": WHOLE["figures"][1:]},
            ": 5 figures, and a chapter has at least 6: draw another",
        ),
        (
            {"figures": [WHOLE["figures"][0].replace("x&#10;1", ""), *WHOLE["figures"][1:]]},
            ", cell h6: the figure f0 offers no numbers to download: hand them to `describe(",
        ),
        ({"guesses": []}, ": 0 questions to guess, and a chapter has one: put one `guess(...)`"),
        ({"guesses": WHOLE["guesses"] * 2}, ": 2 questions to guess, and a chapter has one"),
        (
            {"guesses": [WHOLE["guesses"][0].replace('min="5"', 'min="25"')]},
            ", cell h12: the slider of `guess` goes from 25 to 99; the tests answer 20: choose low",
        ),
        ({"questions": WHOLE["questions"][1:]}, ": 2 questions, and a chapter has 3: ask what"),
        (
            {"exercises": WHOLE["exercises"][1:]},
            ": 4 exercises, and a chapter has at least 5: add an",
        ),
        (
            {
                "exercises": [
                    WHOLE["exercises"][0].replace("start} ex-a", "start} ex-b"),
                    *WHOLE["exercises"][1:],
                ]
            },
            ": the exercise ex-a has no solution: add `:::{solution-start} ex-a`",
        ),
    ],
)
def test_what_a_chapter_lacks_is_named(changed, words):
    (fault,) = authoring.missing_parts(whole_notebook(**changed), "8-new.ipynb")
    assert fault.startswith(f"8-new.ipynb{words}")


def test_a_draft_needs_one_figure_and_one_question():
    draft = ":::{admonition} Draft\n:class: warning draft\nNot yet.\n:::"
    fewer = {key: WHOLE[key][:1] for key in ("figures", "questions")}
    fewer["exercises"] = [draft, *WHOLE["exercises"]]
    assert list(authoring.missing_parts(whole_notebook(**fewer), "x")) == []
    (fault,) = authoring.missing_parts(whole_notebook(**fewer | {"figures": []}), "x")
    assert "at least 1" in fault


# Numbers in prose


def faults(*cells) -> list[str]:
    return prose_numbers.faults(notebook_of(*cells), "8-new.ipynb")


@pytest.mark.parametrize(
    "text",
    [
        "The error is 0.37 on average.",
        "The error is $.37$, and that is all.",
        "It wins in 37 % of the draws.",
        r"It wins in $37 \%$ of the draws.",
        "There are 37 of them.",
        "There are 37,000 of them.",
        "There are $37{,}000$ of them.",
        "There are 3.7 million of them.",
        "| n | error |\n|---|---|\n| 5 | 0.37 |",
        ":::{solution-start} ex-a\n:class: dropdown\n:::\n\nSo it is $0.37$.",
        ":::{admonition} The same\nIt is $0.37$.\n:::",
    ],
)
def test_a_number_that_no_cell_computes_is_named(text):
    (fault,) = faults("# New", text, ("print(0.4)", "0.38 and 38 %, 38,000, 38000000 and 3.8\n"))
    assert fault.startswith("8-new.ipynb, cell m1: no cell of this section computes ")
    assert "print it or assert it in a cell of the section" in fault and "<!-- given: " in fault


@pytest.mark.parametrize(
    "text",
    [
        "$$\nx = 0.37\n$$ (eq-a)",
        "```python\nx = 0.37\n```",
        "Call `f(0.37)`.",
        ":::{prf:theorem} A theorem\n:label: thm-a\nFor all $x > 0.37$.\n:::",
        ":::{exercise} A task\n:label: ex-a\nLet $x = 0.37$ and find $f(x)$.\n:::\nFrom $0.37$ one goes on.",
        "See Section 4.1, Figures 12 and 13, chapter 11, arXiv:2110.05667 and {cite}`c8-malach2020`.",
        "In 2019 the three of them used LeNet-300-100, or a 784-500-10 network, in 32-bit numbers.",
        r"About $10^{-5}$, $2^{10}$, $A_{11}$ and $\frac12$.",
        "About 60 minutes; 25 if you skip the proof.",
        "Ask 3 of 4.",
    ],
)  # fmt: skip
def test_what_claims_no_number_is_left_alone(text):
    assert faults(text) == []


@pytest.mark.parametrize(
    "cell",
    [
        ("print(error)", "error: 0.3712\n"),
        ("print(error)", "-0.37\n"),
        ("print(share)", "37.1%\n"),
        ("assert round(error, 2) == 0.37",),
        ("draw(tolerance=0.37)",),
    ],
)
def test_a_number_that_a_cell_computes_is_left_alone(cell):
    if cell != ("print(share)", "37.1%\n"):
        assert faults("## One", "It is 0.37.", cell, "## Two") == []
    assert faults("It is 37 %.", cell) == []


def test_a_number_holds_within_its_section_only():
    cell = ("print(error)", "0.37\n")
    assert len(faults("## One\n\nIt is 0.37.", "## Two", cell)) == 1
    exercise = ":::{exercise} A task\n:label: ex-a\nFind it.\n:::"
    assert len(faults("It is 0.37.", exercise, cell)) == 1
    assert len(faults(f"{exercise}\nIt is 0.37.\n\n{exercise.replace('ex-a', 'ex-b')}", cell)) == 1


@pytest.mark.parametrize("cell", [("x = 0.3712",), ("x = 'it is 0.37'",), ("print(x)", "0.376\n")])
def test_what_does_not_compute_a_number(cell):
    """A parameter is not rounded, a string is typed, an output is rounded as it should be."""
    assert len(faults("It is 0.37.", cell)) == 1


def test_a_number_of_a_picture_counts_as_it_is_shown():
    """Its sentence, and not its drawing; of a guess the question, and not what it tells afterwards."""
    shown, hidden = "<figcaption>It is 0.37.</figcaption>", "<template>It is 0.52.</template>"
    cell = new_code_cell("explore(draw)", id="c1")
    data = {PAGE: f"<svg><text>0.61</text></svg>{shown}{hidden}", "text/plain": "Explorer(0.7)"}
    cell.outputs = [new_output("display_data", data=data)]
    notebook = notebook_of("It is 0.37, not 0.52, 0.61 or 0.7.")
    notebook.cells.append(cell)
    named = [fault.split(": print")[0][-4:] for fault in prose_numbers.faults(notebook, "x")]
    assert named == ["0.52", "0.61", " 0.7"]


def test_a_given_number_has_its_reason():
    assert (
        faults("It took 21.5 hours on 36,000 cores.\n\n<!-- given: 21.5, 36,000 (as reported) -->")
        == []
    )
    (fault, left) = faults("It took 21.5 hours.\n\n<!-- given: 21.5 -->")
    assert "has no reason in brackets: a note reads <!-- given: 0.3, 36 (why" in fault
    assert "computes 21.5" in left
    (fault,) = faults("It took 3 hours.\n\n<!-- given: 21.5 (as reported) -->")
    assert "21.5 does not stand in this text" in fault
    (fault,) = faults("It took long.\n\n<!-- given: long (as reported) -->")
    assert "'long' in a note is no number" in fault
