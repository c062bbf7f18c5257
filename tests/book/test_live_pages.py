"""What a page that runs is given: its cells, the checkout's own package, the vendored Python, packed."""

import io
import json
import re
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from lth_tutorial import chapters

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from lth_book import live_pages  # noqa: E402

KNOWN = json.loads((live_pages.HERE / "cells.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def package() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(live_pages.package_zip()))


def test_the_package_in_the_page_is_the_checkouts_own(package):
    for name in ("lth_tutorial/subset_sum/best.py", "lth_tutorial/explore/explorer.py"):
        assert package.read(name) == (ROOT / name).read_bytes()
    assert package.read("lth_runner.py") == (live_pages.HERE / "runner.py").read_bytes()


def test_it_leaves_out_what_no_such_page_runs(package):
    names = package.namelist()
    assert not [n for n in names if "mnist" in n or "/course/" in n]
    assert "lth_tutorial/data/digits.npz" in names
    results = {Path(n).name for n in names if n.startswith("lth_tutorial/data/results/")}
    assert "covering-sizes.json" in results and "lottery-tickets.json" not in results


def test_it_is_the_same_bytes_each_time(package):
    assert live_pages.package_zip() == live_pages.package_zip()


def test_wheels_are_packed_without_their_tests(tmp_path):
    wheel = tmp_path / "one.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in (
            "numpy/a.py",
            "numpy/tests/test_a.py",
            "numpy/a.pyi",
            "numpy-2.dist-info/LICENSE",
        ):
            archive.writestr(name, name)
    packed = zipfile.ZipFile(io.BytesIO(live_pages.packed_wheels([wheel])))
    assert packed.namelist() == ["numpy/a.py", "numpy-2.dist-info/LICENSE"]


def test_chapters_with_torch_do_not_run_and_none_does_without_live():
    def runs(docname, live=True):
        return live_pages.runs(SimpleNamespace(config=SimpleNamespace(lth_live=live)), docname)

    found = [it.notebook for it in chapters.NOTEBOOKS if runs(f"book/{Path(it.notebook).stem}")]
    assert found == [it.notebook for it in chapters.NOTEBOOKS if not it.torch]
    assert runs("book/scratch") and not runs("book/notation")
    assert not runs("book/2-perturbed-subset-sum", live=False)


def said(path: Path, live: bool) -> str:
    """A page's source as the build reads it."""
    source = [path.read_text(encoding="utf-8")]
    live_pages.fit_words(SimpleNamespace(config=SimpleNamespace(lth_live=live)), path.stem, source)
    if path.suffix != ".ipynb":
        return source[0]
    cells = json.loads(source[0])["cells"]
    return "".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def test_a_site_without_live_does_not_speak_of_the_button():
    pages = [*(ROOT / "book").glob("*.md"), *(ROOT / "book").glob("[!_]*.ipynb")]
    button = re.compile("Run this page|in the bar|Shift-Enter")
    assert {p.stem for p in pages if button.search(said(p, live=True))} >= {"index", "scratch"}
    assert [p.stem for p in pages if button.search(said(p, live=False))] == []


def test_what_is_known_of_cells_is_known_of_cells_that_are_there():
    for page, cells in KNOWN.items():
        (source,) = (ROOT / "book").glob(f"{page}.*")
        there = {cell["id"] for cell in live_pages.cells(source, {})}
        assert set(cells) <= there, f"{page}: no cells {set(cells) - there}"
        for known in cells.values():
            assert set(known) <= {"needs", "seconds"} and known.get("seconds", 10) >= 10


def test_a_cell_has_what_it_printed_and_what_its_figures_say():
    cells = live_pages.cells(
        ROOT / "book" / "2-perturbed-subset-sum.ipynb", {"c05": {"seconds": 12}}
    )
    one = {cell["id"]: cell for cell in cells}
    assert one["c05"]["printed"].startswith("worst error over all targets: 0.15\n")
    assert one["c05"]["seconds"] == 12 and one["c02"]["hidden"] and not one["c05"]["hidden"]
    assert one["c07"]["says"][0].startswith("5 candidates, each free to move by 0.01")
    assert one["c36"]["printed"].startswith("| the claim")


def test_a_calculator_says_what_it_says_in_the_page():
    notebook = json.loads((ROOT / "book" / "3-weight-pruning.ipynb").read_text(encoding="utf-8"))
    outputs = [
        c["outputs"] for c in notebook["cells"] if "size_calculator()" in "".join(c["source"])
    ]
    assert [live_pages.says(of)[0][:22] for of in outputs] == ["Each effective weight "]


def test_figures_that_compute_between_their_frames_are_many():
    counts = {True: 0, False: 0}
    for chapter in chapters.CHAPTERS:
        if not chapter.torch:
            text = (ROOT / "book" / chapter.notebook).read_text(encoding="utf-8")
            for axes in re.findall(r"data-axes='([^']*)'", text):
                counts["&quot;between&quot;" in axes] += 1
    assert counts[True] >= 25 and sum(counts.values()) >= 55, counts


def test_python_on_a_page_of_text_becomes_cells():
    block = '<div class="highlight-python notranslate"><div class="highlight"><pre>x</pre></div>\n</div>'
    body = live_pages.as_cells(f"<p>a</p>{block}<p>b</p>{block}")
    assert body.count("tag_lth-cell-c0") == body.count("tag_lth-cell-c1") == 1
    assert body.count("<div") == body.count("</div>")
    sources = [cell["source"] for cell in live_pages.cells(ROOT / "book" / "scratch.md", {})]
    assert len(sources) == 3 and "best_subset" in sources[0] and sources[1].strip() == ""
