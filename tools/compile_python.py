"""Compile what the pages' Python imports, with that Python itself: most of its start is reading source.

Opens the built empty page in Chromium, imports all that the pages that run import, draws a figure, and stores
each module of Python's library and of the wheels, compiled, in `compiled.zip.xz`, beside the wheels.
The build packs it in place of the source. A compiled module names that source, to which a test holds it.

Usage: make book, then python tools/compile_python.py; once, after tools/renew_python.py.
"""

import base64
import lzma
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser import chromium  # noqa: E402

COMPILED = ROOT / "book" / "_ext" / "lth_book" / "vendor" / "python" / "compiled.zip.xz"
# Runs as a cell of the page.
CELL = """
import base64, contextlib, importlib, importlib._bootstrap_external as outer, io, pkgutil, sys, zipfile
import lth_tutorial
from lth_tutorial.style import subplots

for found in pkgutil.walk_packages(lth_tutorial.__path__, "lth_tutorial."):
    with contextlib.suppress(Exception):  # those that train need torch
        importlib.import_module(found.name)
figure, axes = subplots()
axes.plot([1, 2], label="$x$")
axes.legend()
figure.savefig(io.BytesIO(), format="svg")
homes = {"python312.zip/": "library/", "site-packages/": "wheels/"}
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w") as archive:
    for name, module in sorted(sys.modules.items()):
        origin = getattr(getattr(module, "__spec__", None), "origin", None) or ""
        home = next((it for it in homes if it in origin), None)
        if home is None or not origin.endswith(".py") or name.startswith("lth_"):
            continue
        source = module.__spec__.loader.get_data(origin)
        code = compile(source, origin, "exec", dont_inherit=True)
        data = outer._code_to_hash_pyc(code, importlib.util.source_hash(source), False)
        place = homes[home] + origin.partition(home)[2] + "c"
        archive.writestr(zipfile.ZipInfo(place, (1980, 1, 1, 0, 0, 0)), bytes(data))
print(base64.b64encode(packed.getvalue()).decode())
"""


def main() -> int:
    """Compile, in the page of the site in `_build/html`."""
    from playwright.sync_api import sync_playwright

    from benchmarks.pages import serve
    from tests.pages.live import press

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{serve(ROOT / '_build' / 'html')}/book/scratch.html")
        press(page)
        cell = "{ cell: 'c0', source: source }"
        script = f"""async (source) => {{
            let said = "";
            lthPage.current = {{ output: ({{ name, text }}) => (said += name === "stdout" ? text : "") }};
            const {{ error }} = await lthPage.python.ask("run", {cell});
            if (error) throw new Error(error.trace);
            return said;
        }}"""
        packed = base64.b64decode(page.evaluate(script, CELL))
        COMPILED.write_bytes(lzma.compress(packed, preset=9))
        browser.close()
    print(f"{COMPILED}: {COMPILED.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
