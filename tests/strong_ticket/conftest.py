"""What several tests of strong_ticket are given."""

import numpy as np
import pytest
import torch

from lth_tutorial.strong_ticket import experiments, relu_network

from .cases import WIDTHS


@pytest.fixture(scope="module")
def data():
    """Rows whose labels a random network gives, so that there is something to learn."""
    x = np.random.default_rng(1).normal(size=(600, 12))
    teacher = relu_network.uniform_weights(WIDTHS, 1.0, 2)
    labels = relu_network.forward(teacher, torch.as_tensor(x, dtype=torch.float32)).argmax(dim=1)
    return relu_network.split(x, labels, 100, 3)


@pytest.fixture
def weights():
    return relu_network.uniform_weights(WIDTHS, relu_network.kaiming_bounds(WIDTHS), 4)


@pytest.fixture(scope="module")
def small():
    """A configuration of seconds: a narrow network, 600 images."""
    options = {"step": 0.1, "epochs": 1, "batch": 50}
    return experiments.Configuration((784, 30, 10), None, 600, 100, options, options)
