"""A small assignment, its notebook, and what students hand in."""

import json
from pathlib import Path

from lth_tutorial.course import loading
from lth_tutorial.tasks import Assignment, Check, Task

NAME = "1-random-subset-sum"


def twice(arguments, value):
    return None if value == 2 * arguments[0] else f"{value!r} is not twice {arguments[0]}"


def thrice(arguments, value):
    return None if value == 3 * arguments[0] else f"{value!r} is not three times {arguments[0]}"


def check(name: str, judge, **more) -> Check:
    return Check(
        name=name, points=1, arguments=lambda seed: (seed % 1000 + 1,), judge=judge, **more
    )


PUBLIC = Assignment(
    lambda seed: {"n": seed % 1000 + 1},
    (
        Task(name="double", title="Twice", checks=(check("a number", twice),), more=1, seconds=0.6),
        Task(name="triple", title="Thrice", checks=(check("a number", thrice),), seconds=0.6),
        Task(name="mine6", title="Mine", kind="value", checks=(check("mine", twice, own=True),)),
        Task(name="why", title="Why", kind="text", points=3),
    ),
)
HIDDEN = {"double": (check("another", twice, slow="think of a shorter way"),)}
PLACEHOLDER = "*Write here.*"
HEADING = "## A heading that was handed out"


def put(monkeypatch, more: list[str] = ()) -> None:
    """Put the toy in the place of the first assignment; more: names of tasks like `double`."""
    slow = check("a number", twice, slow="think of a shorter way")
    tasks = (Task(name=name, title=name, checks=(slow,), seconds=0.6) for name in more)
    graded = loading._with(Assignment(PUBLIC.numbers, (*PUBLIC.tasks, *tasks)), HIDDEN, "toy")
    monkeypatch.setattr(loading, "public", lambda name: PUBLIC)
    monkeypatch.setattr(loading, "graded", lambda name, private=None: graded)
    monkeypatch.setattr(loading, "placeholders", lambda name, private=None: {"why": PLACEHOLDER})
    monkeypatch.setattr(loading, "handed_out", lambda name, private=None: {HEADING})


RIGHT = (
    "def double(n):\n    return 2 * n",
    "def triple(n):\n    return 3 * n",
    "mine6 = 2 * mine.n",
)


def code(text: str, **role) -> dict:
    metadata = {"lth": role} if role else {}
    return {"cell_type": "code", "id": f"c{len(text)}", "metadata": metadata, "outputs": [],
            "execution_count": None, "source": text}  # fmt: skip


def notebook(*cells: str, student: str = "ada", why: str = PLACEHOLDER, name: str = NAME) -> dict:
    """What a student hands in, with these cells."""
    start = (
        "from lth_tutorial.subset_sum.assignment import ASSIGNMENT\n\n"
        f'STUDENT = "{student}"\nmine, check = ASSIGNMENT.begin(STUDENT, variant=7)'
    )
    made = [code("%pip install -q x"), code(start), *map(code, cells)]
    made.append(code('check("double", double)', task="double", role="check"))
    text = {"cell_type": "markdown", "id": "why", "source": why}
    made.append({**text, "metadata": {"lth": {"task": "why", "role": "answer"}}})
    metadata = {"lth": {"assignment": name, "variant": 7}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def hand_in(path: Path, *cells: str, **options) -> Path:
    """Write what a student hands in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook(*cells, **options)), encoding="utf-8")
    return path


def points(record: dict) -> dict[str, float | None]:
    """The points of a record, task by task."""
    return {task["name"]: task["points"] for task in record["tasks"]}


def words(record: dict, task: str) -> str:
    """All that was said of a task."""
    (found,) = [one for one in record["tasks"] if one["name"] == task]
    return " | ".join(check["words"] or "right" for check in found["checks"])
