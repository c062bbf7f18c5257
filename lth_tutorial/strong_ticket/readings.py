"""What a printed radius may be relative to: four readings, and the row without pruning for each."""

from dataclasses import replace

import numpy as np

from . import projected_gradient, relu_network
from .experiments import Configuration, accuracy, start

# Bound of the initial weights (None: Kaiming's, a layer at a time), and whether the radius is a share of it.
READINGS = {
    "Kaiming, relative": (None, True),
    "Kaiming, absolute": (None, False),
    "Unif[-.5, .5], absolute": (0.5, False),
    "Unif[-1, 1], absolute": (1.0, False),
}


def radii(configuration: Configuration, epsilon: float, relative: bool) -> list[float]:
    """The absolute radius of each layer."""
    bounds = configuration.bounds()
    return [epsilon * bound for bound in bounds] if relative else [epsilon] * len(bounds)


def descent_row(
    configuration: Configuration, reading: str, epsilons, seed: int, device="cpu"
) -> list[float]:
    """Test accuracies of projected descent alone, nothing pruned, for each radius.

    Raises:
        ValueError: reading is not one of READINGS.
    """
    if reading not in READINGS:
        raise ValueError(f"reading must be one of {', '.join(READINGS)}; got {reading!r}")
    bound, relative = READINGS[reading]
    configuration = replace(configuration, bound=bound)
    weights, (data, *test) = start(configuration, seed)
    weights, data = [w.to(device) for w in weights], data.to(device)
    test = [part.to(device) for part in test]
    row = []
    for epsilon in epsilons:
        moved, _ = projected_gradient.train(
            weights,
            data,
            radii(configuration, epsilon, relative),
            rng=np.random.default_rng([6, seed, round(1e6 * epsilon)]).spawn(1)[0],
            **configuration.perturb,
        )
        row.append(accuracy(moved, test))
    return row


def first_loss(configuration: Configuration, reading: str, seed: int) -> float:
    """The training loss before the first step."""
    weights, (data, *_) = start(replace(configuration, bound=READINGS[reading][0]), seed)
    return float(relu_network.evaluate(weights, data.x, data.labels)[0])
