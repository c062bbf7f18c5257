"""The page of the sources: each statement of a source has a place in the book, and the place is there.

In a table whose last column is headed PLACE, that cell names sections: ``5: The setting; 0: In code``, a
chapter's number or "here" and a heading. They become links. A row without a place, or with one that no page
has, is a warning that names the row, and so ends the build.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from .symbols import chapter_of

PAGE = "book/sources"
PLACE = "place in the book"
logger = logging.getLogger(__name__)


class LinkPlaces(SphinxPostTransform):
    """Turns the last cells of the page's tables into links; before formulas ask for their chapter."""

    default_priority = 600

    def run(self, **kwargs) -> None:
        """Link each row of each table that has places."""
        if self.env.docname != PAGE:
            return
        for table in self.document.findall(nodes.table):
            head, *rows = table.findall(nodes.row)
            if head[-1].astext() == PLACE:
                for row in rows:
                    self._link(row)

    def _link(self, row) -> None:
        """Link the places of one row, or say what is wrong with it."""
        section = _section(row)
        name = f"{section}, row {row[0].astext()}" if section else f"row {row[0].astext()}"
        places = [part.strip() for part in row[-1].astext().split(";") if part.strip()]
        if not places:
            logger.warning("sources: %s has no place in the book", name, location=row)
        links = []
        for place in places:
            where, _, heading = (part.strip() for part in place.partition(":"))
            found = self._target(where, heading)
            if not found:
                message = "sources: %s names a place that is not in the book: %r"
                logger.warning(message, name, place, location=row)
                continue
            links += [nodes.Text("; ")] * bool(links)
            label = heading if where == "here" else f"{where}. {heading}"
            links.append(nodes.reference("", label, internal=True, refuri=found))
        row[-1].children = []
        row[-1] += nodes.paragraph("", "", *links)

    def _target(self, where: str, heading: str) -> str:
        """The address of a section as seen from the page, or nothing."""
        for page, contents in self.env.tocs.items():
            if page == PAGE if where == "here" else chapter_of(page) == where:
                for link in contents.findall(nodes.reference):
                    if _plain(link.astext()) == _plain(heading):
                        to = self.app.builder.get_relative_uri(PAGE, page)
                        return to.partition("#")[0] + link["anchorname"]
        return ""


def _plain(text: str) -> str:
    """A heading without what typography makes of its quotation marks."""
    return text.translate(str.maketrans("\u2018\u2019\u201c\u201d", "''\"\""))


def _section(node) -> str:
    """The title of the section in which a node stands."""
    while node is not None and not isinstance(node, nodes.section):
        node = node.parent
    return node.next_node(nodes.title).astext() if node is not None else ""


def setup(app):
    """Sphinx: the page of the sources is held to the book, whichever page has changed."""
    app.add_post_transform(LinkPlaces)
    app.connect("env-updated", lambda app, env: [PAGE] if PAGE in env.all_docs else [])
