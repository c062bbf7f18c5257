"""One setting, `repository.url`, switches on every link that needs an address."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from ..building import TOOL
from .conftest import ROOT

URL = "https://github.com/someone/the-book"
CHAPTER = "book/1-random-subset-sum"


@pytest.fixture(scope="module")
def published(site, tmp_path_factory) -> Path:
    """The site as it would be with an address in the configuration: what has been read is written anew."""
    place = tmp_path_factory.mktemp("published")
    shutil.copytree(site.parent, place / "_build")
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    for setting, value in (
        ('  url: ""\n', f'  url: "{URL}"\n'),
        ('  baseurl: ""\n', '  baseurl: "https://someone.github.io/the-book"\n'),
        ("lth_book: book/_ext\n", f"lth_book: {ROOT / 'book' / '_ext'}\n"),
    ):
        assert text.count(setting) == 1
        text = text.replace(setting, value)
    (place / "_config.yml").write_text(text, encoding="utf-8")
    command = [sys.executable, str(TOOL.with_name("quick_book.py")), "build", str(ROOT), "-W", "-n"]
    command += ["--path-output", str(place), "--config", str(place / "_config.yml")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return place / "_build" / "html"


def addresses(page: Path) -> list[str]:
    return [
        a
        for a in re.findall(r'href="([^"]*)"', page.read_text(encoding="utf-8"))
        if a.startswith("http")
    ]


def test_a_chapter_offers_colab_its_source_and_an_error_report(published):
    found = addresses(published / f"{CHAPTER}.html")
    name = CHAPTER.rpartition("/")[2]
    assert (
        f"https://colab.research.google.com/github/someone/the-book/blob/gh-pages/notebooks/{name}.ipynb"
        in found
    )
    assert any(a.startswith(f"{URL}/issues/new") for a in found)
    assert any(a.startswith(f"{URL}/edit/main/{CHAPTER}.ipynb") for a in found)


def test_every_page_offers_an_error_report(published):
    for page in sorted((published / "book").glob("*.html")):
        assert any(a.startswith(f"{URL}/issues/new") for a in addresses(page)), page.name


def test_what_colab_opens_installs_the_package(published):
    name = CHAPTER.rpartition("/")[2]
    notebook = nbformat.read(published / "notebooks" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    pinned = rf"lth-tutorial\[book\] @ git\+{URL}@(v[\d.]+|[0-9a-f]{{40}})"
    assert re.search(f'%pip install -q "{pinned}"', notebook.cells[0].source)


def test_where_the_site_lies_is_told_to_search_engines_and_previews(published):
    site = "https://someone.github.io/the-book/"
    page = (published / f"{CHAPTER}.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{site}{CHAPTER}.html" />' in page
    assert f'<meta property="og:image" content="{site}_static/cover.png">' in page
    assert f"<loc>{site}{CHAPTER}.html</loc>" in (published / "sitemap.xml").read_text()
    assert f'<base href="{site}">' in (published / "404.html").read_text(encoding="utf-8")
