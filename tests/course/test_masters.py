"""What is made of a master: the student's notebook and the solution."""

import json
import os

import pytest

from lth_tutorial.course import loading, masters
from lth_tutorial.tasks import Assignment, Check, Task

CHECK = Check(name="right", points=2, arguments=lambda seed: (1,), judge=lambda a, v: None)
TOY = Assignment(
    lambda seed: {"n": seed % 9},
    (
        Task(name="double", title="Twice", checks=(CHECK,), more=1),
        Task(name="why", title="Why", kind="text", points=3),
    ),
)


def cell(source: str, *tags: str, kind: str = "code") -> dict:
    made = {"cell_type": kind, "id": f"c{abs(hash(source)) % 10**6}", "source": [source]}
    return {**made, "metadata": {"tags": [*tags]} if tags else {}}


CELLS = [
    cell("# Title", kind="markdown"),
    cell('mine, check = ASSIGNMENT.begin("", variant=0)', "setup"),
    cell("## 1. Twice", kind="markdown"),
    cell("def double(n):\n    ...", "answer"),
    cell("def double(n):\n    return 2 * n", "solution"),
    cell("# says: squares it\n# also: small, large\ndouble = lambda n: n * n", "wrong:not-one"),
    cell('check("double", double)', "check:double"),
    cell("*Write here.*", "answer", kind="markdown"),
    cell("Because.", "solution", kind="markdown"),
    cell("3 points.", "rubric", "task:why", kind="markdown"),
    cell("That is all.", kind="markdown"),
]


def master_of(tmp_path, cells=CELLS) -> masters.Master:
    path = tmp_path / "1-toy.ipynb"
    path.write_text(
        json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    )
    return masters.read_master(path)


def sources(notebook: dict) -> list[str]:
    return [masters.source(cell) for cell in notebook["cells"]]


def test_a_master_is_read(tmp_path):
    parts = master_of(tmp_path).parts
    (wrong,) = parts["double"].wrong
    assert (wrong.check, wrong.says, wrong.also) == ("not one", "squares it", ("small", "large"))
    assert parts["double"].solution.endswith("return 2 * n")
    assert (parts["why"].answer, parts["why"].rubric) == ("*Write here.*", "3 points.")


def test_the_student_gets_no_solution_and_the_lecturer_no_wrong_answer(tmp_path):
    master = master_of(tmp_path)
    student = masters.student_notebook(master, TOY, 2027, "%pip install x")
    text = "\n".join(sources(student))
    assert (
        "2 * n" not in text
        and "n * n" not in text
        and "Because" not in text
        and "3 points." not in text
    )
    assert "variant=2027" in text and "%pip install x" in text and "That is all." in text
    assert "**`double`**: 2 points from the checks below; grading has 1 more check." in text
    assert (
        "One call may take 4 s and 2 GiB, all calls together 12 s; it may import numpy and" in text
    )
    assert not [c for c in student["cells"] if "tags" in c["metadata"]]
    roles = [c["metadata"]["lth"] for c in student["cells"] if "lth" in c["metadata"]]
    assert {"task": "double", "role": "answer"} in roles and {
        "task": "why",
        "role": "answer",
    } in roles
    assert student["metadata"]["lth"] == {"assignment": "1-toy", "variant": 2027}
    solution = masters.solution_notebook(master, TOY, 2027, "%pip install x")
    text = "\n".join(sources(solution))
    assert "2 * n" in text and "Because" in text and "3 points." in text
    assert "n * n" not in text and "..." not in text.replace("...`", "")


def test_a_task_says_its_full_worth():
    task = loading.with_tasks("3-weight-pruning").task("prune_layer")
    assert "**`prune_layer`**: 8 points, 4 of them from the checks below;" in masters.limits(task)


@pytest.mark.parametrize(
    "without, words",
    [
        (3, "1-toy.ipynb: task double needs one cell `answer`"),
        (4, "needs one cell `answer` and at least one `solution`"),
        (9, "its last cells belong to no task"),
    ],
)
def test_a_master_that_is_not_whole_is_named(tmp_path, without, words):
    with pytest.raises(ValueError, match=words):
        master_of(tmp_path, CELLS[:without] + CELLS[without + 1 :])


def test_a_wrong_answer_names_its_words(tmp_path):
    with pytest.raises(ValueError, match="a wrong answer begins with `# says: `"):
        master_of(tmp_path, [*CELLS[:5], cell("double = abs", "wrong:right"), *CELLS[6:]])


@pytest.mark.parametrize("name", loading.names())
def test_the_notebooks_of_an_assignment(name):
    """The student's holds no solution; its lines fit a page; both are whole notebooks."""
    import nbformat

    master, assignment = loading.master(name), loading.public(name)
    student, solution = (
        masters.student_notebook(master, assignment, 2027, "%pip install x"),
        masters.solution_notebook(master, assignment, 2027, "%pip install x"),
    )
    for notebook in (student, solution):
        nbformat.validate(nbformat.from_dict(notebook))
    shown = sources(student)
    for part in master.parts.values():
        assert part.solution not in shown and not {wrong.source for wrong in part.wrong} & {*shown}
        assert part.solution == part.answer or any(
            part.solution.endswith(s) for s in sources(solution)
        )
    code = [
        masters.source(c)
        for c in student["cells"]
        if c["cell_type"] == "code" and c["id"] != "install"
    ]
    wide = [line for text in code for line in text.splitlines() if len(line) > 72]
    assert wide == [], "a page shows 72 characters"
    names = {check.name for task in loading.graded(name).tasks for check in task.checks}
    public = {check.name for task in assignment.tasks for check in task.checks}
    assert not [one for one in names - public if f'"{one}"' in json.dumps(student)]


@pytest.mark.parametrize("name", loading.names())
def test_a_page_gives_back_the_notebook_it_was_made_from(name):
    assignment = loading.public(name)
    student = masters.student_notebook(loading.master(name), assignment, 0, "%pip install x")
    page = masters.page(student, assignment)
    shown = [cell for cell in page["cells"] if cell.get("outputs")]
    assert len(shown) == 1 and "<svg" in shown[0]["outputs"][0]["data"]["text/html"]
    assert masters.handed_out(page) == student


PRIVATE = """
from lth_tutorial.tasks import Check, Task

CHECK = Check(name="mine", points=5, arguments=lambda seed: (seed % 9,),
              judge=lambda a, v: None if v == a[0] + 1 else "not the next one")
TASKS = (Task(name="next_one", title="The next", checks=(CHECK,)),)
CHECKS = {"least_n": (CHECK,)}
"""


def test_a_lecturers_own_tasks_stand_behind_the_others(tmp_path):
    name = "1-random-subset-sum"
    own = tmp_path / f"{name}.py"
    own.write_text(PRIVATE)
    os.utime(own, (1e9, 1e9))
    cells = [
        cell("## 8. The next", kind="markdown"),
        cell("def next_one(n):\n    ...", "answer"),
        cell("def next_one(n):\n    return n + 1", "solution"),
        cell("This is checked when it is graded.", "check:next_one", kind="markdown"),
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (tmp_path / f"{name}.ipynb").write_text(text)
    graded = loading.graded(name, tmp_path)
    assert graded.tasks[-1].name == "next_one" and graded.task("least_n").checks[-1].points == 5
    master = loading.master(name, tmp_path)
    text = "\n".join(
        sources(masters.student_notebook(master, loading.with_tasks(name, tmp_path), 1, ""))
    )
    assert "## 8. The next" in text and "**`next_one`**: 5 points" in text and "n + 1" not in text
    assert not list(tmp_path.rglob("*.pyc")), (
        "a compiled copy of the checks in the lecturer's folder"
    )
    # As long as before, and written in the same second.
    own.write_text(PRIVATE.replace("least_n", "no_task"))
    os.utime(own, (1e9, 1e9))
    with pytest.raises(ValueError, match=f"{name}.py: there is no task 'no_task'"):
        loading.graded(name, tmp_path)
