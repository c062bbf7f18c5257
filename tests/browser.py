"""The browser of the pages' tests. `python -m tests.browser` installs playwright's where there is none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The first opens a page in half the time: it has no windows to draw.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
INSTALL = [sys.executable, "-m", "playwright", "install", "chromium"]
PATH = (
    "from playwright.sync_api import sync_playwright\n"
    "with sync_playwright() as p: print(p.chromium.executable_path)"
)
WITHOUT = (
    "the pages were not tested: no Chromium; install one (Debian: apt-get install chromium; elsewhere: "
    "python -m playwright install chromium) or set CHROMIUM to its path"
)


def chromium() -> str | None:
    """Where a Chromium is: the one that CHROMIUM names, the system's, or playwright's own."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or own()


def own() -> str | None:
    """Playwright's Chromium, where it has been installed; asked for in a process of its own.

    Playwright refuses a second start in a process where it runs already, as it does among the pages' tests.
    """
    done = subprocess.run([sys.executable, "-c", PATH], capture_output=True, text=True, check=True)
    path = done.stdout.strip()
    return path if Path(path).exists() else None


def main() -> int:
    """Make sure of a browser, or say in one line what will not be tested."""
    if chromium() is None:
        subprocess.run(INSTALL, capture_output=True)
        if chromium() is None:
            print(WITHOUT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
