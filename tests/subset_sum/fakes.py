"""What must turn the verdicts of chapter 1."""

import numpy as np

from lth_tutorial.subset_sum import experiments, hit_volume

from ..fakes import Instead, always


def three_a_bit(n_values, errors, eta, confidence):
    """Three candidates for each binary digit, where one and a little are enough."""
    return -3 * np.log2(eta)


FAKES = {
    "lueker": Instead(experiments, {"errors_by_n": always(None), "smallest_n": three_a_bit}),
    "mean-growth": Instead(
        hit_volume, {"simulate_hit_volumes": always(np.tile(2.0 ** -np.arange(12, 0, -1), (9, 1)))}
    ),
    "constants": Instead(experiments, {"covering_error": always(1.0)}),
    "every-target": Instead(experiments, {"out_of_reach": always(np.zeros(4000))}),
    "poisson": Instead(experiments, {"tail_errors": always(np.ones(3000))}),
}
