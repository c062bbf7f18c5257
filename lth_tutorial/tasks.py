"""An assignment as data: its tasks, the checks of their answers, and the numbers that a student is given.

A check is two functions: `arguments(seed)` makes the arguments of one call, `judge(arguments, value)` looks
at what the call gave and returns words on what is wrong, or None. Notebook, page and grader use the same
checks; the grader has more of them, and seeds that nobody can foresee.
"""

import dis
import hashlib
import inspect
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType, SimpleNamespace

from lth_tutorial.checks import shown
from lth_tutorial.messages import is_placeholder, travelled

KINDS = ("function", "value", "text")
UNTOUCHED = "nothing is here yet: write your answer into the cell above, run it, and then this one"
NOTHING_BACK = "it gave nothing back: is a `return` missing?"
UNREAD = "this answer could not be read"
EXAMPLE = "nobody"
# The calls of a task may take together so many times what one of them may take.
CALLS = 3


class Unfit(Exception):
    """An answer that cannot be judged, in words: it is not of the kind that was asked for."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that is asked of an answer.

    Args:
        name: short, in the student's words.
        points: what it is worth.
        arguments: seed -> the arguments of one call; of a value, what its judge has to know.
        judge: (arguments, what the call gave, or the value) -> what is wrong, in words, or None.
        own: whether the seed is that of the student's own numbers, here and when graded.
        slow: what is said where no answer came in time.
    """

    name: str
    points: float
    arguments: Callable[[int], tuple]
    judge: Callable[[tuple, object], str | None]
    own: bool = False
    slow: str = ""


def check(name: str, points: float, arguments, judge) -> Check:
    """A check with numbers of its own: public ones in the notebook, others at grading."""
    return Check(name=name, points=points, arguments=arguments, judge=judge)


def own(name: str, points: float, arguments, judge) -> Check:
    """A check of the student's own numbers, the same in the notebook and at grading."""
    return Check(name=name, points=points, arguments=arguments, judge=judge, own=True)


@dataclass(frozen=True, kw_only=True)
class Task:
    """One question of an assignment.

    Args:
        name: of the function or the value that answers it; of a text, a name for the lecturer's table.
        title: as its heading says it.
        kind: one of KINDS; a text is marked by a person.
        checks: those that the notebook has; the grader may add more.
        points: of a text; else its checks have them.
        worth: points of all its checks, those of the grader as well, where that is known.
        more: how many checks the grader adds.
        seconds: for one call, at least ten times what a plain solution takes.
        uses: the libraries that an answer may import, rooms of the package among them.
    """

    name: str
    title: str
    kind: str = "function"
    checks: tuple[Check, ...] = ()
    points: float = 0.0
    worth: float = 0.0
    more: int = 0
    seconds: float = 4.0
    uses: tuple[str, ...] = ("numpy",)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {self.kind!r}")
        if (self.kind == "text") == bool(self.checks):
            raise ValueError(f"{self.name}: a text has points and no checks, all else has checks")


@dataclass(frozen=True)
class Assignment:
    """A chapter's tasks, and how a student's own numbers are drawn.

    Args:
        numbers: seed -> the numbers by their names.
        tasks: in the order of the notebook.
    """

    numbers: Callable[[int], dict]
    tasks: tuple[Task, ...]

    def task(self, name: str) -> Task:
        """The task of this name.

        Raises:
            ValueError: there is none.
        """
        known = {task.name: task for task in self.tasks}
        if name not in known:
            raise ValueError(f"there is no task {name!r}; the tasks are {', '.join(known)}")
        return known[name]

    def begin(self, student: str, variant: int = 0) -> tuple[SimpleNamespace, "Desk"]:
        """What the first cell of a notebook asks for: the student's own numbers, and what checks answers."""
        who = identifier(student) or EXAMPLE
        if who == EXAMPLE:
            print(
                "Write your identifier between the quotation marks: till then the numbers are examples."
            )
        drawn = self.numbers(own_seed(variant, who)).items()
        mine = {k: v if hasattr(v, "words") else travelled(v) for k, v in drawn}
        return SimpleNamespace(**mine), Desk(self, who, variant)


# Seeds


def identifier(student: str) -> str:
    """A student's identifier as it is compared: small letters, no spaces around, no halves of characters."""
    return str(student).encode("utf-8", "replace").decode().strip().lower()


def seed_of(*words) -> int:
    """A seed made of words and numbers, the same everywhere."""
    text = "\x1f".join(map(str, words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def own_seed(variant: int, student: str) -> int:
    """The seed of a student's own numbers."""
    return seed_of("numbers", variant, identifier(student))


# Judging


@dataclass(frozen=True)
class Outcome:
    """What came of one check: words on what is wrong, None where nothing is; and the seconds of the call."""

    check: Check
    words: str | None
    seconds: float = 0.0


def is_untouched(value) -> bool:
    """Whether an answer is what the notebook was handed out with."""
    return value is None or value is Ellipsis


def verdict(check: Check, arguments: tuple, value) -> str | None:
    """What the judge says; an answer of another kind than asked for gets words of its own."""
    if is_untouched(value):
        return UNTOUCHED
    try:
        return check.judge(arguments, value)
    except Unfit as error:
        return str(error)
    except Exception as error:  # an answer may be anything
        return f"{UNREAD} ({type(error).__name__}: {shown_text(str(error), 80)})"


def ask(check: Check, seed: int, call: Callable) -> Outcome:
    """Make the arguments, call with them, and judge; both travel as between the processes of the grader."""
    arguments = check.arguments(seed)
    begun = time.perf_counter()
    try:
        value = travelled(call(*map(travelled, arguments)))
    except NotImplementedError:
        return Outcome(check, UNTOUCHED, time.perf_counter() - begun)
    except Exception as error:
        return Outcome(check, raised(error), time.perf_counter() - begun)
    seconds = time.perf_counter() - begun
    if value is None and not is_placeholder(call):
        return Outcome(check, NOTHING_BACK, seconds)
    return Outcome(check, verdict(check, arguments, value), seconds)


def raised(error: BaseException) -> str:
    """An exception of a student's code, with the line in which it came up."""
    steps = traceback.extract_tb(error.__traceback__)
    where = f", in the line `{steps[-1].line}`" if steps and steps[-1].line else ""
    text = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"it stopped with {shown_text(text, 200)}{where}"


def shown_text(text: str, most: int) -> str:
    """A text, cut to a length."""
    return text if len(text) <= most else text[: most - 3] + "..."


# In the notebook


@dataclass(frozen=True)
class Answer:
    """What a check cell shows: how many public checks hold, and what is wrong with the rest."""

    task: Task
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        if not self.outcomes:
            return f"{self.task.name}: {UNTOUCHED}"
        held = sum(outcome.words is None for outcome in self.outcomes)
        lines = [
            f"{self.task.name}: {held} of {len(self.outcomes)} public checks. {self._grading()}"
        ]
        said: dict[str, list[str]] = {}
        for one in self.outcomes:
            if one.words:
                said.setdefault(one.words, []).append(one.check.name)
        lines += [f"  {', '.join(names)}: {words}" for words, names in said.items()]
        return "\n".join([*lines, *self.notes])

    def _grading(self) -> str:
        others = "them with other numbers" if self._changes() else "the same"
        more = self.task.more
        return f"Grading runs {others}{f', and {more} more' if more else ''}."

    def _changes(self) -> bool:
        return any(not outcome.check.own for outcome in self.outcomes)


class Desk:
    """Answers at once to what a student wrote: `check("name", answer)`."""

    def __init__(self, assignment: Assignment, student: str, variant: int):
        self.assignment, self.student, self.variant = assignment, student, variant

    def __call__(self, name: str, answer=None) -> Answer:
        """Run the public checks of a task.

        Raises:
            ValueError: no task has this name.
        """
        task = self.assignment.task(name)
        outcomes = tuple(ask(c, self._seed(task, c), _caller(task, answer)) for c in task.checks)
        if all(outcome.words == UNTOUCHED for outcome in outcomes):
            return Answer(task, ())
        return Answer(task, outcomes, (*_slowness(task, outcomes), *_strangers(task, answer)))

    def _seed(self, task: Task, check: Check) -> int:
        if check.own:
            return own_seed(self.variant, self.student)
        return seed_of("public", self.variant, self.student, task.name, check.name)


def _slowness(task: Task, outcomes: tuple[Outcome, ...]) -> Iterator[str]:
    slowest = max(outcome.seconds for outcome in outcomes)
    if slowest > task.seconds / 2:
        yield f"  One call took {slowest:.1f} s; grading stops a call after {task.seconds:g} s."


def _strangers(task: Task, answer) -> Iterator[str]:
    """A note on every library that an answer uses and grading does not have."""
    if isinstance(answer, FunctionType):
        found = _libraries(answer.__code__, answer.__globals__, set())
        for name in sorted(found - {*task.uses, *sys.stdlib_module_names, ""}):
            yield f"  It uses {name}; when this is graded, {' and '.join(task.uses)} alone may be imported."


def _libraries(code: CodeType, names: dict, seen: set) -> set[str]:
    """The libraries that code names, also by the functions of the same notebook that it calls."""
    seen.add(code)
    steps = dis.get_instructions(code)
    found = {step.argval.partition(".")[0] for step in steps if step.opname == "IMPORT_NAME"}
    inner = {constant for constant in code.co_consts if isinstance(constant, CodeType)}
    for value in (names[name] for name in code.co_names if name in names):
        if isinstance(value, FunctionType) and value.__globals__ is names:
            inner.add(value.__code__)
        elif inspect.ismodule(value) or inspect.isroutine(value) or inspect.isclass(value):
            home = value.__name__ if inspect.ismodule(value) else value.__module__
            found.add((home or "").partition(".")[0])
    for code in inner - seen:
        found |= _libraries(code, names, seen)
    return found - {names.get("__name__")}


def _caller(task: Task, answer) -> Callable:
    """What gives the answer to one question: the function itself, or the value whatever is asked."""
    if task.kind == "function" and not is_untouched(answer):
        return answer if callable(answer) else _not_callable(task.name, answer)
    return lambda *arguments: answer


def _not_callable(name: str, answer) -> Callable:
    def call(*arguments):
        raise TypeError(f"{name} must be a function, and is {shown(answer)}")

    return call
