"""Results at paper size: cells are kept, a killed run goes on, files are whole and say how they were made."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from lth_tutorial import chapters, files, reproduce, results
from lth_tutorial.__main__ import duration, main
from lth_tutorial.cells import as_json, checked_code

from .closeness import differences
from .stored import STORED
from .toys import failing, folders, make, run, runs, squares_at_once, without_torch


def test_numbers_and_provenance_are_written(tmp_path):
    written = reproduce.reproduce(make(), "paper", workers=2, **folders(tmp_path))
    file = tmp_path / "results" / "squares.json"
    assert reproduce.read_json(file) == written
    assert written["summary"] == {"sum": 204, "shared": "paper"}
    assert written["cells"][3]["parameters"] == {"k": 3} and written["complete"]
    assert {cell["code"] for cell in written["cells"]} == {make().code()}
    provenance = written["provenance"]
    assert {"date", "code", "python", "numpy", "device", "cores", "cpu_seconds"} <= set(provenance)
    assert not list((tmp_path / "results").glob("*.part"))


def test_lists_stand_on_one_line(tmp_path):
    value = {"a": [1, -2.5e-7, None, True], "b": [["x", "two words"], []], "c": 'a "[1,\n 2]" b'}
    files.write_json(tmp_path / "file.json", value)
    assert files.read_json(tmp_path / "file.json") == value
    assert '"a": [1, -2.5e-07, null, true]' in (tmp_path / "file.json").read_text(encoding="utf-8")


def test_a_notebook_elsewhere_finds_the_stored_results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stored = STORED / "pruned-network.json"
    assert reproduce.read_json("results/pruned-network.json") == files.read_json(stored)
    assert [c for c in chapters.claims("weight_pruning") if c.key == "pruned-network"][
        0
    ].finding.figure
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "pruned-network.json").write_text('{"own": 1}')
    assert reproduce.read_json("results/pruned-network.json") == {"own": 1}


def test_a_result_that_is_nowhere_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        FileNotFoundError, match="no stored result never-made.json in .*book.results: python -m"
    ):
        reproduce.read_json("results/never-made.json")


def test_all_goes_on_after_a_failure_and_ends_by_naming_it(tmp_path, monkeypatch, capsys):
    results = {name: make(failing if name == "b" else run, name=name) for name in "abc"}
    monkeypatch.setattr(chapters, "results", lambda: results)
    places = ["--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache")]
    command = ["reproduce", "all", "--size", "page", "--workers", "1", *places]
    assert main(command) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "2 of 3 results made; not made: b"
    assert "b: RuntimeError: interrupted. Finished cells are kept" in said.err
    assert sorted(p.name for p in (tmp_path / "results").iterdir()) == [
        "a-page.json",
        "c-page.json",
    ]
    next((tmp_path / "cache").glob("b-*/")).joinpath("mended").touch()
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "All 3 results made."


def test_all_leaves_out_what_takes_a_week(tmp_path, monkeypatch, capsys):
    shown = {"squares": make(), "of-a-week": make(failing, name="of-a-week", long=True)}
    monkeypatch.setattr(chapters, "results", lambda: shown)
    places = ["--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache")]
    assert main(["reproduce", "all", "--size", "page", "--workers", "1", *places]) == 0
    said = capsys.readouterr().out
    assert "squares: 4 cells" in said and "of-a-week" not in said
    with pytest.raises(SystemExit):
        main(["reproduce", "--help"])
    assert "or all of them but of-a-week" in " ".join(capsys.readouterr().out.split())


def test_page_size_goes_to_its_own_file(tmp_path):
    reproduce.reproduce(make(), "page", **folders(tmp_path))
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["squares-page.json"]


def test_an_interrupted_run_goes_on(tmp_path):
    with pytest.raises(RuntimeError, match="interrupted"):
        reproduce.reproduce(make(failing), "paper", backend="sequential", **folders(tmp_path))
    assert runs(tmp_path) == ["0", "1", "prepared"]
    assert not list((tmp_path / "results").iterdir())
    (folder,) = (tmp_path / "cache").iterdir()
    (folder / "mended").touch()
    reproduce.reproduce(make(failing), "paper", backend="sequential", **folders(tmp_path))
    assert runs(tmp_path) == sorted([*map(str, range(9)), "prepared"])
    reproduce.reproduce(make(failing), "paper", backend="sequential", **folders(tmp_path))
    assert len(runs(tmp_path)) == 10


def test_a_killed_command_goes_on(tmp_path):
    """The real command, killed in the middle, then run again: only what is missing is run."""
    options = ["--size", "page", "--workers", "1"]
    options += ["--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache")]
    command = [sys.executable, "-m", "lth_tutorial", "reproduce", "covering-sizes", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "cache").glob("*/*.json"))) < 5:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").glob("*/*.json")}
    assert not list((tmp_path / "results").iterdir()) and 5 <= len(before) < 85
    assert subprocess.run(command, capture_output=True).returncode == 0
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items())
    written = reproduce.read_json(tmp_path / "results" / "covering-sizes-page.json")
    assert len(written["cells"]) == 84


def test_code_decides_what_is_kept(tmp_path, monkeypatch):
    reproduce.reproduce(make(), "page", **folders(tmp_path))
    monkeypatch.setattr(results, "code_digest", lambda *functions: "another")
    reproduce.reproduce(make(), "page", **folders(tmp_path))
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_bad_arguments_are_named(tmp_path):
    with pytest.raises(ValueError, match="size must be one of page, paper; got 'poster'"):
        reproduce.reproduce(make(), "poster", **folders(tmp_path))
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        reproduce.reproduce(make(), "page", workers=0, **folders(tmp_path))
    with pytest.raises(ValueError, match="backend must be one of loky, .*; got 'lucky'"):
        reproduce.reproduce(make(), "page", backend="lucky", **folders(tmp_path))
    with pytest.raises(ValueError, match="scheduler is an address for the backend dask"):
        reproduce.reproduce(make(), "page", scheduler="tcp://nobody:1", **folders(tmp_path))


@pytest.mark.parametrize("name", ["results", "cache"])
def test_a_folder_that_cannot_be_made_is_named_before_the_work(tmp_path, name):
    (tmp_path / "taken").touch()
    with pytest.raises(
        ValueError, match=f"{name} must be a folder, or a place for one, got .*taken"
    ):
        reproduce.reproduce(make(), "page", **(folders(tmp_path) | {name: tmp_path / "taken"}))
    assert not list(tmp_path.glob("cache/*/runs"))


def test_the_command_says_what_is_wrong(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LTH_DATA", str(tmp_path))
    options = ["--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache")]
    assert main(["reproduce", "pruned-network", *options]) == 1
    assert "set LTH_DATA to a folder" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["reproduce", "nothing"])
    assert "invalid choice: 'nothing'" in capsys.readouterr().err


def test_a_missing_library_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(chapters.results(), "squares", make(prepare=without_torch))
    options = ["--results", str(tmp_path), "--cache", str(tmp_path)]
    assert main(["reproduce", "squares", *options]) == 1
    assert 'squares needs torch: pip install -e ".[torch]"' in capsys.readouterr().err


# What a file says of the code that made it


def test_every_stored_result_says_that_the_present_code_gives_it():
    """Made by it, or by other code of which a slice, run again, agreed."""
    stale = []
    for file in sorted(STORED.glob("*.json")):
        written = reproduce.read_json(file)
        code = chapters.results()[written["name"]].code()
        if code not in (written["provenance"]["code"], *checked_code(written)):
            stale.append(written["name"])
    assert not stale, "run, with LTH_DATA set where there is no network: " + "; ".join(
        f"python -m lth_tutorial reproduce {name} --check" for name in dict.fromkeys(stale)
    )


def stored_squares(tmp_path, **changes):
    """A stored result of which one cell is quick enough to be run again."""
    quick = results.Slice(
        chosen=lambda p: p["k"] == 3, agree=results.agree_within(0.1), tolerance="within a tenth"
    )
    result = make(slice=quick, **changes)
    return result, reproduce.reproduce(result, "page", **folders(tmp_path))


def as_if_made_by(tmp_path, written, code, square=9):
    written["provenance"]["code"] = code
    written["cells"][-1]["numbers"]["square"] = square
    file = tmp_path / "results" / "squares-page.json"
    files.write_json(file, written)
    return file


def check(result, tmp_path):
    return reproduce.check(result, "page", tmp_path / "results", tmp_path)


def test_a_check_that_agrees_is_written_into_the_file(tmp_path):
    result, written = stored_squares(tmp_path)
    file = as_if_made_by(tmp_path, written, "old", 9.5)
    words = "squares-page.json: 1 of 4 cells run again, they agree (within a tenth)"
    assert check(result, tmp_path) == words
    record = reproduce.read_json(file)["provenance"]["checked"]
    assert record.pop("date").count("-") == 2
    how = {"how": "1 of 4 cells run again", "tolerance": "within a tenth"}
    assert record == {"code": result.code(), **how}
    stamp = file.read_bytes()
    check(result, tmp_path)
    assert file.read_bytes() == stamp


def test_a_check_of_what_the_present_code_made_changes_nothing(tmp_path):
    result, written = stored_squares(tmp_path)
    file = as_if_made_by(tmp_path, written, result.code())
    stamp = file.read_bytes()
    assert "they agree" in check(result, tmp_path)
    assert file.read_bytes() == stamp


def test_a_check_that_does_not_agree_says_so(tmp_path, monkeypatch, capsys):
    result, written = stored_squares(tmp_path)
    file = as_if_made_by(tmp_path, written, "old", 11)
    stamp = file.read_bytes()
    monkeypatch.setattr(chapters, "results", lambda: {"squares": result})
    assert main(["reproduce", "all", "--check", "--results", str(tmp_path / "results")]) == 1
    said = capsys.readouterr().err
    assert "squares-page.json is not what the present code gives (within a tenth): {'k': 3}" in said
    assert file.read_bytes() == stamp


def test_a_check_of_other_parameters_or_without_a_slice_says_so(tmp_path):
    result, written = stored_squares(tmp_path)
    with pytest.raises(ValueError, match="squares-page.json has no cell that is quick enough"):
        check(make(), tmp_path)
    del written["cells"][0]
    as_if_made_by(tmp_path, written, "old")
    with pytest.raises(ValueError, match="was made with other parameters: make it again"):
        check(result, tmp_path)


def test_tolerances_of_slices():
    agree = results.agree_within(0.1, 0.01)
    assert agree({"a": [1.0, 0.0], "b": None}, {"a": [1.05, 0.005], "b": None})
    for other in ({"a": [1.2, 0.0], "b": None}, {"a": [1.0], "b": None}, {"a": [1.0, 0.0], "b": 1}):
        assert not agree({"a": [1.0, 0.0], "b": None}, other)
    assert not agree({"a": 1.0}, {"a": 1.0, "b": 2.0})


# What there is


def test_the_list_says_size_time_and_code(tmp_path, monkeypatch, capsys):
    """Name, cells, time on two cores by the stored seconds, what is stored and made by which code."""
    shown = {name: make(name=name, title=f"Title of {name}") for name in ("old", "new", "never")}
    monkeypatch.setattr(chapters, "results", lambda: shown)
    for name in ("old", "new"):
        written = reproduce.reproduce(shown[name], "paper", **folders(tmp_path))
        seconds = [600] * 9 if name == "new" else [1] * 9
        written["cells"] = [
            c | {"seconds": s} for c, s in zip(written["cells"], seconds, strict=True)
        ]
        if name == "old":
            written["provenance"]["code"] = "a" * 16
        files.write_json(tmp_path / "results" / f"{name}.json", written)
    assert main(["reproduce", "--list", "--results", str(tmp_path / "results")]) == 0
    head, old, new, never = capsys.readouterr().out.splitlines()
    code = shown["old"].code()
    assert head.split() == [
        "name",
        "cells",
        "2",
        "cores",
        "stored,",
        "made",
        "by",
        "what",
        "it",
        "is",
    ]
    assert old.split("  ")[0] == "old" and f"{'a' * 16}, not the present code ({code})" in old
    assert new.split() == f"new 9 50 min the present code, {code} Title of new".split()
    assert never.split() == ["never", "9", "?", "no", "Title", "of", "never;"]
    assert (
        main(["reproduce", "--list", "--workers", "9", "--results", str(tmp_path / "results")]) == 0
    )
    assert "new    9      10 min" in capsys.readouterr().out


def test_cells_go_to_the_worker_that_is_free_first():
    assert results.seconds_with(1, [3, 1, 2]) == 6
    assert results.seconds_with(2, [3, 1, 2, 1]) == 4
    assert results.seconds_with(100, [3, 1, 2]) == 3


def test_readme_says_what_a_hundred_workers_take():
    """The rows of its table, from the seconds of the stored cells."""
    stored = {}
    for name, result in chapters.results().items():
        if result.file("paper", STORED).exists():
            cells = reproduce.read_json(result.file("paper", STORED))["cells"]
            stored[name] = [cell["seconds"] for cell in cells]
    largest = max(stored, key=lambda name: sum(stored[name]))
    together = [s for seconds in stored.values() for s in seconds]
    readme = (STORED.parents[1] / "README.md").read_text(encoding="utf-8")
    for words, seconds in (
        (f"`{largest}`, the largest that is stored", stored[largest]),
        ("all that are stored", together),
    ):
        each = f"{duration(sum(seconds) / len(seconds))}, {duration(max(seconds))}"
        times = [duration(results.seconds_with(workers, seconds)) for workers in (2, 100)]
        assert f"| {words} | {len(seconds)} | {each} | {' | '.join(times)} |" in readme
    few = len(chapters.results()["authors-network"].cells("paper"))
    assert f"`authors-network` has only {few} cells" in readme
    assert f"more than {few} workers do not help" in readme


def test_cells_at_once_are_made_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = make(together=squares_at_once)
    written = reproduce.reproduce(result, "page", together=True, **folders(tmp_path))
    alone = reproduce.reproduce(make(), "page", results=tmp_path / "other", cache=tmp_path / "own")
    assert [c["numbers"] for c in written["cells"]] == [c["numbers"] for c in alone["cells"]]
    assert {c["code"] for c in written["cells"]} == {result.code(together=True)} != {result.code()}
    ran = tmp_path / "ran"
    assert ran.read_text() == "4"
    reproduce.reproduce(result, "page", together=True, **folders(tmp_path))
    assert ran.read_text() == "4", "finished cells were run again"


def test_cells_that_were_run_alone_are_not_run_again_with_the_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = make(together=squares_at_once, keep=True)
    first = reproduce.reproduce(result, "page", **folders(tmp_path))
    files.write_json(
        tmp_path / "results" / "squares-page.json", {**first, "cells": first["cells"][:3]}
    )
    shutil.rmtree(tmp_path / "cache")
    written = reproduce.reproduce(result, "page", together=True, **folders(tmp_path))
    assert (tmp_path / "ran").read_text() == "1" and written["summary"] == first["summary"]
    assert [c["code"] for c in written["cells"]] == [result.code()] * 3 + [result.code(True)]


def test_a_result_that_cannot_run_at_once_says_so_and_so_does_a_machine_without_a_gpu(
    tmp_path, monkeypatch, capsys
):
    with pytest.raises(ValueError, match="squares has no way to run all cells at once"):
        reproduce.reproduce(make(), "page", together=True, **folders(tmp_path))
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    options = ["--results", str(tmp_path / "results"), "--cache", str(tmp_path / "cache")]
    assert main(["reproduce", "authors-network", "--together", *options]) == 1
    assert "needs a GPU that torch can use, and there is none" in capsys.readouterr().err


def test_a_name_is_needed(capsys):
    assert main(["reproduce"]) == 2
    assert "reproduce needs a NAME, or --list" in capsys.readouterr().err


def test_the_bar_counts_kept_cells_and_says_the_time_left(tmp_path, capsys):
    reproduce.reproduce(make(), "page", **folders(tmp_path))
    assert "4/4" in capsys.readouterr().err
    next(tmp_path.glob("cache/*/[!f]*.json")).unlink()
    reproduce.reproduce(make(), "page", backend="sequential", **folders(tmp_path))
    bar = capsys.readouterr().err
    assert "3/4" in bar and "4/4" in bar and "<00:00" in bar


def test_the_cache_is_the_users_own(monkeypatch, tmp_path):
    import pooch

    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "of-the-user" / name)
    monkeypatch.chdir(tmp_path)
    reproduce.reproduce(make(), "page", results=tmp_path / "results")
    assert len(list((tmp_path / "of-the-user" / "lth-tutorial" / "cells").iterdir())) == 1


STORED_ONES = [
    (name, size)
    for name, result in chapters.results().items()
    for size in results.SIZES
    if result.file(size, STORED).exists()
]


def test_all_but_the_long_ones_are_stored_at_paper_size():
    short = [name for name, result in chapters.results().items() if not result.long]
    assert [name for name, size in STORED_ONES if size == "paper" and name in short] == short


@pytest.mark.parametrize("name, size", [one for one in STORED_ONES if one[1] == "paper"])
def test_a_stored_result_can_be_checked(name, size):
    """The cell that `--check` runs again is stored; a run of hours may not have come to it yet."""
    result = chapters.results()[name]
    cells = reproduce.read_json(result.file(size, STORED))["cells"]
    assert result.long or any(result.slice.chosen(cell["parameters"]) for cell in cells)


@pytest.mark.parametrize("name, size", STORED_ONES)
def test_stored_results_are_whole(name, size):
    """Every cell is there, and the summary is the one of its cells, up to last digits."""
    result = chapters.results()[name]
    stored = reproduce.read_json(result.file(size, STORED))
    assert (stored["size"], stored["name"]) == (size, name)
    parameters = as_json(result.cells(size))
    found = [cell["parameters"] for cell in stored["cells"]]
    if result.keep and not stored.get("complete", True):
        assert [p for p in parameters if p in found] == found
        return
    assert found == parameters
    again = json.loads(
        json.dumps(result.summarise(stored["cells"], stored["facts"]), default=float)
    )
    assert differences(again, stored["summary"]) == []


def test_words_are_no_part_of_a_stored_result():
    """A finding is worded anew without making a result again: the file holds numbers, not what they say."""
    heads = {"name", "title", "size", "complete", "facts", "summary", "cells", "provenance"}
    for name, size in STORED_ONES:
        stored = reproduce.read_json(chapters.results()[name].file(size, STORED))
        assert set(stored) <= heads, name
