"""One style sheet for all pages: the book's own, and of the theme's and the extensions' what pages use.

The theme's sheets are 600 KB, of which the book needs a fifth; each is a request that the first paint awaits.
Rules that ask what an element holds (`:has`) are left out: each picture that a control changes would pay for
them, and the book's own sheets say the same without.
"""

import re
from base64 import b64encode
from functools import partial
from hashlib import sha256
from pathlib import Path

import tinycss2
from tinycss2 import ast

SHEET = "_static/site.css"
FORMULAS = "katex.css"  # on pages with formulas alone
HOLDS = ":has("
GROUPS = ("media", "supports", "container", "layer")  # at-rules that hold rules
OWN = ("book.css", "explore.css")  # whole, since scripts and frames use them too
_LINK = re.compile(r'<link\b[^>]*?href="([^"]*?_static/([^"?]*\.css))[^"]*"[^>]*>\s*')
_SCRIPT = re.compile(r'<script\b[^>]*?src="[^"]*?(_static/[^"?]*\.js)')
_WORD = re.compile(r"-*[A-Za-z_][\w-]*")
_NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
_TYPES = re.compile(r"<([a-z][\w-]*)")
_VARIABLE = re.compile(r"--[\w-]+")
# Fonts of every page arrive with the sheet, so that nothing jumps.
_FONT = re.compile(r'url\("(fonts/(?:icons|source-sans-3-\w+)\.woff2?)"\)')
_IMPORT = re.compile(r'@import "([^"]+)";')


def setup(app):
    """Sphinx: pages that are written get the one sheet."""
    app.connect("build-finished", bundle, priority=600)


def bundle(app, exception) -> None:
    """Write the sheet of all pages and link it, and KaTeX's where there are formulas."""
    written = [Path(app.builder.get_outfilename(p)) for p in vars(app.builder).get("lth_pages", [])]
    if exception or app.builder.format != "html" or not written:
        return
    site = Path(app.outdir)
    texts = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    loaded = {name for text in texts.values() for name in _SCRIPT.findall(text)}
    scripts = [(site / name).read_text(encoding="utf-8") for name in sorted(loaded)]
    sheets = linked(texts[path] for path in written)
    css = combined([site / "_static" / name for name in sheets], used(texts.values(), scripts))
    (site / SHEET).write_text(css, encoding="utf-8")
    digest = sha256(css.encode()).hexdigest()[:8]
    for path, text in texts.items():
        up = "../" * (len(path.relative_to(site).parts) - 1)
        if (after := with_one_sheet(text, up, digest)) != text:
            path.write_text(after, encoding="utf-8")


def linked(pages) -> list[str]:
    """The sheets that pages ask for, in order, by their names in `_static`; KaTeX's stays by itself."""
    found = [name for page in pages for _, name in _LINK.findall(page)]
    return [n for n in dict.fromkeys(found) if not n.endswith((FORMULAS, Path(SHEET).name))]


def with_one_sheet(page: str, up: str, digest: str) -> str:
    """A page that asks for the one sheet, after KaTeX's if it shows formulas."""
    formulas = [m[0] for m in _LINK.finditer(page) if m[2].endswith(FORMULAS)]
    kept = formulas[0] if formulas and 'class="katex' in page else ""
    first = f'{kept}<link rel="stylesheet" href="{up}{SHEET}?v={digest}">\n'
    place = _LINK.search(page)
    if not place:
        return page
    return page[: place.start()] + first + _LINK.sub("", page[place.start() :])


def used(pages, scripts) -> tuple[set[str], set[str]]:
    """What rules may be for: elements, classes, ids, all words of the scripts; and custom properties."""
    names, variables = set(), set()
    for page in pages:
        names.update(_TYPES.findall(page))
        names.update(name for value in _NAMES.findall(page) for name in value.split())
        variables.update(_VARIABLE.findall(page))
    for script in scripts:
        names.update(_WORD.findall(script))
        variables.update(_VARIABLE.findall(script))
    return names, variables


def combined(sheets: list[Path], used: tuple[set[str], set[str]]) -> str:
    """The sheets as one, those that are not the book's own without rules that nothing on the pages meets."""
    names, variables = used
    others = "\n".join(purged(_whole(s), names) for s in sheets if s.name not in OWN)
    own = "\n".join(_whole(s) for s in sheets if s.name in OWN)
    return (
        f'@charset "UTF-8";\n{apart(without_idle_variables(others, own, variables))}\n{apart(own)}'
    )


def _whole(sheet: Path) -> str:
    """A sheet, with the one that it imports in its first line."""
    text = sheet.read_text(encoding="utf-8")
    text = _IMPORT.sub(lambda found: _whole(sheet.parent / found[1]), text)
    text = _FONT.sub(lambda found: _inside(sheet.parent / found[1]), text)
    return text.replace('@charset "UTF-8";', "")


def _inside(font: Path) -> str:
    return f"url(data:font/{font.suffix[1:]};base64,{b64encode(font.read_bytes()).decode()})"


def purged(css: str, names: set[str]) -> str:
    """Style rules without selectors that name a class or an id that no page has."""
    return _kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), names)


def _kept(rules: list, names: set[str]) -> str:
    return "\n".join(filter(None, (_rule(rule, names) for rule in rules)))


def _rule(rule, names: set[str]) -> str:
    """One rule, or nothing; of a group of rules those that are used."""
    if isinstance(rule, ast.QualifiedRule):
        kept = [s for s in _selectors(rule.prelude) if _named(s) <= names and HOLDS not in _text(s)]
        body = tinycss2.serialize(rule.content).strip()
        return f"{','.join(map(_text, kept))}{{{body}}}" if kept and body else ""
    if not isinstance(rule, ast.AtRule) or (rule.at_keyword == "font-face"):
        return ""  # fonts are the book's own
    if rule.at_keyword in GROUPS and rule.content is not None:
        rules = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        within = _kept(rules, names)
        return f"@{rule.at_keyword} {_text(rule.prelude)}{{{within}}}" if within else ""
    return rule.serialize()


def apart(css: str) -> str:
    """The same sheet, with a selector for each choice of an `:is()` that an element is asked for first.

    A browser asks each element only for the rules of its own name and classes. A rule that ends in
    `:is(h1, .title)` is asked of all, each shape of a picture among them.
    """
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "\n".join(map(_apart_rule, rules))


def _apart_rule(rule) -> str:
    if isinstance(rule, ast.QualifiedRule):
        selectors = ",".join(_text(one) for s in _selectors(rule.prelude) for one in _choices(s))
        return f"{selectors}{{{tinycss2.serialize(rule.content).strip()}}}"
    if rule.type == "at-rule" and rule.at_keyword in GROUPS and rule.content is not None:
        rules = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        within = "\n".join(map(_apart_rule, rules))
        return f"@{rule.at_keyword} {_text(rule.prelude)}{{{within}}}"
    return rule.serialize()


def _choices(selector: list) -> list[list]:
    """One selector for each choice of the `:is()` that its last part begins with."""
    selector = _trimmed(selector)
    last = max((k + 1 for k, token in enumerate(selector) if _combines(token)), default=0)
    begins = selector[last : last + 2]
    if len(begins) < 2 or begins[0] != ":" or getattr(begins[1], "lower_name", "") != "is":
        return [selector]
    before, after = selector[:last], selector[last + 2 :]
    found = (before + _trimmed(choice) + after for choice in _selectors(begins[1].arguments))
    return [one for selector in found for one in _choices(selector)]


def _combines(token) -> bool:
    return token.type == "whitespace" or token in (">", "+", "~")


def _trimmed(tokens: list) -> list:
    """Tokens without blanks at their ends."""
    blank = [token.type == "whitespace" for token in tokens]
    first = blank.index(False)
    return tokens[first : len(tokens) - blank[::-1].index(False)]


def _text(tokens) -> str:
    return tinycss2.serialize(tokens).strip()


def _selectors(prelude: list) -> list[list]:
    """A list of selectors, taken apart at its commas."""
    parts = [[]]
    for token in prelude:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _named(selector: list) -> set[str]:
    """Elements, classes and ids that must be there; what stands in brackets, as in `:not(.a)`, may lack."""
    ids = {token.value for token in selector if token.type == "hash"}
    pairs = zip([None, *selector], selector, strict=False)
    return ids | {b.value for a, b in pairs if a != ":" and b.type == "ident"}


def without_idle_variables(css: str, own: str, variables: set[str]) -> str:
    """Custom properties go that no rule, page or script asks for, and then those that these asked for."""
    value = r"""(?:"[^"]*"|'[^']*'|[^;{}"'])*"""
    setting = re.compile(rf"(?<![\w-])(--[\w-]+)\s*:{value}(?:;|(?=\}}))")
    while True:
        asked = set(re.findall(r"var\(\s*(--[\w-]+)", css + own)) | variables
        after = setting.sub(partial(_if_asked, asked), css)
        if after == css:
            return css
        css = after


def _if_asked(asked: set[str], setting: re.Match) -> str:
    return setting[0] if setting[1] in asked else ""
