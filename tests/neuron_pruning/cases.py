"""What several tests of neuron_pruning use."""

import numpy as np


def points(m, d, rng):
    x = np.random.default_rng(rng).normal(size=(m, d))
    return x / np.linalg.norm(x, axis=1, keepdims=True)
