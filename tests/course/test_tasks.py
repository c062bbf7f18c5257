"""Assignments as data: seeds, what judges are spared, and what a notebook is told."""

import re
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest

from lth_tutorial import judging, sketch, tasks
from lth_tutorial.tasks import Assignment, Check, Task, Unfit


def right(arguments, value):
    found = judging.number(value)
    return None if found == 2 * arguments[0] else f"{found:g} is not twice {arguments[0]}"


PLAIN = Check(name="small", points=1, arguments=lambda seed: (3,), judge=right)
OWN = Check(name="mine", points=1, arguments=lambda seed: (seed % 1000,), judge=right, own=True)
TOY = Assignment(
    lambda seed: {"n": seed % 1000},
    (
        Task(name="double", title="Twice", checks=(PLAIN, OWN), more=2, seconds=0.001),
        Task(name="number", title="A number", kind="value", checks=(OWN,)),
    ),
)


def begin(student="ada", variant=1):
    return TOY.begin(student, variant)


def test_numbers_hang_on_variant_and_student_alone(capsys):
    (mine, _), (same, _) = begin(), begin(" Ada ")
    assert mine.n == same.n and capsys.readouterr().out == ""
    assert len({begin(*who)[0].n for who in (("ada", 1), ("ada", 2), ("bob", 1))}) == 3
    begin("")
    assert capsys.readouterr().out.startswith("Write your identifier")


def test_an_answer_is_told_what_is_wrong_and_never_that_it_passed():
    _, check = begin()
    said = repr(check("double", lambda n: 6 if n == 3 else 99))
    assert said.startswith(
        "double: 1 of 2 public checks. Grading runs them with other numbers, and 2 more."
    )
    assert "  mine: 99 is not twice" in said and "small" not in said
    good = repr(check("double", lambda n: 2 * n))
    assert good.startswith("double: 2 of 2 public checks. Grading") and "pass" not in good


def test_values_of_ones_own_are_graded_with_the_same_numbers():
    mine, check = begin()
    assert (
        repr(check("number", 2 * mine.n)) == "number: 1 of 1 public checks. Grading runs the same."
    )


@pytest.mark.parametrize("answer", [None, ..., lambda n: None, lambda n: ...])
def test_an_untouched_answer_gets_kind_words(answer):
    _, check = begin()
    assert repr(check("double", answer)) == f"double: {tasks.UNTOUCHED}"


def test_a_finished_function_that_gives_nothing_back_is_told():
    def printing(n):
        print(2 * n)

    def forgetful(n):
        found = 2 * n  # noqa: F841

    _, check = begin()
    for answer in (printing, forgetful):
        assert "gave nothing back: is a `return` missing?" in repr(check("double", answer))


def test_an_answer_that_stops_is_told_where():
    def broken(n):
        return [][n]

    _, check = begin()
    said = repr(check("double", broken))
    assert "it stopped with IndexError: list index out of range, in the line `return [][n]`" in said
    assert "double must be a function, and is 3" in repr(check("double", 3))


def test_an_answer_may_change_its_arguments(capsys):
    spoilt = Check(name="a", points=1, arguments=lambda s: ([1, 2],), judge=lambda a, v: str(a[0]))
    (outcome,) = [tasks.ask(spoilt, 0, lambda x: x.clear() or 1)]
    assert outcome.words == "[1, 2]"


SEEN = {
    "a range": (range(3), [0, 1, 2]),
    "a set": ({2, 1}, {1, 2}),
    "a fraction": (Fraction(1, 4), 0.25),
    "a view": ({1: 2}.values(), [2]),
    "a zip": (zip([1], [2], strict=True), "a zip"),
    "a tuple": ((1, (2, 3)), [1, [2, 3]]),
}


@pytest.mark.parametrize("name", SEEN)
def test_the_notebook_judges_what_grading_sees(name):
    """What travels: an answer of another kind is refused there as here."""
    value, arrives = SEEN[name]
    seen = []
    check = Check(name="a", points=1, arguments=lambda s: (), judge=lambda a, v: seen.append(v))
    tasks.ask(check, 0, lambda: value)
    assert seen == [arrives] or repr(seen[0]) == arrives


def test_arguments_arrive_as_when_graded():
    check = Check(name="a", points=1, arguments=lambda s: ((1, 2),), judge=lambda a, v: v)
    assert tasks.ask(check, 0, lambda pair: type(pair).__name__).words == "list"


scipy = ModuleType("scipy")


def far(n):
    return scipy.linalg.norm([2 * n])


def helped(n):
    import json

    return json.loads(str(far(n)))


def test_a_library_that_grading_lacks_is_mentioned():
    said = repr(begin()[1]("double", helped))
    assert "  It uses scipy; when this is graded, numpy alone may be imported." in said
    assert said.count("It uses") == 1


def test_a_judge_that_stumbles_over_an_answer_says_so():
    def stumbles(arguments, value):
        raise KeyError("x")

    check = Check(name="a", points=1, arguments=lambda seed: (), judge=stumbles)
    assert tasks.verdict(check, (), 3) == "this answer could not be read (KeyError: 'x')"


def test_a_slow_call_is_mentioned():
    import time

    _, check = begin()
    assert "grading stops a call after 0.001 s" in repr(
        check("double", lambda n: time.sleep(0.01) or 0)
    )


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"kind": "essay", "points": 1}, "kind must be one of function, value, text; got 'essay'"),
        ({"kind": "text", "points": 1, "checks": (PLAIN,)}, "a text has points and no checks"),
        ({"kind": "value"}, "all else has checks"),
    ],
)
def test_a_task_that_cannot_be(arguments, words):
    with pytest.raises(ValueError, match=words):
        Task(name="t", title="T", **arguments)


def test_a_task_that_there_is_not():
    with pytest.raises(ValueError, match="there is no task 'triple'; the tasks are double, number"):
        begin()[1]("triple")


@pytest.mark.parametrize(
    "value, words",
    [
        ("many", "should hold numbers, and is 'many'"),
        ([1, [2]], "should hold numbers"),
        (np.nan, "should be finite"),
        ([1, 2], "should be one number, and is \\[1, 2\\]"),
        (object(), "should hold numbers"),
    ],
)
def test_what_is_no_number(value, words):
    with pytest.raises(Unfit, match=words):
        judging.number(value)


def test_numbers_and_masks_of_many_kinds():
    assert judging.number(np.float32(2)) == judging.number([2]) == judging.number(np.array(2)) == 2
    for value in ([1, 0, 1], [True, False, True], np.array([1.0, 0, 1])):
        assert judging.mask_of(value, 3).tolist() == [True, False, True]
    assert (
        judging.positions_of({3, 1}, "a") == judging.positions_of(np.array([3.0, 1]), "a") == [1, 3]
    )
    assert len(judging.parts_of(np.zeros((2, 3)), 2, "two rows")) == 2


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: judging.mask_of([0, 2], 3), "3 truth values, and holds 2; are these positions?"),
        (lambda: judging.mask_of([0, 0.5, 1], 3), "3 truth values, and holds 0.5"),
        (lambda: judging.mask_of([[True]], 3), "3 truth values, and has the shape 1 x 1"),
        (lambda: judging.array_of([1, 2, 3], shape=(-1, 2)), "the shape any x 2, and has the shape 3"),
        (lambda: judging.array_of([[1], [2]], shape=(-1,)), "one list of numbers, and has the shape 2 x 1"),
        (lambda: judging.array_of({1, 2}), "should be a list, and is a set, which has no order"),
        (lambda: judging.positions_of([2.4], "seen"), "seen should hold whole numbers, and is [2.4]"),
        (lambda: judging.parts_of(3, 2, "two rows"), "should be a list of 2 things, two rows; it is 3"),
        (lambda: judging.parts_of([3], 2, "two rows"), "should hold 2 things, two rows; it holds 1"),
    ],
)  # fmt: skip
def test_what_is_asked_in_another_form(call, words):
    with pytest.raises(Unfit) as raised:
        call()
    assert str(raised.value).endswith(words)


def test_a_sketch_says_what_it_shows():
    drawn = sketch.number_line([("two kept", [0.25, (-0.5, 0)])], -1, 1, 0.1, "Some sums.")
    assert repr(drawn) == "Some sums.\ntwo kept: 0.25, -0.50 to 0.00"
    assert drawn.svg.count("<rect") == 2 and "<title>Some sums.</title>" in drawn._repr_html_()
    assert re.findall(r'width="([\d.]+)" y', drawn.svg) == ["132.5", "3.0"], "a bar's own"
    on_a_bar = sketch.number_line([("a", [0.1, (0, 0.5)])], -1, 1, 0.1, "A mark on a bar.").svg
    assert re.findall(r'<rect[^>]*fill="([^"]+)"', on_a_bar) == [sketch.MARK, sketch.INK], "seen"
