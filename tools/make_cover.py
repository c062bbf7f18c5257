"""The book's picture, for README and for previews of links: its title beside the first page's figure.

Usage: python tools/make_cover.py [SITE]   (by default _build/html; writes book/_static/cover.png)
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser import WITHOUT, chromium  # noqa: E402

SIZE = {"width": 1200, "height": 630}
FILE = ROOT / "book" / "_static" / "cover.png"
# Of the first page its heading, its first paragraph and its figure, which shows its last view but two.
STYLE = """
  body > :not(.bd-container), .bd-sidebar, .bd-sidebar-secondary, .bd-header-article, footer,
  .prev-next-footer,
  .bd-article > section > :not(h1, p:first-of-type, .lth-explorer),
  .lth-controls, .headerlink, #pst-back-to-top { display: none !important; }
  .bd-article > section { display: grid; grid-template: auto 1fr / 26rem 36rem; gap: 0 2.5rem; }
  .bd-article > section { width: 1130px; }
  .bd-article h1 { font-size: 3.4rem !important; margin: 4rem 0 1.5rem; }
  .bd-article p { font-size: 1.35rem; }
  .bd-article .lth-explorer { grid-row: 1 / 3; grid-column: 2; align-self: start; }
  .bd-article .lth-explorer { margin: 3rem 0 0 !important; }
  .bd-main .bd-content .bd-article-container { max-width: none !important; padding: 0 35px !important; }
  html { overflow: hidden; }
"""
LATE = """() => {
    const slider = document.querySelector(".lth-explorer input[type=range]");
    slider.value = slider.max - 2;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def take(site: Path) -> None:
    """Write the picture."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
        page.goto((site / "book" / "index.html").as_uri())
        page.add_style_tag(content=STYLE)
        page.evaluate(LATE)
        page.wait_for_timeout(500)
        page.screenshot(path=FILE)
        browser.close()


def main() -> int:
    """Take the picture of the built site."""
    if chromium() is None:
        print(WITHOUT)
        return 1
    take(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "_build" / "html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
