"""Tests of neuron_pruning.kernel."""

import numpy as np
import pytest

from lth_tutorial import neuron_pruning
from lth_tutorial.neuron_pruning import (
    arc_cosine_kernel,
    draw_weights,
    relu_features,
)

from .cases import points


@pytest.mark.parametrize("law", ["gaussian", "sphere", "ball"])
def test_kernel_is_the_mean_of_products(law):
    """Against 400,000 draws: a correct kernel misses by 6 standard errors with probability below 3e-9
    for each of 21 entries."""
    x = 1.5 * points(6, 4, 1)
    features = relu_features(x, draw_weights(law, 400_000, 4, 2))
    kernel = arc_cosine_kernel(x, law)
    for i in range(6):
        for j in range(i + 1):
            product = features[i] * features[j]
            error = product.std() / np.sqrt(product.size)
            assert abs(product.mean() - kernel[i, j]) < 6 * error


def test_kernel_by_hand():
    """Orthogonal, opposite and equal unit vectors: 1/2pi, 0 and 1/2."""
    kernel = arc_cosine_kernel(np.array([[1.0, 0], [0, 1], [-1, 0], [1, 0], [0, 0]]))
    assert kernel[0] == pytest.approx([0.5, 1 / (2 * np.pi), 0, 0.5, 0], abs=1e-12)
    assert np.array_equal(kernel, kernel.T)
    assert np.linalg.eigvalsh(arc_cosine_kernel(points(8, 4, 3)))[0] > 0


@pytest.mark.parametrize("law", ["sphere", "ball"])
def test_weights_are_bounded(law):
    lengths = np.linalg.norm(draw_weights(law, 5000, 3, 4), axis=1)
    assert lengths.max() <= 1 + 1e-12
    # Mean square 1 on the sphere, 3/5 in the ball; standard error below 0.004.
    assert abs(np.mean(lengths**2) - {"sphere": 1, "ball": 0.6}[law]) < 0.03


def test_bad_laws_are_named():
    with pytest.raises(ValueError, match="law must be one of gaussian, sphere, ball; got 'cube'"):
        arc_cosine_kernel(np.eye(2), "cube")
    with pytest.raises(ValueError, match="law must be one of"):
        neuron_pruning.draw_weights("cube", 3, 2, 0)
