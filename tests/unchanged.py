"""Notebooks that passed before are not executed again while nothing changed that they depend on.

That is: their text and outputs, every file of the package, the stored results, what configures the tests,
the installed versions, the machine, and the variables that choose its arithmetic. What passed is noted in
pytest's cache, which `make clean` removes. A notebook that is named is executed, and CI executes all.
"""

import os
import platform
from collections.abc import Mapping
from hashlib import sha256
from importlib.metadata import distributions
from pathlib import Path

import nbformat
import pytest

# What any notebook may depend on.
SHARED = (
    "lth_tutorial",
    "book/frames",
    "book/results",
    "conftest.py",
    "pyproject.toml",
    "tests/nbval_sanitize.cfg",
)
NOT_SHARED = {".pyc", ".part"}
VARIABLES = ("ATEN_", "LTH_", "MKL_", "NPY_", "OMP_", "ONEDNN_", "OPENBLAS_", "PYTHONPATH")
OWN = "LTH_FRAMES"  # chosen by the notebook
KEY = "notebooks/passed"


def digests(root: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The name of each notebook -> a fingerprint of it and of all that its outputs depend on."""
    chosen = sorted((k, v) for k, v in environ.items() if k.startswith(VARIABLES) and k != OWN)
    shared = _digest(*_files(root), repr(chosen).encode(), _machine().encode())
    notebooks = sorted((root / "book").glob("*.ipynb"))
    return {path.name: _digest(shared.encode(), path.read_bytes()) for path in notebooks}


def _digest(*parts: bytes) -> str:
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def _files(root: Path) -> list[bytes]:
    """Names and contents of the files that notebooks share."""
    found = []
    for place in map(root.joinpath, SHARED):
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and path.suffix not in NOT_SHARED:
                found += [path.relative_to(root).as_posix().encode(), path.read_bytes()]
    return found


def _machine() -> str:
    """The machine, and every installed package with its version."""
    versions = sorted({f"{found.name}=={found.version}" for found in distributions()})
    return "\n".join([platform.platform(), platform.python_version(), *versions])


class Unchanged:
    """The part of pytest that leaves notebooks out, notes which passed, and says so."""

    def __init__(self, config):
        self.config, self.root = config, config.rootpath
        self.before = digests(self.root)
        self.cells = {}  # of each notebook: the cells that passed
        self.failed = set()
        passed = config.cache.get(KEY, {})
        named = {Path(str(argument).partition("::")[0]).name for argument in config.args}
        self.known = {n for n, d in self.before.items() if passed.get(n) == d and n not in named}
        self.worker = hasattr(config, "workerinput")  # one of the processes that divide the tests

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config, items):
        left_out = [item for item in items if _notebook(item.nodeid) in self.known]
        if left_out:
            items[:] = [item for item in items if _notebook(item.nodeid) not in self.known]
            config.hook.pytest_deselected(items=left_out)

    def pytest_runtest_logreport(self, report):
        name = _notebook(report.nodeid)
        if name and report.outcome != "passed":
            self.failed.add(name)
        elif name and report.when == "call":
            self.cells.setdefault(name, set()).add(report.nodeid)

    def pytest_sessionfinish(self):
        """Whatever changed while the tests ran has not passed."""
        if self.worker or not (self.cells or self.failed):
            return
        after = digests(self.root)
        passed = {
            name: after[name]
            for name, cells in self.cells.items()
            if after.get(name) == self.before[name]
            and len(cells) == code_cells(self.root / "book" / name)
        }
        kept = self.config.cache.get(KEY, {}) | passed
        self.config.cache.set(KEY, {n: d for n, d in kept.items() if n not in self.failed})

    def pytest_terminal_summary(self, terminalreporter):
        if self.known and folders_of_notebooks(self.config):
            terminalreporter.write_line(
                "not executed again, since all that they depend on is as it was when they passed "
                f"(CI=true executes them): {', '.join(sorted(self.known))}"
            )


def code_cells(path: Path) -> int:
    """How many cells of a notebook are executed."""
    return sum(cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells)


def folders_of_notebooks(config) -> list[Path]:
    """Those of pytest's arguments that are folders with the notebooks somewhere in them."""
    book = config.rootpath / "book"
    folders = (config.invocation_params.dir / str(argument) for argument in config.args)
    return [folder for folder in folders if folder in (book, *book.parents)]


def _notebook(nodeid: str) -> str | None:
    """The name of the notebook that a test is a cell of."""
    path = Path(nodeid.partition("::")[0])
    return path.name if path.suffix == ".ipynb" else None


def pytest_configure(config):
    if os.environ.get("CI") or not hasattr(config, "cache"):
        return
    if any(".ipynb" in argument for argument in config.args) or folders_of_notebooks(config):
        config.pluginmanager.register(Unchanged(config))
