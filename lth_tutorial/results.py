"""What a published result is made of: its cells, how one is run, and what is quick to run again."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lth_tutorial.claims import Claim
from lth_tutorial.digests import code_digest
from lth_tutorial.files import read_json

SIZES = ("page", "paper")


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Cells that are quick to run again: does the present code still give the stored numbers?

    chosen: parameters -> whether the cell is one of them. agree: (numbers found, numbers stored) -> whether
    they agree; tolerance: what that means, in words. shorter: parameters -> what is run in the cell's stead,
    such as its first rounds.
    """

    chosen: Callable[[dict], bool]
    agree: Callable[[dict, dict], bool]
    tolerance: str
    shorter: Callable[[dict], dict] = lambda parameters: parameters


@dataclass(frozen=True, kw_only=True)
class Result:
    """A published result, made again.

    name: as the command calls it. title: what it is. cells: size -> list of parameters, JSON values.
    run: (parameters, folder) -> numbers of one cell; the folder is for what cells share, and for what a
    long cell keeps of its own so that it can go on. prepare: (size, folder) -> facts about what the cells
    share, which it makes there once.
    summarise: (cells, facts) -> numbers and verdicts for the page, from a list of cells with
    their "parameters" and "numbers". cost: what the paper size takes on two cores, for the reader.
    claims: what the written file of paper size speaks to, from its folder; their words are no part of it.
    slice: what `check` runs again.
    long: a week of two cores, or a GPU: made when asked for by its name, not as one of "all".
    together: all cells at once on a GPU, in code of its own: a list of parameters -> the numbers of each.
    keep: a study of days: each finished cell goes into the file of results at once, and a run goes on from
    that file alone, on whichever machine.
    """

    name: str
    title: str
    cells: Callable[[str], list[dict]]
    run: Callable[[dict, Path], dict]
    summarise: Callable[[list[dict], dict], dict]
    prepare: Callable[[str, Path], dict] | None = None
    cost: str = ""
    claims: Callable[[Path], tuple[Claim, ...]] = lambda folder: ()
    slice: Slice | None = None
    long: bool = False
    keep: bool = False
    together: Callable[[list[dict]], list[dict]] | None = None

    def code(self, together: bool = False) -> str:
        """The digest of the code that its numbers depend on, as stored with each cell: 16 digits.

        together: of the code that runs all cells at once.
        """
        first = self.together if together else self.run
        functions = [first] if self.prepare is None else [first, self.prepare]
        return code_digest(*functions)[:16]

    def file(self, size: str, results: Path) -> Path:
        """Where its numbers are stored: NAME.json, at page size NAME-page.json."""
        return Path(results) / (
            f"{self.name}.json" if size == "paper" else f"{self.name}-page.json"
        )


def stored_summary(folder: Path, name: str) -> dict:
    """The summary in the stored result NAME.json of a folder, or of the checkout: see `read_json`."""
    return read_json(Path(folder) / f"{name}.json")["summary"]


def agree_within(relative: float, absolute: float = 0.0) -> Callable[[object, object], bool]:
    """Whether two values are built alike, their numbers within a tolerance and all else equal."""

    def agree(found, kept) -> bool:
        if isinstance(kept, dict):
            return found.keys() == kept.keys() and all(agree(found[k], kept[k]) for k in kept)
        if isinstance(kept, list):
            return len(found) == len(kept) and all(map(agree, found, kept))
        if isinstance(kept, int | float) and isinstance(found, int | float):
            return math.isclose(found, kept, rel_tol=relative, abs_tol=absolute)
        return found == kept

    return agree


def seconds_with(workers: int, seconds: Iterable[float]) -> float:
    """How long cells of these seconds take, each given in turn to the worker that is free first."""
    free = [0.0] * workers
    for cell in seconds:
        next_one = free.index(min(free))
        free[next_one] += cell
    return max(free)
