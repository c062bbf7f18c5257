"""What the drawing of a block says is what it shows."""

import re

import numpy as np

from lth_tutorial import reproduce
from lth_tutorial.strong_ticket import figures
from lth_tutorial.strong_ticket.published import claims, tables


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


def test_two_deviations_of_a_share():
    """Of 10,000 images .965 right: 2 sqrt(.965 .035 / 10,000); nothing is left to chance at 0 and 1."""
    assert np.allclose(
        figures.two_deviations([0.5, 0.965, 0, 1]), [0.01, 0.003676, 0, 0], atol=1e-6
    )


def test_the_comparisons_say_at_which_radii_they_differ():
    """At a difference of four standard deviations the radius is named, at half of one it is not."""
    level = np.full(11, 0.96)
    ahead = level + np.array([0.0] * 9 + [0.001, 0.011])
    pairs = {"fair": {"a": ahead, "b": level}, "same": {"a": level, "b": level}}
    assert "at radii 0.3." in figures.beside(pairs, "fair").lth_says
    assert "at 0 of 11 radii." in figures.beside(pairs, "same").lth_says


def test_the_comparisons_are_those_of_the_stored_controls():
    paper = reproduce.read_json("results/pgd-edge-popup.json")
    found = claims.beside(paper)
    noise = [other["noise"] for other in claims.controls(paper)]
    assert np.array_equal(found["is it the descent?"]["search after noise"], noise)
    assert np.array_equal(
        claims.from_noise(paper), np.subtract(*found["is it the descent?"].values())
    )


def test_the_length_of_the_descent_is_told_for_the_sparsity_chosen():
    found = {0.5: {0: 0.9, 1: 0.8, 4: 0.7}, 0.8: {0: 0.6, 1: 0.5, 4: 0.1}}
    says = figures.by_length(found, 0.8).lth_says
    assert "0.60 on untrained" in says and "0.50 after one" in says and "0.10 after 4" in says
    assert list(tables.by_length("results", (0.8,))) == [0.8]
