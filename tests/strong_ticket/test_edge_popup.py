"""Tests of strong_ticket.edge_popup."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lth_tutorial import strong_ticket
from lth_tutorial.strong_ticket import (
    controls,
    edge_popup,
    examples,
    experiments,
    reference,
    relu_network,
)

from .cases import batches


def by_sorting(scores, count):
    order = np.argsort(-np.abs(scores.flatten().numpy()), kind="stable")
    mask = np.zeros(scores.numel())
    mask[order[:count]] = 1
    return mask.reshape(scores.shape)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from([-2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 1e-40, 3e38]), min_size=1, max_size=30
    ),
    st.floats(0, 1),
)
def test_mask_keeps_the_largest_and_of_equals_the_first(values, share):
    scores = torch.tensor(values)
    count = round(share * len(values))
    mask = edge_popup.select(scores, count)
    assert mask.sum() == count
    assert np.array_equal(mask.numpy(), by_sorting(scores, count))
    if count > 0:
        flat = scores.abs()
        edge = edge_popup.by_bisection(flat[None], torch.tensor([count]))
        threshold, extra = edge_popup.threshold(flat, count)
        assert edge[0] == threshold
        assert extra == int((flat >= threshold).sum()) - count


def test_several_masks_at_once_are_the_single_ones(monkeypatch):
    scores = torch.from_numpy(
        np.random.default_rng(0).integers(-3, 4, (6, 5, 8)).astype(np.float32)
    )
    shares = [0.0, 0.1, 0.33, 0.5, 0.9, 1.0]
    expected = [
        edge_popup.select(s, edge_popup.kept(40, p)) for s, p in zip(scores, shares, strict=True)
    ]
    assert torch.equal(
        edge_popup._select_rows(scores, shares, edge_popup.kept), torch.stack(expected)
    )
    assert torch.equal(
        edge_popup.by_counting(scores, [edge_popup.kept(40, p) for p in shares]),
        torch.stack(expected),
    )


@pytest.mark.parametrize("scope", ["tensor", "global"])
def test_exact_count_and_untouched_weights(data, weights, scope):
    before = copy.deepcopy(weights)
    mask, _ = edge_popup.search(weights, data, 0.35, epochs=1, batch=50, scope=scope, rng=7)
    assert all(torch.equal(a, b) for a, b in zip(before, weights, strict=True))
    counts = [int(m.sum()) for m in mask.masks]
    if scope == "tensor":
        assert counts == [round(0.65 * 108), round(0.65 * 63), round(0.65 * 28)]
    else:
        assert sum(counts) == round(0.65 * 199)
    for pruned, w, m in zip(mask.apply(weights), weights, mask.masks, strict=True):
        assert torch.equal(pruned[m], w[m]) and not pruned[~m].any()


@pytest.mark.parametrize("sparsity", [0.3, 0.8])
@pytest.mark.parametrize("decay", [0.0, 1e-2])
def test_search_is_that_of_autograd(data, weights, sparsity, decay):
    """The same scores up to rounding: few steps, because a choice at the edge may part the two later."""
    for_scores, for_order = np.random.default_rng(8).spawn(2)
    scores = edge_popup.first_scores(weights, for_scores)
    few = relu_network.Data(data.x[:200], data.labels[:200], data.valid_x, data.valid_labels)
    steps = batches(few, 50, 1, for_order)
    expected = reference.search(weights, steps, sparsity, step=0.1, decay=decay, scores=scores)
    mask, _ = edge_popup.search(
        weights,
        few,
        sparsity,
        step=0.1,
        epochs=1,
        batch=50,
        decay=decay,
        schedule="constant",
        rng=8,
    )
    for mine, plain, first in zip(mask.scores, expected, scores, strict=True):
        assert torch.allclose(mine, plain, atol=1e-5) and not torch.allclose(mine, first, atol=1e-3)


def test_scores_are_independent_of_the_weights():
    """392,000 pairs: |correlation| of |score| and |w| above .01 has probability below 1e-9 (6 sigma).

    With one seed for both, it would be 1: a random mask would be a magnitude mask.
    """
    weights, (data, *_) = experiments.start(experiments.CONFIGURATIONS["page"], 0)
    none = {"epochs": 0}
    ticket = strong_ticket.pgd_strong_lth(
        weights, data, 0.0, (0.5,), perturb=none, search=none, rng=np.random.default_rng([6, 0, 0])
    )
    (scores, *_) = ticket.mask.scores
    pair = np.abs([scores.numpy().ravel(), weights[0].numpy().ravel()])
    assert abs(np.corrcoef(pair)[0, 1]) < 0.01
    same = edge_popup.first_scores(weights[:1], 5)[0]
    tied = relu_network.uniform_weights((784, 500), 1.0, 5)[0]
    both = np.abs([same.numpy().ravel(), tied.numpy().ravel()])
    assert np.corrcoef(both)[0, 1] > 0.999


def test_search_beats_random_masks(data, weights):
    """Of 200 random masks none fits the training rows as well: if the search were no better than they,
    this would happen with probability 1/201 for each of three searches, 1e-7 in all."""
    for seed in range(3):
        mask, _ = edge_popup.search(weights, data, 0.5, step=0.3, epochs=20, batch=50, rng=seed)
        loss = relu_network.evaluate(mask.apply(weights), data.x, data.labels)[0]
        streams = np.random.default_rng(100 + seed).spawn(200)
        others = [controls.random_mask(weights, 0.5, s).apply(weights) for s in streams]
        assert loss < min(relu_network.evaluate(w, data.x, data.labels)[0] for w in others)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_swaps_descend_to_first_order(seed):
    """For any step of the example that swaps without changes of sign; and the page's second-order bound.

    The scores lie so close together that about half of the steps do swap.
    """
    rng = np.random.default_rng(seed)
    weights, scores = rng.normal(size=2), rng.uniform(1, 1.01, 2)
    path, losses = examples.swap(weights, scores, 1.0, 0.05, 1)
    before, after = path.argmax(axis=1)
    assume((path > 0).all() and before != after)
    slope = weights[before] - 1.0
    change = weights[after] - weights[before]
    assert slope * change <= 0
    assert losses[1] - losses[0] == pytest.approx(slope * change + change**2 / 2)
    assert losses[1] - losses[0] <= slope * change + (weights**2).sum() + 1e-12
