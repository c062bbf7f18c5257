"""What runs a page's cells, tried in this Python: outputs as a notebook has them, cells that need others."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

LIVE = Path(__file__).resolve().parents[2] / "book" / "_ext" / "lth_book" / "live"


@pytest.fixture(scope="module")
def runner():
    spec = importlib.util.spec_from_file_location("runner", LIVE / "runner.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def page(runner, monkeypatch):
    """A session that keeps its outputs in `.outputs`; IPython is its own again afterwards."""
    for name in ("IPython", "IPython.display"):
        monkeypatch.setitem(sys.modules, name, sys.modules.get(name))
    monkeypatch.setenv("LTH_EXPLORE", "live")
    outputs = []
    session = runner.Session(lambda text: outputs.append(json.loads(text)))
    session.outputs = outputs
    session.now = lambda source, cell="c1": json.loads(session.run(cell, source))
    return session


def test_a_cell_prints_and_shows_its_last_value(page):
    done = page.now("x = 2\nprint('two', x)\nx ** 5")
    assert done["error"] is None and done["figures"] == [] and done["seconds"] < 5
    assert page.outputs == [
        {"name": "stdout", "text": "two 2\n"},
        {"data": {"text/plain": "32"}},
    ]


def test_what_is_printed_comes_before_what_is_shown_after_it(page):
    page.now("print('first')\ndisplay('second')\nprint('third')\n'fourth'")
    texts = [o.get("text") or o["data"]["text/plain"] for o in page.outputs]
    assert texts == ["first\n", "'second'", "third\n", "'fourth'"]


def test_names_outlive_a_cell_and_none_is_shown_for_none(page):
    page.now("x = 3")
    page.now("print(x)", "c2")
    page.now("None", "c3")
    page.now("x;", "c4")
    assert page.outputs == [{"name": "stdout", "text": "3\n"}]


def test_a_figure_is_a_picture_in_the_pages_colours(page):
    page.now("from lth_tutorial.style import subplots\nf, ax = subplots()\nax.plot([1, 2])\nf")
    svg = page.outputs[-1]["data"]["image/svg+xml"]
    assert svg.startswith("<svg") and "currentColor" in svg and "#000000" not in svg


def test_a_table_is_markdown_and_ipythons_display_is_there(page):
    page.now("from IPython.display import Markdown, display\ndisplay(Markdown('| a |'))")
    assert page.outputs[0]["data"]["text/markdown"] == "| a |"


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero", ""),
        ("y", "NameError: name 'y' is not defined", "No cell above makes this name"),
        ("import scipyy", "ModuleNotFoundError: No module named 'scipyy'", "scipyy is not part of"),
        ("raise MemoryError", "MemoryError", "no more memory"),
        ("class Other(MemoryError): pass\nraise Other", "Other", "no more memory"),
        ("f(", "SyntaxError: '(' was never closed", "could not read this cell. Line 1: f("),
        ("exit", "", ""),
    ],
)
def test_an_error_has_its_last_line_and_words(page, source, line, words):
    error = page.now(source)["error"] or {"line": "", "words": ""}
    assert error["line"] == line and words in error["words"]


def test_a_traceback_begins_in_the_cell(page):
    trace = page.now("def f():\n    return 1 / 0\n\nf()")["error"]["trace"]
    assert trace.count("<cell c1>") == 2 and "runner.py" not in trace and "return 1 / 0" in trace


def test_a_figure_draws_any_frame_that_its_axes_allow(page, runner):
    done = page.now(
        "from lth_tutorial.explore import Axis, describe, explore\n"
        "from lth_tutorial.style import subplots\n"
        "def line(n, kind):\n"
        "    return describe(subplots()[0], f'n = {n}, {kind}')\n"
        "explore(line, n=Axis([1, 5], between=int), kind=Axis(['a', 'b']))"
    )
    assert done["error"] is None and done["figures"] == ["line"]
    assert '"between": ' in page.outputs[0]["data"]["text/x-lth-page"].replace("&quot;", '"')

    def says(n, kind):
        return json.loads(runner.frame("line", json.dumps({"n": n, "kind": kind})))

    assert says({"value": 3}, {"at": 1})["says"] == "n = 3, b"
    assert says({"at": 1}, {"at": 0})["says"] == "n = 5, a"
    assert says({"value": 7}, {"at": 0})["error"].endswith("n must be a whole number from 1 to 5")


# Which cells another one needs


CELLS = {
    "imports": "import numpy as np\nfrom lth_tutorial import subset_sum",
    "data": "x = np.arange(3)\nnames = []",
    "other": "y = [x for x in range(3)]",
    "fill": "names.append('one')\nnp.seterr(all='warn')",
    "use": "print(x, names)",
    "redo": "x = 5\nx += 1",
    "last": "def f(k):\n    return x + k\n\nfor y in [f(1)]:\n    print(y)",
}


def plan(runner, target, ran=(), **changed):
    cells = CELLS | changed
    stamps = {name: (CELLS[name], k + 1) for k, name in enumerate(ran)}
    return runner.needed([[name, text] for name, text in cells.items()], target, stamps)[0]


def test_a_cell_needs_those_that_make_or_change_its_names(runner):
    assert plan(runner, "use") == ["imports", "data", "fill", "use"]
    assert plan(runner, "other") == ["other"]


def test_a_name_that_is_made_anew_needs_nothing_above(runner):
    assert plan(runner, "last") == ["redo", "last"]


def test_what_ran_as_it_stands_is_not_run_again(runner):
    assert plan(runner, "use", ["imports", "data", "fill"]) == ["use"]


def test_what_hangs_on_a_changed_cell_is_run_again(runner):
    ran = ["imports", "data", "fill"]
    assert plan(runner, "use", ran, data="x = 1\nnames = []") == ["data", "fill", "use"]
    assert plan(runner, "use", ["imports", "fill", "data"]) == ["fill", "use"]


def test_a_cell_that_python_cannot_read_makes_nothing(runner):
    assert plan(runner, "use", fill="names.append(") == ["imports", "data", "use"]
    assert plan(runner, "fill", fill="names.append(") == ["fill"]


@pytest.mark.parametrize(
    ("source", "makes", "uses"),
    [
        ("with open(p) as f:\n    t = f.read()", {"f", "t"}, {"p"}),
        ("try:\n    a = b\nexcept KeyError:\n    a = c", {"a"}, {"b", "c"}),
        ("a, (b, c) = d", {"a", "b", "c"}, {"d"}),
        ("[i + k for i in range(3)]", set(), {"k"}),
        (
            "class A(B):\n    z = w\n    def m(self):\n        return g(self)",
            {"A"},
            {"B", "w", "g"},
        ),
        ("d['k'] = 1", set(), {"d"}),
        ("[x for x in x if (last := x)]", {"last"}, {"x"}),
        ("def f(a, b=c, *d):\n    e = a\n    return [e + g for g in h]", {"f"}, {"c", "h"}),
        ("match v:\n    case [first, *rest]:\n        t = first", {"first", "rest", "t"}, {"v"}),
        ("(lambda v: v + u)(1)", set(), {"u"}),
        ("if q:\n    r = 1\nelse:\n    r = s", {"r"}, {"q", "s"}),
        ("while (n := n0) > 3:\n    n0 -= 1", {"n", "n0"}, {"n0"}),
    ],
)
def test_names_are_those_of_the_cell_not_of_its_parts(runner, source, makes, uses):
    found = runner.Names(source)
    assert (found.makes, found.uses) == (makes, uses)
