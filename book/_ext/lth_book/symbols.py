r"""What a symbol means, shown where a formula uses it.

The tables in ``notation.md`` are the one source: a row of the first names the chapters in which it holds, a
row under a heading that names a chapter holds there. A formula belongs to the chapter of its page; on a page
of no chapter to that which its row of a table links to, or its section. Nothing is shown of another chapter.

An atom of a formula is a letter or a command with its scripts; ``w``, ``w'``, ``w^*`` and ``w^\tau`` are four
letters. A row serves the spellings that it lists, and beside them

* an index with more in it: ``v_t`` serves ``v_{t+1}``;
* i, j and k for one another, where one row alone has them: ``x_i`` serves ``x_j``;
* any plain index, where no row of the letter has one: ``u`` serves ``u_k`` and ``u_{12}``, but not ``u_T``.

What no row serves has no meaning: better none than a wrong one. An author has the last word on the formula
that follows a comment, ``<!-- symbols: p = a probability; k none -->`` or ``<!-- symbols: none -->``.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

NOTATION = Path(__file__).parents[2] / "notation.md"
_ROW = re.compile(
    r"^\|\s*(?P<symbols>\$[^|]+\$)\s*\|\s*(?P<meaning>[^|]+?)\s*\|(?P<rest>.*)$", re.MULTILINE
)
_TEXT = re.compile(r"\\(?:text|operatorname|mathrm|mathtt|begin|end|label|tag)\*?\{[^{}]*\}")
_ACCENTS = "mathcal|mathbf|mathbb|boldsymbol|hat|bar|tilde|widehat|widetilde"
_LETTER = (
    rf"\\(?:{_ACCENTS})\s*(?:\{{\s*\\?[A-Za-z]+\s*\}}|\\[A-Za-z]+|[A-Za-z])|\\[A-Za-z]+|[A-Za-z]"
)
_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_SCRIPT = rf"'+|[_^]\s*(?:{_GROUP}|\\[A-Za-z]+|[^\s{{}}])"
_ATOM = re.compile(rf"(?P<base>{_LETTER})(?P<scripts>(?:\s*(?:{_SCRIPT}))*)")
_PAGE = re.compile(r"(?:.*/)?(?:(\d+)-|assignment-(\d+)\b)")
_CHAPTER = re.compile(r"(?:Chapter )?(\d+)\b")
_INDEX = set("ijkt") | {r"\ell"}
_ALIKE = set("ijk")
_GREEK = re.compile(
    r"\^\\(?:var)?(?:alpha|beta|gamma|delta|epsilon|eta|theta|kappa|lambda|rho|tau|phi)"
)
_FENCES = {r"\rVert", r"\Vert"}  # a norm's index is no symbol
_COMMENT = re.compile(r"(?s)^(?:<!--)?\s*symbols:\s*(.*?)\s*(?:-->)?$")
logger = logging.getLogger(__name__)


class Atom(NamedTuple):
    """A letter of a formula with its scripts: what it is, its subscript or nothing, and how it is written."""

    letter: str
    sub: str
    written: str


class Row(NamedTuple):
    """A row of the table: the symbol as it is shown, and its meaning."""

    symbol: str
    meaning: str


def chapter_of(page: str) -> str:
    """The number of the chapter whose page this is, or whose assignment; or nothing."""
    number = _PAGE.match(page)
    return number[1] or number[2] if number else ""


@lru_cache(maxsize=32)
def table(chapter: str) -> dict[tuple[str, str], Row]:
    """(letter, subscript or nothing) -> the row that serves it in a chapter; each spelling is an entry.

    Raises:
        ValueError: two rows of a chapter serve one spelling, or a row of the first table names no chapter.
    """
    first, *own = re.split(r"(?m)^## Chapter (\d+)$", NOTATION.read_text(encoding="utf-8"))
    tables = zip(own[::2], own[1::2], strict=True)
    parts = [(first, True), *((text, False) for number, text in tables if number == chapter)]
    entries: dict[tuple[str, str], Row] = {}
    for text, shared in parts:
        for found in _ROW.finditer(text):
            if shared and chapter not in _chapters(found):
                continue
            spellings = re.findall(r"\$([^$]+)\$", found["symbols"])
            row = Row(spellings[0].strip(), found["meaning"])
            for atom in (next(atoms(spelling)) for spelling in spellings):
                if entries.setdefault((atom.letter, atom.sub), row) is not row:
                    raise ValueError(
                        f"notation.md: two rows of chapter {chapter} serve {atom.written}"
                    )
    return entries


def _chapters(row: re.Match) -> list[str]:
    """The chapters that a row of the first table names in its third cell: "1", "1, 3" or "1–4"."""
    cell = row["rest"].partition("|")[0]
    spans = [re.fullmatch(r"\s*(\d+)(?:\s*–\s*(\d+))?\s*", part) for part in cell.split(",")]
    if not all(spans):
        raise ValueError(
            f"notation.md: the row of {row['symbols']} names no chapters, but {cell.strip()!r}"
        )
    return [
        str(k) for a, b in (span.groups() for span in spans) for k in range(int(a), int(b or a) + 1)
    ]


def atoms(tex: str) -> Iterator[Atom]:
    """The atoms of a formula in their order, each before those of its scripts."""
    for found in _ATOM.finditer(_TEXT.sub(" ", tex)):
        scripts = [_plain(script) for script in re.findall(_SCRIPT, found["scripts"])]
        sub = next((s[1:].removeprefix("{").removesuffix("}") for s in scripts if s[0] == "_"), "")
        tops = [s for s in scripts if s[0] != "_"]
        mark = "'" * sum(s.count("'") + s.count(r"\prime") for s in tops)
        mark += "^*" if any("*" in s for s in tops) else ""
        mark += "".join(s for s in tops if _GREEK.fullmatch(s))
        mark += "^" if found["base"] == "e" and tops else ""  # a power of Euler's number
        letter = re.sub(r"[\s{}]", "", found["base"])
        yield Atom(letter + mark, sub, _plain(found[0]))
        if letter in _FENCES:
            continue
        for script in re.findall(rf"[_^]\s*({_GROUP}|\\[A-Za-z]+|[^\s{{}}])", found["scripts"]):
            yield from atoms(script.removeprefix("{").removesuffix("}"))


def _plain(tex: str) -> str:
    """Without spaces but those between letters, of which one may end a command."""
    return re.sub(r"\s+(?![A-Za-z])|(?<![A-Za-z])\s+", "", tex.strip())


def row_of(atom: Atom, chapter: str) -> Row | None:
    """The row that serves an atom in a chapter, or none."""
    rows = {sub: row for (letter, sub), row in table(chapter).items() if letter == atom.letter}
    if atom.sub in rows:
        return rows[atom.sub]
    if not atom.sub:
        return None
    letters = set(re.findall(r"\\[A-Za-z]+|[A-Za-z]", atom.sub))
    indexed = {sub: row for sub, row in rows.items() if re.fullmatch(r"\\ell|[^\\]+", sub)}
    for sub, row in indexed.items():
        if sub in letters:
            return row
    if len(alike := _ALIKE & indexed.keys()) == 1 and letters & _ALIKE:
        return indexed[alike.pop()]
    plain = letters <= _INDEX and not set(atom.sub) & set("^_*'")
    return rows.get("") if plain and not indexed else None


def used(
    tex: str, chapter: str, own: dict[tuple[str, str], Row | None] | None = None
) -> dict[str, Row]:
    """The atoms of a formula that have a meaning in a chapter, as written, with their rows, in order.

    Args:
        tex: the formula.
        chapter: its number.
        own: what the formula's author says of a letter with its subscript; of ("", ""), of all others.
    """
    own, found = own or {}, {}
    for atom in atoms(tex):
        named = (atom.letter, atom.sub)
        row = own[named] if named in own else None if ("", "") in own else row_of(atom, chapter)
        if row:
            found[atom.written] = row
    return found


def said(comment: str) -> dict[str, Row | None]:
    """What an author's comment says of the formula behind it: symbol (all: "") -> its row, or none.

    Raises:
        ValueError: it cannot be read.
    """
    rows: dict[str, Row | None] = {}
    for part in (part.strip() for part in comment.split(";")):
        symbol, equals, meaning = (text.strip() for text in part.partition("="))
        if part == "none":
            rows[""] = None
        elif equals and symbol and meaning:
            rows[symbol] = Row(symbol, meaning)
        elif part.endswith(" none"):
            rows[part.removesuffix("none").strip()] = None
        else:
            raise ValueError(f"symbols: {part!r} should be 'p = its meaning', 'p none' or 'none'")
    return rows


class FormulasHaveChapters(SphinxPostTransform):
    """Notes at each formula whose chapter's symbols it uses, and what its author says of it."""

    default_priority = 650

    def run(self, **kwargs) -> None:
        """Mark the formulas and take the comments away."""
        page, kinds = self.env.docname, nodes.math | nodes.math_block | nodes.comment | nodes.raw
        found = list(self.document.findall(lambda node: isinstance(node, kinds)))
        for formula in filter(_is_math, found):
            own = chapter_of(page) or _nearest(formula)
            formula["lth_chapter"] = "" if page.endswith("notation") else own
        for place, comment in enumerate(found):
            text = None if _is_math(comment) else _COMMENT.match(comment.astext())
            if text:
                _hand_on(comment, text[1], next(filter(_is_math, found[place:]), None))


def _is_math(node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)


def _hand_on(comment, text: str, formula) -> None:
    """Give the formula behind a comment what it says, and take the comment away."""
    try:
        formula["lth_said"] = {_named(formula, symbol): row for symbol, row in said(text).items()}
    except ValueError as error:
        logger.warning("%s", error, location=comment)
    comment.parent.remove(comment)


def _named(formula, symbol: str) -> tuple[str, str]:
    """Letter and subscript of a symbol of an author's comment, which its formula must have; "" is all."""
    if not symbol:
        return "", ""
    name = next(((atom.letter, atom.sub) for atom in atoms(symbol)), None)
    if formula is None or name not in {(atom.letter, atom.sub) for atom in atoms(formula.astext())}:
        raise ValueError(f"symbols: the formula behind the comment has no {symbol}")
    return name


def _nearest(node) -> str:
    """The chapter that the row of a table links to in which a node stands, or that its section names."""
    while node is not None:
        if isinstance(node, nodes.row):
            links = (
                n.get("refuri", "") for n in node.findall(nodes.reference) if n.get("internal")
            )
            if number := next(filter(None, map(chapter_of, links)), ""):
                return number
        if isinstance(node, nodes.section) and (
            number := _CHAPTER.match(node.next_node(nodes.title).astext())
        ):
            return number[1]
        node = node.parent
    return ""


def attributes(translator, node, tex: str, introduces: bool) -> str:
    """HTML attributes of a formula: its symbols; a mark where one of them is new to the page.

    The page's script makes a tab stop of each formula with a mark: without the script it would offer nothing.
    """
    chapter = node.get("lth_chapter", "")
    rows = used(tex, chapter, node.get("lth_said"))
    page = translator.builder.lth_symbols.setdefault(translator.builder.current_docname, {})
    keys = list(dict.fromkeys(_key(page, chapter, row) for row in rows.values()))
    if not keys:
        return ""
    seen = translator.__dict__.setdefault("lth_symbols", set())
    new = introduces and not seen.issuperset(keys)
    if introduces:
        seen.update(keys)
    listed = escape(json.dumps(keys), quote=True)
    return f' data-symbols="{listed}"' + " data-new" * new


def _key(page: dict[str, tuple[Row, set[str]]], chapter: str, row: Row) -> str:
    """The name of a row on a page: its symbol, numbered where the symbol means something else as well.

    Notes the chapter beside the row.
    """
    key, count = row.symbol, 1
    while page.setdefault(key, (row, set()))[0] != row:
        count += 1
        key = f"{row.symbol} {count}"
    page[key][1].add(chapter)
    return key


def setup(app):
    """Sphinx: symbols say what they mean."""
    app.connect("builder-inited", lambda app: setattr(app.builder, "lth_symbols", {}))
    app.add_post_transform(FormulasHaveChapters)
    app.connect("html-page-context", add_meanings)


def add_meanings(app, pagename, templatename, context, doctree) -> None:
    """The meanings a page needs, as a list for readers at its end and as data for the tooltips."""
    shown = getattr(app.builder, "lth_symbols", {}).get(pagename)
    if not shown or "body" not in context:
        return
    from .katex_math import render

    data = {key: [render(row.symbol, False), row.meaning] for key, (row, _) in shown.items()}
    rows = "".join(
        f"<div><dt>{html}</dt><dd>{escape(meaning)}{_where(pagename, shown[key][1])}</dd></div>"
        for key, (html, meaning) in data.items()
    )
    listed = json.dumps(data).replace("</", "<\\/")
    context["body"] += (
        f'<details class="lth-symbols"><summary>Symbols on this page</summary><dl>{rows}</dl></details>'
        f'<script type="application/json" id="lth-symbols">{listed}</script>'
    )


def _where(page: str, chapters: set[str]) -> str:
    """On a page of no chapter: whose meaning it is."""
    if chapter_of(page):
        return ""
    *first, last = sorted(chapters)
    return f" (chapters {', '.join(first)} and {last})" if first else f" (chapter {last})"
