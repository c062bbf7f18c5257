"""How soon a page runs: from the press to Python, to a first result, and what a cell takes again.

    python benchmarks/live.py                      the pages in _build/html, files from this machine
    python benchmarks/live.py --runs 5 --phone     the same on a phone: processor 4 times slower, 1.6 Mbit/s

Medians, each run in a browser without a cache, and once more with what the first visit kept. The cells of
chapter 2 that take less than .3 s here in Python itself are run twice; the second run of each is reported.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from benchmarks.pages import LINE, PHONE, SLOWER, serve  # noqa: E402
from tests.browser import WITHOUT, chromium  # noqa: E402
from tests.pages.live import press, run_cells  # noqa: E402

PAGE, FIRST = "2-perturbed-subset-sum", "c05"
QUICK = ("c05", "c11", "c13", "c21", "c39", "c51")
WAIT = 900  # seconds


def visit(context, url: str, slow: bool) -> dict:
    """One visit: seconds to Python, to the first result, and of a quick cell's second run, the longest."""
    page = context.new_page()
    page.set_default_timeout(1000 * WAIT)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    page.goto(url, wait_until="load")
    if slow:
        session.send("Network.emulateNetworkConditions", LINE)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    start = time.perf_counter()
    press(page, WAIT)
    ready = time.perf_counter() - start
    run_cells(page, [FIRST])
    first = time.perf_counter() - start
    run_cells(page, list(QUICK))
    again = run_cells(page, list(QUICK))
    page.close()
    longest = max(again[name]["seconds"] for name in QUICK)
    return {"python s": ready, "first result s": first, "second run s": longest}


def main() -> int:
    """Measure what the command line names."""
    reader = argparse.ArgumentParser()
    reader.add_argument("site", nargs="?", type=Path, default=ROOT / "_build" / "html")
    reader.add_argument("--runs", type=int, default=3)
    reader.add_argument("--phone", action="store_true")
    asked = reader.parse_args()
    described = list(asked.site.glob(f"live/*/{PAGE}.json"))
    if chromium() is None or not described:
        print(WITHOUT if chromium() is None else f"no pages that run in {asked.site}: make book")
        return 0
    from playwright.sync_api import sync_playwright

    size = sum(file["bytes"] for file in json.loads(described[0].read_text())["files"]) / 1e6
    url = f"{serve(asked.site)}/book/{PAGE}.html"
    seen = {"first visit": [], "again": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for _ in range(asked.runs):
            context = browser.new_context(**(PHONE if asked.phone else {}))
            for kind in seen:
                seen[kind].append(visit(context, url, asked.phone))
            context.close()
        browser.close()
    print(f"{PAGE}, {size:.1f} MB{', on a phone' if asked.phone else ''}")
    for kind, visits in seen.items():
        line = [f"{name} {median(v[name] for v in visits):.2f}" for name in visits[0]]
        print(f"{kind:12s}", ", ".join(line))
    return 0


if __name__ == "__main__":
    sys.exit(main())
