"""What the pictures of networks say is what they show."""

import csv
import io
import re
from itertools import combinations

import numpy as np
import pytest

from lth_tutorial.subset_sum import best_subset
from lth_tutorial.weight_pruning import figures, prune_network

TARGET = np.array([[0.3, -0.2], [0.1, 0.4]])


@pytest.mark.parametrize("inputs", figures.INPUTS)
@pytest.mark.parametrize("n", [2, 4, 6])
def test_each_step_of_the_wiring_leaves_fewer_edges(n, inputs):
    halves = 2 if figures.INPUTS[inputs] else 1
    neurons = 2 * halves * n
    says = [figures.wiring(TARGET, n, step, inputs).lth_says for step in figures.STEPS]
    pruned = [int(re.search(r"(\d+) of (\d+) edges", text)[1]) for text in says]
    assert all(f"{neurons} random neurons" in s and f"of {4 * neurons} edges" in s for s in says)
    assert pruned[:2] == [0, neurons] and pruned[1] < pruned[2] == pruned[3]
    network = prune_network(
        TARGET, n, rng=222, signed_input=figures.INPUTS[inputs], signs="stratified"
    )
    assert pruned[3] == 4 * neurons - sum(int(mask.sum()) for mask in network.masks)


@pytest.mark.parametrize("inputs, count", [("any sign", 2), ("never negative", 1)])
def test_the_lit_edges_make_the_weight(inputs, count):
    """The sums in the sentence are the effective weights, and the edges that are lit are the kept ones."""
    figure = figures.wiring(TARGET, 6, "one weight", inputs)
    signed = figures.INPUTS[inputs]
    layer = prune_network(TARGET, 6, rng=222, signed_input=signed, signs="stratified").layers[0]
    sums = [float(s) for s in re.findall(r"= ([\d.]+) for", figure.lth_says)]
    assert sums == [pytest.approx(w, abs=0.005) for w in layer.effective_weights()[:, 0, 0]]
    lit = [p for p in figure.axes[0].patches if p.get_linewidth() > 2]
    lines = sum(len(p.get_path().vertices) // 2 for p in lit)
    assert len(lit) == 2 * count and lines == 2 * int(layer.mask[0, 0].sum())


def test_each_step_of_the_stack_says_what_it_shows():
    """Edges that the sentence counts are edges of the picture, and the lit ones make the weight."""
    matrices = [TARGET, np.array([[0.25, -0.4]])]
    frames = [figures.stack(matrices, 4, show) for show in figures.STACK]
    assert "6 weights in all" in frames[0].lth_says and len({f.lth_says for f in frames}) == 4
    network = prune_network(matrices, 4, rng=364, signs="stratified")
    pruned, whole = map(int, re.search(r"(\d+) of the (\d+) edges", frames[2].lth_says).groups())
    assert whole == network.total == 16 * 4 + 8 * 3 and whole - pruned == network.kept
    drawn = [sum(len(p.get_path().vertices) // 2 for p in f.axes[0].patches) for f in frames[:3]]
    assert drawn == [6, whole, whole]
    sums = [float(s) for s in re.findall(r"= ([\d.]+) for", frames[3].lth_says)]
    layer = network.layers[0]
    assert sums == [pytest.approx(w, abs=0.005) for w in layer.effective_weights()[:, 0, 0]]
    lit = [p for p in frames[3].axes[0].patches if p.get_linewidth() > 2]
    assert sum(len(p.get_path().vertices) // 2 for p in lit) == 2 * int(layer.mask[0, 0].sum())


def test_the_line_of_the_landing_page_is_a_network_pruned_best():
    """Its output is that of the best of all subsets of the neurons, for each sign of the input."""
    rng = np.random.default_rng(26)
    first, second = rng.uniform(0, 1, (2, 8)) * [[1], [-1]], rng.uniform(-1, 1, (2, 8))
    figure = figures.pruned_line(3)
    rows = list(csv.DictReader(io.StringIO(figure.lth_csv)))
    x, output = (np.array([row[name] for row in rows], float) for name in ("x", "output"))
    for side, place in ((0, -1), (1, 0)):
        u, v = first[side, :3], second[side, :3]
        sums = [
            (np.maximum(u * x[place], 0) * v)[list(kept)].sum()
            for size in range(4)
            for kept in combinations(range(3), size)
        ]
        best = min(sums, key=lambda s: abs(s - 0.4 * x[place]))
        assert np.isclose(output[place], best, atol=1e-4)


def test_the_draw_of_the_landing_page_is_a_usual_one():
    """Its last error lies between half and twice the median of 200 other draws."""
    shown = float(re.search(r"within ([\d.]+) of", figures.pruned_line(8).lth_says)[1])
    others = []
    for seed in range(1000, 1200):
        rng = np.random.default_rng(seed)
        products = rng.uniform(0, 1, (2, 8)) * [[1], [-1]] * rng.uniform(-1, 1, (2, 8))
        others.append(max(best_subset(row, 0.4).error for row in products))
    assert np.median(others) / 2 < shown < 2 * np.median(others)
