"""Published results, made again: independent cells, run in parallel, gathered into one file; and checked."""

import datetime
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from lth_tutorial import parallel
from lth_tutorial.cells import Store, as_json, checked_code, default_cache
from lth_tutorial.files import read_json, write_json
from lth_tutorial.results import SIZES, Result


def reproduce(
    result: Result,
    size: str = "page",
    workers: int = 1,
    results: Path = Path("book/results"),
    cache: Path | None = None,
    backend: str = "loky",
    scheduler: str | None = None,
    together: bool = False,
) -> dict:
    """Run the cells that are not finished yet, and write `results`/NAME.json (page size: NAME-page.json).

    Each cell is kept when it is done, so an interrupted run goes on where it was. A finished cell is used
    where its parameters are those asked for and the code that made it is the present one; one that is
    damaged is set aside and made again.

    Args:
        result: what to make.
        size: "page" or "paper".
        workers: processes, never more than the cores.
        results, cache: folders, made if needed; the cache is the user's own if there is none given.
        backend: one of parallel.BACKENDS: "loky" here, "dask" or "ray" on a cluster.
        scheduler: the address of a running Dask scheduler, else "dask" starts a cluster here. Its workers
            must see the folder `cache` under the same name.
        together: run all cells at once on the GPU of this machine, for a result that can. They are kept when
            all are done: a run that is interrupted begins anew.

    Returns:
        what was written.

    Raises:
        ValueError: an argument is none of these, or a folder cannot be made.
        LostWorkerError: a worker was killed; finished cells are kept.
        OSError: a file could not be written; finished cells are kept.
        TypeError: a cell's numbers are no dict.
    """
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(SIZES)}; got {size!r}")
    if together and result.together is None:
        raise ValueError(f"together: {result.name} has no way to run all cells at once")
    parallel.check_backend(backend, scheduler)
    workers, start = parallel.usable_workers(workers), time.time()
    store = Store(result, size, Path(results), Path(cache or default_cache()), together)
    facts = store.facts()
    cells = store.finished()
    missing = [k for k, cell in enumerate(cells) if cell is None]
    if together:
        backend, workers = "one GPU", 1
        for k, cell in zip(missing, _at_once(result, store, missing), strict=True):
            cells[k] = cell
        return store.write(cells, facts, backend, workers, time.time() - start)
    calls = [
        (result.run, store.parameters[k], store.folder, store.path(k), store.code, k)
        for k in missing
    ]
    with closing(parallel.run_all(_run, calls, workers, backend, scheduler)) as done:
        for k, cell in _with_bar(done, result.name, len(cells), len(missing)):
            cells[k] = cell
            store.keep(k, cells, facts)
    return store.write(cells, facts, backend, workers, time.time() - start)


def _with_bar(done: Iterable, name: str, total: int, missing: int) -> Iterator:
    """The same, with a bar that says how many cells are done and how long the others will take."""
    from tqdm import tqdm

    # smoothing 0: the time left follows the mean of all cells, not the last few.
    return iter(tqdm(done, total=total, initial=total - missing, desc=name, smoothing=0))


def _at_once(result: Result, store: Store, missing: list[int]) -> list[dict]:
    """The missing cells, run together; each is given an equal share of the time."""
    if not missing:
        return []
    parameters, start = [store.parameters[k] for k in missing], time.time()
    numbers = result.together(parameters)
    share = round((time.time() - start) / len(missing), 2)
    made = {"seconds": share, "device": _device(), "code": store.code}
    cells = [
        {"parameters": p, "numbers": n, **made} for p, n in zip(parameters, numbers, strict=True)
    ]
    for k, cell in zip(missing, cells, strict=True):
        write_json(store.path(k), cell)
    return as_json(cells)


def _run(run, parameters: dict, folder: Path, path: Path, code: str, k: int) -> tuple[int, dict]:
    """One cell, in a worker: its number in the list, and what is kept of it, also in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    start = time.process_time()
    numbers = run(parameters, folder)
    if not isinstance(numbers, dict):
        raise TypeError(f"a cell must return a dict of numbers; {parameters} returned {numbers!r}")
    cell = {
        "parameters": parameters,
        "numbers": numbers,
        "seconds": round(time.process_time() - start, 2),
        "device": _device(),
        "code": code,
    }
    write_json(path, cell)
    return k, as_json(cell)


def _device() -> str:
    """The GPU on which this process has worked, if it has; torch is asked only where a cell imported it."""
    torch = sys.modules.get("torch")
    used = torch is not None and torch.cuda.is_initialized()
    return torch.cuda.get_device_name() if used else "cpu"


def check(result: Result, size: str, results: Path, folder: Path, workers: int = 1) -> str:
    """Run the slice of a stored result again; if the numbers agree, its file says so of the present code.

    Args:
        result, size: which.
        results: where the stored file lies.
        folder: for what `prepare` makes; results that prepare the same share it.
        workers: processes, never more than the cores.

    Returns:
        what was found, in a sentence.

    Raises:
        ValueError: there is no slice, a stored cell has other parameters than the code asks for, or the
            numbers do not agree.
    """
    file, code = result.file(size, results), result.code()
    written = read_json(file)
    stored = [cell["parameters"] for cell in written["cells"]]
    if stored != as_json(result.cells(size)) and written.get("complete", True):
        raise ValueError(f"{file.name} was made with other parameters: make it again")
    chosen = [c for c in written["cells"] if result.slice and result.slice.chosen(c["parameters"])]
    if not chosen:
        raise ValueError(f"{file.name} has no cell that is quick enough to be run again")
    differing = _differing(result, chosen, _prepared(result, size, folder), workers)
    if differing:
        raise ValueError(
            f"{file.name} is not what the present code gives ({result.slice.tolerance}): {differing}; "
            f"make it again"
        )
    how = f"{len(chosen)} of {len(stored)} cells run again"
    if code not in (written["provenance"]["code"], *checked_code(written)):
        written["provenance"]["checked"] = {
            "code": code,
            "date": datetime.date.today().isoformat(),
            "how": how,
            "tolerance": result.slice.tolerance,
        }
        write_json(file, written)
    return f"{file.name}: {how}, they agree ({result.slice.tolerance})"


def _prepared(result: Result, size: str, folder: Path) -> Path:
    """A folder in which `prepare` has made what it makes."""
    if result.prepare is None:
        return folder
    place = folder / f"{result.prepare.__module__}.{result.prepare.__qualname__}-{size}"
    if not (place / "facts.json").exists():
        place.mkdir(parents=True, exist_ok=True)
        write_json(place / "facts.json", result.prepare(size, place))
    return place


def _differing(result: Result, cells: list[dict], folder: Path, workers: int) -> str:
    """The parameters of the first cell that comes out otherwise; nothing where all agree."""
    shorter, agree = result.slice.shorter, result.slice.agree
    calls = [(result.run, shorter(cell["parameters"]), folder, k) for k, cell in enumerate(cells)]
    workers = min(parallel.usable_workers(workers), len(cells))
    backend = "loky" if workers > 1 else "sequential"
    found = dict(parallel.run_all(_again, calls, workers, backend, None))
    others = (c["parameters"] for k, c in enumerate(cells) if not agree(found[k], c["numbers"]))
    return str(next(others, ""))


def _again(run, parameters: dict, folder: Path, k: int) -> tuple[int, dict]:
    return k, as_json(run(parameters, folder))
