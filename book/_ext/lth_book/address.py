"""What depends on where the site lies: canonical addresses, a map of the site, pictures of previews, and 404.

``html.baseurl`` in ``_config.yml`` is the one setting; while it is empty nothing of this points anywhere.
"""

from pathlib import Path
from xml.sax.saxutils import escape

PICTURE = "_static/cover.png"
LOST = """<section id="not-here"><h1>This page is not here</h1>
<p>Pages move when chapters get other names. What you look for is likely behind one of these:</p>
<ul><li><a href="book/index.html">the book's first page, with all chapters</a></li>
<li><a href="search.html">the search</a></li>
<li><a href="book/theorem-index.html">the index of theorems</a></li></ul></section>"""


def setup(app):
    """Sphinx: the page for addresses that lead nowhere, and what needs the site's address."""
    app.connect("html-collect-pages", lost_page)
    app.connect("html-page-context", name_picture)
    app.connect("build-finished", write_map)


def base(config) -> str:
    """The site's address with a slash at its end, or nothing."""
    url = (config.html_baseurl or "").rstrip("/")
    return f"{url}/" if url else ""


def lost_page(app):
    """The page that a host shows for an address that leads nowhere."""
    yield "404", {"title": "This page is not here", "body": LOST}, "page.html"


def name_picture(app, pagename, templatename, context, doctree) -> None:
    """Previews of a page show the book's picture; a lost page finds its files from anywhere."""
    url = base(app.config)
    if not url:
        return
    tags = f'\n<meta property="og:image" content="{url}{PICTURE}">'
    tags += f'\n<meta property="og:url" content="{url}{pagename}.html">'
    if pagename == "404":
        tags += f'\n<base href="{url}">'
    context["metatags"] = tags + context.get("metatags", "")


def write_map(app, exception) -> None:
    """sitemap.xml: the addresses of the book's pages."""
    url = base(app.config)
    if exception or app.builder.format != "html" or not url:
        return
    places = [
        f"<url><loc>{escape(url + name)}.html</loc></url>" for name in sorted(app.env.found_docs)
    ]
    text = '<?xml version="1.0" encoding="utf-8"?>\n'
    text += '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n' + "\n".join(places)
    (Path(app.outdir) / "sitemap.xml").write_text(text + "\n</urlset>\n", encoding="utf-8")
