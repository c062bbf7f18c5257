"""What the built pages say that a symbol means, held to a list that somebody has read.

`symbols.txt` has a line for each meaning that a page shows: the page, the symbol, its meaning, and how the
page's formulas write it. A new line is right if each spelling means that wherever the page uses it; then
`python -m tests.pages.test_symbols` writes the list anew from the built pages.
"""

import json
import re
import sys
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lth_tutorial.chapters import CHAPTERS

from .conftest import ROOT, pages
from .markup import parsed

sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import symbols  # noqa: E402

NUMBERS = [str(chapter.number) for chapter in CHAPTERS]
LIST = Path(__file__).with_name("symbols.txt")


def shown(file: Path) -> set[str]:
    """The lines of the list that a built page stands for."""
    page = parsed(file)
    data = page.find(id="lth-symbols")
    meanings = json.loads(data.string) if data else {}
    written: dict[str, set[str]] = {key: set() for key in meanings}
    for formula in page.select("article [data-symbols]"):
        tex = formula.select_one("[data-tex]")["data-tex"]
        for key in json.loads(formula["data-symbols"]):
            symbol = BeautifulSoup(meanings[key][0], "html.parser").select_one("[data-tex]")[
                "data-tex"
            ]
            written[key] |= spellings(tex, symbol, meanings[key][1])
    return {
        f"{file.stem} | {key} | {meanings[key][1]} | {'  '.join(sorted(found))}"
        for key, found in written.items()
    }


def spellings(tex: str, symbol: str, meaning: str) -> set[str]:
    """How a formula writes a symbol with this meaning; as the symbol itself, where its author says so."""
    found = {
        atom.written
        for chapter in NUMBERS
        for atom in symbols.atoms(tex)
        if symbols.row_of(atom, chapter) == (symbol, meaning)
    }
    return found or {symbol}


def listed(page: str) -> set[str]:
    """The lines of a page in the list."""
    return {
        line
        for line in LIST.read_text(encoding="utf-8").splitlines()
        if line.startswith(f"{page} | ")
    }


@pytest.mark.parametrize("path", pages())
def test_a_page_shows_the_meanings_that_were_read(site, path):
    found, known = shown(site / path), listed(Path(path).stem)
    assert not found - known, (
        "read these in the page; if they are right, run `python -m tests.pages.test_symbols`"
    )
    assert not known - found, "the list has these, and the page no longer"


def test_no_page_shows_another_chapters_meaning(site):
    """Elsewhere than on a chapter's page each meaning names its chapter, whose table has it."""
    for path in pages():
        page = parsed(site / path)
        for entry in page.select(".lth-symbols dd"):
            text = unescape(entry.get_text())
            named = re.search(r" \(chapters? ([\d, and]+)\)$", text)
            assert bool(named) != bool(symbols.chapter_of(path)), f"{path}: {text}"
            for chapter in re.findall(r"\d", named[1] if named else ""):
                meanings = {row.meaning for row in symbols.table(chapter).values()}
                assert text.removesuffix(named[0]) in meanings, f"{path}: {text}"


def test_the_scorecards_rows_speak_of_their_chapters(site):
    """The step of chapter 5, which was shown as the tolerance of chapter 1."""
    lines = shown(site / "book" / "scorecard.html")
    meanings = {line.split(" | ")[2] for line in lines if line.split(" | ")[1].startswith("K")}
    assert (
        "number of neurons" in meanings
        and "surplus of candidates in the poster's theorem" in meanings
    )


if __name__ == "__main__":
    built = ROOT / "_build" / "html"
    lines = [line for path in pages() for line in sorted(shown(built / path))]
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")
