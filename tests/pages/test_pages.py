"""The built book: links, search, copies, symbols, paper, and what each page keeps without a server."""

import html
import json
import re
import time
from urllib.parse import unquote, urlsplit

import pytest
from fontTools.ttLib import TTFont

from lth_tutorial.explore.page import PAGE

from ..book.test_styles import FONT, icons
from .conftest import Quiet, each_page, pages, serve_folder
from .markup import broken_rules
from .test_every_page import SHIFT

HAVE = {code for font in FONT.parent.glob("icons*.woff") for code in TTFont(font).getBestCmap()}


@each_page
def test_page_works_from_a_file(open_page, site, path):
    page = open_page(path, origin=site.as_uri())
    page.wait_for_timeout(150)
    assert page.problems == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requested)


@pytest.fixture
def in_two_pieces(site):
    """in_two_pieces(path, until) -> address of a page that stops for a while behind a text."""
    servers = []

    def serve(path: str, until: str) -> str:
        class Halting(Quiet):
            def copyfile(self, source, outputfile):
                whole = source.read()
                end = whole.index(until.encode()) + len(until) if self.path == f"/{path}" else 0
                outputfile.write(whole[:end])
                outputfile.flush()
                time.sleep(1.5 if end else 0)
                outputfile.write(whole[end:])

        servers.append(serve_folder(site, Halting))
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield serve
    for server in servers:
        server.shutdown()


def test_nothing_jumps_when_a_page_arrives_in_pieces(open_page, in_two_pieces):
    """The first screen is laid out before the rest is there; no font may come to its formulas later."""
    path = "book/notation.html"
    origin = in_two_pieces(path, 'data-tex="\\theta"')
    assert open_page(path, origin=origin).evaluate(SHIFT) < 2e-4


@each_page
def test_page_keeps_the_rules_of_content(site, path):
    assert broken_rules(site / path) == []


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("<summary><p>Show</p></summary>", "<p> in <summary>"),
        ("<figure><p></p><figcaption></figcaption><p></p></figure>", "between the other children"),
        ("<p><span><div></div></span></p>", "<div> in <span>"),
        ("<div><figcaption></figcaption></div>", "<figcaption> in <div>"),
        ("<b><i></b></i>", "</b> closes i"),
    ],
)
def test_a_broken_rule_is_found(tmp_path, text, broken):
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    assert any(broken in found for found in broken_rules(tmp_path / "page.html"))


def test_links_lead_somewhere(site):
    """Every internal address of every page exists, fragment included."""
    texts = {
        p.relative_to(site).as_posix(): p.read_text(encoding="utf-8") for p in site.rglob("*.html")
    }
    texts = {
        path: re.sub(r"(?s)<(template|script)\b.*?</\1>", "", text) for path, text in texts.items()
    }
    broken = []
    for path, text in texts.items():
        for address in map(html.unescape, re.findall(r'<a\b[^>]*\bhref="([^"]*)"', text)):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            target = (site / path).parent / unquote(parts.path) if parts.path else site / path
            target = target.resolve()
            if not target.is_file():
                broken.append((path, address))
            elif parts.fragment and target.suffix == ".html":
                other = texts[target.relative_to(site.resolve()).as_posix()]
                if f'id="{unquote(parts.fragment)}"' not in other:
                    broken.append((path, address))
    assert broken == []


# Where a browser ends up: the element's distance from the top of the window.
DISTANCE = "(id) => Math.round(document.getElementById(id).getBoundingClientRect().top)"


@pytest.mark.parametrize("width", [390, 1440])
def test_an_address_leads_to_its_place_although_sections_before_it_are_not_laid_out(
    open_page, width
):
    for place in ("solvers", "what-comes-next", "thm-lueker"):
        page = open_page(f"book/1-random-subset-sum.html#{place}", width=width)
        page.wait_for_timeout(300)
        assert 0 <= page.evaluate(DISTANCE, place) <= 120, place


def test_the_icons_of_the_pages_are_in_their_font(site):
    assert icons((site / "_static" / "site.css").read_text(encoding="utf-8")) - HAVE == set()


def test_the_sheet_asks_for_files_that_are_there(site):
    sheet = site / "_static" / "site.css"
    found = re.findall(r"""url\(["']?(?!data:|#)([^"')]+)""", sheet.read_text(encoding="utf-8"))
    assert [name for name in found if not (sheet.parent / name).exists()] == []


def test_buttons_have_names_and_no_address_is_dead(open_page):
    page = open_page("book/1-random-subset-sum.html")
    hosts = page.evaluate(
        "[...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))"
        ".filter((h) => /github|colab|binder|example\\.(com|org)/.test(h))"
    )
    assert hosts == []  # no address is decided yet, so nothing may point at one
    assert page.locator("a[download]", has_text="Download notebook").count() == 1


def test_downloaded_notebook_is_whole(open_page, site):
    import nbformat

    page = open_page("book/1-random-subset-sum.html")
    with page.expect_download() as download:
        page.locator("a[download]", has_text="Download notebook").click()
    notebook = nbformat.read(download.value.path(), as_version=4)
    nbformat.validate(notebook)
    assert "pip install" in notebook.cells[0].source
    outputs = [it for cell in notebook.cells for it in cell.get("outputs", ())]
    assert any("image/png" in it.get("data", {}) for it in outputs)
    assert all(PAGE not in it.get("data", {}) for it in outputs)


def test_a_verdict_that_is_chosen_shows_its_rows_alone(open_page):
    page = open_page("book/scorecard.html")
    shown = """[...document.querySelectorAll('table.claims tbody tr')]
        .filter((row) => row.checkVisibility({ contentVisibilityAuto: false }))
        .map((row) => row.className.split(' ').pop())"""
    every = page.evaluate(shown)
    page.locator("#show-v-not").check(force=True)
    kinds = page.evaluate(shown)
    assert {"v-not", "v-reproduced", "v-holds"} <= set(every)
    assert set(kinds) == {"v-not"} and len(kinds) == every.count("v-not")
    page.locator("#show-all").check(force=True)
    assert page.evaluate(shown) == every


def test_search_finds_a_name(open_page):
    page = open_page("search.html?q=Lueker")
    page.wait_for_selector("#search-results li", timeout=60_000)
    assert "Random subset sum" in page.locator("#search-results").text_content()
    assert page.problems == []


def test_an_excerpt_has_the_readable_form_of_a_formula_once(open_page):
    page = open_page("search.html?q=candidate")
    page.wait_for_selector("#search-results li p.context", timeout=60_000)
    seen = page.locator("#search-results").text_content()
    assert not re.search(r"\\(?:varepsilon|frac|eta|le|max|sum)\b", seen)
    text = page.evaluate(
        """fetch('book/1-random-subset-sum.html').then((r) => r.text()).then((t) => Search.htmlToText(t))"""
    )
    assert "2^10 = 1024 subsets" in " ".join(text.split()) and "\\eta" not in text


def test_a_result_says_its_section_and_leads_there(open_page):
    page = open_page("search.html?q=sampling")
    link = page.locator("#search-results p.context a").first
    link.wait_for(timeout=60_000)
    there, name = link.get_attribute("href"), link.text_content()
    link.click()
    page.wait_for_load_state()
    section = page.locator(f"[id='{there.partition('#')[2]}']")
    assert section.locator("h2, h3, h4").first.text_content().startswith(name)


def test_search_knows_prose_and_no_code(site):
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    # A name that code alone has: a page may well speak of matplotlib.
    assert index["terms"]["candid"] and not index["terms"].get("linspac")


def test_search_shows_no_tex(site):
    """Titles of pages and of their sections, as the index has them."""
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    shown = [*index["titles"], *index["alltitles"]]
    assert [title for title in shown if re.search(r"\\|\$|<", title)] == []
    assert any("\u221ar" in title for title in shown)


def test_search_works_from_a_file(open_page, site):
    page = open_page("search.html?q=Lueker", origin=site.as_uri())
    page.wait_for_selector("#search-results li", timeout=60_000)
    assert page.problems == []


def test_keyboard_reaches_the_text_first(open_page):
    page = open_page("book/index.html")
    page.keyboard.press("Tab")
    assert "main" in page.evaluate("document.activeElement.textContent").lower()


def test_a_stop_is_heard_as_a_formula_with_its_meaning(open_page):
    """As the browser tells it to what reads aloud, before and after the meaning is shown."""
    page = open_page("book/1-random-subset-sum.html")
    stop = page.locator("span[tabindex='0']:has([data-tex='\\\\eta'])").first
    stop.scroll_into_view_if_needed()
    for _ in range(2):
        node = accessible(page, stop)
        assert node["role"]["value"] == "math" and node["name"]["value"] == "\u03b7"
        assert "tolerance" in node["description"]["value"]
        stop.focus()


def accessible(page, element) -> dict:
    """An element as the browser's tree of accessibility has it."""
    session = page.context.new_cdp_session(page)
    element.evaluate("(e) => (window.asked = e)")
    found = session.send("Runtime.evaluate", {"expression": "window.asked"})["result"]
    asked = {"objectId": found["objectId"], "fetchRelatives": False}
    return session.send("Accessibility.getPartialAXTree", asked)["nodes"][0]


def test_a_copy_has_the_tex_of_a_formula_once(open_page):
    page = open_page("book/1-random-subset-sum.html")
    copied = page.evaluate(
        """(() => {
            const inline = [...document.querySelectorAll("p")].find((p) => p.querySelector(".katex"));
            const shown = [...document.querySelectorAll(".katex-display")].find((f) => f.querySelector("mi"));
            return [inline, shown, shown.querySelector("mi").firstChild].map((node) => {
                getSelection().selectAllChildren(node);
                if (node.nodeType === 3) getSelection().setBaseAndExtent(node, 0, node, node.length);
                const data = new DataTransfer();
                const copy = new ClipboardEvent("copy", { clipboardData: data, cancelable: true });
                document.dispatchEvent(copy);
                return [data.getData("text/plain"), data.getData("text/html"),
                    (node.nodeType === 3 ? shown : node).querySelector(".katex").dataset.tex];
            });
        })()"""
    )
    for (plain, html_text, tex), sign in zip(copied, ("$", "$$", "$$"), strict=True):
        assert plain.count(tex) == 1 and f"{sign}{tex}{sign}" in plain
        assert html.unescape(html_text).count(tex) == 1 and "<math" not in html_text
    assert "best that any of the $2^{10} = 1024$ subsets can do" in copied[0][0]
    assert copied[2][0].strip().startswith("$$") and copied[2][0].strip().endswith("$$")


@pytest.mark.parametrize("how", ["hover", "click", "keyboard", "touch"])
def test_a_symbol_says_what_it_means(open_page, how):
    options = {"has_touch": True} if how == "touch" else {}
    page = open_page("book/1-random-subset-sum.html", width=390, **options)
    formula = page.locator("span[data-symbols][tabindex='0']:has([data-tex='\\\\eta'])").first
    formula.scroll_into_view_if_needed()
    {
        "hover": formula.hover,
        "click": formula.click,
        "keyboard": formula.focus,
        "touch": formula.tap if how == "touch" else None,
    }[how]()
    tip = page.locator(".lth-tip")
    assert "tolerance" in tip.text_content()
    box = tip.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    assert tip.count() == 0


def test_paper_is_light_and_open(open_page):
    page = open_page("book/1-random-subset-sum.html", dark=True)
    look = "[document.documentElement.dataset.theme, document.querySelectorAll('details[open]').length]"
    before = page.evaluate(look)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    theme, opened = page.evaluate(look)
    assert theme == "light" and opened >= 10
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(look) == before == ["dark", 0]


def test_a_phone_says_where_one_is(open_page):
    page = open_page("book/5-teacher-student.html", width=390)
    place = page.locator(".lth-place")
    assert place.text_content() == ""
    sections = page.locator(".bd-article > section > section")
    sections.nth(3).evaluate("(s) => s.scrollIntoView()")
    page.wait_for_function(
        "document.querySelector('.lth-place').textContent.startsWith('section 4 of')"
    )
    assert place.is_visible() and place.text_content().endswith(f" {sections.count()}")


def test_pages_print_without_the_furniture(open_page):
    page = open_page("book/1-random-subset-sum.html")
    page.emulate_media(media="print")
    shown = page.evaluate(
        "['.bd-sidebar-primary', '.bd-sidebar-secondary', '.bd-header-article', '.lth-control',"
        "'.lth-playground']"
        ".filter((s) => { const e = document.querySelector(s); return e && e.checkVisibility(); })"
    )
    assert shown == []
    assert page.locator("h1:visible").count() == 1


def test_tables_fit_a_printed_page(open_page, address):
    """A sheet of A4 with margins of 25 mm; what is wider would be cut off."""
    page, wide = open_page("book/index.html", width=605), {}
    page.emulate_media(media="print")
    for path in pages():
        page.goto(f"{address}/{path}")
        wide[path] = page.evaluate(
            """() => {
                for (const one of document.querySelectorAll("section"))
                    one.style.contentVisibility = "visible";
                const over = (table) => table.getBoundingClientRect().width - table.parentElement.clientWidth;
                return [...document.querySelectorAll("article table")].filter((one) => one.checkVisibility())
                    .map((one) => [one.rows[0].textContent, over(one)]).filter(([, by]) => by > 1);
            }"""
        )
    assert {path: tables for path, tables in wide.items() if tables} == {}
