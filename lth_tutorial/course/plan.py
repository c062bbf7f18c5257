"""How long a chapter and its assignment take, by a formula: an estimate, and called one where it is shown."""

import json
import re
from pathlib import Path

from lth_tutorial.chapters import BOOK

from . import loading

WORDS_A_MINUTE = 150
MINUTES = {"display": 1.0, "proof": 6.0, "figure": 2.0}
MINUTES_A_POINT = 5
ROUND = 10


def reading_minutes(notebook: str) -> int:
    """Minutes to read a chapter without its exercises: words at 150 a minute, a minute for a displayed
    formula, six for a proof, two for a figure; rounded up to ten."""
    cells = json.loads((BOOK / notebook).read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    prose = prose.partition("\n## Exercises")[0]
    minutes = len(re.findall(r"\w+", re.sub(r"(?s)\$\$.*?\$\$", "", prose))) / WORDS_A_MINUTE
    minutes += MINUTES["display"] * (prose.count("$$") // 2)
    minutes += MINUTES["proof"] * prose.count("{prf:proof}")
    minutes += MINUTES["figure"] * len(re.findall(r"(?m)^explore\(", code))
    return _rounded(minutes)


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
        name: (reading_minutes(f"{Path(name).name}.ipynb"), assignment_minutes(name))
        for name in loading.names()
    }
