"""Tables and the picture of the source's own network, from made-up cells."""

import json

import numpy as np
import pytest

from lth_tutorial.strong_ticket import figures
from lth_tutorial.strong_ticket.published import numbers as published
from lth_tutorial.strong_ticket.published import tables


def table_cell(epsilon, sparsity, test, halves=(0.5, 0.5), perturb_epochs=100, **more):
    history = {"losses": [1.0, 2.0], "accuracies": [0.5, 0.9, 0.4]}
    numbers = {"test": test, "halves": list(halves), "history": history}
    own = {"epsilon": epsilon, "sparsity": sparsity, "perturb_epochs": perturb_epochs}
    return {"parameters": own | more, "numbers": numbers}


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


def test_what_was_not_run_or_left_the_range_is_no_number():
    cells = [table_cell(0.0, 0.8, 0.80), table_cell(0.3, 0.8, 0.10), table_cell(0.3, 0.5, 0.1)]
    cells[2]["numbers"]["history"]["losses"][1] = None
    found = tables.accuracies({"cells": cells})
    assert (found[-1, 0], found[-1, -1]) == (0.80, 0.10)
    assert np.isnan(found[5, -1]) and np.isfinite(found).sum() == 2


def stored_cells(folder, name, cells):
    (folder / f"{name}.json").write_text(json.dumps({"cells": cells}), encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    """A table that has 0.1 more than the published one, two seeds more of its last column, two lengths."""
    every, seeds = [], []
    for k, s in enumerate(published.SPARSITIES):
        for m, e in enumerate(published.EPSILONS):
            every.append(table_cell(e, s, published.ACCURACY[k, m] + 0.1, seed=0))
        seeds += [table_cell(0.3, s, 0.5 + seed / 10, seed=seed) for seed in (3, 4)]
    stored_cells(tmp_path, "authors-network", every)
    stored_cells(tmp_path, "authors-network-seeds", seeds)
    lengths = [table_cell(0.3, 0.8, 0.6, perturb_epochs=n) for n in (1, 4)]
    stored_cells(tmp_path, "authors-network-lengths", lengths)
    return tmp_path


def test_tables_of_seeds_lengths_and_distances(folder):
    assert np.allclose(tables.away(folder), 0.1)
    seeds = tables.by_seed(folder)
    assert set(seeds) == {(0.3, s) for s in published.SPARSITIES}
    assert np.allclose(seeds[0.3, 0.8], [0.27, 0.8, 0.9])
    assert (
        tables.seeds_table(folder, (0.3,)).text.splitlines()[-1]
        == "| 0.8 | 0.17 | 0.27, 0.80, 0.90 |"
    )
    assert tables.lengths(folder, 0.8) == pytest.approx({0: 0.83, 1: 0.6, 4: 0.6, 100: 0.27})
    ways = tables.searches(folder)
    assert len(ways[0.3, 0.8]) == 3 and len(ways[0.0, 0.8]) == 1 and (0.3, 0.0) not in ways


def test_a_search_says_where_it_was_best_and_where_it_ends(folder):
    says = figures.searching(tables.searches(folder), 0.0, 0.8).lth_says
    assert (
        "best after pass 2 with 0.90, and worst after pass 3 with 0.40. It ends with 0.40" in says
    )


def test_a_sparsity_is_chosen_by_one_half_and_judged_by_the_other():
    """The cell that is best on the odd images, or on all, is not the one that the even ones choose."""
    column = [table_cell(0.3, s, 0.5) for s in published.SPARSITIES]
    column[0]["numbers"]["halves"] = [0.6, 0.61]
    column[2]["numbers"] |= {"test": 0.80, "halves": [0.85, 0.75]}
    column[3]["numbers"] |= {"test": 0.82, "halves": [0.80, 0.84]}
    rows = tables.choice_table({"cells": column}, (0.05, 0.3)).text.splitlines()[2:]
    assert rows == ["| 0.05 | – | – | – | – |", "| 0.3 | 0.2 | 0.750 | 0.610 | 0.820 |"]


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
