"""Gradescope: the zip that it takes, and what runs there for each submission.

There the grader is root in a container of Gradescope's; the folder of the course is closed to the user that a
student's code becomes.
"""

import json
import os
import sys
import zipfile
from pathlib import Path

import lth_tutorial
from lth_tutorial.files import write_json

from . import loading, reports, wall
from .grading import Terms, grade
from .submissions import read

SETUP = """#!/usr/bin/env bash
# Run once, when Gradescope builds the container.
set -e
apt-get update -qq
apt-get install -y -qq python3.11 python3.11-venv bubblewrap ||
    apt-get install -y -qq python3 python3-venv bubblewrap
"$(command -v python3.11 || command -v python3)" -m venv /opt/lth
/opt/lth/bin/pip install --quiet numpy{torch}
chmod 700 /autograder/source
"""
RUN = """#!/usr/bin/env bash
# Run for each submission.
cd /autograder/source
exec /opt/lth/bin/python -m lth_tutorial.course.autograder /autograder
"""
TORCH = (
    " && /opt/lth/bin/pip install --quiet torch --index-url https://download.pytorch.org/whl/cpu"
)
SETTINGS, SECRET, PRIVATE = "settings.json", "secret", "private"


def write_zip(
    path: Path, name: str, variant: int | None, secret: bytes = b"", private: Path | None = None
) -> None:
    """Write the zip for one assignment.

    Raises:
        ValueError: there is no assignment of this name.
    """
    torch = any("torch" in task.uses for task in loading.graded(name, private).tasks)
    package = Path(lth_tutorial.__file__).parent
    files = {f"lth_tutorial/{p.relative_to(package)}": p.read_bytes() for p in _code(package)}
    for folder, there in ((loading.MASTERS, "book/assignments"), (private, PRIVATE)):
        for file in sorted(folder.glob(f"{name}.*")) if folder else ():
            files[f"{there}/{file.name}"] = file.read_bytes()
    settings = {"assignment": name, "variant": variant, "private": private is not None}
    files |= {SETTINGS: json.dumps(settings).encode(), SECRET: secret}
    files["setup.sh"] = SETUP.format(torch=TORCH if torch else "").encode()
    files["run_autograder"] = RUN.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as written:
        for file, data in files.items():
            entry = zipfile.ZipInfo(file)
            entry.external_attr = (0o755 if data.startswith(b"#!") else 0o644) << 16
            written.writestr(entry, data, zipfile.ZIP_DEFLATED)


def _code(package: Path) -> list[Path]:
    """The package's modules, without data."""
    return [path for path in sorted(package.rglob("*.py")) if "__pycache__" not in path.parts]


def main(root: Path) -> None:
    """Grade the submission in Gradescope's folder, and write what it shows."""
    source = Path(loading.MASTERS).parents[1]
    settings = json.loads((source / SETTINGS).read_text(encoding="utf-8"))
    try:
        result = reports.gradescope(_record(root, source, settings))
    except Exception as error:  # whatever it is, the student is told
        result = {"score": 0, "output": f"This could not be graded: {error}", "tests": []}
    write_json(root / "results" / "results.json", result)


def _record(root: Path, source: Path, settings: dict) -> dict:
    notebooks = sorted((root / "submission").rglob("*.ipynb"), key=lambda path: path.stat().st_size)
    if not notebooks:
        raise ValueError("there is no notebook in the submission")
    terms = Terms(
        (source / SECRET).read_bytes(),
        source / PRIVATE if settings["private"] else None,
        settings["variant"],
        settings["assignment"],
    )
    return grade(read(notebooks[-1]), student(root), terms, wall.best())


def student(root: Path) -> str:
    """Whose a submission is: what stands before the @ of the address with which it was handed in."""
    metadata = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
    return metadata["users"][0]["email"].partition("@")[0]


if __name__ == "__main__":
    os.umask(0o077)
    main(Path(sys.argv[1]))
