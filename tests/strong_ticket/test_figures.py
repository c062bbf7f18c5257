"""What the drawing of a block says is what it shows."""

import re

import numpy as np

from lth_tutorial.strong_ticket import figures


def test_a_mask_leaves_a_path_only_where_gate_and_entry_stay():
    """A fifth of 15 gates and of 30 entries, as the source counts; lit are the whole paths."""
    figure = figures.block(figures.BLOCKS[2])
    numbers = [int(n) for n in re.findall(r"\d+", figure.lth_says)]
    assert numbers[:4] == [3, 15, 6, 30] and numbers[5] == 30
    lit = [p for p in figure.axes[0].patches if p.get_linewidth() > 2]
    assert len(lit[-1].get_path().vertices) // 2 == numbers[4]


def test_a_block_stands_for_a_dense_layer():
    dense, whole = (figures.block(show).lth_says for show in figures.BLOCKS[:2])
    assert "3 inputs, 2 outputs, 6 weights" in dense
    assert "15 gates and 30 matrix entries, 30 paths" in whole


def test_drawn_masks_keep_what_is_asked():
    for size, sparsity in ((15, 0.8), (30, 0.8), (7, 0.5)):
        mask = figures._drawn(np.random.default_rng(3), size, sparsity)
        assert mask.sum() == size - int(sparsity * size)
