"""What is asked of every page, opened once a width: first what only looks at it, then what changes it."""

import gzip
import re
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from .conftest import (
    CHAPTERS,
    LAID_OUT,
    SETTLED,
    UNPAINTED,
    each_chapter,
    each_page,
    pages,
    source,
)

AXE_FILE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
AXE = AXE_FILE.read_text(encoding="utf-8")
REQUESTS, ELEMENTS = 24, 12_000  # of a page, at most
WIDTHS = (390, 1440, 3840, 320)  # the last is that of a small phone

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
        const tex = kind === "formula" && box.querySelector(".katex").dataset.tex;
        return [[kind, wide, (tex || box.textContent).replace(/\\s+/g, " ").trim()]];
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
    ("6-pgd-edge-popup", "sparsity Published Edge-Popup", MANY),
    ("notation", "symbol meaning", PAPERS),
]


# The parts of formulas that have another colour than their formula.
OTHER_COLOURS = """[...document.querySelectorAll('.katex-html')].flatMap((formula) => {
    const look = (part) => {
        const style = getComputedStyle(part);
        return `${style.color}, ${style.opacity}`;
    };
    const own = look(formula);
    return [...formula.querySelectorAll('*')].filter((part) => look(part) !== own)
        .map((part) => part.outerHTML.slice(0, 100));
})"""
# Most elements of a page are parts of formulas, pictures and code. Of a formula three signs of its
# colour stay (for what is read aloud axe has no rule), of a picture its words (it has none for shapes), one
# of each kind, of code one piece of each kind and place. Colours change at once.
THINNED = """(() => {
    document.querySelectorAll('.katex-html')
        .forEach((formula) => formula.replaceChildren(formula.textContent.slice(0, 3)));
    document.querySelectorAll('.katex-mathml').forEach((formula) => formula.remove());
    document.querySelectorAll('.lth-stage svg').forEach((picture) => {
        picture.querySelectorAll(':not(g, text, tspan)').forEach((shape) => shape.remove());
        const kinds = new Set();
        picture.querySelectorAll('text').forEach((word) => {
            const kind = word.getAttribute('style');
            if (kinds.has(kind)) word.remove();
            kinds.add(kind);
        });
    });
    const still = document.createElement('style');
    still.textContent = '*, ::before, ::after { transition: none !important; animation: none !important; }';
    document.head.append(still);
    const seen = new Set();
    const place = (e) => e ? e.className + place(e.parentElement?.closest('[class]')) : '';
    document.querySelectorAll('.highlight span[class]').forEach((piece) => {
        const kind = place(piece);
        if (seen.has(kind)) piece.remove();
        seen.add(kind);
    });
})()"""
# Rules of colour take longest, and hang on few things: two places of each kind of text are enough. A kind
# is told by colour, size, weight, by being a link and in which text, and by all grounds behind it. Where
# nothing is looked at nothing is seen.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
KINDS = """(() => {
    const grounds = new Map([[null, '']]);
    const ground = (element) => {
        if (!grounds.has(element)) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(element);
            const own = `${backgroundColor} ${backgroundImage} ${opacity}`;
            const behind = ground(element.parentElement);
            grounds.set(element, own === 'rgba(0, 0, 0, 0) none 1' ? behind : `${own}, ${behind}`);
        }
        return grounds.get(element);
    };
    const seen = (element) => {
        const { width, height } = element.getBoundingClientRect();
        return width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true });
    };
    const kinds = {};
    for (const element of document.querySelectorAll('body *')) {
        const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!words || !seen(element)) continue;
        const { color, fontSize, fontWeight, textDecorationLine } = getComputedStyle(element);
        const link = element.closest('a');
        const around = link && [getComputedStyle(link.parentElement).color, textDecorationLine];
        (kinds[[color, fontSize, fontWeight, around, ground(element)]] ??= []).push(element);
    }
    window.chosen ??= new Set();
    for (const all of Object.values(kinds))
        for (const place of [0, all.length >> 1]) window.chosen.add(all[place]);
    return Object.keys(kinds).length;
})()"""
CHOSEN_ALONE = """(() => {
    const kept = new Set();
    for (let element of window.chosen)
        for (; element && !kept.has(element); element = element.parentElement) kept.add(element);
    for (const element of kept)
        if (!window.chosen.has(element))
            for (const other of element.children) if (!kept.has(other)) other.style.visibility = 'hidden';
})()"""
AXE_RUN = """async (rules) => {
    const where = window.chosen ? { include: [...window.chosen] } : document;
    return (await axe.run(where, { resultTypes: ['violations'], ...rules })).violations;
}"""
OTHERS = {"rules": {rule: {"enabled": False} for rule in OF_COLOUR}}


THEME = "(theme) => { document.documentElement.dataset.theme = theme; }"
SHIFT = """() => new Promise((done) => {
    let total = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(total), 100);
})"""


STEPS = """async () => {
    for (let y = 0; y < 12_000; y += 600) {
        scrollTo({ top: y, behavior: "instant" });
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    scrollTo({ top: 0, behavior: "instant" });
}"""


@pytest.mark.parametrize("width", [390, 1440])
@each_page
def test_nothing_jumps_while_loading(shared_page, path, width):
    page = shared_page(path, width=width)
    page.wait_for_timeout(400)
    assert page.evaluate(SHIFT) < 0.02


@each_chapter
def test_nothing_jumps_while_reading(shared_page, path):
    """A section is laid out when it comes near: what is on the screen then stays where it is."""
    page = shared_page(path, width=390)
    page.evaluate(STEPS)
    assert page.evaluate(SHIFT) < 0.02


# Where the first thing that can be moved begins.
FIRST_CONTROL = """Math.min(...[...document.querySelectorAll(
    "article :is(.lth-explorer, .lth-playground) :is(input, select, button)")]
    .map((control) => control.getBoundingClientRect().top + scrollY))"""


@pytest.mark.parametrize("width, most", [(390, 800), (1440, 700)])
@each_chapter
def test_a_chapter_opens_with_its_picture(shared_page, path, width, most):
    top = shared_page(path, width=width).evaluate(FIRST_CONTROL)
    assert top <= most, (
        f"{source(path)}: at {width} px its first control stands {top:.0f} px down, and the first screen "
        f"wants it within {most}: a shorter question, or a flatter picture"
    )


@each_page
def test_page_is_self_contained_and_quiet(shared_page, address, path):
    page = shared_page(path, width=1440)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(300)
    outside = [url for url in page.requested if not url.startswith((address, "data:", "blob:"))]
    assert outside == []
    assert page.problems == []


@each_page
def test_page_is_light(shared_page, site, path):
    """Everything a page asks for, compressed, without frames that wait for a control; requests; elements."""
    page = shared_page(path, width=1440)
    page.wait_for_timeout(300)
    asked = {urlsplit(url).path for url in page.requested if url.startswith("http")}
    asked = {path for path in asked if "/frames/" not in path}
    weight = sum(compressed(site / unquote(p).lstrip("/")) for p in asked) / 1000
    most = 220 if path == pages()[0] else 450 if path in CHAPTERS else 280
    assert weight <= most, (
        f"{source(path)}: its page weighs {weight:.0f} KB without frames, at most {most} are allowed: "
        "give its pictures fewer points"
    )
    assert len(asked) <= REQUESTS, sorted(asked)
    elements = page.evaluate(
        "document.querySelectorAll('*').length - document.querySelectorAll('.katex *').length"
    )
    assert elements <= ELEMENTS, (
        f"{source(path)}: its page has {elements} elements besides its formulas, at most {ELEMENTS} are "
        "allowed: give its pictures fewer points, and its tables fewer cells"
    )


def compressed(file: Path) -> int:
    """The bytes of a file on its way, those of a page without its waiting frames."""
    data = file.read_bytes()
    if file.suffix == ".html":
        data = re.sub(rb"(?s)<template\b.*?</template>", b"", data)
    return len(data if file.suffix in (".woff", ".woff2") else gzip.compress(data, 6))


@each_page
def test_page_asks_for_no_font_of_icons_and_for_formulas_only_where_they_are(shared_page, path):
    page = shared_page(path, width=1440)
    asked = " ".join(page.requested)
    assert "fontawesome" not in asked and "bootstrap" not in asked
    assert ("katex.css" in asked) == (page.locator(".katex").count() > 0)


@each_page
def test_page_is_well_formed(shared_page, path):
    page = shared_page(path, width=1440)
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


# Formulas that are stops: has each its role, a name, and in its tip nothing that its description lacks?
STOPS = """(() => {
    document.querySelectorAll("details").forEach((d) => (d.open = true));  // what is folded can have no focus
    document.querySelectorAll(".toggle-hidden").forEach((e) => e.classList.remove("toggle-hidden"));
    const stops = [...document.querySelectorAll("article [data-symbols][tabindex]")];
    return stops.map((stop) => {
        const meaning = document.getElementById(stop.getAttribute("aria-describedby")).textContent;
        stop.focus();
        const tip = [...document.querySelectorAll(".lth-tip > div")];
        const lines = tip.map((e) => e.lastChild.textContent.trim());
        return stop.getAttribute("role") === "math" && Boolean(stop.getAttribute("aria-label")) &&
            lines.length > 0 && lines.every((line) => line && meaning.includes(line)) ? "" : stop.outerHTML;
    });
})()"""


@each_page
def test_only_formulas_that_offer_something_are_stops(shared_page, path):
    page = shared_page(path, width=1440)
    found = page.evaluate(STOPS)
    assert [fault[:300] for fault in found if fault] == []
    assert page.locator("article .katex [tabindex]").count() == 0
    has_meanings = page.locator("#lth-symbols").count() > 0
    assert (len(found) > 0) == has_meanings


@each_page
def test_nothing_that_is_said_needs_pushing_on_a_phone(shared_page, path):
    meant = [beginning for page, beginning, _ in MEANT if f"book/{page}.html" == path]
    pushed = shared_page(path, width=390).evaluate(PUSHED)
    faults = [
        f"{source(path)}: on a phone the {kind} that begins with {text[:50]!r} is {wide} px wider than its "
        "box: break it (`aligned`, `\\\\`), shorten it, or name it in MEANT with the reason"
        for kind, wide, text in pushed
        if not text.startswith(tuple(meant))
    ]
    assert not faults, "\n".join(faults)
    idle = [start for start in meant if not any(text.startswith(start) for _, _, text in pushed)]
    assert idle == [], f"{source(path)}: these need no pushing any more; take them from MEANT"


# Words in pictures that are too small on a phone (what is raised may be smaller), or cut off at a side, as
# figure, pixels, word.
WORDS = """[...document.querySelectorAll('.lth-stage svg')].flatMap((picture) => {
    const frame = picture.getBoundingClientRect();
    const scale = frame.width / picture.viewBox.baseVal.width;
    return [...picture.querySelectorAll('text')].flatMap((word) => {
        const parts = [word, ...word.querySelectorAll('tspan')];
        const size = scale * Math.max(...parts.map((part) => parseFloat(getComputedStyle(part).fontSize)));
        const box = word.getBoundingClientRect();
        const whole = box.left > frame.left - 1 && box.right < frame.right + 1;
        return size >= 11 && whole ? [] : [[picture.closest('[id]').id, size, word.textContent]];
    });
})"""


@each_page
def test_words_in_pictures_can_be_read_on_a_phone(shared_page, path):
    page = shared_page(path, width=390)
    page.evaluate(LAID_OUT)
    faults = [f"{name}: {word!r} ({size:.1f} px)" for name, size, word in page.evaluate(WORDS)]
    assert faults == [], (
        f"{source(path)}: at least 11 px are asked for (`style.SMALL`), and no word may be cut off"
    )


@each_page
def test_page_fits_every_width(shared_page, path):
    page = shared_page(path, width=390)
    page.evaluate(LAID_OUT)
    page.evaluate(UNPAINTED)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SETTLED)
        size = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert size[0] <= size[1], f"{width} px: the page is {size[0]} px wide"
    page.evaluate(TEXT_SPACING)
    page.evaluate(SETTLED)
    wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"with wider text the page is {wider} px too wide"


@each_page
def test_page_is_accessible(shared_page, path):
    page = shared_page(path, width=1440)
    page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    page.evaluate(LAID_OUT)
    for theme in ("dark", "light"):
        page.evaluate(THEME, theme)
        assert page.evaluate(OTHER_COLOURS) == [], theme
    page.evaluate(THINNED)
    page.evaluate(AXE)
    assert violations(page, OTHERS) == []
    for theme in ("light", "dark"):
        page.evaluate(THEME, theme)
        assert page.evaluate(KINDS) >= 10
    page.evaluate(CHOSEN_ALONE)
    for theme in ("dark", "light"):
        page.evaluate(THEME, theme)
        assert violations(page, {"runOnly": OF_COLOUR}) == [], theme


def violations(page, rules: dict) -> list[str]:
    """What axe finds by these rules, a line each."""
    found = page.evaluate(AXE_RUN, rules)
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]} ({len(v['nodes'])} places)" for v in found]


def test_pale_words_are_found_among_the_chosen(open_page):
    page = open_page("book/theorem-index.html")
    page.evaluate(
        """() => document.querySelectorAll('article p').forEach((paragraph, k) => {
            if (k === 20) paragraph.style.color = '#aaa';
            if (k === 40) paragraph.style.cssText = 'color: #444; background: #555';
        })"""
    )
    page.evaluate(AXE)
    page.evaluate(KINDS)
    page.evaluate(CHOSEN_ALONE)
    assert [found[:14] for found in violations(page, {"runOnly": OF_COLOUR})] == ["color-contrast"]
    assert "(2 places)" in violations(page, {"runOnly": OF_COLOUR})[0]


def test_axe_is_the_file_that_was_published():
    assert sha256(AXE_FILE.read_bytes()).hexdigest() == AXE_SHA256
    assert "axe v4.14.1" in AXE[:200]


@pytest.mark.parametrize(
    "planted, kind",
    [
        ("<div class='lth-scroll'><b class='katex' data-tex='x = x'>WIDE</b></div>", "formula"),
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
