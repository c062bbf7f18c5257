"""Tests of magnitude_pruning.tickets."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from lth_tutorial import magnitude_pruning as mp
from lth_tutorial.magnitude_pruning import networks, training

from .cases import LABELS, small_network, trainer


@pytest.mark.parametrize("rewind_to", [0, 1, 5])
@pytest.mark.parametrize("scope", ["global", "layer"])
def test_rounds(rewind_to, scope):
    """Nested masks, exact counts, rewinding to the bits of step k, from a training of our own."""
    model, starts = small_network(), []
    train = trainer()

    def watched(model, step):
        starts.append((step, mp.copy_of(model)))
        return train(model, step)

    found = mp.iterative_magnitude_pruning(
        model, watched, 3, 0.3, rewind_to, scope, keep_trained=True
    )
    alone = small_network()
    trainer(steps=rewind_to)(alone, 0)
    at_step = mp.copy_of(alone)
    assert [step for step, _ in starts] == [0] + [rewind_to] * 3
    for k, (masks, (_, start)) in enumerate(zip(found.masks, starts, strict=True)):
        source = found.initial if k == 0 else at_step
        for name, value in start.items():
            expected = value if name not in masks else source[name] * masks[name]
            assert torch.equal(start[name], expected if name in masks else source[name])
        for name, mask in masks.items():
            assert bool((mask <= found.masks[max(k - 1, 0)][name]).all())
            assert not found.trained[k][name][~mask].any()
    assert all(torch.equal(found.rewound[n], at_step[n]) for n in at_step)
    left = [24]
    for _ in range(3):
        left.append(left[-1] - round(0.15 * left[-1]))
    assert [int(m["3.weight"].sum()) for m in found.masks] == left
    assert len(found.scores) == 4


def test_what_decides_is_the_trained_weight():
    model = small_network()
    train = trainer(lambda p: torch.optim.Adam(p, lr=0.05), 60)
    found = mp.iterative_magnitude_pruning(
        model, train, 1, 0.5, scope="layer", half_output=False, keep_trained=True
    )
    expected = mp.prune(found.trained[0], found.masks[0], 0.5, "layer", False)
    assert all(torch.equal(found.masks[1][n], expected[n]) for n in expected)
    early = mp.prune(found.initial, found.masks[0], 0.5, "layer", False)
    assert any(not torch.equal(early[n], expected[n]) for n in expected)


def test_buffers_are_rewound_too():
    """Three bugs of a public code, the second: biases and buffers return to their first values."""
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3))
    seen = []

    def watched(model, step):
        seen.append({n: v.clone() for n, v in model.state_dict().items()})
        return trainer()(model, step)

    mp.iterative_magnitude_pruning(model, watched, 3, 0.2)
    for state in seen[1:]:
        for name, value in state.items():
            if name not in ("0.weight", "3.weight"):
                assert torch.equal(value, seen[0][name]), name


def test_it_prunes_a_convolutional_network():
    model = networks.lenet_5(0)
    images = torch.from_numpy(np.random.default_rng(0).normal(size=(50, 784))).float()
    few = training.Digits(images, LABELS.repeat(2)[:50], images, LABELS.repeat(2)[:50])
    train = training.Training(few, 6, (6,), batch=10)
    found = mp.iterative_magnitude_pruning(model, train, 2, 0.2, scope="layer", half_output=False)
    counts = [[int(m.sum()) for m in masks.values()] for masks in found.masks]
    assert counts[0] == [150, 2400, 48000, 10080, 840] and sum(counts[0]) == 61470
    assert counts[2] == [96, 1536, 30720, 6451, 538]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"rate": 1.0}, r"rate must lie in \(0, 1\), got 1.0"),
        ({"rate": 0.0}, r"rate must lie in \(0, 1\), got 0.0"),
        ({"rounds": -1}, "rounds must be a whole number, at least 0; got -1"),
        ({"rounds": 1.5}, "rounds must be a whole number, at least 0; got 1.5"),
        ({"rewind_to": "a"}, "rewind_to must be a whole number, at least 0; got 'a'"),
        ({"rewind_to": 99}, "rewind_to is 99, but train took 12 steps of an optimizer"),
        ({"scope": "tensor"}, "scope must be one of global, layer; got 'tensor'"),
        ({"output": "head"}, "output must be one of 0.weight, 3.weight; got 'head'"),
        ({"which": lambda n, p: False}, "which must choose at least one weight of the model"),
    ],
)
def test_errors_name_the_argument(change, text):
    with pytest.raises(ValueError, match=text):
        mp.iterative_magnitude_pruning(
            small_network(), trainer(), **({"rounds": 1, "rate": 0.2} | change)
        )


def test_a_training_may_take_the_model_alone():
    plain = trainer()
    both = [
        mp.iterative_magnitude_pruning(small_network(), train, 2)
        for train in (lambda model: plain(model, 0), lambda model, step: plain(model, 0))
    ]
    assert both[0].scores == both[1].scores
    for one, other in zip(both[0].masks, both[1].masks, strict=True):
        assert all(torch.equal(one[name], other[name]) for name in one)


def test_more_errors():
    model = small_network()
    with pytest.raises(ValueError, match="must be a module and train a function; got .*, int"):
        mp.iterative_magnitude_pruning(model, 3, 1)
    with pytest.raises(ValueError, match=r"no parameter 1.weight of shape \(2,\)"):
        mp.apply(model, {"1.weight": torch.ones(2, dtype=torch.bool)})
    with torch.no_grad():
        model[0].weight[0, 0] = math.nan
    with pytest.raises(ValueError, match="weights must be finite; 0.weight are not"):
        mp.prune(dict(model.named_parameters()), mp.whole(model), 0.5, "layer")
    with pytest.raises(ValueError, match="samples must lie in 1 .. 10000, got 0"):
        training.digits(samples=0)
