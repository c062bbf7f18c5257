"""A library that is missing is named in a sentence, with the extra of the package that brings it.

Importing the package adds a finder that Python asks last, when nobody else finds a module. It speaks up only
where the package itself imports one; everybody else hears Python's own words.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from pathlib import Path

# Which extra brings a library.
BROUGHT = {
    "ipywidgets": "book",
    "joblib": "book",
    "matplotlib": "book",
    "pooch": "book",
    "scipy": "book",
    "tqdm": "book",
    "torch": "torch",
    "distributed": "cluster",
    "dask": "cluster",
}


def need(*extras: str) -> None:
    """Nothing, where all libraries of these extras are there.

    Raises:
        ModuleNotFoundError: some are not; the words name them and say what installs them.
    """
    missing = [name for name, extra in BROUGHT.items() if extra in extras and not find_spec(name)]
    if missing:
        words = f"{', '.join(missing)} missing: {command(*extras)}"
        raise ModuleNotFoundError(words, name=missing[0])


def cure(library: str) -> str:
    """What installs a library that is missing, a module of it being enough."""
    top = library.partition(".")[0]
    return command(BROUGHT[top]) if top in BROUGHT else f"pip install {top}"


def command(*extras: str) -> str:
    """What installs extras: those of the checkout that the package is in, or of the package as installed."""
    in_checkout = (Path(__file__).parents[1] / "pyproject.toml").exists()
    editable, place = ("-e ", ".") if in_checkout else ("", "lth-tutorial")
    return f'pip install {editable}"{place}[{",".join(extras)}]"'


class Last(MetaPathFinder):
    """Finds nothing; where the package imports a library of an extra, it says which one is missing."""

    def find_spec(self, name, path=None, target=None):
        """Nothing, which says that the module was not found.

        Raises:
            ModuleNotFoundError: the same, with what installs the library.
        """
        if name in BROUGHT and _imported_by_the_package():
            raise ModuleNotFoundError(f"No module named {name!r}: {cure(name)}", name=name)


def _imported_by_the_package() -> bool:
    """Whether the import that Python is at stands in the package; a mere look-up with importlib is none."""
    frame = sys._getframe(2)
    while frame and _module(frame).startswith("importlib._bootstrap"):
        frame = frame.f_back
    return frame is not None and _module(frame).partition(".")[0] == "lth_tutorial"


def _module(frame) -> str:
    return frame.f_globals.get("__name__") or ""


def install() -> None:
    """Have the finder asked, once."""
    if not any(isinstance(finder, Last) for finder in sys.meta_path):
        sys.meta_path.append(Last())
