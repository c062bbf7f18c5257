"""Every assignment: right answers get all marks, every usual wrong one is named by the check for it."""

import os

import pytest

from lth_tutorial.course import loading, masters
from lth_tutorial.tasks import UNTOUCHED

from . import trusted

# 2 at every change; weekly more.
VARIANTS = range(int(os.environ.get("LTH_VARIANTS", "2")))


@pytest.mark.parametrize("name, task", trusted.parts())
def test_right_answers_hold_and_wrong_ones_are_named(name, task):
    part, graded = loading.master(name).parts[task], loading.graded(name).task(task)
    if "import torch" in part.solution:
        pytest.importorskip("torch")
    found = [
        f"variant {variant}: {fault}"
        for variant in VARIANTS
        for fault in trusted.faults(name, part, graded, variant)
    ]
    assert found == []


@pytest.mark.parametrize("name", loading.names())
def test_an_assignment_is_whole(name):
    """As many tasks as were asked for, and enough wrong answers of each that wants code."""
    assignment, master = loading.graded(name), loading.master(name)
    assert [task.name for task in assignment.tasks] == list(master.parts)
    headings = [c for c in master.notebook["cells"] if masters.source(c).startswith("## ")]
    assert 5 <= len(headings) <= 8
    for task in assignment.tasks:
        part = master.parts[task.name]
        assert (task.kind == "text") == bool(part.rubric), task.name
        assert task.kind != "function" or len(part.wrong) >= 3, task.name
        assert {wrong.check for wrong in part.wrong} <= {check.name for check in task.checks}
        assert len({check.name for check in task.checks}) == len(task.checks)
    assert any(task.kind == "text" for task in assignment.tasks)


@pytest.mark.parametrize("name", loading.names())
def test_the_untouched_notebook_gets_nothing_and_kind_words(name):
    assignment, master = loading.graded(name), loading.master(name)
    for task in assignment.tasks:
        if task.kind != "text":
            source = master.parts[task.name].answer
            if "import torch" in source:
                pytest.importorskip("torch")
            found = trusted.outcomes(source, assignment, task, 1)
            assert {outcome.words for outcome in found} == {UNTOUCHED}, task.name


# Answers that miss the point of a task, and what they may get.
WEAK = (
    (
        "0",
        "train_under_mask",
        "def train_under_mask(initial, mask, *more): return initial * mask",
        0,
    ),
    ("1", "best_kept", "def best_kept(x, z, most): return np.zeros(len(x), bool)", 1),
    ("1", "covering_apart", "def covering_apart(x, pairs, low, high): return 0.0", 0),
    ("1", "greedy_fails", "greedy_fails = ([mine.sign * 0.9], mine.sign * 0.4)", 1),
    ("2", "best_one_move", "def best_one_move(x, z, epsilon): return 0 * x, 0, 0.0", 1),
    ("2", "two_steps_fail", "two_steps_fail = ([0.9], [0.0], 0.4)", 1),
    (
        "3",
        "prune_affine",
        "def prune_affine(w, b, u, c, v): return [np.zeros(len(u), bool)] * 3",
        0,
    ),
    ("3", "prune_layer", "def prune_layer(W, b, *random): return [0 * a for a in random]", 0),
    ("3", "out_of_reach", "out_of_reach = ([0.5] * 8, [-0.5 * mine.sign] * 8)", 1),
    ("5", "blind", "blind = [[1, 1, 1], [1, -1, 1]]", 1),
    ("6", "draw_both", "def draw_both(shape, seed): return np.zeros(shape), np.ones(shape)", 0),
    ("6", "rows_fail", "rows_fail = ([[1.0, 0.5, 0.5], [1.0, 0.5, 0.5]], [1.0, 1.0])", 1),
)


@pytest.mark.parametrize("number, task, source, most", WEAK)
def test_an_answer_that_misses_the_point_gets_little(number, task, source, most):
    (name,) = (name for name in loading.names() if name[0] == number)
    found = trusted.outcomes(source, loading.graded(name), loading.graded(name).task(task), 1)
    assert sum(outcome.check.points for outcome in found if outcome.words is None) <= most
