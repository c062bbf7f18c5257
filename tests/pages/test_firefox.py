"""The pages in Firefox, where it is installed: controls, links and layout."""

import re

import pytest

from .conftest import FRAMES, each_page
from .firefox import Firefox, firefox
from .test_controls import CHANGE, CHAPTER, DISAGREE, FORMS, MOVED
from .test_every_control import LINKS
from .test_every_page import TEXT_SPACING, WIDTHS

# Firefox says this of a formula of which only a part has arrived yet; the whole page is counted instead.
EARLY = re.compile("Invalid markup: Incorrect number of children for <[a-z]+/> tag")
CHILDREN = """(() => {
    const needed = { mfrac: 2, mroot: 2, msub: 2, msup: 2, munder: 2, mover: 2, msubsup: 3, munderover: 3 };
    return Object.keys(needed).flatMap((name) => [...document.querySelectorAll(name)]
        .filter((e) => e.children.length !== needed[name]).map((e) => e.outerHTML.slice(0, 200)));
})()"""


@pytest.fixture(scope="module")
def window(tmp_path_factory):
    path = firefox()
    if path is None:
        pytest.skip(
            "Firefox was not tested: none is installed (Debian: apt-get install firefox-esr)"
        )
    window = Firefox(path, tmp_path_factory.mktemp("firefox"))
    yield window
    window.close()


@each_page
def test_controls_links_and_layout(window, address, path):
    window.goto(f"{address}/{path}")
    for width in (width for width in WIDTHS if width < 2000):
        window.resize(width)
        size = window.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert size[0] <= size[1], f"{width} px: the page is {size[0]} px wide"
    assert window.evaluate(MOVED) == []
    assert window.evaluate(LINKS) == []
    window.evaluate(TEXT_SPACING)
    assert window.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert window.evaluate(CHILDREN) == []
    assert [problem for problem in window.problems if not EARLY.match(problem)] == []


def test_a_formula_with_a_child_too_few_is_found(window, address):
    window.goto(f"{address}/{CHAPTER}")
    window.evaluate("(document.querySelector('mfrac').lastChild.remove(), 0)")
    assert len(window.evaluate(CHILDREN)) == 1


def test_a_key_moves_a_slider(window, address):
    window.goto(f"{address}/{CHAPTER}")
    window.evaluate(FRAMES)
    window.evaluate("document.querySelector('#cover-n-control').focus()")
    says = "document.querySelector('#cover .lth-says').textContent"
    before = window.evaluate(says)
    window.press("ArrowRight")
    assert window.evaluate(says) != before


@pytest.mark.parametrize("way", ["reload", "back"])
def test_what_firefox_restores_agrees(window, address, way):
    window.goto(f"{address}/{CHAPTER}")
    first = window.evaluate("document.querySelector('#cover .lth-says').textContent")
    window.evaluate(CHANGE)
    if way == "reload":
        window.reload()
    else:
        window.follow("notation.html")
        window.back()
    assert window.evaluate(DISAGREE) == []
    assert window.evaluate("document.querySelector('#cover .lth-says').textContent") == first
    assert window.evaluate(FORMS) == [True] * 4


def test_a_chapter_is_presented(window, address):
    window.resize(1280, 720)
    window.goto(f"{address}/{CHAPTER}?present")
    shown = """new Promise((done) => {
        const look = () => document.querySelector('.lth-deck[data-ready] .lth-shown')
            ? done(document.querySelector('.lth-shown').getAttribute('aria-label')) : setTimeout(look, 20);
        look();
    })"""
    first = window.evaluate(shown)
    assert int(re.fullmatch(r"Screen 1 of (\d+)\b.*", first)[1]) > 10
    window.press("ArrowRight")
    assert window.evaluate(shown).startswith("Screen 2 of")
    assert window.problems == []
