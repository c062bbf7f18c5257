"""Build the book's pages into _build/html, and beside its notebooks the package's wheel, which they need.

Any warning is an error, and a failure leaves no pages.

Pages read before a failure would not be read again: the next build would miss their warnings and pass. So
all that a failed build has made is removed, and what an interrupted one left, before the next begins.

Usage: python tools/build_book.py [FOLDER]
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from build_wheel import build_wheel
from make_assignments import write_pages

COMMAND = [sys.executable, str(Path(__file__).with_name("quick_book.py")), "build", "."]
COMMAND += ["-W", "--keep-going", "-n", "--quiet"]


def build(folder: Path) -> int:
    """Build the book in `folder`; returns jupyter-book's exit status, 0 where the pages are whole."""
    made = folder / "_build"
    unfinished = made / ".unfinished"
    if unfinished.exists():
        shutil.rmtree(made)
    made.mkdir(exist_ok=True)
    unfinished.touch()
    status = 1
    try:
        if (folder / "book" / "assignments").exists():
            write_pages(folder / "book", int(os.environ.get("VARIANT") or 0))
        status = subprocess.run(COMMAND, cwd=folder).returncode
        if status == 0 and (folder / "setup.py").exists():
            build_wheel(made / "html" / "notebooks", folder)
    finally:
        if status == 0:
            unfinished.unlink()
        else:
            shutil.rmtree(made)
    return status


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
