"""Tests of magnitude_pruning.training."""

import itertools
import math

import numpy as np
import torch
from torch import nn

from lth_tutorial import magnitude_pruning as mp
from lth_tutorial.magnitude_pruning import experiments, networks, training

from .cases import DATA, LABELS


def test_batches_cover_an_epoch_and_go_on_from_a_step():
    x = torch.arange(10.0)[:, None]
    data = training.Digits(x, torch.arange(10), x, torch.arange(10))
    train = training.Training(data, 9, (), batch=3, order=4)
    batches = list(itertools.islice(train._batches(0), 9))
    for epoch in range(3):
        seen = torch.cat(batches[3 * epoch : 3 * epoch + 3]).tolist()
        assert len(set(seen)) == 9
    later = list(itertools.islice(train._batches(4), 5))
    assert all(torch.equal(a, b) for a, b in zip(batches[4:], later, strict=True))


def test_measured_where_it_was_asked():
    model = nn.Linear(6, 3)
    data = training.Digits(DATA, LABELS, DATA, LABELS)
    assert training.Training(data, 4, (0, 2, 4), batch=8)(model, 1)[0] is None
    curve = training.Training(data, 4, (0, 2, 4), batch=8)(networks.glorot(model, 1))
    before = float((networks.glorot(model, 1)(DATA).argmax(1) == LABELS).float().mean())
    assert math.isclose(curve[0], before, abs_tol=1e-6) and len(curve) == 3


def test_weights_are_the_same_everywhere():
    """Drawn by numpy on the CPU, with variance 2 / (fan in + fan out)."""
    a, b = networks.lenet_300_100(5), networks.lenet_300_100(5)
    assert all(torch.equal(p, q) for p, q in zip(a.parameters(), b.parameters()))  # noqa: B905
    assert sum(mask.numel() for mask in mp.whole(a).values()) == 266_200
    # 235,200 normals: the mean square is within 6 sqrt(2 / 235200) of the variance, but 1 time in 10^8.
    assert abs((a[0].weight ** 2).mean().item() * 1084 / 2 - 1) < 6 * math.sqrt(2 / 235_200)


def test_streams_have_nothing_in_common():
    """Initial weights, control weights and orders of different seeds: all different draws."""
    names = experiments.streams(3)
    draws = [
        np.random.default_rng(seed).normal()
        for s in (3, 4)
        for seed in experiments.streams(s).values()
    ]
    assert len(set(draws)) == 8 and list(names) == ["weights", "order", "others", "masks"]
