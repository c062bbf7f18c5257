"""Marks for one submission. This process holds checks, expected values and words; the other one the cells."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from lth_tutorial import tasks
from lth_tutorial.tasks import CALLS, UNTOUCHED, Check, Outcome, Task, identifier, own_seed, verdict

from . import loading, wall
from .session import Reply, Session
from .submissions import Submission, defined_twice, own_texts

MOST_NOTES = 20


@dataclass(frozen=True)
class Terms:
    """What a class is graded with.

    Args:
        secret: the lecturer's, from which the seeds of checks are made; empty, and anybody can foresee them.
        private: a folder with the lecturer's own tasks and checks.
        variant: the year's; None takes the one that a notebook says.
        assignment: the one that is graded; None takes the one that a notebook says.
    """

    secret: bytes = b""
    private: Path | None = None
    variant: int | None = None
    assignment: str | None = None


def secret_seed(terms: Terms, *words) -> int:
    """A seed that only who knows the secret can foresee."""
    text = "\x1f".join(map(str, words)).encode()
    return int.from_bytes(hmac.new(terms.secret, text, hashlib.sha256).digest()[:8], "big") >> 1


def grade(submission: Submission, student: str, terms: Terms, rung: wall.Rung) -> dict:
    """Grade a submission; returns the record that reports are made of.

    Raises:
        ValueError: neither the terms nor the notebook say which assignment it is.
    """
    name = terms.assignment or submission.assignment
    if name is None:
        raise ValueError(
            f"{submission.path.name} does not say which assignment it is: --assignment NAME"
        )
    variant = terms.variant if terms.variant is not None else submission.variant or 0
    desk = _Desk(submission, name, identifier(student), variant, terms, rung)
    if submission.assignment not in (name, None):
        desk.notes.append(f"this is the notebook of {submission.assignment}, and {name} is graded")
    marks = desk.marks()
    return {
        "student": desk.student,
        "assignment": name,
        "variant": variant,
        "file": submission.path.name,
        "wall": rung.words,
        "notes": [*submission.notes, *desk.notes],
        "tasks": marks,
        "texts": desk.texts(),
    }


class _Desk:
    """One submission on the grader's desk."""

    def __init__(self, submission, name, student, variant, terms, rung):
        self.submission, self.assignment = submission, loading.graded(name, terms.private)
        self.student, self.variant, self.terms, self.rung = student, variant, terms, rung
        self.notes = [*self._who(), *self._which()]
        self.placeholders = loading.placeholders(name, terms.private)
        self.handed_out = loading.handed_out(name, terms.private)
        self.code = hashlib.sha256("\x1f".join(submission.cells).encode()).hexdigest()
        # Those checks of each task that the notebook has as well.
        self.public = {t.name: {c.name for c in t.checks} for t in loading.public(name).tasks}

    def _who(self) -> Iterator[str]:
        typed = identifier(self.submission.student)
        if self.submission.notebook is not None and typed != self.student:
            said = f"says STUDENT = {typed!r}" if typed else "has no identifier in it"
            yield f"the notebook {said}; it was graded with the numbers of {self.student!r}"

    def _which(self) -> Iterator[str]:
        said = self.submission.variant
        if self.terms.variant is not None and said not in (None, self.terms.variant):
            yield f"the notebook is of variant {said}, and {self.terms.variant} is graded"
        names = {task.name for task in self.assignment.tasks}
        yield from defined_twice(self.submission.cells, names)

    def marks(self) -> list[dict]:
        """The marks of all tasks, in their order."""
        found, said = {}, []
        for uses in dict.fromkeys(task.uses for task in self.assignment.tasks):
            chosen = [t for t in self.assignment.tasks if t.uses == uses and t.kind != "text"]
            if chosen:
                marks, notes = self._with(uses, chosen)
                found |= marks
                said.append(notes)
        # A cell that lacks a library where another task is asked may have it where its own is.
        everywhere = set.intersection(*map(set, said)) if said else set()
        notes = [words for k in sorted(everywhere) for words in said[0][k]]
        more = [f"{len(notes) - MOST_NOTES} more notes are left out"] if notes[MOST_NOTES:] else []
        self.notes += [*notes[:MOST_NOTES], *more]
        return [found.get(task.name) or self._unread(task) for task in self.assignment.tasks]

    def texts(self) -> dict[str, str]:
        """What was written for a person to read; nothing where the placeholder was left."""
        names = [task.name for task in self.assignment.tasks if task.kind == "text"]
        return {name: self._text(name) or "" for name in names}

    def _text(self, name: str) -> str | None:
        """None where the cell that was handed out for it is gone."""
        written = self.submission.texts.get(name)
        if written is None:
            return None
        own = own_texts(self.submission.notebook, name, self.handed_out)
        untouched = written == self.placeholders.get(name, "").strip()
        return "\n\n".join(own if untouched else [written, *own])

    def _unread(self, task: Task) -> dict:
        """A text before a person has read it; what is not there needs no reader."""
        written = self._text(task.name)
        if written is None:
            self.notes.append(
                f"the cell for {task.name} is gone; look for the text in the notebook"
            )
        empty = written == ""
        return {
            "name": task.name,
            "title": task.title,
            "kind": task.kind,
            "points": 0.0 if empty else None,
            "most": task.points,
            "checks": [],
            "comment": "nothing was written here" if empty else "",
        }

    def _with(self, uses: tuple[str, ...], chosen: list[Task]) -> tuple[dict, dict]:
        """The marks of tasks that use the same libraries, which one process serves, and notes by cell."""
        numbers = self.assignment.numbers(own_seed(self.variant, self.student))
        plain = {name: getattr(value, "words", value) for name, value in numbers.items()}
        hidden = (loading.MASTERS, *([self.terms.private] if self.terms.private else []))
        with Session(self.rung, self.submission.cells, plain, uses, hidden) as session:
            found = {task.name: self._of(task, session) for task in chosen}
            said = {k: failed for k, failed in session.failed.items() if failed}
            said |= {k: [why] for k, why in session.left_out.items()}
        return found, {k: [f"{self._cell(k)}: {words}" for words in said[k]] for k in said}

    def _cell(self, k: int) -> str:
        """A code cell, as a note names it."""
        task = self.submission.tasks[k]
        return f"code cell {k + 1}{f' (of {task})' if task else ''}"

    def _of(self, task: Task, session: Session) -> dict:
        outcomes, left = [], CALLS * task.seconds
        value = session.value(task.name) if task.kind == "value" else None
        for check in task.checks:
            arguments = check.arguments(self._seed(task, check))
            reply = value or _call(session, task, check, arguments, left)
            left -= reply.seconds if value is None else 0
            words = reply.words or verdict(check, arguments, reply.value)
            outcomes.append(Outcome(check, words, reply.seconds))
        return _marked(task, outcomes, self.public.get(task.name, set()))

    def _seed(self, task: Task, check: Check) -> int:
        if check.own:
            return own_seed(self.variant, self.student)
        # What was learnt of the numbers of one hand-in says nothing of those of the next.
        words = self.variant, self.student, task.name, check.name, self.code
        return secret_seed(self.terms, *words)


def _call(session: Session, task: Task, check: Check, arguments: tuple, left: float) -> Reply:
    whole = f"{CALLS * task.seconds:g} s that a task's calls may take together"
    if left <= 0:
        return Reply(words=f"not run: the {whole} are used up")
    reply = session.call(task.name, arguments, min(task.seconds, left))
    if reply.slow and left < task.seconds:
        return replace(reply, words=f"{reply.words}: no more was left of the {whole}")
    return (
        replace(reply, words=f"{reply.words}: {check.slow}") if reply.slow and check.slow else reply
    )


def _marked(task: Task, outcomes: list[Outcome], public: set[str]) -> dict:
    checks = [
        {
            "name": one.check.name,
            "points": one.check.points if one.words is None else 0.0,
            "most": one.check.points,
            "words": one.words,
            "public": one.check.name in public,
            "seconds": round(one.seconds, 2),
        }
        for one in outcomes
    ]
    return {
        "name": task.name,
        "title": task.title,
        "kind": task.kind,
        "points": sum(check["points"] for check in checks),
        "most": sum(check["most"] for check in checks),
        "checks": checks,
    }


def is_untouched(marks: dict) -> bool:
    """Whether nothing was written for a task."""
    return bool(marks["checks"]) and all(check["words"] == UNTOUCHED for check in marks["checks"])


# What a record hangs on


def key(path: Path, student: str, terms: Terms, name: str) -> str:
    """What changes when the submission, the checks, the year or the secret do."""
    parts = [
        path.read_bytes(),
        identifier(student).encode(),
        terms.secret,
        checks_key(terms, name).encode(),
    ]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:32]


def checks_key(terms: Terms, name: str) -> str:
    """What changes when the checks of an assignment do, or the year."""
    digest = hashlib.sha256(repr((name, terms.variant)).encode())
    for path in _sources(terms, name):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(terms: Terms, name: str) -> list[Path]:
    ground = Path(tasks.__file__).parent
    room = ground / loading.package(name) / "assignment.py"
    files = ("tasks.py", "judging.py", "messages.py")
    here = [*(ground / file for file in files), Path(__file__), room]
    folders = [loading.MASTERS, *([terms.private] if terms.private else [])]
    return here + [path for folder in folders if (path := folder / f"{name}.py").exists()]
