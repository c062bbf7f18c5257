"""Finished cells of a result, kept one by one: found again where they are whole and of the present code."""

import datetime
import hashlib
import json
import os
import platform
import sys
from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import lth_tutorial
from lth_tutorial.files import plain, read_json, write_json
from lth_tutorial.results import Result


def default_cache() -> Path:
    """The user's own folder for caches: a checkout that is thrown away takes no finished cell with it."""
    import pooch

    return Path(pooch.os_cache("lth-tutorial")) / "cells"


class Store:
    """The finished cells of a result: in a folder of the cache and, if it is kept, in its file of results."""

    def __init__(
        self, result: Result, size: str, results: Path, cache: Path, together: bool = False
    ):
        # Before the work, not after it: hours may lie between the two.
        _make_folder("results", results)
        _make_folder("cache", cache)
        self.result, self.size = result, size
        self.code, self.parameters = result.code(together), result.cells(size)
        self.file = result.file(size, results)
        self.folder = cache / f"{result.name}-{size}-{self.code[:12]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checked: dict | None = None

    def path(self, k: int) -> Path:
        """The file of one cell in the cache."""
        return self.folder / f"{_key(self.parameters[k])[:16]}.json"

    def facts(self) -> dict:
        """What `prepare` found, in this run or in an earlier one of which all files are still there."""
        path = self.folder / "facts.json"
        found = _read_or_set_aside(path, _is_prepared)
        if found is None or not all((self.folder / name).exists() for name in found["files"]):
            found = self._prepare()
            write_json(path, found)
        return found["facts"]

    def _prepare(self) -> dict:
        """Facts, and the names of the files that were made for all cells: a cache may lose some of them."""
        before = set(os.listdir(self.folder))
        facts = self.result.prepare(self.size, self.folder) if self.result.prepare else {}
        return as_json({"facts": facts, "files": sorted(set(os.listdir(self.folder)) - before)})

    def finished(self) -> list[dict | None]:
        """For each cell what is kept of it, None where it is still to be run."""
        stored = self._stored() if self.result.keep else {}
        return [
            stored.get(_key(p)) or _read_or_set_aside(self.path(k), self._is_cell_of(p))
            for k, p in enumerate(self.parameters)
        ]

    def _is_cell_of(self, parameters: dict) -> Callable[[object], bool]:
        wanted = as_json(parameters)
        return lambda cell: (
            _is_cell(cell) and (cell["parameters"], cell["code"]) == (wanted, self.code)
        )

    def _stored(self) -> dict[str, dict]:
        """By parameters: the cells in the file of results that the present code made, or may stand for."""
        written = _read_or_set_aside(self.file, _is_written)
        if written is None:
            return {}
        self.checked, found = checked(written), {}
        # A cell that was run alone, or was held to that, need not be run again with all others at once.
        ours = {self.code, self.result.code()}
        for cell in written["cells"]:
            code = cell.get("code", written["provenance"]["code"])
            if ours & {code, *checked_code(written)}:
                found[_key(cell["parameters"])] = {"device": "cpu", **cell, "code": code}
        return found

    def keep(self, k: int, cells: list[dict | None], facts: dict) -> None:
        """Keep cell k, which has just been finished; its worker may not have had this folder."""
        if not self.path(k).exists():
            write_json(self.path(k), cells[k])
        if self.result.keep:
            self._set_whole_file_aside()
            done = [cell for cell in cells if cell is not None]
            write_json(self.file, self._head(facts, False) | {"cells": done, **self._made(done)})

    def _set_whole_file_aside(self) -> None:
        """A complete file that is being made again stays beside the new one until that is complete."""
        if self.file.exists() and read_json(self.file).get("complete", True):
            self.file.replace(self._before)

    @property
    def _before(self) -> Path:
        return self.file.with_suffix(".json.old")

    def write(
        self, cells: list[dict], facts: dict, backend: str, workers: int, wall: float
    ) -> dict:
        """The whole file; what its claims say of it is measured when it is asked for."""
        run = {
            "backend": backend,
            "workers": workers,
            "wall_seconds_of_the_last_run": round(wall, 1),
        }
        made = self._made(cells, **run)
        summary = self.result.summarise(cells, facts)
        written = self._head(facts, True) | {"summary": summary, "cells": cells, **made}
        write_json(self.file, written)
        self._before.unlink(missing_ok=True)
        return read_json(self.file)

    def _head(self, facts: dict, complete: bool) -> dict:
        result = self.result
        head = {"name": result.name, "title": result.title, "size": self.size}
        return head | {"complete": complete, "facts": facts}

    def _made(self, cells: list[dict], **run) -> dict:
        """How the cells were made; a check of older ones among them stays on record."""
        old = any(cell["code"] != self.code for cell in cells)
        return {
            "provenance": {
                **provenance(),
                "device": ", ".join(sorted({cell["device"] for cell in cells})),
                "code": self.code,
                **run,
                "cpu_seconds": round(sum(cell["seconds"] for cell in cells), 1),
                **({"checked": self.checked} if old else {}),
            }
        }


def _make_folder(name: str, folder: Path) -> None:
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"{name} must be a folder, or a place for one, got {folder}: {error.strerror}"
        ) from error
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{name} must be a folder that can be written to, got {folder}")


def _read_or_set_aside(path: Path, good: Callable[[object], bool]):
    """What a file holds; None where there is none, or none that is good: that one gets another name."""
    if not path.exists():
        return None
    try:
        value = read_json(path)
    except (ValueError, OSError):
        value = None
    if good(value):
        return value
    aside = path.with_suffix(".json.bad")
    path.replace(aside)
    print(f"{path} is damaged: set aside as {aside.name}, and made again", file=sys.stderr)
    return None


def _is_prepared(found: object) -> bool:
    kinds = {"facts": dict, "files": list}
    return isinstance(found, dict) and all(isinstance(found.get(n), k) for n, k in kinds.items())


def _is_cell(cell: object) -> bool:
    kinds = {
        "parameters": dict,
        "numbers": dict,
        "seconds": int | float,
        "device": str,
        "code": str,
    }
    return isinstance(cell, dict) and all(
        isinstance(cell.get(name), kind) for name, kind in kinds.items()
    )


def _is_written(written: object) -> bool:
    return (
        isinstance(written, dict)
        and isinstance(written.get("cells"), list)
        and "code" in written.get("provenance", {})
        and all(_is_cell({"device": "", "code": "", **cell}) for cell in written["cells"])
    )


def checked(written: dict) -> dict | None:
    """The record of the check that let other code stand for the code that made a file."""
    return written["provenance"].get("checked")


def checked_code(written: dict) -> tuple[str, ...]:
    """The digest of the code that last checked a stored result; nothing where none did."""
    record = checked(written)
    return () if record is None else (record["code"],)


def as_json(value):
    """The value as it comes back from a file: lists for tuples and arrays."""
    return json.loads(json.dumps(value, default=plain))


def _key(parameters: dict) -> str:
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()


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


def made_by(written: dict, code: str) -> str:
    """Which code made a stored file: the present one, one that a check found to give the same, or another."""
    made = written["provenance"]["code"]
    whole = "" if written.get("complete", True) else f"{len(written['cells'])} cells of "
    if made == code:
        return f"{whole}the present code, {code}"
    if code in checked_code(written):
        return f"{whole}{made}, checked on {checked(written)['date']} against the present code"
    return f"{whole}{made}, not the present code ({code})"
