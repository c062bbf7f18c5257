"""Every page of the built book: self-contained, quiet, accessible, light, still, at any width."""

import gzip
import html
import json
import re
import time
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from .conftest import Quiet, each_page, pages, serve_folder, source
from .markup import broken_rules

AXE_FILE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
AXE = AXE_FILE.read_text(encoding="utf-8")
KIB = 1024
WIDTHS = (320, 390, 1440, 3840)
# What a reader may set for all text without losing anything (WCAG 1.4.12).
TEXT_SPACING = """(() => {
    const style = document.createElement("style");
    style.textContent = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`;
    document.head.append(style);
})()"""


# What is wider than its box, and so cut off or hidden until it is pushed: kind, by how much, beginning.
PUSHED = """() => {
    document.querySelectorAll("details").forEach((d) => (d.open = true));
    document.querySelectorAll("article .toggle-hidden")
        .forEach((e) => e.classList.remove("toggle-hidden"));
    return [...document.querySelectorAll("article *")].flatMap((box) => {
        const wide = box.scrollWidth - box.clientWidth;
        if (getComputedStyle(box).overflowX === "visible" || box.clientWidth < 40 || wide < 2) return [];
        if (box.closest(".cell_input")) return [];
        const kind = box.querySelector("table") ? "table" : box.querySelector(".katex") ? "formula" :
            box.closest("pre, .highlight") ? "printed text" : box.localName;
        const text = (kind === "formula" && box.querySelector("annotation")) || box;
        return [[kind, wide, text.textContent.replace(/\\s+/g, " ").trim()]];
    });
}"""
COLUMNS = "printed in columns, which broken lines would tear apart; the first ones are seen"
MANY = "five columns or more; the first ones are seen, and the text around says what they show"
PAPERS = "each paper's symbol beside ours: the two columns that are seen are the book's own"
# What may be pushed on a phone all the same: page, beginning, reason. The code of cells may too: it is shown
# as it is run.
MEANT = [
    ("1-random-subset-sum", "tolerance counting bound theorem", COLUMNS),
    ("1-random-subset-sum", "candidates per binary digit", COLUMNS),
    ("2-perturbed-subset-sum", "tolerance radius counting", COLUMNS),
    ("2-perturbed-subset-sum", "radius with (1 + epsilon) v", COLUMNS),
    ("2-perturbed-subset-sum", "published, and ours", COLUMNS),
    ("4-neuron-pruning", "relative error at 50 inputs random features", MANY),
    ("6-pgd-edge-popup", "radius descent alone longer", MANY),
    ("6-pgd-edge-popup", "sparsity published Edge-Popup", MANY),
    ("notation", "symbol meaning", PAPERS),
]


@pytest.mark.parametrize("path", pages())
def test_nothing_that_is_said_needs_pushing_on_a_phone(open_page, path):
    meant = [beginning for page, beginning, _ in MEANT if f"book/{page}.html" == path]
    pushed = open_page(path, width=390).evaluate(PUSHED)
    faults = [
        f"{source(path)}: on a phone the {kind} that begins with {text[:50]!r} is {wide} px wider than its "
        "box: break it (`aligned`, `\\\\`), shorten it, or name it in MEANT with the reason"
        for kind, wide, text in pushed
        if not text.startswith(tuple(meant))
    ]
    assert faults == []
    idle = [start for start in meant if not any(text.startswith(start) for _, _, text in pushed)]
    assert idle == [], f"{source(path)}: these need no pushing any more; take them from MEANT"


@pytest.mark.parametrize(
    "planted, kind",
    [
        ("<div class='lth-scroll'><b class='katex'><annotation>x = x</annotation>WIDE</b></div>", "formula"),
        ("<div class='pst-scrollable-table-container'><table><tr><td>WIDE</td></tr></table></div>", "table"),
        ("<div class='highlight'><pre style='white-space: pre'>WIDE</pre></div>", "printed text"),
        ("<details><summary>A</summary><div class='lth-scroll'>WIDE</div></details>", "div"),
        ("<p style='overflow: hidden; white-space: nowrap'>WIDE</p>", "p"),
        ("<div class='cell_input'><pre style='white-space: pre'>WIDE</pre></div>", None),
        ("<p>WIDE</p>".replace("WIDE", "x = x"), None),
    ],
)  # fmt: skip
def test_what_is_wider_than_a_phone_is_found(open_page, planted, kind):
    page = open_page("book/theorem-index.html", width=390)
    wide = f"<span style='display: inline-block; width: 500px'>{'x = x ' * 5}</span>"
    page.evaluate(
        "html => document.querySelector('article').insertAdjacentHTML('beforeend', html)",
        planted.replace("WIDE", wide),
    )
    found = [(k, text[:5]) for k, _, text in page.evaluate(PUSHED)]
    assert found == ([(kind, "x = x")] if kind else [])


@each_page
def test_page_is_self_contained_and_quiet(read_page, address, path):
    page = read_page(path)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    outside = [url for url in page.requested if not url.startswith((address, "data:", "blob:"))]
    assert outside == []
    assert page.problems == []


@pytest.mark.parametrize("path", pages())
def test_page_works_from_a_file(open_page, site, path):
    page = open_page(path, origin=site.as_uri())
    page.wait_for_timeout(150)
    assert page.problems == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.requested)


# Most elements of a page are the drawn parts of its formulas, hidden from what reads aloud.
# The parts that have another colour than their formula; each formula becomes three signs of its colour.
JOIN_FORMULAS = """(() => {
    const formulas = [...document.querySelectorAll('.katex-html')];
    const look = (part) => [getComputedStyle(part).color, getComputedStyle(part).opacity].join();
    const other = formulas.flatMap((formula) => {
        const own = look(formula);
        return [...formula.querySelectorAll('*')].filter((part) => look(part) !== own);
    });
    formulas.forEach((formula) => formula.replaceChildren(formula.textContent.slice(0, 3)));
    return other.map((part) => part.outerHTML.slice(0, 100));
})()"""
# Between light and dark only colours differ.
OF_COLOUR = ["color-contrast", "link-in-text-block"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", pages())
def test_page_is_accessible(open_page, path, dark):
    page = open_page(path, dark=dark)
    assert page.evaluate("document.documentElement.dataset.theme") == ("dark" if dark else "light")
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert page.evaluate(JOIN_FORMULAS) == []
    page.evaluate(AXE)
    options = {"resultTypes": ["violations"]} | ({"runOnly": OF_COLOUR} if dark else {})
    found = page.evaluate("(options) => axe.run(document, options)", options)["violations"]
    brief = [f"{v['id']}: {v['nodes'][0]['html'][:200]} ({len(v['nodes'])} places)" for v in found]
    assert brief == []


@pytest.mark.parametrize("path", pages())
def test_page_fits_every_width(open_page, path):
    page = open_page(path, width=WIDTHS[0])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)
        size = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert size[0] <= size[1], f"{width} px: the page is {size[0]} px wide"
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    page.evaluate(TEXT_SPACING)
    page.wait_for_timeout(100)
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"with wider text the page is {wider} px too wide"


SHIFT = """() => new Promise((done) => {
    let total = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(total), 100);
})"""


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("path", pages())
def test_nothing_jumps_while_loading(open_page, path, width):
    page = open_page(path, width=width)
    page.wait_for_timeout(400)
    assert page.evaluate(SHIFT) < 0.02


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
    """Its first paragraph is cut within a formula; the part alone would be broken into other lines."""
    path = "book/5-teacher-student.html"
    origin = in_two_pieces(path, '<span class="mord">36</span>')
    assert open_page(path, origin=origin).evaluate(SHIFT) < 0.02


@each_page
def test_page_is_light(read_page, site, path):
    """Everything a page asks for, compressed: 700 KiB, or 1.2 MiB for a page with frames."""
    page = read_page(path)
    page.wait_for_timeout(300)
    paths = {
        unquote(urlsplit(url).path).lstrip("/") for url in page.requested if url.startswith("http")
    }
    weight = sum(len(gzip.compress((site / p).read_bytes(), 6)) for p in paths)
    has_frames = page.locator(".lth-explorer").count() > 0
    most = 1229 if has_frames else 700
    assert weight <= most * KIB, (
        f"{source(path)}: its page weighs {weight / KIB:.0f} KiB, at most {most} are allowed: give its "
        "controls fewer values, or its pictures fewer points"
    )


@each_page
def test_page_is_well_formed(read_page, path):
    page = read_page(path)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert sorted({i for i in ids if ids.count(i) > 1}) == []
    levels = page.evaluate(
        "[...document.querySelectorAll('article h1, article h2, article h3, article h4')]"
        ".map((h) => Number(h.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1, (
        f"{source(path)}: begin with its one heading `# `"
    )
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False)), (
        f"{source(path)}: headings skip a level: {levels}"
    )
    assert len(page.title()) > 10
    description = page.locator("meta[name=description]").get_attribute("content")
    assert 30 <= len(description) <= 160, (
        f"{source(path)}: the page is described by its first paragraph, which gives {len(description)} "
        "characters: let it have at least 30"
    )
    assert page.locator("html").get_attribute("lang") == "en"
    prose = page.evaluate(
        """() => {
            const article = document.querySelector("article").cloneNode(true);
            article.querySelectorAll("pre, script, template, .katex, code").forEach((e) => e.remove());
            return article.textContent;
        }"""
    )
    unrendered = re.findall(r"\|--|\$\\|:::|\{(?:prf|ref|cite|eq)[:}]", prose)
    assert unrendered == []


def test_axe_is_the_file_that_was_published():
    assert sha256(AXE_FILE.read_bytes()).hexdigest() == AXE_SHA256
    assert "axe v4.14.1" in AXE[:200]


@pytest.mark.parametrize("path", pages())
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
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")


def test_search_finds_a_name(open_page):
    page = open_page("search.html?q=Lueker")
    page.wait_for_selector("#search-results li", timeout=60_000)
    assert "Random subset sum" in page.locator("#search-results").inner_text()
    assert page.problems == []


def test_an_excerpt_has_the_readable_form_of_a_formula_once(open_page):
    page = open_page("search.html?q=candidate")
    page.wait_for_selector("#search-results li p.context", timeout=60_000)
    seen = page.locator("#search-results").inner_text()
    assert not re.search(r"\\(?:varepsilon|frac|eta|le|max|sum)\b", seen)
    text = page.evaluate(
        """fetch('book/1-random-subset-sum.html').then((r) => r.text()).then((t) => Search.htmlToText(t))"""
    )
    assert "2^10 = 1024 subsets" in " ".join(text.split()) and "\\eta" not in text


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


@pytest.mark.parametrize("path", pages())
def test_only_formulas_that_offer_something_are_stops(open_page, path):
    page = open_page(path)
    # What is folded can have no focus.
    page.evaluate(
        """() => {
            document.querySelectorAll("details").forEach((d) => (d.open = true));
            document.querySelectorAll(".toggle-hidden")
                .forEach((e) => e.classList.remove("toggle-hidden"));
        }"""
    )
    stops = page.locator("article [data-symbols][tabindex]")
    assert page.locator("article .katex [tabindex]").count() == 0
    for stop in stops.all():
        assert stop.get_attribute("role") == "math" and stop.get_attribute("aria-label")
        meaning = page.locator(f"#{stop.get_attribute('aria-describedby')}").text_content()
        stop.focus()
        for line in page.locator(".lth-tip > div").all():
            own = line.evaluate("e => e.lastChild.textContent").strip()
            assert own and own in meaning
    has_meanings = page.locator("#lth-symbols").count() > 0
    assert (stops.count() > 0) == has_meanings


def test_a_stop_is_heard_as_a_formula_with_its_meaning(open_page):
    """As the browser tells it to what reads aloud, before and after the meaning is shown."""
    page = open_page("book/1-random-subset-sum.html")
    stop = page.locator("span[tabindex='0']:has(annotation:text-is('\\\\eta'))").first
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
                    (node.nodeType === 3 ? shown : node).querySelector("annotation").textContent];
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
    formula = page.locator(
        "span[data-symbols][tabindex='0']:has(annotation:text-is('\\\\eta'))"
    ).first
    formula.scroll_into_view_if_needed()
    {
        "hover": formula.hover,
        "click": formula.click,
        "keyboard": formula.focus,
        "touch": formula.tap if how == "touch" else None,
    }[how]()
    tip = page.locator(".lth-tip")
    assert "tolerance" in tip.inner_text()
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


def test_pages_print_without_the_furniture(open_page):
    page = open_page("book/1-random-subset-sum.html")
    page.emulate_media(media="print")
    shown = page.evaluate(
        "['.bd-sidebar-primary', '.bd-sidebar-secondary', '.bd-header-article', '.lth-control']"
        ".filter((s) => { const e = document.querySelector(s); return e && e.checkVisibility(); })"
    )
    assert shown == []
    assert page.locator("h1:visible").count() == 1
