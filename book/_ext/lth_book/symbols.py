r"""What a symbol means, shown where a formula uses it.

The table in ``notation.md`` is the one source. An atom of a formula is a letter or a command with its
subscript; the entry ``v`` serves the bare letter, the entry ``v_t`` every ``v`` with a subscript. Where two
entries have a subscript, as ``v_t`` and ``v_j``, each serves the subscripts that contain its own letter, and
the first one those that contain neither. A table under a heading that names a chapter replaces meanings on
that chapter's page.
"""

import json
import re
from functools import lru_cache
from html import escape
from pathlib import Path

NOTATION = Path(__file__).parents[2] / "notation.md"
_ROW = re.compile(r"^\|\s*\$(?P<symbol>[^$]+)\$\s*\|\s*(?P<meaning>[^|]+?)\s*\|", re.MULTILINE)
_TEXT = re.compile(r"\\(?:text|operatorname|mathrm|begin|end|label|tag)\*?\{[^{}]*\}")
_LETTER = r"\\(?:mathcal|mathbf|mathbb|boldsymbol|hat|bar|tilde)\s*\{?\\?[A-Za-z]+\}?|\\[A-Za-z]+|[A-Za-z]"
_ATOM = re.compile(rf"(?P<base>{_LETTER})\s*(?P<sub>_\s*(?:\{{[^{{}}]*\}}|\\[A-Za-z]+|\S))?")


@lru_cache(maxsize=32)
def table(page: str = "") -> dict[tuple[str, str], tuple[str, str]]:
    """(letter, subscript or nothing) -> (the symbol as the table writes it, its meaning), for a page."""
    common, *own = re.split(r"(?m)^## Chapter (\d+)$", NOTATION.read_text(encoding="utf-8"))
    chapters = dict(zip(own[::2], own[1::2], strict=True))
    number = re.match(r"(?:.*/)?(\d+)-", page)
    special = _rows(chapters.get(number[1], "")) if number else {}
    letters = {letter for letter, _ in special}
    return {key: row for key, row in _rows(common).items() if key[0] not in letters} | special


def _rows(text: str) -> dict[tuple[str, str], tuple[str, str]]:
    entries = {}
    for row in _ROW.finditer(text):
        atom = _ATOM.match(row["symbol"].strip())
        if atom:
            key = (_plain(atom["base"]), _subscript(atom))
            entries[key] = (row["symbol"].strip(), row["meaning"].strip())
    return entries


def used(tex: str, page: str = "") -> list[str]:
    """The symbols of a page's table that the formula contains, in the order of their first use."""
    found = {}
    for atom in _ATOM.finditer(_TEXT.sub(" ", tex)):
        sub = _subscript(atom)
        entry = _entry(_plain(atom["base"]), sub, page)
        if entry:
            found[entry[0]] = None
        if sub:
            found.update(dict.fromkeys(used(sub, page)))
    return list(found)


def _subscript(atom) -> str:
    return (atom["sub"] or "")[1:].strip().strip("{}").strip()


def _entry(base: str, sub: str, page: str) -> tuple[str, str] | None:
    """The row that serves the letter with this subscript."""
    if sub:
        rows = {own: row for (letter, own), row in table(page).items() if letter == base and own}
        letters = set(re.findall(r"\\[A-Za-z]+|[A-Za-z]", sub))
        for own, row in rows.items():
            if own in letters:
                return row
        if rows:
            return next(iter(rows.values()))
    return table(page).get((base, ""))


def _plain(base: str) -> str:
    return re.sub(r"[\s{}]", "", base)


def attributes(translator, tex: str, introduces: bool) -> str:
    """HTML attributes of a formula: its symbols; a mark where one of them is new to the page.

    The page's script makes a tab stop of each formula with a mark: without the script it would offer nothing.
    """
    names = used(tex, translator.builder.current_docname)
    if not names:
        return ""
    seen = translator.__dict__.setdefault("lth_symbols", {})
    new = [name for name in names if name not in seen]
    if introduces:
        seen.update(dict.fromkeys(names))
    page = translator.builder.lth_symbols.setdefault(translator.builder.current_docname, {})
    page.update(dict.fromkeys(names))
    listed = escape(json.dumps(names), quote=True)
    mark = " data-new" if introduces and new else ""
    return f' data-symbols="{listed}"{mark}'


def setup(app):
    """Sphinx: symbols say what they mean."""
    app.connect("builder-inited", lambda app: setattr(app.builder, "lth_symbols", {}))
    app.connect("html-page-context", add_meanings)


def add_meanings(app, pagename, templatename, context, doctree) -> None:
    """The meanings a page needs, as a list for readers at its end and as data for the tooltips."""
    names = getattr(app.builder, "lth_symbols", {}).get(pagename)
    if not names or "body" not in context or pagename.endswith("notation"):
        return
    from .katex_math import render

    meanings = {symbol: meaning for symbol, meaning in table(pagename).values() if symbol in names}
    rows = "".join(
        f"<div><dt>{render(symbol, False)}</dt><dd>{escape(meaning)}</dd></div>"
        for symbol, meaning in meanings.items()
    )
    data = {symbol: [render(symbol, False), meaning] for symbol, meaning in meanings.items()}
    listed = json.dumps(data).replace("</", "<\\/")
    context["body"] += (
        f'<details class="lth-symbols"><summary>Symbols on this page</summary><dl>{rows}</dl></details>'
        f'<script type="application/json" id="lth-symbols">{listed}</script>'
    )
