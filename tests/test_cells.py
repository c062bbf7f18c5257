"""Finished cells: whole, of the present code and of the parameters asked for, or made again."""

import errno
import json
import multiprocessing
import os
import shutil

import pytest

from lth_tutorial import files, reproduce, results

from .toys import failing, folders, in_steps, make, no_dict, run, runs


def kept(tmp_path):
    """The cells in the cache, in the order of their parameters."""
    paths = [path for path in tmp_path.glob("cache/*/*.json") if path.name != "facts.json"]
    return sorted(paths, key=lambda path: files.read_json(path)["parameters"]["k"])


def test_a_cell_holds_its_parameters_and_its_code(tmp_path):
    reproduce.reproduce(make(), "page", **folders(tmp_path))
    for k, path in enumerate(kept(tmp_path)):
        cell = files.read_json(path)
        assert cell["parameters"] == {"k": k} and cell["code"] == make().code()


@pytest.mark.parametrize(
    "content", ["[]", "null", "3", '{"numbers": {}}', '{"parameters": {"k"', ""]
)
def test_a_bad_cell_is_noticed_first_set_aside_and_made_again(tmp_path, content, capsys):
    """Noticed first: before another cell, which then fails, is run."""
    first = reproduce.reproduce(make(), "page", **folders(tmp_path))
    bad, other = kept(tmp_path)[1:3]
    whole = bad.read_text(encoding="utf-8")
    bad.write_text(content, encoding="utf-8")
    other.unlink()
    broken = make(failing)
    object.__setattr__(broken, "code", make().code)
    with pytest.raises(RuntimeError, match="interrupted"):
        reproduce.reproduce(broken, "page", backend="sequential", **folders(tmp_path))
    assert f"{bad.name} is damaged: set aside as {bad.name}.bad" in capsys.readouterr().err
    assert bad.with_suffix(".json.bad").read_text(encoding="utf-8") == content
    second = reproduce.reproduce(make(), "page", **folders(tmp_path))
    assert second["summary"] == first["summary"]
    assert json.loads(whole)["numbers"] == files.read_json(bad)["numbers"]


def test_bad_facts_are_prepared_again(tmp_path):
    first = reproduce.reproduce(make(), "page", **folders(tmp_path))
    (facts,) = tmp_path.glob("cache/*/facts.json")
    facts.write_text("[]")
    assert reproduce.reproduce(make(), "page", **folders(tmp_path))["facts"] == first["facts"]
    assert runs(tmp_path).count("prepared") == 2


def test_what_was_prepared_and_is_gone_is_prepared_again(tmp_path):
    first = reproduce.reproduce(make(), "page", **folders(tmp_path))
    (made,) = tmp_path.glob("cache/*/runs")
    made.unlink()
    assert reproduce.reproduce(make(), "page", **folders(tmp_path))["facts"] == first["facts"]
    assert runs(tmp_path) == ["prepared"]


def test_a_cell_of_other_parameters_or_other_code_is_not_used(tmp_path):
    reproduce.reproduce(make(), "page", **folders(tmp_path))
    one, two, *_ = kept(tmp_path)
    for path, changed in ((one, {"parameters": {"k": 7}}), (two, {"code": "another"})):
        path.write_text(json.dumps(files.read_json(path) | changed | {"numbers": {"square": 99}}))
    again = reproduce.reproduce(make(), "page", **folders(tmp_path))
    assert [cell["numbers"]["square"] for cell in again["cells"]] == [0, 1, 4, 9]


def test_a_cell_that_gives_no_numbers_is_named(tmp_path):
    with pytest.raises(
        TypeError, match=r"a cell must return a dict of numbers; {'k': 0} returned \[\]"
    ):
        reproduce.reproduce(make(no_dict), "page", backend="sequential", **folders(tmp_path))


def test_a_full_disk_is_named_with_its_folder_and_leaves_nothing(tmp_path, monkeypatch):
    """Full from the third file on: two cells are kept, and nothing else is there."""
    opened, written = os.fdopen, []

    def fdopen(handle, *mode):
        file = opened(handle, *mode)
        written.append(handle)
        if len(written) > 3:
            file.write(b"half of it")
            file.close()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return file

    monkeypatch.setattr(files.os, "fdopen", fdopen)
    with pytest.raises(OSError, match="could not be written into .*squares-page.*: No space left"):
        reproduce.reproduce(make(), "page", backend="sequential", **folders(tmp_path))
    assert len(kept(tmp_path)) == 2 and not list(tmp_path.rglob("*.part"))
    monkeypatch.undo()
    assert reproduce.reproduce(make(), "page", **folders(tmp_path))["summary"]["sum"] == 14
    assert len(runs(tmp_path)) == 6  # the cell whose numbers had no place is the only one run twice


# Studies of days: the file of results is enough to go on from


def long(run=in_steps, **options):
    return make(run, name="study", keep=True, **options)


def file_of(tmp_path):
    return tmp_path / "results" / "study.json"


def in_a_process(tmp_path):
    """Run the study in a process of its own, which the third cell kills."""
    options = {"size": "paper", "backend": "sequential", **folders(tmp_path)}
    process = multiprocessing.get_context("spawn").Process(target=_study, args=(options,))
    process.start()
    process.join(60)
    return process.exitcode


def _study(options):
    reproduce.reproduce(long(), **options)


def test_a_study_goes_on_within_a_cell_where_it_was_killed(tmp_path):
    assert in_a_process(tmp_path) == -9
    assert reproduce.reproduce(long(), "paper", **folders(tmp_path))["cells"][2]["numbers"] == {
        "square": 4,
        "started_at": 2,
    }


def test_a_study_goes_on_from_its_file_alone(tmp_path):
    """Killed within the third cell; then the cache is gone: the same numbers as without an interruption."""
    assert in_a_process(tmp_path) == -9
    partial = files.read_json(file_of(tmp_path))
    assert partial["complete"] is False and "summary" not in partial
    assert [cell["parameters"]["k"] for cell in partial["cells"]] == [0, 1]
    assert partial["provenance"]["code"] == long().code() and partial["facts"] == {
        "shared": "paper"
    }
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").mkdir()
    # Cell 2 begins again, and would be killed again: it has a step behind it here.
    folder = tmp_path / "cache" / f"study-paper-{long().code()[:12]}"
    folder.mkdir()
    (folder / "steps-of-2").write_text("1")
    written = reproduce.reproduce(long(), "paper", **folders(tmp_path))
    assert written["complete"] and written["cells"][:2] == partial["cells"]
    assert runs(tmp_path) == sorted([*map(str, range(2, 9)), "prepared"])
    whole = reproduce.reproduce(make(), "paper", **folders(tmp_path / "whole"))
    assert written["summary"] == whole["summary"]
    assert not list((tmp_path / "results").glob("*.old"))


def test_stale_cells_of_a_file_are_not_used(tmp_path, monkeypatch):
    first = reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    stale = {**first, "cells": [{**cell, "code": "old"} for cell in first["cells"]]}
    files.write_json(file_of(tmp_path), stale)
    shutil.rmtree(tmp_path / "cache")
    reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    assert len(runs(tmp_path)) == 1 + 9


def test_cells_of_code_that_was_checked_are_used(tmp_path):
    first = reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    old = {**first["provenance"], "code": "old", "checked": {"code": long(run).code()}}
    cells = [
        {k: v for k, v in cell.items() if k not in ("code", "device")} for cell in first["cells"]
    ]
    files.write_json(file_of(tmp_path), {**first, "provenance": old, "cells": cells[:6]})
    shutil.rmtree(tmp_path / "cache")
    again = reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    assert runs(tmp_path) == ["6", "7", "8", "prepared"]
    assert [cell["code"] for cell in again["cells"]] == ["old"] * 6 + [long(run).code()] * 3
    assert again["provenance"]["checked"] == old["checked"] and again["summary"] == first["summary"]


def test_a_whole_file_stays_until_the_new_one_is_whole(tmp_path, monkeypatch):
    first = reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    monkeypatch.setattr(results, "code_digest", lambda *functions: "another")
    with pytest.raises(RuntimeError, match="interrupted"):
        reproduce.reproduce(long(failing), "paper", backend="sequential", **folders(tmp_path))
    assert files.read_json(file_of(tmp_path).with_suffix(".json.old")) == first
    assert len(files.read_json(file_of(tmp_path))["cells"]) == 2
    again = reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    assert again["summary"] == first["summary"]
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["study.json"]


def test_a_damaged_file_of_a_study_is_set_aside(tmp_path, capsys):
    first = reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    file_of(tmp_path).write_text('{"cells": [')
    again = reproduce.reproduce(long(run), "paper", **folders(tmp_path))
    assert again["summary"] == first["summary"]
    assert "set aside as study.json.bad" in capsys.readouterr().err
