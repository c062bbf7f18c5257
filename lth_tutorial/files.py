"""Files that are there whole or not at all, and the JSON of results."""

import json
import os
import re
import tempfile
from pathlib import Path

import numpy as np

import lth_tutorial


def write_whole(path: Path, data: bytes) -> None:
    """Write to a temporary file, then rename: a reader never sees half a file, and none is left behind.

    Raises:
        OSError: the folder cannot be made or written to, or the disk is full; the message names the folder.
    """
    path, temporary = Path(path), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        words = f"{path.name} could not be written into {path.parent}: {error.strerror or error}"
        raise OSError(error.errno, words) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def read_json(path: Path) -> dict:
    """What a file holds; `results/NAME.json`, as notebooks ask for it, also from a folder of one's own.

    Raises:
        FileNotFoundError: there is no such file, neither here nor among the package's own results.
        ValueError: the file is damaged.
    """
    path = Path(path)
    if not path.exists() and path.parent == Path("results"):
        path = stored_results() / path.name
        if not path.exists():
            raise FileNotFoundError(
                f"no stored result {path.name} in {path.parent}: "
                f"python -m lth_tutorial reproduce --list says which there are"
            )
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged; delete it, and it is made again") from error


def stored_results() -> Path:
    """Where the results lie that came with the package: in its checkout, or in the package as installed."""
    package = Path(lth_tutorial.__file__).parent
    checkout = package.parent / "book" / "results"
    return checkout if checkout.exists() else package / "data" / "results"


def write_json(path: Path, value: dict) -> None:
    """Write a value as JSON, whole or not at all; arrays become lists."""
    text = _one_line_lists(json.dumps(value, indent=1, default=plain)) + "\n"
    write_whole(path, text.encode("utf-8"))


_SCALAR = r'(?:"[^"\\\s]*"|[\w.+-]+)'
_BREAK = re.compile(r",\s*")
_LIST = re.compile(rf"\[\s*({_SCALAR}(?:,\s*{_SCALAR})*)\s*\]")


def _one_line_lists(text: str) -> str:
    """Lists of numbers and single words on one line each: a third of the size, and easier to read."""
    return _LIST.sub(lambda found: f"[{_BREAK.sub(', ', found[1])}]", text)


def plain(value):
    """Numpy's numbers and arrays as JSON has them."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a results file")
