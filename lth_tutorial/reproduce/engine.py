"""Independent cells, run in parallel, kept one by one, gathered into one file with its provenance."""

import ast
import datetime
import hashlib
import json
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np

import lth_tutorial
from lth_tutorial.claims import Claim

SIZES = ("page", "paper")


@dataclass(frozen=True)
class Result:
    """A published result, made again.

    name: as the command calls it. title: what it is. cells: size -> list of parameters, JSON values.
    run: (parameters, folder) -> numbers of one cell; the folder is for what cells share.
    prepare: (size, folder) -> facts about what the cells share, which it makes there once.
    summarise: (cells, facts) -> numbers and verdicts for the page, from a list of cells with
    their "parameters" and "numbers". code: files and folders of the package that the numbers depend on.
    cost: what the paper size takes on two cores, for the reader. claims: what the written file of paper
    size speaks to, from its folder.
    """

    name: str
    title: str
    cells: Callable[[str], list[dict]]
    run: Callable[[dict, Path], dict]
    summarise: Callable[[list[dict], dict], dict]
    prepare: Callable[[str, Path], dict] = lambda size, folder: {}
    code: tuple[str, ...] = (".",)
    cost: str = ""
    claims: Callable[[Path], tuple[Claim, ...]] = lambda folder: ()


def reproduce(
    result: Result,
    size: str = "page",
    workers: int = 1,
    results: Path = Path("book/results"),
    cache: Path = Path(".cache"),
    backend: str = "loky",
) -> dict:
    """Run the cells that are not in the cache yet, and write `results`/NAME.json (page size: NAME-page.json).

    Each cell is stored when it is done, so an interrupted run goes on where it was. The cache is that of
    this very code: after a change of the package cells are run anew.

    Args:
        result: what to make.
        size: "page" or "paper".
        workers: processes.
        results, cache: folders, made if needed.
        backend: joblib's: "loky" here, "dask" or "ray" on a cluster that is set up for it.

    Returns:
        what was written.

    Raises:
        ValueError: size is neither of the two, workers is below 1, a folder cannot be made, or a kept file
            is damaged.
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(SIZES)}; got {size!r}")
    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}")
    # Before the work, not after it: hours may lie between the two.
    _make_folder("results", results)
    _make_folder("cache", cache)
    start, code = time.time(), code_digest(result.code)
    folder = Path(cache) / f"{result.name}-{size}-{code[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    facts = _kept(folder / "facts.json", lambda: result.prepare(size, folder))
    cells = run_cells(result, result.cells(size), folder, workers, backend)
    devices = sorted({cell.pop("device", "cpu") for cell in cells})
    cells = [{"parameters": p, **done} for p, done in zip(result.cells(size), cells, strict=True)]
    written = {
        "name": result.name,
        "title": result.title,
        "size": size,
        "facts": facts,
        "summary": result.summarise(cells, facts),
        "cells": cells,
        "provenance": {
            **provenance(),
            "device": ", ".join(devices),
            "code": code[:16],
            "workers": workers,
            "cpu_seconds": round(sum(cell["seconds"] for cell in cells), 1),
            "wall_seconds_of_the_last_run": round(time.time() - start, 1),
        },
    }
    name = result.name if size == "paper" else f"{result.name}-page"
    file = Path(results) / f"{name}.json"
    write_json(file, written)
    if size == "paper":
        written["claims"] = [
            {"key": claim.key, **asdict(claim.measure())} for claim in result.claims(Path(results))
        ]
        write_json(file, written)
    return read_json(file)


def run_cells(result, parameters, folder: Path, workers: int, backend: str) -> list[dict]:
    """The numbers and seconds of each cell, in order; those that are stored are not run again."""
    import joblib
    from tqdm import tqdm

    paths = [folder / f"{_digest(p)[:16]}.json" for p in parameters]
    missing = [k for k, path in enumerate(paths) if not path.exists()]
    work = (joblib.delayed(_run)(result.run, parameters[k], folder, paths[k]) for k in missing)
    options = {"inner_max_num_threads": 1} if backend == "loky" else {}
    with joblib.parallel_config(backend, n_jobs=workers, **options):
        done = joblib.Parallel(return_as="generator_unordered")(work)
        bar = tqdm(done, total=len(paths), initial=len(paths) - len(missing), desc=result.name)
        for _ in bar:
            pass
    return [read_json(path) for path in paths]


def _run(run, parameters: dict, folder: Path, path: Path) -> None:
    start = time.process_time()
    numbers = run(parameters, folder)
    seconds = round(time.process_time() - start, 2)
    write_json(path, {"numbers": numbers, "seconds": seconds, "device": _device()})


def _device() -> str:
    """The GPU on which this process has worked, if it has; torch is asked only where a cell imported it."""
    torch = sys.modules.get("torch")
    used = torch is not None and torch.cuda.is_initialized()
    return torch.cuda.get_device_name() if used else "cpu"


def _make_folder(name: str, folder: Path) -> None:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"{name} must be a folder, or a place for one, got {folder}: {error.strerror}"
        ) from error
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{name} must be a folder that can be written to, got {folder}")


def _kept(path: Path, make: Callable[[], dict]) -> dict:
    if not path.exists():
        write_json(path, make())
    return read_json(path)


def read_json(path: Path) -> dict:
    """What a file holds; `results/NAME.json`, as notebooks ask for it, also from a folder of one's own.

    Raises:
        FileNotFoundError: there is no such file, neither here nor in the checkout that the package is from.
        ValueError: the file is damaged.
    """
    path = Path(path)
    if not path.exists() and path.parent == Path("results"):
        path = Path(lth_tutorial.__file__).parents[1] / "book" / path
        if not path.exists():
            raise FileNotFoundError(
                f"no stored result {path.name}: install the package from a checkout of the book with "
                f"pip install -e, or start the notebook in its folder book"
            )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged; delete it, and it is made again") from error


def write_json(path: Path, value: dict) -> None:
    """Write to a temporary file, then rename: a reader never sees half a file."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_one_line_lists(json.dumps(value, indent=1, default=_plain)) + "\n")
    os.chmod(temporary, 0o644)
    os.replace(temporary, path)


_SCALAR = r'(?:"[^"\\\s]*"|[\w.+-]+)'
_BREAK = re.compile(r",\s*")
_LIST = re.compile(rf"\[\s*({_SCALAR}(?:,\s*{_SCALAR})*)\s*\]")


def _one_line_lists(text: str) -> str:
    """Lists of numbers and single words on one line each: a third of the size, and easier to read."""
    return _LIST.sub(lambda found: f"[{_BREAK.sub(', ', found[1])}]", text)


def _plain(value):
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a results file")


def _digest(value: dict) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def code_digest(parts: tuple[str, ...]) -> str:
    """A digest of the package's files that a result depends on; claims and imports change no number."""
    root = Path(lth_tutorial.__file__).parent
    files = {path for part in parts for path in [root / part, *(root / part).rglob("*.py")]}
    digest = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        if path.name not in ("claims.py", "__init__.py"):
            digest.update(_without_words(path.read_text(encoding="utf-8")).encode())
    return digest.hexdigest()


def _without_words(source: str) -> str:
    """A module's statements, without comments, docstrings and layout."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        first = getattr(node, "body", [None])
        if not isinstance(first, list) or not first or not isinstance(first[0], ast.Expr):
            continue
        if isinstance(first[0].value, ast.Constant):
            del first[0]
    return ast.dump(tree)


def provenance() -> dict:
    """When, where and with what a result was made."""
    names = filter(find_spec, ("numpy", "scipy", "torch", "joblib"))
    versions = {name: metadata.version(name) for name in names}
    return {
        "date": datetime.date.today().isoformat(),
        "package": lth_tutorial.__version__,
        "python": platform.python_version(),
        **versions,
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
    }
