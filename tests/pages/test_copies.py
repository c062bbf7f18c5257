"""The copies of the notebooks that the site offers: plain, with the site's numbers, and no dead link."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from lth_tutorial import chapters

from .markup import parsed

BOOK = Path(__file__).resolve().parents[2] / "book"
# A directive, a role, a target, an option or a comment.
MYST = re.compile(
    r"(?m)^\s*>?\s*(:{3,}|`{3,}\{)|\{[\w:]+\}`|^\(\S+\)=|^\s*>?\s*:[\w-]+:|<!--|\$\$ \(\w"
)
NOTEBOOKS = [chapter.notebook for chapter in chapters.CHAPTERS]
each_copy = pytest.mark.parametrize("notebook", [it.notebook for it in chapters.NOTEBOOKS])


def cells(path: Path, kind: str) -> list[str]:
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in found if cell["cell_type"] == kind]


def text_of(path: Path) -> str:
    return "\n".join(cells(path, "markdown"))


@pytest.fixture(scope="module")
def page(site):
    """The main text of a chapter's page."""

    def read(notebook: str) -> BeautifulSoup:
        return parsed((site / "book" / notebook).with_suffix(".html")).find("article")

    return read


@each_copy
def test_no_myst_is_left(site, notebook):
    text = text_of(site / "notebooks" / notebook)
    assert [found[0] for found in MYST.finditer(text)] == []
    assert MYST.search(text_of(BOOK / notebook))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_statements_and_equations_have_the_numbers_of_the_page(site, page, notebook):
    text, html = text_of(site / "notebooks" / notebook), page(notebook)
    shown = [" ".join(it.get_text().split()) for it in html.select(".caption-number")]
    assert re.findall(r"(?m)^> \*\*(\w+ \d+)\*\*", text) == shown
    numbers = [re.sub(r"\D", "", it.get_text()) for it in html.select(".eqno")]
    assert re.findall(r"\\tag\{(\d+)\}", text) == numbers
    assert shown and numbers


@each_copy
def test_references_read_as_on_the_page(site, page, notebook):
    """Those to statements and equations, and the citations, in their order."""
    text = text_of(site / "notebooks" / notebook)
    words = re.findall(r"\[((?:[A-Z][a-z]+ |\()\d+\)?)\]\(", text)
    cited = re.findall(r"\[([^\[\]]+, (?:\d{4}|n\.d\.))\]\(#References\)", text)
    links = [it for it in page(notebook).select("a.reference.internal") if it.get_text()]
    shown = [" ".join(it.get_text().split()) for it in links]
    assert words == [it for it in shown if re.fullmatch(r"[A-Z][a-z]+ \d+|\(\d+\)", it)]
    assert cited == [it for it in shown if re.search(r", (\d{4}|n\.d\.)$", it)]


@each_copy
def test_every_local_link_leads_somewhere(site, notebook):
    def headings(path: Path) -> set[str]:
        return {it.replace(" ", "-") for it in re.findall(r"(?m)^#+ (.+)$", text_of(path))}

    here, dead = site / "notebooks" / notebook, []
    for address in re.findall(r"\]\(([^()\s]+)\)", text_of(here)):
        file, _, heading = address.partition("#")
        target = here.parent / file if file else here
        if not address.startswith("https://") and not (
            target.exists() and (not heading or unquote(heading) in headings(target))
        ):
            dead.append(address)
    assert dead == []


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_its_code_is_the_chapters(site, notebook):
    """So what the chapter computes, its copy computes: nothing but a title for what is folded was added."""
    first, *copied = cells(site / "notebooks" / notebook, "code")
    assert [re.sub(r"\A# @title .*\n", "", source) for source in copied] == cells(
        BOOK / notebook, "code"
    )
    assert "need(" in first
    folded = [source for source in copied if source.startswith("# @title A guess")]
    assert len(folded) == 1 and "guess(" in folded[0]
