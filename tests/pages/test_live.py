"""Pages that run: what is loaded, edited, computed, stopped and kept, in one browser page with one Python."""

import gzip
import json
import os
import re
import time
from pathlib import Path

import pytest

from lth_tutorial.course import loading, submissions

from .conftest import WITH_FIGURES, open_at
from .live import ELSEWHERE, EXCEPTIONS, LEFT, READY, RUN, differences, press, run_cells

TWO, SEVEN = "2-perturbed-subset-sum", "7-does-gradient-descent-find-tickets"
PAGE = "book/2-perturbed-subset-sum.html"
# Run at every change, the printed text and figures' sentences of cells that take a second in all; the weekly
# run takes all cells of all chapters that run.
SLICE = {
    TWO: ["c05", "c07", "c11", "c13", "c21", "c27", "c39"],
    SEVEN: ["imports-7", "c06", "c13", "c37"],
}
EVERYTHING = bool(os.environ.get("LTH_LIVE"))


@pytest.fixture(scope="module")
def live(browser, address):
    """Chapter 2, running; the tests of this file take it as those before leave it."""
    page = open_at(browser, f"{address}/{PAGE}", width=390)
    page.before = list(page.requested)
    press(page)
    yield page
    page.context.close()


def cell(page, name: str):
    return page.locator(f".tag_lth-cell-{name}")


def test_nothing_of_it_is_loaded_before_the_press(live, site):
    assert not [url for url in live.before if "/live/" in url]
    html = (site / PAGE).read_text(encoding="utf-8")
    more = "".join(
        re.findall(r'(?s)<span class="lth-run".*?</span>|<div class="lth-bar".*?</script>', html)
    )
    assert len(gzip.compress(more.encode())) < 10_000 and "MB</small>" in more


def test_all_of_it_is_the_sites_own(live, address):
    assert [url for url in live.requested if not url.startswith((address, "blob:"))] == []
    assert live.problems == []


def test_a_fixed_slice_prints_what_is_stored(live):
    results = run_cells(live, SLICE[TWO])
    assert set(SLICE[TWO]) <= set(results) and differences(results) == []
    assert "same as printed" in cell(live, "c05").locator(".lth-note").text_content()


def test_a_slice_of_another_chapter_in_the_same_python(live):
    """Another page would start another Python, which takes as long as all of this."""
    results = live.evaluate(ELSEWHERE, [SEVEN, SLICE[SEVEN]])
    assert set(results) == set(SLICE[SEVEN]) and differences(results) == []


def test_a_cell_is_edited_runs_and_is_put_back(live):
    box = cell(live, "c05")
    box.locator("pre").first.click()
    live.keyboard.press("Control+End")
    live.keyboard.type("\nprint(6/2)\n1/0")
    live.keyboard.press("Shift+Enter")
    box.locator(".lth-error").wait_for()
    shown = box.text_content()
    assert "3.0" in shown and "ZeroDivisionError: division by zero" in shown and "edited" in shown
    assert box.locator(".lth-error details").get_attribute("open") is None
    live.keyboard.press("Tab")  # no trap: the focus moves on
    assert live.evaluate("document.activeElement.closest('.lth-editor')") is None
    live.evaluate("lthPage.python && dispatchEvent(new Event('pagehide'))")
    with live.expect_download() as saved:
        live.get_by_role("button", name="Save").click()
    notebook = json.loads(Path(saved.value.path()).read_text(encoding="utf-8"))
    assert [c["outputs"] for c in notebook["cells"] if "".join(c["source"]).endswith("1/0")] == [[]]
    later = live.context.new_page()
    later.goto(live.url)
    assert "with your edits" in later.locator(".lth-run").text_content()
    later.close()
    box.get_by_role("button", name="Put back").click()
    assert "edited" not in box.text_content()
    run_cells(live, ["c05"])
    assert "ZeroDivisionError" not in box.text_content()


def test_a_picture_is_shown_where_the_page_had_none(live):
    script = """() => {
        const cell = lthPage.cells.find((one) => one.id === "c02");
        cell.begin();
        cell.output({ data: { "image/svg+xml": "<svg class='new'></svg>", "text/plain": "a line" } });
        cell.end({ seconds: 0 }, true);
        const shown = cell.box.querySelectorAll("svg.new").length;
        cell.reset();
        return [shown, cell.box.querySelectorAll("svg.new").length];
    }"""
    assert live.evaluate(script) == [1, 0]


def test_escape_leaves_an_editor(live):
    cell(live, "c05").locator(".cm-content").click()
    live.keyboard.press("Escape")
    assert live.evaluate("document.activeElement.textContent") == "Run"


def test_a_figure_computes_between_its_frames(live):
    figure = live.locator("#thicken")
    figure.get_by_label("radius ε, a number from 0 to 0.03").fill("0.02")
    live.wait_for_function(
        "document.querySelector('#thicken .lth-says').textContent.includes('0.02:')"
    )
    figure.get_by_label("radius ε, a number from 0 to 0.03").fill("0.2")
    assert "It takes a number from 0 to 0.03." in figure.text_content()
    slider = figure.locator("#thicken-epsilon-control")
    slider.evaluate("s => { s.value = 1; s.dispatchEvent(new Event('input', { bubbles: true })); }")
    live.wait_for_function(
        "document.querySelector('#thicken .lth-says').textContent.includes('0.003:')"
    )


def test_the_newest_request_wins(live):
    """Four numbers at once: the first is drawn, then the last, and no other."""
    script = """() => {
        window.drawn = [];
        const says = document.querySelector("#thicken .lth-says");
        new MutationObserver(() => drawn.push(says.textContent)).observe(says, { childList: true });
        const field = document.querySelectorAll("#thicken .lth-exact")[1];
        for (const value of [0.011, 0.012, 0.013, 0.014]) {
            field.value = value;
            field.dispatchEvent(new Event("input", { bubbles: true }));
        }
    }"""
    assert live.locator("#thicken .lth-exact").count() == 2
    script = script.replace("[1]", "[0]")
    live.evaluate(script)
    live.wait_for_function("drawn.some((text) => text.includes('0.014:'))")
    assert not [text for text in live.evaluate("drawn") if "0.012" in text or "0.013" in text]


def test_a_figure_of_stored_numbers_says_why_it_does_not(live):
    assert "nothing lies between" in live.locator("#exact-hits").text_content()
    assert "computed beforehand" in live.locator("#shape").text_content()


def test_axe_finds_nothing_while_it_runs(live):
    from .test_every_page import AXE

    live.evaluate(AXE)
    found = live.evaluate(
        "axe.run({ include: [['.lth-bar'], ['.tag_lth-cell-c05'], ['#thicken']] })"
    )
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert live.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_assignment_answers_in_the_page(live, address):
    """An answer is typed, checked, and handed in with a text; what the checks said is kept."""
    from .test_every_page import AXE

    page = live.context.new_page()
    page.goto(f"{address}/book/assigned/assignment-1.html")
    press(page)
    write = (
        """([has, source]) => lthPage.cells.find((one) => one.source.includes(has)).take(source)"""
    )
    start = page.evaluate("lthPage.cells.find((one) => one.source.includes('STUDENT')).source")
    page.evaluate(write, ["STUDENT", start.replace('STUDENT = ""', 'STUDENT = "ada"')])
    page.evaluate(write, ["def best_kept", "def best_kept(x, z, most): return [True] * len(x)"])
    page.locator(".tag_lth-cell-check-best-kept-1").get_by_role("button", name="Run").click()
    shown = page.locator(".tag_lth-cell-check-best-kept-1 .cell_output")
    shown.get_by_text("public checks").wait_for()
    assert "your mask keeps" in shown.text_content() and "pass" not in shown.text_content()
    tasks = page.locator(".lth-tasks")
    assert (
        "1 of" in tasks.locator("summary").text_content()
        and "best_kept: 1 of 4 public checks" in tasks.text_content()
    )
    page.get_by_label("Your answer in words: counting_proof").fill("Count the intervals.")
    tasks.locator("summary").click()
    page.evaluate(AXE)
    found = page.evaluate("axe.run({ include: [['.lth-bar'], ['.lth-text']] })")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download for hand-in").click()
    assert saved.value.suggested_filename == "ada_1-random-subset-sum.ipynb"
    found = submissions.read(Path(saved.value.path()))
    assert (found.assignment, found.student) == ("1-random-subset-sum", "ada")
    assert found.texts["counting_proof"] == "Count the intervals."
    assert any("[True] * len(x)" in cell for cell in found.cells)
    rooms = [loading.package(name) for name in loading.names() if name[0] != "0"]
    source = "\n".join(
        f"from lth_tutorial.{room}.assignment import ASSIGNMENT\nASSIGNMENT.begin('ada')"
        for room in rooms
    )
    begun = page.evaluate("source => lthPage.python.ask('run', { cell: 'all', source })", source)
    assert len(rooms) == 7 and begun["error"] is None
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    kept = page.evaluate(
        "[localStorage['lth-edits:assignment-1'], localStorage['lth-checks:assignment-1']]"
    )
    assert "Count the intervals." in kept[0] and "best_kept" in kept[1]
    page.close()


def test_stop_ends_a_loop_within_a_second_and_the_next_cell_begins_again(live):
    live.evaluate("""() => {
        const cell = lthPage.cells.find((one) => one.id === "c05");
        cell.source = "while True: pass";
        window.loop = lthPage.run(cell);
    }""")
    live.wait_for_selector(".lth-running")
    live.wait_for_timeout(200)
    live.get_by_role("button", name="Stop", exact=True).click()
    live.wait_for_selector(".lth-running", state="detached", timeout=1000)
    assert "variables are gone" in live.locator(".lth-status").text_content()
    live.evaluate("lthPage.cells.forEach((cell) => cell.putBack())")
    results = run_cells(live, ["c05"])
    assert results["c05"]["error"] is None and results["c05"]["said"] == results["c05"]["printed"]
    live.get_by_role("button", name="Reset").click()
    live.wait_for_function("document.querySelector('.lth-status').textContent.startsWith('Reset:')")


def test_loading_can_be_cancelled(browser, address):
    page = open_at(browser, f"{address}/{PAGE}")
    page.route("**/live/python/**", lambda route: None)  # no answer
    page.click(".lth-run button")
    page.get_by_role("button", name="Cancel").click()
    assert "Not loaded" in page.locator(".lth-bar").text_content()
    assert (
        page.locator(".lth-run button").is_enabled() and not page.locator(".lth-cell-bar").count()
    )
    page.context.close()


def test_from_a_file_it_says_what_to_do(browser, site):
    page = open_at(browser, (site / PAGE).as_uri())
    page.click(".lth-run button")
    assert "may not start Python" in page.locator(".lth-bar").text_content()
    page.context.close()


def test_where_a_file_is_missing_the_page_stays_as_it_was(browser, address):
    page = open_at(browser, f"{address}/{PAGE}")
    page.route("**/worker.js", lambda route: route.abort())
    page.click(".lth-run button")
    page.wait_for_selector(".lth-run button:enabled")
    assert "could not be made to run" in page.locator(".lth-bar").text_content()
    assert page.locator(".lth-cell-bar").count() == 0
    page.context.close()


def notebooks_that_run() -> list[str]:
    return [path for path in WITH_FIGURES if path.split("/")[1][0] not in "06"]


@pytest.mark.skipif(not EVERYTHING, reason="all cells of all pages: make test-live")
@pytest.mark.parametrize("path", notebooks_that_run())
def test_every_cell_prints_what_is_stored(browser, address, path):
    page = open_at(browser, f"{address}/{path}")
    page.set_default_timeout(1_800_000)
    press(page)
    name = path.removeprefix("book/").removesuffix(".html")
    found = {it.cell: it for it in differences(run_cells(page))}
    left = page.evaluate(LEFT)
    page.context.close()
    assert all("Needs" in note for note in left.values()), left
    expected = {cell for home, cell in EXCEPTIONS if home == name}
    assert {k: v for k, v in found.items() if k not in expected} == {}
    assert expected <= set(found), "an exception that is none any more"


@pytest.mark.skipif(not EVERYTHING, reason="Firefox as well: make test-live")
def test_firefox_runs_a_page(address, tmp_path):
    from .firefox import Firefox, firefox

    if firefox() is None:
        pytest.skip("no Firefox is installed")
    window = Firefox(firefox(), tmp_path)
    try:
        window.goto(f"{address}/{PAGE}")
        window.evaluate("(document.querySelector('.lth-run button').click(), 0)")
        deadline = time.monotonic() + 120
        while not window.evaluate(f"document.querySelector('{READY}') !== null"):
            assert time.monotonic() < deadline, window.problems
            time.sleep(0.5)
        results = window.evaluate(f"({RUN})(['c05', 'c07'])")
        assert differences(results) == [] and {"c05", "c07"} <= set(results)
    finally:
        window.close()
