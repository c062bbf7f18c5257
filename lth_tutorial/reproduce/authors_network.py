"""The table of PGD + Edge-Popup with the source's own network and training, cell by cell."""

import os
import tempfile
import time
from pathlib import Path

from .engine import Result

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
        import torch

        return torch.load(self.path, weights_only=True) if self.path.exists() else None

    def save(self, values: dict) -> None:
        if time.monotonic() - self.last >= self.seconds:
            store(self.path, values)
            self.last = time.monotonic()


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


def cells(size: str) -> list[dict]:
    """The two columns that carry the open questions, the descent and the corner first."""
    order = (0.8, 0.5, 0.7, 0.6, 0.3, 0.4, 0.2, 0.1)
    pairs = [(0.3, 0.0), (0.0, 0.8), (0.3, 0.8), (0.0, 0.5), (0.3, 0.5), (0.3, 0.7), (0.0, 0.7)]
    pairs += [(e, s) for s in order[3:] for e in (0.3, 0.0)] + [(0.0, 0.0)]
    common = {**SIZES["authors-network"], "seed": 0}
    return [{"epsilon": e, "sparsity": s, **common} for e, s in pairs]


def run(parameters: dict, folder: Path) -> dict:
    from lth_tutorial.strong_ticket import authors

    one = authors.Run(**parameters)
    data = authors.load(one.images)
    weights, descent = descended(one, data, folder)
    name = "-".join(str(value) for value in parameters.values())
    place = Path(folder) / f"search-{name}.pt"
    numbers = authors.describe(one, weights, data, descent, Keeper(place))
    place.unlink(missing_ok=True)
    return numbers


def descended(one, data, folder: Path):
    """W_T of a radius and its history, made once for all its cells."""
    from filelock import FileLock

    from lth_tutorial.projected_gradient import History
    from lth_tutorial.strong_ticket import authors

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


RESULT = Result(
    "authors-network",
    "The two columns of radius 0 and .3 with the source's own network and training",
    cells,
    run,
    summarise,
    code=("strong_ticket/authors.py", "strong_ticket/redundant.py"),
    cost="some nine hours",
)
