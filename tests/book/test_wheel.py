"""What the site offers to install carries the stored results, and finds them in any folder."""

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lth_tutorial import chapters
from lth_tutorial.course import loading

from ..building import tool

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return tool("build_wheel").build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A folder with the wheel's files, which is all that installing a wheel of pure Python does."""
    folder = tmp_path_factory.mktemp("installed")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def test_it_carries_every_stored_result_and_no_second_copy(installed):
    stored = {path.name: path.read_bytes() for path in (ROOT / "book" / "results").glob("*.json")}
    carried = (installed / "lth_tutorial" / "data" / "results").iterdir()
    assert {path.name: path.read_bytes() for path in carried} == stored
    assert not (ROOT / "lth_tutorial" / "data" / "results").exists()


def test_it_carries_no_solution_and_no_check_that_only_grading_runs(installed):
    """Masters and the further checks lie beside each other, outside of the package."""
    carried = {path.name: path.read_text("utf-8") for path in installed.rglob("*.py")}
    text = "\n".join(carried.values())
    for name in loading.names():
        assert f"{name}.ipynb" not in carried and f"{name}.py" not in carried
        solutions = [part.solution for part in loading.master(name).parts.values() if part.wrong]
        assert solutions and not [one for one in solutions if one in text]


def test_it_is_built_again_only_for_other_sources(wheel):
    stamp = wheel.stat().st_mtime_ns
    assert tool("build_wheel").build_wheel(wheel.parent).stat().st_mtime_ns == stamp


def reads_stored(statement: ast.stmt) -> bool:
    """Whether a statement names the folder `results`, or a file in it."""
    texts = [node.value for node in ast.walk(statement) if isinstance(node, ast.Constant)]
    return any(text == "results" or str(text).startswith("results/") for text in texts)


def statements(notebook: Path) -> Iterator[str]:
    """A notebook's imports and all that reads stored results, in their order."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            for statement in ast.parse("".join(cell["source"])).body:
                if isinstance(statement, ast.Import | ast.ImportFrom) or reads_stored(statement):
                    yield ast.unparse(statement)


@pytest.mark.parametrize("chapter", chapters.CHAPTERS, ids=lambda chapter: chapter.package)
def test_a_chapter_finds_its_stored_results_in_an_empty_folder(chapter, installed, tmp_path):
    if chapter.torch:
        pytest.importorskip("torch")
    code = "\n".join(statements(ROOT / "book" / chapter.notebook))
    assert ("results" in code) == bool(chapter.results)
    where = "import lth_tutorial; print(lth_tutorial.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", f"{where}\n{code}"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(installed), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(installed))


def test_the_wheel_has_the_name_that_copies_give_it(wheel):
    sys.path.insert(0, str(ROOT / "book" / "_ext"))
    from lth_book import copies

    assert wheel.name == copies.WHEEL
    assert wheel.name in "".join(copies.package("", ROOT))
