"""What a page loads: one sheet of the rules that pages use, icons of a small font, scripts in order."""

import importlib
import re
import sys
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "book" / "_ext"
sys.path.insert(0, str(EXTENSION))

from lth_book import assets, heights, page_html, styles  # noqa: E402

FONT = EXTENSION / "lth_book" / "vendor" / "static" / "fonts" / "icons.woff"


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (".used{color:red}", ".used{color:red}"),
        (".idle{color:red}", ""),
        (".idle,.used>p{color:red}", ".used>p{color:red}"),
        ("legend+*,a:hover{color:red}", "a:hover{color:red}"),
        (".used .idle::after{color:red}", ""),
        ("p:not(.idle){color:red}", "p:not(.idle){color:red}"),
        ("#there a{color:red}", "#there a{color:red}"),
        ("#gone a{color:red}", ""),
        ('[data-x=".idle"],p{color:red}', '[data-x=".idle"],p{color:red}'),
        ("@media print{.idle{color:red}.used{color:red}}", "@media print{.used{color:red}}"),
        ("@media print{.idle{color:red}}", ""),
        ("@font-face{font-family:x;src:url(x.woff2)}", ""),
        ("@keyframes turn{to{opacity:0}}", "@keyframes turn{to{opacity:0}}"),
    ],
)
def test_a_rule_stays_if_a_page_can_meet_it(rule, kept):
    assert styles.purged(rule, {"used", "there", "p", "a"}) == kept


@pytest.mark.parametrize(
    ("rule", "taken_apart"),
    [
        (".a :is(h1, .b){color:red}", ".a h1,.a .b{color:red}"),
        (".a :is(h1, .b) ,\n p { color: red; }", ".a h1,.a .b,p{color: red;}"),
        (
            ".a > :is(p,ul):is(.b,.c)::before{x:y}",
            ".a > p:is(.b,.c)::before,.a > ul:is(.b,.c)::before{x:y}",
        ),
        (":is(.a :is(p, ul), h1){x:y}", ".a p,.a ul,h1{x:y}"),
        (".a:is(p, ul){x:y}", ".a:is(p, ul){x:y}"),
        (":is(.a, .b) p{x:y}", ":is(.a, .b) p{x:y}"),
        ("@media print{:is(p,h1){x:y}}", "@media print{p,h1{x:y}}"),
        ("@keyframes turn{to{opacity:0}}", "@keyframes turn{to{opacity:0}}"),
    ],
)
def test_a_rule_asks_only_elements_of_its_names(rule, taken_apart):
    assert styles.apart(rule) == taken_apart


def test_a_custom_property_stays_if_something_asks_for_it():
    css = (
        ":root{--a:1;--b:var(--c);--c:2;--icon:url(\"data:x;y,{'z'}\");--page:3}p{margin:var(--a)}"
    )
    assert styles.without_idle_variables(css, "", {"--page"}) == (
        ":root{--a:1;--page:3}p{margin:var(--a)}"
    )


def test_words_of_pages_and_scripts_are_names():
    names, variables = styles.used(
        ['<p class="a b-c" id="d" style="color: var(--e)">f</p>'], ["x.classList.add('g-h')"]
    )
    assert {"p", "a", "b-c", "d", "g-h"} <= names and "f" not in names and variables == {"--e"}


def test_a_page_asks_for_one_sheet_and_for_that_of_formulas_if_it_has_some():
    link = '<link rel="stylesheet" href="../_static/{}?v=1" />\n'
    sheets = "".join(map(link.format, ["styles/theme.css", "katex/katex.css", "book.css"]))
    head = f"<head>{sheets}</head>"
    assert styles.linked([head]) == ["styles/theme.css", "book.css"]
    one = '<link rel="stylesheet" href="../_static/site.css?v=abc">\n'
    assert styles.with_one_sheet(head, "../", "abc") == f"<head>{one}</head>"
    body = '<p class="katex">'
    once = styles.with_one_sheet(head + body, "../", "abc")
    assert once == f"<head>{link.format('katex/katex.css')}{one}</head>{body}"
    assert styles.with_one_sheet(once, "../", "abc") == once


SCRIPT = '<script src="../_static/{}.js?v=1"></script>\n'


def test_the_script_of_the_controls_is_first_and_idle_ones_are_left_out():
    names = ["doctools", "copybutton", "design-tabs", "playground", "explore"]
    head = "<link rel='stylesheet'>" + "".join(map(SCRIPT.format, names)) + "</head>"
    page = page_html.finish(f'<head>{head}<div class="lth-explorer"></div><pre></pre>')
    assert re.findall(r"<script (async|defer)[^>]*/([\w-]+)\.js", page) == [
        ("async", "explore"),
        ("defer", "doctools"),
        ("defer", "copybutton"),
    ]
    assert page.index("explore.js") < page.index("stylesheet")
    assert page_html.finish(page) == page


@pytest.mark.parametrize("name", assets.SPARED)
def test_the_theme_still_does_what_we_leave_out(name):
    package = "pydata_sphinx_theme" if "pydata" in name else "sphinx_book_theme"
    theme = Path(importlib.import_module(package).__file__).parent / "theme" / package / "static"
    script = (theme / name.removeprefix("_static/")).read_text(encoding="utf-8")
    pattern, _ = assets.SPARED[name]
    assert len(re.findall(pattern, script)) == 1


def icons(css: str) -> set[int]:
    """The characters of the private area that a sheet shows, written as they are or as escapes."""
    written = {int(code, 16) for code in re.findall(r"\\([ef][0-9a-f]{3})\b", css)}
    return written | {ord(sign) for sign in re.findall("[\ue000-\uf8ff]", css)}


def test_icons_are_found_in_either_way_of_writing():
    assert icons('a{content:"\\f060"}b{content:"\uf303"}') == {0xF060, 0xF303}


def test_the_font_has_the_icons_of_the_controls():
    assert {0xF002, 0xF0C9, 0xF03A, 0xF042, 0xF104, 0xF105, 0xF019} <= set(
        TTFont(FONT).getBestCmap()
    )


def test_a_section_says_how_high_it_will_be():
    words = "<p>" + 66 * "word " + "</p>"
    more = f'<template>{50 * words}</template><details class="hide">{50 * words}</details>'
    page = (
        '<section id="x"></section><article class="bd-article"><section id="a"><h1>A</h1>'
        f'<section id="b">{words}<section id="c">{words}</section></section>'
        f'<section id="d">{more}</section></section></article>'
    )
    once = heights.with_heights(page)
    assert re.findall(r'id="(\w)" style="--lth-height: (\d+)rem"', once) == [
        ("b", "21"),
        ("d", "0"),
    ]
    assert heights.with_heights(once) == once
    assert heights.height(more + words) == heights.height(words)
