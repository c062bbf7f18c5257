"""`make notebooks`: what it makes, what it leaves, and what it says where something fails."""

import re
from pathlib import Path

import pytest
from nbclient.exceptions import CellExecutionError

from lth_tutorial.chapters import APPENDICES, BOOK, CHAPTERS, NOTEBOOKS
from lth_tutorial.claims import VERDICTS

from ..building import tool


@pytest.fixture
def maker(tmp_path, monkeypatch):
    """The program, writing into a folder of its own that has the scorecard as it is; nothing is executed."""
    module = tool("make_notebooks")
    (tmp_path / "scorecard.md").write_bytes((BOOK / "scorecard.md").read_bytes())
    monkeypatch.setenv("LTH_EXPLORE", "static")
    monkeypatch.setattr(module, "BOOK", tmp_path)
    monkeypatch.setattr(module, "stored_results", lambda _: ["## Stored results", "", "none"])
    monkeypatch.setattr(module, "execute", lambda path: False)
    monkeypatch.setattr(module, "claims_section", lambda chapter: f"| {chapter.package} anew |")
    monkeypatch.setattr(module, "PAGES", {name: lambda: "page\n" for name in module.PAGES})
    return module


def sections(maker) -> dict[int, str]:
    return maker.sections_as_they_stand((maker.BOOK / "scorecard.md").read_text(encoding="utf-8"))


def test_chapters_are_found_by_number_package_or_notebook(maker):
    one, four = CHAPTERS[1], CHAPTERS[4]
    assert maker.chosen([]) == list(NOTEBOOKS)
    assert maker.chosen(["tools", "4"]) == [four, *APPENDICES]
    assert maker.chosen(["4", "subset_sum"]) == [one, four]
    assert maker.chosen([f"book/{four.notebook}", Path(one.notebook).stem]) == [one, four]
    with pytest.raises(
        ValueError, match="'99' is no chapter of lth_tutorial/chapters.py; name one"
    ):
        maker.chosen(["1", "99"])


def test_an_unknown_chapter_stops_before_anything_is_made(maker, capsys):
    assert maker.main(["1", "nothing"]) == 2
    assert "'nothing' is no chapter" in capsys.readouterr().err
    assert [path.name for path in maker.BOOK.iterdir()] == ["scorecard.md"]


def test_a_scorecard_is_read_as_it_was_written():
    module = tool("make_notebooks")
    page = (BOOK / "scorecard.md").read_text(encoding="utf-8")
    found = module.sections_as_they_stand(page)
    assert list(found) == [chapter.number for chapter in CHAPTERS]
    assert module.scorecard(found) == page


def test_the_scorecard_counts_the_verdicts_of_its_rows_and_says_what_they_mean():
    module = tool("make_notebooks")
    row = "| a claim | **{}** | {} | how | who |"
    page = module.scorecard(
        {
            0: row.format("holds", "found"),
            1: "\n".join(
                [row.format("open", "found"), row.format("open", "the word **not** counts not")]
            ),
        }
    )
    for name, rows in (("reproduced", 0), ("not", 0), ("open", 2), ("holds", 1)):
        assert f"\n| **{name}** | {rows} | {VERDICTS[name]} |\n" in page
    first_screen = (BOOK / "scorecard.md").read_text(encoding="utf-8").partition("\n## ")[0]
    assert len(re.findall(r"^\| \*\*", first_screen, re.MULTILINE)) == len(VERDICTS)


def test_one_chapter_is_executed_and_measured_alone(maker, monkeypatch):
    executed, before = [], sections(maker)
    monkeypatch.setattr(maker, "execute", lambda path: executed.append(path.name))
    assert maker.main(["3"]) == 0
    assert executed == [CHAPTERS[3].notebook]
    assert sections(maker) == {**before, 3: "| weight_pruning anew |"}
    assert not (maker.BOOK / "generated").exists()


def test_a_chapter_that_the_scorecard_has_not_is_measured(maker):
    (maker.BOOK / "scorecard.md").unlink()
    assert maker.main(["3"]) == 0
    assert list(sections(maker)) == [chapter.number for chapter in CHAPTERS]


def test_what_fails_stays_as_it_was_and_the_rest_is_done(maker, monkeypatch, capsys):
    before = sections(maker)

    def fails_at(chapter, make):
        def made(asked):
            if str(chapter) in str(asked):
                raise ArithmeticError("no number")
            return make(asked)

        return made

    monkeypatch.setattr(maker, "execute", fails_at(CHAPTERS[2].notebook, maker.execute))
    monkeypatch.setattr(maker, "claims_section", fails_at("number=5", maker.claims_section))
    assert maker.main([]) == 1
    said = capsys.readouterr()
    assert said.err.count("FAILED, left as it was\nno number") == 2
    assert CHAPTERS[2].notebook in said.err and "claims of chapter 5" in said.err
    assert f"{CHAPTERS[7].notebook}: unchanged" in said.out
    assert sections(maker)[5] == before[5]
    assert sections(maker)[7] == "| gradient_descent anew |"
    assert (maker.BOOK / "generated" / "cover.html").exists()
    assert not list(maker.BOOK.rglob("*.part"))


@pytest.mark.parametrize(
    "error",
    [
        ModuleNotFoundError("No module named 'torch'", name="torch"),
        CellExecutionError("", "ModuleNotFoundError", "No module named 'torch'"),
    ],
)
def test_without_torch_it_says_what_it_skips(maker, monkeypatch, capsys, error):
    def execute(path):
        raise error

    monkeypatch.setattr(maker, "execute", execute)
    assert maker.main(["6"]) == 0
    assert f"{CHAPTERS[6].notebook}: skipped, needs torch" in capsys.readouterr().out


def test_another_missing_module_is_no_excuse(maker):
    error = ModuleNotFoundError("No module named 'numpy'", name="numpy")
    assert not maker.needs_torch(error) and not maker.needs_torch(ValueError("torch"))
