"""A class from its folder to its tables: whose a file is, what is kept, what is written."""

import csv
import io
import json
import os

import pytest

from lth_tutorial import __main__ as main
from lth_tutorial.course import command, grading, reports, rosters, wall

from . import toys

CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Toy (77)\n"
    "    Points Possible,,,,,10\n"
    '"Lovelace, Ada",101,u1,ada,A,\n'
    '"Noether, Emmy",102,u2,emmy,A,3\n'
    '"Hopper, Grace",103,u3,,A,\n'
)
MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Feedback comments\n"
    "Participant 101,Ada Lovelace,,ada@uni.edu,Submitted,,100.00,\n"
    "Participant 102,Emmy Noether,e7,emmy@uni.edu,Submitted,55.00,100.00,\n"
)
# A record without a process: a notebook says in a cell how many points it gets.
WON = "# points: "


def quick(submission, student, terms, rung):
    won = next(float(c.removeprefix(WON)) for c in submission.cells if c.startswith(WON))
    why = submission.texts["why"]
    text = {"name": "why", "title": "Why", "kind": "text", "most": 3, "checks": [], "comment": ""}
    check = {"name": "a", "points": won, "most": 4.0, "words": None if won == 4 else "=wrong"}
    return {
        "student": student,
        "assignment": toys.NAME,
        "variant": submission.variant,
        "file": submission.path.name,
        "wall": "here",
        "notes": [],
        "tasks": [
            {"name": "double", "title": "T", "kind": "function", "points": won, "most": 4.0,
             "checks": [{**check, "public": True, "seconds": 0.0}]},
            {**text, "points": None if why else 0.0},
        ],
        "texts": {"why": why},
    }  # fmt: skip


@pytest.fixture
def desk(monkeypatch, tmp_path):
    """grade(*arguments) -> status; what it grades is counted, and no process is started."""
    graded = []

    def count(submission, student, terms, rung):
        if len(graded) == desk.dies_after:
            raise KeyboardInterrupt
        graded.append(student)
        return quick(submission, student, terms, rung)

    def desk(*arguments):
        options = ["--out", str(tmp_path / "out"), "--workers", "1"]
        return main.main(["grade", *map(str, arguments), *options])

    desk.graded, desk.dies_after = graded, None
    desk.out, desk.folder = tmp_path / "out", tmp_path / "in"
    toys.put(monkeypatch)
    monkeypatch.setattr(command, "grade", count)
    monkeypatch.setattr(wall, "best", lambda: wall.PLAIN)
    return desk


def hand_in(desk, name: str, won: float, when: float = 0.0, why: str = "Because."):
    path = toys.hand_in(desk.folder / name, f"{WON}{won}", why=why)
    os.utime(path, (1e9 + when, 1e9 + when))
    return path


def rows(path) -> list[dict]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_a_class_is_graded_once(desk, capsys):
    for name, won in (("ada", 4), ("bob", 1), ("cyd", 0)):
        hand_in(desk, f"{name}.ipynb", won)
    desk.dies_after = 2
    with pytest.raises(KeyboardInterrupt):
        desk(desk.folder)
    desk.dies_after = None
    assert desk(desk.folder) == 0
    assert desk.graded == ["ada", "bob", "cyd"]
    said = capsys.readouterr().out
    assert "2 of 3 were graded before, and are kept." in said
    assert "anybody who has read this program can foresee" in said and "that is no wall" in said
    assert [line.split() for line in said.splitlines()[-4:]] == [
        ["student", "double", "why", "points", "of"],
        ["ada", "4", "to", "be", "read", "4", "7"],
        ["bob", "1", "to", "be", "read", "1", "7"],
        ["cyd", "0", "to", "be", "read", "0", "7"],
    ]
    table = rows(desk.out / "table.csv")
    assert [(row["student"], row["double"], row["points"]) for row in table] == [
        ("ada", "4", "4"), ("bob", "1", "1"), ("cyd", "0", "0")]  # fmt: skip


def test_gradescope_and_the_student_read_the_same(desk):
    hand_in(desk, "bob.ipynb", 1)
    desk(desk.folder)
    folder = desk.out / "students" / "bob" / toys.NAME
    result = json.loads((folder / "results.json").read_text())
    assert result["score"] == 1 and result["tests"] == [
        {
            "name": "double: a",
            "score": 1.0,
            "max_score": 4.0,
            "output": "=wrong",
            "visibility": "visible",
        }
    ]
    cells = json.loads((folder / "annotated.ipynb").read_text())["cells"]
    assert cells[0]["source"].startswith(f"**{toys.NAME}, bob: 1 of 7 points**, 1 texts are still")
    below = [k for k, cell in enumerate(cells) if "check(" in cell["source"]][0] + 1
    assert "double: 1 of 4 points" in cells[below]["source"] and "=wrong" in cells[below]["source"]


def test_a_changed_submission_check_or_secret_is_graded_anew(desk, monkeypatch, tmp_path):
    hand_in(desk, "ada.ipynb", 1)
    desk(desk.folder), desk(desk.folder)
    assert desk.graded == ["ada"]
    secret = tmp_path / "secret"
    secret.write_text("s")
    desk(desk.folder, "--secret", secret), desk(desk.folder, "--secret", secret)
    assert len(desk.graded) == 2
    monkeypatch.setattr(grading, "_sources", lambda terms, name: [secret])
    desk(desk.folder)
    assert len(desk.graded) == 3
    hand_in(desk, "ada.ipynb", 3)
    desk(desk.folder)
    assert len(desk.graded) == 4 and rows(desk.out / "table.csv")[0]["points"] == "3"


@pytest.mark.parametrize("keep, points", [("last", "1"), ("best", "4")])
def test_of_several_hand_ins_one_counts(desk, keep, points):
    hand_in(desk, f"ada_{toys.NAME}.ipynb", 4, when=1)
    hand_in(desk, f"ada_{toys.NAME}_2.ipynb", 1, when=2)
    desk(desk.folder, "--keep", keep)
    (row,) = rows(desk.out / "table.csv")
    assert (row["student"], row["points"]) == ("ada", points)


def test_texts_are_marked_in_a_table_and_stay_marked(desk, capsys):
    hand_in(desk, "ada.ipynb", 4, why="=SUM(A1)")
    hand_in(desk, "bob.ipynb", 1, why=" ")
    desk(desk.folder)
    ada, bob = rows(desk.out / "rubric.csv")
    assert (ada["points"], ada["answer"]) == ("", "'=SUM(A1)"), (
        "no spreadsheet takes it for a formula"
    )
    assert bob["points"] == "0"
    text = (desk.out / "rubric.csv").read_text()
    filled = desk.folder / "rubric.csv"
    filled.write_text(text.replace(",why,3,,,", ',why,3,"2,5",good,'))
    assert desk("--merge", filled) == 0
    assert rows(desk.out / "table.csv")[0]["points"] == "6.5"
    result = json.loads((desk.out / "students" / "ada" / toys.NAME / "results.json").read_text())
    assert result["score"] == 6.5 and result["tests"][-1]["output"] == "good"
    desk(desk.folder)
    assert rows(desk.out / "rubric.csv")[0]["points"] == "2.5", (
        "a second run keeps what was filled in"
    )
    hand_in(desk, "ada.ipynb", 4, why="Another answer.", when=5)
    desk(desk.folder)
    assert rows(desk.out / "rubric.csv")[0]["points"] == "", "another answer is to be read again"
    filled.write_text(text.replace(",why,3,,,", ",why,3,4,,"))
    assert desk("--merge", filled) == 2
    assert "rubric, line 2: points must lie between 0 and 3, got 4" in capsys.readouterr().err


def test_canvas_comes_back_filled_in(desk, tmp_path, capsys):
    roster = tmp_path / "canvas.csv"
    roster.write_text(CANVAS, encoding="utf-8")
    hand_in(desk, f"lovelaceada_101_9001_{toys.NAME}-1.ipynb", 4)
    hand_in(desk, f"hoppergrace_LATE_103_9002_{toys.NAME}.ipynb", 2)
    hand_in(desk, f"nobody_999_9003_{toys.NAME}.ipynb", 2)
    assert desk(desk.folder, "--roster", roster, "--column", "Toy") == 0
    said = capsys.readouterr()
    assert "belongs to nobody on the roster" in said.err and "nothing from emmy" in said.out
    assert sorted(desk.graded) == ["ada", "u3"]
    lines = (desk.out / f"{toys.NAME}-canvas.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "Student,ID,SIS User ID,SIS Login ID,Section,Toy (77)"
    assert lines[1:] == ["    Points Possible,,,,,10", '"Lovelace, Ada",101,u1,ada,A,5.71',
                         '"Noether, Emmy",102,u2,emmy,A,3', '"Hopper, Grace",103,u3,,A,2.86']  # fmt: skip


def test_canvas_gets_a_column_where_it_has_none(tmp_path):
    roster = tmp_path / "canvas.csv"
    roster.write_text(CANVAS, encoding="utf-8")
    text = rosters.filled(rosters.read(roster), {"ada": (6.0, 7.0, "")}, "Second")
    assert text.splitlines()[0].endswith(",Second") and text.splitlines()[2].endswith(",,6")


def test_moodle_comes_back_filled_in(desk, tmp_path):
    roster = tmp_path / "moodle.csv"
    roster.write_text(MOODLE, encoding="utf-8")
    hand_in(desk, f"Ada Lovelace_101_assignsubmission_file/{toys.NAME}.ipynb", 4)
    hand_in(desk, "e7.ipynb", 0, why="")
    assert desk(desk.folder, "--roster", roster) == 0
    ada, emmy = rows(desk.out / f"{toys.NAME}-moodle.csv")
    assert (
        ada["Grade"] == "57.14" and ada["Feedback comments"] == "double 4 of 4; why to be read of 3"
    )
    assert emmy["Grade"] == "0" and emmy["Maximum Grade"] == "100.00"


def test_another_table_is_no_roster(desk, tmp_path, capsys):
    roster = tmp_path / "class.csv"
    roster.write_text("name,mark\nada,3\n")
    hand_in(desk, "ada.ipynb", 4)
    assert desk(desk.folder, "--roster", roster) == 2
    assert "class.csv is no export of Canvas" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name, who",
    [
        ("ada.ipynb", "ada"),
        (f"ada_{toys.NAME}.ipynb", "ada"),
        (f"ada-{toys.NAME} (2).ipynb", "ada"),
        (f"bob/{toys.NAME}.ipynb", "bob"),
        ("bob/assignment-1.ipynb", "bob"),
        ("ada_assignment-1 (2).ipynb", "ada"),
        ("ada@uni.edu.ipynb", "ada@uni.edu"),
    ],
)
def test_whose_a_file_is_by_its_name(tmp_path, name, who):
    assert command.by_name(tmp_path / name) == who


def test_an_identifier_that_begins_like_another_is_another(tmp_path):
    roster = rosters.Roster(rosters.CANVAS, [], [
        {"Student": "A", "ID": "1", "SIS Login ID": "ada"},
        {"Student": "B", "ID": "2", "SIS Login ID": "adam"},
    ])  # fmt: skip
    names = {
        "ada.ipynb": "ada",
        "adam.ipynb": "adam",
        "adamo.ipynb": None,
        "adam_1-x.ipynb": "adam",
    }
    assert {name: roster.owner(tmp_path / name) for name in names} == names


def test_what_cannot_be_graded_is_said(desk, capsys):
    assert desk(desk.folder / "nothing") == 2
    assert "there is no" in capsys.readouterr().err
    assert desk() == 2
    assert "grade needs a FILE or a FOLDER" in capsys.readouterr().err
    toys.hand_in(desk.folder / "ada.ipynb", f"{WON}1", name="99-nothing")
    desk(desk.folder)
    assert "is of no assignment that there is: 99-nothing" in capsys.readouterr().err


def odd(desk, name: str, change) -> None:
    """A notebook that was changed by hand."""
    path = hand_in(desk, f"{name}.ipynb", 2)
    notebook = json.loads(path.read_text())
    change(notebook, notebook["cells"][-1])
    path.write_text(json.dumps(notebook))


ODD = {
    "half": lambda notebook, text: text.update(source="half a \ud800 character"),
    "returns": lambda notebook, text: text.update(source="one\rtwo"),
    "pasted": lambda notebook, text: text.update(
        source=f"![](data:image/png;base64,{'A' * 200_000})"
    ),
    "long": lambda notebook, text: text.update(source="word " * 30_000),
    "task": lambda notebook, text: notebook["cells"][0]["metadata"].update(lth={"task": ["why"]}),
    "variant": lambda notebook, text: notebook["metadata"]["lth"].update(variant=3),
}


def test_one_odd_notebook_spoils_no_others(desk, capsys):
    """Also on a second run, which reads what the first one kept."""
    hand_in(desk, "ada.ipynb", 4)
    for name, change in ODD.items():
        odd(desk, name, change)
    (desk.folder / "torn.ipynb").write_text('{"cells": [')
    (desk.folder / "fails.ipynb").write_text(json.dumps(toys.notebook()))
    for _ in range(2):
        assert desk(desk.folder) == 0
        said = capsys.readouterr()
        assert "torn.ipynb is graded as" in said.err and "no notebook that can be read" in said.err
        assert "fails.ipynb could not be graded: StopIteration" in said.err
        table = {row["student"]: row for row in rows(desk.out / "table.csv")}
        assert {name: row["points"] for name, row in table.items()} == {"ada": "4"} | dict.fromkeys(
            ODD, "2"
        )
        assert [
            name for name, row in table.items() if "most notebooks are of 7" in row["notes"]
        ] == ["variant"]
        texts = {row["student"]: row["answer"] for row in rows(desk.out / "rubric.csv")}
        assert texts["half"] == "half a ? character" and texts["returns"] == "one\ntwo"
        assert texts["pasted"].startswith("![]((a picture, ") and len(texts["long"]) < 31_000
        assert all(
            (desk.out / "students" / name / toys.NAME / "annotated.ipynb").exists() for name in ODD
        )
    assert "7 of 9 were graded before" in said.out


def test_reports_that_cannot_be_made_are_named(desk, capsys, monkeypatch):
    hand_in(desk, "ada.ipynb", 4), hand_in(desk, "bob.ipynb", 1)
    annotated = reports.annotated

    def fails(notebook, record):
        return annotated(notebook, record if record["student"] == "bob" else {})

    monkeypatch.setattr(reports, "annotated", fails)
    assert desk(desk.folder) == 0
    assert "ada.ipynb of ada: nothing for the student to read; KeyError" in capsys.readouterr().err
    assert (desk.out / "students" / "bob" / toys.NAME / "annotated.ipynb").exists()


def test_every_text_is_marked_by_the_rubric_of_its_assignment():
    text = {"name": "explanation", "kind": "text", "most": 6, "points": None}
    names = ("1-a", "2-b")
    records = [{"student": "ada", "assignment": n, "tasks": [text], "texts": {}} for n in names]
    how = {("1-a", "explanation"): "of one", ("2-b", "explanation"): "of two"}
    table = csv.DictReader(io.StringIO(reports.rubric_csv(records, how, {})))
    assert [row["how to mark"] for row in table] == ["of one", "of two"]


def test_a_class_with_two_assignments_has_no_marks_to_read_for_the_other(desk):
    task = {"name": "why", "points": None, "most": 3}
    records = [{"student": who, "tasks": [{**task, "name": who}]} for who in ("ada", "bob")]
    assert [line.split() for line in reports.table(records).splitlines()[1:]] == [
        ["ada", "to", "be", "read", "0", "3"],
        ["bob", "to", "be", "read", "0", "3"],
    ]


def test_words_of_students_are_no_markdown():
    assert reports._escaped("<b>*a*</b>\n| $x$") == "&lt;b>\\*a\\*&lt;/b> \\| \\$x\\$"


@pytest.mark.skipif(not os.environ.get("LTH_WEEKLY"), reason="weekly: a minute")
def test_a_class_of_a_hundred(tmp_path, monkeypatch):
    """Through the wall, half of them right, one of ten hostile."""
    toys.put(monkeypatch)
    hostile = "def double(n):\n    while True: pass"
    for k in range(100):
        first = (
            hostile
            if k % 10 == 0
            else "def double(n):\n    return 2 * n"
            if k % 2
            else "double = abs"
        )
        toys.hand_in(
            tmp_path / "in" / f"s{k:03d}.ipynb", first, *toys.RIGHT[1:], student=f"s{k:03d}"
        )
    out = tmp_path / "out"
    assert main.main(["grade", str(tmp_path / "in"), "--out", str(out), "--workers", "1"]) == 0
    found = {row["student"]: float(row["points"]) for row in rows(out / "table.csv")}
    assert found == {f"s{k:03d}": 4.0 if k % 2 else 2.0 for k in range(100)}
