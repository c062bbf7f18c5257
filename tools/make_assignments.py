"""Write the assignments: for students _build/assignments/student, for lecturers _build/assignments/solution.

`make book` has their pages written as well, into book/assigned, which git ignores.

Beside the students' notebooks lies the package's wheel, which their first cell installs.

Usage: python tools/make_assignments.py [VARIANT [PRIVATE]]    (PRIVATE: a folder with tasks of your own)
"""

import json
import sys
from pathlib import Path

import yaml

import lth_tutorial
from lth_tutorial.course import loading, masters

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "book" / "_ext"))


def install_cell(torch: bool) -> str:
    """The source of the cell that installs the package, unless it is there in this notebook's version."""
    from lth_book import copies

    settings = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    pip, words = copies.package(settings["repository"]["url"], ROOT)
    return (
        f"# {words}\n"
        "try:\n"
        "    from lth_tutorial import __version__\n"
        "except ImportError:\n"
        "    __version__ = None\n"
        f'if __version__ != "{lth_tutorial.__version__}":\n'
        f'    %pip install -q "{pip.format("[torch]" if torch else "")}"'
    )


def write(folder: Path, variant: int, private: Path | None = None) -> list[Path]:
    """Write every assignment for a year into `folder`, with a lecturer's own tasks; returns the files."""
    made = []
    for name in loading.names():
        master, assignment = loading.master(name, private), loading.with_tasks(name, private)
        install = install_cell(any("torch" in task.uses for task in assignment.tasks))
        for kind in ("student", "solution"):
            build = getattr(masters, f"{kind}_notebook")
            file = folder / kind / f"{name}.ipynb"
            file.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(
                build(master, assignment, variant, install), indent=1, ensure_ascii=False
            )
            file.write_text(text + "\n", encoding="utf-8")
            made.append(file)
    return made


def write_pages(book: Path, variant: int = 0) -> None:
    """Write the students' pages into `book`/assigned, each only where it has changed; others are removed."""
    folder, names = book / "assigned", loading.names()
    folder.mkdir(exist_ok=True)
    wanted = {f"assignment-{name[0]}.ipynb": name for name in names}
    for old in folder.glob("*.ipynb"):
        if old.name not in wanted:
            old.unlink()
    for file, name in wanted.items():
        assignment = loading.public(name)
        install = install_cell(any("torch" in task.uses for task in assignment.tasks))
        page = masters.page(
            masters.student_notebook(loading.master(name), assignment, variant, install), assignment
        )
        text = json.dumps(page, indent=1, ensure_ascii=False) + "\n"
        if not (folder / file).exists() or (folder / file).read_text(encoding="utf-8") != text:
            (folder / file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    target = ROOT / "_build" / "assignments"
    variant, private = int(sys.argv[1] if len(sys.argv) > 1 else 0), [*map(Path, sys.argv[2:])]
    for path in write(target, variant, *private):
        print(path.relative_to(ROOT))
    sys.path.insert(0, str(Path(__file__).parent))
    from build_wheel import build_wheel

    build_wheel(target / "student")
