"""A build that fails, or is broken off, leaves nothing that the next one takes for success."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ..building import TOOL, run_build

ROOT = Path(__file__).resolve().parents[2]
PAGE = (
    "# A page\n\nAs {{cite}}`{}` says.\n\n```{{bibliography}}\n:filter: docname in docnames\n```\n"
)


@pytest.fixture
def book(tmp_path, monkeypatch) -> Path:
    """A copy of the book with its settings and one page, which cites `malach2020`; no page runs."""
    monkeypatch.setenv("LIVE", "0")
    (tmp_path / "book").mkdir()
    for name in ("_ext", "_static"):
        shutil.copytree(ROOT / "book" / name, tmp_path / "book" / name)
    for name in ("_config.yml", "book/references.bib", "book/notation.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: book/notation\n", encoding="utf-8"
    )
    write(tmp_path, "malach2020")
    return tmp_path


def write(book: Path, key: str) -> None:
    (book / "book" / "index.md").write_text(PAGE.format(key), encoding="utf-8")


def test_an_unknown_key_fails_every_time(book):
    """Also where pages of before are there, which are not those of the book as it is."""
    assert run_build(book).returncode == 0
    assert (book / "_build" / "html" / "index.html").exists()
    write(book, "nobody1900")
    for _ in range(2):
        done = run_build(book)
        assert done.returncode != 0 and "nobody1900" in done.stdout + done.stderr
        assert not (book / "_build").exists()


def test_a_killed_build_is_begun_anew(book):
    """Killed once the page with the unknown key has been read, whose warning is not given a second time."""
    write(book, "nobody1900")
    process = subprocess.Popen(
        [sys.executable, str(TOOL), str(book)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list(book.glob("_build/.doctrees/**/index.doctree")):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert run_build(book).returncode != 0
    assert not (book / "_build").exists()


def test_a_statement_without_a_place_in_the_book_fails_and_is_named(book):
    """The page of the sources: a place is a chapter's number and one of its headings."""
    (book / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\nchapters:\n- file: book/notation\n- file: book/5-a-chapter\n"
        "- file: book/sources\n",
        encoding="utf-8",
    )
    (book / "book" / "5-a-chapter.md").write_text(
        "# A chapter\n\n## Its setting\n\nText.\n", encoding="utf-8"
    )
    head = (
        "# Sources\n\n## The slides\n\n| row | what it says | place in the book |\n|---|---|---|\n"
    )
    good = "| 1 | a statement | 5: Its setting; here: The slides |\n"
    bad = (
        "| 2 | with $\\beta$ | |\n| 3 | one | 5: Another setting |\n| 4 | one | 4: Its setting |\n"
    )
    write(book, "malach2020")
    (book / "book" / "sources.md").write_text(head + good + bad, encoding="utf-8")
    done = run_build(book)
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "The slides, row 1" not in said
    assert "sources: The slides, row 2 has no place in the book" in said
    assert (
        "sources: The slides, row 3 names a place that is not in the book: '5: Another setting'"
        in said
    )
    assert (
        "sources: The slides, row 4 names a place that is not in the book: '4: Its setting'" in said
    )
    good += "| 2 | with $\\beta$ | 5: Its setting |\n"
    (book / "book" / "sources.md").write_text(head + good, encoding="utf-8")
    assert run_build(book).returncode == 0
    page = (book / "_build" / "html" / "book" / "sources.html").read_text(encoding="utf-8")
    assert 'href="5-a-chapter.html#its-setting">5. Its setting</a>' in page
    assert 'href="#the-slides">The slides</a>' in page
    assert "momentum (chapter 5)" in page, "a row's formulas have the meanings of its chapter"
