"""Tests of weight_pruning.published."""

import sys
import threading
from pathlib import Path

import numpy as np

import lth_tutorial
from lth_tutorial import reproduce
from lth_tutorial.weight_pruning.published import claims, numbers, pruned_network

from ..stored import STORED
from ..toys import folders


def test_the_page_size(tmp_path):
    """Every claim of the large network that does not depend on size."""
    written = reproduce.reproduce(pruned_network.RESULT, "page", workers=1, **folders(tmp_path))
    for cell in written["cells"]:
        found = cell["numbers"]
        assert found["problems"] == 2 * 784 * 40 + 400
        assert found["labels_that_differ"] <= 100
        assert found["sup_error"] <= found["bound_per_unit_of_length"] * found["longest_input"]


def test_the_log_of_the_source():
    """21 candidates for each of 397,000 weights; 21.5 hours; and what the table shows of it."""
    log = numbers.PUBLISHED
    assert log["n"] * numbers.WEIGHTS == log["candidates"] == 8_337_000
    table = claims.pruned_network_table(STORED).text
    assert "| 97.19% |" in table and "| 44.7% |" in table
    (claim,) = (c for c in claims.pruned_network(STORED) if c.key == "commercial-solver")
    assert "takes 21.5 hours on 36 cores" in claim.statement


def test_the_way_of_a_weight_is_short(monkeypatch):
    """From the result to the exact subset sums and back: nine files in three rooms, besides the checks."""
    drawn = np.random.default_rng(5)
    small = [drawn.uniform(-1, 1, (3, 784)), drawn.uniform(-1, 1, (10, 3))]
    monkeypatch.setattr(pruned_network, "load_target", lambda folder: small)
    passed = files_passed(pruned_network.run, pruned_network.MAIN | {"n": 9, "seed": 0}, None)
    passed -= {"checks.py"}
    assert len(passed) <= 9, passed
    assert {file.split("/")[0] for file in passed if "/" in file} == {
        "weight_pruning",
        "perturbed_subset_sum",
        "subset_sum",
    }


def files_passed(function, *args) -> set[str]:
    """The package's files in which a function is called while this one runs."""
    root, files = Path(lth_tutorial.__file__).parent, set()

    def note(frame, event, arg):
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(root):
            files.add(path.relative_to(root).as_posix())

    before = sys.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        function(*args)
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
    return files
