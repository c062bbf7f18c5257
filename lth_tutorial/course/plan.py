"""How long a chapter and its assignment take, by a formula: an estimate, and called one where it is shown."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from lth_tutorial.chapters import BOOK

from . import loading

WORDS_A_MINUTE = 150
MINUTES = {"display": 1.0, "proof": 6.0, "figure": 2.0, "exercise": 10.0}
MINUTES_A_POINT = 5
ROUND = 10
# A proof, or a part for readers of the sources, to the line of colons that closes it.
PROOF = re.compile(r"(?ms)^(:{3,})\{prf:proof\}.*?^\1$")
ASIDE = re.compile(r"(?ms)^(:{3,})\{dropdown\} For readers of the source.*?^\1$")


class Minutes(NamedTuple):
    """Of a chapter: to read it without proofs, with them, and with the exercises as well."""

    reading: int
    proofs: int
    exercises: int


def chapter_minutes(notebook: str) -> Minutes:
    """Minutes for a chapter: words at 150 a minute, a minute for a displayed formula, two for a figure,
    six for a proof, ten for an exercise; each rounded up to ten. Asides for the sources do not count."""
    text, _, exercises = _written(notebook).partition("\n## Exercises")
    without = _minutes(PROOF.sub("", text))
    whole = _minutes(text) + MINUTES["proof"] * len(PROOF.findall(text))
    tasks = MINUTES["exercise"] * exercises.count("{exercise}")
    return Minutes(*map(_rounded, (without, whole, whole + tasks)))


def minutes_as_far_as(notebook: str, heading: str) -> float:
    """Minutes to read a chapter's beginning, up to the first heading that begins so; not rounded."""
    text, found, _ = _written(notebook).partition(f"\n## {heading}")
    if not found:
        raise ValueError(f"heading: {notebook} has none that begins with {heading!r}")
    return _minutes(text)


def _written(notebook: str) -> str:
    """What a reader sees, less the asides; a figure is the line `explore(`."""
    cells = json.loads((BOOK / notebook).read_text(encoding="utf-8"))["cells"]
    parts = [
        "".join(c["source"])
        if c["cell_type"] == "markdown"
        else "explore(\n" * len(re.findall(r"(?m)^(?:explore|playground)\(", "".join(c["source"])))
        for c in cells
    ]
    return ASIDE.sub("", "\n".join(parts))


def _minutes(text: str) -> float:
    words = re.findall(r"\w+", re.sub(r"(?s)\$\$.*?\$\$|(?m:^explore\($)", "", text))
    displays = MINUTES["display"] * (text.count("$$") // 2)
    figures = MINUTES["figure"] * len(re.findall(r"(?m)^explore\($", text))
    return len(words) / WORDS_A_MINUTE + displays + figures


def assignment_minutes(name: str) -> int:
    """Minutes for an assignment: five a point, rounded up to ten."""
    tasks = loading.graded(name).tasks
    points = sum(task.points + sum(check.points for check in task.checks) for task in tasks)
    return _rounded(MINUTES_A_POINT * points)


def _rounded(minutes: float) -> int:
    return int(-(-minutes // ROUND) * ROUND)


def estimates() -> dict[str, tuple[int, int]]:
    """For each assignment the minutes of its chapter and its own."""
    return {
        name: (chapter_minutes(f"{Path(name).name}.ipynb").proofs, assignment_minutes(name))
        for name in loading.names()
    }
