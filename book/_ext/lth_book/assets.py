"""Files a page loads beside the theme's: KaTeX's style, the controls' script and style, the tooltips'."""

import re
from hashlib import sha256
from pathlib import Path

from sphinx.util import logging

import lth_tutorial

from .katex_math import VENDOR
from .symbols import NOTATION

THEME_SCRIPT = "_static/scripts/pydata-sphinx-theme.js"
# What the theme's script does last: it measures every box that may scroll, at load and after each change, for
# which the whole page is laid out. `book.js` measures the boxes that come near.
_MEASURES = r'"complete"===document\.readyState\?\w+\(\):window\.addEventListener\("load",\w+\)'
_LEFT_OUT = "/* boxes: book.js */0"
logger = logging.getLogger(__name__)
CONTROLS = Path(lth_tutorial.__file__).parent / "explore" / "static"


def setup(app):
    """Sphinx: the book's styles and scripts on every page."""
    app.add_config_value("lth_assets", "", "html")
    app.connect("config-inited", add_folders)
    app.connect("build-finished", spare_measures)
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


def spare_measures(app, exception) -> None:
    """The theme's script as the pages load it, without what lays out the whole page."""
    script = Path(app.outdir) / THEME_SCRIPT
    if exception or not script.exists():
        return
    text = script.read_text(encoding="utf-8")
    after, found = re.subn(_MEASURES, _LEFT_OUT, text)
    if found:
        script.write_text(after, encoding="utf-8")
    elif _LEFT_OUT not in text:
        logger.warning("%s no longer ends as it did: see assets.py", THEME_SCRIPT)


def digest(*folders: Path) -> str:
    """A fingerprint of what every page depends on: a change writes all pages anew.

    Sphinx copies static files only when it writes a page, and does not know that a page shows the
    meanings from the notation table.
    """
    files = [p for f in folders for p in sorted(f.rglob("*")) if p.is_file() and p.suffix != ".pyc"]
    return sha256(b"".join(p.read_bytes() for p in [*files, NOTATION])).hexdigest()
