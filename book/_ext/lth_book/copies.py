"""The notebooks that the site offers: plain copies of the chapters, with the numbers of the built pages.

A copy runs in any folder: its first cell installs the package where it is missing.
"""

import json
import re
import subprocess
from pathlib import Path

from pybtex.backends.markdown import Backend
from sphinx.errors import ExtensionError

import lth_tutorial
from lth_tutorial.course import masters
from lth_tutorial.explore.page import PAGE

from .plain import Names, headings_of_labels, plain_cells

# As the build of the book leaves it beside the copies.
WHEEL = f"lth_tutorial-{lth_tutorial.__version__}-py3-none-any.whl"


def write_copies(app, url: str) -> None:
    """Write a copy of every notebook into the site's `notebooks`; `url` is the repository's address."""
    folder = Path(app.outdir) / "notebooks"
    folder.mkdir(exist_ok=True)
    notebooks = _notebooks(app)
    headings = {name: headings_of_labels(it["cells"]) for name, it in notebooks.items()}
    for docname, notebook in notebooks.items():
        if is_assignment(docname):
            text = json.dumps(masters.handed_out(notebook), indent=1, ensure_ascii=False)
            (folder / f"{_name(docname)}.ipynb").write_text(text, "utf-8")
            continue
        try:
            cells = plain_cells(notebook["cells"], _names(app, docname, headings))
        except (KeyError, ValueError) as error:
            raise ExtensionError(f"{docname}: no plain copy: {error}") from error
        for cell in cells:
            if cell["cell_type"] == "code":
                cell["outputs"] = [outside_pages(output) for output in cell["outputs"]]
                cell["execution_count"] = None
        copy = with_first_cell({**notebook, "cells": cells}, url, Path(app.srcdir))
        text = json.dumps(copy, indent=1, ensure_ascii=False)
        (folder / f"{_name(docname)}.ipynb").write_text(text, "utf-8")


def is_assignment(docname: str) -> bool:
    """Whether a page is an assignment's, whose notebook is handed out as it is."""
    return docname.startswith("book/assigned/")


def _notebooks(app) -> dict[str, dict]:
    """The notebooks among the pages, by the names of their pages."""
    paths = {name: Path(app.srcdir) / f"{name}.ipynb" for name in sorted(app.env.found_docs)}
    return {
        name: json.loads(path.read_text("utf-8")) for name, path in paths.items() if path.exists()
    }


def _name(docname: str) -> str:
    return Path(docname).name


def outside_pages(output: dict) -> dict:
    """An output without what only a page has a use for: a control's picture and sentence stay."""
    data = {kind: value for kind, value in output.get("data", {}).items() if kind != PAGE}
    return {**output, "data": data} if "data" in output else output


# What the site knows


def _names(app, docname: str, headings: dict[str, dict[str, str]]) -> Names:
    """The names that a notebook may use; `headings` has those of all, page by page."""
    env = app.env
    entries = [
        it for it in env.get_domain("cite").citations if it.bibliography_key.docname == docname
    ]
    references = headings[docname].get("bibliography", "")
    return Names(
        numbers=_numbers(env),
        links={
            label: address("" if home == docname else f"{_name(home)}.ipynb", heading)
            for home, found in headings.items()
            for label, heading in found.items()
        },
        citations={
            it.key: f"[{author_and_year(it.entry)}]({address('', references)})" for it in entries
        },
        references=[reference(it.formatted_entry.text) for it in entries],
        macros=app.config.katex_macros,
        pages={
            f"{_name(name)}.md": env.titles[name].astext()
            for name in env.found_docs
            if (Path(app.srcdir) / f"{name}.md").exists()
        },
        folder=Path(app.srcdir) / Path(docname).parent,
    )


def address(file: str, heading: str) -> str:
    """A heading of a file, or of the copy itself; where there is none, the file's beginning."""
    return f"{file}#{heading}" if heading else file or "#"


def reference(text) -> str:
    """An entry of the list of references on one line, without marks where Markdown asks for none."""
    return re.sub(r"\\([-.,:()])", r"\1", " ".join(text.render(Backend()).split()))


def _numbers(env) -> dict[str, str]:
    """Label -> the kind and the number that the pages show; of an equation the number alone."""
    statements = getattr(env, "proof_list", {})
    exercises = getattr(env, "sphinx_exercise_registry", {})
    kinds = {label: it["realtype"] for label, it in statements.items()}
    kinds |= {label: it["type"] for label, it in exercises.items()}
    found = {}
    for counters in env.toc_fignumbers.values():
        for counter, numbers in counters.items():
            for label, number in numbers.items():
                number = ".".join(map(str, number))
                if counter == "displaymath":
                    found[label.removeprefix("equation-")] = number
                elif label in kinds:
                    found[label] = f"{kinds[label].capitalize()} {number}"
    return found


def author_and_year(entry) -> str:
    """As the pages cite it: "Zhang et al., 2021"."""
    people = [" ".join(one.prelast_names + one.last_names) for one in entry.persons["author"]]
    who = " and ".join(people) if len(people) < 3 else f"{people[0]} et al."
    return f"{who}, {entry.fields.get('year', 'n.d.')}"


# The first cell


def with_first_cell(notebook: dict, url: str, folder: Path) -> dict:
    """A notebook that can be opened outside the repository, whose checkout is `folder`."""
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
            "Installs the book's package, in this notebook's version, where it is missing.",
        )
    return (
        f"./{WHEEL}{{}}",
        f"To install the book's package, put {WHEEL},\n"
        "# which lies beside this notebook on the book's site, into this folder, and run this cell.",
    )


def commit(folder: Path) -> str:
    """The commit that is checked out in a folder; where there is none, the tag of the package's version."""
    command = ["git", "-C", str(folder), "rev-parse", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else f"v{lth_tutorial.__version__}"
