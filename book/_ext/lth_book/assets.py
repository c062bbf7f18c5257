"""Files a page loads beside the theme's: KaTeX's style, the controls' script and style, the tooltips'."""

import re
from hashlib import sha256
from pathlib import Path

from sphinx.util import logging

import lth_tutorial

from .katex_math import VENDOR
from .symbols import NOTATION

# What the theme's scripts do that a long page pays for: each file with a pattern and what stands for it.
# The first measures every box that may scroll, at load and after each change, for which the whole page is
# laid out (`book.js` measures the boxes that come near); the second asks of every element whether it has one
# of 28 classes, which is found sooner class by class.
SPARED = {
    "_static/scripts/pydata-sphinx-theme.js": (
        r'"complete"===document\.readyState\?\w+\(\):window\.addEventListener\("load",\w+\)',
        "/* boxes: book.js */0",
    ),
    "_static/scripts/sphinx-book-theme.js": (
        r'document\.querySelectorAll\((\w+)\.join\(", "\)\)',
        r"\1.flatMap((name)=>[...document.querySelectorAll(name)])",
    ),
}
logger = logging.getLogger(__name__)
CONTROLS = Path(lth_tutorial.__file__).parent / "explore" / "static"


def setup(app):
    """Sphinx: the book's styles and scripts on every page."""
    app.add_config_value("lth_assets", "", "html")
    app.connect("config-inited", add_folders)
    app.connect("build-finished", spare)
    for name in ("katex/katex.css", "explore.css"):
        app.add_css_file(name)
    for name in ("explore.js", "playground.js", "calculators.js", "book.js"):
        app.add_js_file(name, loading_method="defer")


def add_folders(app, config) -> None:
    """The package's and KaTeX's static files are the site's too."""
    config.html_static_path += [str(CONTROLS), str(VENDOR / "static")]
    config.lth_assets = digest(
        Path(app.srcdir) / "book" / "_static", CONTROLS, Path(__file__).parent
    )


def spare(app, exception) -> None:
    """The theme's scripts as the pages load them, without what a long page pays for."""
    for name, (pattern, instead) in SPARED.items():
        script = Path(app.outdir) / name
        if exception or not script.exists():
            continue
        text = script.read_text(encoding="utf-8")
        after, found = re.subn(pattern, instead, text)
        if found:
            script.write_text(after, encoding="utf-8")
        elif re.sub(r"\\1.", "", instead) not in text:
            logger.warning("%s no longer says what it did: see assets.py", name)


def digest(*folders: Path) -> str:
    """A fingerprint of what every page depends on: a change writes all pages anew.

    Sphinx copies static files only when it writes a page, and does not know that a page shows the
    meanings from the notation table.
    """
    files = [p for f in folders for p in sorted(f.rglob("*")) if p.is_file() and p.suffix != ".pyc"]
    return sha256(b"".join(p.read_bytes() for p in [*files, NOTATION])).hexdigest()
