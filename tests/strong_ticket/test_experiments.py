"""Tests of strong_ticket.experiments."""

import pytest
import torch

from lth_tutorial.strong_ticket import experiments


def test_histograms_count_every_weight():
    weights = [torch.tensor([[0.05, -0.2, 0.9, 1.4]]), torch.tensor([[-3.0], [0.01]])]
    masks = [torch.tensor([[True, False, True, True]]), torch.tensor([[True], [False]])]
    share = experiments.mask_histogram(weights, masks, [1.0, 2.0])
    assert share[0] == 0.5 and share[2] == 0.0 and share[9] == 1.0 and share[-1] == 1.0
    moved = experiments.movement_histogram(weights, [w + 0.1 for w in weights], [1.0, 2.0])
    assert sum(moved) == pytest.approx(1, abs=1e-3) and moved[-1] == pytest.approx(4 / 6, abs=1e-3)


def test_columns_in_one_batch_are_the_single_ones(small):
    """The way taken on a GPU ("cpu:0" is not "cpu"), with the draws of the other."""
    single = experiments.columns(small, [0.0, 0.1], 0, (0.0, 0.5))
    batch = experiments.columns(small, [0.0, 0.1], 0, (0.0, 0.5), device="cpu:0")
    for one, many in zip(single, batch, strict=True):
        assert one["epsilon"] == many["epsilon"]
        assert one["movement"] == pytest.approx(many["movement"], abs=0.01)
        for mine, other in zip(one["cells"], many["cells"], strict=True):
            assert mine["test"] == pytest.approx(other["test"], abs=0.02)
            assert mine["losses"] == pytest.approx(other["losses"], abs=0.05)
            assert mine["kept"] == pytest.approx(other["kept"], abs=0.05)


def test_controls_share_the_weights_of_the_table(small):
    """At sparsity 0 both controls are W_T itself, the table's own first row: the same draws."""
    (column,) = experiments.columns(small, [0.05], 0, (0.0,))
    found = experiments.control_columns(small, 0.05, 0, (0.0, 0.5))
    row = column["cells"][0]["test"]
    assert [found["random"][0], found["magnitude"][0]] == pytest.approx([row, row], abs=1e-3)
    assert found["magnitude"][1] > 0.2 and found["longer"] > column["cells"][0]["test"]
    assert 0.3 < found["noise"] < 0.95


def test_seeds_and_radii_draw_their_own_streams(small):
    weights = [experiments.start(small, seed)[0][0] for seed in (0, 1)]
    assert not torch.equal(*weights)
    same = experiments.start(small, 0)[0][0]
    assert torch.equal(weights[0], same)
