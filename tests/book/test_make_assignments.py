"""The students' notebooks as `make assignments` writes them."""

import json

import lth_tutorial
from lth_tutorial.course import loading

from ..building import tool


def test_every_assignment_is_written_for_both(tmp_path):
    made = tool("make_assignments").write(tmp_path, 2027)
    names = [f"{name}.ipynb" for name in loading.names()]
    assert (
        [path.name for path in made[::2]]
        == names
        == sorted(p.name for p in (tmp_path / "student").iterdir())
    )
    assert sorted(path.name for path in (tmp_path / "solution").iterdir()) == names
    for path in made:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        (install,) = [cell["source"] for cell in cells if cell["id"] == "install"]
        assert f'!= "{lth_tutorial.__version__}"' in install and "%pip install -q" in install
        assert "variant=2027" in "".join("".join(cell["source"]) for cell in cells)


def test_pages_are_written_where_they_changed_and_others_go(tmp_path):
    make, folder = tool("make_assignments"), tmp_path / "assigned"
    make.write_pages(tmp_path)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [
        f"assignment-{name[0]}.ipynb" for name in loading.names()
    ]
    before = [file.stat().st_mtime_ns for file in files]
    files[0].write_text("{}")
    (folder / "assignment-9.ipynb").write_text("{}")
    make.write_pages(tmp_path)
    assert sorted(folder.iterdir()) == files and json.loads(files[0].read_text())["cells"]
    assert [file.stat().st_mtime_ns for file in files[1:]] == before[1:]
