"""A browser is looked for, installed where there is none, and missed in one line."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .. import browser

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """No browser on the path, none of playwright's, none named; a folder where one would be found."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    return tmp_path


def test_the_systems_browser_is_found(nowhere, monkeypatch):
    assert browser.chromium() is None
    (nowhere / "chromium").touch(mode=0o755)
    assert browser.chromium() == str(nowhere / "chromium")
    monkeypatch.setenv("CHROMIUM", "/another/one")
    assert browser.chromium() == "/another/one"


def test_it_is_looked_for_while_playwright_runs(nowhere):
    lines = [
        "from playwright.sync_api import sync_playwright",
        "from tests import browser",
        "with sync_playwright(): print(browser.chromium())",
    ]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == "None\n", done.stderr


def test_without_one_playwright_is_asked_for_its_own(nowhere, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(browser.subprocess, "run", lambda command, **_: asked.append(command))
    monkeypatch.setattr(browser, "own", lambda: "/playwrights/own" if asked else None)
    assert browser.main() == 0
    assert asked == [[sys.executable, "-m", "playwright", "install", "chromium"]]
    assert capsys.readouterr().out == "" and browser.chromium() == "/playwrights/own"


def test_if_it_cannot_be_had_one_line_says_so(nowhere, monkeypatch, capsys):
    monkeypatch.setattr(
        browser, "INSTALL", [sys.executable, "-c", "raise SystemExit('no network')"]
    )
    assert browser.main() == 0
    out, err = capsys.readouterr()
    assert out == f"{browser.WITHOUT}\n" and err == ""


@pytest.mark.parametrize("ci, word", [("", "SKIPPED [2]"), ("true", "ERROR")])
def test_only_continuous_integration_insists_on_one(nowhere, ci, word):
    """Elsewhere the summary has one line for all that was left out."""
    command = [sys.executable, "-m", "pytest", "-q", "-o", "addopts=-ra"]
    for plugin in ("cacheprovider", "nbval", "hypothesispytest", "xdist"):
        command += ["-p", f"no:{plugin}"]
    command += ["tests/pages/test_pages.py", "-k", "keyboard_reaches or paper_is_light"]
    environment = os.environ | {"CI": ci}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    summary = done.stdout.partition("short test summary info")[2]
    lines = [line for line in summary.splitlines() if line.startswith(word)]
    assert done.returncode == (1 if ci else 0) and len(lines) == (2 if ci else 1), done.stdout
    assert all("the pages were not tested: no Chromium; install one" in line for line in lines)


def test_no_test_asks_for_text_as_drawn():
    """What a browser has not drawn yet, since it is off the screen, has none: such a test hangs on the place
    that the page is scrolled to, or cannot fail."""
    asks = re.compile(r"[.](?:inner_text|all_inner_texts)[(]|[.]innerText[ ;.)]")
    files = sorted(Path(__file__).parent.glob("*.py"))
    assert [p.name for p in files if asks.search(p.read_text(encoding="utf-8"))] == []
