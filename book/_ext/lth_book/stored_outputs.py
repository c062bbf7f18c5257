"""What a notebook stores of a control has two readers; a page is one (see `lth_tutorial.explore.page`)."""

import json
import shutil
from pathlib import Path

from lth_tutorial.explore.page import PAGE


def setup(app):
    """Sphinx: pages show controls as pages do, and their frames lie beside them."""
    app.connect("source-read", read_outputs)
    app.connect("build-finished", copy_frames)


def read_outputs(app, docname, source) -> None:
    """A notebook's text, with the outputs of a page."""
    if Path(app.env.doc2path(docname)).suffix == ".ipynb":
        source[0] = json.dumps(for_pages(json.loads(source[0])))


def for_pages(notebook: dict) -> dict:
    """The notebook with a page's part of each output as its HTML; what is for other readers is gone."""
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = [kept for output in cell["outputs"] if (kept := _for_pages(output))]
    return notebook


def _for_pages(output: dict) -> dict | None:
    html = output.get("data", {}).get(PAGE)
    if html is None:
        return output
    return {**output, "data": {"text/html": html}} if "".join(html) else None


def copy_frames(app, exception) -> None:
    """Files of frames have the place beside the pages that they have beside the notebooks."""
    frames = Path(app.srcdir) / "book" / "frames"
    if exception or app.builder.format != "html" or not frames.exists():
        return
    place = Path(app.outdir) / "book" / "frames"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(frames, place, ignore=shutil.ignore_patterns("*.part"))
