"""The built site in a real browser."""

import functools
import http.server
import os
import threading
import time
from pathlib import Path

import pytest

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


def pages() -> list[str]:
    """The pages of the table of contents, as paths within the site."""
    import yaml

    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [contents["root"]]
    files += [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    return [f"{file}.html" for file in files]


def source(path: str) -> str:
    """The file in the repository from which a page is made: what an author has to change."""
    file = Path(path).with_suffix("")
    return next(f"{file}{end}" for end in (".ipynb", ".md") if (ROOT / f"{file}{end}").exists())


each_page = pytest.mark.parametrize("path", pages(), scope="module")


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
def read_page(browser, address):
    """read_page(path) -> a page for tests that only read it: the one before, where that has this path.

    Tests that get `path` from `each_page` come page by page.
    """
    opened = {}

    def open_once(path: str):
        if path not in opened:
            for page in opened.values():
                page.context.close()
            opened.clear()
            opened[path] = open_at(browser, f"{address}/{path}")
        return opened[path]

    yield open_once
    for page in opened.values():
        page.context.close()
