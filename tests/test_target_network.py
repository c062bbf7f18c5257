"""The targets' training: gradients against finite differences, and a network that learns."""

import numpy as np
import pytest

from lth_tutorial import datasets, target_network


def loss(weights, x, labels):
    logits = target_network.forward(weights, x)
    logits = logits - logits.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(x)), labels])


def test_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=shape) for shape in ((5, 4), (6, 5), (3, 6))]
    x, labels = rng.normal(size=(7, 4)), rng.integers(0, 3, 7)
    found = target_network.gradient(weights, x, labels)
    for k, weight in enumerate(weights):
        direction = rng.normal(size=weight.shape)
        moved = [
            [w + sign * 1e-6 * direction if i == k else w for i, w in enumerate(weights)]
            for sign in (1, -1)
        ]
        numeric = (loss(moved[0], x, labels) - loss(moved[1], x, labels)) / 2e-6
        assert np.sum(found[k] * direction) == pytest.approx(numeric, rel=1e-5, abs=1e-8)


def test_it_learns_and_repeats():
    images, labels = datasets.digits()
    x = images.reshape(-1, 64) / 16
    train = (x[:1200], labels[:1200])
    weights = target_network.train((64, 32, 10), *train, epochs=20, rng=2, step=3e-3)
    again = target_network.train((64, 32, 10), *train, epochs=20, rng=2, step=3e-3)
    assert [w.shape for w in weights] == [(32, 64), (10, 32)]
    assert all(np.array_equal(a, b) for a, b in zip(weights, again, strict=True))
    logits = target_network.forward(weights, x[1200:])
    assert target_network.accuracy(logits, labels[1200:]) > 0.85
    smaller = target_network.train((64, 32, 10), *train, epochs=20, rng=2, step=3e-3, decay=3.0)
    assert np.linalg.norm(smaller[0]) < np.linalg.norm(weights[0])


def test_bad_input_is_named():
    x, labels = np.zeros((5, 4)), np.zeros(5, dtype=int)
    with pytest.raises(
        ValueError, match=r"x \(5, 4\) and labels \(5,\) must be \(N, 3\) and \(N,\)"
    ):
        target_network.train((3, 2), x, labels, epochs=1, rng=0)
    with pytest.raises(ValueError, match="labels must lie in 0 .. 1"):
        target_network.train((4, 2), x, labels + 2, epochs=1, rng=0)
