"""What several tests of strong_ticket use."""

import numpy as np

from lth_tutorial.strong_ticket import relu_network

WIDTHS = (12, 9, 7, 4)


def batches(data, batch, epochs, rng):
    rng = np.random.default_rng(rng)
    return [pair for _ in range(epochs) for pair in relu_network.batches(data, batch, rng)]
