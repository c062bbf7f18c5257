"""The whole book as one PDF: its pages in reading order, each picture's first view, numbered.

Usage: python tools/make_pdf.py [SITE [FILE]]   (by default _build/html and _build/book.pdf)

The pages' articles are put into one page, which Chromium prints.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser import WITHOUT, chromium  # noqa: E402

ARTICLE = re.compile(r'(?s)<article class="bd-article">(.*?)</article>')
STYLE = """
  html { font-size: 15px; }
  :root:root { --lth-measure: 100%; }
  body { margin: 0; }
  .bd-article { max-width: none; }
  .bd-article + .bd-article { break-before: page; }
  .bd-article section section { content-visibility: visible; }
  h1, h2, h3, figcaption { break-after: avoid; }
"""
FOOTER = """<p style="width: 100%; margin: 0 25mm; font: 8px sans-serif; text-align: right;">
  <span class="pageNumber"></span></p>"""
NOTHING = "<span></span>"


def pages() -> list[str]:
    """The pages in reading order, as paths within the site; assignments are to be worked in, not printed."""
    import yaml

    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [contents["root"], *(c["file"] for part in contents["parts"] for c in part["chapters"])]
    return [f"{file}.html" for file in files if not file.startswith("book/assigned/")]


def article(site: Path, path: str) -> str:
    """A page's text; its ids and the links to them carry the page's name."""
    html = (site / path).read_text(encoding="utf-8")
    text = re.sub(
        r"(?s)<template\b.*?</template>|<script\b.*?</script>", "", ARTICLE.search(html)[1]
    )
    name = Path(path).stem
    text = re.sub(r'(\s(?:id|for|aria-labelledby|aria-describedby)=")', rf"\g<1>{name}.", text)
    text = re.sub(r'href="#', f'href="#{name}.', text)
    text = re.sub(r'href="(?:\.\./book/)?([\w-]+)\.html#', r'href="#\1.', text)
    text = re.sub(r'href="(?:\.\./book/)?([\w-]+)\.html"', r'href="#\1"', text)
    text = re.sub(r"url\(#", f"url(#{name}.", text)
    return f'<article class="bd-article" id="{name}">{text}</article>'


def whole(site: Path) -> str:
    """One page with all articles, in the style of the pages."""
    paths = pages()
    texts = [article(site, path) for path in paths]
    head = "".join(
        f'<link rel="stylesheet" href="_static/{name}">' for name in ("katex/katex.css", "site.css")
    )
    return (
        f'<!doctype html><html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
        f"<title>The strong lottery ticket hypothesis</title>{head}<style>{STYLE}</style></head>"
        f"<body><main>{''.join(texts)}</main></body></html>"
    )


def write(site: Path, file: Path) -> None:
    """Print the book."""
    from playwright.sync_api import sync_playwright

    together = site.resolve() / "whole-book.html"
    together.write_text(whole(site), encoding="utf-8")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            page = browser.new_page()
            page.goto(together.as_uri())
            page.evaluate(
                "document.querySelectorAll('details:not(.hide)').forEach((d) => (d.open = true))"
            )
            page.evaluate("document.fonts.ready")
            margin = {"top": "18mm", "bottom": "18mm", "left": "25mm", "right": "25mm"}
            page.pdf(
                path=file,
                format="A4",
                margin=margin,
                display_header_footer=True,
                header_template=NOTHING,
                footer_template=FOOTER,
                outline=True,
                tagged=True,
            )
            browser.close()
    finally:
        together.unlink()


def main() -> int:
    """Print the built site."""
    site = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "_build" / "html"
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "_build" / "book.pdf"
    if chromium() is None:
        print(WITHOUT.replace("the pages were not tested", "the book was not printed"))
        return 1
    write(site, file)
    print(f"{file} is the whole book.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
