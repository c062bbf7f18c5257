"""One room a chapter: the arrows of the imports point down, and the one list knows every room."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from lth_tutorial import chapters
from lth_tutorial.chapters import CHAPTERS, NOTEBOOKS, Chapter, Room

from .book.authoring import unlisted_claims

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lth_tutorial"
# Above the chapters; everything else that is no chapter is ground floor.
TOP = ("__main__", "chapters", "course")
DRAWING = ("matplotlib", "joblib", "ipywidgets", "tqdm")
FILES = ("csv", "io", "json", "os", "pathlib", "pickle", "shutil", "tempfile")


class Arrow(NamedTuple):
    """One import. where: the parts of the importing file's path; what: those of the module; at_top: not
    inside a function."""

    where: tuple[str, ...]
    line: int
    what: tuple[str, ...]
    at_top: bool

    @property
    def place(self) -> str:
        return f"lth_tutorial/{'/'.join(self.where)}.py, line {self.line}"


def arrows(package: Path) -> list[Arrow]:
    """Every import of the package; a module of its own begins with "lth_tutorial"."""
    files = sorted(package.rglob("*.py"))
    return [arrow for path in files for arrow in _of_file(path, package)]


def _of_file(path: Path, package: Path) -> Iterator[Arrow]:
    where = path.relative_to(package).with_suffix("").parts
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(n) for function in functions for n in ast.walk(function)}
    for node in ast.walk(tree):
        for what in _modules(node, where, package):
            yield Arrow(where, node.lineno, what, id(node) not in inside)


def _modules(node: ast.AST, where: tuple[str, ...], package: Path) -> list[tuple[str, ...]]:
    if isinstance(node, ast.Import):
        return [tuple(alias.name.split(".")) for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = tuple(node.module.split(".")) if node.module else ()
    if node.level:
        base = ("lth_tutorial", *where)[: len(where) + 1 - node.level] + base
    full = [(*base, alias.name) for alias in node.names]
    return [name if _is_module(name, package) else base for name in full]


def _is_module(name: tuple[str, ...], package: Path) -> bool:
    place = package.joinpath(*name[1:])
    return name[0] == "lth_tutorial" and (place.is_dir() or place.with_suffix(".py").exists())


def faults(package: Path, listed: tuple[Room, ...]) -> list[str]:
    """What the imports of a package break, each in a sentence with the place and the cure."""
    rooms = {room.package: room for room in listed}
    return [f"{a.place}: {fault}" for a in arrows(package) for fault in _faults(a, rooms)]


def _faults(arrow: Arrow, rooms: dict[str, Room]) -> Iterator[str]:
    here = rooms.get(arrow.where[0])
    if arrow.what[0] != "lth_tutorial":
        yield from _faults_outside(arrow, here)
        return
    target = arrow.what[1:]
    there = rooms.get(target[0]) if target else None
    name = ".".join(target)
    if arrow.where[0] not in (*TOP, "__init__") and target and target[0] in TOP:
        yield f"{name} stands above; what both need belongs on the ground floor"
    if there and here is None and arrow.where[0] not in TOP:
        yield f"the ground floor knows no chapter, but imports {name}; move it into the chapter's room"
    if here and there and here is not there:
        if not (isinstance(here, Chapter) and isinstance(there, Chapter)):
            yield f"an appendix and the chapters know nothing of one another: {name}"
        elif there.number > here.number:
            yield f"chapter {here.number} must not know chapter {there.number}: {name}"
        elif not _is_mathematics(target[1:]):
            yield f"of chapter {there.number} only its mathematics may be used, not {name}"
    at_home = here and here is there and _is_mathematics(arrow.where[1:])
    if at_home and not _is_mathematics(target[1:]) and not _offers_claims(arrow):
        yield f"mathematics knows no pictures, claims or published results: {name}"


def _offers_claims(arrow: Arrow) -> bool:
    return (arrow.where[1:], arrow.what[2:]) == (("__init__",), ("claims",))


def _is_mathematics(parts: tuple[str, ...]) -> bool:
    return not parts or parts[0] not in ("figures", "published", "claims", "assignment")


def _faults_outside(arrow: Arrow, here: Room | None) -> Iterator[str]:
    """What a room may import from elsewhere; here: the room, None on the other floors."""
    library = arrow.what[0]
    if library == "torch" and arrow.at_top and not (here and here.torch and _needs_numpy(arrow)):
        yield (
            "import torch inside the function that needs it; only the mathematics of a chapter that "
            "trains (torch=True in chapters.py) does so at the top"
        )
    if here is None or not _needs_numpy(arrow):
        return
    if library in DRAWING:
        yield f"{library} belongs into figures.py or published/"
    elif library in FILES:
        yield f"mathematics reads and writes no files: {library} belongs into published/"
    elif library == "scipy" and arrow.at_top:
        yield "import scipy inside the function that needs it"
    elif library == "triton" and here.torch and arrow.where[1:] == ("fused",):
        return  # kernels of a GPU: what imports them does so where there is one
    elif library not in (*sys.stdlib_module_names, "numpy", "scipy", "torch"):
        yield f"a chapter does with numpy alone, scipy and torch inside functions; not {library}"


def _needs_numpy(arrow: Arrow) -> bool:
    """Whether a file has to import with numpy alone: mathematics and the claims measured on it."""
    return len(arrow.where) > 1 and arrow.where[1] not in ("figures", "published")


def test_arrows_point_down():
    assert faults(PACKAGE, NOTEBOOKS) == []


ROOMS = (
    Chapter(number=0, package="early", notebook="0-early.ipynb"),
    Chapter(number=1, package="late", notebook="1-late.ipynb", torch=True),
    Room(package="aside", notebook="aside.ipynb"),
)


@pytest.mark.parametrize(
    "file, source, words",
    [
        ("tables.py", "from lth_tutorial import early", "knows no chapter, but imports early"),
        ("tables.py", "from lth_tutorial.early.a import b", "knows no chapter, but imports early.a"),
        ("tables.py", "import torch", "import torch inside the function"),
        ("early/a.py", "from lth_tutorial.late import b", "chapter 0 must not know chapter 1"),
        ("early/a.py", "def f():\n    from lth_tutorial import late", "chapter 0 must not know"),
        ("late/a.py", "from lth_tutorial.early.figures import f", "only its mathematics may be used"),
        ("late/a.py", "from lth_tutorial.early import claims", "only its mathematics may be used"),
        ("early/figures.py", "from lth_tutorial.aside import b", "an appendix and the chapters"),
        ("aside/figures.py", "from lth_tutorial import early", "an appendix and the chapters"),
        ("aside/a.py", "import matplotlib", "matplotlib belongs into figures.py"),
        ("tables.py", "from lth_tutorial import aside", "knows no chapter, but imports aside"),
        ("early/a.py", "from . import figures", "mathematics knows no pictures"),
        ("early/a.py", "from .published.runs import f", "mathematics knows no pictures"),
        ("early/__init__.py", "from . import published", "mathematics knows no pictures"),
        ("early/a.py", "from lth_tutorial.chapters import claims", "chapters stands above"),
        ("early/a.py", "import torch", "import torch inside the function"),
        ("late/figures.py", "from torch import nn", "import torch inside the function"),
        ("late/published/runs.py", "import torch", "import torch inside the function"),
        ("early/a.py", "import scipy.optimize", "import scipy inside the function"),
        ("early/a.py", "def f():\n    import matplotlib", "matplotlib belongs into figures.py"),
        ("early/a.py", "from joblib import Parallel", "joblib belongs into figures.py"),
        ("early/claims.py", "import json", "json belongs into published/"),
        ("early/a.py", "def f():\n    import pandas", "not pandas"),
    ],
)  # fmt: skip
def test_an_arrow_that_does_not_point_down_is_named(tmp_path, file, source, words):
    for name in ("early/figures.py", "early/claims.py", "early/a.py", "early/published/runs.py",
                 "early/__init__.py", "late/a.py", "aside/a.py", "chapters.py"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(source + "\n", encoding="utf-8")
    (fault,) = faults(tmp_path, ROOMS)
    assert words in fault and fault.startswith(f"lth_tutorial/{file}, line ")


@pytest.mark.parametrize(
    "file, source",
    [
        ("late/a.py", "import torch\nfrom lth_tutorial.early.a import f\nfrom lth_tutorial import tables"),
        ("early/a.py", "import math\nimport numpy\ndef f():\n    import torch\n    from scipy import stats"),
        ("early/figures.py", "import matplotlib\nfrom . import a\nfrom .published import runs"),
        ("early/published/runs.py", "import json\nimport joblib\nfrom lth_tutorial.early import a"),
        ("early/__init__.py", "from . import claims\nfrom .a import f"),
        ("chapters.py", "from lth_tutorial import early, late, tables"),
    ],
)  # fmt: skip
def test_arrows_that_point_down_are_left_alone(tmp_path, file, source):
    (tmp_path / "early").mkdir()
    (tmp_path / "early" / "a.py").touch()
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(source + "\n", encoding="utf-8")
    assert faults(tmp_path, ROOMS) == []


# With numpy alone

MODULES = [
    *("lth_tutorial", "lth_tutorial.checks", "lth_tutorial.claims", "lth_tutorial.tables"),
    *("lth_tutorial.datasets", "lth_tutorial.target_network", "lth_tutorial.chapters"),
    *(f"lth_tutorial.{room.package}" for room in NOTEBOOKS if not room.torch),
]
BLOCKER = """
import importlib.abc, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        if top not in sys.stdlib_module_names and top not in ("numpy", "lth_tutorial"):
            raise ModuleNotFoundError(f"blocked: {name}", name=name)

sys.meta_path.insert(0, Block())
"""


def blocked(code: str) -> subprocess.CompletedProcess:
    """Run code in a Python that has nothing but numpy and the standard library."""
    command = [sys.executable, "-c", f"{BLOCKER}\n{code}"]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("module", MODULES)
def test_imports_with_numpy_alone(module):
    """Chapters without torch import with numpy alone, and without their published results."""
    done = blocked(f"import {module}\nprint([m for m in sys.modules if '.published' in m])")
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_the_blocker_blocks():
    assert "blocked: matplotlib" in blocked("import matplotlib").stderr


def test_results_are_listed_without_torch():
    done = blocked("from lth_tutorial import chapters; print(*chapters.results())")
    assert done.stdout.split() == list(chapters.results()), done.stderr


# The one list


def test_every_room_is_listed():
    """A folder with figures is a chapter or an appendix, one with claims a chapter; its number and its
    notebook's are the same."""
    assert {path.parent.name for path in PACKAGE.glob("*/figures.py")} == {
        room.package for room in NOTEBOOKS
    }, "name the room in lth_tutorial/chapters.py"
    assert {path.parent.name for path in PACKAGE.glob("*/claims.py")} == {
        chapter.package for chapter in CHAPTERS
    }, "name the chapter in lth_tutorial/chapters.py"
    assert [chapter.number for chapter in CHAPTERS] == list(range(len(CHAPTERS)))
    assert all(chapter.notebook.startswith(f"{chapter.number}-") for chapter in CHAPTERS)


def test_every_notebook_is_in_the_list_and_in_the_contents():
    listed = [room.notebook for room in NOTEBOOKS]
    assert sorted(path.name for path in (ROOT / "book").glob("[!_]*.ipynb")) == listed
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in contents["parts"] for entry in part["chapters"]]
    pages = [f"{file}.ipynb" for file in files if not file.startswith("book/assigned/")]
    assert [page for page in pages if (ROOT / page).exists()] == [
        f"book/{name}" for name in listed
    ], "name the notebook in _toc.yml and in lth_tutorial/chapters.py, in the same order"


def test_every_result_is_listed():
    """A module of published/ that makes results is named in the list of chapters."""
    for chapter in CHAPTERS:
        files = (PACKAGE / chapter.package / "published").glob("*.py")
        makers = {path.stem for path in files if "RESULTS =" in path.read_text(encoding="utf-8")}
        assert makers == set(chapter.results), f"results of {chapter.package} in chapters.py"


def keys_in(path: Path) -> list[str]:
    """The keys of the claims that a file writes down."""
    calls = (
        n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)
    )
    claims = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Claim"]
    named = [[k.value for k in call.keywords if k.arg == "key"] + call.args[:1] for call in claims]
    return [key.value for (key, *_) in named]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.package)
def test_every_claim_is_listed(chapter):
    written = [
        key
        for file in ("claims.py", "published/claims.py")
        if (PACKAGE / chapter.package / file).exists()
        for key in keys_in(PACKAGE / chapter.package / file)
    ]
    listed = [claim.key for claim in chapters.claims(chapter.package)]
    assert sorted(written) == sorted(listed), "add it to CLAIMS, or to the claims of a result"
    assert list(unlisted_claims(PACKAGE, {chapter.package: set(listed)})) == []


def test_titles_are_the_headings_of_the_notebooks():
    assert CHAPTERS[0].title == "Lottery tickets"
    titles = [chapter.title for chapter in CHAPTERS]
    assert len(set(titles)) == len(titles) and all(titles)


def test_a_package_that_is_no_chapter_is_named():
    with pytest.raises(ValueError, match="package must be one of magnitude_pruning, .*; got 'no'"):
        chapters.claims("no")


def test_names_of_a_lazy_chapter():
    """A chapter that trains offers its names as any other package does."""
    import lth_tutorial.strong_ticket as room

    assert set(room.__all__) <= set(dir(room))
    assert all(getattr(room, name) is not None for name in room.__all__)
    with pytest.raises(
        AttributeError, match="'lth_tutorial.strong_ticket' has no attribute 'nothing'"
    ):
        room.nothing  # noqa: B018


def test_the_contents_and_the_landing_page_have_the_titles():
    contents, landing = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("_toc.yml", "book/index.md")
    )
    for chapter in CHAPTERS:
        assert f'title: "{chapter.number}. {chapter.title}"' in contents, (
            "_toc.yml: number and title"
        )
        assert f"{chapter.number}. [*{chapter.title}*]({chapter.notebook}): " in landing, (
            "book/index.md"
        )


def test_what_is_said_of_chapters_elsewhere():
    """The words that name the chapters with torch, and the package's own list, follow the list."""
    with_torch = " and ".join(str(chapter.number) for chapter in CHAPTERS if chapter.torch)
    for file in ("README.md", "CONTRIBUTING.md"):
        assert f"chapters {with_torch}" in (ROOT / file).read_text(encoding="utf-8"), file
    lines = (PACKAGE / "__init__.py").read_text(encoding="utf-8").split("\n")
    said = [line.split()[:3] for line in lines if re.match(r"\w+ +chapter \d+:", line)]
    assert [[c.package, "chapter", f"{c.number}:"] for c in CHAPTERS] == said
