"""Assignments by their names, with what only grading asks; and a lecturer's private tasks beside them.

`book/assignments/` and a private folder have one form: NAME.ipynb, a master, and NAME.py, whose CHECKS hold
further checks for tasks by their names, and whose TASKS, in a private folder, hold tasks of its own.
"""

import dataclasses
from importlib import import_module
from pathlib import Path
from types import ModuleType

from lth_tutorial.chapters import BOOK, CHAPTERS
from lth_tutorial.tasks import Assignment, Check, Task

from .masters import Master, joined, read_master

MASTERS = BOOK / "assignments"


def names() -> list[str]:
    """The assignments that there are, in reading order."""
    found = (Path(chapter.notebook).stem for chapter in CHAPTERS)
    return [name for name in found if (MASTERS / f"{name}.ipynb").exists()]


def public(name: str) -> Assignment:
    """An assignment as the student's notebook knows it.

    Raises:
        ValueError: there is none of this name.
    """
    return import_module(f"lth_tutorial.{package(name)}.assignment").ASSIGNMENT


def package(name: str) -> str:
    """The room of the chapter that an assignment belongs to.

    Raises:
        ValueError: there is no assignment of this name.
    """
    rooms = {Path(chapter.notebook).stem: chapter.package for chapter in CHAPTERS}
    if name not in names():
        there = ", ".join(names()) or "none: the masters are in a checkout of the book only"
        raise ValueError(f"there is no assignment {name!r}; there are {there}")
    return rooms[name]


def master(name: str, private: Path | None = None) -> Master:
    """The master of an assignment, with a lecturer's own tasks behind it."""
    found = read_master(MASTERS / f"{name}.ipynb")
    theirs = Path(private, f"{name}.ipynb") if private else None
    return joined(found, read_master(theirs)) if theirs and theirs.exists() else found


def placeholders(name: str, private: Path | None = None) -> dict[str, str]:
    """What stands in the cells of answers before anybody writes there, by the names of the tasks."""
    return {part.name: part.answer for part in master(name, private).parts.values()}


def handed_out(name: str, private: Path | None = None) -> set[str]:
    """The texts of the notebook that a student gets."""
    cells = master(name, private).notebook["cells"]
    return {"".join(c["source"]).strip() for c in cells if c["cell_type"] == "markdown"}


def graded(name: str, private: Path | None = None) -> Assignment:
    """An assignment as the grader knows it: with the further checks, and a lecturer's own tasks.

    Raises:
        ValueError: a check for a task that there is not, or another number of checks than the task promises.
    """
    found, own = public(name), MASTERS / f"{name}.py"
    if own.exists():
        found = _with(found, _module(own).CHECKS, own.name)
    for task in found.tasks:
        added = len(task.checks) - len(public(name).task(task.name).checks)
        if added != task.more:
            raise ValueError(f"{name}: {task.name} says `more={task.more}`, and {added} are added")
    tasks, checks, file = _theirs(name, private)
    return _with(Assignment(found.numbers, (*found.tasks, *tasks)), checks, file)


def with_tasks(name: str, private: Path | None = None) -> Assignment:
    """An assignment as students know it, with a lecturer's own tasks, and what each task is worth."""
    found, whole = public(name), graded(name, private)
    tasks = (*found.tasks, *_theirs(name, private)[0])
    worth = {task.name: sum(check.points for check in task.checks) for task in whole.tasks}
    return Assignment(
        found.numbers, tuple(dataclasses.replace(task, worth=worth[task.name]) for task in tasks)
    )


def _theirs(name: str, private: Path | None) -> tuple[tuple[Task, ...], dict, str]:
    """Tasks and further checks of a private folder, and the name of its file."""
    path = Path(private, f"{name}.py") if private else None
    if path is None or not path.exists():
        return (), {}, ""
    module = _module(path)
    return getattr(module, "TASKS", ()), getattr(module, "CHECKS", {}), path.name


def _with(assignment: Assignment, checks: dict[str, tuple[Check, ...]], file: str) -> Assignment:
    for name in checks:
        try:
            assignment.task(name)
        except ValueError as error:
            raise ValueError(f"{file}: {error}") from None
    tasks = (
        dataclasses.replace(task, checks=(*task.checks, *checks.get(task.name, ())))
        for task in assignment.tasks
    )
    return Assignment(assignment.numbers, tuple(tasks))


def _module(path: Path) -> ModuleType:
    """A file of checks as it reads now: no compiled copy stands beside it, or in its stead."""
    module = ModuleType(f"checks_of_{path.stem.replace('-', '_')}")
    module.__file__ = str(path)
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module
