"""The built pages as trees, and what the content rules of HTML forbid in them."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from bs4 import BeautifulSoup

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
BLOCKS = {"address", "article", "aside", "div", "dl", "fieldset", "figure", "footer", "form"}
BLOCKS |= {"header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul"}
# What may hold text and its like alone, and no block.
PHRASING = {"p", "summary", "span", "label", "button", "h1", "h2", "h3", "h4", "h5", "h6"}


class Markup(HTMLParser):
    """Collects what breaks a rule, as sentences, in `broken`."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.broken = [], []  # each open element: its tag and its children's tags

    def handle_starttag(self, tag, attributes):
        if self.open:
            self.open[-1][1].append(tag)
            within = self.open[-1][0]
            if within in PHRASING and tag in BLOCKS:
                self.broken.append(f"<{tag}> in <{within}>")
            if tag == "figcaption" and within != "figure":
                self.broken.append(f"<figcaption> in <{within}>")
        if tag not in VOID:
            self.open.append((tag, []))

    def handle_startendtag(self, tag, attributes):
        if self.open:
            self.open[-1][1].append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            self.broken.append(f"</{tag}> closes {self.open[-1][0] if self.open else 'nothing'}")
            return
        _, children = self.open.pop()
        if tag == "figure" and "figcaption" in children[1:-1]:
            self.broken.append("<figcaption> between the other children of its <figure>")
        if tag == "details" and children[:1] != ["summary"]:
            self.broken.append("<details> without its <summary> first")


@cache
def parsed(path: Path) -> BeautifulSoup:
    """A page without its pictures, read once in a process; it is not to be changed."""
    html = re.sub(r"(?s)<svg\b.*?</svg>", "", path.read_text(encoding="utf-8"))
    return BeautifulSoup(html, "html.parser")


def broken_rules(path: Path) -> list[str]:
    """The rules of content that a page breaks, each once."""
    reader = Markup()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return list(dict.fromkeys(reader.broken))
