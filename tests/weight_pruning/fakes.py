"""What must turn the verdicts of chapter 3."""

import numpy as np

from lth_tutorial import perturbed_subset_sum, target_network
from lth_tutorial.weight_pruning import bounds, claims
from lth_tutorial.weight_pruning.published import numbers

from ..fakes import Instead, Stored, always, each, something

HOURS = numbers.PUBLISHED["seconds"] * numbers.PUBLISHED["cores"]
REACHES_ALL = something(unreached=[], weight_errors=[np.zeros(4000)])

FAKES = {
    "construction": Instead(target_network, {"forward": always(np.ones((500, 5)))}),
    "single": Instead(claims, {"median_weight_errors": lambda n, *options, **more: 2.0**-n}),
    "subset": Instead(claims, {"median_weight_errors": lambda n, *options, **more: 1 / n}),
    "width": Instead(perturbed_subset_sum.experiments, {"needed_own": always((10, {}))}),
    "parameters": Instead(
        claims, {"prune_network": always(something(candidates=20_000, total=20_000))}
    ),
    "lower-bound": Instead(bounds, {"necessary_parameters": always(1e9)}),
    "perturbed-network": Instead(claims, {"prune_network": always(REACHES_ALL)}),
    "pruned-network": Stored("pruned-network", ("cells", 0, "numbers", "unreached"), 0),
    "pruned-accuracy": Stored("pruned-network", ("cells", 0, "numbers", "labels_that_differ"), 99),
    "commercial-solver": Stored("pruned-network", ("cells",), each(seconds=HOURS)),
}
