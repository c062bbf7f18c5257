"""Numbers in a notebook's prose, held to what the cells of their section compute.

A section begins with its heading `## ` or with its `{exercise}`. Prose numbers are decimals, percentages and
whole numbers from 10 on, in text, in tables and in formulas within a line. Each has to stand in its
section: in a cell's code (a parameter, or a side of an assert) as it is written, in a cell's output so that
this rounds to it, or in the statement of an exercise or theorem. What no cell can compute is named in its
section, with the reason:

    <!-- given: 21.5, 36 (hours and cores as the source states them) -->

Not read: displays, code, statements and proofs (their numbers are argued, not measured), citations, links,
numbers of sections and figures, dates, powers, fractions of single digits, the minutes a chapter takes.
"""

import ast
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lth_tutorial.explore.page import PAGE

GIVEN = re.compile(r"<!--\s*given:(.*?)-->", re.DOTALL)
_LIST_AND_REASON = re.compile(r"\s*(?P<numbers>[^()]+?)\s*\((?P<reason>.*\w.*)\)\s*", re.DOTALL)
_BEGINS = re.compile(r"(?m)^(?=## |:::+\{exercise\})")
_STATEMENT = re.compile(r"(?ms)^(:::+)\{(?:prf:\w+|exercise)\}.*?^\1[ \t]*$")
_KINDS = (
    "Section|Figure|Theorem|Lemma|Table|Corollary|Proposition|Appendix|Equation|Eq\\.|Algorithm|"
    "Remark|Definition|[Cc]hapter|[Pp]age|[Ss]tep|[Ll]ine|[Cc]olumn"
)
_NOT_PROSE = [
    re.compile(pattern)
    for pattern in (
        r"(?s)<!--.*?-->",
        r"(?ms)^(```+)\{?.*?^\1",
        r"(?s)\$\$.*?\$\$(?: *\(\S+\))?",
        _STATEMENT.pattern,
        r"(?m)^:\w+:.*$",
        r"\{[\w:]+\}`[^`]*`|`[^`]*`|\]\([^)]*\)|arXiv:[\d.]+",
        rf"\b(?:{_KINDS})s?[ ~]\(?[A-Z]?[\d.]*\d(?:(?:, | and | to | or )[\d.]*\d)*",
        r"\\[td]?frac *\d *\d(?!\d)",
        r"\d+\^(?:\{(?:[^{}]|\{[^{}]*\})*\}|\d)|_\{[^{}]*\}",
        r"\b(?:19|20)\d\d\b|\b\d+(?:-\d+){2,}\b|\b[A-Z]\w*-\d+(?:-\d+)*|\b\d+-bit\b",
        r"\b[Aa]bout \d+ minutes(?:[;,] \d+ )?",
    )
]
_DIGITS = r"\d{1,3}(?:(?:,|\{,\})\d{3})+(?:\.\d+)?|\d*\.\d+|\d+"
_IN_PROSE = re.compile(
    rf"(?<![\w.])(?P<digits>{_DIGITS})(?![\w^]|\.\d)(?P<unit>\s*(?:\\?%|million))?"
)
_PRINTED = re.compile(rf"(?<![\w.])(?:{_DIGITS})(?:e[-+]?\d+)?")


class Number(NamedTuple):
    """A number as prose writes it. unit: what has to be multiplied with a cell's number to compare."""

    text: str
    value: float
    unit: float
    tolerance: float


@dataclass
class Section:
    """A stretch of a notebook: its prose by cell, the numbers that stand in its code and in its outputs."""

    prose: list[tuple[str, str]] = field(default_factory=list)
    written: set[float] = field(default_factory=set)
    printed: set[float] = field(default_factory=set)

    def computes(self, number: Number) -> bool:
        """Whether the number stands in the code as it is, or an output rounds to it."""
        exact = 1e-9 * max(1.0, number.value)
        scales = {1.0, number.unit}
        return any(
            abs(known * scale - number.value) <= margin
            for known_ones, margin in (
                (self.written, exact),
                (self.printed, number.tolerance + exact),
            )
            for known in known_ones
            for scale in scales
        )


def faults(notebook, name: str) -> list[str]:
    """The prose numbers of a notebook that no cell of their section computes, each in a sentence."""
    return [fault for section in sections(notebook) for fault in _faults(section, name)]


def _faults(section: Section, name: str) -> Iterator[str]:
    for cell, text in section.prose:
        numbers = list(numbers_in(text))
        given, wrong = givens(text)
        known = {number.value for number in numbers}
        for problem in wrong + [
            f"{v:g} does not stand in this text" for v in sorted(given - known)
        ]:
            yield (
                f"{name}, cell {cell}: {problem}: a note reads "
                "<!-- given: 0.3, 36 (why no cell computes them) -->, in the section of its numbers"
            )
        for number in numbers:
            if number.value not in given and not section.computes(number):
                yield (
                    f"{name}, cell {cell}: no cell of this section computes {number.text}: print it or "
                    "assert it in a cell of the section, or add "
                    f"<!-- given: {number.text} (why no cell can) -->"
                )


def sections(notebook) -> list[Section]:
    """The notebook cut at its headings and exercises."""
    found = [Section()]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found[-1].written |= literals(cell.source)
            found[-1].printed |= printed_in(map(shown, cell.outputs))
        elif cell.cell_type == "markdown":
            first, *others = _BEGINS.split(cell.source)
            _add(found[-1], cell.id, first)
            for text in others:
                found.append(Section())
                _add(found[-1], cell.id, text)
    return found


def _add(section: Section, cell: str, text: str) -> None:
    section.prose.append((cell, text))
    section.written |= printed_in(found[0] for found in _STATEMENT.finditer(text))


def numbers_in(text: str) -> Iterator[Number]:
    """The decimals, percentages and whole numbers from 10 on of a text that are prose."""
    for pattern in _NOT_PROSE:
        text = pattern.sub(" ", text)
    for found in _IN_PROSE.finditer(text):
        digits, unit = _plain(found["digits"]), (found["unit"] or "").strip()
        if digits.isdigit() and len(digits) == 1 and not unit:
            continue
        scale = 1e-6 if unit == "million" else 100.0 if unit else 1.0
        yield Number(found["digits"], float(digits), scale, _half_a_digit(digits, unit))


def _half_a_digit(digits: str, unit: str) -> float:
    """Half of the last place of a rounded number; whole numbers are exact but for those with a unit."""
    _, point, decimals = digits.partition(".")
    return 0.5 * 10.0 ** -len(decimals) if point or unit else 0.0


def givens(text: str) -> tuple[set[float], list[str]]:
    """The numbers that a text names as given, and what is wrong with its notes."""
    numbers, wrong = set(), []
    for note in GIVEN.findall(text):
        parts = _LIST_AND_REASON.fullmatch(note)
        if parts is None:
            wrong.append(f"the note 'given:{note.rstrip()}' has no reason in brackets")
            continue
        for part in re.split(r",\s+", parts["numbers"]):
            if re.fullmatch(_DIGITS, part):
                numbers.add(float(_plain(part)))
            else:
                wrong.append(f"{part!r} in a note is no number")
    return numbers, wrong


def shown(output) -> str:
    """What a reader sees of an output: its text, of a control the words around the first picture."""
    data = output.get("data", {})
    page = data.get(PAGE, data.get("text/html"))
    if page is None:
        return str(data.get("text/markdown") or data.get("text/plain") or output.get("text", ""))
    text = re.sub(r"(?s)<(svg|template)\b.*?</\1>", " ", page)
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


def printed_in(texts: Iterable[str]) -> set[float]:
    """The numbers of some texts, without their signs."""
    return {float(_plain(number)) for text in texts for number in _PRINTED.findall(text)}


def literals(source: str) -> set[float]:
    """The numbers that stand in a cell's code, without their signs; those within strings do not count."""
    if source.startswith("%"):
        return set()
    constants = (
        node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)
    )
    return {abs(float(value)) for value in constants if type(value) in (int, float)}


def _plain(digits: str) -> str:
    return digits.replace("{,}", "").replace(",", "")
