"""Every control on every page moves its picture, with no kernel anywhere."""

import csv
import io
import json

import numpy as np
import pytest

from lth_tutorial.subset_sum import best_subset

from .conftest import pages, source

CHAPTER = "book/1-random-subset-sum.html"
CHAPTERS = [path for path in pages() if path[len("book/")].isdigit()]


# Figures of a page whose picture or sentence a control leaves as it was, by name.
MOVED = """[...document.querySelectorAll('.lth-explorer')].flatMap((figure) =>
    [...figure.querySelectorAll('[data-axis]')].flatMap((control) => {
        const state = () => figure.querySelector('.lth-stage').innerHTML +
            figure.querySelector('.lth-says').textContent;
        const before = state();
        const was = control.value;
        control.value = Number(was) === 0 ? 1 : 0;
        control.dispatchEvent(new Event('input', { bubbles: true }));
        const moved = state() !== before;
        control.value = was;
        control.dispatchEvent(new Event('input', { bubbles: true }));
        return moved && state() === before ? [] : [`${figure.id}, ${control.dataset.axis}`];
    }))"""
# Links to views that do not lead to their view: as they stand, decoded once (as a mail program does), and
# encoded once more. For each control its first and last value, and each whose text an address has to encode.
# (Without the page's layout, which takes longer than all the rest.)
LINKS = """(async () => {
    const lost = [];
    document.body.style.display = 'none';
    const follow = (address) => new Promise((done) => {
        addEventListener('hashchange', done, { once: true });
        location.hash = address;
    });
    for (const figure of document.querySelectorAll(".lth-explorer[data-axes]:not([data-axes='[]'])")) {
        const says = () => figure.querySelector('.lth-says').textContent;
        const choose = (control, value) => {
            control.value = value;
            control.dispatchEvent(new Event('input', { bubbles: true }));
        };
        for (const control of figure.querySelectorAll('[data-axis]')) {
            const was = control.value;
            const last = Number(control.max || control.options.length - 1);
            const axis = JSON.parse(figure.dataset.axes).find((a) => a.name === control.dataset.axis);
            for (let value = 0; value <= last; value++) {
                const text = axis.texts[value];
                if (value > 0 && value < last && encodeURIComponent(text) === text) continue;
                choose(control, value);
                const view = says();
                const link = figure.querySelector('.lth-link').getAttribute('href');
                const readings = [link, decodeURIComponent(link), link.replaceAll('%', '%25')];
                for (const address of new Set(readings)) {
                    choose(control, value === 0 ? last : 0);
                    if (says() === view) lost.push(`${address}: cannot be told`);
                    await follow('#elsewhere');
                    await follow(address);
                    if (says() !== view) lost.push(address);
                }
            }
            choose(control, was);
        }
    }
    document.body.style.display = '';
    return lost;
})()"""


LEAST = "a chapter has six figures with `explore(...)`; one whose page says that it is a draft, one"


def least(page) -> int:
    """How many figures a chapter has at least: the box *Draft* of the template stands for the others."""
    return 1 if page.locator(".admonition.draft").count() else 6


def state(figure) -> tuple[str, str]:
    """The picture of a figure and its sentence."""
    parts = "[f.querySelector('.lth-stage').innerHTML, f.querySelector('.lth-says').textContent]"
    return tuple(figure.evaluate(f"(f) => {parts}"))


@pytest.mark.parametrize("path", pages())
def test_every_control_moves_its_picture(open_page, path):
    """By keyboard on every control; each must change the picture, its sentence and its name."""
    page = open_page(path, reduced_motion="reduce")
    for figure in page.locator(".lth-explorer").all():
        for control in figure.locator("[data-axis]").all():
            before, was = state(figure), control.input_value()
            control.focus()
            last = control.evaluate(
                "c => Number(c.value) === Number(c.max ?? c.options.length - 1)"
            )
            page.keyboard.press("ArrowLeft" if last else "ArrowRight")
            if control.input_value() == was:
                page.keyboard.press("ArrowUp" if last else "ArrowDown")
            assert control.input_value() != was
            after = state(figure)
            name = f"{figure.get_attribute('id')}, {control.get_attribute('data-axis')}"
            assert after[0] != before[0], f"{name}: the picture stays"
            assert after[1] != before[1], f"{name}: the sentence stays"
            assert figure.locator(".lth-stage").get_attribute("aria-label") == after[1]


@pytest.mark.parametrize("path", pages())
def test_sliders_follow_the_pointer(open_page, path):
    page = open_page(path, width=390, reduced_motion="reduce")
    for figure in page.locator(".lth-explorer").all():
        for slider in figure.locator("input[type=range]").all():
            slider.scroll_into_view_if_needed()
            before = state(figure)
            box = slider.bounding_box()
            assert box["height"] >= 24 and box["width"] >= 100
            middle = box["y"] + box["height"] / 2
            at_end = slider.evaluate("s => Number(s.value) > Number(s.max) / 2")
            page.mouse.move(box["x"] + box["width"] / 2, middle)
            page.mouse.down()
            page.mouse.move(box["x"] + (4 if at_end else box["width"] - 4), middle, steps=4)
            page.mouse.up()
            assert state(figure) != before


@pytest.mark.parametrize("path", CHAPTERS)
def test_every_frame_can_be_reached_and_named(open_page, path):
    page = open_page(path)
    sizes = page.evaluate(
        """[...document.querySelectorAll(".lth-explorer")].map((f) => [
            f.id, f.querySelectorAll("template").length,
            JSON.parse(f.dataset.axes).reduce((n, a) => n * a.texts.length, 1),
            new Set([...f.querySelectorAll("template")].map((t) => t.dataset.says)).size])"""
    )
    assert len(sizes) >= least(page), f"{path}: {LEAST}"
    for name, frames, expected, sentences in sizes:
        assert frames == expected == sentences, (
            f"{source(path)}: the figure {name} has {expected} combinations of its controls, {frames} frames "
            f"and {sentences} sentences: let `describe` say in each what that frame alone shows"
        )


def test_a_link_leads_to_a_view(open_page, address):
    page = open_page(CHAPTER)
    figure = page.locator("#cover")
    figure.locator("[data-axis=n]").fill("12")
    figure.locator("[data-axis=eta]").fill("2")
    says = figure.locator(".lth-says").inner_text()
    link = figure.locator(".lth-link").get_attribute("href")
    assert link == "#cover.n=12&eta=0.01"
    other = open_page(CHAPTER + link)
    assert other.locator("#cover .lth-says").inner_text() == says
    assert other.locator("#cover").evaluate("f => f.getBoundingClientRect().top < innerHeight")
    other.evaluate("location.hash = '#cover.n=3&eta=0.1'")
    other.wait_for_timeout(50)
    assert other.locator("#cover .lth-says").inner_text().startswith("3 candidates, 8 sums")
    other.evaluate("location.hash = '#cover.n=99&nonsense'")
    other.wait_for_timeout(50)
    assert other.problems == []


@pytest.mark.parametrize("path", pages())
def test_every_link_to_a_view_opens_it(open_page, path):
    page = open_page(f"{path}#100%", reduced_motion="reduce")
    assert page.evaluate(LINKS) == []
    assert page.problems == []


@pytest.mark.parametrize(
    "ending",
    ["#100%", "#cover.%", "#cover.n=%E0%A4%A", "#cover.eta", "#[", "#cover.n=12&%=%", "?%#%"],
)
def test_no_address_stops_a_page(open_page, ending):
    page = open_page(CHAPTER + ending, reduced_motion="reduce")
    figures = page.locator(".lth-explorer, .lth-guess, .lth-playground")
    assert page.locator(".lth-live").count() == figures.count() >= 10
    assert page.problems == []


def test_back_to_an_address_without_a_view_shows_the_first_view(open_page):
    page = open_page(CHAPTER, reduced_motion="reduce")
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
    assert figure.locator("[data-axis=n] + output").inner_text() == "6"
    page.go_forward()
    page.wait_for_timeout(100)
    assert state(figure) == chosen


# Figures whose controls say another view than the picture shows.
DISAGREE = """[...document.querySelectorAll('.lth-explorer')].flatMap((f) => {
    const axes = JSON.parse(f.dataset.axes);
    const places = axes.map((a) => Number(f.querySelector(`[data-axis=${a.name}]`).value));
    const index = axes.reduce((k, a, j) => k * a.texts.length + places[j], 0);
    const frame = f.querySelectorAll('template')[index];
    const shown = f.querySelector('.lth-says').textContent;
    return !frame || frame.dataset.says === shown ? [] : [`${f.id}: ${places}: ${shown}`];
})"""
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


@pytest.mark.parametrize("path", CHAPTERS)
def test_without_a_script_no_control_is_dead(browser, address, path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{path}")
    for kind in (".lth-guess", "[data-axis]", ".lth-play", ".lth-link", ".lth-data"):
        assert page.locator(f"{kind}:visible").count() == 0, kind
    assert page.locator(".lth-guess").count() == 1, (
        f"{source(path)}: a chapter has one question to guess: put one `guess(...)` at its beginning"
    )
    assert page.locator(".lth-stage:visible").count() >= least(page), f"{path}: {LEAST}"
    context.close()


def test_play_runs_and_stops(open_page):
    page = open_page(CHAPTER)
    figure = page.locator("#cover")
    button = figure.locator(".lth-play")
    before = state(figure)
    assert button.get_attribute("aria-label").startswith("Play ")
    button.click()
    assert button.inner_text() == "Pause"
    assert button.get_attribute("aria-label").startswith("Pause ")
    page.wait_for_timeout(1000)
    assert state(figure) != before
    button.click()
    paused = state(figure)
    page.wait_for_timeout(1000)
    assert state(figure) == paused and button.inner_text() == "Play"


def test_the_landing_page_moves_by_itself_and_stops(open_page):
    page = open_page("book/index.html")
    figure = page.locator("#cover")
    page.wait_for_timeout(1200)
    assert figure.locator(".lth-play").inner_text() == "Pause"
    moving = state(figure)
    page.wait_for_timeout(900)
    assert state(figure) != moving
    figure.locator(".lth-play").click()
    still = state(figure)
    page.wait_for_timeout(900)
    assert state(figure) == still


@pytest.mark.parametrize("path", ["book/index.html", CHAPTER])
def test_reduced_motion_is_respected(open_page, path):
    page = open_page(path, reduced_motion="reduce")
    figure = page.locator("#cover")
    before = state(figure)
    page.wait_for_timeout(1200)
    assert state(figure) == before
    figure.locator(".lth-play").click()
    stepped = state(figure)
    assert stepped != before
    page.wait_for_timeout(1000)
    assert state(figure) == stepped


@pytest.mark.parametrize("path", CHAPTERS)
def test_numbers_can_be_downloaded(open_page, path):
    page = open_page(path)
    for figure in page.locator(".lth-explorer").all():
        name = figure.get_attribute("id")
        assert figure.locator(".lth-data").count() == 1, (
            f"{source(path)}: the figure {name} offers no numbers: hand them to "
            "`describe(figure, says, data)`"
        )
        page.wait_for_timeout(120)  # a browser starts at most ten downloads of a page in a second
        with page.expect_download(timeout=90_000) as download:
            figure.locator(".lth-data").click()
        assert download.value.suggested_filename == f"{name}.csv"
        rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
        place = f"{source(path)}: the numbers of the figure {name}"
        assert len(rows) >= 2 and len({len(row) for row in rows}) == 1, (
            f"{place} need a line below their heading, all lines of one length: see `describe`"
        )
        words = [cell for cell in rows[1][_is_word(rows[1][0]) :] if cell and not _is_number(cell)]
        assert words == [], f"{place} have words in a column that is not the first: {words}"


@pytest.mark.parametrize("path", CHAPTERS)
def test_guess_answers_only_after_the_commitment(open_page, path):
    page = open_page(path)
    form = page.locator(".lth-guess")
    low, high = (int(form.locator("input").get_attribute(end)) for end in ("min", "max"))
    assert low <= 20 <= high, (
        f"{source(path)}: this test guesses 20; the slider of `guess` goes from {low} to {high}: choose its "
        "ends around 20"
    )
    assert form.locator(".lth-verdict").inner_text() == ""
    form.locator("input").fill("20")
    form.locator("button").click()
    verdict = form.locator(".lth-verdict").inner_text()
    assert verdict.startswith("You said 20; the answer is ")
    assert form.locator("input").is_disabled()


def test_playground_by_hand(open_page):
    page = open_page(CHAPTER, width=390)
    box = page.locator(".lth-playground")
    says = box.locator(".lth-says")
    buttons = box.locator(".lth-candidates button")
    assert buttons.count() == 10
    assert says.inner_text().startswith("0 of 10 candidates sum to +0.000000")
    buttons.nth(2).click()
    assert buttons.nth(2).get_attribute("aria-pressed") == "true"
    value = float(buttons.nth(2).inner_text().replace("\u2212", "-"))
    total = float(says.inner_text().split("sum to ")[1].split(";")[0].replace("\u2212", "-"))
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
    assert says.inner_text().startswith("0 of 20")


def _is_number(cell: str) -> bool:
    try:
        return float(cell) is not None
    except ValueError:
        return False


def _is_word(cell: str) -> bool:
    return bool(cell) and not cell.lstrip("-")[0].isdigit()


def _distance(says) -> float:
    return float(says.inner_text().split(" is ")[1].split(" away")[0])


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


@pytest.mark.parametrize("path", CHAPTERS)
def test_hints_and_solutions_open_one_by_one(open_page, path):
    page = open_page(path, width=390)
    exercises = page.locator("div.exercise").count()
    solutions = page.locator("div.solution")
    assert exercises >= 5 and solutions.count() == exercises, (
        f"{source(path)}: {exercises} exercises with {solutions.count()} solutions: a chapter has at least "
        "five `{exercise}`, each with its `{solution-start}`"
    )
    for hint in page.locator("details.sd-dropdown").all():
        assert not hint.evaluate("d => d.open")
        hint.locator("summary").click()
        assert hint.evaluate("d => d.open")
    for solution in solutions.all():
        body = solution.locator(
            ".section, section, #solution-content, p:not(.admonition-title)"
        ).first
        assert not body.is_visible()
        solution.locator(".admonition-title").first.click()
        page.wait_for_timeout(50)
        assert body.is_visible()


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_click_into_a_picture_chooses_its_values(open_page, path):
    """Where a picture says which places stand for which values, both corners can be clicked."""
    page = open_page(path, width=390, reduced_motion="reduce")
    for figure in page.locator(".lth-explorer[data-clicks]").all():
        places = json.loads(figure.get_attribute("data-clicks"))
        for end in (0, -1):
            box = figure.locator(".lth-stage svg").bounding_box()
            at = {where["along"]: where["at"][end] for where in places.values()}
            figure.locator(".lth-stage").click(
                position={
                    "x": at.get("x", 0.5) * box["width"],
                    "y": at.get("y", 0.5) * box["height"],
                }
            )
            for name, where in places.items():
                value = figure.locator(f"[data-axis={name}]").input_value()
                assert int(value) == (0 if end == 0 else len(where["at"]) - 1)
    assert path != "book/5-teacher-student.html" or page.locator("[data-clicks]").count() >= 1
