"""Files a page loads beside the theme's: KaTeX's style, the controls' script and style, the tooltips'."""

from hashlib import sha256
from pathlib import Path

import lth_tutorial

from .katex_math import VENDOR
from .symbols import NOTATION

CONTROLS = Path(lth_tutorial.__file__).parent / "explore" / "static"


def setup(app):
    """Sphinx: the book's styles and scripts on every page."""
    app.add_config_value("lth_assets", "", "html")
    app.connect("config-inited", add_folders)
    for name in ("katex/katex.css", "explore.css"):
        app.add_css_file(name)
    for name in ("explore.js", "playground.js", "book.js"):
        app.add_js_file(name, loading_method="defer")


def add_folders(app, config) -> None:
    """The package's and KaTeX's static files are the site's too."""
    config.html_static_path += [str(CONTROLS), str(VENDOR / "static")]
    config.lth_assets = digest(
        Path(app.srcdir) / "book" / "_static", CONTROLS, Path(__file__).parent
    )


def digest(*folders: Path) -> str:
    """A fingerprint of what every page depends on: a change writes all pages anew.

    Sphinx copies static files only when it writes a page, and does not know that a page shows the
    meanings from the notation table.
    """
    files = [p for f in folders for p in sorted(f.rglob("*")) if p.is_file() and p.suffix != ".pyc"]
    return sha256(b"".join(p.read_bytes() for p in [*files, NOTATION])).hexdigest()
