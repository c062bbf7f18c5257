"""A digest of the code that a function depends on, which knows what the code says and not where it stands.

From the functions asked for, names are followed to the package's other definitions (functions, classes,
assignments at the top of a module) through imports, re-exports and attributes of modules. Each definition
counts as what its statements say, without comments, docstrings, layout, annotations, imports and words of
errors; the digest is that of the sorted list. So a definition may move to another file, a module may get
another name, a neighbour may come or go; a constant that is used may not change unnoticed.

What is not seen: methods that another module puts into a class, `getattr` with a name made up at run time,
and data files.
"""

import ast
import builtins
import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Says nothing about numbers, or is not the same in all versions of Python.
_SILENT_FIELDS = {"ctx", "kind", "type_comment", "annotation", "returns", "type_ignores"}


class Definition(NamedTuple):
    """A name at the top of a module of the package."""

    module: str
    name: str


class Module(NamedTuple):
    """A module of the package, as a value."""

    name: str


class Foreign(NamedTuple):
    """A module, or something in a module, that is not the package's; by its full name."""

    name: str


def code_digest(*functions: Callable) -> str:
    """The digest of all that these functions depend on in their packages and in this one.

    Args:
        functions: each defined in a module that is a file.

    Returns:
        64 hexadecimal digits.

    Raises:
        TypeError: something that is no function of a module.
        ValueError: a name that is imported from a module of the package and not there.
    """
    starts = [_start(function) for function in functions]
    own = {module.partition(".")[0] for module, _ in starts}
    package = _package(frozenset(own | {__name__.partition(".")[0]}))
    digest = hashlib.sha256()
    for said in sorted(package.everything_said(starts)):
        digest.update(said.encode() + b"\n")
    return digest.hexdigest()


def _start(function: Callable) -> Definition:
    """The top-level definition in which a function stands."""
    name, module = getattr(function, "__qualname__", None), getattr(function, "__module__", None)
    if name is None or getattr(sys.modules.get(module), "__file__", None) is None:
        raise TypeError(f"functions must be functions that stand in a file, got {function!r}")
    return Definition(module, name.partition(".")[0])


@dataclass
class _Source:
    """What a module's file says: its statements by the names they bind, its imports."""

    name: str
    is_package: bool
    statements: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def read(self, text: str) -> "_Source":
        tree = ast.parse(text)
        for statement in tree.body:
            if not isinstance(statement, ast.Expr):
                bound, imports, self_stars = _bindings([statement], self)
                self.imports.update(imports)
                self.stars += self_stars
                for name in bound | _changed(statement):
                    self.statements.setdefault(name, []).append(statement)
        for statement in tree.body:  # a bare call may change what it mentions
            if isinstance(statement, ast.Expr) and not _is_words(statement):
                for name in _mentioned(statement) & self.statements.keys():
                    self.statements[name].append(statement)
        return self

    def absolute(self, node: ast.ImportFrom) -> str:
        """The full name of the module that an import names from here."""
        if not node.level:
            return node.module
        parts = self.name.split(".")
        up = node.level - 1 if self.is_package else node.level
        base = parts[: len(parts) - up]
        return ".".join(base + ([node.module] if node.module else []))


def _is_words(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _mentioned(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _changed(statement: ast.stmt) -> set[str]:
    """The names whose parts a statement sets: `table["a"] = 1` says something about table."""
    parts = (ast.Subscript, ast.Attribute)
    stores = (
        node
        for node in _within(statement)
        if isinstance(node, parts) and isinstance(node.ctx, ast.Store | ast.Del)
    )
    found = set()
    for node in stores:
        while isinstance(node, parts):
            node = node.value
        if isinstance(node, ast.Name):
            found.add(node.id)
    return found


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is under it, but not the inside of functions, classes and comprehensions."""
    yield node
    if isinstance(node, _COMPREHENSIONS):
        yield from (part for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
    elif not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _within(child)


def _bindings(nodes: Iterable[ast.AST], source: _Source):
    """Names that nodes bind where they stand; those that are imported, with what they name; star imports."""
    bound, imports, stars, elsewhere = set(), {}, [], set()
    for node in (part for top in nodes for part in _within(top)):
        match node:
            case ast.Import():
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    imports[alias.asname or top] = (alias.name if alias.asname else top, None)
            case ast.ImportFrom():
                module = source.absolute(node)
                stars += [module for alias in node.names if alias.name == "*"]
                imports |= {a.asname or a.name: (module, a.name) for a in node.names}
            case ast.Global():
                elsewhere.update(node.names)
            case ast.NamedExpr():
                bound.add(node.target.id)
            case ast.Name(ctx=ast.Store() | ast.Del()):
                bound.add(node.id)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                bound.add(node.name)
            case ast.ExceptHandler() | ast.MatchAs() | ast.MatchStar():
                bound |= {node.name} - {None}
            case ast.MatchMapping():
                bound |= {node.rest} - {None}
    imports.pop("*", None)
    return bound - elsewhere - imports.keys(), imports, stars


@cache
def _package(tops: frozenset[str]) -> "_Package":
    """Read once a process: what runs is what was read when it began."""
    return _Package(tops)


class _Package:
    """The modules whose top-level package is one of `tops`; what their names stand for and say."""

    def __init__(self, tops: frozenset[str]):
        self.tops = tops
        self.source = cache(self._source)
        self.label = cache(self._label)

    def everything_said(self, starts: Iterable[Definition]) -> set[str]:
        """What each definition says that is reached from the starts."""
        said, waiting, seen = set(), list(starts), set()
        while waiting:
            definition = waiting.pop()
            if definition in seen:
                continue
            seen.add(definition)
            for statement in self._statements(definition):
                reader = _Reader(self, self.source(definition.module), self.label)
                said.add(_said(reader.read(statement)))
                waiting += reader.reached
        return said

    def _label(self, definition: Definition) -> str:
        """How others call a definition: by its name and what it says itself, not by where it stands.

        Two functions of one name in two modules are told apart so.
        """
        source = self.source(definition.module)
        bare = [
            _said(_Reader(self, source, lambda found: found.name).read(statement))
            for statement in self._statements(definition)
        ]
        digest = hashlib.sha256("\n".join(sorted(bare)).encode()).hexdigest()
        return f"{definition.name}#{digest[:12]}"

    def _statements(self, definition: Definition) -> list[ast.stmt]:
        return self.source(definition.module).statements[definition.name]

    def look_up(self, module: str, name: str, seen: tuple = ()) -> Definition | Module | Foreign:
        """What a name means in a module: a definition, a module, or something foreign.

        Raises:
            ValueError: the module has no such name.
        """
        if module.partition(".")[0] not in self.tops:
            return Foreign(f"{module}.{name}")
        source = self.source(module)
        if name in source.statements:
            return Definition(module, name)
        if name in source.imports and (module, name) not in seen:
            return self.meaning(*source.imports[name], (*seen, (module, name)))
        if self._file(f"{module}.{name}"):
            return Module(f"{module}.{name}")
        for star in source.stars:
            if star.partition(".")[0] in self.tops and self._has(star, name):
                return self.look_up(star, name, (*seen, (module, name)))
        if name.startswith("__"):
            return Foreign(name)
        raise ValueError(f"code_digest: {module} has no {name}")

    def _has(self, module: str, name: str) -> bool:
        source = self.source(module)
        return name in source.statements or name in source.imports

    def meaning(self, module: str, name: str | None, seen: tuple = ()):
        """What `from module import name` gives, or `import module` where there is no name."""
        if name is not None:
            return self.look_up(module, name, seen)
        return Module(module) if module.partition(".")[0] in self.tops else Foreign(module)

    def definitions(self, module: str) -> list[Definition]:
        return [Definition(module, name) for name in self.source(module).statements]

    def _source(self, module: str) -> _Source:
        path = self._file(module)
        if path is None:
            raise ValueError(f"code_digest: there is no module {module}")
        text = path.read_text(encoding="utf-8")
        return _Source(module, path.name == "__init__.py").read(text)

    @staticmethod
    def _file(module: str) -> Path | None:
        """A module's file, found without importing the module."""
        top, *parts = module.split(".")
        root = Path(sys.modules[top].__file__)
        if not parts:
            return root
        if root.name != "__init__.py":
            return None
        place = root.parent.joinpath(*parts)
        candidates = (place / "__init__.py", place.with_name(f"{place.name}.py"))
        return next((path for path in candidates if path.is_file()), None)


class _Reader(ast.NodeTransformer):
    """A statement as it would read if no module had a name: names of the package by their label.

    reached: the definitions that it names.
    """

    def __init__(self, package: _Package, source: _Source, label: Callable[[Definition], str]):
        self.package, self.source, self.label = package, source, label
        self.scopes: list[tuple[bool, set[str], dict]] = []
        self.reached: list[Definition] = []

    def read(self, statement: ast.stmt) -> ast.stmt:
        return self.visit(_copy(statement))

    # What a name means

    def _meaning(self, name: str):
        """None for a local name, a builtin, or one that is not known."""
        for depth, (is_class, bound, imports) in enumerate(reversed(self.scopes)):
            if is_class and depth:
                continue  # a method does not see its class's names
            if name in imports:
                return self.package.meaning(*imports[name])
            if name in bound:
                return None
        source = self.source
        if name in source.statements or name in source.imports:
            return self.package.look_up(source.name, name)
        if source.stars and not hasattr(builtins, name):
            return self.package.look_up(source.name, name)
        return None

    def _named(self, meaning) -> str:
        """A name for what is meant, after noting that it was reached."""
        if isinstance(meaning, Definition):
            self.reached.append(meaning)
            return self.label(meaning)
        if isinstance(meaning, Module):
            self.reached += self.package.definitions(meaning.name)
            return "<module>"
        return meaning.name

    def visit_Name(self, node: ast.Name):
        if not self.scopes and not isinstance(node.ctx, ast.Load):
            return node  # the name that the statement defines
        meaning = self._meaning(node.id)
        return node if meaning is None else ast.Name(self._named(meaning))

    def visit_Attribute(self, node: ast.Attribute):
        root, attributes = node, []
        while isinstance(root, ast.Attribute):
            attributes.insert(0, root.attr)
            root = root.value
        meaning = self._meaning(root.id) if isinstance(root, ast.Name) else None
        if meaning is None:
            return self.generic_visit(node)
        while attributes and isinstance(meaning, Module):
            meaning = self.package.look_up(meaning.name, attributes.pop(0))
        if isinstance(meaning, Foreign):
            return ast.Name(".".join([meaning.name, *attributes]))
        found = ast.Name(self._named(meaning))
        for attribute in attributes:
            found = ast.Attribute(found, attribute)
        return found

    # Scopes

    def _function(self, node):
        node.decorator_list = [self.visit(part) for part in node.decorator_list]
        self._arguments(node.args)
        self._inside(node, False, _arguments_of(node.args))
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = _function

    def visit_Lambda(self, node):
        self._arguments(node.args)
        self.scopes.append((False, _arguments_of(node.args), {}))
        node.body = self.visit(node.body)
        self.scopes.pop()
        return node

    def _arguments(self, arguments: ast.arguments):
        """Defaults belong to the scope outside."""
        arguments.defaults = [self.visit(part) for part in arguments.defaults]
        arguments.kw_defaults = [part and self.visit(part) for part in arguments.kw_defaults]

    def visit_ClassDef(self, node):
        for name in ("decorator_list", "bases", "keywords"):
            setattr(node, name, [self.visit(part) for part in getattr(node, name)])
        self._inside(node, True, set())
        return node

    def _inside(self, node, is_class: bool, arguments: set[str]):
        bound, imports, _ = _bindings(node.body, self.source)
        self.scopes.append((is_class, bound | arguments, imports))
        node.body = self._block(node.body)
        self.scopes.pop()

    def _block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        found = (self.visit(statement) for statement in statements)
        return [statement for statement in found if statement is not None]

    def _comprehension(self, node):
        first, *others = node.generators
        first.iter = self.visit(first.iter)
        bound, _, _ = _bindings([part.target for part in node.generators], self.source)
        self.scopes.append((False, bound, {}))
        for part in others:
            part.iter = self.visit(part.iter)
        for part in node.generators:
            part.ifs = [self.visit(test) for test in part.ifs]
        for name in {"elt", "key", "value"} & set(node._fields):
            setattr(node, name, self.visit(getattr(node, name)))
        self.scopes.pop()
        return node

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    # What changes no number

    def visit_Expr(self, node):
        return None if _is_words(node) else self.generic_visit(node)

    def _dropped(self, node):
        return None

    visit_Import = visit_ImportFrom = _dropped

    def visit_AnnAssign(self, node):
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Raise(self, node):
        """The kind of an error may decide what happens next; its words do not."""
        if isinstance(node.exc, ast.Call):
            node.exc = node.exc.func
        return self.generic_visit(node)

    def visit_Assert(self, node):
        node.msg = None
        return self.generic_visit(node)


def _arguments_of(arguments: ast.arguments) -> set[str]:
    return {part.arg for part in ast.walk(arguments) if isinstance(part, ast.arg)}


def _copy(node):
    """The tree again; deepcopy takes ten times as long."""
    if isinstance(node, list):
        return [_copy(part) for part in node]
    if not isinstance(node, ast.AST):
        return node
    return type(node)(**{name: _copy(getattr(node, name, None)) for name in node._fields})


def _said(node) -> str:
    """A tree as text that is the same in all versions of Python: without places and empty fields."""
    if isinstance(node, list):
        return f"[{', '.join(map(_said, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, getattr(node, name, None)) for name in node._fields)
    words = [
        f"{name}={_said(value)}"
        for name, value in fields
        if name not in _SILENT_FIELDS and value is not None and value != []
    ]
    return f"{type(node).__name__}({', '.join(words)})"
