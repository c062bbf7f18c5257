"""The one list of the book's chapters, in reading order, and what can be asked of each.

A chapter is a package of its own: its mathematics, `figures.py`, `claims.py` with its CLAIMS, and, where it
has results of paper size, `published/`, whose modules named here hold RESULTS. Scorecard, index of theorems,
the command `reproduce` and the tests of imports, notebooks and pages follow this list; what README,
CONTRIBUTING, the contents and the landing page say of chapters is checked against it. An appendix
is a notebook to look things up in: its room has figures, and neither claims nor an assignment.
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import lth_tutorial
from lth_tutorial.claims import Claim
from lth_tutorial.reproduce import Result

BOOK = Path(lth_tutorial.__file__).parents[1] / "book"


@dataclass(frozen=True, kw_only=True)
class Room:
    """A notebook and the room behind it: what a chapter and an appendix have.

    Args:
        package: its room in `lth_tutorial`.
        notebook: its file in the folder `book`.
        torch: whether its mathematics needs torch.
    """

    package: str
    notebook: str
    torch: bool = False

    @property
    def title(self) -> str:
        """The heading of its notebook, which is in a checkout only.

        Raises:
            ValueError: the notebook does not begin with a heading.
        """
        cells = json.loads((BOOK / self.notebook).read_text(encoding="utf-8"))["cells"]
        first = "".join(cells[0]["source"]).partition("\n")[0]
        if not first.startswith("# "):
            raise ValueError(f"book/{self.notebook} must begin with a heading, got {first!r}")
        return first.removeprefix("# ")


@dataclass(frozen=True, kw_only=True)
class Chapter(Room):
    """One chapter.

    Args:
        number: as in the contents; chapters import earlier ones only.
        results: the modules of its `published` that make results of paper size.
    """

    number: int
    results: tuple[str, ...] = ()


CHAPTERS = (
    Chapter(
        number=0,
        package="magnitude_pruning",
        notebook="0-lottery-tickets.ipynb",
        torch=True,
        results=("lottery_tickets",),
    ),
    Chapter(number=1, package="subset_sum", notebook="1-random-subset-sum.ipynb"),
    Chapter(
        number=2,
        package="perturbed_subset_sum",
        notebook="2-perturbed-subset-sum.ipynb",
        results=("covering_sizes", "smallest_n"),
    ),
    Chapter(
        number=3,
        package="weight_pruning",
        notebook="3-weight-pruning.ipynb",
        results=("pruned_network",),
    ),
    Chapter(
        number=4, package="neuron_pruning", notebook="4-neuron-pruning.ipynb", results=("gap",)
    ),
    Chapter(
        number=5,
        package="teacher_student",
        notebook="5-teacher-student.ipynb",
        results=("recovery", "shapes"),
    ),
    Chapter(
        number=6,
        package="strong_ticket",
        notebook="6-pgd-edge-popup.ipynb",
        torch=True,
        results=("runs", "authors_network", "corner", "further"),
    ),
    Chapter(
        number=7,
        package="gradient_descent",
        notebook="7-does-gradient-descent-find-tickets.ipynb",
    ),
)

APPENDICES = (Room(package="tools", notebook="tools.ipynb"),)
# Everything that is a notebook.
NOTEBOOKS = (*CHAPTERS, *APPENDICES)


def chapter(package: str) -> Chapter:
    """The chapter whose room is `package`.

    Raises:
        ValueError: no chapter has this package.
    """
    known = {chapter.package: chapter for chapter in CHAPTERS}
    if package not in known:
        raise ValueError(f"package must be one of {', '.join(known)}; got {package!r}")
    return known[package]


@cache
def results_of(package: str) -> tuple[Result, ...]:
    """A chapter's results of paper size; asking for them needs no torch, making them may."""
    home = f"lth_tutorial.{package}.published"
    modules = (import_module(f"{home}.{name}") for name in chapter(package).results)
    return tuple(result for module in modules for result in module.RESULTS)


@cache
def results() -> dict[str, Result]:
    """Every result of the book by its name, in reading order.

    Raises:
        ValueError: two results share a name.
    """
    found = [result for chapter in CHAPTERS for result in results_of(chapter.package)]
    named = {result.name: result for result in found}
    if len(named) < len(found):
        raise ValueError(f"names of results must differ, got {[result.name for result in found]}")
    return named


def claims(package: str, folder: str | Path = "results") -> tuple[Claim, ...]:
    """A chapter's claims: those that are measured at once, then those about its stored results.

    What is measured at once is measured once in a process; what is read from a stored result, each time
    that this is called.

    Args:
        package: the chapter's room in `lth_tutorial`.
        folder: where the stored results lie; as a notebook calls it, found from anywhere in a checkout.

    Raises:
        ValueError: no chapter has this package.
    """
    stored = (result.claims(Path(folder)) for result in results_of(package))
    measured = import_module(f"lth_tutorial.{package}.claims").CLAIMS
    return tuple(claim for part in (measured, *stored) for claim in part)
