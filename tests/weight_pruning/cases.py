"""What several tests of weight_pruning use."""

import numpy as np


def target(widths, rng, largest=0.5):
    rng = np.random.default_rng(rng)
    pairs = zip(widths[1:], widths[:-1], strict=True)
    return [rng.uniform(-largest, largest, shape) for shape in pairs]
