"""Assignments by their names, with what only grading asks; and a lecturer's private tasks beside them.

`book/assignments/` and a private folder have one form: NAME.ipynb, a master, and NAME.py, whose CHECKS hold
further checks for tasks by their names, and whose TASKS, in a private folder, hold tasks of its own.
"""

import dataclasses
import importlib.util
from importlib import import_module
from pathlib import Path
from types import ModuleType

from lth_tutorial.chapters import BOOK, CHAPTERS
from lth_tutorial.tasks import Assignment, Check

from .masters import Master, read_master

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
    rooms = {Path(chapter.notebook).stem: chapter.package for chapter in CHAPTERS}
    if name not in names():
        raise ValueError(f"there is no assignment {name!r}; there are {', '.join(names())}")
    return import_module(f"lth_tutorial.{rooms[name]}.assignment").ASSIGNMENT


def master(name: str) -> Master:
    """The master of an assignment."""
    return read_master(MASTERS / f"{name}.ipynb")


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
    theirs = Path(private, f"{name}.py") if private else None
    if theirs and theirs.exists():
        module = _module(theirs)
        found = Assignment(found.numbers, (*found.tasks, *getattr(module, "TASKS", ())))
        found = _with(found, getattr(module, "CHECKS", {}), theirs.name)
    return found


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
    spec = importlib.util.spec_from_file_location(f"checks_of_{path.stem.replace('-', '_')}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
