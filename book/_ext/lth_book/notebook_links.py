"""Links from a page to its notebook: a copy to download with the package, or, given an address, Colab.

One setting, ``repository.url`` in ``_config.yml``, switches on everything that needs an address.
"""

from pathlib import Path

from .copies import WHEEL, is_assignment, write_copies
from .symbols import chapter_of

PAGES_BRANCH = "gh-pages"


def setup(app):
    """Sphinx: links from each page to its notebook."""
    app.connect("config-inited", switch_buttons, priority=900)
    app.connect("html-page-context", add_links, priority=600)
    app.connect("build-finished", copy_notebooks)


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


def place_of(pagename: str) -> str:
    """What a notebook page is: a chapter or an assignment, with its number, or an appendix."""
    if is_assignment(pagename):
        return Path(pagename).name.replace("-", " ").capitalize()
    number = chapter_of(pagename)
    return f"Chapter {number}" if number else "Appendix"


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
            place = f"<span>{place_of(pagename)}</span>"
            if chapter_of(pagename) and not is_assignment(pagename):
                anchors += '<a class="lth-presents" href="?present">Present</a>'
            context["body"] = f'{head}</h1><p class="lth-notebook-links">{place}{anchors}</p>{rest}'
    if url:
        report = error_report(url, context.get("title", pagename))
        context["body"] += (
            f'<p class="lth-report"><a href="{report}">Report an error on this page</a></p>'
        )


def copy_notebooks(app, exception) -> None:
    """What the links lead to."""
    if not exception and app.builder.format == "html":
        write_copies(app, repository(app.config))
