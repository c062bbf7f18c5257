"""`make chapter`: a chapter that is whole at once, or nothing at all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lth_tutorial.chapters import CHAPTERS

from ..building import tool

ROOT = Path(__file__).resolve().parents[2]
NEXT = len(CHAPTERS)
PARTS = ("lth_tutorial", "tests", "tools", "book", "_toc.yml", "_config.yml", "conftest.py")
PARTS += ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "pyproject.toml")


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the checkout."""
    for name in PARTS:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "vendor")
            shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    kept = {"__pycache__", ".ruff_cache"}
    found = (path for path in folder.rglob("*") if not kept & {*path.parts})
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in found}


def run(copy: Path, *command: str) -> str:
    """What a Python command prints that has to succeed, in the copy and with its package."""
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_new_chapter_passes_and_is_known_everywhere(copy):
    """Made, executed, measured and tested as its author would; then taken back as the command says."""
    before = files(copy)
    said = run(copy, "tools/make_chapter.py", str(NEXT), "random-masks")
    notebook = f"{NEXT}-random-masks.ipynb"
    made = [f"lth_tutorial/{m}" for m in ("__init__.py", "chapters.py")]
    made += ["_toc.yml", "book/index.md", "CHANGELOG.md"]
    after = files(copy)
    changed = {Path(path) for path in before if before[path] != after[path]}
    assert changed == {copy / name for name in made} and all(name in said for name in made)
    own = {
        copy / p for p in ("lth_tutorial/random_masks", "tests/random_masks", f"book/{notebook}")
    }
    new = {Path(path) for path in after.keys() - before.keys()}
    assert all(own & {path, *path.parents} for path in new) and own <= new

    said = run(copy, "tools/make_notebooks.py", str(NEXT))
    assert f"{notebook}: changed" in said and f"claims of chapter {NEXT}: changed" in said
    for page in ("scorecard.md", "theorem-index.md"):
        heading = f"## [{NEXT}. Random masks]({notebook})"
        assert heading in (copy / "book" / page).read_text(encoding="utf-8")
    run(copy, "-m", "ruff", "check", ".")
    run(copy, "-m", "ruff", "format", "--check", ".")
    chosen = "random or arrows_point or every_ or contents or said_of or titles"
    pytest_ = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen)
    tests = ("tests/random_masks", "tests/test_house.py", "tests/book/test_notebooks.py")
    assert " passed" in run(copy, *pytest_, *tests, f"book/{notebook}")


@pytest.mark.parametrize(
    "number, name, words",
    [
        (NEXT, "Random_masks", "NAME must be small letters and digits with single hyphens"),
        (NEXT, "8-masks", "NAME must be small letters"),
        (NEXT, "random--masks", "NAME must be small letters"),
        (NEXT, "../masks", "NAME must be small letters"),
        (NEXT, "class", "NAME must be small letters"),
        (NEXT, "subset-sum", "subset-sum is taken: lth_tutorial/subset_sum is there already"),
        (NEXT, "explore", "explore is taken: lth_tutorial/explore is there already"),
        (NEXT, "checks", "checks is taken: lth_tutorial/checks.py is there already"),
        (NEXT, "pages", "pages is taken: tests/pages is there already"),
        (NEXT, "json", "NAME json is taken"),
        (NEXT, "lottery-tickets", "NAME lottery-tickets is taken"),
        (1, "random-masks", f"NUMBER must be {NEXT}, the next one, got '1'; chapter 1 is subset_sum"),
        (NEXT + 1, "random-masks", f"NUMBER must be {NEXT}, the next one, got '{NEXT + 1}'"),
        ("x", "random-masks", f"NUMBER must be {NEXT}"),
        ("", "random-masks", "Say which: make chapter NUMBER=8 NAME=random-masks"),
    ],
)  # fmt: skip
def test_what_is_taken_or_no_name_is_refused_in_a_sentence(
    number, name, words, monkeypatch, capsys
):
    maker = tool("make_chapter")
    monkeypatch.setattr(maker, "write_all", lambda *_: pytest.fail("it wrote"))
    assert maker.main([str(number), name]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("where", ["write", "in_style"])
def test_what_goes_wrong_on_the_way_leaves_nothing(copy, monkeypatch, where):
    maker, before = tool("make_chapter", copy), files(copy)
    whole, count = getattr(maker, where), []

    def breaks(*arguments):
        count.append(arguments)
        if len(count) == (9 if where == "write" else 1):
            Path(f"{arguments[0]}.part").touch() if where == "write" else None
            raise OSError("no space left")
        return whole(*arguments)

    monkeypatch.setattr(maker, where, breaks)
    with pytest.raises(OSError, match="no space left"):
        maker.make(str(NEXT), "random-masks")
    assert count and files(copy) == before


def test_a_list_without_a_place_for_the_line_is_named(copy, capsys):
    (copy / "book" / "index.md").write_text("# Nothing\n", encoding="utf-8")
    maker, before = tool("make_chapter", copy), files(copy)
    assert maker.main([str(NEXT), "random-masks"]) == 2
    assert "book/index.md has no place that fits for the new line" in capsys.readouterr().err
    assert files(copy) == before


def test_contributing_names_every_place():
    """What `make chapter` writes into, and the places of an author's hands: at most ten, all named."""
    maker = tool("make_chapter")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    own = ("lth_tutorial/<chapter>/", "tests/<chapter>/", "book/<number>-<name>.ipynb")
    written = {*own, *maker.lines(maker.New(NEXT, "random-masks"))}
    table = text.partition("| place |")[2].partition("\n\n")[0].splitlines()[2:]
    by_hand = {row.split("|")[1].strip().strip("`") for row in table}
    assert len(by_hand) <= 10 and {*own, "book/notation.md", "book/references.bib"} <= by_hand
    assert not [place for place in written - by_hand if f"`{place}`" not in text]
