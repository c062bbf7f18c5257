"""Master notebooks: what a student gets of one, and what the lecturer gets.

Tags say what a cell is: `setup`, which draws the student's numbers; `answer`, in whose place the student
writes; `solution`; `wrong:CHECK`, a usual wrong answer; `check:NAME`, which ends task NAME; `rubric` with
`task:NAME`, how a text is marked, which ends a task without code. All else is for everybody.

A wrong answer names in its tag the check that is the first to catch it (hyphens for spaces), and in its first
line, a comment that begins with `# says: `, the words that name the mistake. A second line, `# also: `, lists
checks that it fails for another reason, which is as true.
"""

import copy
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lth_tutorial.tasks import CALLS, EXAMPLE, Assignment, Task, own_seed

HIDDEN = ("solution", "wrong", "rubric")
SAYS, ALSO = "# says: ", "# also: "


@dataclass(frozen=True)
class Wrong:
    """A usual wrong answer.

    Args:
        source: of the cell.
        check: the first that fails.
        says: words of that check which name the mistake.
        also: checks that fail for another reason, which is as true.
    """

    source: str
    check: str
    says: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """The cells of one task in a master.

    Args:
        answer: what the student replaces; of a text, its placeholder.
        solution: sources, in their order.
        wrong: usual wrong answers.
        rubric: how a text is marked; empty where checks do it.
    """

    name: str
    answer: str
    solution: str
    wrong: tuple[Wrong, ...]
    rubric: str = ""


@dataclass(frozen=True)
class Master:
    """A master notebook.

    Args:
        name: of its file, without the ending: that of the chapter's notebook.
        notebook: as stored.
        parts: by the names of their tasks.
    """

    name: str
    notebook: dict
    parts: dict[str, Part]


def read_master(path: Path) -> Master:
    """A master from its file.

    Raises:
        ValueError: a task has no answer, or no solution, or cells stand where they belong to none.
    """
    notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    parts = {part.name: part for part in _parts(notebook["cells"], Path(path).name)}
    return Master(Path(path).stem, notebook, parts)


def tags(cell: dict) -> dict[str, str]:
    """A cell's tags, those of the form `key:value` by their keys."""
    pairs = (tag.partition(":") for tag in cell.get("metadata", {}).get("tags", []))
    return {key: value for key, _, value in pairs}


def source(cell: dict) -> str:
    """A cell's text."""
    return "".join(cell["source"])


def _parts(cells: Iterable[dict], file: str) -> Iterator[Part]:
    waiting: dict[str, list] = {"answer": [], "solution": [], "wrong": []}
    for cell in cells:
        found = tags(cell)
        for kind in waiting:
            if kind in found:
                waiting[kind].append((source(cell), found[kind]))
        name = found.get("check") or (found.get("task") if "rubric" in found else None)
        if name:
            yield _part(name, waiting, source(cell) if "rubric" in found else "", file)
            waiting = {kind: [] for kind in waiting}
    if any(waiting.values()):
        raise ValueError(
            f"{file}: its last cells belong to no task: a `check:` or a `rubric` ends one"
        )


def _part(name: str, waiting: dict, rubric: str, file: str) -> Part:
    if len(waiting["answer"]) != 1 or not waiting["solution"]:
        raise ValueError(f"{file}: task {name} needs one cell `answer` and at least one `solution`")
    wrong = tuple(_wrong(text, check, f"{file}, {name}") for text, check in waiting["wrong"])
    solution = "\n\n\n".join(text for text, _ in waiting["solution"])
    return Part(name, waiting["answer"][0][0], solution, wrong, rubric)


def _wrong(text: str, check: str, where: str) -> Wrong:
    first, _, rest = text.partition("\n")
    if not first.startswith(SAYS):
        raise ValueError(f"{where}: a wrong answer begins with `{SAYS}` and the words that name it")
    second = rest.partition("\n")[0]
    also = second.removeprefix(ALSO).split(", ") if second.startswith(ALSO) else ()
    return Wrong(text, check.replace("-", " "), first.removeprefix(SAYS), tuple(also))


# What is made of it


def joined(master: Master, more: Master) -> Master:
    """A master with the tasks of a lecturer's own behind its own."""
    cells = [*master.notebook["cells"], *more.notebook["cells"]]
    return Master(master.name, {**master.notebook, "cells": cells}, master.parts | more.parts)


def student_notebook(master: Master, assignment: Assignment, variant: int, install: str) -> dict:
    """The notebook that a student gets: no solution, no wrong answer, no rubric.

    Args:
        variant: of the year; with the student's identifier it decides the numbers.
        install: the source of the cell that installs the package.
    """
    cells = [cell for cell in _marked(master, assignment) if not set(HIDDEN) & set(tags(cell))]
    return _notebook(master, cells, variant, install)


def solution_notebook(master: Master, assignment: Assignment, variant: int, install: str) -> dict:
    """The notebook that a lecturer gets: solutions in place of answers, and how texts are marked."""
    cells = []
    for cell in _marked(master, assignment):
        if "solution" in tags(cell):
            # It is what the grader looks for in the place of an answer.
            cell = {**cell, "metadata": {"tags": ["answer"], **_of(cell)}}
            cells.append(cell)
        elif not {"answer", "wrong"} & set(tags(cell)):
            cells.append(cell)
    return _notebook(master, cells, variant, install)


def _of(cell: dict) -> dict:
    return {key: value for key, value in cell["metadata"].items() if key != "tags"}


def _marked(master: Master, assignment: Assignment) -> list[dict]:
    """The cells, those of a task marked with its name, and before its answer a line on points and limits."""
    made, waiting = [], []
    for cell in copy.deepcopy(master.notebook["cells"]):
        found = tags(cell)
        waiting.append(cell)
        name = found.get("check") or (found.get("task") if "rubric" in found else None)
        if name:
            made += _of_task(waiting, assignment.task(name))
            waiting = []
    return made + waiting


def _of_task(cells: list[dict], task: Task) -> Iterator[dict]:
    for cell in cells:
        found = tags(cell)
        if "answer" in found:
            yield _line(task)
        if {"answer", "solution", "check"} & set(found):
            role = "check" if "check" in found else "answer"
            cell["metadata"]["lth"] = {"task": task.name, "role": role}
        yield cell


def _line(task: Task) -> dict:
    return {
        "cell_type": "markdown",
        "id": f"limits-{_dashed(task.name)}",
        "metadata": {},
        "source": limits(task),
    }


def _dashed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def limits(task: Task) -> str:
    """What a task is worth and what its answer may take, for a student to read."""
    if task.kind == "text":
        return f"**`{task.name}`**: {_amount(task.points, 'point')}, for a text; a person reads it."
    shown = sum(check.points for check in task.checks)
    whole = f"{_amount(task.worth or shown, 'point')}"
    seen = (
        f", {shown:g} of them from the checks below"
        if task.worth > shown
        else " from the checks below"
    )
    more = f"; grading has {_amount(task.more, 'more check')}" if task.more else ""
    words = f"**`{task.name}`**: {whole}{seen}{more}."
    if task.kind == "function":
        words += (
            f" One call may take {task.seconds:g} s and 2 GiB, all calls together"
            f" {CALLS * task.seconds:g} s; it may import"
            f" {_listed(task.uses)} and what Python brings."
        )
    return words


def _amount(number: float, what: str) -> str:
    return f"{number:g} {what}{'' if number == 1 else 's'}"


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


PICTURE = "mine.picture"


def page(notebook: dict, assignment: Assignment) -> dict:
    """A student's notebook as the site shows it: the picture is that of nobody's numbers."""
    made = copy.deepcopy(notebook)
    picture = assignment.numbers(own_seed(notebook["metadata"]["lth"]["variant"], EXAMPLE)).get(
        "picture"
    )
    for cell in made["cells"]:
        if cell["id"] == "install":
            cell["metadata"]["tags"] = ["remove-cell"]
        if cell["cell_type"] == "code" and source(cell).endswith(PICTURE) and picture is not None:
            data = {"text/html": picture.svg, "text/plain": picture.words}
            cell["execution_count"] = 1
            cell["outputs"] = [
                {
                    "output_type": "execute_result",
                    "execution_count": 1,
                    "data": data,
                    "metadata": {},
                }
            ]
    return made


def handed_out(notebook: dict) -> dict:
    """The student's notebook that a page was made from."""
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["metadata"].pop("tags", None)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return made


def _notebook(master: Master, cells: list[dict], variant: int, install: str) -> dict:
    first = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {},
        "outputs": [],
        "source": install,
    }
    cells = [cells[0], first, *cells[1:]]
    for cell in cells:
        if "setup" in tags(cell):
            cell["source"] = source(cell).replace("variant=0", f"variant={variant}")
            cell["metadata"] = {"lth": {"role": "setup"}}
        cell["metadata"] = {k: v for k, v in cell["metadata"].items() if k != "tags"}
    metadata = {
        **master.notebook["metadata"],
        "lth": {"assignment": master.name, "variant": variant},
    }
    return {**master.notebook, "cells": cells, "metadata": metadata}
