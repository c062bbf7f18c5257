r"""What a symbol means, shown where a formula uses it.

The table in ``notation.md`` is the one source. An atom of a formula is a letter or a command with its
subscript; the entry ``v`` serves the bare letter, the entry ``v_t`` every ``v`` with a subscript. Where two
entries have a subscript, as ``v_t`` and ``v_j``, each serves the subscripts that contain its own letter, and
the first one those that contain neither.
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


@lru_cache(maxsize=1)
def table() -> dict[tuple[str, str], tuple[str, str]]:
    """(letter, subscript or nothing) -> (the symbol as the table writes it, its meaning)."""
    entries = {}
    for row in _ROW.finditer(NOTATION.read_text(encoding="utf-8")):
        atom = _ATOM.match(row["symbol"].strip())
        if atom:
            key = (_plain(atom["base"]), _subscript(atom))
            entries[key] = (row["symbol"].strip(), row["meaning"].strip())
    return entries


def used(tex: str) -> list[str]:
    """The symbols of the table that the formula contains, in the order of their first use."""
    found = {}
    for atom in _ATOM.finditer(_TEXT.sub(" ", tex)):
        sub = _subscript(atom)
        entry = _entry(_plain(atom["base"]), sub)
        if entry:
            found[entry[0]] = None
        if sub:
            found.update(dict.fromkeys(used(sub)))
    return list(found)


def _subscript(atom) -> str:
    return (atom["sub"] or "")[1:].strip().strip("{}").strip()


def _entry(base: str, sub: str) -> tuple[str, str] | None:
    """The row that serves the letter with this subscript."""
    if sub:
        rows = {own: row for (letter, own), row in table().items() if letter == base and own}
        letters = set(re.findall(r"\\[A-Za-z]+|[A-Za-z]", sub))
        for own, row in rows.items():
            if own in letters:
                return row
        if rows:
            return next(iter(rows.values()))
    return table().get((base, ""))


def _plain(base: str) -> str:
    return re.sub(r"[\s{}]", "", base)


def attributes(translator, tex: str, focusable: bool) -> str:
    """HTML attributes of a formula: its symbols; a tab stop where one of them is new to the page."""
    names = used(tex)
    if not names:
        return ""
    seen = translator.__dict__.setdefault("lth_symbols", {})
    new = [name for name in names if name not in seen]
    if focusable:
        seen.update(dict.fromkeys(names))
    page = translator.builder.lth_symbols.setdefault(translator.builder.current_docname, {})
    page.update(dict.fromkeys(names))
    listed = escape(json.dumps(names), quote=True)
    stop = ' tabindex="0"' if focusable and new else ""
    return f' data-symbols="{listed}"{stop}'


def setup(app):
    app.connect("builder-inited", lambda app: setattr(app.builder, "lth_symbols", {}))
    app.connect("html-page-context", add_meanings)


def add_meanings(app, pagename, templatename, context, doctree) -> None:
    """The meanings a page needs, as a list for readers at its end and as data for the tooltips."""
    names = getattr(app.builder, "lth_symbols", {}).get(pagename)
    if not names or "body" not in context or pagename.endswith("notation"):
        return
    from .katex_math import render

    meanings = {symbol: meaning for symbol, meaning in table().values() if symbol in names}
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
