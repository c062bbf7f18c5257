"""Experiments of chapter 3 on targets that are trained, or drawn."""

import numpy as np

from lth_tutorial import datasets, target_network
from lth_tutorial.checks import generator

from .network import PrunedNetwork, prune_network

DIGITS_WIDTHS = (64, 32, 10)


def digits_target() -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """The page's target, a 64-32-10 network trained on all small digits, and what it is run on.

    The trained matrices come with the package, since training ends in slightly different weights on
    different processors; `train_digits_target` made them.

    Returns:
        weights, inputs (1797, 64) in [0, 1], labels (1797,).
    """
    images, labels = datasets.digits()
    return datasets.digits_network(), images.reshape(len(images), -1) / 16, labels


def train_digits_target(rng=0) -> list[np.ndarray]:
    """Train the page's target anew: 100 epochs, strong weight decay, so that weights stay small."""
    images, labels = datasets.digits()
    x = images.reshape(len(images), -1) / 16
    return target_network.train(DIGITS_WIDTHS, x, labels, epochs=100, rng=rng, step=3e-3, decay=2.0)


def sup_error(network: PrunedNetwork, target, x) -> float:
    """The largest difference of any output between the pruned network and its target, over the rows of x."""
    return float(np.abs(network.forward(x) - target_network.forward(target, x)).max())


def sup_errors(target, x, n_values, trials: int, rng, **kwargs) -> np.ndarray:
    """`sup_error` of `trials` random networks for each n; (len(n_values), trials)."""
    streams = generator("rng", rng).spawn(len(n_values))
    return np.array(
        [
            [
                sup_error(prune_network(target, n, rng=child, **kwargs), target, x)
                for child in stream.spawn(trials)
            ]
            for n, stream in zip(n_values, streams, strict=True)
        ]
    )


def worst_weights(n_values, weights: int, trials: int, rng, **kwargs) -> np.ndarray:
    """The worst error of `weights` targets w ~ Unif[-1/2, 1/2], each a network of its own input.

    Returns:
        (len(n_values), trials) worst errors on either half-line.
    """
    streams = generator("rng", rng).spawn(len(n_values))
    worst = np.empty((len(n_values), trials))
    for i, (n, stream) in enumerate(zip(n_values, streams, strict=True)):
        for j, child in enumerate(stream.spawn(trials)):
            for_target, for_network = child.spawn(2)
            target = for_target.uniform(-0.5, 0.5, (1, weights))
            network = prune_network(target, n, rng=for_network, **kwargs)
            worst[i, j] = network.weight_errors[0].max()
    return worst


def median_weight_errors(n_values, weights: int, rng, **kwargs) -> np.ndarray:
    """The median error of `weights` targets w ~ Unif[-1/2, 1/2] at each n; (len(n_values),)."""
    streams = generator("rng", rng).spawn(len(n_values))
    medians = []
    for n, stream in zip(n_values, streams, strict=True):
        for_target, for_network = stream.spawn(2)
        target = for_target.uniform(-0.5, 0.5, (1, weights))
        network = prune_network(target, n, rng=for_network, **kwargs)
        medians.append(np.median(network.weight_errors[0]))
    return np.array(medians)


def scaled_to_norm(weights, norm: float = 1.0) -> list[np.ndarray]:
    """The matrices divided by what makes each spectral norm at most `norm`."""
    return [w / max(1.0, np.linalg.norm(w, 2) / norm) for w in weights]


def errors_by_layer(network: PrunedNetwork, x) -> np.ndarray:
    """The largest difference behind each layer over the rows of x, per unit of the row's length; (L,)."""
    ours = theirs = x = np.asarray(x, dtype=float)
    lengths, away = np.linalg.norm(x, axis=1), []
    for k, layer in enumerate(network.layers):
        ours, theirs = (np.maximum(h, 0) if k else h for h in (ours, theirs))
        ours, theirs = layer.forward(ours), theirs @ layer.target.T
        away.append(np.max(np.linalg.norm(ours - theirs, axis=1) / lengths))
    return np.array(away)
