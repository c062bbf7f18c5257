"""What runs a page's cells, within the page's Python: one namespace, outputs as a notebook has them.

`Session.run` runs one cell and hands each output to `emit` as it comes; `Session.plan` says which earlier
cells it needs first; `frame` draws one frame of a figure that a cell has shown. The page's worker calls
nothing else.
"""

import ast
import builtins
import io
import json
import linecache
import logging
import os
import sys
import time
import traceback
import types
from contextlib import suppress
from functools import lru_cache

# Names that every cell finds without another one.
_KNOWN = set(dir(builtins)) | {"display", "__name__"}
_RICH = ("text/html", "text/markdown", "image/svg+xml", "image/png")
_EVERY = 0.05  # seconds between two outputs of a printing loop
# What a reader is told besides Python's own last line.
WORDS = {
    "MemoryError": "The page's Python has no more memory: 2 GB at most. Try smaller numbers; Reset "
    "gives back what other cells hold.",
    "RecursionError": "A function called itself too often.",
    "NameError": "No cell above makes this name; or the one that did was changed.",
    "AssertionError": "A check in this cell did not hold: with other numbers it need not.",
    "SyntaxError": "Python could not read this cell.",
    "IndentationError": "Python could not read this cell: spaces before a line.",
}
MISSING = (
    "{} is not part of the page's Python; it is in the notebook's: download that to run this cell."
)


class Session:
    """The cells of one page: their common names, and what has run.

    Args:
        emit: called with each output, a dict as JSON text.
    """

    def __init__(self, emit):
        self.emit = emit
        self.names = {"__name__": "__main__"}
        self.ran = {}  # cell -> (its source, when it ran)
        self.count = 0
        self.printing = None
        install_display(self)

    def run(self, cell: str, source: str) -> str:
        """Run a cell; as JSON its error, if any, its seconds, and the figures that it showed."""
        from lth_tutorial.explore import page

        page.LIVE.clear()
        name = f"<cell {cell}>"
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        start, error = time.perf_counter(), None
        with _Printing(self._send) as self.printing:
            try:
                _execute(source, name, self.names, self.display)
                self._show_open_figures()
            except BaseException as stopped:  # a cell may exit, too
                error = _error(stopped, name)
        self.count += 1
        self.ran.pop(cell, None)
        if error is None:
            self.ran[cell] = (source, self.count)
        FIGURES.update(page.LIVE)
        seconds = round(time.perf_counter() - start, 4)
        return json.dumps({"error": error, "seconds": seconds, "figures": list(page.LIVE)})

    def plan(self, cells: str, target: str) -> str:
        """Of the cells, [[id, source]] as JSON: what to run for `target`, all that it needs, and whether
        it has run as all of that stands."""
        cells = json.loads(cells)
        run, fresh = needed(cells, target, self.ran)
        return json.dumps({"run": run, "all": needed(cells, target, {})[0], "fresh": fresh})

    def output(self, output: dict) -> None:
        """Hand over an output, after what was printed before it."""
        if self.printing:
            self.printing.hand_over()
        self._send(output)

    def _send(self, output: dict) -> None:
        self.emit(json.dumps(output))

    def display(self, value) -> None:
        """Show a value as a notebook would."""
        if value is None:
            return
        if hasattr(value, "_ipython_display_"):
            value._ipython_display_()
        else:
            self.output({"data": bundle(value)})

    def _show_open_figures(self) -> None:
        plots = sys.modules.get("matplotlib.pyplot")
        if plots is not None:
            for number in plots.get_fignums():
                self.display(plots.figure(number))
            plots.close("all")


def _execute(source: str, name: str, names: dict, display) -> None:
    """Run a cell's statements, and show the value of the last one where it has one."""
    body = ast.parse(source, name).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), name, "exec"), names)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), name, "eval"), names)
        if not source.rstrip().endswith(";"):
            display(value)


# Outputs


def bundle(value) -> dict:
    """The forms in which a notebook would store a value."""
    if _is_figure(value):
        from lth_tutorial.explore import frame

        says = getattr(value, "lth_says", "")
        return {
            "image/svg+xml": frame.as_svg(value, f"live-{id(value)}"),
            "text/plain": says or repr(value),
        }
    data = {"text/plain": repr(value)}
    for kind in _RICH:
        form = getattr(value, _METHODS[kind], None)
        found = form() if form is not None and not isinstance(value, type) else None
        if found is not None:
            data[kind] = found if isinstance(found, str) else _base64(found)
    if hasattr(value, "_repr_mimebundle_"):
        found = value._repr_mimebundle_()
        data.update(found[0] if isinstance(found, tuple) else found)
    return data


_METHODS = {
    "text/html": "_repr_html_",
    "text/markdown": "_repr_markdown_",
    "image/svg+xml": "_repr_svg_",
    "image/png": "_repr_png_",
}


def _is_figure(value) -> bool:
    figures = sys.modules.get("matplotlib.figure")
    return figures is not None and isinstance(value, figures.Figure)


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


class _Printing:
    """What a cell prints, in pieces."""

    def __init__(self, output):
        self.streams = [_Stream("stdout", output), _Stream("stderr", output)]

    def __enter__(self):
        self.before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self.streams
        return self

    def hand_over(self) -> None:
        for stream in self.streams:
            stream.hand_over()

    def __exit__(self, *_):
        self.hand_over()
        sys.stdout, sys.stderr = self.before


class _Stream(io.TextIOBase):
    def __init__(self, name: str, output):
        self.name, self.output, self.text, self.last = name, output, "", time.perf_counter()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        if time.perf_counter() - self.last > _EVERY:
            self.hand_over()
        return len(text)

    def hand_over(self) -> None:
        if self.text:
            self.output({"name": self.name, "text": self.text})
        self.text, self.last = "", time.perf_counter()


def _error(error: BaseException, name: str) -> dict:
    """An error as a reader meets it: its last line, what that means, and where it came from."""
    kinds = [kind.__name__ for kind in type(error).__mro__]  # numpy has a MemoryError of its own
    words = next((WORDS[kind] for kind in kinds if kind in WORDS), "")
    if isinstance(error, ModuleNotFoundError):
        words = MISSING.format((error.name or "this").partition(".")[0])
    if isinstance(error, SyntaxError) and error.lineno:
        words += f" Line {error.lineno}: {(error.text or '').strip()}"
    lines = traceback.TracebackException.from_exception(error)
    first = next((k for k, f in enumerate(lines.stack) if f.filename == name), len(lines.stack))
    lines.stack[:] = lines.stack[first:]  # what is above the cell is the page's own
    return {"line": _last_line(error), "words": words, "trace": "".join(lines.format())}


def _last_line(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip().rpartition("\n")[2]


# What IPython would be


class Shown:
    """`IPython.display.HTML` and its like: a text of one kind."""

    def __init__(self, kind: str, text: str):
        self.kind, self.text = kind, text

    def _repr_mimebundle_(self, **_):
        return {self.kind: self.text}


def install_display(session: Session) -> None:
    """`display`, for cells and for those who import it from IPython, which the page has not."""

    def display(*values, raw: bool = False, **_):
        for value in values:
            if raw:
                session.output({"data": value})
            else:
                session.display(value)

    module = types.ModuleType("IPython.display")
    module.display = display
    module.clear_output = lambda wait=False: session.output({"clear": True})
    for name, kind in (
        ("HTML", "text/html"),
        ("Markdown", "text/markdown"),
        ("SVG", "image/svg+xml"),
    ):
        setattr(module, name, lambda text, kind=kind: Shown(kind, text))
    package = types.ModuleType("IPython")
    package.display, package.get_ipython = module, lambda: None
    package.version_info = (8, 0, 0)  # matplotlib asks
    sys.modules.update({"IPython": package, "IPython.display": module})
    session.names["display"] = display


# Which cells another one needs


def needed(cells: list[list[str]], target: str, ran: dict) -> tuple[list[str], bool]:
    """Cells to run before `target` and `target` itself, in order: what it needs and has not run as it stands;
    and whether `target` itself has.

    Args:
        cells: of the page, [name, source], in order.
        target: the name of one.
        ran: name -> (source, when) of those that have run.
    """
    order, source = [name for name, _ in cells], dict(cells)
    parts = {name: names_of(text) for name, text in cells}
    imported = set().union(*(part.imports for part in parts.values()))
    never, stamps = float("inf"), {}

    def when(name: str) -> float:
        """When a cell ran as it stands, after all that it needs."""
        if name not in stamps:
            before = max((when(other) for other in above(name)), default=0)
            text, stamp = ran.get(name, (None, 0))
            stamps[name] = stamp if text == source[name] and before < stamp else never
        return stamps[name]

    def above(name: str) -> list[str]:
        """The cells that make or change what a cell uses, up to the one that makes it anew."""
        found, wanted = [], set(parts[name].uses)
        for other in reversed(order[: order.index(name)]):
            if wanted & (parts[other].makes | parts[other].changes - imported):
                found.append(other)
                wanted -= parts[other].makes
        return found

    chosen, ahead = {target}, [target]
    while ahead:
        for other in above(ahead.pop()):
            if other not in chosen and when(other) == never:
                chosen.add(other)
                ahead.append(other)
    return [name for name in order if name in chosen], when(target) != never


@lru_cache(1000)
def names_of(source: str) -> "Names":
    """A cell's names; the page asks for those of all its cells at each run."""
    return Names(source)


class Names:
    """The names that a cell makes, those it takes from elsewhere, and which of these it changes.

    Statement by statement, as they run: a name that was made in the cell is its own from then on. A call
    alone, as `found.append(1)`, changes its object.
    """

    def __init__(self, source: str):
        self.makes, self.changes, self.uses, self.imports = set(), set(), set(), set()
        with suppress(SyntaxError, ValueError):  # Python will say so when the cell runs
            self._walk(ast.parse(source).body)

    def _walk(self, body: list[ast.stmt]) -> None:
        for statement in body:
            for field in ("test", "iter", "items", "target"):
                if hasattr(statement, "body") and hasattr(statement, field):
                    self._head(getattr(statement, field))
            if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                self._simple(statement)
            elif isinstance(statement, ast.Match):
                self._head(statement.subject)
                for case in statement.cases:
                    self.makes |= self._use(case.pattern)
                    self._walk(case.body)
            elif hasattr(statement, "body"):
                for handler in getattr(statement, "handlers", []):
                    self._walk(handler.body)
                for part in ("body", "orelse", "finalbody"):
                    self._walk(getattr(statement, part, []))
            else:
                self._simple(statement)

    def _head(self, head) -> None:
        """What stands before the colon: contexts and their names, or a list and a name."""
        for part in head if isinstance(head, list) else [head]:
            if isinstance(part, ast.withitem):
                self.makes |= self._use(part.context_expr)
                part = part.optional_vars
            if isinstance(part, ast.expr):
                if isinstance(getattr(part, "ctx", None), ast.Store):
                    self.makes |= {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
                else:
                    self.makes |= self._use(part)

    def _simple(self, statement: ast.stmt) -> None:
        for node in ast.walk(statement):
            if isinstance(node, ast.AugAssign):
                self._change(node.target)
            elif isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(
                node.ctx, ast.Load
            ):
                self._change(node)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                self._change(node.value.func, called=True)
        self.makes |= self._use(statement)

    def _use(self, part: ast.AST) -> set:
        """Note the names that a part takes from elsewhere; returns those that it makes."""
        scope = _Scope()
        scope.visit(part)
        self.imports |= scope.imports
        self.uses |= scope.loads - self.makes - _KNOWN
        return scope.makes

    def _change(self, node: ast.AST, called: bool = False) -> None:
        """Note a name that is changed in place: `x += 1`, `x[0] = 1`, `x.size = 1`, `x.append(1)`."""
        if called and not isinstance(node, ast.Attribute):
            return
        while isinstance(node, ast.Subscript | ast.Attribute):
            node = node.value
        if isinstance(node, ast.Name) and node.id not in self.makes | _KNOWN:
            self.changes.add(node.id)
            self.uses.add(node.id)


class _Scope(ast.NodeVisitor):
    """The names that a part of a cell loads and makes; functions and comprehensions within have their own.

    (Python's own `symtable` counts the names of a comprehension among the cell's in some versions.)
    """

    def __init__(self, *parts: ast.AST):
        self.loads, self.makes, self.imports = set(), set(), set()
        for part in parts:
            self.visit(part)

    def visit_Name(self, node):
        (self.loads if isinstance(node.ctx, ast.Load) else self.makes).add(node.id)

    def _comprehension(self, node):
        self.visit(node.generators[0].iter)  # is of the cell, even where it is called as the target
        inner, own = _Scope(), _Scope(*(part.target for part in node.generators)).makes
        inner.generic_visit(node)
        self.loads |= inner.loads - own
        self.makes |= inner.makes - own  # by := alone

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _function(self, node):
        arguments = node.args
        everything = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        everything += filter(None, (arguments.vararg, arguments.kwarg))
        for part in (*arguments.defaults, *filter(None, arguments.kw_defaults)):
            self.visit(part)
        inner = _Scope(*(node.body if isinstance(node.body, list) else [node.body]))
        self.loads |= inner.loads - inner.makes - {one.arg for one in everything}

    visit_Lambda = _function

    def _definition(self, node):
        self.makes.add(node.name)
        for part in node.decorator_list:
            self.visit(part)
        self._function(node)

    visit_FunctionDef = visit_AsyncFunctionDef = _definition

    def visit_ClassDef(self, node):
        self.makes.add(node.name)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        inner = _Scope(*node.body)
        self.loads |= inner.loads - inner.makes

    def _import(self, node):
        names = {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        self.imports |= names
        self.makes |= names

    visit_Import = visit_ImportFrom = _import

    def _named(self, node):
        if node.name:
            self.makes.add(node.name)
        self.generic_visit(node)

    visit_ExceptHandler = visit_MatchAs = visit_MatchStar = _named


# Figures that compute

FIGURES = {}  # name -> explorer


def frame(name: str, chosen: str) -> str:
    """One frame of a figure, as JSON; `chosen`, too: parameter -> {"at": place} or {"value": number}."""
    explorer = FIGURES[name]
    places = json.loads(chosen)
    params = {
        key: it["value"] if "value" in it else explorer.axes[key].values[it["at"]]
        for key, it in places.items()
    }
    with _Printing(lambda output: None):
        try:
            found = explorer.compute(**params)
        except Exception as error:
            return json.dumps({"error": _last_line(error)})
    return json.dumps({"says": found.says, "csv": found.csv, "svg": found.svg})


def prepare() -> None:
    """What is set before any cell runs: figures in the book's style, controls in the page's form."""
    from lth_tutorial import style

    os.environ.update(
        LTH_EXPLORE="live", MPLBACKEND="agg", MPLCONFIGDIR="/tmp", MATPLOTLIBRC="/tmp/matplotlibrc"
    )
    logging.getLogger("matplotlib.font_manager").setLevel("ERROR")  # that it looks for fonts
    with open("/tmp/matplotlibrc", "w", encoding="utf-8") as file:
        file.writelines(f"{key}: {str(value).lstrip('#')}\n" for key, value in style.RC.items())
