"""A notebook is left out only while nothing changed after it passed."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from .unchanged import digests

ROOT = Path(__file__).resolve().parents[1]


def make_book(root: Path, **printed: int) -> Path:
    """A folder with notebooks whose one cell prints a number, stored as printing 2; and one module."""
    for folder in ("book/results", "lth_tutorial", "tests"):
        (root / folder).mkdir(parents=True)
    for name, number in printed.items():
        cell = nbformat.v4.new_code_cell(f"print({number})", execution_count=1)
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="2\n")]
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), root / "book" / f"{name}.ipynb")
    (root / "lth_tutorial" / "module.py").write_text("a = 1\n")
    (root / "book" / "results" / "one.json").write_text("{}")
    (root / "conftest.py").write_text('pytest_plugins = ["tests.unchanged"]\n')
    (root / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "--nbval"\n')
    (root / "tests" / "nbval_sanitize.cfg").write_text("")
    return root


def run(root: Path, *arguments: str, **variables: str) -> str:
    """What pytest says of a book."""
    environ = {k: v for k, v in os.environ.items() if k != "CI" and not k.startswith("PYTEST")}
    environ |= {"PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "pytest", "--rootdir", str(root), *arguments]
    command += ["-p", "no:xdist", "-p", "no:hypothesispytest"]
    return subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True).stdout


def test_only_what_passed_is_left_out(tmp_path):
    book = make_book(tmp_path, right=2, wrong=3)
    assert "1 failed, 1 passed" in run(book, "book")
    again = run(book, "book", "--collect-only", "-q")
    assert "book/wrong.ipynb::Cell 0" in again and "book/right.ipynb::Cell 0" not in again
    assert again.count("not executed again") == 1 and "right.ipynb" in again
    named = run(book, "book/right.ipynb", "--collect-only", "-q")
    assert "book/right.ipynb::Cell 0" in named and "not executed" not in named
    everything = run(book, "book", "--collect-only", "-q", CI="true")
    assert "right.ipynb::Cell 0" in everything and "wrong.ipynb::Cell 0" in everything


@pytest.mark.parametrize(
    "file",
    [
        "book/one.ipynb",
        "book/results/one.json",
        "lth_tutorial/module.py",
        "lth_tutorial/new.py",
        "pyproject.toml",
        "conftest.py",
        "tests/nbval_sanitize.cfg",
    ],
)
def test_a_file_that_changes_counts(tmp_path, file):
    book = make_book(tmp_path, one=2)
    before = digests(book, {})
    assert digests(book, {}) == before
    with (book / file).open("a", encoding="utf-8") as text:
        text.write(" \n")
    assert digests(book, {})["one.ipynb"] != before["one.ipynb"]


def test_arithmetic_and_versions_count(tmp_path, monkeypatch):
    book = make_book(tmp_path, one=2)
    before = digests(book, {"HOME": "a"})
    assert digests(book, {"HOME": "b"}) == before
    assert digests(book, {"ATEN_CPU_CAPABILITY": "avx2"}) != before
    monkeypatch.setattr("tests.unchanged.distributions", list)
    assert digests(book, {"HOME": "a"}) != before
