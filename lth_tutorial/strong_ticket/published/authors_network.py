"""The table of PGD + Edge-Popup with the source's own network and training, cell by cell."""

import contextlib
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from lth_tutorial import tables as markdown
from lth_tutorial.files import read_json
from lth_tutorial.results import Result, Slice

from .numbers import ACCURACY, EPSILONS, SPARSITIES

SECONDS_BETWEEN = 120.0
SIZES = {
    "authors-network": {"images": 60_000, "perturb_epochs": 100, "search_epochs": 50},
    "authors-network-middle": {"images": 60_000, "perturb_epochs": 10, "search_epochs": 5},
    "authors-network-page": {"images": 8_000, "perturb_epochs": 10, "search_epochs": 5},
}


class Keeper:
    """Keeps a training in a file, at most every `seconds`, and gives it back."""

    def __init__(self, path: Path, seconds: float = SECONDS_BETWEEN):
        self.path, self.seconds, self.last = Path(path), seconds, time.monotonic()

    def load(self) -> dict | None:
        """What was kept last; None before anything was."""
        import torch

        return torch.load(self.path, weights_only=True) if self.path.exists() else None

    def save(self, values: dict) -> None:
        """Keep the values, unless others were kept less than `seconds` ago."""
        if time.monotonic() - self.last >= self.seconds:
            store(self.path, values)
            self.last = time.monotonic()


class Stopper:
    """Ends a training after some epochs, for a first look at it."""

    def __init__(self, epochs: int):
        self.epochs, self.values = epochs, None

    def load(self) -> None:
        """Nothing: it keeps no training."""
        return None  # noqa: RET501, it is what the search begins from

    def save(self, values: dict) -> None:
        """Note the values; StopIteration once `epochs` have passed."""
        self.values = values
        if values["epoch"] == self.epochs:
            raise StopIteration


def store(path: Path, values) -> None:
    """torch.save to a temporary file, then rename."""
    import torch

    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            torch.save(values, file)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


# Largest differences first, so that what is finished early says most.
ORDER = (0.8, 0.5, 0.7, 0.6, 0.3, 0.4, 0.2, 0.1)


def cells(size: str) -> list[dict]:
    """Paper: the two columns that carry the open questions. Page: all 99 cells, those columns first."""
    if size == "page":
        return page_cells()
    pairs = [(0.3, 0.0), (0.0, 0.8), (0.3, 0.8), (0.0, 0.5), (0.3, 0.5), (0.3, 0.7), (0.0, 0.7)]
    pairs += [(e, s) for s in ORDER[3:] for e in (0.3, 0.0)] + [(0.0, 0.0)]
    return _at(pairs, "authors-network")


def page_cells() -> list[dict]:
    """All 99 cells, a column at a time."""
    first = (0.0, 0.3, 0.05)
    columns = [*first, *(e for e in reversed(EPSILONS) if e not in first)]
    return _at([(e, s) for e in columns for s in (0.0, *ORDER)], "authors-network-page")


def middle_cells(size: str) -> list[dict]:
    """The two columns of `cells` with all images and a tenth of the passes; at page size with few images."""
    pairs = [(e, s) for s in (0.0, *ORDER) for e in (0.3, 0.0)]
    return _at(pairs, "authors-network-middle" if size == "paper" else "authors-network-page")


def _at(pairs, size: str) -> list[dict]:
    common = {**SIZES[size], "seed": 0}
    return [{"epsilon": e, "sparsity": s, **common} for e, s in pairs]


def run(parameters: dict, folder: Path) -> dict:
    """One cell of the table: descent, then search; with `stop`, the beginning of the search alone."""
    from lth_tutorial.strong_ticket import authors

    stop = parameters.get("stop")
    one = authors.Run(**{key: value for key, value in parameters.items() if key != "stop"})
    data = authors.load(one.images)
    weights, descent = descended(one, data, folder)
    if stop is not None:
        return {"history": beginning(one, weights, data, stop)}
    name = "-".join(str(value) for value in parameters.values())
    place = Path(folder) / f"search-{name}.pt"
    numbers = authors.describe(one, weights, data, descent, Keeper(place))
    place.unlink(missing_ok=True)
    return numbers


def beginning(one, weights, data, epochs: int) -> dict:
    """The history of a cell's search up to some epoch."""
    from lth_tutorial.strong_ticket import authors
    from lth_tutorial.strong_ticket.projected_gradient import History

    stopper = Stopper(epochs)
    with contextlib.suppress(StopIteration):
        authors.search(one, weights, data, stopper)
    return authors.rounded(History(*stopper.values["history"]))


def descended(one, data, folder: Path):
    """W_T of a radius and its history, made once for all its cells."""
    from filelock import FileLock

    from lth_tutorial.strong_ticket import authors
    from lth_tutorial.strong_ticket.projected_gradient import History

    if one.epsilon == 0:
        return authors.descend(one, data)
    name = f"descent-{one.epsilon}-{one.images}-{one.perturb_epochs}-{one.seed}"
    done = Path(folder) / f"{name}.pt"
    with FileLock(str(done) + ".lock"):
        if not done.exists():
            weights, history = authors.descend(one, data, Keeper(Path(folder) / f"{name}-part.pt"))
            store(done, {"weights": weights, "history": tuple(history)})
            (Path(folder) / f"{name}-part.pt").unlink(missing_ok=True)
    import torch

    kept = torch.load(done, weights_only=True)
    return kept["weights"], History(*kept["history"])


def summarise(done: list[dict], facts: dict) -> dict:
    """Test accuracy by radius and sparsity."""
    table = {}
    for cell in done:
        p = cell["parameters"]
        table.setdefault(str(p["epsilon"]), {})[str(p["sparsity"])] = cell["numbers"]["test"]
    return {"test": table}


def so_far(folder) -> markdown.Table:
    """Published and own accuracies of the cells that are finished, by radius; a dash for the others.

    Args:
        folder: where the stored results lie; before the first cell is finished there is no file.
    """
    try:
        cells_done = read_json(Path(folder) / "authors-network.json")["cells"]
    except FileNotFoundError:
        cells_done = []
    own = {
        (c["parameters"]["epsilon"], c["parameters"]["sparsity"]): c["numbers"]["test"]
        for c in cells_done
    }
    rows = []
    for k, sparsity in enumerate(SPARSITIES):
        row = [f"{sparsity:g}"]
        for epsilon in (0.0, 0.3):
            found = own.get((epsilon, sparsity))
            row += [
                f"{ACCURACY[k, EPSILONS.index(epsilon)]:.2f}",
                "–" if found is None else f"{found:.2f}",
            ]
        rows.append(tuple(row))
    return markdown.table(
        ("sparsity", "0, published", "0, ours", ".3, published", ".3, ours"), rows
    )


def stopped(parameters: dict) -> dict:
    """The same search, stopped after three of its epochs."""
    return parameters | {"stop": 3}


def begins_alike(found: dict, kept: dict) -> bool:
    """Mean loss of the first epochs and the accuracy after each, as in the stored history."""
    history, stored = found["history"], kept["history"]
    losses = np.isclose(history["losses"][0], stored["losses"][0], rtol=0.05)
    return bool(losses) and np.allclose(
        history["accuracies"], stored["accuracies"][: len(history["accuracies"])], atol=0.02
    )


BEGINNING = Slice(
    chosen=lambda p: (p["epsilon"], p["sparsity"]) == (0.0, 0.8),
    shorter=stopped,
    agree=begins_alike,
    tolerance="first loss within 5 %, accuracies after the first epochs within 0.02",
)
AUTHORS_NETWORK = Result(
    name="authors-network",
    title="The two columns of radius 0 and .3 with the source's own network and training",
    cells=cells,
    run=run,
    summarise=summarise,
    cost="some nine hours",
    slice=BEGINNING,
    long=True,
    keep=True,
)
MIDDLE = Result(
    name="authors-network-middle",
    title="The same two columns with all images and a tenth of the passes",
    cells=middle_cells,
    run=run,
    summarise=summarise,
    cost="some two hours",
    slice=BEGINNING,
    long=True,
    keep=True,
)
RESULTS = (AUTHORS_NETWORK, MIDDLE)
