"""The lecturer's page: its times are those of the formula, and what it refers to is there."""

import json
import re

import pytest

from lth_tutorial.chapters import BOOK, CHAPTERS
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


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.notebook)
def test_a_chapter_says_its_times(chapter):
    """In the line of its goals: to read, with the proofs, with the exercises; ten minutes off are none."""
    cells = json.loads((BOOK / chapter.notebook).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells[:6] if c["cell_type"] == "markdown")
    said = re.search(
        r"in about (\d+) minutes\n(?s:.*?)With the proofs it takes about (\d+) minutes, with the "
        r"exercises as well about (\d+) minutes",
        text,
    )
    times = plan.chapter_minutes(chapter.notebook)
    assert said, f"{chapter.notebook}: its goals say how long it takes: {times}"
    far = [abs(int(one) - by_formula) for one, by_formula in zip(said.groups(), times, strict=True)]
    assert max(far) <= 10, f"{chapter.notebook} says {said.groups()}, by the formula: {times}"


def test_the_ways_through_take_what_they_say():
    landing = (BOOK / "index.md").read_text(encoding="utf-8")
    notebooks = {c.number: c.notebook for c in CHAPTERS}
    brief = plan.minutes_as_far_as(notebooks[1], "The proof")
    brief += plan.minutes_as_far_as(notebooks[7], "The smallest example")
    assert "**Twenty minutes.**" in landing and brief <= 20
    (said,) = re.findall(r"\*\*An afternoon\.\*\*.*about (\d+) minutes", landing)
    chapters = [(BOOK / notebooks[n]).read_text(encoding="utf-8") for n in (0, 1, 3)]
    # A reader adds up what the chapters say, so it is their sum and not one within ten minutes.
    read = [re.search(r"will be able to do, in about (\d+) minutes", text) for text in chapters]
    assert int(said) == sum(int(minutes.group(1)) for minutes in read)


def test_minutes_are_counted_by_hand(tmp_path, monkeypatch):
    """300 words, a display, a figure: 5 minutes, so 10; a proof of no words 6 more; two exercises 20."""
    proof, aside = (
        ":::{prf:proof}\n:::",
        ":::{dropdown} For readers of the source\n" + "x " * 900 + "\n:::",
    )
    text = "word " * 300 + "\n$$\na\n$$\n" + proof + "\n" + aside
    tasks = "\n## Exercises\n" + "{exercise}\n" * 2
    cells = [("markdown", text), ("code", "explore(\n    f\n)"), ("markdown", tasks)]
    book = {"cells": [{"cell_type": kind, "source": [source]} for kind, source in cells]}
    (tmp_path / "x.ipynb").write_text(json.dumps(book), encoding="utf-8")
    monkeypatch.setattr(plan, "BOOK", tmp_path)
    assert plan.chapter_minutes("x.ipynb") == (10, 20, 40)
    with pytest.raises(ValueError, match="heading: x.ipynb has none"):
        plan.minutes_as_far_as("x.ipynb", "Nothing")


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
