"""Tables and the picture of the source's own network, from made-up cells."""

import numpy as np
import pytest

from lth_tutorial.strong_ticket import figures
from lth_tutorial.strong_ticket.published import numbers as published
from lth_tutorial.strong_ticket.published import tables


def table_cell(epsilon, sparsity, test, halves=(0.5, 0.5)):
    numbers = {"test": test, "halves": list(halves)}
    return {"parameters": {"epsilon": epsilon, "sparsity": sparsity}, "numbers": numbers}


def corner_cell(sparsity, passes, test=0.5, **other):
    parameters = {"network": "redundant", "change": "none", "search_epochs": 5}
    numbers = {
        "test": test,
        "magnitude": 0.4,
        "start": {"test": 0.1, "logits": 0.01},
        "whole": {"test": 0.9},
        "track": {"overlap": [[1.0, 0.99], [0.9999, 0.9878]], "test": [0.2, test]},
    }
    own = {"sparsity": sparsity, "perturb_epochs": passes}
    return {"parameters": parameters | own | other, "numbers": numbers}


def test_the_distance_is_stated_cell_by_cell_and_what_is_missing_is_a_dash():
    written = {"cells": [table_cell(0.0, 0.8, 0.80), table_cell(0.3, 0.8, 0.10)]}
    *_, last = tables.distance_table(written).text.splitlines()
    assert last == "| 0.8 | 0.73, 0.80 (+0.07) | 0.68, – | 0.17, 0.10 (-0.07) |"
    away = tables.distances(written)
    assert away["mean"][0] == pytest.approx(0.07) and np.isnan(away["mean"][1])
    assert away["largest"][published.EPSILONS.index(0.3)] == pytest.approx(0.07)


def test_a_sparsity_is_chosen_by_one_half_and_judged_by_the_other():
    """The cell that is best on the odd images, or on all, is not the one that the even ones choose."""
    column = [table_cell(0.3, s, 0.5) for s in published.SPARSITIES]
    column[0]["numbers"]["halves"] = [0.6, 0.61]
    column[2]["numbers"] = {"test": 0.80, "halves": [0.85, 0.75]}
    column[3]["numbers"] = {"test": 0.82, "halves": [0.80, 0.84]}
    rows = tables.choice_table({"cells": column}, (0.05, 0.3)).text.splitlines()[2:]
    assert rows == ["| 0.05 | – | – | – | – |", "| 0.3 | 0.610 | 0.2 | 0.750 | 0.820 |"]


def test_one_cell_is_found_or_there_is_a_complaint():
    cells = [corner_cell(0.8, 40), corner_cell(0.8, 40, network="dense")]
    assert tables.one(cells, sparsity=0.8, network="dense") is cells[1]["numbers"]
    with pytest.raises(KeyError, match="0 cells"):
        tables.one(cells, sparsity=0.5)
    with pytest.raises(KeyError, match="2 cells"):
        tables.one([cells[0]] * 2, sparsity=0.8)


def test_changes_are_ordered_by_what_they_bring():
    cells = [corner_cell(0.8, 0, 0.9), corner_cell(0.8, 40, 0.2)]
    cells += [corner_cell(0.8, 40, 0.3, change="worse"), corner_cell(0.8, 40, 0.8, change="better")]
    cells += [corner_cell(0.8, 40, 0.4, search_epochs=20), corner_cell(0.8, 40, network="dense")]
    rows = tables.changes_table(cells).text.splitlines()[2:]
    names = [row.split(" | ")[0][2:] for row in rows]
    longer = "a search four times as long"
    assert names == ["nothing", "no descent at all", "better", longer, "worse"]
    assert rows[0] == "| nothing | 0.90 | 0.20 | 0.0100 | 1.22 % |"


def test_further_experiments_wait_with_a_dash():
    first = {"test": 0.9, "before": {"test": 0.7}}
    cells = [{"parameters": {"kind": "prune first", "sparsity": 0.8}, "numbers": first}]
    rows = tables.further_table({"cells": cells}).text.splitlines()[2:]
    assert rows == ["| prune first | – | 0.90 |", "| its mask, before the descent | – | 0.70 |"]


def test_the_picture_says_what_was_replaced():
    cells = [corner_cell(0.8, n, 0.9 - n / 50) for n in tables.LENGTHS]
    says = figures.corner(cells, 40, 0.8).lth_says
    assert "Edge-Popup 0.10" in says and "replaced 122 in 10,000" in says
