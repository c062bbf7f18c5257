"""The whole book as one page to print: articles in order, links within it, no frame that waits."""

import re

from ..building import tool

PAGE = """<article class="bd-article"><section id="{0}-top"><h1>{0}</h1>
<a href="#{0}-top">here</a> <a href="{1}.html#x">there</a> <a href="../book/{1}.html">all</a>
<svg><defs><path id="p"></path></defs><use xlink:href="#p"></use></svg>
<template><p>waits</p></template></section></article>"""


def test_articles_come_in_order_with_links_that_stay_within(tmp_path):
    made = tool("make_pdf")
    paths = made.pages()
    assert paths[0] == "book/index.html" and paths[1].startswith("book/0-")
    (tmp_path / "book").mkdir()
    for path in paths:
        name = path.removeprefix("book/").removesuffix(".html")
        (tmp_path / path).write_text(PAGE.format(name, "notation"), encoding="utf-8")
    html = made.whole(tmp_path)
    assert re.findall(r'<article class="bd-article" id="([^"]+)"', html) == [
        path[5:-5] for path in paths
    ]
    ids = set(re.findall(r'\bid="([^"]+)"', html))
    links = re.findall(r'href="#([^"]+)"', html)
    assert set(links) - ids == {"notation.x"} and len(links) == 4 * len(paths)
    assert "waits" not in html
