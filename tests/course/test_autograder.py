"""Gradescope's zip holds all that grading needs, and a submission is graded from it alone."""

import json
import subprocess
import sys
import zipfile

import numpy as np

from lth_tutorial.course import autograder, loading, masters

NAME = "1-random-subset-sum"


def test_a_submission_is_graded_from_the_zip(tmp_path):
    path, root = tmp_path / "zip" / "one.zip", tmp_path / "autograder"
    autograder.write_zip(path, NAME, 2027, b"secret")
    with zipfile.ZipFile(path) as zipped:
        modes = {entry.filename: entry.external_attr >> 16 for entry in zipped.infolist()}
        zipped.extractall(root / "source")
    assert modes["run_autograder"] == modes["setup.sh"] == 0o755
    assert not [name for name in modes if name.startswith("lth_tutorial/data/")]
    master, assignment = loading.master(NAME), loading.public(NAME)
    notebook = masters.student_notebook(master, assignment, 2027, "")
    keep = {"install", "setup-1", "answer-3"}
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] in keep]
    notebook["cells"][-1]["source"] = master.parts["least_n"].solution
    (root / "submission").mkdir()
    (root / "submission" / "mine.ipynb").write_text(json.dumps(notebook))
    (root / "submission_metadata.json").write_text('{"users": [{"email": "ada@uni.edu"}]}')
    libraries = np.__path__[0].rsplit("/", 1)[0]
    done = subprocess.run(
        [sys.executable, "-m", "lth_tutorial.course.autograder", str(root)],
        cwd=root / "source",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{root / 'source'}:{libraries}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads((root / "results" / "results.json").read_text())
    scores = {test["name"]: test["score"] for test in result["tests"]}
    assert (
        result["score"] == scores["least_n: the least n"] == 2 and scores["best_kept: exact"] == 0
    )
    assert "has no identifier in it; it was graded with the numbers of 'ada'" in result["output"]


def test_a_submission_without_a_notebook_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "MASTERS", tmp_path / "source" / "book" / "assignments")
    (tmp_path / "source").mkdir()
    settings = {"assignment": NAME, "variant": None, "private": False}
    (tmp_path / "source" / "settings.json").write_text(json.dumps(settings))
    autograder.main(tmp_path)
    result = json.loads((tmp_path / "results" / "results.json").read_text())
    assert result["score"] == 0 and "there is no notebook in the submission" in result["output"]
