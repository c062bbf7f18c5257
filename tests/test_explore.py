"""Controls: the same frames with and without a kernel, byte for byte, and honest about bad input."""

import base64
import math
import pickle
import re
import xml.etree.ElementTree as ET
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lth_tutorial.explore import (
    Axis,
    Computed,
    describe,
    explore,
    frames,
    guess,
    page,
    playground,
)
from lth_tutorial.explore import explorer as explorers
from lth_tutorial.explore.frame import render
from lth_tutorial.explore.page import MOVES, PAGE
from lth_tutorial.explore.picture import fewer_elements
from lth_tutorial.style import COLOURS, Figure, style, subplots
from lth_tutorial.tables import size_text


def wave(frequency: int, kind: str = "sin"):
    """A small drawing function of two parameters."""
    x = np.linspace(0, 1, 20)
    y = (np.sin if kind == "sin" else np.cos)(frequency * x)
    with style():
        figure, axes = subplots(height=2)
        axes.plot(x, y, color=COLOURS["1"], marker="o", label="wave")
        axes.set(xlabel="x", title=f"{kind} {frequency}")
        axes.legend()
    return describe(figure, f"{kind} with frequency {frequency}", {"x": x, "y": y})


def silent():
    with style():
        return subplots()[0]


@pytest.fixture(scope="module")
def explorer():
    return explore(
        wave, frequency=Axis([1, 2, 3], label="how fast", start=2, play=True), kind=["sin", "cos"]
    )


def test_frames_are_every_combination(explorer):
    assert len(explorer.frames) == 6
    assert [f.says for f in explorer.frames][:3] == [
        "sin with frequency 1",
        "cos with frequency 1",
        "sin with frequency 2",
    ]
    assert len({f.svg for f in explorer.frames}) == 6


def test_rendering_twice_gives_the_same_bytes(explorer):
    again = explore(explorer.draw, **explorer.axes)
    assert again.html() == explorer.html()


def test_processes_give_the_same_bytes(monkeypatch):
    monkeypatch.setattr(explorers, "_FRAMES_WORTH_PROCESSES", 4)
    monkeypatch.setattr(explorers, "_processes", lambda: 2)
    many = explore(wave, frequency=range(1, 5))
    assert [f.svg for f in many.frames] == [many.frame(frequency=k).svg for k in range(1, 5)]


def test_there_are_no_more_processes_than_joblib_may_have(monkeypatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    assert explorers._processes() == 1


def test_svg_is_well_formed_and_follows_the_theme(explorer):
    for frame in explorer.frames:
        ET.fromstring(frame.svg)
        assert "var(--lth-1, #0072b2)" in frame.svg
        assert "#000000" not in frame.svg and "currentColor" in frame.svg
        ids = re.findall(r' id="([^"]+)"', frame.svg)
        assert len(ids) == len(set(ids)) and all(i.startswith("wave-") for i in ids)
        assert set(re.findall(r'(?:href="#|url\(#)([^")]+)', frame.svg)) == set(ids)
        assert not re.search(r"\d\.\d{3}", frame.svg)


@pytest.mark.parametrize(
    ("svg", "fewer"),
    [
        ("<svg>\n<g>\n<g/>\n<g>\n<use/>\n</g>\n</g>\n</svg>", "<svg>\n<use/>\n</svg>"),
        ('<svg><g clip-path="x"><g><g/></g></g></svg>', '<svg><g clip-path="x"></g></svg>'),
        ("<svg><defs>\n</defs><use/></svg>", "<svg><use/></svg>"),
        (
            '<path d="M 0\nz\n" style="fill: a"/>\n<path d="M 1\nz\n" style="fill: a"/>\n'
            '<path d="M 2\n" style="fill: b"/>',
            '<path d="M 0\nz\nM 1\nz\n" style="fill: a"/>\n<path d="M 2\n" style="fill: b"/>',
        ),
        # One over the other shows through; what is used elsewhere keeps its name.
        ('<path d="M" style="opacity: .5"/>\n<path d="M" style="opacity: .5"/>', None),
        ('<path d="M" id="x" style="fill: a"/>\n<path d="M" id="x" style="fill: a"/>', None),
    ],
)
def test_a_picture_has_no_element_too_many(svg, fewer):
    assert fewer_elements(svg) == (svg if fewer is None else fewer)


TICK = '<defs>\n<path id="t" d="M 0 0\nL 0 3.5\n" style="stroke: red"/>\n</defs>\n'
DISC = '<defs><path id="d" d="M 0 2\n' + 8 * "C 1 1 1 1 1 1\n" + 'z\n" style="stroke: red"/></defs>'
SQUARE = '<defs><path id="s" d="M -1 1\nL 1 1\nL 1 -1\nL -1 -1\nz\n" style="stroke: red"/></defs>'


def use(name: str, x: float, y: float, style: str) -> str:
    return f'<use xlink:href="#{name}" x="{x}" y="{y}" style="{style}"/>'


@pytest.mark.parametrize(
    ("svg", "fewer"),
    [
        (  # across the labels between them
            f"{TICK}{use('t', 1.25, 4, 'stroke: red')}\n<text>1</text>\n{use('t', 2, 4, 'stroke: red')}",
            '\n<path d="M 1.25 4\nL 1.25 7.5\nM 2 4\nL 2 7.5\n" style="stroke: red; fill: none"/>\n'
            "<text>1</text>",
        ),
        (
            DISC
            + use("d", 5, 6, "fill: red; stroke: red")
            + use("d", 7, 6, "fill: red; stroke: red"),
            '<path d="M 5 6 h 0\nM 7 6 h 0\n" '
            'style="fill: none; stroke: red; stroke-width: 5; stroke-linecap: round"/>',
        ),
        (
            DISC + use("d", 5, 6, "fill-opacity: 0; stroke: red"),
            '<path d="M 3 6 a 2 2 0 1 0 4 0 a 2 2 0 1 0 -4 0\n" style="stroke: red; fill: none"/>',
        ),
        (  # an edge of another colour is seen where two overlap: they stay two
            SQUARE + use("s", 1, 1, "fill: blue") + use("s", 9, 1, "fill: blue"),
            '<path d="M 0 2\nL 2 2\nL 2 0\nL 0 0\nz\n" style="fill: blue; stroke: red"/>\n'
            '<path d="M 8 2\nL 10 2\nL 10 0\nL 8 0\nz\n" style="fill: blue; stroke: red"/>',
        ),
        (  # so does what shows through
            SQUARE
            + use("s", 1, 1, "fill: red; opacity: .5")
            + use("s", 2, 1, "fill: red; opacity: .5"),
            '<path d="M 0 2\nL 2 2\nL 2 0\nL 0 0\nz\n" style="fill: red; opacity: .5; stroke: red"/>\n'
            '<path d="M 1 2\nL 3 2\nL 3 0\nL 1 0\nz\n" style="fill: red; opacity: .5; stroke: red"/>',
        ),
        (use("elsewhere", 1, 1, "fill: red"), use("elsewhere", 1, 1, "fill: red")),
        (
            '<path d="M 0" style="fill: none"/><text transform="rotate(-0 1 2)">a</text>',
            "<text>a</text>",
        ),
        (
            '<g clip-path="url(#c)">\n<path d="M 0" style="fill: red"/>\n</g>',
            '<path d="M 0" clip-path="url(#c)" style="fill: red"/>',
        ),
    ],
)
def test_a_mark_is_drawn_where_it_stands(svg, fewer):
    assert fewer_elements(svg) == fewer


def test_stored_pictures_are_well_formed():
    for file in (Path(__file__).parents[1] / "book" / "frames").glob("*/*.js"):
        for picture in frames.from_script(file.read_text(encoding="utf-8"))[:2]:
            ET.fromstring(picture.svg)


def test_no_stored_picture_has_an_element_too_many():
    """Those of the landing page are stored beside the notebooks."""
    book = Path(__file__).parents[1] / "book"
    stored = [*book.glob("*.ipynb"), *(book / "generated").glob("*.html")]
    assert len(stored) > 8
    assert [p.name for p in stored if re.search(r"<g/?>|<use", p.read_text(encoding="utf-8"))] == []


def test_numbers_come_along(explorer):
    lines = explorer.frames[0].csv.splitlines()
    assert lines[0] == "x,y" and len(lines) == 21
    x, y = map(float, lines[5].split(","))
    assert y == pytest.approx(np.sin(x), rel=1e-4)


def test_page_has_native_controls(explorer):
    html = explorer.html("folder/wave")
    assert html.count("<svg") == 1 and 'data-frames="folder/wave"' in html
    assert 'type="range"' in html and "<select" in html
    assert '<label for="wave-frequency-control">how fast</label>' in html
    assert 'aria-label="sin with frequency 2"' in html
    assert "cdn" not in html and "http://" not in html.replace("http://www.w3.org/", "")


def test_a_still_figure_has_no_controls():
    html = explore(partial(wave, 2)).html()
    assert "data-frames" not in html and "<input" not in html and "lth-data" in html


@pytest.fixture
def shown(monkeypatch):
    """What is handed to the notebook, as bundles by MIME type or as the object itself."""
    import IPython.display

    given = []
    monkeypatch.setattr(IPython.display, "display", lambda shown, **_: given.append(shown))
    return given


def test_a_page_takes_its_part_and_everything_else_a_picture_and_words(
    explorer, shown, monkeypatch, tmp_path
):
    monkeypatch.setenv("LTH_EXPLORE", "static")
    monkeypatch.setenv("LTH_FRAMES", str(tmp_path / "notebook"))
    explorer._ipython_display_()
    picture, words = shown
    assert picture[PAGE] == explorer.html("notebook/wave") and words[PAGE] == ""
    assert base64.b64decode(picture["image/png"]).startswith(b"\x89PNG")
    assert words["text/markdown"] == f"sin with frequency 2 *{MOVES}*"
    assert "text/html" not in picture | words


def test_what_is_checked_has_no_picture(explorer, shown, monkeypatch, tmp_path):
    """Nothing compares it, and it takes as long as all the rest."""
    frames.write(tmp_path / "notebook", "wave", explorer.frames)
    monkeypatch.setenv("LTH_EXPLORE", "check")
    monkeypatch.setenv("LTH_FRAMES", str(tmp_path / "notebook"))
    explorer._ipython_display_()
    assert shown[0].keys() == {PAGE, "text/plain"}
    assert shown[0][PAGE] == explorer.html("notebook/wave")


def test_frames_go_to_their_file_and_come_back(explorer, shown, monkeypatch, tmp_path):
    monkeypatch.setenv("LTH_EXPLORE", "static")
    monkeypatch.setenv("LTH_FRAMES", str(tmp_path / "notebook"))
    explorer._ipython_display_()
    path = tmp_path / "notebook" / "wave.js"
    text = path.read_text(encoding="utf-8")
    assert text.startswith('(self.lthFrames ??= {})["notebook/wave"]="')
    found = frames.from_script(text)
    assert [(f.svg, f.says, f.csv) for f in found] == [
        (f.svg, f.says, f.csv) for f in explorer.frames
    ]
    assert frames.as_script("notebook/wave", found) == text
    assert [p.name for p in path.parent.iterdir()] == ["wave.js"]


def test_what_frames_say_is_held_to_what_is_stored(explorer, tmp_path):
    frames.write(tmp_path, "wave", explorer.frames)
    frames.check(tmp_path, "wave", explorer.sentences())
    for stored, wrong in (
        (explorer.frames[:5], "5 frames, 6 now"),
        ([*explorer.frames[1:], explorer.frames[0]], "frame 0 says 'cos with frequency 1'"),
    ):
        frames.write(tmp_path, "wave", stored)
        with pytest.raises(AssertionError, match=wrong):
            frames.check(tmp_path, "wave", explorer.sentences())
    with pytest.raises(AssertionError, match="no frames are stored; run `make notebooks`"):
        frames.check(tmp_path, "other", explorer.sentences())


def test_in_a_kernel_a_control_is_a_widget(explorer, shown, monkeypatch):
    monkeypatch.delenv("LTH_EXPLORE", raising=False)
    explorer._ipython_display_()
    guess("q", "How many?", 17, "Because.", 5, 100)._ipython_display_()
    assert [type(widget).__name__ for widget in shown] == ["VBox", "VBox"]


def test_a_stored_guess_keeps_its_answer(shown, monkeypatch):
    monkeypatch.setenv("LTH_EXPLORE", "static")
    guess("q", "How many of $n$?", 17, "Because.", 5, 100)._ipython_display_()
    (bundle,) = shown
    seen = bundle["text/markdown"] + bundle["text/plain"]
    assert seen.startswith(r"**How many of \$n\$?**") and not re.search("17|Because", seen)


def test_live_widget_draws_anew(explorer):
    box = explorer.widget()
    row, menu, picture = box.children
    slider, play = row.children
    assert "sin with frequency 2" in picture.value
    slider.value = 3
    assert "sin with frequency 3" in picture.value and play.value == 2
    menu.value = "cos"
    assert "cos with frequency 3" in picture.value
    play.value = 0
    assert "cos with frequency 1" in picture.value


def test_guess_keeps_its_answer_until_asked():
    question = guess("q", "How many?", 17, "Because.", 5, 100)
    visible = re.sub(r"<template>.*?</template>", "", question.html())
    assert "Because" not in visible
    slider_row = question.widget().children[1]
    slider_row.children[0].value = 40
    slider_row.children[1].click()
    assert question.verdict(40) == "You said 40; the answer is 17. Because."


def test_guess_widget_shows_the_verdict():
    box = guess("q", "How many?", 17, "Because.", 5, 100).widget()
    slider, button = box.children[1].children
    slider.value = 20
    button.click()
    assert box.children[2].value == "You said 20; the answer is 17. Because."
    assert slider.disabled and button.disabled


def test_playground_brings_its_script_into_a_kernel(shown, monkeypatch):
    monkeypatch.delenv("LTH_EXPLORE", raising=False)
    playground()._ipython_display_()
    monkeypatch.setenv("LTH_EXPLORE", "static")
    playground()._ipython_display_()
    live, stored = shown
    assert "<script>" in live["text/html"] and PAGE not in live
    assert "<script>" not in stored[PAGE] and "run the cell" in stored["text/markdown"]


def test_drawing_functions_of_any_kind():
    """One that takes whatever it is given, and an object that is called."""

    class Drawn:
        def __call__(self, **params):
            return wave(**params)

    for draw, name in ((lambda **params: wave(**params), "lambda"), (Drawn(), "Drawn")):
        explorer = explore(draw, frequency=[1, 2])
        assert explorer.name == name and len(explorer.frames) == 2


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: Axis([]), "axis: values must not be empty"),
        (lambda: Axis([1, 1]), "axis: values must differ"),
        (lambda: Axis([1, 2], start=3), "axis: start 3 is not one of the values"),
        (lambda: Axis([1, 2], texts=["a"]), "axis: 1 texts for 2 values"),
        (lambda: explore(wave, speed=[1]), "explore: wave has no parameter 'speed'"),
        (lambda: explore(3), "explore: draw must be a function, got 3"),
        (lambda: explore(wave, n=3), "explore: n must be a list of values or an Axis, got 3"),
        (lambda: explore(wave, n="ab"), "explore: n must be a list of values or an Axis, got 'ab'"),
        (lambda: explore(silent).html(), "explore: draw must return a figure with a sentence"),
        (lambda: describe(silent(), " "), "describe: says must not be empty"),
        (lambda: describe(silent(), "It is 9.5e-16."), 'says must give 9.5e-16 as "below 1e-12"'),
        (lambda: describe(silent(), "x", {"a": [1, 2], "b": [1, 2, 3]}), "column 'a' has shape"),
        (lambda: guess("q", "?", 1, "x", 5, 9), r"answer 1 must lie in \[low, high\] = \[5, 9\]"),
        (lambda: playground(21), r"candidates must lie in \[1, 20\], got 21"),
    ],
)
def test_errors_name_the_argument(call, text):
    with pytest.raises(ValueError, match=text):
        call()


@pytest.mark.parametrize(
    "value, form, text",
    [
        (2.4e-6, ".0e", "2e-06"),
        (0.0371, ".2g", "0.037"),
        (9e-16, ".0e", "below 1e-12"),
        (0.0, ".1g", "below 1e-12"),
        (1e-12, ".1g", "1e-12"),
        (math.nan, ".1g", "nan"),
    ],
)
def test_a_size_that_is_rounding_is_not_given(value, form, text):
    assert size_text(value, form) == text
    assert describe(Figure(), f"It is {text}.").lth_says == f"It is {text}."


def test_a_size_may_end_earlier():
    assert size_text(3e-10, least=1e-9) == "below 1e-9"


def test_places_to_click_are_fractions_of_the_picture():
    figure = Figure(figsize=(4, 2))
    axes = figure.add_axes((0.25, 0.5, 0.5, 0.25), xlim=(0, 10), ylim=(0, 1))
    describe(figure, "A picture.", clicks={"n": (axes, "x", [0, 10]), "z": (axes, "y", [0, 1])})
    clicks = render(figure, "p").clicks
    assert clicks == {
        "n": {"along": "x", "at": [0.25, 0.75]},
        "z": {"along": "y", "at": [0.5, 0.25]},
    }


def test_words_in_a_picture_keep_their_digits():
    """Coordinates are shortened, what a reader reads is not."""
    figure, axes = subplots()
    axes.plot([0, 1], [0.0012345, 0.0054321], label="level 0.001")
    axes.set_yticks([0.00125, 0.005], ["0.00125", "0.005"])
    axes.legend()
    svg = render(describe(figure, "A picture."), "p").svg
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    assert {"level 0.001", "0.00125", "0.005"} <= set(texts)
    assert not re.search(r"<path[^>]*\d\.\d{4}", svg)


# Values between the frames


def test_an_axis_allows_what_lies_between_and_nothing_else():
    whole, real = Axis([2, 8], "n", between=int), Axis([0.1, 0.3], between=float, bounds=(0, 1))
    assert (whole.value(5), real.value(0.77), whole.bounds) == (5, 0.77, (2, 8))
    assert type(whole.value(5.0)) is int and Axis([1, 2]).value(2) == 2
    for axis, number, text in (
        (whole, 9, "n must be a whole number from 2 to 8"),
        (whole, 2.5, "n must be a whole number from 2 to 8"),
        (real, 1.5, "value must be a number from 0 to 1"),
        (Axis([1, 2]), 1.5, "value must be one of 1, 2"),
    ):
        with pytest.raises(ValueError, match=text):
            axis.value(number)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"values": ["a"], "between": float}, "only between numbers lie others"),
        ({"values": [0.5], "between": int}, "only between whole numbers lie others"),
        ({"values": [1, True], "between": int}, "only between whole numbers"),
        ({"values": [1], "between": complex}, "between must be int or float"),
        ({"values": [1, 9], "between": int, "bounds": (2, 9)}, "leave out some of"),
        ({"values": [1, 9], "bounds": (1, 9)}, "bounds are those of values between"),
    ],
)
def test_an_axis_promises_only_what_there_is(arguments, text):
    with pytest.raises(ValueError, match=text):
        Axis(**arguments)


def test_a_page_knows_between_which_values_others_lie():
    html = explore(wave, frequency=Axis([1, 5], between=int)).html()
    assert (
        "between&quot;: {&quot;whole&quot;: true, &quot;low&quot;: 1, &quot;high&quot;: 5" in html
    )


def test_each_promise_is_tried_where_frames_are_checked():
    def brittle(n):
        if n == 3:
            raise KeyError(n)
        return wave(n)

    explorer = explore(brittle, n=Axis([1, 5], between=int))
    assert explorer.between() == [{"n": 3}]
    with pytest.raises(AssertionError, match="brittle: nothing is drawn at {'n': 3}: 3"):
        page.check_between(explorer)
    assert explore(wave, frequency=Axis([1, 2], between=int)).between() == []


def test_a_number_between_is_typed_in_a_kernel_too():
    box = explore(wave, frequency=Axis([1, 5], between=int)).widget()
    (slider, field), picture = box.children[0].children, box.children[-1]
    field.value = 3
    assert "sin with frequency 3" in picture.value and slider.value == 1
    slider.value = 5
    assert "sin with frequency 5" in picture.value and field.value == 5


def test_a_table_computes_what_is_asked_of_it():
    made = []
    table = Computed(lambda key: made.append(key) or 2 * key, [5, 1])
    assert made == [] and 1 in table and 3 not in table
    assert (table[1], table[3], table[3], made) == (2, 6, 6, [1, 3])
    assert list(table.items()) == [(5, 10), (1, 2), (3, 6)] and made == [1, 3, 5]


def test_a_table_goes_to_another_process_with_all_of_its_entries():
    table = pickle.loads(pickle.dumps(Computed(str, [1, 2])))
    assert table.made == {1: "1", 2: "2"}
