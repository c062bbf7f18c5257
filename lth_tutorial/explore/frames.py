"""The frames of a figure in a file of their own, which a page reads when the figure comes near.

The file is a script, since a page opened from disk may read no other kind of file. It hands over one text:
JSON, compressed by gzip, in base64. Frames of a figure are alike, so each line of their SVG is there once:
``{"lines": [...], "frames": [{"says": ..., "csv": ..., "svg": [numbers of lines]}, ...]}``.
"""

import base64
import gzip
import json
import os
from collections.abc import Sequence
from pathlib import Path

from .frame import Frame

HEAD = "(self.lthFrames ??= {})"


def as_script(key: str, frames: Sequence[Frame]) -> str:
    """The text of the file that holds `frames`; `key` is what a page calls it, ``folder/figure``."""
    numbers = {}
    stored = [
        {
            "says": frame.says,
            "csv": frame.csv,
            "svg": [numbers.setdefault(line, len(numbers)) for line in frame.svg.split("\n")],
        }
        for frame in frames
    ]
    text = json.dumps({"lines": list(numbers), "frames": stored}, separators=(",", ":"))
    packed = base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()
    return f'{HEAD}["{key}"]="{packed}";\n'


def from_script(script: str) -> list[Frame]:
    """The frames that a file of `as_script` holds."""
    packed = script.partition("]=")[2].rstrip(";\n").strip('"')
    stored = json.loads(gzip.decompress(base64.b64decode(packed)))
    lines = stored["lines"]
    return [
        Frame("\n".join(lines[k] for k in frame["svg"]), frame["says"], frame["csv"])
        for frame in stored["frames"]
    ]


def same(script: str, other: str) -> bool:
    """Whether two files hold the same frames, whichever library compressed them."""
    return script == other or from_script(script) == from_script(other)


def folder() -> Path | None:
    """Where the frames of the notebook that runs have their place: the variable ``LTH_FRAMES``."""
    place = os.environ.get("LTH_FRAMES")
    return Path(place) if place else None


def write(place: Path, name: str, frames: Sequence[Frame]) -> None:
    """Write one figure's frames; a file that holds them already stays as it is."""
    write_script(place / f"{name}.js", as_script(f"{place.name}/{name}", frames))


def write_script(path: Path, script: str) -> bool:
    """Write a file of frames unless it holds them already; returns whether it was written."""
    if path.exists() and same(path.read_text(encoding="utf-8"), script):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".js.part")
    temporary.write_text(script, encoding="utf-8")
    temporary.replace(path)
    return True


def check(place: Path, name: str, sentences: Sequence[str]) -> None:
    """Hold what is drawn now to what is stored.

    Raises:
        AssertionError: there is no file, or a frame says something else in it.
    """
    path = place / f"{name}.js"
    if not path.exists():
        raise AssertionError(f"{path.name}: no frames are stored; run `make notebooks`")
    stored = [frame.says for frame in from_script(path.read_text(encoding="utf-8"))]
    if len(stored) != len(sentences):
        raise AssertionError(
            f"{path.name}: {len(stored)} frames, {len(sentences)} now; run `make notebooks`"
        )
    for k, (before, now) in enumerate(zip(stored, sentences, strict=True)):
        if before != now:
            raise AssertionError(f"{path.name}: frame {k} says {before!r}, and now {now!r}")
