"""What must turn the verdicts of chapter 4."""

import numpy as np

from lth_tutorial.neuron_pruning import claims, experiments, separation
from lth_tutorial.neuron_pruning.published import claims as published

from ..fakes import Instead, Stored, always, filled


def the_same_at_all_widths(method, widths, *options):
    return np.ones((len(widths), 3))


def gap(*place):
    return Stored("neuron-gap", ("summary", "dimensions", -1, *place[:-1]), place[-1])


FAKES = {
    "features-to-neurons": Instead(experiments, {"linear_errors": always(np.ones((6, 3)))}),
    "neurons-to-features": Instead(experiments, {"outputs": always(np.zeros(10))}),
    "finite-sample": Instead(experiments, {"outputs": always(np.full(3, 9.0))}),
    "keep-exponent": Instead(experiments, {"sup_errors": the_same_at_all_widths}),
    "program-exponent": Instead(experiments, {"sup_errors": the_same_at_all_widths}),
    "singular-kernel": Instead(claims, {"arc_cosine_kernel": always(np.eye(3))}),
    "masks-are-features": Instead(separation, {"mask_error": always(0.0)}),
    "neuron-gap": gap("stratified", "error", filled(1.0)),
    "random-features": Instead(
        published, {"_straight": lambda x, y: float(np.array_equal(x, np.round(x)))}
    ),
}
