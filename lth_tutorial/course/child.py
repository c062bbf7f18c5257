"""The process that has a student's cells and the arguments of one call, and nothing else.

It is started as a program of its own, behind a wall, and speaks in lines of JSON: it reads orders from its
standard input and answers on what was its standard output, which prints are kept away from. The parent
trusts nothing that it says. This file and `messages` stand alone: nothing else of the package is in reach.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import io
import json
import linecache
import os
import re
import sys
import traceback
import types

from messages import decode, encode, is_placeholder, line, what

MOST_PRINTED = 20_000
# Magics whose cell is Python all the same.
MEASURING = ("%%time", "%%timeit", "%%capture", "%%prun", "%%memit")
# Libraries that Python brings, or that numpy brings with it.
ALWAYS = (*sys.stdlib_module_names, "messages", "__main__")


# Limits


def limit(order: dict) -> None:
    """Bind this process to its limits, then become another user where the parent says so."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for name, most in order["limits"].items():
        try:
            resource.setrlimit(getattr(resource, name), (most, most))
        except (ValueError, OSError, AttributeError):
            continue  # a system without it; the parent's watch remains
    if order.get("user") is not None:
        os.setgroups([])
        os.setresgid(*[order["user"]] * 3)
        os.setresuid(*[order["user"]] * 3)


# What may be imported


class Gate(importlib.abc.MetaPathFinder):
    """Refuses, in words, what a task does not list; serves the first cell of a notebook its numbers."""

    def __init__(self, uses: list[str], refusal: str, start: types.SimpleNamespace):
        self.uses, self.refusal, self.start = uses, refusal, start

    def find_spec(self, name, path=None, target=None):
        """A stand-in for a chapter's assignment, nothing for what may be imported.

        Raises:
            ModuleNotFoundError: it may not be.
        """
        top = name.partition(".")[0]
        if re.fullmatch(r"lth_tutorial\.\w+\.assignment", name):
            return importlib.machinery.ModuleSpec(name, StandIn(self.start))
        if top == "lth_tutorial":
            return importlib.machinery.ModuleSpec(name, Empty(self.refusal), is_package=True)
        if top in (*ALWAYS, *self.uses) or _asked_by_a_library():
            return None
        raise ModuleNotFoundError(f"{name} is not at hand: {self.refusal}", name=name)


def _asked_by_a_library() -> bool:
    """Whether the import stands in a library that may be imported: it may have what it needs itself."""
    frame = sys._getframe(2)
    while frame and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None and not frame.f_code.co_filename.startswith("<cell")


class StandIn(importlib.abc.Loader):
    """The module `assignment` of a chapter: it gives a notebook its numbers, and its checks say nothing."""

    def __init__(self, start: types.SimpleNamespace):
        self.start = start

    def exec_module(self, module):
        """Fill the module."""
        start = self.start
        module.ASSIGNMENT = types.SimpleNamespace(
            begin=lambda student="", variant=0: (start, lambda *answers: None)
        )


class Empty(importlib.abc.Loader):
    """A room of the package that a task does without: whatever is asked of it is refused."""

    def __init__(self, refusal: str):
        self.refusal = refusal

    def exec_module(self, module):
        """Fill the module with a refusal."""
        refusal, name = self.refusal, module.__name__

        def refuse(attribute):
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            return Refused(f"{name}.{attribute}", refusal)

        module.__getattr__ = refuse


class Refused:
    """Something of the package that a task does without: it may be imported, and not used."""

    def __init__(self, name: str, refusal: str):
        self.__dict__.update(name=name, refusal=refusal)

    def __call__(self, *arguments, **options):
        """Refuse.

        Raises:
            ImportError: always.
        """
        raise ImportError(f"{self.name} is not at hand: {self.refusal}")

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Refused(f"{self.name}.{attribute}", self.refusal)


# What an answer is called that is one.
Refused.__name__ = "part of the package, which is not at hand"


# Cells


class Notebook:
    """The names that a student's cells define."""

    def __init__(self):
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.names["display"] = lambda *values, **options: None
        self.refused: dict[str, str] = {}
        sys.modules["__main__"] = self.module

    def run(self, text: str, number: int) -> list[str]:
        """Run a cell, statement by statement; one that fails is left out. Returns what failed, in words."""
        file = f"<cell {number}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        magic = text.lstrip().partition("\n")[0].split(" ")[0]
        if magic.startswith("%%") and magic not in MEASURING:
            return [f"a cell that begins with {magic} is left out"]
        try:
            tree = ast.parse(without_magics(text), file)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            where = f"line {error.lineno}: " if getattr(error, "lineno", None) else ""
            return [f"{where}{type(error).__name__}: {getattr(error, 'msg', error)}"]
        return [words for statement in tree.body if (words := self._step(statement, file))]

    def _step(self, statement: ast.stmt, file: str) -> str | None:
        try:
            exec(compile(ast.Module([statement], []), file, "exec"), self.names)
        except BaseException as error:  # also SystemExit and KeyboardInterrupt
            self._note_refused(statement, error)
            return f"line {statement.lineno}: {described(error)}"
        return None

    def _note_refused(self, statement: ast.stmt, error: BaseException) -> None:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                self.refused[alias.asname or alias.name.partition(".")[0]] = str(error)

    def words(self, error: BaseException) -> str:
        """An exception in words; a name that is missing because its import was refused, with the refusal."""
        said = described(error)
        missing = getattr(error, "name", None) if isinstance(error, NameError) else None
        return f"{said} ({self.refused[missing]})" if missing in self.refused else said


def without_magics(text: str) -> str:
    """A cell's text without lines that only Jupyter understands."""
    if text.lstrip().startswith("%%"):
        text = text.lstrip().partition("\n")[2]
    try:
        ast.parse(text)
        return text
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return re.sub(r"(?m)^(\s*)(?:[%!].*|[\w.]+\?+)$", r"\1pass", text)


def described(error: BaseException) -> str:
    """An exception, with the line of the student's that it came up in."""
    try:
        text = f"{type(error).__name__}: {error}".rstrip(": ")[:300]
    except BaseException:  # an exception of the student's own making
        text = type(error).__name__
    if isinstance(error, MemoryError):
        text = "MemoryError: it asks for more memory than it may have"
    steps = [s for s in traceback.extract_tb(error.__traceback__) if s.filename.startswith("<cell")]
    return f"{text}, in the line `{steps[-1].line}`" if steps and steps[-1].line else text


# Orders


class Capped(io.TextIOBase):
    """Takes what is printed, and keeps the beginning."""

    def __init__(self):
        self.kept = ""

    def write(self, text):
        """Take a text."""
        if len(self.kept) < MOST_PRINTED:
            self.kept += str(text)[: MOST_PRINTED - len(self.kept)]
        return len(text)

    def writable(self):
        """It is."""
        return True


def obey(order: dict, notebook: Notebook) -> dict:
    """Carry out one order; returns the answer."""
    kind = order["do"]
    if kind == "cell":
        return {"failed": notebook.run(order["source"], order["number"])}
    name = order["name"]
    if name not in notebook.names:
        return {"missing": sorted(k for k, v in notebook.names.items() if _is_theirs(k, v))}
    value = notebook.names[name]
    if kind == "value":
        return {"value": encode(value)}
    if value is None or value is Ellipsis:
        return {"value": None}
    if not callable(value):
        return {"unfit": f"{name} should be a function, and is {what(value)}"}
    try:
        found = value(*map(decode, order["arguments"]))
        empty = found is None and not is_placeholder(value)
        return {"nothing": True} if empty else {"value": encode(found)}
    except NotImplementedError:
        return {"value": None}
    except BaseException as error:  # also SystemExit
        return {"raised": notebook.words(error)}


def _is_theirs(name: str, value) -> bool:
    code = getattr(value, "__code__", None)
    return bool(code) and code.co_filename.startswith("<cell") and not name.startswith("_")


class Picture(str):
    """A picture in words, as it is without a page to be drawn on."""

    __repr__ = str.__str__
    words = property(str)


def main() -> None:
    """Read orders and answer them, until there are no more."""
    orders, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.close(0)
    start = json.loads(orders.readline())
    limit(start)
    sys.path[:0] = start["path"]
    numbers = {name: decode(value) for name, value in start["numbers"].items()}
    if isinstance(numbers.get("picture"), str):
        numbers["picture"] = Picture(numbers["picture"])
    gate = Gate(start["uses"], start["refusal"], types.SimpleNamespace(**numbers))
    for name in start["load"]:
        __import__(name)
    sys.meta_path.insert(0, gate)
    sys.stdout = Capped()
    notebook = Notebook()
    notebook.names["__builtins__"] = builtins
    answers.write(line({"token": start["token"], "ready": True}))
    answers.flush()
    own = os.getpid()
    for text in orders:
        order = json.loads(text)
        answer = obey(order, notebook)
        if os.getpid() != own:
            os._exit(0)  # a copy that a student's code made of this process has nothing to say
        answers.write(line({"token": order["token"], **answer}))
        answers.flush()


if __name__ == "__main__":
    main()
