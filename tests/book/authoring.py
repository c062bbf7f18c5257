"""What an author can get wrong in a notebook or on a page: each check returns sentences, each with its cure.

A sentence begins with the file, and the cell where there is one. Numbers in prose have a module of their own,
`prose_numbers`.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lth_tutorial.explore.page import PAGE

LONGEST_FUNCTION = 10
WIDEST_LINE = 72
GOALS = "What you will be able to do, in about"
_PICTURE = re.compile(r"(?ms)^(`{3,}|:{3,})\{(?:figure|image)\}[ \t]*(\S*)(.*?)^\1[ \t]*$")
_MARKDOWN_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]*)\)")
_HTML_PICTURE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r"(?m)^:alt:[ \t]*\S|^alt:[ \t]*\S")
_CITE = re.compile(r"\{cite(?::\w+)?\}`([^`]*)`")
_KEYPREFIX = re.compile(r"(?ms)^```\{bibliography\}(.*?)^```")


def code_cells(notebook) -> Iterator:
    """The cells that hold Python."""
    return (
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.source.startswith("%")
    )


def markdown_cells(notebook) -> Iterator[tuple[str, str]]:
    """Where in the notebook each piece of prose stands, and its text."""
    return (
        (f"cell {cell.id}", cell.source) for cell in notebook.cells if cell.cell_type == "markdown"
    )


def long_functions(notebook, name: str) -> Iterator[str]:
    """Functions, methods and lambdas in a cell that want to be in the package, where tests reach them."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            lines = node.end_lineno - node.lineno + 1 if isinstance(node, kinds) else 0
            if lines > LONGEST_FUNCTION:
                yield (
                    f"{name}, cell {cell.id}: {getattr(node, 'name', 'a lambda')} has {lines} lines, and "
                    f"a cell's function at most {LONGEST_FUNCTION}: move it into the chapter's room, and "
                    "call it here"
                )


def is_shown(cell) -> bool:
    """Whether the page shows a cell's code without being asked."""
    return not {"hide-input", "remove-input"} & set(cell.metadata.get("tags", []))


def wide_cells(notebook, name: str) -> Iterator[str]:
    """Lines of code that the page would cut off; code behind a bar may be pushed sideways."""
    for cell in filter(is_shown, code_cells(notebook)):
        for line in cell.source.splitlines():
            if len(line) > WIDEST_LINE:
                yield (
                    f"{name}, cell {cell.id}: a line of {len(line)} characters, and a page shows "
                    f"{WIDEST_LINE}: run `make format`, and cut a long text in two: {line.strip()!r}"
                )


def bars_over_nothing(notebook, name: str) -> Iterator[str]:
    """Cells that only set up, folded: on the page they are a bar with no picture and no number under it."""
    for cell in code_cells(notebook):
        verifies = re.search(r"(?m)^\s*assert ", cell.source)
        folded = "hide-input" in cell.metadata.get("tags", [])
        if folded and not cell.get("outputs") and not verifies:
            yield (
                f"{name}, cell {cell.id}: sets up and shows nothing: give it the tag `remove-input` in "
                "place of `hide-input`, so that the page has no bar for it"
            )


def opening(notebook, name: str) -> Iterator[str]:
    """What a chapter lacks that begins with title and question, its picture, and the goals in one line."""
    title, *rest = notebook.cells
    shown = [c for c in rest if "remove-input" not in c.metadata.get("tags", [])]
    question = re.sub(r"(?s)<!--.*?-->", "", title.source).strip().partition("\n")[2].strip()
    if not 1 <= len(re.findall(r"[.?!](?:\s|$)", question)) <= 2 or "\n\n" in question:
        yield f"{name}: below its title stands the question, in two sentences at most and nothing else"
    if not any(PAGE in out.get("data", {}) for out in shown[0].get("outputs", [])):
        yield (
            f"{name}: after the question comes a picture that can be moved (`explore(...)`); what it needs "
            "is set up in a cell before it with the tag `remove-input`"
        )
    if not re.search(rf"(?m)^:::\{{dropdown\}} {re.escape(GOALS)}", shown[1].source):
        yield (
            f"{name}: after the picture come the goals, in a line that opens: "
            f"`:::{{dropdown}} {GOALS} 60 minutes`"
        )


def torch_in_a_numpy_chapter(notebook, name: str) -> Iterator[str]:
    """Cells of a chapter without torch that import it: `make book` and the page do without it."""
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(module.partition(".")[0] == "torch" for module in names):
                yield (
                    f"{name}, cell {cell.id}: imports torch, which lth_tutorial/chapters.py says this "
                    "chapter does without: do it with numpy, or set torch=True there"
                )


def pictures_without_words(pieces: Iterable[tuple[str, str]], name: str) -> Iterator[str]:
    """Figures and images without alternative text. pieces: where in the file, and the text."""
    for where, text in pieces:
        silent = [found[2] for found in _PICTURE.finditer(text) if not _ALT.search(found[3])]
        silent += [found[2] for found in _MARKDOWN_PICTURE.finditer(text) if not found[1].strip()]
        silent += [
            tag for tag in _HTML_PICTURE.findall(text) if not re.search(r'\balt="[^"]*\w', tag)
        ]
        for picture in silent:
            yield (
                f"{name}, {where}: the picture {picture} has no alternative text: say in a sentence what "
                "it shows, after `:alt:` (or between the brackets of `![...]`)"
            )


def cites_without_prefix(notebook, name: str, number: int) -> Iterator[str]:
    """Citations, and a bibliography, without the chapter's prefix: two chapters would share an entry."""
    prefix, bibliographies = f"c{number}-", []
    for where, text in markdown_cells(notebook):
        bibliographies += [(where, found[1]) for found in _KEYPREFIX.finditer(text)]
        for keys in _CITE.findall(text):
            for key in map(str.strip, keys.split(",")):
                if not key.startswith(prefix):
                    bare = re.sub(r"^c\d+-", "", key)
                    yield f"{name}, {where}: cites `{key}`: write {{cite}}`{prefix}{bare}`"
    for where, options in bibliographies:
        if not re.search(rf"(?m)^:keyprefix: {re.escape(prefix)}$", options):
            yield f"{name}, {where}: the bibliography needs the line `:keyprefix: {prefix}`"


def unlisted_chapters(contents: str, pages: dict[str, str]) -> Iterator[str]:
    """Chapters of the contents that a page does not lead to.

    Args:
        contents: the text of `_toc.yml`.
        pages: for each page that has every chapter, its file and its text.
    """
    for chapter in re.findall(r"file: book/(\d[\w-]*)", contents):
        for page, text in pages.items():
            if f"({chapter}.ipynb)" not in text:
                cure = (
                    "write its line there"
                    if page == "book/index.md"
                    else "name it in lth_tutorial/chapters.py and run `make notebooks`"
                )
                yield f"{page}: has no link to {chapter}.ipynb, which _toc.yml has: {cure}"


def unlisted_claims(package: Path, listed: dict[str, set[str]]) -> Iterator[str]:
    """Claims that stand in a chapter's code and in no list.

    Args:
        package: the folder of the chapters.
        listed: for each chapter the keys of the claims that notebook and scorecard show.
    """
    for room, keys in listed.items():
        for path in sorted((package / room).rglob("*.py")):
            for key, line in _claims_in(path):
                if key not in keys:
                    yield (
                        f"{path.relative_to(package.parent)}, line {line}: no list holds the claim "
                        f"{key!r}: add it to CLAIMS in {room}/claims.py, or to the claims of its result"
                    )


def _claims_in(path: Path) -> Iterator[tuple[str, int]]:
    """The key of each claim that a file writes down, and its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and "Claim" in (
            getattr(node.func, "id", None),
            getattr(node.func, "attr", None),
        ):
            values = [keyword.value for keyword in node.keywords if keyword.arg == "key"]
            key = next(iter(values + node.args[:1]), None)
            yield getattr(key, "value", "without a key that can be read"), node.lineno


_TRUTH = re.compile(r": True *$")
_NUMBERED = re.compile(
    r"(?<!\{)\b(?:Theorem|Lemma|Proposition|Corollary|Algorithm)s? \(?\d+\)?(?P<after> of )?"
)
_OWNED = re.compile(r"(?:'s|s') (?:[A-Z]\w+ \(?\d+\)?(?:,| and| or) )*$")


def bare_truths(notebook, name: str) -> Iterator[str]:
    """Printed lines that say no more than that something is true: a reader wants the number."""
    for cell in code_cells(notebook):
        for line in "".join(output.get("text", "") for output in cell.outputs).splitlines():
            if _TRUTH.search(line):
                yield (
                    f"{name}, cell {cell.id}: prints {line.strip()!r}: print the number, rounded so that it "
                    "holds on every machine, and put an `assert` into a cell with the tag hide-input"
                )


def numbers_without_an_owner(notebook, name: str) -> Iterator[str]:
    """Statements of a source named by their number alone: the book's own have numbers too."""
    for where, text in markdown_cells(notebook):
        for found in _NUMBERED.finditer(text):
            if not found["after"] and not _OWNED.search(text[: found.start()]):
                yield (
                    f"{name}, {where}: {found[0]!r} may be the book's or a source's: write whose it is, as "
                    'in "the slides\' Algorithm 1", or refer with {prf:ref}'
                )


# What a chapter has at least. A box with the class `draft` stands for the figures that are still missing.
FIGURES, EXERCISES, QUESTIONS, GUESS = 6, 5, 3, 20
_DRAFT = re.compile(r"(?m)^:class:.*\bdraft\b")
_EXPLORER = re.compile(r'<div class="lth-explorer" id="([^"]*)"[^>]*?data-csv="([^"]*)"')
_SLIDER = re.compile(r'<form class="lth-guess".*?min="(-?\d+)" max="(-?\d+)"', re.DOTALL)


def missing_parts(notebook, name: str) -> Iterator[str]:
    """What a chapter lacks that the tests of its page ask for: figures, a guess, questions, exercises."""
    yield from _missing_figures(notebook, name)
    yield from _missing_guess(notebook, name)
    yield from _missing_questions(notebook, name)
    yield from _missing_exercises(notebook, name)


def _missing_figures(notebook, name: str) -> Iterator[str]:
    shown = [
        (cell.id, figure)
        for cell, html in _controls(notebook)
        for figure in _EXPLORER.findall(html)
    ]
    least = 1 if _is_draft(notebook) else FIGURES
    if len(shown) < least:
        yield (
            f"{name}: {len(shown)} figures, and a chapter has at least {least}: draw another one with "
            "`explore(...)`, and run `make notebooks`"
        )
    for cell, (figure, numbers) in shown:
        if not numbers:
            yield (
                f"{name}, cell {cell}: the figure {figure} offers no numbers to download: hand them to "
                "`describe(figure, says, data)` in the chapter's figures.py"
            )


def _missing_guess(notebook, name: str) -> Iterator[str]:
    found = [
        (cell.id, ends) for cell, html in _controls(notebook) for ends in _SLIDER.findall(html)
    ]
    if len(found) != 1:
        yield (
            f"{name}: {len(found)} questions to guess, and a chapter has one: put one `guess(...)` at its "
            "beginning"
        )
    for cell, (low, high) in found:
        if not int(low) <= GUESS <= int(high):
            yield (
                f"{name}, cell {cell}: the slider of `guess` goes from {low} to {high}; the tests answer "
                f"{GUESS}: choose low and high around it"
            )


def _missing_questions(notebook, name: str) -> Iterator[str]:
    text = "\n".join(text for _, text in markdown_cells(notebook))
    found = len(re.findall(r"(?m)^:::\{question(?:-number)?\} \S", text))
    if found < (1 if _is_draft(notebook) else QUESTIONS):
        yield (
            f"{name}: {found} questions, and a chapter has {QUESTIONS}: ask what the reader may get wrong, "
            "before the text tells, with `:::{question}` (see book/_ext/lth_book/questions.py)"
        )


def _is_draft(notebook) -> bool:
    return any(_DRAFT.search(text) for _, text in markdown_cells(notebook))


def _missing_exercises(notebook, name: str) -> Iterator[str]:
    text = "\n".join(text for _, text in markdown_cells(notebook))
    exercises = re.findall(r"(?m)^:::+\{exercise\}.*\n(?:.*\n)?:label: *(\S+)", text)
    solutions = set(re.findall(r"\{solution(?:-start)?\} *(\S+)", text))
    if len(exercises) < EXERCISES:
        yield (
            f"{name}: {len(exercises)} exercises, and a chapter has at least {EXERCISES}: add an "
            "`{exercise}` with its `:label:`, a hint and a `{solution-start}`"
        )
    for label in exercises:
        if label not in solutions:
            yield f"{name}: the exercise {label} has no solution: add `:::{{solution-start}} {label}`"


def _controls(notebook) -> Iterator[tuple]:
    """The cells that show a control, with its HTML on a page."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if PAGE in output.get("data", {}):
                yield cell, output.data[PAGE]
