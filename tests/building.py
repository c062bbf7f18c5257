"""Building the site as `make book` does."""

import subprocess
import sys
from pathlib import Path


def build_site(folder: Path) -> Path:
    """Build the book in `folder`, any warning being an error; returns where its pages are."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "."]
    command += ["-W", "--keep-going", "-n"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "_build" / "html"
