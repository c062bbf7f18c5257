"""Answers that may be trusted, run in this process: what a check says of them."""

import dataclasses
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import SimpleNamespace

from lth_tutorial.course import loading
from lth_tutorial.course.masters import Part
from lth_tutorial.tasks import UNREAD, Assignment, Check, Outcome, Task, ask, own_seed, seed_of

STUDENT = "ada"


def parts() -> list[tuple[str, str]]:
    """Every task of every assignment that checks look at, by the names of both."""
    return [
        (name, task.name)
        for name in loading.names()
        for task in loading.public(name).tasks
        if task.kind != "text"
    ]


def names_of(source: str, assignment: Assignment, variant: int) -> dict:
    """The names that an answer's cell defines."""
    import numpy as np

    numbers = assignment.numbers(own_seed(variant, STUDENT))
    names = {"np": np, "mine": SimpleNamespace(**numbers), "__name__": "answer"}
    exec(compile(source, "<cell 1>", "exec"), names)
    return names


def outcomes(
    source: str,
    assignment: Assignment,
    task: Task,
    variant: int,
    seconds: float | None = None,
    without: tuple[str, ...] = (),
) -> list[Outcome]:
    """What the checks say of an answer, in their order.

    Args:
        seconds: for one call; the task's own limit where it is not given.
        without: checks that are left out.
    """
    value = names_of(source, assignment, variant).get(task.name)
    call = value if task.kind == "function" else lambda *arguments: value
    checks = [check for check in task.checks if check.name not in without]
    return [
        _outcome(check, _seed(task, check, variant), call, seconds or task.seconds)
        for check in checks
    ]


def _seed(task: Task, check: Check, variant: int) -> int:
    if check.own:
        return own_seed(variant, STUDENT)
    return seed_of("graded", variant, STUDENT, task.name, check.name)


class _TooSlow(BaseException):
    """Passes by whoever catches exceptions."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(*_):
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def _arguments(check: Check, seed: int) -> tuple:
    """Drawn once for all answers; `ask` hands out a copy."""
    return check.arguments(seed)


def _outcome(check: Check, seed: int, call, seconds: float) -> Outcome:
    drawn = _arguments(check, seed)
    known = dataclasses.replace(check, arguments=lambda _: drawn)
    try:
        with _at_most(seconds):
            return ask(known, seed, call)
    except _TooSlow:
        return Outcome(check, f"no answer in time: {check.slow}", seconds)


def _before(name: str, part: Part) -> str:
    """The code of the tasks before one, which an answer may use, as it may in a notebook."""
    found = ""
    for task in loading.public(name).tasks:
        if task.name == part.name:
            break
        if task.kind == "function":
            found += loading.master(name).parts[task.name].solution + "\n\n\n"
    return found


def faults(name: str, part: Part, task: Task, variant: int) -> Iterator[str]:
    """What is wrong with a task's answers: a right one that is refused, a wrong one that is not named."""
    assignment, before = loading.graded(name), _before(name, part)
    for outcome in outcomes(before + part.solution, assignment, task, variant):
        if outcome.words:
            yield f"the solution fails {outcome.check.name!r}: {outcome.words}"
        if outcome.seconds > task.seconds / 10:
            yield f"the solution takes {outcome.seconds:.2f} s of {task.seconds:g} in {outcome.check.name!r}"
    says = [wrong.says for wrong in part.wrong]
    for wrong in part.wrong:
        found = outcomes(before + wrong.source, assignment, task, variant, 0.5, wrong.also)
        failing = [outcome for outcome in found if outcome.words]
        first = next(((o.check.name, o.words) for o in failing), ("nothing", ""))
        if first[0] != wrong.check or wrong.says not in first[1]:
            yield f"{wrong.says!r} is to be named by {wrong.check!r}; {first[0]!r} says {first[1]!r}"
        for outcome in failing:
            if UNREAD in outcome.words:
                yield f"{outcome.check.name!r} cannot judge {wrong.says!r}: {outcome.words}"
            for other in says:
                if other != wrong.says and other in outcome.words:
                    yield f"{wrong.says!r} is told that {other!r} by {outcome.check.name!r}"
