"""Links from a page to its notebook: a copy to download, and, once the book has an address, Colab.

One setting, ``repository.url`` in ``_config.yml``, switches on everything that needs an address.
"""

import json
from pathlib import Path

PAGES_BRANCH = "gh-pages"


def setup(app):
    """Sphinx: links from each page to its notebook."""
    app.connect("config-inited", switch_buttons, priority=900)
    app.connect("html-page-context", add_links, priority=600)
    app.connect("build-finished", write_copies)


def repository(config) -> str:
    """The address of the repository, without a trailing slash; empty while it is not decided."""
    return (config.html_theme_options.get("repository_url") or "").rstrip("/")


def switch_buttons(app, config) -> None:
    """Buttons that need an address exist only when there is one."""
    url = repository(config)
    for name in ("use_issues_button", "use_edit_page_button", "use_repository_button"):
        config.html_theme_options[name] = bool(url)
    config.html_theme_options.pop("launch_buttons", None)
    if not url:
        config.html_theme_options.pop("repository_url", None)


def notebook_of(app, pagename: str) -> Path | None:
    """The notebook a page was made from, if it was made from one."""
    path = Path(app.srcdir) / f"{pagename}.ipynb"
    return path if path.exists() else None


def chapter_number(pagename: str) -> str:
    """The number that the other chapters call this one by; it is the beginning of the file's name."""
    return Path(pagename).name.partition("-")[0]


def links(pagename: str, url: str) -> list[tuple[str, str]]:
    """(text, address) of the links under a notebook page's title."""
    up = "../" * pagename.count("/")
    found = [("Download notebook", f"{up}notebooks/{Path(pagename).name}.ipynb")]
    if url:
        place = url.removeprefix("https://github.com/")
        colab = f"https://colab.research.google.com/github/{place}/blob/{PAGES_BRANCH}"
        found.append(("Open in Colab", f"{colab}/notebooks/{Path(pagename).name}.ipynb"))
    return found


def error_report(url: str, title: str) -> str:
    """Where a reader reports an error on the page with this title."""
    from urllib.parse import quote

    return f"{url}/issues/new?title={quote('Error on the page: ' + title)}"


def add_links(app, pagename, templatename, context, doctree) -> None:
    """Give a page its links: to its notebook, its source and an error report."""
    if "body" not in context:
        return
    url = repository(app.config)
    if notebook_of(app, pagename):
        anchors = "".join(
            f'<a href="{address}"{" download" if text.startswith("Download") else ""}>{text}</a>'
            for text, address in links(pagename, url)
        )
        head, found, rest = context["body"].partition("</h1>")
        if found:
            place = f"<span>Chapter {chapter_number(pagename)}</span>"
            context["body"] = f'{head}</h1><p class="lth-notebook-links">{place}{anchors}</p>{rest}'
    if url:
        report = error_report(url, context.get("title", pagename))
        context["body"] += (
            f'<p class="lth-report"><a href="{report}">Report an error on this page</a></p>'
        )


def first_cell(url: str, extras: str = "book") -> str:
    """The source of the cell that a copy outside the repository begins with.

    With an address it fetches the repository, not the package alone: chapters draw from `book/results`.
    """
    if url:
        return (
            "# Fetches the book and installs its package where it is missing (Colab, or a copy on its own).\n"
            "try:\n    import lth_tutorial\nexcept ModuleNotFoundError:\n"
            f"    !git clone -q --depth 1 {url} lth-book\n"
            f'    %pip install -q "./lth-book[{extras}]"\n'
            "    %cd -q lth-book/book"
        )
    return (
        "# This notebook needs the book's package: in a checkout of the book, run\n"
        f'#     pip install -e ".[{extras}]"'
    )


def with_first_cell(notebook: dict, url: str) -> dict:
    """A copy of a notebook that can be opened outside the repository."""
    trains = any("import torch" in "".join(cell["source"]) for cell in notebook["cells"])
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {},
        "outputs": [],
        "source": first_cell(url, "book,torch" if trains else "book"),
    }
    return {**notebook, "cells": [cell, *notebook["cells"]]}


def write_copies(app, exception) -> None:
    """Write the copies to download under notebooks/, without the frames that only a page needs."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "notebooks"
    folder.mkdir(exist_ok=True)
    for pagename in app.env.found_docs:
        path = notebook_of(app, pagename)
        if path:
            notebook = json.loads(path.read_text(encoding="utf-8"))
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    cell["outputs"], cell["execution_count"] = [], None
            copy = with_first_cell(notebook, repository(app.config))
            (folder / path.name).write_text(json.dumps(copy, indent=1, ensure_ascii=False), "utf-8")
