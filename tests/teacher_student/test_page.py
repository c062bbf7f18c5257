"""What the chapter's page says: whose a numbered statement is, and numbers instead of bare truths."""

import re
from pathlib import Path

import nbformat

PAGE = Path(__file__).resolve().parents[2] / "book" / "5-teacher-student.ipynb"
CELLS = nbformat.read(PAGE, as_version=4).cells
# The page numbers its own theorems, so a number alone would name two.
_NUMBERED = re.compile(r"(\S+ \S+ )\**(?:Theorem|Lemma|Algorithm|Proposition|Corollary)s? \d")


def test_a_numbered_statement_says_whose_it_is():
    prose = [cell.source for cell in CELLS if cell.cell_type == "markdown"]
    nameless = [
        found[0]
        for text in prose
        for found in _NUMBERED.finditer(re.sub(r"\s+", " ", text))
        if not re.search(r"(al\.'s|paper's|their|Their) \**$", found[1])
    ]
    assert not nameless


def test_no_printed_line_is_a_bare_truth():
    printed = "\n".join(
        output.get("text", "")
        for cell in CELLS
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert not re.findall(r"(?m)^.*\b(?:True|False)\b.*$", printed)
