"""The two networks that chapter 6 trains and prunes, as the functions in which they differ."""

from typing import NamedTuple

import numpy as np
import torch

from lth_tutorial.checks import finite_number, generator, shown

from . import redundant, relu_network


class Network(NamedTuple):
    """as_weights, pack, unpack: tensors from what a caller gives, into the form that is trained, and back.

    forward, gradients: of packed weights. first_scores: of Edge-Popup, from weights and a stream. kept: how
    many of `size` weights stay at a sparsity.
    """

    as_weights: object
    pack: object
    unpack: object
    forward: object
    gradients: object
    first_scores: object
    kept: object


def first_scores(weights, rng) -> list[torch.Tensor]:
    """Scores Unif[-1, 1] / sqrt(fan-in) (Kaiming's rule with a = sqrt 5), drawn on the CPU."""
    rng = generator("rng", rng)
    drawn = [rng.uniform(-1, 1, tuple(w.shape)) / np.sqrt(w.shape[-1]) for w in weights]
    return [
        torch.from_numpy(s.astype(np.float32)).to(w.device)
        for s, w in zip(drawn, weights, strict=True)
    ]


def kept(size: int, sparsity: float) -> int:
    """How many of `size` weights stay: (1 - sparsity) size, rounded to the nearest integer.

    Raises:
        ValueError: sparsity is not in [0, 1].
    """
    if not 0 <= finite_number("sparsity", sparsity) <= 1:
        raise ValueError(f"sparsity must be in [0, 1], the share removed; got {sparsity}")
    return int(np.rint((1 - sparsity) * size))


DENSE = Network(
    relu_network.as_weights,
    list,
    list,
    relu_network.forward,
    relu_network.gradients,
    first_scores,
    kept,
)

REDUNDANT = Network(
    redundant.as_weights,
    redundant.pack,
    redundant.unpack,
    redundant.forward,
    redundant.gradients,
    redundant.first_scores,
    redundant.kept,
)

NETWORKS = {"dense": DENSE, "redundant": REDUNDANT}


def named(network: str) -> Network:
    """The network of a name.

    Raises:
        ValueError: it is neither "dense" nor "redundant".
    """
    if not isinstance(network, str) or network not in NETWORKS:
        raise ValueError(f'network must be "dense" or "redundant", got {shown(network)}')
    return NETWORKS[network]
