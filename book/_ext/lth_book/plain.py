"""A notebook's text as plain Markdown, for whoever opens it in Jupyter, in Colab or on GitHub.

Directives and roles are MyST, which nothing but the site understands. Statements and proofs become quoted
blocks with the site's numbers, hints and solutions fold, references become links, citations author and year.
What has no plain form here is an error, so that no directive gets into a copy unseen.
"""

import ast
import base64
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote as percent

from .questions import LETTERS


class Directive(NamedTuple):
    """A block such as `:::{prf:theorem} Title`, its options and its lines."""

    name: str
    argument: str
    options: dict[str, str]
    lines: list[str]


@dataclass(frozen=True)
class Names:
    """What the site knows and a notebook does not.

    Args:
        numbers: label -> "Theorem 3", "Exercise 5", and for an equation its number alone, "20".
        links: label -> address of the section in which it stands, as seen from the copy.
        citations: key -> "Zhang et al., 2021", or that as a link; in the order of the list at the end.
        references: the list at the end, one entry a line.
        macros: of formulas, `\\name` -> what it stands for.
        pages: file name of a page that is no notebook -> its title.
        folder: where the notebook lies, for its figures.
    """

    numbers: dict[str, str]
    links: dict[str, str]
    citations: dict[str, str]
    references: list[str]
    macros: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    folder: Path = Path(".")


_FENCE = re.compile(r"(:{3,}|`{3,}|~{3,})(?:\{([\w:-]+)\}\s*(.*?)|[\w.+-]*)\s*")
_OPTION = re.compile(r":([\w-]+):\s*(.*)")
_LABEL = re.compile(r":label: ([\w:-]+)|.*\$\$ \(([\w:-]+)\)|[:`]{3,}\{(bibliography)\}.*")
_LIVE = re.compile(r"(?s)<!-- live -->(.*?)<!-- (?:/live|still: (.*?)) -->")
_STATEMENT = re.compile(r"prf:(?!proof$)\w+|exercise")
_TARGET = re.compile(r"\(([\w:-]+)\)=")
_REFERENCES = ("prf:ref", "ref", "numref", "eq")


# Cells


def plain_cells(cells: list[dict], names: Names) -> list[dict]:
    """The cells of a notebook without MyST; a solution that goes on over cells is folded in each of them."""
    made, in_solution = [], False
    for cell in cells:
        if cell["cell_type"] == "code":
            made.append(_code(cell, in_solution))
            continue
        text, in_solution, pictures = _text("".join(cell["source"]), in_solution, names)
        if text:
            made.append({**cell, "source": text, **({"attachments": pictures} if pictures else {})})
    return made


def _text(source: str, in_solution: bool, names: Names) -> tuple[str, bool, dict]:
    """The plain text of a cell, whether a solution goes on behind it, and the pictures it shows."""
    lines, parts, pictures = worded(source, live=False).split("\n"), [], {}
    starts = not in_solution
    for solution, part in _by_solution(lines, in_solution):
        text = _Converter(names, pictures).blocks(part).strip("\n")
        if solution and text:
            text = folded("Solution" if starts else "Solution, continued", text)
        parts += [text] if text else []
        in_solution, starts = solution, True
    return "\n\n".join(parts), in_solution, pictures


def worded(text: str, live: bool) -> str:
    """A text where cells run in the page, or where they do not: a copy, a site that was built without that.

    An author writes ``<!-- live -->words for the page that runs<!-- still: words instead -->``, or
    ``<!-- /live -->`` where none stand instead.
    """
    return _LIVE.sub(lambda found: found[1] if live else found[2] or "", text)


def _by_solution(lines: list[str], in_solution: bool) -> Iterator[tuple[bool, list[str]]]:
    """The parts of a cell that are in a solution and those that are not, in turn."""
    part = []
    for item in _items(lines):
        mark = item.name if isinstance(item, Directive) else ""
        if mark in ("solution-start", "solution-end"):
            yield in_solution, part
            in_solution, part = mark == "solution-start", []
        else:
            part.append(item)
    yield in_solution, part


def _code(cell: dict, in_solution: bool) -> dict:
    """A cell whose code gives an answer away, or only verifies, is folded, in Jupyter and in Colab."""
    source, metadata = "".join(cell["source"]), dict(cell["metadata"])
    title = "A solution" if in_solution else _folds(source)
    if title:
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
        if in_solution:
            metadata["jupyter"]["outputs_hidden"] = True
        source = f"# @title {title}\n{source}"
    return {**cell, "source": source, "metadata": metadata}


def _folds(source: str) -> str:
    """The title of a cell that holds a guess and its answer, or that asserts and does nothing else."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a command of IPython's
        return ""
    if any(_calls(statement, "guess") for statement in statements):
        return "A guess"
    verifies = statements and all(isinstance(statement, ast.Assert) for statement in statements)
    return "The numbers above, verified" if verifies else ""


def _calls(statement: ast.stmt, name: str) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
        for node in ast.walk(statement)
    )


# Blocks


def _items(lines: list[str]) -> Iterator[str | Directive]:
    """Lines and directives; a block of code is one item with its fences."""
    k = 0
    while k < len(lines):
        opening = _FENCE.fullmatch(lines[k].strip())
        if not opening:
            yield lines[k]
            k += 1
            continue
        mark, name, argument = opening.groups()
        closing = re.compile(rf"\s*{re.escape(mark[0])}{{{len(mark)},}}\s*")
        end = next((j for j in range(k + 1, len(lines)) if closing.fullmatch(lines[j])), None)
        if end is None:
            raise ValueError(f"a block that begins with {lines[k]!r} has no end")
        inner = lines[k + 1 : end]
        yield _directive(name, argument, inner) if name else "\n".join(lines[k : end + 1])
        k = end + 1


def _directive(name: str, argument: str, lines: list[str]) -> Directive:
    options = {}
    while lines and (option := _OPTION.fullmatch(lines[0].strip())):
        options[option[1]] = option[2]
        lines = lines[1:]
    return Directive(name, argument or "", options, lines)


class _Converter:
    """From MyST to Markdown with the names of one page; `pictures` takes the figures' files."""

    def __init__(self, names: Names, pictures: dict):
        self.names = names
        self.pictures = pictures

    def blocks(self, items: list[str | Directive]) -> str:
        """Text between directives is plain but for its roles; each directive has its own form."""
        parts, text = [], []
        for item in items:
            if isinstance(item, Directive):
                parts += [self.inline("\n".join(text)), self.block(item)]
                text = []
            elif not _TARGET.fullmatch(item):
                text.append(item)
        parts.append(self.inline("\n".join(text)))
        return "\n\n".join(part.strip("\n") for part in parts if part.strip())

    def block(self, it: Directive) -> str:
        """A directive in plain Markdown.

        Raises:
            ValueError: it has no plain form.
        """
        form = _FORMS.get("statement" if _STATEMENT.fullmatch(it.name) else it.name)
        if form is None:
            raise ValueError(f"{{{it.name}}} has no plain form: see book/_ext/lth_book/plain.py")
        return form(self, it)

    def inner(self, it: Directive) -> str:
        return self.blocks(list(_items(it.lines)))

    def statement(self, it: Directive) -> str:
        label = it.options.get("label", "")
        kind = it.name.removeprefix("prf:").capitalize()
        head = f"**{self.names.numbers.get(label, kind)}**"
        title = f" ({self.inline(it.argument)})" if it.argument else ""
        return quoted(f"{head}{title}\n\n{self.inner(it)}")

    def proof(self, it: Directive) -> str:
        return quoted(f"*Proof.* {self.inner(it)}")

    def admonition(self, it: Directive) -> str:
        return quoted(f"**{self.inline(it.argument)}**\n\n{self.inner(it)}")

    def dropdown(self, it: Directive) -> str:
        return folded(self.inline(it.argument), self.inner(it))

    def solution(self, it: Directive) -> str:
        return folded("Solution", self.inner(it))

    def question(self, it: Directive) -> str:
        """The question and its choices, and what is said to each behind a line that opens."""
        choices = list(_choices(it.lines))
        asked = [self.inline(it.argument)]
        if it.name == "question":
            names = [letter for letter, _ in zip(LETTERS, choices, strict=False)]
            words = [
                f"* **{n}** {self.inline(it[1])}" for n, it in zip(names, choices, strict=True)
            ]
            asked.append("\n".join(words))
        else:
            names = [f"{words}:" for _, words, _ in choices]
        answers = [
            f"* **{name}** **{'Right.' if right else 'No.'}** {self.inline(answer)}"
            for name, (right, _, answer) in zip(names, choices, strict=True)
        ]
        question = quoted("**Question.** " + "\n\n".join(asked))
        return f"{question}\n\n{folded('The answers', chr(10).join(answers))}"

    def bibliography(self, it: Directive) -> str:
        return "\n".join(f"* {line}" for line in self.names.references)

    def figure(self, it: Directive) -> str:
        path = self.names.folder / it.argument
        kind = mimetypes.guess_type(path.name)[0] or "image/png"
        self.pictures[path.name] = {kind: base64.b64encode(path.read_bytes()).decode()}
        picture = f"![{it.options['alt']}](attachment:{path.name})"
        caption = self.inner(it)
        return f"{picture}\n\n*{caption}*" if caption else picture

    # Within a line

    def inline(self, text: str) -> str:
        """Roles, equations' numbers, comments and links of a text; code stays as it is."""
        return _INLINE.sub(self._replaced, text)

    def _replaced(self, found: re.Match) -> str:
        kind = found.lastgroup
        if kind == "role":
            return self.role(found["name"], found["role"])
        if kind in ("shown", "formula"):
            return self.formula(found)
        if kind == "link":
            return self.link(found["words"], found["link"])
        return "" if kind == "comment" else found[0]

    def formula(self, found: re.Match) -> str:
        tex = expanded(found["display"] or found["formula"], self.names.macros)
        if found["display"] is None:
            return f"${tex}$"
        number = self.names.numbers[found["label"]] if found["label"] else ""
        return f"$${tex.rstrip()}\n\\tag{{{number}}}\n$$" if number else f"$${tex}$$"

    def role(self, name: str, content: str) -> str:
        if name.startswith("cite"):
            known = self.names.citations
            keys = sorted((key.strip() for key in content.split(",")), key=list(known).index)
            return f"[{', '.join(known[key] for key in keys)}]"
        words, label = re.fullmatch(r"(?s)(?:(.*?)\s*<)?([^<>]+)>?", content).groups()
        words = words or self.names.numbers.get(label)
        if name not in _REFERENCES or not words or label not in self.names.links:
            raise ValueError(f"{{{name}}}`{content}` has no plain form, or names nothing")
        return f"[{f'({words})' if name == 'eq' else words}]({self.names.links[label]})"

    def link(self, words: str, address: str) -> str:
        """A link to a page that is no notebook has nowhere to lead: its words, and the page's name."""
        title = self.names.pages.get(address.partition("#")[0])
        return (
            f"{words} (on the page *{title}* of the book's site)"
            if title
            else f"[{words}]({address})"
        )


_FORMS: dict[str, Callable[[_Converter, Directive], str]] = {
    "statement": _Converter.statement,
    "prf:proof": _Converter.proof,
    "admonition": _Converter.admonition,
    "dropdown": _Converter.dropdown,
    "solution": _Converter.solution,
    "question": _Converter.question,
    "question-number": _Converter.question,
    "bibliography": _Converter.bibliography,
    "figure": _Converter.figure,
}

_INLINE = re.compile(
    r"(?P<fence>^(?P<marks>`{3,}|~{3,}).*?^(?P=marks)[`~]*[ ]*$)"
    r"|\{(?P<name>[\w:]+)\}`(?P<role>[^`]+)`"
    r"|(?P<code>(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`))"
    r"|\$\$(?P<display>.+?)\$\$(?:[ ]*\((?P<label>[\w:-]+)\))?(?P<shown>)"
    r"|(?<![\\$])\$(?P<formula>[^$]+?)(?<!\\)\$"
    r"|(?P<comment><!--.*?-->[ ]?)"
    r"|(?<!!)\[(?P<words>[^\[\]]+)\]\((?P<link>[^()\s]+)\)",
    re.DOTALL | re.MULTILINE,
)


def _choices(lines: list[str]) -> Iterator[tuple[bool, str, str]]:
    """Of each choice of a question: whether it is right, its words, and its answer on one line."""
    for item in re.split(r"(?m)^- (?=\[)", "\n".join(lines))[1:]:
        words, _, answer = item[len("[x] ") :].partition("\n\n")
        yield item[1] == "x", *(" ".join(text.split()) for text in (words, answer))


def quoted(text: str) -> str:
    """A quoted block; a formula stands on one line, or the marks of the quote would get into it."""
    text = _INLINE.sub(
        lambda found: found[0] if found["fence"] else re.sub(r"\s*\n\s*", " ", found[0]), text
    )
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def folded(title: str, text: str) -> str:
    """What opens on a click, without JavaScript, wherever Markdown may hold HTML."""
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


def expanded(tex: str, macros: dict[str, str]) -> str:
    """A formula in which each macro is replaced by what it stands for, its arguments in place."""
    for name, meaning in macros.items():
        places = max(map(int, re.findall(r"#(\d)", meaning)), default=0)
        call = re.compile(re.escape(name) + r"(?![A-Za-z])" + r"\s*\{([^{}]*)\}" * places)
        while found := call.search(tex):
            filled = re.sub(r"#(\d)", lambda place: found[int(place[1])], meaning)  # noqa: B023
            tex = f"{tex[: found.start()]}{{{filled}}}{tex[found.end() :]}"
    return tex


# Where things stand


def headings_of_labels(cells: list[dict]) -> dict[str, str]:
    """Label -> the heading of the section in which it stands, one without formulas; also of the references.

    A heading is as Jupyter links to it; a target belongs to the one below it. The references' label is
    "bibliography".
    """
    found, heading, targets = {}, "", []
    for cell in cells:
        if cell["cell_type"] != "markdown":
            continue
        for line in "".join(cell["source"]).split("\n"):
            if re.fullmatch(r"#+ [^$`{]+", line):
                heading = anchor(line.lstrip("# "))
                found |= dict.fromkeys(targets, heading)
                targets = []
            elif target := _TARGET.fullmatch(line):
                targets.append(target[1])
            elif label := _LABEL.fullmatch(line):
                found[next(filter(None, label.groups()))] = heading
    return found


def anchor(heading: str) -> str:
    """The address of a heading in Jupyter and on GitHub: hyphens for spaces, capitals kept."""
    return percent(heading.strip().replace(" ", "-"), safe="?!,;:'~*-._")
