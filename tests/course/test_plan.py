"""The lecturer's page: its times are those of the formula, and what it refers to is there."""

import json
import re

import pytest

from lth_tutorial.chapters import BOOK
from lth_tutorial.course import loading, plan

PAGE = (BOOK / "teaching.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if re.match(r"\| \d \| \[", line)]


def headings(notebook: str) -> list[str]:
    cells = json.loads((BOOK / notebook).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return re.findall(r"(?m)^#+ (.*)$", text)


def test_times_are_those_of_the_formula():
    estimates = {name[0]: minutes for name, minutes in plan.estimates().items()}
    assert len(ROWS) == 6
    for _, reads, _, minutes in ROWS:
        reading, assignment = minutes.split("; assignment")
        stated = {n: int(m) for n, m in re.findall(r"(\d): (\d+)", reading)}
        assert list(stated) == re.findall(r"\[(\d)\]", reads)
        # A sentence more in a chapter is no reason to write this page anew; a section is.
        far = {n: m for n, m in stated.items() if abs(m - estimates[n][0]) > 10}
        assert far == {}, f"by the formula: {estimates}"
        for number, its in re.findall(r"(\d): (\d+)", assignment):
            assert int(its) == estimates[number][1], f"assignment {number}"


def test_every_assignment_is_in_the_plan():
    assert sorted(
        re.findall(r"(\d): \d", "".join(row[3].split("; assignment")[1] for row in ROWS))
    ) == list("01234567")


@pytest.mark.parametrize("notebook", sorted({*re.findall(r"\((\d-[a-z-]+\.ipynb)\)", PAGE)}))
def test_sections_that_are_named_are_there(notebook):
    named = re.findall(rf"{re.escape(notebook)}\)(?: as far as|,) \*([^*]+)\*", PAGE)
    there = headings(notebook)
    assert [one for one in named if not any(title.startswith(one) for title in there)] == []


def test_tasks_that_are_named_are_there():
    there = {
        name[0]: len(
            [
                h
                for h in loading.master(name).notebook["cells"]
                if "".join(h["source"]).startswith("## ")
            ]
        )
        for name in loading.names()
    }
    rows = re.findall(r"(?m)^\| [a-z].*\| (\d, task.*) \|$", PAGE)
    assert len(rows) == 13
    for row in rows:
        for number, tasks in re.findall(r"(\d), tasks? ([\d, and]+\d|\d)", row):
            assert max(map(int, re.findall(r"\d", tasks))) <= there[number], row
