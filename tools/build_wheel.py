"""Build the package's wheel, stored results and all, into a folder, unless one of the same sources is there.

The build is given a copy of the sources: what it leaves behind, and what an earlier one left, stays out.

Usage: python tools/build_wheel.py FOLDER
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("pyproject.toml", "setup.py", "README.md", "lth_tutorial", "book/results")


def build_wheel(folder: Path, root: Path = ROOT) -> Path:
    """The wheel in `folder`, made anew where one of the sources is younger; no other one is left there.

    Raises:
        CalledProcessError: the build failed, and said why.
    """
    there = list(folder.glob("lth_tutorial-*.whl"))
    if len(there) == 1 and there[0].stat().st_mtime > _youngest(root):
        return there[0]
    for old in there:
        old.unlink()
    with tempfile.TemporaryDirectory() as copy:
        for source in _sources(root):
            _copy(source, Path(copy, source.relative_to(root)))
        how = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
        command = [sys.executable, "-m", "pip", "wheel", *how, "--wheel-dir", str(folder), copy]
        subprocess.run(command, check=True)
    (made,) = folder.glob("lth_tutorial-*.whl")
    return made


def _sources(root: Path) -> list[Path]:
    return [*(root / name for name in SOURCES), *root.glob("LICENSE*")]


def _youngest(root: Path) -> float:
    """When a source was last changed, or one was put into or taken out of a folder."""
    everything = [path for source in _sources(root) for path in (source, *source.rglob("*"))]
    return max(path.stat().st_mtime for path in everything if "__pycache__" not in path.parts)


def _copy(source: Path, copy: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)


if __name__ == "__main__":
    print(build_wheel(Path(sys.argv[1])))
