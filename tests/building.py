"""Building the site as `make book` does, and the other programs in tools/."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

TOOL = Path(__file__).resolve().parents[1] / "tools" / "build_book.py"


def run_build(folder: Path) -> subprocess.CompletedProcess:
    """The command behind `make book`, for the book in `folder`."""
    command = [sys.executable, str(TOOL), str(folder)]
    return subprocess.run(command, capture_output=True, text=True)


def build_site(folder: Path) -> Path:
    """Build the book in `folder`, any warning being an error; returns where its pages are."""
    done = run_build(folder)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "_build" / "html"


def tool(name: str, root: Path = TOOL.parents[1]) -> ModuleType:
    """One of the programs in tools/, of this checkout or of a copy, as a module."""
    spec = importlib.util.spec_from_file_location(name, root / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
