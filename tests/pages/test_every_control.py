"""What is asked of every control of every page: its picture moves, with no kernel anywhere."""

import csv
import io
import json

import pytest

from .conftest import each_chapter, each_page, each_with_figures, source, with_frames

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


@pytest.fixture
def shared_page(shared_page):
    """The shared page, with all frames, so that whatever is moved shows its frame at once."""
    return lambda path, **options: with_frames(shared_page(path, **options))


LEAST = "a chapter has six figures with `explore(...)`; one whose page says that it is a draft, one"


def least(page) -> int:
    """How many figures a chapter has at least: the box *Draft* of the template stands for the others."""
    return 1 if page.locator(".admonition.draft").count() else 6


def state(figure) -> tuple[str, str]:
    """The picture of a figure and its sentence."""
    parts = "[f.querySelector('.lth-stage').innerHTML, f.querySelector('.lth-says').textContent]"
    return tuple(figure.evaluate(f"(f) => {parts}"))


@each_with_figures
def test_every_frame_can_be_reached_and_named(shared_page, path):
    page = shared_page(path, reduced_motion="reduce")
    sizes = page.evaluate(
        """Promise.all([...document.querySelectorAll(".lth-explorer")].map(async (f) => {
            const frames = f.frames ? await f.frames() : [{}];
            const combinations = JSON.parse(f.dataset.axes).reduce((n, a) => n * a.texts.length, 1);
            return [f.id, frames.length, combinations, new Set(frames.map((frame) => frame.says)).size];
        }))"""
    )
    assert len(sizes) >= least(page), f"{path}: {LEAST}"
    for name, frames, expected, sentences in sizes:
        assert frames == expected == sentences, (
            f"{source(path)}: the figure {name} has {expected} combinations of its controls, {frames} frames "
            f"and {sentences} sentences: let `describe` say in each what that frame alone shows"
        )


@each_page
def test_every_link_to_a_view_opens_it(shared_page, path):
    page = shared_page(path, reduced_motion="reduce")
    assert page.evaluate(LINKS) == []
    assert page.problems == []


# Before and after a key: the control takes the focus; its value, and what changed in its figure.
BEFORE = """(control) => {
    const figure = control.closest('.lth-explorer'), stage = figure.querySelector('.lth-stage');
    figure.was = [stage.innerHTML, figure.querySelector('.lth-says').textContent];
    control.focus();
    return [control.value, Number(control.value) === Number(control.max ?? control.options.length - 1)];
}"""
AFTER = """(control) => {
    const figure = control.closest('.lth-explorer'), stage = figure.querySelector('.lth-stage');
    const says = figure.querySelector('.lth-says').textContent;
    return {
        value: control.value,
        picture: stage.innerHTML !== figure.was[0],
        sentence: says !== figure.was[1],
        name: stage.getAttribute('aria-label') === says,
        where: `${figure.id}, ${control.dataset.axis}`,
    };
}"""


@each_page
def test_every_control_moves_its_picture(shared_page, path):
    """By keyboard on every control; each must change the picture, its sentence and its name."""
    page = shared_page(path, reduced_motion="reduce")
    for control in page.query_selector_all(".lth-explorer [data-axis]"):
        was, last = control.evaluate(BEFORE)
        page.keyboard.press("ArrowLeft" if last else "ArrowRight")
        after = control.evaluate(AFTER)
        if after["value"] == was:
            page.keyboard.press("ArrowUp" if last else "ArrowDown")
            after = control.evaluate(AFTER)
        assert after["value"] != was, after["where"]
        assert after["picture"], f"{after['where']}: the picture stays"
        assert after["sentence"], f"{after['where']}: the sentence stays"
        assert after["name"], f"{after['where']}: the picture's name is not its sentence"


# What a click on each figure's numbers would save: figure, name of the file, its text; no file is written.
NUMBERS = """Promise.all([...document.querySelectorAll('.lth-explorer')].map(async (figure) => {
    const links = figure.querySelectorAll('.lth-data');
    if (links.length !== 1) return [figure.id, null, null];
    links[0].addEventListener('click', (event) => event.preventDefault(), { once: true });
    links[0].click();
    return [figure.id, links[0].download, await (await fetch(links[0].href)).text()];
}))"""


@each_with_figures
def test_numbers_can_be_downloaded(shared_page, path):
    page = shared_page(path, reduced_motion="reduce")
    found = page.evaluate(NUMBERS)
    with page.expect_download(timeout=90_000) as download:
        page.locator(".lth-data").first.click()
    assert download.value.suggested_filename == found[0][1]
    assert download.value.path().read_text(encoding="utf-8") == found[0][2]
    for name, file, text in found:
        assert file == f"{name}.csv", (
            f"{source(path)}: the figure {name} offers no numbers: hand them to "
            "`describe(figure, says, data)`"
        )
        rows = list(csv.reader(io.StringIO(text)))
        place = f"{source(path)}: the numbers of the figure {name}"
        assert len(rows) >= 2 and len({len(row) for row in rows}) == 1, (
            f"{place} need a line below their heading, all lines of one length: see `describe`"
        )
        words = [cell for cell in rows[1][_is_word(rows[1][0]) :] if cell and not _is_number(cell)]
        assert words == [], f"{place} have words in a column that is not the first: {words}"


@each_chapter
def test_guess_answers_only_after_the_commitment(shared_page, path):
    page = shared_page(path, reduced_motion="reduce")
    form = page.locator(".lth-guess")
    low, high = (int(form.locator("input").get_attribute(end)) for end in ("min", "max"))
    assert low <= 20 <= high, (
        f"{source(path)}: this test guesses 20; the slider of `guess` goes from {low} to {high}: choose its "
        "ends around 20"
    )
    assert form.locator(".lth-verdict").text_content() == ""
    form.locator("input").fill("20")
    form.locator("button").click()
    verdict = form.locator(".lth-verdict").text_content()
    assert verdict.startswith("You said 20; the answer is ")
    assert form.locator("input").is_disabled()


# Where a slider is, once it is in sight: left, top, width, height; whether it stands in its upper half.
PLACE = """(slider) => {
    slider.scrollIntoView({ block: 'center', behavior: 'instant' });
    const figure = slider.closest('.lth-explorer'), stage = figure.querySelector('.lth-stage');
    figure.was = [stage.innerHTML, figure.querySelector('.lth-says').textContent];
    const box = slider.getBoundingClientRect();
    return [box.x, box.y, box.width, box.height, Number(slider.value) > Number(slider.max) / 2];
}"""


@each_page
def test_sliders_follow_the_pointer(shared_page, path):
    page = shared_page(path, width=390, reduced_motion="reduce")
    for slider in page.query_selector_all(".lth-explorer input[type=range]"):
        x, y, width, height, at_end = slider.evaluate(PLACE)
        assert height >= 24 and width >= 100
        page.mouse.move(x + width / 2, y + height / 2)
        page.mouse.down()
        page.mouse.move(x + (4 if at_end else width - 4), y + height / 2, steps=2)
        page.mouse.up()
        after = slider.evaluate(AFTER)
        assert after["picture"] or after["sentence"], f"{after['where']}: the pointer moves nothing"


@each_chapter
def test_a_click_into_a_picture_chooses_its_values(shared_page, path):
    """Where a picture says which places stand for which values, both corners can be clicked."""
    page = shared_page(path, width=390, reduced_motion="reduce")
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


# What is pressed has to lie on top where its middle is. Each hint is closed, and a press opens it; a solution
# shows its first part after a press and not before. Exercises, solutions, and what is not so.
OPENED = """(async () => {
    const faults = [];
    const press = (element, name) => {
        element.scrollIntoView({ block: 'center', behavior: 'instant' });
        const box = element.getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        if (element.contains(top)) top.click();
        else faults.push(`${name} is covered`);
    };
    const seen = (element) => element.checkVisibility({ visibilityProperty: true });
    for (const hint of document.querySelectorAll('details.sd-dropdown')) {
        const name = `the hint ${JSON.stringify(hint.textContent.trim().slice(0, 60))}`;
        if (hint.open) faults.push(`${name} is open`);
        press(hint.querySelector('summary'), name);
        if (!hint.open) faults.push(`${name} stays closed`);
    }
    const solutions = document.querySelectorAll('div.solution');
    for (const solution of solutions) {
        const title = solution.querySelector('.admonition-title');
        const name = title.textContent.trim();
        const body = solution.querySelector(
            '.section, section, #solution-content, p:not(.admonition-title)');
        if (seen(body)) faults.push(`${name} is open`);
        press(title, name);
        await new Promise((done) => setTimeout(done));
        if (!seen(body)) faults.push(`${name} stays closed`);
    }
    return [document.querySelectorAll('div.exercise').length, solutions.length, faults];
})()"""


@each_chapter
def test_hints_and_solutions_open_one_by_one(shared_page, path):
    page = shared_page(path, width=390, reduced_motion="reduce")
    exercises, solutions, faults = page.evaluate(OPENED)
    assert exercises >= 5 and solutions == exercises, (
        f"{source(path)}: {exercises} exercises with {solutions} solutions: a chapter has at least "
        "five `{exercise}`, each with its `{solution-start}`"
    )
    assert faults == []


def _is_number(cell: str) -> bool:
    try:
        return float(cell) is not None
    except ValueError:
        return False


def _is_word(cell: str) -> bool:
    return bool(cell) and not cell.lstrip("-")[0].isdigit()
