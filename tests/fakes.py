"""Numbers that must turn the verdict of a claim: a measure that no number turns measures nothing.

`tests/<chapter>/fakes.py` holds FAKES: for the key of every claim of the chapter what is put in the place of
something that its measure calls, or into a copy of the stored result that it reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from lth_tutorial import files

from .stored import STORED

something = SimpleNamespace


@dataclass(frozen=True)
class Instead:
    """In a module, names with what they stand for instead."""

    module: object
    values: dict[str, object]

    def put(self, monkeypatch, folder: Path) -> Path:
        """Put it there; returns where the stored results lie."""
        for name, value in self.values.items():
            monkeypatch.setattr(self.module, name, value)
        return STORED


@dataclass(frozen=True)
class Stored:
    """In a stored result, at a place (keys and numbers of rows), another value or one made of the old."""

    name: str
    place: tuple
    value: object

    def put(self, monkeypatch, folder: Path) -> Path:
        """Write the copy into `folder`, beside all others as they are; returns the folder."""
        for path in STORED.glob("*.json"):
            (folder / path.name).symlink_to(path)
        (folder / f"{self.name}.json").unlink()
        written = part = files.read_json(STORED / f"{self.name}.json")
        *way, last = self.place
        for step in way:
            part = part[step]
        part[last] = self.value(part[last]) if callable(self.value) else self.value
        files.write_json(folder / f"{self.name}.json", written)
        return folder


def always(value) -> Callable:
    """A function that returns `value`, whatever it is asked."""
    return lambda *arguments, **options: value


def filled(value) -> Callable:
    """Rows, or rows of rows, of the same shape that hold nothing but `value`."""
    return lambda rows: [filled(value)(row) if isinstance(row, list) else value for row in rows]


def each(**changes) -> Callable:
    """Lines with other entries."""
    return lambda lines: [line | changes for line in lines]


def each_cell(kind: str | None = None, **changes) -> Callable:
    """Cells with other numbers; of one kind only, if it is named."""

    def change(cell: dict) -> dict:
        if kind not in (None, cell["parameters"].get("kind")):
            return cell
        return cell | {"numbers": cell["numbers"] | changes}

    return lambda cells: [change(cell) for cell in cells]
