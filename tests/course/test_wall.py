"""Hostile and unlucky code on every rung of the ladder that this machine has: what it costs, what is said.

One task is attacked, another one in the same notebook is right: an attack costs the task and no other.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from lth_tutorial.course import grading, loading, session, submissions, wall
from lth_tutorial.tasks import Assignment

from . import toys

RUNGS = [rung for rung in wall.ladder() if wall.works(rung)]
each_rung = pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
# Where the course lies; and what is in sight behind the wall, with the folder that Python itself lies in.
PLACES = [str(loading.MASTERS), str(loading.MASTERS.parents[1]), str(Path(loading.__file__).parent)]
ALLOWED = {
    *("bin", "child.py", "dev", "etc", "grader", "lib", "lib32", "lib64", "messages.py", "numpy"),
    *("numpy.libs", "packages", "proc", "tmp", "usr", Path(sys.base_prefix).resolve().parts[1]),
}
HONEST = toys.RIGHT[1:]


@pytest.fixture(autouse=True)
def toy(monkeypatch):
    toys.put(monkeypatch)
    monkeypatch.setattr(session, "CELL_SECONDS", 1.0)


def graded(rung, tmp_path, *cells: str, student="ada", **options) -> dict:
    path = toys.hand_in(tmp_path / "ada.ipynb", *cells, **options)
    return grading.grade(submissions.read(path), student, grading.Terms(b"secret"), rung)


def test_this_machine_has_a_rung():
    assert RUNGS, "bubblewrap, another user (as root), or a plain process (not as root)"


def test_continuous_integration_has_a_wall():
    if not os.environ.get("CI"):
        pytest.skip("only where CI promises one")
    assert RUNGS[0].is_wall or not wall.is_root()


@each_rung
def test_a_right_notebook(rung, tmp_path):
    record = graded(rung, tmp_path, *toys.RIGHT, why="Because.")
    assert toys.points(record) == {"double": 2, "triple": 1, "mine6": 1, "why": None}
    assert record["notes"] == [] and record["texts"] == {"why": "Because."}
    assert record["wall"] == rung.words


ATTACKS = {
    "loop": ("while True: pass", "no answer within 0.6 s: think of a shorter way"),
    "memory": ("return bytearray(100 << 30)", "it asks for more memory than it may have"),
    "prints": ("import os\nwhile True: os.write(1, b'x' * 100_000)", "it prints without end"),
    "forks": ("import os\nwhile True: os.fork()", "it stopped with BlockingIOError"),
    "exit": ("import os\nos._exit(0)", "its process ended in the middle"),
    "system_exit": ("raise SystemExit", "it stopped with SystemExit"),
    "forged": (
        "import os\nfor k in range(3, 20):\n    try: os.write(k, b'{\"value\": 2}\\n')\n"
        "    except OSError: pass\nreturn 1",
        "what came back answers another question",
    ),
    "nonsense": (
        "import os\nfor k in range(3, 20):\n    try: os.write(k, b'\\xff\\xfe\\n')\n"
        "    except OSError: pass\nreturn 1",
        "what came back is no answer",
    ),
    "package": (
        "from lth_tutorial.subset_sum import best_subset\nreturn best_subset([n], n)",
        "lth_tutorial.subset_sum.best_subset is not at hand: when this is graded, numpy alone may",
    ),
    "library": (
        "import scipy\nreturn 2 * n",
        "scipy is not at hand: when this is graded, numpy alone may be imported",
    ),
    "no_value": ("return double", "a function is not twice"),
    "files": ("import shutil\nshutil.rmtree('.', ignore_errors=True)\nreturn 2 * n", "right"),
    "root": ("import os\nreturn 2 * n if os.getuid() else 'root'", "right"),
}
# What only the first rung holds: the others have the rights of a user.
HELD = {
    "network": (
        "import socket\ntry: socket.create_connection(('127.0.0.1', 9), 0.2)\n"
        "except OSError as error: return 2 * n if error.errno in (101, 111) else str(error)\n"
        "return 'connected'",
        "right",
    ),
    "system": (
        "import os\ntry: os.remove('/grader/child.py')\nexcept OSError: pass\nelse: return 'removed'\n"
        "try: open('/usr/mark', 'w')\nexcept OSError: return 2 * n\nreturn 'written'",
        "right",
    ),
    "looks": (
        "import os\n"
        f"found = [place for place in {PLACES} if os.path.exists(place)]\n"
        "found += [f for d in ('/', '/tmp', '/packages', '/grader') for f in os.listdir(d)]\n"
        f"return sorted(set(found) - {ALLOWED}) or 2 * n",
        "right",
    ),
}


@each_rung
def test_attacks_cost_their_tasks_and_no_other(rung, tmp_path, monkeypatch):
    """All in one notebook, between tasks that are right."""
    attacks = ATTACKS | (HELD if rung is wall.BUBBLEWRAP else {})
    toys.put(monkeypatch, [*attacks])
    bodies = {name: body.replace("\n", "\n    ") for name, (body, _) in attacks.items()}
    cells = [f"def {name}(n):\n    {body}" for name, body in bodies.items()]
    record = graded(rung, tmp_path, *toys.RIGHT, *cells)
    assert toys.points(record)["double"] == 2 and toys.points(record)["triple"] == 1, record
    said = {name: toys.words(record, name) for name in attacks}
    assert {n: w for n, w in said.items() if attacks[n][1] not in w} == {}


@each_rung
def test_nothing_is_left_behind(rung, tmp_path):
    """Neither a process nor a folder, also of code that starts others and hides them in a new session."""
    mark = f"lth-left-{os.getpid()}"
    stays = f"os.execv('/bin/sh', ['sh', '-c', 'sleep 60 # {mark}'])"
    body = f"import os\nif os.fork() == 0:\n    os.setsid()\n    {stays}"
    before = set(os.listdir(tempfile.gettempdir()))
    if rung.is_wall:
        body = f"{body}\nreturn 2 * n".replace("\n", "\n    ")
        graded(rung, tmp_path, f"def double(n):\n    {body}")
        listed = subprocess.run(["ps", "ax"], capture_output=True, text=True).stdout
        assert mark not in listed
    after = {name for name in os.listdir(tempfile.gettempdir()) if name.startswith("lth-grader")}
    assert after <= before


# Cells: the same on every rung, so tried on one


@pytest.fixture
def first():
    return RUNGS[0]


def test_a_cell_that_hangs_is_left_out(first, tmp_path):
    record = graded(first, tmp_path, "while True: pass", *toys.RIGHT)
    assert toys.points(record) == {"double": 2, "triple": 1, "mine6": 1, "why": 0}
    assert "code cell 3: left out: no answer within 1 s" in record["notes"]


def test_a_syntax_error_costs_its_task(first, tmp_path):
    record = graded(first, tmp_path, "def double(n:\n    return 2 * n", *HONEST)
    assert toys.points(record) == {"double": 0, "triple": 1, "mine6": 1, "why": 0}
    assert "nothing is called double; the notebook defines triple" in toys.words(record, "double")
    assert any("code cell 3: line 1: SyntaxError" in note for note in record["notes"])


def test_a_line_that_fails_costs_nothing_that_does_without_it(first, tmp_path):
    head = "import matplotlib.pyplot as plt\n%matplotlib inline\nplt.plot([1])\n"
    cells = [head + toys.RIGHT[0], f"%%time\n{toys.RIGHT[1]}", "%%bash\nls", toys.RIGHT[2]]
    record = graded(first, tmp_path, *cells)
    assert toys.points(record) == {"double": 2, "triple": 1, "mine6": 1, "why": 0}
    assert "matplotlib is not at hand" in " ".join(record["notes"])
    assert "code cell 5: a cell that begins with %%bash is left out" in record["notes"]


def test_a_library_of_one_task_is_no_fault_of_another(first, tmp_path, monkeypatch):
    whole = loading.graded(toys.NAME)
    more = [replace(t, uses=("numpy", "yaml")) if t.name == "triple" else t for t in whole.tasks]
    picture = SimpleNamespace(words="A\npicture.")
    changed = Assignment(lambda seed: whole.numbers(seed) | {"picture": picture}, tuple(more))
    monkeypatch.setattr(loading, "graded", lambda name, private=None: changed)
    cells = [toys.RIGHT[0], f"import yaml\n{toys.RIGHT[1]}", "import scipy", toys.RIGHT[2]]
    cells.append("assert repr(mine.picture) == mine.picture.words == 'A\\npicture.'")
    record = graded(first, tmp_path, *cells)
    assert toys.points(record) == {"double": 2, "triple": 1, "mine6": 1, "why": 0}
    assert [note for note in record["notes"] if "yaml" in note] == []
    assert len(record["notes"]) == 1 and "scipy is not at hand" in record["notes"][0]


def test_a_renamed_function_is_missed_in_words(first, tmp_path):
    record = graded(first, tmp_path, "def doubled(n):\n    return 2 * n", *HONEST)
    assert "nothing is called double; the notebook defines doubled, triple" in toys.words(
        record, "double"
    )


def test_the_last_of_two_definitions_counts(first, tmp_path):
    record = graded(first, tmp_path, "def double(n):\n    return n", *toys.RIGHT)
    assert toys.points(record)["double"] == 2
    assert "double is defined in 2 cells; the last one counts" in record["notes"]


def test_an_edited_check_does_nothing(first, tmp_path):
    edited = "def check(name, answer):\n    return 'all points'\n\ncheck('double', None)"
    record = graded(first, tmp_path, edited, "def double(n):\n    found = 2 * n", *HONEST)
    assert toys.points(record)["double"] == 0
    assert "gave nothing back: is a `return` missing?" in toys.words(record, "double")


def test_another_notebook_is_told(first, tmp_path):
    path = toys.hand_in(tmp_path / "ada.ipynb", name="2-perturbed-subset-sum")
    terms = grading.Terms(assignment=toys.NAME)
    record = grading.grade(submissions.read(path), "ada", terms, first)
    assert (
        f"this is the notebook of 2-perturbed-subset-sum, and {toys.NAME} is graded"
        in record["notes"]
    )
    assert toys.points(record) == {"double": 0, "triple": 0, "mine6": 0, "why": 0}


def test_the_untouched_notebook_gets_nothing_and_kind_words(first, tmp_path):
    untouched = ("def double(n):\n    ...", "def triple(n):\n    ...", "mine6 = ...")
    record = graded(first, tmp_path, *untouched)
    assert set(toys.points(record).values()) == {0}
    assert "nothing is here yet" in toys.words(record, "double")


def test_numbers_are_those_of_the_file_and_a_mismatch_is_told(first, tmp_path):
    """With the identifier of somebody else a student has solved somebody else's task."""
    record = graded(first, tmp_path, *toys.RIGHT[:2], "mine6 = 2 * 4711", student="bob")
    assert (
        "the notebook says STUDENT = 'ada'; it was graded with the numbers of 'bob'"
        in record["notes"]
    )
    assert toys.points(record)["mine6"] == 0


def test_what_is_no_notebook_is_told(first, tmp_path):
    path = tmp_path / "ada.ipynb"
    for text in ("{", "[]", '{"cells": 3}', "\x00"):
        path.write_text(text)
        terms = grading.Terms(assignment=toys.NAME)
        record = grading.grade(submissions.read(path), "ada", terms, first)
        assert "the file is no notebook that can be read" in record["notes"][0]
        assert toys.points(record)["double"] == 0


def desk_with(tmp_path, *cells: str, text: str = "", gone: bool = False):
    """The grader's desk with a submission, before anything of it is run."""
    notebook = toys.notebook(*cells)
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": text})
    if gone:
        del notebook["metadata"]["lth"]
    path = tmp_path / "ada.ipynb"
    path.write_text(json.dumps(notebook))
    read = submissions.read(path)
    return grading._Desk(read, read.assignment, "ada", 7, grading.Terms(b"s"), wall.PLAIN)


def test_a_text_in_a_cell_of_ones_own_is_read(tmp_path):
    assert desk_with(tmp_path, text="Because of Hoeffding.").texts() == {
        "why": "Because of Hoeffding."
    }
    assert desk_with(tmp_path, text="## A heading that was handed out").texts() == {"why": ""}


def test_an_assignment_is_known_without_its_metadata(tmp_path):
    assert desk_with(tmp_path, gone=True).assignment.tasks[0].name == "double"


def test_numbers_of_one_hand_in_say_nothing_of_the_next(tmp_path):
    """Whoever brings the arguments back in an exception has nothing of it."""
    first, same = desk_with(tmp_path, toys.RIGHT[0]), desk_with(tmp_path, toys.RIGHT[0])
    other = desk_with(tmp_path, toys.RIGHT[0].replace("2 * n", "n + n"))
    task = first.assignment.task("double")
    seeds = [desk._seed(task, task.checks[0]) for desk in (first, same, other)]
    assert seeds[0] == seeds[1] != seeds[2]
    own = first.assignment.task("mine6")
    assert first._seed(own, own.checks[0]) == other._seed(own, own.checks[0])


def test_notes_are_few_and_what_is_left_of_the_time_is_said(tmp_path):
    desk = desk_with(tmp_path)
    calls = SimpleNamespace(
        call=lambda *a: session.Reply(words="no answer within 0.2 s", slow=True)
    )
    task, check = desk.assignment.task("double"), desk.assignment.task("double").checks[1]
    assert check.slow in grading._call(calls, task, check, (), 1.0).words
    assert "no more was left of the 1.8 s" in grading._call(calls, task, check, (), 0.2).words
    desk._with = lambda uses, chosen: ({}, {0: ["note"] * 3000})
    desk.assignment = Assignment(dict, (task,))
    desk.marks()
    assert len(desk.notes) <= grading.MOST_NOTES + 2


def test_seeds_hang_on_the_secret():
    one, other = grading.Terms(b"one"), grading.Terms(b"other")
    assert grading.secret_seed(one, "a") == grading.secret_seed(one, "a")
    assert len({grading.secret_seed(t, w) for t in (one, other) for w in ("a", "b")}) == 4
