"""Pages that run: Python in the reader's browser, on a press, from the site's own files.

Nothing of it is loaded before the press but a button and some lines of script. The site gets a folder
`live`: in `live/python` the vendored Python, packed, and the checkout's own package; in `live/<version>` the
scripts of `_ext/lth_book/live`, and a file for each page with its cells. ``LIVE=0`` in the environment leaves
all of it out.
"""

import gzip
import io
import json
import lzma
import os
import re
import shutil
import zipfile
from functools import cache
from hashlib import sha256
from html import escape, unescape
from pathlib import Path

import lth_tutorial
from lth_tutorial import chapters
from lth_tutorial.course import loading
from lth_tutorial.explore.page import PAGE

from .katex_math import VENDOR
from .plain import worded

HERE = Path(__file__).parent / "live"
PYTHON = VENDOR / "python"
COMPILED = PYTHON / "compiled.zip.xz"
PACKAGE = Path(lth_tutorial.__file__).parent
SCRATCH = "book/scratch"
# What of the wheels no page imports: tests, headers, types, fonts that the book does not use.
_SPARED = re.compile(
    r"/tests?/|\.pyi$|\.a$|/RECORD$|^pylab|^numpy/(_core/include|f2py|distutils|typing|testing/tests)/"
    r"|^matplotlib/(mpl-data/(sample_data|images|plot_directive|kpsewhich)|sphinxext|backends/(web_backend|qt_))"
    r"|^matplotlib/mpl-data/fonts/(afm|pdfcorefonts)/|fonts/ttf/(DejaVuSerif|DejaVuSansMono-|Humor)"
    r"|^mpl_toolkits/axes|/(_ttconv|_imagingft|_webp)\.|^dateutil/zoneinfo/.*\.tar"
)
# What of the package no page of these runs.
_LEFT_OUT = re.compile(r"__pycache__|^data/(mnist\.npz|results)|^course/")
_DATE = (1980, 1, 1, 0, 0, 0)
_SAYS = re.compile(r'(?s)<(figcaption|p) class="lth-says"[^>]*>(.*?)</\1>')
_FENCE = re.compile(r"(?ms)^```python\n(.*?)^```$")


def setup(app):
    """Sphinx: a button on each page that can run, and the files behind it."""
    app.add_config_value("lth_live", os.environ.get("LIVE", "1") != "0", "env")
    app.connect("source-read", fit_words, priority=300)
    app.connect("source-read", mark_cells, priority=400)
    app.connect("html-page-context", add_button, priority=700)
    app.connect("build-finished", write_files)


def runs(app, docname: str) -> bool:
    """Whether a page's cells can run in it: notebooks and assignments without torch, and the empty page."""
    names = {f"book/{Path(room.notebook).stem}" for room in chapters.NOTEBOOKS if not room.torch}
    names |= {
        f"book/assigned/assignment-{name[0]}" for name in loading.names() if not _trains(name)
    }
    return app.config.lth_live and docname in names | {SCRATCH}


def _trains(assignment: str) -> bool:
    return any("torch" in task.uses for task in loading.public(assignment).tasks)


# A page's words and cells


def fit_words(app, docname, source) -> None:
    """What a page says of its button stands only where there is one."""
    if "<!-- live -->" not in source[0]:
        return
    if not source[0].startswith("{"):
        source[0] = worded(source[0], app.config.lth_live)
        return
    notebook = json.loads(source[0])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = worded("".join(cell["source"]), app.config.lth_live)
    source[0] = json.dumps(notebook)


def mark_cells(app, docname, source) -> None:
    """A tag on each code cell of a notebook, by which the page's script finds it."""
    path = Path(app.env.doc2path(docname))
    if path.suffix == ".ipynb" and runs(app, docname):
        notebook = json.loads(source[0])
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["metadata"].setdefault("tags", []).append(f"lth-cell-{cell['id']}")
        source[0] = json.dumps(notebook)


def cells(path: Path, known: dict) -> list[dict]:
    """The code cells of a page's source: what each printed, what its figures say, and what is `known` of it.

    Known of a cell are the seconds that it takes, where they are many, or what it needs and the page lacks.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        sources = [(f"c{k}", code, [], []) for k, code in enumerate(_FENCE.findall(text))]
    else:
        sources = [
            (it["id"], "".join(it["source"]), it["metadata"].get("tags", []), it["outputs"])
            for it in json.loads(text)["cells"]
            if it["cell_type"] == "code"
        ]
    return [
        {
            "id": name,
            "source": code,
            "hidden": "remove-input" in tags,
            "printed": printed(outputs),
            "says": says(outputs),
        }
        | known.get(name, {})
        for name, code, tags, outputs in sources
    ]


def assignment(path: Path) -> dict | None:
    """What a page's script has to know of an assignment: its name, the tasks with checks, and the cells that
    ask for an answer in words."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if "lth" not in notebook["metadata"]:
        return None
    roles = [(it, it["metadata"]["lth"]) for it in notebook["cells"] if "lth" in it["metadata"]]
    return {
        "name": notebook["metadata"]["lth"]["assignment"],
        "tasks": [role["task"] for _, role in roles if role["role"] == "check"],
        "texts": [
            {"id": it["id"], "task": role["task"], "words": "".join(it["source"])}
            for it, role in roles
            if role["role"] == "answer" and it["cell_type"] == "markdown"
        ],
    }


def printed(outputs: list[dict]) -> str:
    """What a cell printed, and its last value where it is text, as the notebook stores it."""
    return "".join(filter(None, map(_text, outputs)))


def says(outputs: list[dict]) -> list[str]:
    """The sentences of a cell's figures and calculators, as they are shown first."""
    html = "".join("".join(output.get("data", {}).get(PAGE, "")) for output in outputs)
    return [unescape(found[2]) for found in _SAYS.finditer(html)]


def _text(output: dict) -> str:
    if output["output_type"] == "stream":
        return "".join(output["text"])
    data = output.get("data", {})
    if output["output_type"] == "execute_result":
        return "".join(data.get("text/markdown") or data.get("text/plain", ""))
    return ""


# The files that the site serves


def write_files(app, exception) -> None:
    """The folder `live` of the site; what an earlier build left there and this one has not is gone."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "live"
    pages = [name for name in sorted(app.env.found_docs) if runs(app, name)]
    if not pages:
        shutil.rmtree(folder, ignore_errors=True)
        return
    files = python_files(folder / "python")
    kept = {folder / "python" / file["name"] for file in files}
    own = folder / version()
    own.mkdir(exist_ok=True)
    for path in [*own_files(), VENDOR / "editor" / "codemirror.js"]:
        shutil.copyfile(path, own / path.name)
    known = json.loads((HERE / "cells.json").read_text(encoding="utf-8"))
    info = json.loads((PYTHON / "core" / "pyodide-lock.json").read_text(encoding="utf-8"))["info"]
    for name in pages:
        source = Path(app.env.doc2path(name))
        content = {"cells": cells(source, known.get(source.stem, {})), "files": files, "info": info}
        content["notebook"] = source.suffix == ".ipynb"
        content["assignment"] = assignment(source) if content["notebook"] else None
        (own / f"{source.stem}.json").write_text(json.dumps(content), encoding="utf-8")
    for path in [*folder.iterdir(), *(folder / "python").iterdir()]:
        if path not in kept | {own, folder / "python"}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def own_files() -> list[Path]:
    """The scripts that a page loads on the press, and their style."""
    return sorted(p for p in HERE.iterdir() if p.suffix in (".js", ".css") and p.name != "start.js")


@cache
def version() -> str:
    """A name for the scripts as they are, so that no browser mixes those of two builds."""
    texts = [p.read_bytes() for p in [*own_files(), VENDOR / "editor" / "codemirror.js"]]
    return sha256(b"".join(texts)).hexdigest()[:12]


@cache
def python_files(folder: Path) -> list[dict]:
    """Write what the page's Python is made of, packed; returns for each file name, bytes, SHA-256 and words.

    A file's name begins with a digest of what it is made from: one that is there already stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = [*PYTHON.glob(COMPILED.name), Path(__file__)]
    core = {
        name: PYTHON / "core" / name
        for name in ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm")
    }
    made = [
        _write(
            folder,
            f"{name}.gz",
            [path],
            lambda path=path: gzip.compress(path.read_bytes(), 9, mtime=0),
        )
        | {"is": name, "words": "Python"}
        for name, path in core.items()
    ]
    library = PYTHON / "core" / "python_stdlib.zip"
    made.append(
        _write(folder, library.name, [library, *own], lambda: packed_library(library))
        | {"is": library.name, "words": "Python's library"}
    )
    wheels = sorted((PYTHON / "wheels").glob("*.whl"))
    made.append(
        _write(folder, "packages.zip", [*wheels, *own], lambda: packed_wheels(wheels))
        | {"is": "packages.zip", "words": "numpy and matplotlib"}
    )
    package = package_zip()
    made.append(
        _write(folder, "lth_tutorial.zip", [package], lambda: package)
        | {"is": "lth_tutorial.zip", "words": "the book's package"}
    )
    return made


def _write(folder: Path, name: str, sources: list, make) -> dict:
    digest = sha256()
    for source in sources:
        digest.update(source if isinstance(source, bytes) else source.read_bytes())
    path = folder / f"{digest.hexdigest()[:12]}-{name}"
    if not path.exists():
        path.write_bytes(make())
    data = path.read_bytes()
    return {"name": path.name, "bytes": len(data), "sha256": sha256(data).hexdigest()}


def packed_wheels(wheels: list[Path]) -> bytes:
    """One archive of all wheels' files, as they are installed, without what no page imports."""
    everything = io.BytesIO()
    with zipfile.ZipFile(everything, "w") as archive:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as one:
                for name in one.namelist():
                    if not name.endswith("/") and not _SPARED.search(name):
                        _add(archive, *_compiled_or_not("wheels", name, one.read(name)))
    return everything.getvalue()


def packed_library(library: Path) -> bytes:
    """Python's library with its modules compiled, as far as the pages import them."""
    everything = io.BytesIO()
    with zipfile.ZipFile(everything, "w") as archive, zipfile.ZipFile(library) as one:
        for name in one.namelist():
            if not name.endswith("/"):
                _add(archive, *_compiled_or_not("library", name, one.read(name)))
    return everything.getvalue()


@cache
def compiled() -> dict[str, bytes]:
    """Modules as the pages' Python has compiled them: "library/ast.pyc", "wheels/numpy/ma/core.pyc"."""
    if not COMPILED.exists():  # a new version's are made in a page
        return {}
    with zipfile.ZipFile(io.BytesIO(lzma.decompress(COMPILED.read_bytes()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _compiled_or_not(home: str, name: str, data: bytes) -> tuple[str, bytes]:
    """A module's compiled form in place of its source, where there is one: Python starts in half the time."""
    made = compiled().get(f"{home}/{name}c")
    return (name, data) if made is None else (f"{name}c", made)


def package_zip() -> bytes:
    """The checkout's own package with the stored results that these pages read, and what runs their cells."""
    everything = io.BytesIO()
    with zipfile.ZipFile(everything, "w") as archive:
        for path in sorted(p for p in PACKAGE.rglob("*") if p.is_file()):
            name = path.relative_to(PACKAGE).as_posix()
            if not _LEFT_OUT.search(name):
                _add(archive, f"lth_tutorial/{name}", path.read_bytes())
        for name in sorted(results()):
            path = chapters.BOOK / "results" / name
            _add(archive, f"lth_tutorial/data/results/{name}", path.read_bytes())
        _add(archive, "lth_runner.py", (HERE / "runner.py").read_bytes())
    return everything.getvalue()


def results() -> set[str]:
    """The stored results that chapters without torch read: their own, and those that their notebooks name."""
    found = set()
    for chapter in chapters.CHAPTERS:
        if not chapter.torch:
            found |= {f"{result.name}.json" for result in chapters.results_of(chapter.package)}
            text = (chapters.BOOK / chapter.notebook).read_text(encoding="utf-8")
            found |= {f"{name}.json" for name in re.findall(r"results/([\w-]+)\.json", text)}
    return {name for name in found if (chapters.BOOK / "results" / name).exists()}


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED, 9)


# The button


def add_button(app, pagename, templatename, context, doctree) -> None:
    """A button under the title, and the lines of script that wait for its press."""
    if "body" not in context or not runs(app, pagename):
        return
    if pagename == SCRATCH:
        context["body"] = as_cells(context["body"])
    size = sum(file["bytes"] for file in python_files(Path(app.outdir) / "live" / "python"))
    data = {
        "base": "../" * pagename.count("/") + f"live/{version()}/",
        "bytes": size,
        "page": Path(pagename).name,
    }
    attributes = "".join(f' data-{name}="{escape(str(value))}"' for name, value in data.items())
    words = f'<button type="button">Run this page</button> <small>{megabytes(size)}</small>'
    button = f'<span class="lth-run"{attributes}>{words}</span>'
    below = '<div class="lth-bar" role="region" aria-label="Run this page" hidden></div>'
    below += f"<script>{(HERE / 'start.js').read_text(encoding='utf-8')}</script>"
    head, links, rest = context["body"].partition('<p class="lth-notebook-links">')
    if links:
        inner, end, rest = rest.partition("</p>")
        context["body"] = f"{head}{links}{inner}{button}{end}{below}{rest}"
    else:
        head, end, rest = head.partition("</h1>")
        context["body"] = f'{head}{end}<p class="lth-notebook-links">{button}</p>{below}{rest}'


def megabytes(size: int) -> str:
    """As a reader is told how much is loaded."""
    return f"{size / 1e6:.0f} MB"


def as_cells(body: str) -> str:
    """The Python on a page that is no notebook, as its cells would be."""
    numbers = iter(range(body.count('<div class="highlight-python notranslate">')))

    def cell(found: re.Match) -> str:
        code = f'<div class="highlight-python notranslate">{found[1]}</div>'
        inner = f'<div class="cell_input docutils container">{code}</div>'
        return f'<div class="cell tag_lth-cell-c{next(numbers)} docutils container">{inner}</div>'

    return re.sub(
        r'(?s)<div class="highlight-python notranslate">(.*?</pre></div>\s*)</div>', cell, body
    )
