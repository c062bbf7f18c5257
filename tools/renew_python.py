"""Vendor the Python that runs in the pages anew, from the folder of an official Pyodide release.

The folder is what the release's full archive holds, or the five core files of the npm package `pyodide` with
the wheels beside them. Only what is needed is taken: the core, and the wheels of numpy, matplotlib and what
these import. A wheel must have the SHA-256 that the release's own `pyodide-lock.json` gives for it; that of
each core file, the lock included, is written down in `hashes.json`, to which a test holds them. History keeps
every version: one renewal adds some 17 MB to each clone, so renew rarely.

Usage: python tools/renew_python.py FOLDER, then make book and python tools/compile_python.py
"""

import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "book" / "_ext" / "lth_book" / "vendor" / "python"
LOCK = "pyodide-lock.json"
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", LOCK)
# What `import numpy` and drawing an SVG with matplotlib import, and no more: what matplotlib needs besides
# (fonttools for PDF files, pytz, a backend for the page) stays out.
PACKAGES = (
    "numpy",
    "matplotlib",
    "contourpy",
    "cycler",
    "kiwisolver",
    "packaging",
    "pillow",
    "pyparsing",
    "python-dateutil",
    "six",
)
COMPILED = "compiled.zip.xz"  # by tools/compile_python.py
MOST = 30_000_000  # bytes


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def wheels(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 of the wheels that are needed, as the lock in `folder` has them."""
    packages = json.loads((folder / LOCK).read_text(encoding="utf-8"))["packages"]
    return {packages[name]["file_name"]: packages[name]["sha256"] for name in PACKAGES}


def renew(release: Path, vendor: Path = VENDOR) -> int:
    """Replace what is vendored by the release's files; returns their bytes.

    Raises:
        ValueError: a file is missing, is not what the lock says, or all are more than `MOST` bytes.
    """
    needed = wheels(release)
    missing = [name for name in (*CORE, *needed) if not (release / name).exists()]
    if missing:
        raise ValueError(f"{release} lacks {', '.join(missing)}")
    for name, known in needed.items():
        if digest(release / name) != known:
            raise ValueError(f"{name} is not the file that {LOCK} names")
    size = sum((release / name).stat().st_size for name in (*CORE, *needed))
    if size > MOST:
        raise ValueError(f"{size:,} bytes; at most {MOST:,} are vendored")
    for part, names in (("core", CORE), ("wheels", needed)):
        shutil.rmtree(vendor / part, ignore_errors=True)
        (vendor / part).mkdir(parents=True)
        for name in names:
            shutil.copyfile(release / name, vendor / part / name)
    (vendor / COMPILED).unlink(missing_ok=True)  # of another version
    hashes = {name: digest(vendor / "core" / name) for name in CORE}
    (vendor / "hashes.json").write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")
    return size


if __name__ == "__main__":
    print(f"{renew(Path(sys.argv[1])):,} bytes, in {VENDOR}")
