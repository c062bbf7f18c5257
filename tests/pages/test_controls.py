"""Addresses of views, Back, reload, play, playground: what a chapter's page does with its controls."""

import threading
from pathlib import Path

import numpy as np
import pytest

from lth_tutorial.subset_sum import best_subset
from lth_tutorial.weight_pruning import bounds

from .conftest import FRAMES, Quiet, each_chapter, serve_folder, source, with_frames
from .test_every_control import LEAST, least, state

CHAPTER = "book/1-random-subset-sum.html"


# Figures of a page whose picture or sentence a control leaves as it was, by name.
MOVED = f"""{FRAMES}.then(() => [...document.querySelectorAll('.lth-explorer')].flatMap((figure) =>
    [...figure.querySelectorAll('[data-axis]')].flatMap((control) => {{
        const state = () => figure.querySelector('.lth-stage').innerHTML +
            figure.querySelector('.lth-says').textContent;
        const before = state();
        const was = control.value;
        control.value = Number(was) === 0 ? 1 : 0;
        control.dispatchEvent(new Event('input', {{ bubbles: true }}));
        const moved = state() !== before;
        control.value = was;
        control.dispatchEvent(new Event('input', {{ bubbles: true }}));
        return moved && state() === before ? [] : [`${{figure.id}}, ${{control.dataset.axis}}`];
    }})))"""


class Halves(Quiet):
    """A page's text comes in two parts: as far as its third figure, and, when `rest` is set, the rest."""

    rest = threading.Event()

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.name != Path(CHAPTER).name:
            super().do_GET()
            return
        text = path.read_bytes()
        cut = text.index(b'<div class="lth-explorer"', text.index(b'class="lth-playground"')) + 4000
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text[:cut])
        self.wfile.flush()
        self.rest.wait(20)
        self.wfile.write(text[cut:])


def test_controls_are_alive_while_the_page_is_on_its_way(browser, site):
    """As on a slow line: the first control answers, the figure that is cut in two waits for its end."""
    server = serve_folder(site, Halves)
    page = browser.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    try:
        url = f"http://127.0.0.1:{server.server_port}/{CHAPTER}"
        page.goto(url, wait_until="commit")
        page.locator(".lth-playground.lth-live").wait_for(timeout=10_000)
        assert page.evaluate("document.readyState") == "loading"
        page.locator(".lth-playground .lth-candidates button, .lth-playground button").first.click()
        half = page.locator(".lth-explorer").last
        assert "lth-live" not in half.get_attribute("class")
        Halves.rest.set()
        page.wait_for_load_state("load")
        kinds = ".lth-explorer, .lth-guess, .lth-playground"
        assert page.locator(".lth-live").count() == page.locator(kinds).count() >= 10
        assert problems == []
    finally:
        Halves.rest.set()
        page.close()
        server.shutdown()


def test_a_link_leads_to_a_view(open_page, address):
    page = with_frames(open_page(CHAPTER))
    figure = page.locator("#cover")
    figure.locator("[data-axis=n]").fill("12")
    figure.locator("[data-axis=eta]").fill("2")
    says = figure.locator(".lth-says").text_content()
    link = figure.locator(".lth-link").get_attribute("href")
    assert link == "#cover.n=12&eta=0.01"
    other = with_frames(open_page(CHAPTER + link))
    assert other.locator("#cover .lth-says").text_content() == says
    assert other.locator("#cover").evaluate("f => f.getBoundingClientRect().top < innerHeight")
    other.evaluate("location.hash = '#cover.n=3&eta=0.1'")
    other.wait_for_timeout(50)
    assert other.locator("#cover .lth-says").text_content().startswith("3 candidates, 8 sums")
    other.evaluate("location.hash = '#cover.n=99&nonsense'")
    other.wait_for_timeout(50)
    assert other.problems == []


@pytest.mark.parametrize(
    "ending",
    ["#100%", "#cover.%", "#cover.n=%E0%A4%A", "#cover.eta", "#[", "#cover.n=12&%=%", "?%#%"],
)
def test_no_address_stops_a_page(open_page, ending):
    page = open_page(CHAPTER + ending, reduced_motion="reduce")
    figures = page.locator(".lth-explorer, .lth-guess, .lth-playground")
    assert page.locator(".lth-live").count() == figures.count() >= 10
    assert page.problems == []


def test_frames_are_asked_for_when_their_figure_comes_near(open_page):
    page = open_page("book/5-teacher-student.html", reduced_motion="reduce")

    def asked() -> int:
        page.wait_for_timeout(300)
        return len({url for url in page.requested if "/frames/" in url})

    figures = page.locator(".lth-explorer[data-frames]")
    assert asked() < figures.count() / 2
    figures.last.evaluate("(f) => f.scrollIntoView()")
    last = f"/frames/{figures.last.get_attribute('data-frames')}.js"
    asked()
    assert any(url.endswith(last) for url in page.requested)
    assert page.locator("article template").count() == page.locator(".lth-guess").count()


def test_a_control_that_is_moved_too_early_shows_its_view_when_it_comes(open_page):
    page = open_page("book/5-teacher-student.html", reduced_motion="reduce")
    figure = page.locator(".lth-explorer[data-frames]").last
    before = state(figure)
    figure.evaluate(
        """(f) => {
            const control = f.querySelector("[data-axis]");
            for (const value of [0, 1, 2]) {
                control.value = value;
                control.dispatchEvent(new Event("input", { bubbles: true }));
            }
        }"""
    )
    page.evaluate(FRAMES)
    assert state(figure) != before and page.evaluate(DISAGREE) == []


def test_a_view_that_cannot_be_fetched_says_so_and_can_be_asked_for_again(open_page):
    page = open_page("book/1-random-subset-sum.html", reduced_motion="reduce")
    page.route("**/frames/**/laws.js", lambda route: route.abort())
    figure, says = page.locator("#laws"), page.locator("#laws .lth-says")
    first = says.text_content()
    figure.locator("[data-axis]").first.select_option(index=1)
    page.wait_for_function(
        "document.querySelector('#laws .lth-says').textContent.includes('could not be fetched')"
    )
    page.unroute("**/frames/**/laws.js")
    figure.locator("[data-axis]").first.select_option(index=2)
    page.evaluate(FRAMES)
    assert page.evaluate(DISAGREE) == [] and says.text_content() != first


def test_frames_are_read_from_a_file(open_page, site):
    page = with_frames(open_page(CHAPTER, origin=site.as_uri(), reduced_motion="reduce"))
    before = state(page.locator("#cover"))
    page.locator("#cover [data-axis=n]").fill("12")
    assert state(page.locator("#cover")) != before and page.problems == []


def test_back_to_an_address_without_a_view_shows_the_first_view(open_page):
    page = with_frames(open_page(CHAPTER, reduced_motion="reduce"))
    figure = page.locator("#cover")
    first = state(figure)
    page.evaluate("location.hash = '#cover.n=12&eta=0.01'")
    page.wait_for_timeout(100)
    chosen = state(figure)
    assert chosen != first
    page.evaluate("document.querySelector('article a[href^=\"#\"]').click()")
    page.wait_for_timeout(100)
    assert state(figure) == chosen, "a link within the page leaves the pictures as they are"
    page.go_back()
    page.go_back()
    page.wait_for_timeout(100)
    assert state(figure) == first
    assert figure.locator("[data-axis=n] + output").text_content() == "6"
    page.go_forward()
    page.wait_for_timeout(100)
    assert state(figure) == chosen


# Figures whose controls say another view than the picture shows.
DISAGREE = """Promise.all([...document.querySelectorAll('.lth-explorer')].map(async (f) => {
    const axes = JSON.parse(f.dataset.axes);
    const places = axes.map((a) => Number(f.querySelector(`[data-axis=${a.name}]`).value));
    const index = axes.reduce((k, a, j) => k * a.texts.length + places[j], 0);
    const frame = f.frames && (await f.frames())[index];
    const shown = f.querySelector('.lth-says').textContent;
    return !frame || frame.says === shown ? [] : [`${f.id}: ${places}: ${shown}`];
})).then((found) => found.flat())"""
CHANGE = """(() => {
    for (const control of document.querySelectorAll('[data-axis], .lth-guess input')) {
        const last = Number(control.max || control.options.length - 1);
        control.value = Number(control.value) === last ? 0 : last;
        control.dispatchEvent(new Event('input', { bubbles: true }));
    }
    document.querySelector('.lth-guess button').click();
    document.querySelector('#playground-n').value = 15;
    document.querySelector('#playground-n').dispatchEvent(new Event('input'));
})()"""
# The guess: number beside the slider agrees, slider alive. The playground: number agrees, as many buttons.
FORMS = """(() => {
    const slider = document.querySelector('.lth-guess input');
    const shown = document.querySelector('.lth-guess output').textContent;
    const n = document.querySelector('#playground-n').value;
    const beside = document.querySelector('#playground-n + output').textContent;
    const buttons = document.querySelectorAll('.lth-candidates button').length;
    return [slider.value === shown, !slider.disabled, n === beside, Number(n) === buttons];
})()"""


@pytest.mark.parametrize("way", ["reload", "back"])
def test_what_the_browser_restores_agrees(open_page, address, way):
    page = open_page(CHAPTER, reduced_motion="reduce")
    first = state(page.locator("#cover"))
    page.evaluate(CHANGE)
    if way == "reload":
        page.reload()
    else:
        page.goto(f"{address}/book/notation.html")
        page.go_back()
    page.wait_for_timeout(300)
    assert page.evaluate(DISAGREE) == []
    assert state(page.locator("#cover")) == first
    assert page.evaluate(FORMS) == [True] * 4


@each_chapter
def test_without_a_script_no_control_is_dead(browser, address, path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{path}")
    shown = "(all) => all.filter((e) => e.checkVisibility({ visibilityProperty: true })).length"
    for kind in (".lth-guess", "[data-axis]", ".lth-play", ".lth-link", ".lth-data"):
        assert page.locator(kind).evaluate_all(shown) == 0, kind
    assert page.locator(".lth-guess").count() == 1, (
        f"{source(path)}: a chapter has one question to guess: put one `guess(...)` at its beginning"
    )
    assert page.locator(".lth-stage").evaluate_all(shown) >= least(page), f"{path}: {LEAST}"
    context.close()


def test_play_runs_and_stops(open_page):
    page = open_page(CHAPTER)
    figure = page.locator("#cover")
    button = figure.locator(".lth-play")
    before = state(figure)
    assert button.get_attribute("aria-label").startswith("Play ")
    button.click()
    assert button.text_content() == "Pause"
    assert button.get_attribute("aria-label").startswith("Pause ")
    page.wait_for_timeout(1000)
    assert state(figure) != before
    button.click()
    paused = state(figure)
    page.wait_for_timeout(1000)
    assert state(figure) == paused and button.text_content() == "Play"


def test_the_landing_page_moves_by_itself_and_stops(open_page):
    page = open_page("book/index.html")
    figure = page.locator("#cover")
    page.wait_for_timeout(1200)
    assert figure.locator(".lth-play").text_content() == "Pause"
    moving = state(figure)
    page.wait_for_timeout(900)
    assert state(figure) != moving
    figure.locator(".lth-play").click()
    still = state(figure)
    page.wait_for_timeout(900)
    assert state(figure) == still


@pytest.mark.parametrize("path", ["book/index.html", CHAPTER])
def test_reduced_motion_is_respected(open_page, path):
    page = with_frames(open_page(path, reduced_motion="reduce"))
    figure = page.locator("#cover")
    before = state(figure)
    page.wait_for_timeout(1200)
    assert state(figure) == before
    figure.locator(".lth-play").click()
    stepped = state(figure)
    assert stepped != before
    page.wait_for_timeout(1000)
    assert state(figure) == stepped


def test_playground_by_hand(open_page):
    page = open_page(CHAPTER, width=390)
    box = page.locator(".lth-playground")
    says = box.locator(".lth-says")
    buttons = box.locator(".lth-candidates button")
    assert buttons.count() == 10
    assert says.text_content().startswith("0 of 10 candidates sum to +0.000000")
    buttons.nth(2).click()
    assert buttons.nth(2).get_attribute("aria-pressed") == "true"
    value = float(buttons.nth(2).text_content().replace("\u2212", "-"))
    total = float(says.text_content().split("sum to ")[1].split(";")[0].replace("\u2212", "-"))
    assert total == pytest.approx(value, abs=6e-4)
    by_hand = _distance(says)
    box.get_by_role("button", name="Solve").click()
    assert _distance(says) <= by_hand and _distance(says) < 0.02
    picture = box.locator("svg").inner_html()
    box.get_by_role("button", name="New draw").click()
    assert box.locator("svg").inner_html() != picture
    box.locator("#playground-n").fill("20")
    assert buttons.count() == 20
    box.locator("#playground-z").fill("-500000")
    box.get_by_role("button", name="Solve").click()
    assert _distance(says) < 0.001
    box.get_by_role("button", name="Clear").click()
    assert says.text_content().startswith("0 of 20")


def _distance(says) -> float:
    return float(says.text_content().split(" is ")[1].split(" away")[0])


def test_the_calculator_says_what_the_package_says(open_page):
    """The page's arithmetic against `bounds.network_size`, word for word, on 60 targets; and bad fields."""
    page = open_page("book/3-weight-pruning.html", width=390)
    form, rng = page.locator("#network-size"), np.random.default_rng(12)
    says = form.locator(".lth-says")
    assert says.text_content() == bounds.network_size((784, 500, 10), 0.1, 0.1).in_words()
    for _ in range(60):
        widths = rng.integers(1, 3000, int(rng.integers(2, 7))).tolist()
        error, failure = (float(f"{10 ** rng.uniform(low, -0.01):.3g}") for low in (-6, -9))
        values = {"widths": str(widths)[1:-1], "error": str(error), "failure": str(failure)}
        found = page.evaluate("(v) => lth.calculators['network-size'](v)", values)
        assert found == bounds.network_size(widths, error, failure).in_words(), values
    form.get_by_label("error of the outputs").fill("0.01")
    assert says.text_content() == bounds.network_size((784, 500, 10), 0.01, 0.1).in_words()
    for name, value in (("widths", "784"), ("widths", "7.5, 3"), ("error", "2"), ("failure", "")):
        form.locator(f"[name={name}]").fill(value)
        assert " number" in says.text_content() and "candidates" not in says.text_content()
        form.locator(f"[name={name}]").fill({"widths": "784, 500, 10"}.get(name, "0.1"))


def test_playground_solves_as_the_package_does(open_page):
    """The page's solver against `best_subset`, mask for mask, on 150 random and adversarial instances."""
    page = open_page(CHAPTER)
    rng = np.random.default_rng(11)
    for k in range(150):
        n = int(rng.integers(1, 15))
        x = [
            rng.integers(-1_000_000, 1_000_001, n),
            rng.integers(-3, 4, n),
            rng.choice([0, 250_000, -250_000], n),
        ][k % 3]
        z = int(rng.integers(-1_000_000, 1_000_001)) if k % 3 == 0 else int(rng.integers(-5, 6))
        found = page.evaluate("([x, z]) => lth.bestSubset(x, z)", [x.tolist(), z])
        exact = best_subset(x.astype(float), z)
        assert found["mask"] == exact.mask.tolist(), (x, z)
        assert (found["total"], found["error"]) == (exact.total, exact.error)
    x = rng.integers(-1_000_000, 1_000_001, 20)
    assert (
        page.evaluate("([x, z]) => lth.bestSubset(x, z)", [x.tolist(), 123_456])["mask"]
        == best_subset(x.astype(float), 123_456).mask.tolist()
    )
