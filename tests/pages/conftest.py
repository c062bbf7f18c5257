"""The built site in a real browser."""

import functools
import http.server
import os
import threading
import time
from pathlib import Path

import pytest

from lth_tutorial.chapters import APPENDICES

from ..browser import WITHOUT, chromium
from ..building import build_site

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Path:
    """The site, built as `make book` builds it: any warning is an error. Test processes build it once."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return build_site(ROOT)
    shared = tmp_path_factory.getbasetemp().parent / "site"
    try:
        shared.mkdir()
    except FileExistsError:
        return built_by_another(shared)
    try:
        return build_site(ROOT)
    finally:
        (shared / "done").touch()


def built_by_another(shared: Path, seconds: int = 300) -> Path:
    """Wait for the process that came first; if its build failed, there are no pages and its tests say why."""
    deadline = time.monotonic() + seconds
    while not (shared / "done").exists():
        assert time.monotonic() < deadline, "another test process did not finish building the site"
        time.sleep(0.2)
    built = ROOT / "_build" / "html"
    assert (built / "index.html").exists(), "another test process could not build the site"
    return built


@functools.cache
def pages() -> list[str]:
    """The pages of the table of contents, as paths within the site."""
    import yaml

    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [contents["root"]]
    files += [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    # Pages of assignments are made of the same parts: one stands for all.
    files = [f for f in files if not f.startswith("book/assigned/") or f.endswith("-1")]
    return [f"{file}.html" for file in files]


CHAPTERS = [path for path in pages() if path[len("book/")].isdigit()]
WITH_FIGURES = [*CHAPTERS, *(f"book/{Path(it.notebook).stem}.html" for it in APPENDICES)]


def source(path: str) -> str:
    """The file in the repository from which a page is made: what an author has to change."""
    file = Path(path).with_suffix("")
    return next(f"{file}{end}" for end in (".ipynb", ".md") if (ROOT / f"{file}{end}").exists())


each_page = pytest.mark.parametrize("path", pages())
each_chapter = pytest.mark.parametrize("path", CHAPTERS)
each_with_figures = pytest.mark.parametrize("path", WITH_FIGURES)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def serve_folder(folder: Path, handler) -> http.server.ThreadingHTTPServer:
    """A folder served on a loopback port, until `shutdown`."""
    handler = functools.partial(handler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="session")
def address(site):
    """The site served on a loopback port."""
    server = serve_folder(site, Quiet)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium; without one these tests are skipped, except where CI promises one."""
    from playwright.sync_api import Error, sync_playwright

    path = chromium()
    if path is None:
        missing(WITHOUT)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            missing(
                f"the pages were not tested: {path} does not start: {error.message.split(chr(10))[0]}"
            )
        yield browser
        browser.close()


def missing(reason: str):
    """Fail where CI promises a browser, skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """All tests that miss a browser stand in one line of pytest's summary: same place, same reason."""
    report = yield
    if report.skipped and "the pages were not tested" in str(report.longrepr):
        report.longrepr = (__file__, 1, report.longrepr[2])
    return report


# Stands on a page that was opened until what the browser does then is done.
SETTLED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))"


# Sections out of sight are not laid out; what looks at a whole page asks for all of it, and shows it once to
# the script that looks at what comes near. Meanwhile nothing is painted, which takes longer than the rest.
LAID_OUT = """async () => {
    if (document.getElementById("all-laid-out")) return;
    const style = document.createElement("style");
    style.id = "all-laid-out";
    style.textContent = `.bd-article section { content-visibility: visible !important; }
        html.unpainted { visibility: hidden; }`;
    document.head.append(style);
    document.documentElement.classList.add("unpainted");
    for (let y = 0; y < document.body.scrollHeight; y += 2 * innerHeight) {
        scrollTo({ top: y, behavior: "instant" });
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    }
    scrollTo({ top: 0, behavior: "instant" });
    document.documentElement.classList.remove("unpainted");
}"""
UNPAINTED = "document.documentElement.classList.add('unpainted')"


# Stands on a page until the frames of all its figures are there, so that a control shows one at once.
FRAMES = """Promise.all([...document.querySelectorAll('.lth-explorer')]
    .map((figure) => figure.frames && figure.frames())).then(() => true)"""


def with_frames(page):
    """The page, once it has all frames and has shown what its address names."""
    page.evaluate(FRAMES)
    page.evaluate(SETTLED)
    return page


def open_at(browser, url: str, width: int = 1440, dark: bool = False, **options):
    """A page in a context of its own, with .requested and .problems recorded on it."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        **options,
    )
    page = context.new_page()
    page.requested, page.problems = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("requestfailed", lambda request: page.problems.append(f"failed: {request.url}"))
    page.on(
        "response",
        lambda answer: (
            answer.status >= 400 and page.problems.append(f"{answer.status}: {answer.url}")
        ),
    )
    page.on("pageerror", lambda error: page.problems.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: (
            message.type in ("error", "warning")
            and page.problems.append(f"{message.type}: {message.text}")
        ),
    )
    page.goto(url, wait_until="load")
    page.evaluate(SETTLED)
    return page


@pytest.fixture
def open_page(browser, address):
    """open_page(path, width=..., dark=..., ...) -> a page of this test alone."""
    opened = []

    def open_here(path: str, origin: str = address, **options):
        opened.append(open_at(browser, f"{origin}/{path}", **options))
        return opened[-1]

    yield open_here
    for page in opened:
        page.context.close()


@pytest.fixture(scope="module")
def shared_page(browser, address):
    """shared_page(path, width=..., ...) -> the page that the tests of a file and of this path share.

    It comes to a test as those before it in the file left it: first those that only look.
    """
    opened = {}

    def open_once(path: str, **options):
        key = (path, tuple(sorted(options.items())))
        if any(other != path for other, _ in opened):
            _close(opened)
        if key not in opened:
            opened[key] = open_at(browser, f"{address}/{path}", **options)
        return opened[key]

    yield open_once
    _close(opened)


def _close(opened: dict) -> None:
    for page in opened.values():
        page.context.close()
    opened.clear()


def pytest_collection_modifyitems(items):
    """Tests that share pages come page by page, each page's in the order of the file."""
    files = {item.path: place for place, item in reversed(list(enumerate(items)))}
    items.sort(key=lambda item: (files[item.path], _place(item)))


def _place(item) -> int:
    if "shared_page" not in getattr(item, "fixturenames", ()):
        return -1
    return pages().index(item.callspec.params["path"])
