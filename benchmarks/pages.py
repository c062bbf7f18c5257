"""How soon a page of the built book is alive on a phone: processor 4 times slower, 1.6 Mbit/s, 150 ms.

    python benchmarks/pages.py                        the pages in _build/html
    python benchmarks/pages.py BEFORE AFTER           two built sites, their runs alternating
    python benchmarks/pages.py --runs 3 --pages index,5-teacher-student BEFORE AFTER

Medians of five runs a page, each in a browser without a cache: seconds to the first control that is alive,
kilobytes and requests until the page is quiet, elements (those of formulas apart), seconds that the main
thread was blocked (of each task what is longer than 50 ms), milliseconds from a slider to its picture.
"""

import argparse
import gzip
import http.server
import sys
import threading
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser import WITHOUT, chromium  # noqa: E402

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
LINE = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 1e5}
SLOWER = 4
COLUMNS = ("alive s", "blocked s", "slider ms", "KB", "requests", "elements", "in formulas")
FIRST = ".lth-explorer, .lth-guess, .lth-playground"

# From the page's beginning: when the first control is alive, and the tasks that took long.
WATCH = f"""(() => {{
    window.seen = {{ alive: null, blocked: 0 }};
    new PerformanceObserver((list) => {{
        for (const task of list.getEntries()) window.seen.blocked += task.duration - 50;
    }}).observe({{ type: "longtask", buffered: true }});
    const watch = new MutationObserver(() => {{
        const first = document.querySelector("{FIRST}");
        if (!first || !first.matches(".lth-live")) return;
        window.seen.alive = performance.now();
        watch.disconnect();
    }});
    watch.observe(document, {{ subtree: true, attributes: true, attributeFilter: ["class"] }});
}})()"""
COUNT = """(() => [document.querySelectorAll("*").length - document.querySelectorAll(".katex *").length,
    document.querySelectorAll(".katex *").length])()"""
# The first slider, one step on and back: until the picture after it is painted.
SLIDE = """async () => {
    const slider = document.querySelector(".lth-explorer input[type=range]");
    if (!slider) return null;
    slider.scrollIntoView({ block: "center" });
    await new Promise((done) => setTimeout(done, 1500));
    const times = [];
    for (let k = 0; k < 6; k++) {
        const start = performance.now();
        slider.value = Number(slider.value) + (k % 2 ? -1 : 1);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(() => {
            const painted = new MessageChannel();
            painted.port1.onmessage = done;
            painted.port2.postMessage(0);
        }));
        times.push(performance.now() - start);
        await new Promise((done) => setTimeout(done, 200));
    }
    return times.sort((a, b) => a - b)[3];
}"""


class Compressed(http.server.SimpleHTTPRequestHandler):
    """Answers as a usual host does: text compressed, and kept compressed."""

    protocol_version = "HTTP/1.1"
    kept: dict = {}

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        packed = path.suffix not in (".woff", ".woff2", ".png", ".whl", ".gz")
        if path not in self.kept:
            data = path.read_bytes()
            self.kept[path] = gzip.compress(data, 6) if packed else data
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(self.kept[path])))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        return self.wfile.write(self.kept[path])

    def log_message(self, *arguments):
        pass


def serve(site: Path) -> str:
    """The address of a site, served until the program ends."""
    handler = partial(Compressed, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def measure(browser, url: str) -> list[float]:
    """One visit, in the order of `COLUMNS`."""
    context = browser.new_context(**PHONE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    sizes = {}
    session.on("Network.responseReceived", partial(_begin, sizes))
    session.on("Network.loadingFinished", partial(_end, sizes))
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(WATCH)
    page.goto(url, wait_until="load", timeout=120_000)
    page.wait_for_timeout(2500)
    seen = page.evaluate("window.seen")
    counts = page.evaluate(COUNT)
    weight, requests = sum(sizes.values()) / 1000, len(sizes)
    slide = page.evaluate(SLIDE)
    context.close()
    nothing = float("nan")
    alive = nothing if seen["alive"] is None else seen["alive"] / 1000
    moved = nothing if slide is None else slide
    return [alive, seen["blocked"] / 1000, moved, weight, requests, *counts]


def _begin(sizes: dict, event: dict) -> None:
    """An answer over the line; what a file holds within itself (`data:`) has come with the file."""
    if not event["response"]["url"].startswith("data:"):
        sizes[event["requestId"]] = 0


def _end(sizes: dict, event: dict) -> None:
    if event["requestId"] in sizes:
        sizes[event["requestId"]] = event["encodedDataLength"]


def compare(browser, sites: list[Path], names: list[str], runs: int) -> None:
    """Print a line for each page and site."""
    addresses = [serve(site) for site in sites]
    print(f"{'page':36s} {'site':>20s}", *[f"{c:>11s}" for c in COLUMNS])
    for name in names:
        seen = [[] for _ in sites]
        for _ in range(runs):
            for k, address in enumerate(addresses):
                seen[k].append(measure(browser, f"{address}/book/{name}.html"))
        for site, visits in zip(sites, seen, strict=True):
            middle = [median(column) for column in zip(*visits, strict=True)]
            digits = (2, 2, 0, 0, 0, 0, 0)
            line = [f"{v:11.{d}f}" for v, d in zip(middle, digits, strict=True)]
            print(f"{name:36s} {str(site)[-20:]:>20s}", *line, flush=True)


def pages(site: Path) -> list[str]:
    """The landing page, then the others by name."""
    found = sorted(path.stem for path in (site / "book").glob("*.html"))
    return sorted(found, key=lambda name: name != "index")


def main() -> int:
    """Measure what the command line names."""
    reader = argparse.ArgumentParser()
    reader.add_argument("sites", nargs="*", type=Path, default=[ROOT / "_build" / "html"])
    reader.add_argument("--pages", default="")
    reader.add_argument("--runs", type=int, default=5)
    asked = reader.parse_args()
    if chromium() is None or not (asked.sites[-1] / "index.html").exists():
        print(WITHOUT if chromium() is None else f"no pages in {asked.sites[-1]}: make book")
        return 0
    from playwright.sync_api import sync_playwright

    names = asked.pages.split(",") if asked.pages else pages(asked.sites[-1])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        compare(browser, asked.sites, names, asked.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
