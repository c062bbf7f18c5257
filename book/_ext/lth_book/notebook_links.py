"""Links from a page to its notebook: a copy to download with the package, or, given an address, Colab.

One setting, ``repository.url`` in ``_config.yml``, switches on everything that needs an address.
"""

import json
import subprocess
from pathlib import Path

import lth_tutorial

PAGES_BRANCH = "gh-pages"
# As the build of the book leaves it beside the copies.
WHEEL = f"lth_tutorial-{lth_tutorial.__version__}-py3-none-any.whl"


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
    if not url:
        found.append(("Download its package", f"{up}notebooks/{WHEEL}"))
    else:
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


def first_cell(pip: str, extras: list[str], words: str) -> str:
    """The source of the cell that a copy begins with: it installs what is missing, and nothing a second time.

    Args:
        pip: the package as pip knows it, `{}` where its extras go, as in `lth-tutorial{} @ git+...`.
        extras: of the package, as its pyproject.toml names them.
        words: a comment for whoever runs it.
    """
    needed = ", ".join(f'"{extra}"' for extra in extras)
    place = pip.format(f"[{','.join(extras)}]")
    return (
        f"# {words}\n"
        "try:\n"
        "    from lth_tutorial.extras import need\n\n"
        f"    need({needed})\n"
        "except ModuleNotFoundError:\n"
        f'    %pip install -q "{place}"'
    )


def package(url: str, folder: Path) -> tuple[str, str]:
    """Where a copy gets the package from, as `first_cell` takes it; and the words for it.

    With an address: from the commit that the pages in `folder` are built from, so that a copy and its package
    are of one version however old they are. Without: from the wheel, which lies beside the copies.
    """
    if url:
        return (
            f"lth-tutorial{{}} @ git+{url}@{commit(folder)}",
            "Installs the book's package, in this notebook's version, where it is missing (in Colab, say).",
        )
    return (
        f"./{WHEEL}{{}}",
        f"Download {WHEEL} as well, which lies beside this notebook on the book's site, and run this cell, "
        "which installs it.",
    )


def commit(folder: Path) -> str:
    """The commit that is checked out in a folder; where there is none, the tag of the package's version."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else f"v{lth_tutorial.__version__}"


def with_first_cell(notebook: dict, url: str, folder: Path) -> dict:
    """A copy of a notebook that can be opened outside the repository, whose checkout is `folder`."""
    trains = any("import torch" in "".join(cell["source"]) for cell in notebook["cells"])
    pip, words = package(url, folder)
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install",
        "metadata": {},
        "outputs": [],
        "source": first_cell(pip, ["book", "torch"] if trains else ["book"], words),
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
            copy = with_first_cell(notebook, repository(app.config), Path(app.srcdir))
            (folder / path.name).write_text(json.dumps(copy, indent=1, ensure_ascii=False), "utf-8")
