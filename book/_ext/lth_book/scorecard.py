"""The scorecard at a glance: a strip of marks a chapter, counts that filter the rows, a mark at each verdict.

All of it is made of the page's own tables, and works without a script.
"""

from html import escape

from bs4 import BeautifulSoup

from lth_tutorial.claims import VERDICTS

PAGE = "book/scorecard"


def setup(app):
    """Sphinx: add the strips to the page."""
    app.connect("html-page-context", add_strips, priority=700)


def add_strips(app, pagename, templatename, context, doctree) -> None:
    """Mark the rows of the scorecard, and put the strips before its first table."""
    if pagename == PAGE and "body" in context:
        context["body"] = with_strips(context["body"])
        context["metatags"] = f"{context.get('metatags', '')}<style>{filter_style()}</style>"


def filter_style() -> str:
    """What hides the rows that are not chosen: on this page alone, since each change of one pays for it."""
    rules = []
    for name in map(slug, VERDICTS):
        chosen = f".bd-article:has(#show-{name}:checked)"
        others = f"table.claims tbody tr:not(.{name})"
        without = f"section section:has(table.claims):not(:has(tr.{name}))"
        rules.append(f"{chosen} :is({others}, {without}) {{ display: none; }}")
        rules.append(f"{chosen} .lth-mark:not(.{name}) {{ opacity: 0.25; }}")
    return "\n".join(rules)


def slug(verdict: str) -> str:
    """A verdict as the name of a class."""
    return "v-" + verdict.replace(" ", "-")


def with_strips(html: str) -> str:
    """The page with ids and classes on its rows, and with what counts and shows them."""
    page = BeautifulSoup(html, "html.parser")
    legend = page.table
    for row in legend.select("tbody tr"):
        row["class"] = [*row.get("class", []), slug(row.strong.text)]
    counts = {row.strong.text: int(row.find_all("td")[1].text) for row in legend.select("tbody tr")}
    strips = [_strip(section) for section in page.select("section section:has(th)")]
    box = f'<div class="lth-score">{_filters(counts)}<ul>{"".join(strips)}</ul></div>'
    legend.find_parent("div").insert_before(BeautifulSoup(box, "html.parser"))
    return str(page)


def _strip(section) -> str:
    """One chapter's marks, each a link to its row; nothing for a section without claims."""
    if section.th.text != "the claim":
        return ""
    heading = section.h2
    title = heading.text.removesuffix("#").strip()
    marks = []
    for k, row in enumerate(section.select("tbody tr")):
        claim, verdict = (cell.text.strip() for cell in row.find_all("td")[:2])
        row["class"], row["id"] = [*row.get("class", []), slug(verdict)], f"{section['id']}-{k + 1}"
        marks.append(_mark(row["id"], verdict, _in_line(row.td) or claim))
    link = f'<a href="#{section["id"]}">{escape(title)}</a>'
    return f'<li>{link}<span class="lth-marks">{"".join(marks)}</span></li>'


def _in_line(cell) -> str:
    """A claim as text, its formulas as the line that reads like them."""
    copy = BeautifulSoup(str(cell), "html.parser")
    for formula in copy.select("[data-text]"):
        formula.replace_with(formula["data-text"])
    return " ".join(copy.text.split())


def _mark(target: str, verdict: str, claim: str) -> str:
    says = escape(f"{verdict}: {claim}", quote=True)
    return f'<a class="lth-mark {slug(verdict)}" href="#{target}" title="{says}" aria-label="{says}"></a>'


def _filters(counts: dict[str, int]) -> str:
    """One choice a verdict, with its number of rows; the style hides what is not chosen."""
    choices = [("all", "", sum(counts.values()))]
    choices += [(verdict, slug(verdict), number) for verdict, number in counts.items()]
    inputs = [
        f'<label><input type="radio" name="lth-show" id="show-{name or "all"}"'
        f'{"" if name else " checked"}><span class="lth-badge {name}">{verdict} {number}</span></label>'
        for verdict, name, number in choices
    ]
    return f"<fieldset><legend>Show</legend>{''.join(inputs)}</fieldset>"
