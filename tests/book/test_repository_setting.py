"""One setting, `repository.url`, switches on every link that needs an address."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest

from ..building import build_site

ROOT = Path(__file__).resolve().parents[2]
URL = "https://github.com/someone/the-book"
CHAPTER = "book/1-random-subset-sum"


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The site as it would be built with an address in the configuration."""
    copy = tmp_path_factory.mktemp("published")
    shutil.copytree(ROOT / "book", copy / "book", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "_toc.yml", copy)
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    text, found = re.subn(r'(?m)^  url: ""$', f'  url: "{URL}"', text)
    assert found == 1
    text = text.replace('  baseurl: ""', '  baseurl: "https://someone.github.io/the-book"')
    (copy / "_config.yml").write_text(text, encoding="utf-8")
    return build_site(copy)


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
