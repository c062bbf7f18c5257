"""Building the site as `make book` does."""

import subprocess
import sys
from pathlib import Path

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
