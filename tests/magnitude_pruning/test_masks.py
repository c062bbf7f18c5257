"""Tests of magnitude_pruning.masks."""

import itertools
import math

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lth_tutorial import magnitude_pruning as mp

from .cases import half, small_network


@settings(max_examples=150, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    rate=st.floats(0.01, 0.99),
    scope=st.sampled_from(["global", "layer"]),
    half_output=st.booleans(),
    ties=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_largest_stay(sizes, rate, scope, half_output, ties, seed):
    """In every group the largest are kept, in the exact number, the first of equal ones."""
    rng = np.random.default_rng(seed)
    draw = (lambda n: rng.integers(-2, 3, n)) if ties else (lambda n: rng.normal(size=n))
    weights = {f"w{k}": torch.tensor(draw(n), dtype=torch.float64) for k, n in enumerate(sizes)}
    before = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
    for _ in range(2):
        after = mp.prune(weights, before, rate, scope, half_output)
        assert list(after) == list(weights)
        for names, share in groups(list(weights), scope, half_output, rate):
            size, was, now = (
                torch.cat([part[n] for n in names]) for part in (weights, before, after)
            )
            assert bool((was >= now).all())
            left = int(was.sum())
            assert int(now.sum()) == left - round(share * left)
            order = sorted(np.flatnonzero(was), key=lambda i: (-abs(size[i].item()), i))
            assert set(np.flatnonzero(now)) == set(order[: int(now.sum())])
        before = after


def groups(names, scope, half_output, rate):
    others = names[:-1] if half_output else names
    parts = [[n] for n in others] if scope == "layer" else [others] * bool(others)
    return [(p, rate) for p in parts] + ([([names[-1]], rate / 2)] if half_output else [])


@given(st.integers(0, 10**6), st.floats(0.01, 0.99), st.integers(1, 60))
def test_what_is_left_follows_the_formula(start, rate, rounds):
    left = start
    for _ in range(rounds):
        left -= round(rate * left)
    assert abs(left - start * (1 - rate) ** rounds) <= 1 / (2 * rate) + 1e-6


def test_magnitude_minimises_the_change_of_the_weights():
    """Against all 252 masks that keep 5 of 10."""
    w = torch.from_numpy(np.random.default_rng(1).normal(size=10))
    mask = mp.prune({"w": w}, {"w": torch.ones(10, dtype=torch.bool)}, 0.5, "layer", False)["w"]
    removed = [float((w[list(gone)] ** 2).sum()) for gone in itertools.combinations(range(10), 5)]
    assert math.isclose(float((w[~mask] ** 2).sum()), min(removed))


def test_the_example_where_magnitude_is_wrong():
    """f = 0.2 x1 + x2, deviations 10 and 1: removing the small weight costs twice as much."""
    w = torch.tensor([0.2, 1.0])
    kept = mp.prune({"w": w}, {"w": torch.ones(2, dtype=torch.bool)}, 0.5, "layer", False)["w"]
    x = np.random.default_rng(2).normal(size=(100_000, 2)) * [10, 1]
    costs = [np.std(x[:, k] * float(w[k])) for k in range(2)]
    assert kept.tolist() == [False, True] and 1.9 < costs[0] / costs[1] < 2.1


def test_what_may_be_pruned():
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.LayerNorm((2, 2)), nn.Flatten(),
        nn.Linear(16, 8), nn.MultiheadAttention(8, 2, add_bias_kv=True),
    )  # fmt: skip
    names = mp.prunable(model)
    assert names == ["0.weight", "4.weight", "5.in_proj_weight", "5.out_proj.weight"]
    assert mp.prunable(model, lambda name, p: True) == names
    assert mp.prunable(model, lambda name, p: name.startswith("4")) == ["4.weight"]


def test_random_masks_keep_as_many_of_each_parameter():
    masks = half(small_network())
    drawn = mp.random_masks(masks, 7)
    assert all(drawn[n].sum() == masks[n].sum() for n in masks)
    assert all(not torch.equal(drawn[n], masks[n]) for n in masks)
    again = mp.random_masks(masks, 7)
    assert all(torch.equal(drawn[n], again[n]) for n in masks)
    assert mp.sparsity(drawn) == mp.sparsity(masks) == 0.5
    assert mp.kept(masks) == (6 * 8 + 8 * 3) // 2
