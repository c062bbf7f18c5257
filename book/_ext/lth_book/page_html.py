"""Finishing touches on the theme's HTML: what it loads, what it names, what a page says of itself."""

import json
import re
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup

from . import heights

DROPPED_SCRIPTS = ("thebe", "fontawesome")
DESCRIPTION = 160


def setup(app):
    """Sphinx: finish the HTML of every page."""
    app.connect("html-page-context", drop_scripts, priority=900)
    app.connect("html-page-context", note_page)
    app.connect("build-finished", finish_pages)


def drop_scripts(app, pagename, templatename, context, doctree) -> None:
    """Leave out scripts that no page of the book uses (and one that would run twice)."""
    for kind in ("script_files", "css_files"):
        context[kind] = [
            file
            for file in context.get(kind, [])
            if not any(d in str(file) for d in DROPPED_SCRIPTS)
        ]


def note_page(app, pagename, templatename, context, doctree) -> None:
    """A build writes the pages that changed; those of before are finished."""
    vars(app.builder).setdefault("lth_pages", []).append(pagename)


def finish_pages(app, exception) -> None:
    """Rewrite each built page by `finish`, unless the build failed."""
    if exception or app.builder.format != "html":
        return
    for pagename in vars(app.builder).get("lth_pages", []):
        path = Path(app.builder.get_outfilename(pagename))
        path.write_text(finish(path.read_text(encoding="utf-8")), encoding="utf-8")


# The theme decides between light and dark only after the first paint; this decides before it.
_THEME_SCRIPT = """<script data-cfasync="false" id="lth-theme">
    (() => {
      const root = document.documentElement.dataset;
      let mode = "auto";
      try { mode = localStorage.getItem("mode") || "auto"; } catch (error) { /* no storage: automatic */ }
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      root.mode = mode;
      root.theme = mode === "auto" ? (dark ? "dark" : "light") : mode;
    })();
  </script>"""
# Controls come to life while the rest of the page is on its way.
AT_ONCE = ("explore", "playground")
# What a page must have for a script to be of use to it; all others are for every page.
_SCRIPT_NEEDS = {
    "bootstrap": 'data-bs-toggle="(?:dropdown|collapse|modal)',
    "explore": "lth-explorer|lth-guess|lth-playground",
    "playground": "lth-playground",
    "calculators": "lth-calculator",
    "clipboard.min": "<pre",
    "copybutton": "<pre",
    "togglebutton": r'class="[^"]*(?<![\w-])(?:toggle[ "]|admonition dropdown|dropdown admonition)',
    "design-tabs": "sd-tab-set",
}
_SCRIPT = re.compile(r'<script\b([^>]*?)src="([^"]*/([\w.-]+)\.js[^"]*)"([^>]*)></script>\s*')
_SETTING = re.compile(r"<script>(?:let|var) \w+ = [^<]*</script>\s*")
_SEARCH_SCRIPT = (
    '<script id="lth-search">\n'
    + (Path(__file__).parent / "search_page.js").read_text(encoding="utf-8")
    + "</script>"
)


# What the theme and its extensions write, and what a page of the book has instead.
_SUBSTITUTIONS = (
    (
        r'(?s)<script data-cfasync="false">\s*document\.documentElement\.dataset\.mode.*?</script>',
        _THEME_SCRIPT,
    ),
    (r'(?s)<script type="text/x-thebe-config">.*?</script>\s*', ""),
    (r"<script>kernelName = [^<]*</script>\s*", ""),
    (r"<script[^>]*(?:thebe|fontawesome)[^>]*>\s*</script>\s*", ""),
    (r'<link rel="preload" as="script"[^>]*>\s*', ""),
    # Two tips alone would need Bootstrap's scripts; a title shows them as well.
    (r' data-bs-toggle="tooltip"| data-bs-placement="\w+"', ""),
    (r'data-bs-title="', 'title="'),
    (r"<link[^>]*(?:thebe)[^>]*/?>\s*", ""),
    (r"<script>[^<]*thebe[^<]*</script>\s*", ""),
    (
        r'<div class="sidebar-primary-item">(?=\s*<a class="navbar-brand)',
        '<div class="sidebar-primary-item" role="navigation" aria-label="Home">',
    ),
    # Names and brackets of code have the colour of code: a page has two thousand.
    (r'<span class="[npw]">([^<]*)</span>', r"\1"),
    # Between the shapes of a picture stands nothing.
    (r"(?s)<svg viewBox=.*?</svg>", lambda svg: svg[0].replace(">\n<", "><")),
    # Ids that the extensions give to every proof, exercise and solution alike.
    (r' id="(?:proof|(?:proof|exercise|solution)-content)"', ""),
    # A proof is told from what it proves.
    (r'<div class="proof admonition"', '<div class="proof lth-proof admonition"'),
    (r'(<div class="proof lth-proof admonition"[^>]*>\s*<p>)Proof\.', r"\1<em>Proof.</em>"),
    # A table of claims is long: with columns of its own choice it would jump as its rows arrive.
    (
        r'<table class="table">(?=\s*<thead>\s*<tr[^>]*><th[^>]*><p>the claim</p>)',
        '<table class="table claims">',
    ),
    # A name that says other than the text: what opens a hidden cell, and the search button with its text.
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    (
        r'(<button class="[^"]*search-button-field[^>]*?) title="Search" aria-label="Search"',
        r"\1",
    ),
    # A summary holds no paragraphs.
    (
        r'<p class="((?:collapsed|expanded) admonition-title)">(.*?)</p>',
        r'<span class="\1">\2</span>',
    ),
    # bibtex gives its list of references roles that do not fit together.
    (r'(<div class="citation[^"]*"[^>]*?) role="doc-biblioentry"', r"\1"),
    (r'(<[^>]*?) role="list"', r"\1"),
)


def finish(html: str) -> str:
    """One page, finished; finishing twice changes nothing."""
    for pattern, replacement in _SUBSTITUTIONS:
        html = re.sub(pattern, replacement, html)
    html = _OUTPUT.sub(_mark_sentences, _scripts_in_order(_search_scripts(html)))
    return heights.with_heights(_load_fonts(_describe(html)))


def _search_scripts(html: str) -> str:
    """The search's scripts on its own page only; there they show no excerpts of files on disk."""
    if 'id="search-results"' not in html:
        scripts = (
            r'<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>\s*'
        )
        return re.sub(scripts, "", html)
    if "lth-search" in html:
        return html
    options = r'(<script src="[^"]*documentation_options\.js[^"]*"></script>)'
    return re.sub(options, lambda found: found[0] + _SEARCH_SCRIPT, html)


def _scripts_in_order(html: str) -> str:
    """Scripts that the page has a use for, after its text; first the one that brings its controls to life.

    The search's own page keeps the order that Sphinx gives its scripts.
    """
    html = _SCRIPT.sub(lambda s: s[0] if _is_needed(s[3], html) else "", html)
    if "togglebutton.js" not in html:
        html = re.sub(r"<script>(?:let|var) toggle\w+ = [^<]*</script>\s*", "", html)
    if 'id="search-results"' in html:
        return html
    html = re.sub(r"<script>DOCUMENTATION_OPTIONS\.\w+ = [^<]*</script>\s*", "", html)
    scripts = {s[3]: _loaded(s) for s in _SCRIPT.finditer(html)}
    first = sorted(scripts, key=lambda name: name not in AT_ONCE)
    # A script within the head waits for the style sheets before it: none stands behind one.
    within = [s[0] for s in _SETTING.finditer(html)]
    html = _SETTING.sub("", _SCRIPT.sub("", html))
    place = re.search(r"<link\b[^>]*stylesheet|</head>", html)
    lines = "".join(within + [scripts[name] for name in first])
    return html if not place else html[: place.start()] + lines + html[place.start() :]


def _is_needed(script: str, html: str) -> bool:
    return bool(re.search(_SCRIPT_NEEDS.get(script, ""), html))


def _loaded(script: re.Match) -> str:
    """A script that waits for the page's text, or one of AT_ONCE, which follows the text as it comes."""
    own = re.sub(
        r'\s*(?:defer|async|fetchpriority)(?:="\w*")?\s*', " ", script[1] + script[4]
    ).strip()
    when = 'async fetchpriority="high"' if script[3] in AT_ONCE else "defer"
    return f'<script {when}{" " * bool(own)}{own} src="{script[2]}"></script>\n'


_OUTPUT = re.compile(
    r'(?s)<div class="(output stream [\w-]+ notranslate)">(<div class="highlight"><pre>.*?</pre>)'
)
_COLUMNS = re.compile(r"\S {2,}\S.*\S {2,}\S")


def _mark_sentences(output: re.Match) -> str:
    """Printed sentences may be broken on a phone; printed columns would fall apart."""
    kinds, text = output.groups()
    if not _COLUMNS.search(re.sub(r"<[^>]+>", "", text)):
        kinds += " lth-sentences"
    return f'<div class="{kinds}">{text}'


def _describe(html: str) -> str:
    """What the page says of itself, in search results and in previews: its title and first sentences."""
    if re.search(r'<meta name="description"', html):
        return html
    body = html[html.find("<h1") :]
    found = re.search(r"(?s)</h1>.*?<p>(?!<a)(.{60,}?)</p>", body)
    text = re.sub(r"\s+", " ", in_lines(found[1]) if found else "").strip()
    text = escape(sentences(text) or "The strong lottery ticket hypothesis.", quote=True)
    title = re.search(r"(?s)<title>(.*?)(?: &#8212; .*?)?</title>", html)
    lines = [
        f'<meta name="description" content="{text}">',
        f'<meta property="og:title" content="{title[1].strip() if title else ""}">',
        f'<meta property="og:description" content="{text}">',
        '<meta property="og:type" content="article">',
    ]
    return html.replace("</title>", "</title>\n    " + "\n    ".join(lines), 1)


def sentences(text: str, most: int = DESCRIPTION) -> str:
    """The first sentences of a text that fit; of a first one that does not, its beginning."""
    kept = ""
    for sentence in re.split(r"(?<=[.?!:])\s+(?=[A-Z])", text):
        if len(kept) + len(sentence) + 1 > most:
            break
        kept = f"{kept} {sentence}".strip()
    if len(kept) >= 30:
        return kept.removesuffix(":") + "." * kept.endswith(":")
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "\u2026"


# Fonts stand in the style sheets, but a browser reads them only once it has laid out a text that uses them: a
# busy one shows it in another font first, and lines break anew.
_TEXT = ["1em 'Source Sans 3'", "600 1em 'Source Sans 3'", "italic 1em 'Source Sans 3'"]
_MATH = ["1em KaTeX_Main", "italic 1em KaTeX_Math"]


# Fonts of signs that come farther down, each with a class that asks for it: read once the page is there, and
# before a section with such a sign comes near, which would break its lines anew.
_RARE = {
    "1em KaTeX_Size1": r"size1|small-op",
    "1em KaTeX_Size2": r"size2|large-op",
    "1em KaTeX_Size3": r"size3",
    "1em KaTeX_Size4": r"size4",
    "1em KaTeX_AMS": r"amsrm|mathbb|textbb",
    "1em KaTeX_Caligraphic": r"mathcal",
    "bold 1em KaTeX_Main": r"mathbf|textbf",
    "italic bold 1em KaTeX_Math": r"boldsymbol",
}


def _load_fonts(html: str) -> str:
    """Begin to read the fonts before there is text, those of rare signs after it."""
    if "lth-fonts" in html:
        return html
    fonts = json.dumps(_TEXT + _MATH * ('class="katex' in html))
    asked = (rf'class="[^"]*(?<![\w])(?:{sign})(?!\w)' for sign in _RARE.values())
    rare = [font for font, sign in zip(_RARE, asked, strict=True) if re.search(sign, html)]
    later = f"addEventListener('load', () => read({json.dumps(rare)}));" if rare else ""
    script = (
        '<script id="lth-fonts">{ const read = (all) => all.forEach((font) => document.fonts.load(font)); '
        f"read({fonts}); {later} }}</script>"
    )
    return html.replace("</head>", f"  {script}\n</head>", 1)


def in_lines(html: str) -> str:
    """A paragraph as text, its formulas as the line that reads like them."""
    paragraph = BeautifulSoup(html, "html.parser")
    for formula in paragraph.select("[data-text]"):
        trail = formula.select_one(".lth-trail")
        formula.replace_with(formula["data-text"] + (trail.text if trail else ""))
    return paragraph.text
